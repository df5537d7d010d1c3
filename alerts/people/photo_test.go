package people

import (
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

func TestPhotoRuleOfAnIncident(t *testing.T) {
	zone := func(site care.SiteID, id care.ZoneID, kind care.ZoneKind) (SiteZone, care.Zone) {
		return SiteZone{site, id}, care.Zone{Site: site, ID: id, Kind: kind}
	}
	d := &Directory{
		Sites: map[care.SiteID]care.Site{
			"home": {ID: "home", Kind: care.NursingHome}, "flat": {ID: "flat", Kind: care.PrivateHome},
		},
		Zones: map[SiteZone]care.Zone{},
		Points: map[SitePoint]care.Point{
			{"home", "stove"}:   {Site: "home", ID: "stove", Zone: "kitchen"},
			{"home", "pendant"}: {Site: "home", ID: "pendant", Zone: "hall", Resident: "r-2"},
			{"home", "bed-1"}:   {Site: "home", ID: "bed-1", Zone: "parlour", Bed: "1"},
			{"home", "nowhere"}: {Site: "home", ID: "nowhere"},
			{"flat", "stove"}:   {Site: "flat", ID: "stove", Zone: "kitchen"},
		},
		Residents: map[care.ResidentID]Resident{
			"r-1": {ID: "r-1", Site: "home", Zone: "day-room"},
			"r-2": {ID: "r-2", Site: "home", Zone: "203"},
			"r-3": {ID: "r-3", Site: "home", Zone: "hall", LeftAt: new(time.Now())},
		},
	}
	for id, kind := range map[care.ZoneID]care.ZoneKind{
		"kitchen": care.Kitchen, "hall": care.Corridor, "203": care.Bedroom, "day-room": care.Common, "parlour": care.Common, "attic": "",
	} {
		key, z := zone("home", id, kind)
		d.Zones[key] = z
	}
	key, z := zone("flat", "kitchen", care.Kitchen)
	d.Zones[key] = z

	for _, test := range []struct {
		name string
		i    care.Incident
		want care.PhotoRule
	}{
		{"the kitchen by its zone", care.Incident{Site: "home", Zone: "kitchen"}, care.PhotoAllowed},
		{"the kitchen by its point", care.Incident{Site: "home", Point: "stove"}, care.PhotoAllowed},
		{"a resident in the corridor, where another one lay", care.Incident{Site: "home", Point: "pendant", Resident: "r-2"}, care.PhotoAllowed},
		{"a bedroom", care.Incident{Site: "home", Zone: "203", Point: "stove"}, care.PhotoPrivate},
		{"a common room in which somebody lives", care.Incident{Site: "home", Zone: "day-room"}, care.PhotoPrivate},
		{"a common room with a bed", care.Incident{Site: "home", Zone: "parlour"}, care.PhotoPrivate},
		{"the button of that bed", care.Incident{Site: "home", Point: "bed-1"}, care.PhotoPrivate},
		{"a room of which nothing is known", care.Incident{Site: "home", Zone: "attic"}, care.PhotoUnknown},
		{"a room that is not registered", care.Incident{Site: "home", Zone: "cellar"}, care.PhotoUnknown},
		{"a point in no room", care.Incident{Site: "home", Point: "nowhere"}, care.PhotoUnknown},
		{"a point that nobody entered", care.Incident{Site: "home", Point: "new"}, care.PhotoUnknown},
		{"the kitchen of a private home", care.Incident{Site: "flat", Point: "stove"}, care.PhotoAtHome},
		{"a site that is gone", care.Incident{Site: "gone", Zone: "kitchen"}, care.PhotoUnknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := d.PhotoRule(test.i); got != test.want {
				t.Errorf("the rule is %s, want %s", got, test.want)
			}
		})
	}
}
