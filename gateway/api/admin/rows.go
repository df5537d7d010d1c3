package admin

import (
	"context"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

type saveRowsRequest struct {
	Body struct {
		DryRun    bool           `json:"dry_run,omitempty" doc:"only say what would happen"`
		Regions   []RegionForm   `json:"regions,omitempty" maxItems:"2000"`
		Sites     []SiteForm     `json:"sites,omitempty" maxItems:"2000"`
		Zones     []ZoneForm     `json:"zones,omitempty" maxItems:"2000"`
		Edges     []EdgeForm     `json:"edges,omitempty" maxItems:"2000"`
		Residents []ResidentForm `json:"residents,omitempty" maxItems:"2000"`
		Points    []PointForm    `json:"points,omitempty" maxItems:"2000"`
		Users     []UserForm     `json:"users,omitempty" maxItems:"2000"`
	}
}

// saveRows enters and changes rows. A row without a version is a new one; one
// whose version has passed was changed by somebody else, and nothing is done.
func (m room) saveRows(ctx context.Context, u people.User, in *saveRowsRequest) (Outcome, error) {
	b := in.Body
	stale := false
	build := func(d *people.Directory) (Change, []RowMistake, error) {
		var c Change
		v := versions{}
		for n, r := range b.Regions {
			c.Regions = append(c.Regions, r.Region)
			was, known := d.Regions[r.ID]
			v.row(OfRegion, n, string(r.ID), r.Version, known, was)
		}
		for n, r := range b.Sites {
			c.Sites = append(c.Sites, r.Site)
			was, known := d.Sites[r.ID]
			v.row(OfSite, n, string(r.ID), r.Version, known, was)
		}
		for n, r := range b.Zones {
			c.Zones = append(c.Zones, r.Zone)
			was, known := d.Zones[people.SiteZone{Site: r.Site, Zone: r.ID}]
			v.row(OfZone, n, string(r.Site)+"/"+string(r.ID), r.Version, known, was)
		}
		for n, r := range b.Edges {
			c.Edges = append(c.Edges, r.Edge)
			was, known := d.Edges[people.SiteEdge{Site: r.Site, Edge: r.ID}]
			v.row(OfEdge, n, string(r.Site)+"/"+string(r.ID), r.Version, known, was)
		}
		for n, r := range b.Residents {
			c.Residents = append(c.Residents, r.people())
			was, known := d.Residents[r.ID]
			v.row(OfResident, n, string(r.ID), r.Version, known, residentRow(was))
		}
		for n, r := range b.Points {
			c.Points = append(c.Points, r.Point)
			was, known := d.Points[people.SitePoint{Site: r.Site, Point: r.ID}]
			// What only an edge has reported so far is entered like a new one.
			v.row(OfPoint, n, string(r.Site)+"/"+string(r.ID), r.Version, known && !(was.Unregistered && r.Version == ""), was)
		}
		for n, r := range b.Users {
			one := r.people()
			was, known := found(d, one)
			if known && r.ID == "" { // a login that is taken
				v.row(OfUser, n, r.Login, "", true, nil)
			}
			if known && r.ID != "" {
				v.row(OfUser, n, r.Login, r.Version, true, userRow(d, was))
			}
			if !known && r.ID != "" {
				v.stale = true
			}
			c.Users = append(c.Users, one)
		}
		stale = v.stale
		return c, v.mistakes, nil
	}
	d, _ := m.Picture()
	c, _, _ := build(d)
	// Whether a row is old is told to those only who may see it.
	if _, err := rights(d, u, &c); err != nil {
		return Outcome{}, err
	}
	if stale {
		return Outcome{}, errStale()
	}
	return m.apply(ctx, u, b.DryRun, about(c), func(d *people.Directory) (Change, []RowMistake, error) {
		c, mistakes, err := build(d)
		if stale && err == nil {
			err = errStale()
		}
		return c, mistakes, err
	})
}

// versions holds rows against those that they were made of.
type versions struct {
	stale    bool
	mistakes []RowMistake
}

// row looks at one row; was is what is registered of it.
func (v *versions) row(k Kind, n int, id, is string, known bool, was any) {
	field := "id"
	if k == OfUser {
		field = "login"
	}
	switch {
	case is == "" && known:
		v.mistakes = append(v.mistakes, RowMistake{Kind: k, Row: n, ID: id, Field: field, Code: CodeTaken, Text: "there is one of this name already"})
	case is != "" && (!known || version(was) != is):
		v.stale = true
	}
}

// pointsOf returns the points that watch a resident.
func pointsOf(d *people.Directory, r people.Resident) []care.Point {
	var list []care.Point
	for _, p := range d.Points {
		if p.Site == r.Site && p.Resident == r.ID {
			list = append(list, p)
		}
	}
	return list
}
