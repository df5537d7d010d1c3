package admin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// The rows of the registers as forms edit them. Version changes whenever the row
// does; it is absent of a new row.
type (
	// RegionForm is a region.
	RegionForm struct {
		care.Region
		Version string `json:"version,omitempty"`
	}
	// SiteForm is a site.
	SiteForm struct {
		care.Site
		Version string `json:"version,omitempty"`
	}
	// ZoneForm is a room or another part of a site.
	ZoneForm struct {
		care.Zone
		Version string `json:"version,omitempty"`
	}
	// EdgeForm is an edge.
	EdgeForm struct {
		care.Edge
		Version string `json:"version,omitempty"`
	}
	// PointForm is a point.
	PointForm struct {
		care.Point
		Version      string     `json:"version,omitempty"`
		Commissioned *time.Time `json:"commissioned_at,omitempty" doc:"when it proved itself by its own channel; absent while it has not"`
	}
	// ResidentForm is a resident.
	ResidentForm struct {
		ID             care.ResidentID  `json:"id"`
		Site           care.SiteID      `json:"site"`
		Name           string           `json:"name" maxLength:"200"`
		Risk           care.Text        `json:"risk"`
		FamilyConsent  bool             `json:"family_consent" doc:"as it was entered; what staff records on the page of plans goes before"`
		Zone           care.ZoneID      `json:"zone" doc:"empty for none"`
		Bed            string           `json:"bed" maxLength:"40"`
		Mobility       people.Mobility  `json:"mobility,omitempty" enum:"walks,helped,bedbound"`
		Oxygen         bool             `json:"oxygen"`
		Routine        care.Text        `json:"routine"`
		RoutineConsent bool             `json:"routine_consent"`
		Access         care.Text        `json:"access,omitzero" doc:"how one gets in to him who does not open"`
		Contacts       []people.Contact `json:"contacts"`
		LeftAt         *time.Time       `json:"left_at,omitempty" doc:"when he moved out or died; changed by leave and return only"`
		Version        string           `json:"version,omitempty"`
	}
	// UserForm is a user, without anything that proves who he is.
	UserForm struct {
		ID        care.UserID      `json:"id,omitempty" doc:"absent of a new one"`
		Login     string           `json:"login"`
		Name      string           `json:"name" maxLength:"200"`
		Role      people.Role      `json:"role" enum:"carer,leader,manager,inspector,family,operator,helper"`
		Relation  people.Relation  `json:"relation,omitempty" enum:"neighbour,community"`
		KeyHolder bool             `json:"key_holder,omitempty" doc:"family and helpers: has a key to the home of his residents"`
		Authority people.Authority `json:"authority,omitempty" enum:"civil_affairs,fire"`
		Language  string           `json:"language,omitempty" enum:"zh,en"`
		Station   people.Station   `json:"station,omitempty" enum:"station,wall"`
		Badge     string           `json:"badge"`
		Disabled  bool             `json:"disabled"`
		Scope     people.Scope     `json:"scope"`
		Contacts  []people.Contact `json:"contacts"`
		// What follows is shown only.
		Editable   bool   `json:"editable,omitempty" doc:"the viewer may change him"`
		MustChange bool   `json:"must_change,omitempty" doc:"has a one-time password"`
		Version    string `json:"version,omitempty"`
	}
)

func residentRow(r people.Resident) ResidentForm {
	return ResidentForm{
		ID: r.ID, Site: r.Site, Name: r.Name, Risk: r.Risk, FamilyConsent: r.FamilyConsent, Zone: r.Zone, Bed: r.Bed,
		Mobility: r.Mobility, Oxygen: r.Oxygen, Routine: r.Routine, RoutineConsent: r.RoutineConsent, Access: r.Access,
		Contacts: listed(r.Contacts), LeftAt: r.LeftAt,
	}
}

func (r ResidentForm) people() people.Resident {
	return people.Resident{
		ID: r.ID, Site: r.Site, Name: r.Name, Risk: r.Risk, FamilyConsent: r.FamilyConsent, Zone: r.Zone, Bed: r.Bed,
		Mobility: r.Mobility, Oxygen: r.Oxygen, Routine: r.Routine, RoutineConsent: r.RoutineConsent, Access: r.Access, Contacts: listed(r.Contacts),
	}
}

// userRow shows a user as the directory has him, but for what the viewer decides.
// What a change leaves open is shown as it stays.
func userRow(d *people.Directory, u people.User) UserForm {
	was := d.Users[u.ID]
	if u.Contacts == nil {
		u.Contacts = was.Contacts
	}
	if u.Language == "" {
		u.Language = was.Language
	}
	return UserForm{
		ID: u.ID, Login: u.Login, Name: u.Name, Role: u.Role, Relation: u.Relation, KeyHolder: u.KeyHolder, Authority: u.Authority, Language: u.Language,
		Station: u.Station, Badge: u.Badge, Disabled: u.Disabled, Scope: u.Scope, Contacts: listed(u.Contacts),
	}
}

func (r UserForm) people() people.User {
	return people.User{
		ID: r.ID, Login: r.Login, Name: r.Name, Role: r.Role, Relation: r.Relation, KeyHolder: r.KeyHolder, Authority: r.Authority, Language: r.Language,
		Station: r.Station, Badge: r.Badge, Disabled: r.Disabled, Scope: r.Scope, Contacts: listed(r.Contacts),
	}
}

// listed makes a list that is never null.
func listed(c []people.Contact) []people.Contact {
	if c == nil {
		return []people.Contact{}
	}
	return slices.Clone(c)
}

// version returns what changes whenever a row does.
func version(row any) string {
	b, _ := json.Marshal(row) // rows always have a JSON form
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}
