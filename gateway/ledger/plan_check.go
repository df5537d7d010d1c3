package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
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

// known is what will be registered when the plan is.
type known struct {
	regions   map[care.RegionID]bool
	sites     map[care.SiteID]bool
	zones     map[people.SiteZone]bool
	edges     map[people.SiteEdge]bool
	residents map[care.ResidentID]care.SiteID
}

// checker collects the mistakes of a plan.
type checker struct {
	known
	errs []error
	seen map[string]bool
}

// must notes a mistake of the thing of a kind and id, unless ok.
func (c *checker) must(ok bool, kind, id, format string, args ...any) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf("%s %q: %s", kind, id, fmt.Sprintf(format, args...)))
	}
}

// once notes when a plan names the same thing twice.
func (c *checker) once(kind, id string) {
	key := kind + " " + id
	c.must(!c.seen[key], kind, id, "is in the plan twice")
	c.seen[key] = true
}

// check returns every mistake of the plan, given what is registered already.
func (p Plan) check(old *registers) error {
	c := checker{known: p.known(old), seen: make(map[string]bool)}
	for _, r := range p.Regions {
		id := string(r.ID)
		c.once("region", id)
		c.must(id != "" && len(id) <= maxOpaqueID, "region", id, "the id must have 1 to %d bytes", maxOpaqueID)
		c.must(r.Parent == "" || c.regions[r.Parent], "region", id, "its parent %q is not registered", r.Parent)
	}
	c.circles(p, old)
	for _, s := range p.Sites {
		id := string(s.ID)
		c.once("site", id)
		c.must(care.ValidID(id), "site", id, "the id must match [a-z0-9-]{1,40}")
		c.must(slices.Contains([]care.SiteKind{care.NursingHome, care.DayCare, care.PrivateHome}, s.Kind), "site", id, "the kind %q is not known", s.Kind)
		c.must(c.regions[s.Region], "site", id, "its region %q is not registered", s.Region)
		_, err := time.LoadLocation(s.TimeZone)
		c.must(err == nil && s.TimeZone != "" && s.TimeZone != "Local", "site", id, "the time zone %q is not an IANA name such as Asia/Shanghai", s.TimeZone)
		c.must(0 <= s.ArriveSeconds && s.ArriveSeconds <= maxArrive, "site", id, "arrive_s is %d, not 0 to %d", s.ArriveSeconds, maxArrive)
		c.must(math.Abs(s.Longitude) <= 180 && math.Abs(s.Latitude) <= 90, "site", id, "longitude %g and latitude %g are not degrees of WGS 84", s.Longitude, s.Latitude)
		c.must(0 <= s.CancelSeconds && s.CancelSeconds <= maxCancel, "site", id, "cancel_s is %d, not 0 to %d", s.CancelSeconds, maxCancel)
	}
	for _, z := range p.Zones {
		id := string(z.Site) + "/" + string(z.ID)
		c.inSite("zone", id, z.Site, string(z.ID))
		c.must(z.Kind == "" || slices.Contains(care.ZoneKinds(), z.Kind), "zone", id, "the kind %q is not known", z.Kind)
		_, err := care.ParseShape(z.Shape)
		c.must(err == nil, "zone", id, "%v", err)
	}
	for _, e := range p.Edges {
		id := string(e.Site) + "/" + string(e.ID)
		c.inSite("edge", id, e.Site, string(e.ID))
		c.must(len(e.SecretHash) == 0 || len(e.SecretHash) == len(Digest{}), "edge", id, "the hash of its secret is not a SHA-256")
	}
	for _, r := range p.Residents {
		id := string(r.ID)
		c.once("resident", id)
		c.must(id != "" && len(id) <= maxOpaqueID, "resident", id, "the id must have 1 to %d bytes", maxOpaqueID)
		c.must(c.sites[r.Site], "resident", id, "the site %q is not registered", r.Site)
		c.must(r.Zone == "" || c.zones[people.SiteZone{Site: r.Site, Zone: r.Zone}], "resident", id, "his zone %q is not registered", r.Zone)
		c.must(slices.Contains([]people.Mobility{"", people.Walks, people.Helped, people.Bedbound}, r.Mobility), "resident", id, "the mobility %q is none of walks, helped and bedbound", r.Mobility)
		c.contacts("resident", id, r.Contacts)
	}
	for _, v := range p.Points {
		id := string(v.Site) + "/" + string(v.ID)
		c.inSite("point", id, v.Site, string(v.ID))
		c.must(v.Zone == "" || c.zones[people.SiteZone{Site: v.Site, Zone: v.Zone}], "point", id, "its zone %q is not registered", v.Zone)
		c.must(v.Edge == "" || c.edges[people.SiteEdge{Site: v.Site, Edge: v.Edge}], "point", id, "its edge %q is not registered", v.Edge)
		c.must(v.Kind == "" || slices.Contains(care.PointKinds(), v.Kind), "point", id, "the kind %q is not known", v.Kind)
		c.must(slices.Contains([]care.Power{"", care.MainsPower, care.BatteryPower}, v.Power), "point", id, "the power %q is neither mains nor battery", v.Power)
		c.must(0 <= v.ReportSeconds && v.ReportSeconds <= maxReport, "point", id, "report_s is %d, not 0 to %d", v.ReportSeconds, maxReport)
		if v.Resident != "" {
			site, ok := c.residents[v.Resident]
			c.must(ok && site == v.Site, "point", id, "its resident %q is not registered at the site", v.Resident)
		}
	}
	c.users(p, old)
	return errors.Join(c.errs...)
}

// inSite checks what zones, edges and points have in common.
func (c *checker) inSite(kind, name string, site care.SiteID, id string) {
	c.once(kind, name)
	c.must(care.ValidID(id), kind, name, "the id must match [a-z0-9-]{1,40}")
	c.must(c.sites[site], kind, name, "the site %q is not registered", site)
}

// circles finds regions that lie in themselves: such a one would have no top,
// and its inspectors would see nothing.
func (c *checker) circles(p Plan, old *registers) {
	parent := make(map[care.RegionID]care.RegionID)
	for _, r := range old.regions {
		parent[r.ID] = r.Parent
	}
	for _, r := range p.Regions {
		parent[r.ID] = r.Parent
	}
	for _, r := range p.Regions {
		at := r.ID
		for range len(parent) {
			at = parent[at]
		}
		c.must(at == "", "region", string(r.ID), "its parents lead round in a circle")
	}
}

func (c *checker) users(p Plan, old *registers) {
	owner := make(map[string]care.UserID)
	for _, u := range old.users {
		owner[u.Login] = u.ID
	}
	c.badges(p, old, owner)
	for _, u := range p.Users {
		c.once("user", u.Login)
		if u.ID != "" {
			c.once("user id", string(u.ID))
			was, taken := owner[u.Login]
			c.must(!taken || was == u.ID, "user", u.Login, "the login belongs to another user")
		}
		c.must(u.Login != "" && len(u.Login) <= maxOpaqueID, "user", u.Login, "the login must have 1 to %d bytes", maxOpaqueID)
		c.must(len(u.ID) <= maxOpaqueID, "user", u.Login, "the id must have at most %d bytes", maxOpaqueID)
		c.must(u.Role.Valid(), "user", u.Login, "the role %q is not known", u.Role)
		c.must(u.Relation == "" || u.Role == people.Helper && slices.Contains([]people.Relation{people.Neighbour, people.Community}, u.Relation),
			"user", u.Login, "the relation %q is neither neighbour nor community, or he is no helper", u.Relation)
		c.must(u.Authority == "" || u.Role == people.Inspector && slices.Contains([]people.Authority{people.CivilAffairs, people.FireRescue}, u.Authority),
			"user", u.Login, "the authority %q is neither civil_affairs nor fire, or he is no inspector", u.Authority)
		c.must(slices.Contains([]people.Station{"", people.AtStation, people.OnWall}, u.Station), "user", u.Login, "the station %q is neither station nor wall", u.Station)
		c.must(u.Station == "" || u.Role == people.Carer, "user", u.Login, "a station has the role carer")
		c.must(len(u.Scope.Floors) == 0 || u.Role == people.Carer, "user", u.Login, "only a carer's scope has floors")
		c.must(validLanguage(u.Language), "user", u.Login, "the language %q is neither zh nor en", u.Language)
		c.must(len(u.Badge) <= maxOpaqueID, "user", u.Login, "the badge must have at most %d bytes", maxOpaqueID)
		c.contacts("user", u.Login, u.Contacts)
		for _, id := range u.Scope.Sites {
			c.must(c.sites[id], "user", u.Login, "the site %q of the scope is not registered", id)
		}
		for _, id := range u.Scope.Regions {
			c.must(c.regions[id], "user", u.Login, "the region %q of the scope is not registered", id)
		}
		for _, id := range u.Scope.Residents {
			_, ok := c.residents[id]
			c.must(ok, "user", u.Login, "the resident %q of the scope is not registered", id)
		}
	}
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
	for _, u := range p.Users {
		if u.Badge == "" {
			continue
		}
		other, taken := holder[u.Badge]
		c.must(!taken, "user", u.Login, "the badge is that of user %q", other)
		holder[u.Badge] = u.Login
	}
}

// contacts notes what is wrong with the ways to a person.
func (c *checker) contacts(kind, id string, contacts []people.Contact) {
	if err := checkContacts(contacts); err != nil {
		c.must(false, kind, id, "%v", err)
	}
}

// known joins what is registered and what the plan registers.
func (p Plan) known(old *registers) known {
	k := known{
		make(map[care.RegionID]bool), make(map[care.SiteID]bool), make(map[people.SiteZone]bool),
		make(map[people.SiteEdge]bool), make(map[care.ResidentID]care.SiteID),
	}
	for _, v := range old.regions {
		k.regions[v.ID] = true
	}
	for _, v := range p.Regions {
		k.regions[v.ID] = true
	}
	for _, v := range old.sites {
		k.sites[v.ID] = true
	}
	for _, v := range p.Sites {
		k.sites[v.ID] = true
	}
	for _, v := range old.zones {
		k.zones[people.SiteZone{Site: v.Site, Zone: v.ID}] = true
	}
	for _, v := range p.Zones {
		k.zones[people.SiteZone{Site: v.Site, Zone: v.ID}] = true
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
