package ladder_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/ladder"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

var (
	house = care.Site{ID: "songhe", Kind: care.NursingHome, TimeZone: "Asia/Shanghai", Region: "east"}
	home  = care.Site{ID: "home-li", Kind: care.PrivateHome, TimeZone: "Asia/Shanghai", Region: "village"}
	noon  = time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC) // in Shanghai
	night = time.Date(2026, 11, 25, 19, 0, 0, 0, time.UTC)
	no    = false
)

// incident returns one of a class, as it is raised.
func incident(c care.Class) care.Incident {
	return care.Incident{Class: c, Severity: c.Severity(), State: care.Raised}
}

// TestFind has which policies of a book an incident climbs.
func TestFind(t *testing.T) {
	step := []ladder.Step{{To: []ladder.Recipient{"role:manager"}}}
	b := ladder.Book{Policies: []ladder.Policy{
		{ID: "night-fall", For: ladder.Match{Classes: []care.Class{care.Fall}, Hours: "22:00-06:00"}, Steps: step},
		{ID: "day-fall", For: ladder.Match{Classes: []care.Class{care.Fall}, Hours: "06:00-22:00"}, Steps: step},
		{ID: "smoke", For: ladder.Match{Classes: []care.Class{care.Fire}, Confirmed: &no}, Steps: step},
		{ID: "grave", For: ladder.Match{Severity: care.High, SiteKinds: []care.SiteKind{care.NursingHome}}, Steps: step},
	}}
	confirmed := incident(care.Fire)
	confirmed.ConfirmedAt = &noon
	at := func(clock string) time.Time {
		local, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-11-25 "+clock, zone(t, "Asia/Shanghai"))
		if err != nil {
			t.Fatal(err)
		}
		return local.UTC()
	}
	for _, c := range []struct {
		name     string
		site     care.Site
		incident care.Incident
		at       time.Time
		want     string
	}{
		{"a fall at night", house, incident(care.Fall), at("23:00:00"), "night-fall"},
		{"a fall after midnight", house, incident(care.Fall), at("05:59:59"), "night-fall"},
		{"the end is outside", house, incident(care.Fall), at("06:00:00"), "day-fall"},
		{"the beginning is inside", house, incident(care.Fall), at("22:00:00"), "night-fall"},
		{"smoke that nothing confirms", house, incident(care.Fire), noon, "smoke"},
		{"a confirmed fire goes to the next that fits", house, confirmed, noon, "grave"},
		{"a confirmed fire in a home: built in", home, confirmed, noon, "home-fire-confirmed"},
		{"severity is the least", house, incident(care.WaterLeak), noon, "grave"},
		{"a call is less: built in", house, incident(care.Call), noon, "house-call"},
		{"the same of a home", home, incident(care.WaterLeak), noon, "home-emergency"},
		{"a site of a kind that nobody knows", care.Site{Kind: "ship"}, incident(care.SOS), noon, "any"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := b.Find(c.site, c.incident, c.at).ID; got != c.want {
				t.Errorf("it climbs %s, want %s", got, c.want)
			}
		})
	}
	for id, want := range map[string]bool{"smoke": true, "home-fire": true, "gone": false} {
		if p, ok := b.Policy(id); ok != want || ok && p.ID != id {
			t.Errorf("policy %s is found: %t (%s), want %t", id, ok, p.ID, want)
		}
	}
}

// TestBuiltIn checks of the policies that are built in what must hold of each.
func TestBuiltIn(t *testing.T) {
	all := ladder.Defaults()
	renamed := ladder.Book{}
	for _, p := range all {
		p.ID = "x-" + p.ID
		renamed.Policies = append(renamed.Policies, p)
	}
	if err := renamed.Check(); err != nil {
		t.Errorf("they have mistakes:\n%v", err)
	}
	for _, p := range all {
		for _, c := range care.Classes() {
			climbs := len(p.For.Classes) == 0 || slices.Contains(p.For.Classes, c)
			if !climbs || p.ID == "any" {
				continue
			}
			for n, s := range p.Steps {
				for _, r := range s.To {
					if (c == care.Call || c.Equipment()) && r == "family" {
						t.Errorf("%s, step %d: the family is told of %s", p.ID, n, c)
					}
					inHouse := slices.Contains(p.For.SiteKinds, care.NursingHome)
					if inHouse && !c.LifeSafety() && strings.HasPrefix(string(r), "inspector:") {
						t.Errorf("%s, step %d: the inspector of a house is told of %s", p.ID, n, c)
					}
				}
				if w := s.WaitSeconds; c.NeverMuted() && n < len(p.Steps)-1 && (w < 60 || w > 180) {
					t.Errorf("%s, step %d: %d s are waited for an answer to %s, want 60 to 180", p.ID, n, w, c)
				}
			}
			if c.NeverMuted() && p.AgainSeconds > 180 {
				t.Errorf("%s: %s comes again after %d s, want at most 180", p.ID, c, p.AgainSeconds)
			}
		}
	}
}

// TestEveryIncidentHasAPolicyOfItsOwn goes through all classes, kinds of sites,
// and times of day: none is left to the last policy, which is for what nobody
// has thought of.
func TestEveryIncidentHasAPolicyOfItsOwn(t *testing.T) {
	for _, c := range care.Classes() {
		for _, kind := range []care.SiteKind{care.NursingHome, care.DayCare, care.PrivateHome} {
			for _, at := range []time.Time{noon, night} {
				for _, confirmed := range []*time.Time{nil, &noon} {
					site, i := care.Site{Kind: kind, TimeZone: "Asia/Shanghai"}, incident(c)
					i.ConfirmedAt = confirmed
					p := ladder.Book{}.Find(site, i, at)
					wantPrefix := "house-"
					if kind == care.PrivateHome {
						wantPrefix = "home-"
					}
					if !strings.HasPrefix(p.ID, wantPrefix) {
						t.Errorf("%s in a %s climbs %s", c, kind, p.ID)
					}
					if got := p.ID == wantPrefix+"fire-confirmed"; got != (c.LifeSafety() && confirmed != nil) {
						t.Errorf("%s in a %s, confirmed at %v, climbs %s", c, kind, confirmed, p.ID)
					}
				}
			}
		}
	}
}

// TestLifeSafetyEquipmentAtNight: a smoke detector of a house that is silent is
// raised as high and told at once; a lamp waits until the morning.
func TestLifeSafetyEquipmentAtNight(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	detector, lamp := incident(care.Silent), incident(care.Silent)
	detector.Severity = care.High
	p := ladder.Book{}.Find(house, detector, night)
	if got := p.Due(night, shanghai); p.ID != "house-equipment-safety" || !got.Equal(night) {
		t.Errorf("%s tells of the detector at %s, want at once", p.ID, got)
	}
	p = ladder.Book{}.Find(house, lamp, night)
	morning := time.Date(2026, 11, 26, 7, 0, 0, 0, shanghai)
	if got := p.Due(night, shanghai); p.ID != "house-equipment" || !got.Equal(morning) {
		t.Errorf("%s tells of the lamp at %s, want %s", p.ID, got, morning)
	}
}

// TestQuietHours has when a step that falls due is taken.
func TestQuietHours(t *testing.T) {
	for _, c := range []struct {
		name, zone, quiet, at, want string
	}{
		{"in the evening: the next morning", "Asia/Shanghai", "21:00-07:00", "2026-11-25 21:00:00", "2026-11-26 07:00:00"},
		{"after midnight: the same morning", "Asia/Shanghai", "21:00-07:00", "2026-11-26 06:59:59", "2026-11-26 07:00:00"},
		{"by day: then", "Asia/Shanghai", "21:00-07:00", "2026-11-26 07:00:00", "2026-11-26 07:00:00"},
		{"no quiet hours: then", "Asia/Shanghai", "", "2026-11-26 03:00:00", "2026-11-26 03:00:00"},
		{"quiet at noon", "Asia/Shanghai", "12:00-14:00", "2026-11-26 13:00:00", "2026-11-26 14:00:00"},
		{"until midnight", "Asia/Shanghai", "20:00-24:00", "2026-11-26 23:00:00", "2026-11-27 00:00:00"},
		{"over a leap day", "Asia/Shanghai", "21:00-07:00", "2028-02-28 22:00:00", "2028-02-29 07:00:00"},
		{"the clocks go forward", "Europe/Berlin", "21:00-07:00", "2026-03-28 22:00:00", "2026-03-29 07:00:00"},
		{"the clocks go back", "Europe/Berlin", "21:00-07:00", "2026-10-24 22:00:00", "2026-10-25 07:00:00"},
		{"New York goes forward", "America/New_York", "21:00-07:00", "2026-03-08 01:59:59", "2026-03-08 07:00:00"},
		{"New York goes back", "America/New_York", "21:00-07:00", "2026-11-01 01:30:00", "2026-11-01 07:00:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			loc := zone(t, c.zone)
			at, err1 := time.ParseInLocation(time.DateTime, c.at, loc)
			want, err2 := time.ParseInLocation(time.DateTime, c.want, loc)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			if got := (ladder.Policy{Quiet: c.quiet}).Due(at.UTC(), loc); !got.Equal(want) {
				t.Errorf("due at %s, want %s", got.In(loc), want)
			}
		})
	}
}

// TestQuietHoursThatEndInTheSkippedHour: the clock goes from 02:00 to 03:00,
// and 02:30 never comes. A step is taken that night, and never before its time.
func TestQuietHoursThatEndInTheSkippedHour(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	p := ladder.Policy{Quiet: "21:00-02:30"}
	for at := time.Date(2026, 3, 28, 20, 30, 0, 0, berlin); at.Before(time.Date(2026, 3, 29, 5, 0, 0, 0, berlin)); at = at.Add(10 * time.Minute) {
		got := p.Due(at, berlin)
		if got.Before(at) || got.After(at) && got.After(time.Date(2026, 3, 29, 3, 30, 0, 0, berlin)) {
			t.Errorf("due at %s, it is taken at %s", at, got)
		}
	}
}

// TestTimetable reads the night of a fall at home and of one in a house.
func TestTimetable(t *testing.T) {
	for id, want := range map[string][]string{
		"home-emergency": {
			"0s resident", "1m0s helper:neighbour", "2m30s helper:community", "4m30s family", "6m30s inspector:township", "9m30s inspector:township",
		},
		"house-emergency": {
			"0s duty:carer", "1m0s duty:carer", "2m0s duty:carer", "3m30s duty:leader", "5m30s duty:carer", "8m30s duty:carer",
		},
		"house-fire-confirmed": {"0s duty:carer", "2m0s duty:carer"},
	} {
		p, ok := ladder.Book{}.Policy(id)
		if !ok {
			t.Fatalf("there is no policy %s", id)
		}
		var got []string
		for _, m := range ladder.Timetable(p) {
			got = append(got, m.After.String()+" "+string(p.Step(m.Position).To[0]))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
	if got := ladder.Timetable(ladder.Policy{}); got != nil {
		t.Errorf("a policy without steps has the timetable %v", got)
	}
}
