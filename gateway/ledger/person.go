package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// ErrOpen is in the chain of an error when data is still needed by an incident
// that is not resolved.
var ErrOpen = errors.New("an incident about this person is not resolved: resolve it first")

// PersonRecord is what the ledger keeps of a resident.
type PersonRecord struct {
	Resident  people.Resident
	ConsentAt *time.Time // when staff last recorded the consent or its withdrawal
	Points    []care.Point
	// Incidents are his, and those of no resident in his private home.
	Incidents []care.Incident
	// Entries are the rows of the logs about those incidents, about the consent and
	// about when he was away: in order, and those of the site where he lives first.
	Entries []care.Entry
	// Photos are those of these incidents, without their pictures.
	Photos []care.Photo
	// Notices are the messages about those incidents, and those to the resident.
	Notices []alerts.Notice
	// CarePlan is JSON, nil for none; FormerPlans are those of sites where he lived
	// before.
	CarePlan    []byte
	FormerPlans [][]byte
	// Users are those who see the resident as family or helpers.
	Users []people.User
}

// residentOwner begins the name of a resident where somebody is told.
const residentOwner = "resident:"

// Person returns what is kept of a resident. The error has ErrNotFound in its
// chain where there is none.
func (s *Store) Person(ctx context.Context, id care.ResidentID) (PersonRecord, error) {
	doing := "read what is kept of resident " + string(id)
	d := s.Directory()
	var rec PersonRecord
	resident, known := d.Residents[id]
	if !known {
		return rec, fmt.Errorf("%s: %w", doing, ErrNotFound)
	}
	rec.Resident = resident
	var consent sql.NullInt64
	if _, err := first(ctx, s.read, func(r *sql.Rows) error { return r.Scan(&consent) },
		`SELECT consent_at FROM resident WHERE id = $1`, string(id)); err != nil {
		return rec, explain(doing, err)
	}
	rec.ConsentAt = fromNullMicros(consent)
	for _, p := range d.Points {
		if p.Site == resident.Site && p.Resident == id {
			rec.Points = append(rec.Points, p)
		}
	}
	slices.SortFunc(rec.Points, func(a, b care.Point) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, u := range d.Users {
		if slices.Contains(u.Scope.Residents, id) {
			rec.Users = append(rec.Users, u)
		}
	}
	slices.SortFunc(rec.Users, func(a, b people.User) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return rec, wrapIf(doing, s.history(ctx, &rec))
}

// history adds to a record what happened.
func (s *Store) history(ctx context.Context, rec *PersonRecord) error {
	id := string(rec.Resident.ID)
	where, err := s.traces(ctx, rec.Resident)
	if err != nil {
		return err
	}
	// Of a private home all that has no resident concerns him, whoever else lives
	// there.
	if at := rec.Resident.Site; s.Directory().Sites[at].Kind == care.PrivateHome && !slices.Contains(where.homes, at) {
		where.homes = append(where.homes, at)
	}
	for _, part := range where.shares() {
		some, err := all(ctx, s.read, scanIncident, `SELECT `+incidentColumns+` FROM incident i WHERE `+part.where+` ORDER BY i.raised_at, i.id`, part.arg)
		if err != nil {
			return err
		}
		rec.Incidents = append(rec.Incidents, some...)
		told, err := all(ctx, s.read, scanNotice, selectNotices+`WHERE incident <> '' AND incident IN (SELECT i.id FROM incident i WHERE `+part.where+`)
			ORDER BY created_at, id`, part.arg)
		if err != nil {
			return err
		}
		rec.Notices = append(rec.Notices, told...)
		photos, err := all(ctx, s.read, onlyPhoto, `SELECT `+photoColumns+` FROM incident_photo p
			WHERE p.incident IN (SELECT i.id FROM incident i WHERE `+part.where+`) ORDER BY p.by_at, p.id`, part.arg)
		if err != nil {
			return err
		}
		rec.Photos = append(rec.Photos, photos...)
	}
	slices.SortStableFunc(rec.Incidents, func(a, b care.Incident) int { return a.RaisedAt.Compare(b.RaisedAt) })
	others, err := all(ctx, s.read, scanNotice, selectNotices+`WHERE resident = $1 OR owner = $2 ORDER BY created_at, id`, id, residentOwner+id)
	if err != nil {
		return err
	}
	for _, n := range others {
		if !slices.ContainsFunc(rec.Notices, func(o alerts.Notice) bool { return o.ID == n.ID }) {
			rec.Notices = append(rec.Notices, n)
		}
	}
	slices.SortStableFunc(rec.Notices, func(a, b alerts.Notice) int { return a.CreatedAt.Compare(b.CreatedAt) })
	for _, site := range where.sites {
		if err := s.historyAt(ctx, rec, site, slices.Contains(where.homes, site)); err != nil {
			return err
		}
	}
	return nil
}

// historyAt adds what the log and the documents of a site say; with home also
// what its log says of incidents that have no resident.
func (s *Store) historyAt(ctx context.Context, rec *PersonRecord, site care.SiteID, home bool) error {
	id := string(rec.Resident.ID)
	entries, err := all(ctx, s.read, scanEntry, selectEntries+`WHERE l.site = $1 AND (l.incident <> '' AND l.incident IN (SELECT i.id FROM incident i
			WHERE i.site = $1 AND (i.resident = $2 OR i.resident = '' AND $3)) OR `+aboutResident+`)
		ORDER BY l.number`, string(site), id, home)
	if err != nil {
		return err
	}
	rec.Entries = append(rec.Entries, slices.DeleteFunc(entries, func(e care.Entry) bool {
		return e.Incident == "" && e.To != residentOwner+id // of somebody else
	})...)
	plan, found, err := s.Document(ctx, site, alerts.DocumentCare, id)
	switch {
	case err != nil || !found:
	case site == rec.Resident.Site:
		rec.CarePlan = plan.Body
	default:
		rec.FormerPlans = append(rec.FormerPlans, plan.Body)
	}
	return err
}

// ErasePerson erases what is kept of a resident: names, notes and measured
// values of his incidents, his row of the register but for its id, his consents'
// notes, messages, care rules, hand-overs that name him, his points' tie to him,
// and the scope of his family; whoever of it has nobody else left cannot sign in
// any more and is erased as well. Class and times of incidents stay, and the log
// of the site still verifies. by is who did it, and reason why, in a few words
// without personal data.
//
// The error has ErrNotFound in its chain where there is none of the id, and
// ErrOpen while an incident is open. It works in several transactions and can
// be done again after an error.
func (s *Store) ErasePerson(ctx context.Context, id care.ResidentID, by care.Act, reason string) error {
	doing := "erase resident " + string(id)
	if by.At.IsZero() {
		by.At = time.Now()
	}
	resident, known := s.Directory().Residents[id]
	if !known {
		return fmt.Errorf("%s: %w", doing, ErrNotFound)
	}
	where, err := s.traces(ctx, resident)
	if err != nil {
		return explain(doing, err)
	}
	for more := true; more; {
		if err := s.Update(ctx, func(t *Tx) (err error) {
			more, err = t.erasePersonIncidents(ctx, doing, where, by)
			return err
		}); err != nil {
			return err
		}
	}
	for _, part := range where.shares() {
		if err := s.erasePersonValues(ctx, doing, part); err != nil {
			return err
		}
	}
	if err := s.Update(ctx, func(t *Tx) error { return t.eraseRegister(ctx, doing, where, by, reason) }); err != nil {
		return err
	}
	return s.clearLog(ctx)
}

// erasePersonIncidents erases some of a resident's incidents and reports whether
// there may be more.
func (t *Tx) erasePersonIncidents(ctx context.Context, doing string, where traces, by care.Act) (more bool, err error) {
	for n, part := range where.shares() {
		open, err := all(ctx, t, scanIncident, `SELECT `+incidentColumns+` FROM incident i WHERE `+part.where+` AND i.state <> 'resolved'`, part.arg)
		if err != nil {
			return false, explain(doing, err)
		}
		// What a home says of its equipment waits for nobody: it is often open for
		// ever after the home was given up.
		if slices.ContainsFunc(open, func(i care.Incident) bool { return n == 0 || !i.Class.Equipment() }) {
			return false, fmt.Errorf("%s: %w", doing, ErrOpen)
		}
	}
	for _, part := range where.shares() {
		some, err := all(ctx, t, scanIncident, `SELECT `+incidentColumns+` FROM incident i WHERE `+part.where+` AND i.state = 'resolved' AND (`+holdsPersonal+`)
			ORDER BY i.raised_at, i.id LIMIT $2`, part.arg, eraseChunk)
		if err != nil {
			return false, explain(doing, err)
		}
		for _, i := range some {
			if err := t.eraseAndLog(ctx, i, by); err != nil {
				return false, err
			}
		}
		if len(some) == eraseChunk {
			return true, nil
		}
	}
	return false, nil
}

// eraseRegister erases a resident whose incidents are erased.
func (t *Tx) eraseRegister(ctx context.Context, doing string, where traces, by care.Act, reason string) error {
	r := where.resident
	id := string(r.ID)
	switch more, err := t.erasePersonIncidents(ctx, doing, where, by); {
	case err != nil:
		return err
	case more:
		return errors.New(doing + ": incidents came meanwhile, do it again")
	}
	for _, site := range where.sites {
		if err := t.eraseAt(ctx, doing, r, string(site), slices.Contains(where.homes, site)); err != nil {
			return err
		}
	}
	left := by.At.UTC().Truncate(time.Microsecond)
	if r.LeftAt != nil {
		left = *r.LeftAt
	}
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`UPDATE notice SET contacts = '` + noContacts + `', detail = '' WHERE resident = $1 OR owner = $2`, []any{id, residentOwner + id}},
		// A point where somebody else is now is left alone: what a rule remembers
		// there is his.
		{`DELETE FROM rule_condition WHERE (site, point) IN (SELECT i.site, i.point FROM incident i WHERE i.resident = $1 AND i.resident <> '')
			AND NOT EXISTS (SELECT 1 FROM point p WHERE p.site = rule_condition.site AND p.id = rule_condition.point AND p.resident NOT IN ('', $1))`, []any{id}},
		{`UPDATE resident SET name = '', risk_zh = '', risk_en = '', family_consent = FALSE, contacts = '` + noContacts + `', zone = '', bed = '',
			mobility = '', oxygen = FALSE, away = FALSE, routine_zh = '', routine_en = '', routine_consent = FALSE, left_at = $2 WHERE id = $1`, []any{id, micros(left)}},
	} {
		if err := t.exec(ctx, doing, step.query, step.args...); err != nil {
			return err
		}
	}
	if err := t.setSetting(ctx, documentsKey, care.NewID()); err != nil {
		return err
	}
	if err := t.freePoints(ctx, doing, r); err != nil {
		return err
	}
	if err := t.eraseRelatives(ctx, doing, r.ID, by, reason); err != nil {
		return err
	}
	t.residents = append(t.residents, people.Resident{ID: r.ID, Site: r.Site, LeftAt: &left})
	if err := t.registersChanged(ctx); err != nil {
		return err
	}
	about := residentOwner + id
	if _, err := t.Log(ctx, r.Site, care.Entry{Kind: EntryErased, Act: by, To: about}); err != nil {
		return err
	}
	if _, err := t.Log(ctx, AuditLog, care.Entry{Kind: care.AuditErased, Act: by, To: about, Reason: reason}); err != nil {
		return err
	}
	return t.Feed(ctx, care.FeedRow{At: by.At, Site: r.Site, Resident: r.ID, Kind: EntryErased, Ref: id})
}

// eraseAt erases what a site keeps of a resident besides his incidents; with home
// all that it has, since nobody else lives there.
func (t *Tx) eraseAt(ctx context.Context, doing string, r people.Resident, site string, home bool) error {
	id := string(r.ID)
	// What its log says of his consent in words.
	consents, err := all(ctx, t, scanEntry, selectEntries+`WHERE l.site = $1 AND l.kind IN ('resident.consented', 'resident.withdrawn')`, site)
	if err != nil {
		return explain(doing, err)
	}
	for _, e := range consents {
		if e.To != residentOwner+id {
			continue
		}
		if err := t.exec(ctx, doing, `DELETE FROM site_log_private WHERE site = $1 AND number = $2`, site, e.Number); err != nil {
			return err
		}
	}
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`UPDATE event SET data = NULL WHERE data IS NOT NULL AND site = $1 AND point IN (SELECT p.id FROM point p WHERE p.site = $1 AND p.resident = $2)`, []any{site, id}},
		{`DELETE FROM rule_condition WHERE site = $1 AND ($3 OR point IN (SELECT p.id FROM point p WHERE p.site = $1 AND p.resident = $2))`, []any{site, id, home}},
		{`DELETE FROM document WHERE site = $1 AND kind = 'care' AND name = $2`, []any{site, id}},
		{`UPDATE handover SET note = '', page = '{}' WHERE site = $1 AND ($4 OR page LIKE $2 ESCAPE '!' OR page LIKE $3 ESCAPE '!' OR note LIKE $3 ESCAPE '!')`,
			[]any{site, "%" + likeText(`"`+id+`"`) + "%", "%" + likeText(cmp.Or(r.Name, neverWritten)) + "%", home}},
	} {
		if err := t.exec(ctx, doing, step.query, step.args...); err != nil {
			return err
		}
	}
	return nil
}

// freePoints unties the points of a resident from him.
func (t *Tx) freePoints(ctx context.Context, doing string, r people.Resident) error {
	if err := t.exec(ctx, doing, `UPDATE point SET resident = '' WHERE resident = $1`, string(r.ID)); err != nil {
		return err
	}
	for _, p := range t.store.Directory().Points {
		if p.Resident == r.ID {
			p.Resident = ""
			t.points = append(t.points, p)
		}
	}
	return nil
}

// eraseRelatives takes a resident out of the scope of family and helpers. Who
// has nobody else left is erased but for the id, and cannot sign in; each such
// account has a row of its own in the log of the gateway.
func (t *Tx) eraseRelatives(ctx context.Context, doing string, id care.ResidentID, by care.Act, reason string) error {
	users := t.store.Directory().Users
	for _, user := range slices.Sorted(maps.Keys(users)) {
		u := users[user]
		if !slices.Contains(u.Scope.Residents, id) {
			continue
		}
		u.Scope.Residents = slices.DeleteFunc(slices.Clone(u.Scope.Residents), func(o care.ResidentID) bool { return o == id })
		scope, err := json.Marshal(u.Scope)
		if err != nil {
			return fmt.Errorf("write the scope of user %s: %w", u.ID, err)
		}
		if err := t.exec(ctx, doing, `UPDATE "user" SET scope = $1 WHERE id = $2`, string(scope), string(u.ID)); err != nil {
			return err
		}
		if len(u.Scope.Residents) == 0 {
			if err := t.eraseUser(ctx, doing, u.ID); err != nil {
				return err
			}
			if _, err := t.Log(ctx, AuditLog, care.Entry{Kind: care.AuditErased, Act: by, To: "user:" + string(u.ID), Reason: reason}); err != nil {
				return err
			}
		}
		if err := t.userChanged(ctx, doing, u.ID); err != nil {
			return err
		}
	}
	return nil
}

// eraseUser erases who a user is. The id stays, since the logs name it.
func (t *Tx) eraseUser(ctx context.Context, doing string, id care.UserID) error {
	if err := t.exec(ctx, doing, `UPDATE "user" SET login = $1, name = '', password_hash = '', pin_hash = '', totp_secret = '', subject = '',
		badge = '', contacts = '`+noContacts+`', staff_contacts = '`+noContacts+`', wants = '', disabled = TRUE WHERE id = $2`, "erased-"+string(id), string(id)); err != nil {
		return err
	}
	for _, table := range []string{"invitation", "entry_code"} {
		if err := t.exec(ctx, doing, `DELETE FROM `+table+` WHERE "user" = $1`, string(id)); err != nil {
			return err
		}
	}
	return t.exec(ctx, doing, `UPDATE notice SET contacts = '`+noContacts+`', detail = '' WHERE owner = $1 AND state IN ('done', 'failed', 'dropped')`, string(id))
}

// neverWritten is in no text: JSON has no such byte.
const neverWritten = "\x01"

// likeText escapes a text for LIKE … ESCAPE '!'.
func likeText(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

// OwnerNotices returns the notices to a user, or to resident:ID, that are still
// kept, in the order in which they were made.
func (s *Store) OwnerNotices(ctx context.Context, owner string) ([]alerts.Notice, error) {
	found, err := all(ctx, s.read, scanNotice, selectNotices+`WHERE owner = $1 ORDER BY created_at, id`, owner)
	return found, wrapIf("read the notices to "+owner, err)
}
