package demo

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/board"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

// build makes the district with secrets that can be told apart.
func build() *District {
	n := 0
	count := func() string { n++; return fmt.Sprintf("secret-%d", n) }
	return Build(Options{
		Seed: 1, MQTT: "tcp://127.0.0.1:1883", HTTPS: "http://127.0.0.1:8080", Data: "/somewhere",
		Secret: count, Password: count,
	})
}

func TestTheDistrictHasTheSizeThatIsPromised(t *testing.T) {
	d := build()
	got := map[string]int{}
	floors := map[string]bool{}
	for _, r := range d.Plan.Regions {
		got[r.Level]++
	}
	for _, s := range d.Plan.Sites {
		got[string(s.Kind)]++
		if s.Kind == care.NursingHome {
			got["residents"] = len(s.Residents)
			for _, z := range s.Zones {
				floors[z.Floor] = true
				if z.Kind == care.Bedroom {
					got["rooms"]++
				}
				if _, err := care.ParseShape(z.Shape); err != nil || (z.Shape != "") != (z.Floor == "2") {
					t.Errorf("room %s has the outline %q: %v", z.ID, z.Shape, err)
				}
			}
			for _, r := range s.Residents {
				if r.Zone == "" || r.Bed == "" || r.Mobility == "" {
					t.Errorf("nobody knows where %s sleeps and how he gets out: %+v", r.ID, r)
				}
			}
		}
	}
	got["floors"], got["edges"], got["people"] = len(floors), len(d.Units), len(d.Plan.Users)
	for _, u := range d.Plan.Users {
		if u.Relation == "neighbour" {
			got["neighbours"]++
		}
		if u.KeyHolder {
			got["keys"]++
		}
	}
	for _, u := range d.Units {
		for _, dev := range u.Config.Devices {
			if dev.Driver == config.ADXL345 {
				got["fall sensors"]++
			}
			if dev.Points["presence"] != "" {
				got["presence buttons"]++
			}
		}
	}
	want := map[string]int{
		"city": 1, "district": 1, "township": 3, "village": 9,
		"nursing_home": 1, "private_home": 60, "floors": 3, "rooms": 40, "residents": 62,
		"edges": 100, "people": 69, "neighbours": 60, "keys": 20, "fall sensors": 12, "presence buttons": 82,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the district (-want +got):\n%s", diff)
	}
}

func TestTheSameSeedGivesTheSameDistrict(t *testing.T) {
	if diff := cmp.Diff(build(), build()); diff != "" {
		t.Errorf("two districts of one seed differ:\n%s", diff)
	}
}

// unique fails the test for a key that was there before.
func unique(t *testing.T, seen map[string]bool, kind, key string) {
	t.Helper()
	if key == "" || seen[kind+" "+key] {
		t.Errorf("the %s %q is empty or there twice", kind, key)
	}
	seen[kind+" "+key] = true
}

func bilingual(t *testing.T, what string, text care.Text) {
	t.Helper()
	if text.ZH == "" || text.EN == "" || !strings.ContainsFunc(text.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		t.Errorf("%s has the names %+v, want one in each language", what, text)
	}
}

func TestThePlanIsWhole(t *testing.T) {
	d := build()
	seen := map[string]bool{}
	regions := map[care.RegionID]bool{"": true}
	for _, r := range d.Plan.Regions {
		unique(t, seen, "region", string(r.ID))
		bilingual(t, "region "+string(r.ID), r.Name)
		if !regions[r.Parent] {
			t.Errorf("region %s stands before its parent %q", r.ID, r.Parent)
		}
		regions[r.ID] = true
	}
	for _, s := range d.Plan.Sites {
		where := "site " + string(s.ID)
		unique(t, seen, "site", string(s.ID))
		bilingual(t, where, s.Name)
		bilingual(t, "the address of "+where, s.Address)
		if !care.ValidID(string(s.ID)) || !regions[s.Region] || s.TimeZone == "" {
			t.Errorf("%s has a bad id, no time zone or the unknown region %q", where, s.Region)
		}
		for _, z := range s.Zones {
			unique(t, seen, where+" zone", string(z.ID))
			bilingual(t, where+" zone "+string(z.ID), z.Name)
		}
		for _, e := range s.Edges {
			unique(t, seen, where+" edge", string(e.ID))
			unique(t, seen, "secret", e.Secret)
			bilingual(t, where+" edge "+string(e.ID), e.Name)
		}
		for _, r := range s.Residents {
			unique(t, seen, "resident", string(r.ID))
			unique(t, seen, "name", r.Name)
			if r.Risk != nil {
				bilingual(t, "the risk of "+string(r.ID), *r.Risk)
			}
		}
		for _, p := range s.Points {
			unique(t, seen, where+" point", string(p.ID))
			bilingual(t, where+" point "+string(p.ID), p.Name)
			if !care.ValidID(string(p.ID)) || !seen[where+" edge "+string(p.Edge)] || !seen[where+" zone "+string(p.Zone)] {
				t.Errorf("%s: point %s has a bad id, or the edge %s or the zone %s is not there", where, p.ID, p.Edge, p.Zone)
			}
			if p.Resident != "" && !seen["resident "+string(p.Resident)] {
				t.Errorf("%s: point %s watches %s, who is not there", where, p.ID, p.Resident)
			}
		}
	}
	for _, u := range d.Plan.Users {
		unique(t, seen, "user", string(u.ID))
		unique(t, seen, "login", u.Login)
		for _, id := range u.Scope.Sites {
			if !seen["site "+string(id)] {
				t.Errorf("%s looks after the unknown site %s", u.Login, id)
			}
		}
		for _, id := range u.Scope.Regions {
			if !regions[id] {
				t.Errorf("%s inspects the unknown region %s", u.Login, id)
			}
		}
		for _, id := range u.Scope.Residents {
			if !seen["resident "+string(id)] {
				t.Errorf("%s belongs to the unknown resident %s", u.Login, id)
			}
		}
	}
}

// Every point that an agent reports is in the plan, under the same edge, and the
// plan has no point that nobody reports.
func TestPlanAndEdgesAgree(t *testing.T) {
	d := build()
	type key struct {
		site care.SiteID
		edge care.EdgeID
		what string
	}
	planned, reported := map[key]bool{}, map[key]bool{}
	secrets := map[key]bool{}
	for _, s := range d.Plan.Sites {
		for _, e := range s.Edges {
			secrets[key{s.ID, e.ID, e.Secret}] = true
		}
		for _, p := range s.Points {
			planned[key{s.ID, p.Edge, string(p.ID)}] = true
		}
	}
	for _, u := range d.Units {
		for _, dev := range u.Config.Devices {
			for _, p := range dev.Points {
				reported[key{u.Config.Site, u.Config.Edge, string(p)}] = true
			}
		}
		if !secrets[key{u.Config.Site, u.Config.Edge, string(u.Config.Gateway.Secret)}] {
			t.Errorf("edge %s of %s has another secret than the plan", u.Config.Edge, u.Config.Site)
		}
	}
	if diff := cmp.Diff(planned, reported); diff != "" {
		t.Errorf("points (-plan +edges):\n%s", diff)
	}
}

func TestTheDaughtersMotherFallsAndMayBeSpokenOf(t *testing.T) {
	d := build()
	i := slices.IndexFunc(d.Plan.Users, func(u User) bool { return u.Role == "family" })
	if i < 0 || len(d.Plan.Users[i].Scope.Residents) != 1 {
		t.Fatal("there is no daughter of one resident")
	}
	mother := d.Plan.Users[i].Scope.Residents[0]
	for _, s := range d.Plan.Sites {
		for _, r := range s.Residents {
			if r.ID == mother && (!r.FamilyConsent || r.Name != "张秀英") {
				t.Errorf("the mother is %+v, want 张秀英 with consent", r)
			}
		}
	}
	script, err := scenario.Parse("night", night)
	if err != nil {
		t.Fatal(err)
	}
	falls := slices.ContainsFunc(script.Steps, func(s scenario.Step) bool {
		return s.Action.Verb == scenario.Fall && residentOf(s.Place.Label) == mother
	})
	if !falls {
		t.Errorf("%s does not fall in the night", mother)
	}
}

// An SOS is taken back in the night, and somebody looks in nevertheless.
func TestTheNightHasAnSOSThatIsTakenBackAndACarerWhoComes(t *testing.T) {
	script, err := scenario.Parse("night", night)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range script.Steps {
		if strings.HasPrefix(s.Place.Label, "206") {
			got = append(got, s.After.String()+" "+s.Place.String()+" "+s.Action.String())
		}
	}
	want := []string{"1m23s 206-2 press hold 4s", "1m35s 206-2 cancel button", "2m8s 206 presence"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("in room 206 (-want +got):\n%s", diff)
	}
}

// stage is all boards of the district without their agents.
type stage []*board.Board

func (s stage) Check(p scenario.Place, a scenario.Action) error {
	for _, b := range s {
		if slices.Contains(b.Places(), p.Label) {
			if a.Verb == scenario.Offline {
				return nil // the business of a fleet
			}
			return b.Check(p, a)
		}
	}
	return fmt.Errorf("there is no place %s", p)
}

func (s stage) Perform(scenario.Place, scenario.Action) error { return nil }

func TestEdgesAndNightArePossible(t *testing.T) {
	d := build()
	var boards stage
	places := map[string]bool{}
	for _, u := range d.Units {
		if err := u.Config.Validate(); err != nil {
			t.Error(err)
		}
		b, err := board.New(u.Board, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Places() {
			unique(t, places, "place", p)
			if _, ok := d.People[p]; !ok {
				t.Errorf("nobody is known at %s", p)
			}
		}
		for _, dev := range u.Config.Devices {
			if dev.Pin != "" {
				if _, err := b.Pin(dev.Pin); err != nil {
					t.Error(err)
				}
			} else if _, err := b.Bus(dev.Bus); err != nil {
				t.Error(err)
			}
		}
		boards = append(boards, b)
	}
	for name, source := range map[string]string{"night": night, "moments": strings.Join(moments, "\n")} {
		s, err := scenario.Parse(name, source)
		if err == nil {
			err = s.Check(boards)
		}
		if err != nil {
			t.Error(err)
		}
	}
}
