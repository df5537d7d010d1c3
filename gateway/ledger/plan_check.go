package ledger

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// maxOpaqueID is the greatest length of a region, resident or user id and of a
// login, in bytes.
const maxOpaqueID = 128

// The greatest times of sites and points in seconds: a day to arrive, an hour
// to take a call back, a week between two reports.
const (
	maxArrive = 24 * 60 * 60
	maxCancel = 60 * 60
	maxReport = 7 * 24 * 60 * 60
)

// MistakeCode is a stable name of what is wrong with a row, so that pages can say
// it in their own language.
type MistakeCode string

// The codes.
const (
	MistakeID      MistakeCode = "bad_id"         // an id that is empty, too long or has other characters
	MistakeUnknown MistakeCode = "not_registered" // it names something that nobody has entered
	MistakeValue   MistakeCode = "bad_value"      // none of the words that the field knows
	MistakeRange   MistakeCode = "out_of_range"
	MistakeTwice   MistakeCode = "twice"  // the plan has the row twice
	MistakeTaken   MistakeCode = "taken"  // a login or badge of somebody else
	MistakeCircle  MistakeCode = "circle" // regions that lie in themselves
	MistakeContact MistakeCode = "bad_contact"
	MistakeRole    MistakeCode = "not_of_role" // what only another role can have
	MistakeLevel   MistakeCode = "bad_level"   // a region that is not below its parent
	MistakeInUse   MistakeCode = "in_use"      // a region is to be removed in which something stands
)

// Mistake is one thing wrong with one row of a plan.
type Mistake struct {
	// Kind is the register: region, site, zone, edge, resident, point or user;
	// ID is the row as people name it: site/id within a site, a login of users.
	Kind, ID string
	// Row is its place in its list of the plan, from 0.
	Row int
	// Field is what of the row is wrong, as files name it; empty for the row.
	Field string
	Code  MistakeCode
	Text  string
}

// Error says it in English.
func (m *Mistake) Error() string { return fmt.Sprintf("%s %q: %s", m.Kind, m.ID, m.Text) }

// PlanError is the error of a plan that cannot be applied.
type PlanError struct{ Mistakes []*Mistake }

// Error names every mistake, a line each.
func (e *PlanError) Error() string {
	var b strings.Builder
	b.WriteString("the plan cannot be applied, nothing was changed:")
	for _, m := range e.Mistakes {
		b.WriteString("\n" + m.Error())
	}
	return b.String()
}

// known is what will be registered when the plan is.
type known struct {
	regions   map[care.RegionID]bool
	sites     map[care.SiteID]bool
	zones     map[people.SiteZone]bool
	floors    map[people.SiteZone]string // of each zone
	edges     map[people.SiteEdge]bool
	residents map[care.ResidentID]care.SiteID
}

// checker collects the mistakes of a plan.
type checker struct {
	known
	mistakes []*Mistake
	seen     map[string]bool
	// kind, id and row name what is being looked at.
	kind, id string
	row      int
}

// at says which row the next mistakes belong to, and notes when the plan names
// it twice.
func (c *checker) at(kind string, row int, id string) {
	c.kind, c.row, c.id = kind, row, id
	c.once(kind, "id", id)
}

// must notes a mistake of the row that is being looked at, unless ok.
func (c *checker) must(ok bool, field string, code MistakeCode, format string, args ...any) {
	if !ok {
		c.mistakes = append(c.mistakes, &Mistake{c.kind, c.id, c.row, field, code, fmt.Sprintf(format, args...)})
	}
}

// once notes when a plan names the same thing twice.
func (c *checker) once(kind, field, id string) {
	key := kind + " " + id
	c.must(!c.seen[key], field, MistakeTwice, "is in the plan twice")
	c.seen[key] = true
}

// check returns a *PlanError with every mistake of the plan, given what is
// registered already.
func (p Plan) check(old *registers) error {
	c := checker{known: p.known(old), seen: make(map[string]bool)}
	c.regionRows(p, old)
	for n, s := range p.Sites {
		c.site(n, s)
	}
	for n, z := range p.Zones {
		c.inSite("zone", n, z.Site, string(z.ID))
		c.must(z.Kind == "" || slices.Contains(care.ZoneKinds(), z.Kind), "kind", MistakeValue, "the kind %q is not known", z.Kind)
		_, err := care.ParseShape(z.Shape)
		c.must(err == nil, "shape", MistakeValue, "%v", err)
	}
	for n, e := range p.Edges {
		c.inSite("edge", n, e.Site, string(e.ID))
		c.must(len(e.SecretHash) == 0 || len(e.SecretHash) == len(Digest{}), "secret", MistakeValue, "the hash of its secret is not a SHA-256")
	}
	for n, r := range p.Residents {
		id := string(r.ID)
		c.at("resident", n, id)
		c.must(id != "" && len(id) <= maxOpaqueID, "id", MistakeID, "the id must have 1 to %d bytes", maxOpaqueID)
		c.must(c.sites[r.Site], "site", MistakeUnknown, "the site %q is not registered", r.Site)
		c.must(r.Zone == "" || c.zones[people.SiteZone{Site: r.Site, Zone: r.Zone}], "zone", MistakeUnknown, "his zone %q is not registered", r.Zone)
		c.must(slices.Contains([]people.Mobility{"", people.Walks, people.Helped, people.Bedbound}, r.Mobility), "mobility", MistakeValue, "the mobility %q is none of walks, helped and bedbound", r.Mobility)
		c.contacts(r.Contacts)
	}
	for n, v := range p.Points {
		c.point(n, v)
	}
	c.users(p, old)
	if len(c.mistakes) > 0 {
		return &PlanError{c.mistakes}
	}
	return nil
}

func (c *checker) site(n int, s care.Site) {
	id := string(s.ID)
	c.at("site", n, id)
	c.must(care.ValidID(id), "id", MistakeID, "the id must match [a-z0-9-]{1,40}")
	c.must(slices.Contains([]care.SiteKind{care.NursingHome, care.DayCare, care.PrivateHome}, s.Kind), "kind", MistakeValue, "the kind %q is not known", s.Kind)
	c.must(c.regions[s.Region], "region", MistakeUnknown, "its region %q is not registered", s.Region)
	_, err := time.LoadLocation(s.TimeZone)
	c.must(err == nil && s.TimeZone != "" && s.TimeZone != "Local", "time_zone", MistakeValue, "the time zone %q is not an IANA name such as Asia/Shanghai", s.TimeZone)
	c.must(0 <= s.ArriveSeconds && s.ArriveSeconds <= maxArrive, "arrive_s", MistakeRange, "arrive_s is %d, not 0 to %d", s.ArriveSeconds, maxArrive)
	c.must(math.Abs(s.Longitude) <= 180, "longitude", MistakeRange, "the longitude %g is not in degrees of WGS 84", s.Longitude)
	c.must(math.Abs(s.Latitude) <= 90, "latitude", MistakeRange, "the latitude %g is not in degrees of WGS 84", s.Latitude)
	c.must(0 <= s.CancelSeconds && s.CancelSeconds <= maxCancel, "cancel_s", MistakeRange, "cancel_s is %d, not 0 to %d", s.CancelSeconds, maxCancel)
}

func (c *checker) point(n int, v care.Point) {
	c.inSite("point", n, v.Site, string(v.ID))
	c.must(v.Zone == "" || c.zones[people.SiteZone{Site: v.Site, Zone: v.Zone}], "zone", MistakeUnknown, "its zone %q is not registered", v.Zone)
	c.must(v.Edge == "" || c.edges[people.SiteEdge{Site: v.Site, Edge: v.Edge}], "edge", MistakeUnknown, "its edge %q is not registered", v.Edge)
	c.must(v.Kind == "" || slices.Contains(care.PointKinds(), v.Kind), "kind", MistakeValue, "the kind %q is not known", v.Kind)
	c.must(slices.Contains([]care.Power{"", care.MainsPower, care.BatteryPower}, v.Power), "power", MistakeValue, "the power %q is neither mains nor battery", v.Power)
	c.must(0 <= v.ReportSeconds && v.ReportSeconds <= maxReport, "report_s", MistakeRange, "report_s is %d, not 0 to %d", v.ReportSeconds, maxReport)
	if v.Resident != "" {
		site, ok := c.residents[v.Resident]
		c.must(ok && site == v.Site, "resident", MistakeUnknown, "its resident %q is not registered at the site", v.Resident)
	}
}

// inSite checks what zones, edges and points have in common.
func (c *checker) inSite(kind string, row int, site care.SiteID, id string) {
	c.at(kind, row, string(site)+"/"+id)
	c.must(care.ValidID(id), "id", MistakeID, "the id must match [a-z0-9-]{1,40}")
	c.must(c.sites[site], "site", MistakeUnknown, "the site %q is not registered", site)
}

func (c *checker) users(p Plan, old *registers) {
	owner := make(map[string]care.UserID)
	for _, u := range old.users {
		owner[u.Login] = u.ID
	}
	c.badges(p, old, owner)
	for n, u := range p.Users {
		c.at("user", n, u.Login)
		if u.ID != "" {
			c.once("user id", "id", string(u.ID))
			was, taken := owner[u.Login]
			c.must(!taken || was == u.ID, "login", MistakeTaken, "the login belongs to another user")
		}
		c.must(u.Login != "" && len(u.Login) <= maxOpaqueID, "login", MistakeID, "the login must have 1 to %d bytes", maxOpaqueID)
		c.must(len(u.ID) <= maxOpaqueID, "id", MistakeID, "the id must have at most %d bytes", maxOpaqueID)
		c.must(u.Role.Valid(), "role", MistakeValue, "the role %q is not known", u.Role)
		c.must(u.Relation == "" || u.Role == people.Helper && slices.Contains([]people.Relation{people.Neighbour, people.Community}, u.Relation),
			"relation", MistakeRole, "the relation %q is neither neighbour nor community, or he is no helper", u.Relation)
		c.must(!u.KeyHolder || u.Role == people.Helper || u.Role == people.Family, "key_holder", MistakeRole, "only family and helpers hold the key of a resident's home")
		c.must(u.Authority == "" || u.Role == people.Inspector && slices.Contains([]people.Authority{people.CivilAffairs, people.FireRescue}, u.Authority),
			"authority", MistakeRole, "the authority %q is neither civil_affairs nor fire, or he is no inspector", u.Authority)
		c.must(slices.Contains([]people.Station{"", people.AtStation, people.OnWall}, u.Station), "station", MistakeValue, "the station %q is neither station nor wall", u.Station)
		c.must(u.Station == "" || u.Role == people.Carer, "station", MistakeRole, "a station has the role carer")
		c.must(len(u.Scope.Floors) == 0 || u.Role == people.Carer, "floors", MistakeRole, "only a carer's scope has floors")
		c.must(validLanguage(u.Language), "language", MistakeValue, "the language %q is neither zh nor en", u.Language)
		c.must(len(u.Badge) <= maxOpaqueID, "badge", MistakeRange, "the badge must have at most %d bytes", maxOpaqueID)
		c.contacts(u.Contacts)
		for _, id := range u.Scope.Sites {
			c.must(c.sites[id], "sites", MistakeUnknown, "the site %q of the scope is not registered", id)
		}
		for _, floor := range u.Scope.Floors {
			c.must(c.hasFloor(u.Scope.Sites, floor), "floors", MistakeUnknown, "no zone of the sites of the scope is on the floor %q: she would see nothing", floor)
		}
		for _, id := range u.Scope.Regions {
			c.must(c.regions[id], "regions", MistakeUnknown, "the region %q of the scope is not registered", id)
		}
		for _, id := range u.Scope.Residents {
			_, ok := c.residents[id]
			c.must(ok, "residents", MistakeUnknown, "the resident %q of the scope is not registered", id)
		}
	}
}

// hasFloor reports whether a zone of one of the sites is on the floor.
func (k known) hasFloor(sites []care.SiteID, floor string) bool {
	for zone, on := range k.floors {
		if on == floor && floor != "" && slices.Contains(sites, zone.Site) {
			return true
		}
	}
	return false
}

// badges finds badges of two people: it would not be known who is in the room.
// In one plan a badge may go from one to another.
func (c *checker) badges(p Plan, old *registers, owner map[string]care.UserID) {
	named := make(map[care.UserID]bool)
	for _, u := range p.Users {
		named[cmp.Or(u.ID, owner[u.Login])] = true
	}
	holder := make(map[string]string)
	for _, u := range old.users {
		if !named[u.ID] {
			holder[u.Badge] = u.Login
		}
	}
	for n, u := range p.Users {
		if u.Badge == "" {
			continue
		}
		other, taken := holder[u.Badge]
		c.kind, c.row, c.id = "user", n, u.Login
		c.must(!taken, "badge", MistakeTaken, "the badge is that of user %q", other)
		holder[u.Badge] = u.Login
	}
}

// contacts notes what is wrong with the ways to a person.
func (c *checker) contacts(contacts []people.Contact) {
	if err := checkContacts(contacts); err != nil {
		c.must(false, "contacts", MistakeContact, "%v", err)
	}
}

// known joins what is registered and what the plan registers.
func (p Plan) known(old *registers) known {
	k := known{
		make(map[care.RegionID]bool), make(map[care.SiteID]bool), make(map[people.SiteZone]bool), make(map[people.SiteZone]string),
		make(map[people.SiteEdge]bool), make(map[care.ResidentID]care.SiteID),
	}
	for _, v := range old.regions {
		k.regions[v.ID] = true
	}
	for _, v := range p.Regions {
		k.regions[v.ID] = true
	}
	for _, id := range p.Removed {
		delete(k.regions, id)
	}
	for _, v := range old.sites {
		k.sites[v.ID] = true
	}
	for _, v := range p.Sites {
		k.sites[v.ID] = true
	}
	for _, v := range old.zones {
		k.zones[people.SiteZone{Site: v.Site, Zone: v.ID}] = true
		k.floors[people.SiteZone{Site: v.Site, Zone: v.ID}] = v.Floor
	}
	for _, v := range p.Zones {
		k.zones[people.SiteZone{Site: v.Site, Zone: v.ID}] = true
		k.floors[people.SiteZone{Site: v.Site, Zone: v.ID}] = v.Floor
	}
	for _, v := range old.edges {
		k.edges[people.SiteEdge{Site: v.Site, Edge: v.ID}] = true
	}
	for _, v := range p.Edges {
		k.edges[people.SiteEdge{Site: v.Site, Edge: v.ID}] = true
	}
	for _, v := range old.residents {
		k.residents[v.ID] = v.Site
	}
	for _, v := range p.Residents {
		k.residents[v.ID] = v.Site
	}
	return k
}
