package ledger

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// The rows of the registers, as bun reads and writes them.
type (
	regionRow struct {
		bun.BaseModel `bun:"table:region"`
		ID            care.RegionID `bun:",pk"`
		Parent        care.RegionID
		Level         string
		Name          textColumns `bun:"embed:name_"`
	}
	siteRow struct {
		bun.BaseModel `bun:"table:site"`
		ID            care.SiteID `bun:",pk"`
		Kind          care.SiteKind
		Name          textColumns `bun:"embed:name_"`
		Region        care.RegionID
		Address       textColumns `bun:"embed:address_"`
		TimeZone      string
		ArriveS       int `bun:"arrive_s"`
		CancelS       int `bun:"cancel_s"`
		Telephone     string
		Longitude     float64
		Latitude      float64
	}
	zoneRow struct {
		bun.BaseModel `bun:"table:zone"`
		Site          care.SiteID `bun:",pk"`
		ID            care.ZoneID `bun:",pk"`
		Floor         string
		Name          textColumns `bun:"embed:name_"`
		Kind          care.ZoneKind
		Shape         string
	}
	pointRow struct {
		bun.BaseModel `bun:"table:point"`
		Site          care.SiteID  `bun:",pk"`
		ID            care.PointID `bun:",pk"`
		Edge          care.EdgeID
		Zone          care.ZoneID
		Name          textColumns `bun:"embed:name_"`
		Bed           string
		Resident      care.ResidentID
		Unregistered  bool
		Kind          care.PointKind
		Power         care.Power
		ReportS       int `bun:"report_s"`
		Retired       bool
	}
	edgeRow struct {
		bun.BaseModel `bun:"table:edge"`
		Site          care.SiteID `bun:",pk"`
		ID            care.EdgeID `bun:",pk"`
		Name          textColumns `bun:"embed:name_"`
		SecretHash    []byte
	}
	residentRow struct {
		bun.BaseModel `bun:"table:resident"`
		ID            care.ResidentID `bun:",pk"`
		Site          care.SiteID
		Name          string
		Risk          textColumns `bun:"embed:risk_"`
		FamilyConsent bool
		ConsentAt     *int64
		Contacts      string // JSON
		Zone          care.ZoneID
		Bed           string
		Mobility      people.Mobility
		Oxygen        bool
		Away          bool
		Routine       textColumns `bun:"embed:routine_"`
		// RoutineConsent is changed by plans, like the routine itself.
		RoutineConsent bool
		Access         textColumns `bun:"embed:access_"`
		LeftAt         *int64
	}
	userRow struct {
		bun.BaseModel `bun:"table:user"`
		ID            care.UserID `bun:",pk"`
		Login         string
		Name          string
		Role          people.Role
		Scope         string // JSON
		PasswordHash  string
		Relation      people.Relation
		KeyHolder     bool
		Authority     people.Authority
		Language      string
		Contacts      string // JSON
		Badge         string
		Station       people.Station
		Disabled      bool
		MustChange    bool
		Subject       string
		PINHash       string `bun:"pin_hash"`
		TOTPSecret    string `bun:"totp_secret"`
		Wants         string // JSON
		// StaffContacts are the contacts as a plan set them last, which the user
		// cannot change.
		StaffContacts string // JSON
	}
	// textColumns is a care.Text in two columns.
	textColumns struct {
		ZH string `bun:"zh"`
		EN string `bun:"en"`
	}
)

func (r regionRow) care() care.Region {
	return care.Region{ID: r.ID, Parent: r.Parent, Level: r.Level, Name: care.Text(r.Name)}
}

func (r siteRow) care() care.Site {
	return care.Site{
		ID: r.ID, Kind: r.Kind, Name: care.Text(r.Name), Region: r.Region,
		Address: care.Text(r.Address), TimeZone: r.TimeZone, ArriveSeconds: r.ArriveS, CancelSeconds: r.CancelS,
		Telephone: r.Telephone, Longitude: r.Longitude, Latitude: r.Latitude,
	}
}

func (r zoneRow) care() care.Zone {
	return care.Zone{Site: r.Site, ID: r.ID, Floor: r.Floor, Name: care.Text(r.Name), Kind: r.Kind, Shape: r.Shape}
}

func (r pointRow) care() care.Point {
	return care.Point{
		Site: r.Site, ID: r.ID, Edge: r.Edge, Zone: r.Zone, Name: care.Text(r.Name),
		Bed: r.Bed, Resident: r.Resident, Unregistered: r.Unregistered,
		Kind: r.Kind, Power: r.Power, ReportSeconds: r.ReportS, Retired: r.Retired,
	}
}

func (r edgeRow) care() care.Edge {
	return care.Edge{Site: r.Site, ID: r.ID, Name: care.Text(r.Name)}
}

func (r residentRow) people() people.Resident {
	p := people.Resident{
		ID: r.ID, Site: r.Site, Name: r.Name, Risk: care.Text(r.Risk), FamilyConsent: r.FamilyConsent,
		Contacts: readContacts(r.Contacts), Zone: r.Zone, Bed: r.Bed, Mobility: r.Mobility, Oxygen: r.Oxygen, Away: r.Away,
		Routine: care.Text(r.Routine), RoutineConsent: r.RoutineConsent, Access: care.Text(r.Access),
	}
	if r.LeftAt != nil {
		p.LeftAt = new(fromMicros(*r.LeftAt))
	}
	return p
}

// people returns the user with the hash of his password.
func (r userRow) people() (people.User, error) {
	u := people.User{
		ID: r.ID, Login: r.Login, Name: r.Name, Role: r.Role, PasswordHash: r.PasswordHash,
		Relation: r.Relation, KeyHolder: r.KeyHolder, Authority: r.Authority, Language: r.Language, Contacts: readContacts(r.Contacts), Badge: r.Badge,
		Station: r.Station, Disabled: r.Disabled, MustChange: r.MustChange, Subject: r.Subject,
		PINHash: r.PINHash, TOTPSecret: r.TOTPSecret, Wants: readWants(r.Wants),
	}
	if err := json.Unmarshal([]byte(r.Scope), &u.Scope); err != nil {
		return people.User{}, fmt.Errorf("the scope of user %s is damaged, import the user again: %w", r.ID, err)
	}
	return u, nil
}

// registers is everything that is registered.
type registers struct {
	regions   []regionRow
	sites     []siteRow
	zones     []zoneRow
	points    []pointRow
	edges     []edgeRow
	residents []residentRow
	users     []userRow
}

// readRegisters reads all registers as they are on conn.
func (s *Store) readRegisters(ctx context.Context, db *bun.DB, conn bun.IConn) (*registers, error) {
	var r registers
	for _, rows := range []any{&r.regions, &r.sites, &r.zones, &r.points, &r.edges, &r.residents, &r.users} {
		if err := db.NewSelect().Conn(conn).Model(rows).Scan(ctx); err != nil {
			return nil, err
		}
	}
	return &r, nil
}
