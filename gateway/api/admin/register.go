package admin

import (
	"cmp"
	"context"
	"slices"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Register is what is registered, as far as the viewer administers it.
type Register struct {
	Can       Rights         `json:"can"`
	Regions   []RegionForm   `json:"regions"`
	Sites     []SiteForm     `json:"sites"`
	Zones     []ZoneForm     `json:"zones" doc:"of the site that was asked for; so it is with edges, residents and points"`
	Edges     []EdgeForm     `json:"edges"`
	Residents []ResidentForm `json:"residents"`
	Points    []PointForm    `json:"points"`
	Users     []UserForm     `json:"users" doc:"with a site, those who have to do with it"`
}

// Rights are what the viewer may do.
type Rights struct {
	Regions bool          `json:"regions"`
	Sites   bool          `json:"sites" doc:"enter new ones"`
	Site    bool          `json:"site" doc:"change the sites of his scope"`
	Edges   bool          `json:"edges"`
	Roles   []people.Role `json:"roles" doc:"that he may give"`
}

type registerRequest struct {
	Site care.SiteID `query:"site" maxLength:"40" doc:"one site; without it only regions, sites and users"`
}

func (m room) register(ctx context.Context, u people.User, in *registerRequest) (Register, error) {
	d, _ := m.Picture()
	if _, known := d.Sites[in.Site]; in.Site != "" && (!known || !d.SeesSite(u, in.Site)) {
		return Register{}, api.ErrNotFound("site")
	}
	v := Register{
		Can: may(u), Regions: []RegionForm{}, Sites: []SiteForm{}, Zones: []ZoneForm{}, Edges: []EdgeForm{},
		Residents: []ResidentForm{}, Points: []PointForm{}, Users: []UserForm{},
	}
	for _, r := range sorted(d.Regions, func(a, b care.Region) int { return cmp.Compare(a.ID, b.ID) }) {
		v.Regions = append(v.Regions, RegionForm{r, version(r)})
	}
	for _, s := range sorted(d.Sites, func(a, b care.Site) int { return cmp.Compare(a.ID, b.ID) }) {
		if d.SeesSite(u, s.ID) {
			v.Sites = append(v.Sites, SiteForm{s, version(s)})
		}
	}
	for _, other := range sorted(d.Users, func(a, b people.User) int { return cmp.Compare(a.Login, b.Login) }) {
		if sees(d, u, other) && (in.Site == "" || concerns(d, other, in.Site)) {
			row := userRow(d, other)
			row.Version = version(row)
			row.Editable, row.MustChange = edits(d, u, other), other.MustChange
			v.Users = append(v.Users, row)
		}
	}
	if in.Site == "" {
		return v, nil
	}
	if !u.Role.Staff() { // an operator looks at residents of whom he knows nothing else
		if err := m.Record(ctx, u, care.AuditLooked, "site:"+string(in.Site), "register"); err != nil {
			return Register{}, err
		}
	}
	return v, m.fill(ctx, &v, d, in.Site)
}

// fill adds what is in a site.
func (m room) fill(ctx context.Context, v *Register, d *people.Directory, site care.SiteID) error {
	commissioned, err := m.Commissioned(ctx)
	if err != nil {
		return err
	}
	for _, z := range sorted(d.Zones, func(a, b care.Zone) int { return cmp.Or(cmp.Compare(a.Floor, b.Floor), cmp.Compare(a.ID, b.ID)) }) {
		if z.Site == site {
			v.Zones = append(v.Zones, ZoneForm{z, version(z)})
		}
	}
	for _, e := range sorted(d.Edges, func(a, b care.Edge) int { return cmp.Compare(a.ID, b.ID) }) {
		if e.Site == site {
			v.Edges = append(v.Edges, EdgeForm{e, version(e)})
		}
	}
	for _, r := range sorted(d.Residents, func(a, b people.Resident) int { return cmp.Compare(a.ID, b.ID) }) {
		if r.Site == site {
			row := residentRow(r)
			row.Version = version(row)
			v.Residents = append(v.Residents, row)
		}
	}
	for _, p := range sorted(d.Points, func(a, b care.Point) int { return cmp.Compare(a.ID, b.ID) }) {
		if p.Site != site || care.ParseSubject(p.ID).Kind != care.SubjectPoint {
			continue
		}
		row := PointForm{Point: p, Version: version(p)}
		if at, works := commissioned[people.SitePoint{Site: site, Point: p.ID}]; works {
			row.Commissioned = &at
		}
		v.Points = append(v.Points, row)
	}
	return nil
}

// concerns reports whether a user has to do with a site.
func concerns(d *people.Directory, u people.User, site care.SiteID) bool {
	enabled := u
	enabled.Disabled = false // he may be enabled again
	return d.SeesSite(enabled, site)
}

func may(u people.User) Rights {
	c := Rights{Regions: unrestricted(u), Sites: unrestricted(u), Site: u.Role == people.Operator, Edges: u.Role == people.Operator, Roles: []people.Role{}}
	for _, role := range []people.Role{people.Carer, people.Leader, people.Manager, people.Family, people.Helper, people.Inspector, people.Operator} {
		s := people.Scope{Sites: u.Scope.Sites}
		if grants(u, role, s, func(care.ResidentID) care.SiteID { return "" }) {
			c.Roles = append(c.Roles, role)
		}
	}
	return c
}

// sorted returns the values of a map in order.
func sorted[K comparable, V any](m map[K]V, order func(a, b V) int) []V {
	list := make([]V, 0, len(m))
	for _, v := range m {
		list = append(list, v)
	}
	slices.SortFunc(list, order)
	return list
}
