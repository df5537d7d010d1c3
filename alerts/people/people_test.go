package people_test

import (
	"slices"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// district is a picture of two homes in two townships of one district.
var district = &people.Directory{
	Regions: map[care.RegionID]care.Region{
		"district": {ID: "district"},
		"east":     {ID: "east", Parent: "district"},
		"west":     {ID: "west", Parent: "district"},
	},
	Sites: map[care.SiteID]care.Site{
		"songhe": {ID: "songhe", Region: "east"},
		"meiyua": {ID: "meiyua", Region: "west"},
	},
	Points: map[people.SitePoint]care.Point{
		{Site: "songhe", Point: "203-1-call"}: {Site: "songhe", ID: "203-1-call"},
	},
	Residents: map[care.ResidentID]people.Resident{
		"r-li":   {ID: "r-li", Site: "songhe", FamilyConsent: true},
		"r-zhou": {ID: "r-zhou", Site: "songhe"},
	},
}

func user(role people.Role, scope people.Scope) people.User {
	return people.User{ID: "u-1", Role: role, Scope: scope}
}

var songheOnly = people.Scope{Sites: []care.SiteID{"songhe"}}

// TestScope has what each role sees of and does on the home in the east,
// where an incident of class fall of Mr Li is open.
func TestScope(t *testing.T) {
	type can struct{ Site, Incident, Act bool }
	for _, c := range []struct {
		name string
		user people.User
		want can
	}{
		{"a carer of the home", user(people.Carer, songheOnly), can{true, true, true}},
		{"a leader of the home", user(people.Leader, songheOnly), can{true, true, true}},
		{"a manager of the home", user(people.Manager, songheOnly), can{true, true, true}},
		{"a carer of another home", user(people.Carer, people.Scope{Sites: []care.SiteID{"meiyua"}}), can{false, false, false}},
		{"a carer of no home", user(people.Carer, people.Scope{}), can{false, false, false}},
		{"an inspector of the township", user(people.Inspector, people.Scope{Regions: []care.RegionID{"east"}}), can{true, true, false}},
		{"an inspector of the district", user(people.Inspector, people.Scope{Regions: []care.RegionID{"district"}}), can{true, true, false}},
		{"an inspector of the other township", user(people.Inspector, people.Scope{Regions: []care.RegionID{"west"}}), can{false, false, false}},
		{"an inspector of nowhere", user(people.Inspector, people.Scope{}), can{false, false, false}},
		{"the family of Mr Li", user(people.Family, people.Scope{Residents: []care.ResidentID{"r-li"}}), can{true, true, false}},
		{"the family of a neighbour", user(people.Family, people.Scope{Residents: []care.ResidentID{"r-zhou"}}), can{true, false, false}},
		{"the family of nobody known", user(people.Family, people.Scope{Residents: []care.ResidentID{"r-none"}}), can{false, false, false}},
		{"an operator of everything", user(people.Operator, people.Scope{}), can{true, true, false}},
		{"an operator of the home", user(people.Operator, songheOnly), can{true, true, false}},
		{"an operator of another home", user(people.Operator, people.Scope{Sites: []care.SiteID{"meiyua"}}), can{false, false, false}},
		{"somebody without a role", user("", songheOnly), can{false, false, false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fall := care.Incident{Site: "songhe", Class: care.Fall, Resident: "r-li"}
			got := can{district.SeesSite(c.user, "songhe"), district.SeesIncident(c.user, fall), district.Acts(c.user, "songhe")}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// TestFamilySees has the incidents of one's own elder that a family is shown.
func TestFamilySees(t *testing.T) {
	family := user(people.Family, people.Scope{Residents: []care.ResidentID{"r-li", "r-zhou"}})
	for _, c := range []struct {
		name     string
		incident care.Incident
		want     bool
	}{
		{"a fall", care.Incident{Site: "songhe", Class: care.Fall, Resident: "r-li"}, true},
		{"an SOS", care.Incident{Site: "songhe", Class: care.SOS, Resident: "r-li"}, true},
		{"a plain call", care.Incident{Site: "songhe", Class: care.Call, Resident: "r-li"}, false},
		{"an empty battery", care.Incident{Site: "songhe", Class: care.Battery, Resident: "r-li"}, false},
		{"a fall without consent", care.Incident{Site: "songhe", Class: care.Fall, Resident: "r-zhou"}, false},
		{"a fire of nobody's own", care.Incident{Site: "songhe", Class: care.Fire}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := district.SeesIncident(family, c.incident); got != c.want {
				t.Errorf("got %t, want %t", got, c.want)
			}
		})
	}
}

// TestDisabledSeesNothing has users who see a fall of Mr Li, until they are
// disabled.
func TestDisabledSeesNothing(t *testing.T) {
	fall := care.Incident{Site: "songhe", Class: care.Fall, Resident: "r-li"}
	for _, u := range []people.User{
		user(people.Carer, songheOnly), user(people.Inspector, people.Scope{Regions: []care.RegionID{"east"}}),
		user(people.Family, people.Scope{Residents: []care.ResidentID{"r-li"}}), user(people.Helper, people.Scope{Residents: []care.ResidentID{"r-li"}}),
	} {
		t.Run(string(u.Role), func(t *testing.T) {
			if !district.SeesIncident(u, fall) {
				t.Fatal("she does not see it while she may")
			}
			u.Disabled = true
			if district.SeesIncident(u, fall) {
				t.Error("disabled, and sees it")
			}
		})
	}
}

// TestWhoHasLeftIsNotConcerned: a fire in a flat concerns those who live there,
// and what happened to somebody by name stays his.
func TestWhoHasLeftIsNotConcerned(t *testing.T) {
	gone := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	d := &people.Directory{
		Sites: map[care.SiteID]care.Site{"flat": {ID: "flat", Kind: care.PrivateHome}},
		Residents: map[care.ResidentID]people.Resident{
			"r-wang": {ID: "r-wang", Site: "flat", FamilyConsent: true, LeftAt: &gone}, "r-wu": {ID: "r-wu", Site: "flat", FamilyConsent: true},
		},
	}
	fire := care.Incident{Site: "flat", Class: care.Fire}
	if got := d.Concerned(fire); !slices.Equal(got, []care.ResidentID{"r-wu"}) {
		t.Errorf("a fire concerns %v", got)
	}
	if d.SeesIncident(user(people.Family, people.Scope{Residents: []care.ResidentID{"r-wang"}}), fire) {
		t.Error("the family of who moved out sees what burns there")
	}
	fire.Resident = "r-wang"
	if got := d.Concerned(fire); !slices.Equal(got, []care.ResidentID{"r-wang"}) {
		t.Errorf("his own fire of that time concerns %v", got)
	}
}

// TestRegionsInACircle checks that broken data ends in an answer.
func TestRegionsInACircle(t *testing.T) {
	d := &people.Directory{Regions: map[care.RegionID]care.Region{
		"a": {ID: "a", Parent: "b"}, "b": {ID: "b", Parent: "a"},
	}}
	if d.Within("a", []care.RegionID{"c"}) {
		t.Error("a lies within c")
	}
	if !d.Within("a", []care.RegionID{"b"}) {
		t.Error("a does not lie within b, its parent")
	}
}

func TestPoint(t *testing.T) {
	if _, ok := district.Point("songhe", "203-1-call"); !ok {
		t.Error("the point of the home is not found")
	}
	if _, ok := district.Point("meiyua", "203-1-call"); ok {
		t.Error("the point is found in another home")
	}
}

func TestRoles(t *testing.T) {
	if !people.Family.Valid() || people.Role("owner").Valid() {
		t.Error("the roles are not those of the contract")
	}
}

// TestFireOfficerSees has what an inspector of the fire service is shown: never
// what a resident needed help with.
func TestFireOfficerSees(t *testing.T) {
	d := &people.Directory{
		Regions: district.Regions, Sites: district.Sites,
		Points: map[people.SitePoint]care.Point{
			{Site: "songhe", Point: "203-smoke"}:  {Site: "songhe", ID: "203-smoke", Kind: care.FireDetector},
			{Site: "songhe", Point: "203-1-call"}: {Site: "songhe", ID: "203-1-call"},
		},
	}
	officer := user(people.Inspector, people.Scope{Regions: []care.RegionID{"east"}})
	officer.Authority = people.FireRescue
	for _, c := range []struct {
		name     string
		incident care.Incident
		want     bool
	}{
		{"a fire", care.Incident{Site: "songhe", Class: care.Fire, Point: "203-1-call"}, true},
		{"gas", care.Incident{Site: "songhe", Class: care.Gas}, true},
		{"a fire of another township", care.Incident{Site: "meiyua", Class: care.Fire}, false},
		{"a fall", care.Incident{Site: "songhe", Class: care.Fall, Resident: "r-li"}, false},
		{"an SOS", care.Incident{Site: "songhe", Class: care.SOS}, false},
		{"a room that is too cold", care.Incident{Site: "songhe", Class: care.Vital}, false},
		{"a smoke detector that is not heard", care.Incident{Site: "songhe", Class: care.Silent, Point: "203-smoke"}, true},
		{"a bedside button that is not heard", care.Incident{Site: "songhe", Class: care.Silent, Point: "203-1-call"}, false},
		{"an edge that is not heard", care.Incident{Site: "songhe", Class: care.Silent, Point: care.EdgePoint("e-2", "")}, true},
		{"a house that is not heard", care.Incident{Site: "songhe", Class: care.Silent, Point: care.SitePoint("songhe")}, true},
		{"a duty that nobody has", care.Incident{Site: "songhe", Class: care.Fault, Point: care.RosterPoint("night")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := d.SeesIncident(officer, c.incident); got != c.want {
				t.Errorf("got %t, want %t", got, c.want)
			}
		})
	}
	civil := officer
	civil.Authority = people.CivilAffairs
	if !d.SeesIncident(civil, care.Incident{Site: "songhe", Class: care.Fall}) {
		t.Error("civil affairs does not see that somebody fell")
	}
	officer.Role = people.Carer
	if officer.FireOfficer() {
		t.Error("a carer is a fire officer")
	}
}
