package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Plan is what is to be registered. It adds and changes rows, and removes regions;
// what it does not name stays as it is.
type Plan struct {
	Regions []care.Region
	Sites   []care.Site
	Zones   []care.Zone
	Points  []care.Point // a point in a plan is registered, whatever it says
	Edges   []PlanEdge
	// Residents without a list of contacts (nil, not empty) keep the ones
	// before. Once staff has recorded a consent or its withdrawal, FamilyConsent
	// of a plan changes it no more.
	Residents []people.Resident
	// Users are known by ID or, where it is empty, by Login; a new one gets an
	// ID then. An empty PasswordHash keeps the one before. Hashes of the same
	// password differ by their salt, so hand in the present hash while the
	// password is the same: any other replaces it and counts as a change. An
	// empty Language, PINHash or Subject and a nil list of Contacts keep the ones
	// before, too; the second step of a sign-in is nobody's but the user's.
	Users []people.User
	// Left says of residents that they move out or have died (true), or that
	// this was a mistake (false). Their rows must be in the plan.
	Left map[care.ResidentID]bool
	// Removed are regions that are registered no more. Nothing may stand in one:
	// no region, no site, and no inspector whose scope names it.
	Removed []care.RegionID
	// By says who brings the plan, for the log of each site that it changes.
	By care.Act
	// Audit are rows for AuditLog, written with the plan if it changes anything.
	Audit []care.Entry

	// Revision, unless it is empty, is that of the picture on which the plan was
	// made; when another one holds by now, the error is ErrStale.
	Revision string
	// DryRun only tells what the plan would do, and writes nothing.
	DryRun bool
}

// ErrStale is the error of a plan whose picture is no longer true.
var ErrStale = errors.New("somebody has changed what is registered meanwhile")

// PlanEdge is an edge and what HashSecret makes of its secret. A nil hash
// keeps the one before; a new edge without one cannot sign in.
type PlanEdge struct {
	care.Edge
	SecretHash []byte
}

// errDryRun undoes a plan that was only tried.
var errDryRun = errors.New("the plan was only tried")

// upsertChunk bounds the length of one statement.
const upsertChunk = 200

// ApplyPlan registers what the plan names, all or nothing, and refreshes the
// directory. To apply a plan twice changes nothing the second time. The error
// names every mistake of the plan at once.
func (s *Store) ApplyPlan(ctx context.Context, p Plan) (Summary, error) {
	var sum Summary
	err := s.withTurn(ctx, func() error {
		err := s.update(ctx, func(t *Tx) error {
			if err := s.applyPlan(ctx, t, p, &sum); err != nil || !p.DryRun {
				return err
			}
			return errDryRun // so that nothing is kept
		})
		if err == errDryRun {
			return nil
		}
		if err != nil {
			return err
		}
		// The plan is in the ledger now, whatever becomes of the context.
		return s.reload(context.WithoutCancel(ctx))
	})
	if err != nil {
		return Summary{}, err
	}
	return sum, nil
}

func (s *Store) applyPlan(ctx context.Context, t *Tx, p Plan, sum *Summary) error {
	old, err := s.readRegisters(ctx, s.writeQ, t.tx)
	if err != nil {
		return explain("read the registers", err)
	}
	if p.Revision != "" {
		if now, _, err := setting(ctx, t, revisionKey); err != nil || now != p.Revision {
			return cmp.Or(err, ErrStale)
		}
	}
	next, err := p.rows(old)
	if err != nil {
		return err
	}
	a := application{ctx, t, s.writeQ, make(map[care.SiteID][]string), p.left(), &sum.Rows}
	if err := a.apply(old, next, sum); err != nil {
		return err
	}
	if err := a.remove(p.Removed, sum); err != nil {
		return err
	}
	if !sum.changed() {
		return nil
	}
	if err := a.log(p.By, sum); err != nil {
		return err
	}
	for _, e := range p.Audit {
		if _, err := t.Log(ctx, AuditLog, e); err != nil {
			return err
		}
	}
	return t.setSetting(ctx, revisionKey, care.NewID())
}

// rows checks the plan against what is registered and turns it into rows.
func (p Plan) rows(old *registers) (*registers, error) {
	if err := p.check(old); err != nil {
		return nil, err
	}
	logins := make(map[string]care.UserID)
	for _, u := range old.users {
		logins[u.Login] = u.ID
	}
	var r registers
	for _, v := range p.Regions {
		r.regions = append(r.regions, regionRow{ID: v.ID, Parent: v.Parent, Level: v.Level, Name: textColumns(v.Name)})
	}
	for _, v := range p.Sites {
		r.sites = append(r.sites, siteRow{
			ID: v.ID, Kind: v.Kind, Name: textColumns(v.Name), Region: v.Region,
			Address: textColumns(v.Address), TimeZone: v.TimeZone, ArriveS: v.ArriveSeconds, CancelS: v.CancelSeconds,
			Telephone: v.Telephone, Longitude: v.Longitude, Latitude: v.Latitude,
		})
	}
	for _, v := range p.Zones {
		r.zones = append(r.zones, zoneRow{Site: v.Site, ID: v.ID, Floor: v.Floor, Name: textColumns(v.Name), Kind: v.Kind, Shape: v.Shape})
	}
	for _, v := range p.Points {
		r.points = append(r.points, pointRow{
			Site: v.Site, ID: v.ID, Edge: v.Edge, Zone: v.Zone, Name: textColumns(v.Name), Bed: v.Bed, Resident: v.Resident,
			Kind: v.Kind, Power: v.Power, ReportS: v.ReportSeconds, Retired: v.Retired,
		})
	}
	for _, v := range p.Edges {
		r.edges = append(r.edges, edgeRow{Site: v.Site, ID: v.ID, Name: textColumns(v.Name), SecretHash: v.SecretHash})
	}
	for _, v := range p.Residents {
		r.residents = append(r.residents, residentRow{
			ID: v.ID, Site: v.Site, Name: v.Name, Risk: textColumns(v.Risk), FamilyConsent: v.FamilyConsent,
			Contacts: contactsColumn(v.Contacts), Zone: v.Zone, Bed: v.Bed, Mobility: v.Mobility, Oxygen: v.Oxygen,
			Routine: textColumns(v.Routine), RoutineConsent: v.RoutineConsent, Access: textColumns(v.Access),
		})
	}
	for _, v := range p.Users {
		scope, err := json.Marshal(v.Scope)
		if err != nil {
			return nil, fmt.Errorf("write the scope of user %s: %w", v.Login, err)
		}
		if v.ID == "" {
			v.ID = logins[v.Login]
		}
		if v.ID == "" {
			v.ID = care.UserID(care.NewID())
		}
		r.users = append(r.users, userRow{
			ID: v.ID, Login: v.Login, Name: v.Name, Role: v.Role, Scope: string(scope), PasswordHash: v.PasswordHash,
			Relation: v.Relation, KeyHolder: v.KeyHolder, Authority: v.Authority, Language: v.Language, Contacts: contactsColumn(v.Contacts), Badge: v.Badge,
			Station: v.Station, Disabled: v.Disabled, MustChange: v.MustChange, Subject: v.Subject, PINHash: v.PINHash,
		})
	}
	return &r, nil
}

// left is what becomes of the column left_at of those whom the plan names.
func (p Plan) left() map[care.ResidentID]*int64 {
	columns := make(map[care.ResidentID]*int64)
	at := p.By.At
	if at.IsZero() {
		at = time.Now()
	}
	for id, gone := range p.Left {
		columns[id] = nil
		if gone {
			columns[id] = new(micros(at))
		}
	}
	return columns
}

// application is one plan on its way into the ledger.
type application struct {
	ctx context.Context
	tx  *Tx
	db  *bun.DB
	// changes has for each site what was changed, in words for its log.
	changes map[care.SiteID][]string
	// left is when residents left, nil for those who have not.
	left map[care.ResidentID]*int64
	rows *[]PlanRow
}

func (a application) apply(old, next *registers, sum *Summary) error {
	var err error
	if sum.Regions, err = upsert(a, "region", "id", old.regions, next.regions, func(r regionRow) any { return r.ID },
		func(_, _ regionRow) []care.SiteID { return nil }, nil); err != nil {
		return err
	}
	if sum.Sites, err = upsert(a, "site", "id", old.sites, next.sites, func(r siteRow) any { return r.ID },
		func(_, r siteRow) []care.SiteID { return []care.SiteID{r.ID} }, nil); err != nil {
		return err
	}
	if sum.Zones, err = upsert(a, "zone", "site, id", old.zones, next.zones, func(r zoneRow) any { return people.SiteZone{Site: r.Site, Zone: r.ID} },
		func(_, r zoneRow) []care.SiteID { return []care.SiteID{r.Site} }, nil); err != nil {
		return err
	}
	if sum.Residents, err = upsert(a, "resident", "id", old.residents, next.residents, func(r residentRow) any { return r.ID },
		func(was, r residentRow) []care.SiteID { return []care.SiteID{was.Site, r.Site} },
		func(was residentRow, r *residentRow) {
			if was.ConsentAt != nil {
				r.FamilyConsent, r.ConsentAt = was.FamilyConsent, was.ConsentAt
			}
			r.Contacts = cmp.Or(r.Contacts, was.Contacts, noContacts)
			r.Away, r.LeftAt = was.Away, was.LeftAt // staff records these, no file
			if at, told := a.left[r.ID]; told {
				r.LeftAt = at
			}
		}); err != nil {
		return err
	}
	if sum.Edges, err = upsert(a, "edge", "site, id", old.edges, next.edges, func(r edgeRow) any { return people.SiteEdge{Site: r.Site, Edge: r.ID} },
		func(_, r edgeRow) []care.SiteID { return []care.SiteID{r.Site} },
		func(was edgeRow, r *edgeRow) {
			if len(r.SecretHash) == 0 {
				r.SecretHash = was.SecretHash
			}
		}); err != nil {
		return err
	}
	if sum.Points, err = upsert(a, "point", "site, id", old.points, next.points, func(r pointRow) any { return people.SitePoint{Site: r.Site, Point: r.ID} },
		func(_, r pointRow) []care.SiteID { return []care.SiteID{r.Site} }, nil); err != nil {
		return err
	}
	sum.Users, err = upsert(a, "user", "id", old.users, next.users, func(r userRow) any { return r.ID },
		func(was, r userRow) []care.SiteID { return append(sitesOf(was, old, next), sitesOf(r, old, next)...) },
		func(was userRow, r *userRow) {
			// A new password is as the plan says; one that stays is as it was.
			if r.PasswordHash == "" || r.PasswordHash == was.PasswordHash {
				r.PasswordHash, r.MustChange = was.PasswordHash, was.MustChange
			}
			r.PINHash = cmp.Or(r.PINHash, was.PINHash)
			r.Subject = cmp.Or(r.Subject, was.Subject)
			r.TOTPSecret, r.Wants = was.TOTPSecret, was.Wants
			r.Language = cmp.Or(r.Language, was.Language)
			r.Contacts = cmp.Or(r.Contacts, was.Contacts, noContacts)
			// What staff sends back as the user left it, staff has not vouched for.
			if r.StaffContacts = was.StaffContacts; r.Contacts != was.Contacts {
				r.StaffContacts = r.Contacts
			}
		})
	return err
}

// sitesOf returns the sites that a user's scope names, himself or by the
// residents in it.
func sitesOf(u userRow, old, next *registers) []care.SiteID {
	scope := u.named()
	sites := scope.Sites
	for _, r := range slices.Concat(old.residents, next.residents) {
		if slices.Contains(scope.Residents, r.ID) {
			sites = append(sites, r.Site)
		}
	}
	return sites
}

// named is what a user's scope names: nothing where it cannot be read, as it gives
// no rights then (see userRow.people).
func (u userRow) named() people.Scope {
	var scope people.Scope
	if err := json.Unmarshal([]byte(u.Scope), &scope); err != nil {
		return people.Scope{}
	}
	return scope
}

// upsert writes those rows of a register that are new or different. merge
// completes a row from the one before; sites names the sites that a changed
// row concerns.
func upsert[R any](a application, register, key string, old, next []R, keyOf func(R) any,
	sites func(was, is R) []care.SiteID, merge func(was R, is *R)) (Count, error) {
	before := make(map[any]R, len(old))
	for _, r := range old {
		before[keyOf(r)] = r
	}
	var (
		n       Count
		changed []R
	)
	concerned := make(map[care.SiteID]int)
	for place, r := range next {
		was, exists := before[keyOf(r)]
		if merge != nil {
			merge(was, &r) // was is empty for a new one
		}
		state := RowUnchanged
		switch {
		case !exists:
			n.Added++
			state = RowAdded
		case !reflect.DeepEqual(was, r):
			n.Changed++
			state = RowChanged
		default:
			n.Unchanged++
		}
		*a.rows = append(*a.rows, PlanRow{register, place, state})
		if state == RowUnchanged {
			continue
		}
		changed = append(changed, r)
		named := sites(was, r)
		slices.Sort(named)
		for _, site := range slices.Compact(named) {
			concerned[site]++
		}
	}
	for site, rows := range concerned {
		if site != "" {
			a.changes[site] = append(a.changes[site], fmt.Sprintf("%s: %d", register, rows))
		}
	}
	for chunk := range slices.Chunk(changed, upsertChunk) {
		q := a.db.NewInsert().Conn(a.tx.tx).Model(&chunk).On("CONFLICT (" + key + ") DO UPDATE")
		for _, f := range a.db.Table(reflect.TypeFor[R]()).DataFields {
			q.Set("? = EXCLUDED.?", bun.Ident(f.Name), bun.Ident(f.Name))
		}
		if _, err := q.Exec(a.ctx); err != nil {
			return n, explain("register the rows of "+register, err)
		}
	}
	return n, nil
}

// log writes a row into the log and the feed of every site that was changed.
func (a application) log(by care.Act, sum *Summary) error {
	if by.Means == "" {
		by.Means = care.BySystem
	}
	if by.At.IsZero() {
		by.At = time.Now()
	}
	for site := range a.changes {
		sum.ChangedSites = append(sum.ChangedSites, site)
	}
	slices.Sort(sum.ChangedSites)
	for _, site := range sum.ChangedSites {
		entry := care.Entry{Kind: care.EntryConfig, Act: by, Reason: strings.Join(a.changes[site], ", ")}
		if _, err := a.tx.Log(a.ctx, site, entry); err != nil {
			return err
		}
		if err := a.tx.Feed(a.ctx, care.FeedRow{At: by.At, Site: site, Kind: care.EntryConfig, Ref: string(site)}); err != nil {
			return err
		}
	}
	return nil
}
