package admin

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

var everyRole = []people.Role{people.Carer, people.Leader, people.Manager, people.Inspector, people.Family, people.Operator, people.Helper}

// drawScope draws where a role counts, fitting or not.
func drawScope(t *rapid.T) people.Scope {
	some := func(of []string, name string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 2, rapid.ID[string]).Draw(t, name)
	}
	var s people.Scope
	for _, id := range some([]string{"songhe", "hupan", "lanting"}, "sites") {
		s.Sites = append(s.Sites, care.SiteID(id))
	}
	for _, id := range some([]string{"east", "west"}, "regions") {
		s.Regions = append(s.Regions, care.RegionID(id))
	}
	for _, id := range some([]string{"r-songhe", "r-hupan", "r-lanting"}, "residents") {
		s.Residents = append(s.Residents, care.ResidentID(id))
	}
	return s
}

func drawUser(t *rapid.T, id string) people.User {
	return people.User{
		ID: care.UserID(id), Login: id, Name: id, Role: rapid.SampledFrom(everyRole).Draw(t, "role"),
		Disabled: rapid.Bool().Draw(t, "disabled"), Scope: drawScope(t),
	}
}

// reach is all that somebody can do: a power for each site of each kind.
func reach(d *people.Directory, u people.User) []string {
	var can []string
	if unrestricted(u) {
		can = append(can, "everything")
	}
	for _, site := range []care.SiteID{"songhe", "hupan", "lanting"} {
		enabled := u
		enabled.Disabled = false
		if d.SeesSite(enabled, site) {
			can = append(can, fmt.Sprintf("%s %s", u.Role, site))
		}
	}
	return can
}

// TestNobodyGivesWhatHeHasNot lets anybody enter and change anybody, and looks
// at what each can do afterwards.
func TestNobodyGivesWhatHeHasNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &people.Directory{
			Regions: map[care.RegionID]care.Region{"east": {ID: "east"}, "west": {ID: "west"}},
			Sites:   map[care.SiteID]care.Site{}, Residents: map[care.ResidentID]people.Resident{}, Users: map[care.UserID]people.User{},
		}
		for _, site := range []care.SiteID{"songhe", "hupan", "lanting"} {
			d.Sites[site] = care.Site{ID: site, Region: "east"}
			d.Residents["r-"+care.ResidentID(site)] = people.Resident{ID: "r-" + care.ResidentID(site), Site: site}
		}
		for n := range rapid.IntRange(1, 5).Draw(t, "users") {
			u := drawUser(t, fmt.Sprintf("u-%d", n))
			d.Users[u.ID] = u
		}
		actor := d.Users["u-0"]
		actor.Disabled = false
		actor.Role = rapid.SampledFrom([]people.Role{people.Manager, people.Operator}).Draw(t, "actor")
		d.Users["u-0"] = actor
		row := drawUser(t, fmt.Sprintf("u-%d", rapid.IntRange(0, 6).Draw(t, "whom")))
		was, known := d.Users[row.ID]
		if !known {
			row.ID = ""
		}
		c := Change{Users: []people.User{row}}
		mistakes, err := rights(d, actor, &c)
		if err != nil || len(mistakes) > 0 || known && same(userRow(d, row), userRow(d, was)) {
			return
		}
		// It is allowed.
		if unrestricted(actor) {
			if row.ID == actor.ID && (row.Role != actor.Role || row.Disabled) {
				t.Fatalf("%+v changes himself to %+v", actor, row)
			}
			return
		}
		own := reach(d, actor)
		for _, u := range []people.User{row, was} {
			for _, power := range reach(d, u) {
				var role, site string
				if _, err := fmt.Sscan(power, &role, &site); err != nil {
					t.Fatalf("%s may change somebody who can do %s", actor.Role, power)
				}
				mine := slices.Contains(own, string(actor.Role)+" "+site)
				higher := role == "inspector" || role == "operator" && actor.Role != people.Operator
				if !mine || higher {
					t.Fatalf("%s of %v makes, or changes, a %s of %s", actor.Role, actor.Scope.Sites, role, site)
				}
			}
		}
	})
}

// TestAnOperatorIsLeft lets operators change each other in one file.
func TestAnOperatorIsLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &people.Directory{Sites: map[care.SiteID]care.Site{"songhe": {ID: "songhe"}}, Users: map[care.UserID]people.User{}}
		for n := range rapid.IntRange(1, 4).Draw(t, "operators") {
			id := care.UserID(fmt.Sprintf("u-%d", n))
			d.Users[id] = people.User{ID: id, Login: string(id), Role: people.Operator}
		}
		var c Change
		after := map[care.UserID]people.User{}
		maps.Copy(after, d.Users)
		for _, id := range []care.UserID{"u-0", "u-1", "u-2", "u-3"} {
			u, known := d.Users[id]
			if !known || id == "u-0" && len(d.Users) > 1 || rapid.Bool().Draw(t, "left alone") {
				continue
			}
			u.Disabled = rapid.Bool().Draw(t, "disabled")
			if rapid.Bool().Draw(t, "narrowed") {
				u.Scope.Sites = []care.SiteID{"songhe"}
			}
			c.Users = append(c.Users, u)
			after[id] = u
		}
		mistakes, err := rights(d, d.Users["u-0"], &c)
		if err != nil {
			t.Fatal(err)
		}
		left := 0
		for _, u := range after {
			if unrestricted(u) && !u.Disabled {
				left++
			}
		}
		if left == 0 && len(mistakes) == 0 {
			t.Fatalf("nobody is left after %+v", c.Users)
		}
	})
}
