package rule_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/rule"
)

// revise puts other rules in force, for the place of the story or for none.
func (s *story) revise(source string, known bool) *story {
	s.t.Helper()
	s.set = parse(s.t, source)
	s.apply(s.set.Revise(s.now, conditions(s), func(rule.Condition) (rule.Place, bool) { return s.place, known }))
	return s
}

func TestRulesThatChange(t *testing.T) {
	cold := func() *story {
		s := play(t, coldBedroom, "Asia/Shanghai", "2026-12-01 20:00")
		return s.read(care.Temperature, 15.5).wait(10*time.Minute).read(care.Temperature, 15.5).wait(10*time.Minute).read(care.Temperature, 15.5)
	}
	raised := func() *story {
		return cold().wait(10*time.Minute).read(care.Temperature, 15.5).expect("12-01 20:30 cold")
	}
	change := func(old, replacement string) string {
		if !strings.Contains(coldBedroom, old) {
			t.Fatalf("the rule has no %q", old)
		}
		return strings.ReplaceAll(coldBedroom, old, replacement)
	}
	t.Run("nothing", func(t *testing.T) {
		s := cold()
		before := s.memory["cold"]
		s.revise(coldBedroom, true).expect()
		if diff := cmp.Diff(before, s.memory["cold"]); diff != "" {
			t.Errorf("the condition (-before +after):\n%s", diff)
		}
		s.wait(10 * time.Minute).expect("12-01 20:30 cold")
	})
	t.Run("a name does not matter", func(t *testing.T) {
		cold().revise(change("Bedroom too cold", "Cold"), true).wait(10 * time.Minute).expect("12-01 20:30 cold")
	})
	t.Run("a shorter time is over at once", func(t *testing.T) {
		cold().revise(change("30m", "10m"), true).expect("12-01 20:20 cold").due().expect()
	})
	t.Run("a longer time goes on from where it began", func(t *testing.T) {
		s := cold().revise(change("30m", "40m"), true).wait(10*time.Minute).read(care.Temperature, 15.5).expect()
		s.wait(10 * time.Minute).expect("12-01 20:40 cold")
	})
	t.Run("a lower limit is not met any longer", func(t *testing.T) {
		cold().revise(change("16.0", "15.0"), true).wait(10 * time.Minute).expect()
	})
	t.Run("a higher limit is met from now on", func(t *testing.T) {
		s := play(t, coldBedroom, "Asia/Shanghai", "2026-12-01 20:00")
		s.read(care.Temperature, 17).wait(5*time.Minute).revise(change("16.0", "18.0"), true)
		for range 6 {
			s.wait(5*time.Minute).read(care.Temperature, 17)
		}
		s.expect("12-01 20:35 cold")
	})
	t.Run("a higher limit says nothing of what a room was hours ago", func(t *testing.T) {
		s := play(t, coldBedroom, "Asia/Shanghai", "2026-12-01 20:00")
		s.read(care.Temperature, 15).read(care.Temperature, 17).away(3*time.Hour).revise(change("16.0", "18.0"), true)
		if got := s.memory["cold"].State; got != rule.Idle {
			t.Errorf("the condition is %s, want idle", got)
		}
	})
	t.Run("what fell due before is not put off", func(t *testing.T) {
		s := play(t, nightDoor, "Asia/Shanghai", "2026-07-01 21:50")
		s.read(care.Contact, 1).away(20*time.Minute).revise(nightDoor, true).expect("07-01 22:05 door (told 07-01 22:10)")
	})
	t.Run("what was raised ends when the end is met", func(t *testing.T) {
		raised().revise(change("17.0", "15.0"), true).expect()
		raised().revise(strings.ReplaceAll(change("17.0", "15.0"), "16.0", "14.0"), true).expect("12-01 20:30 cold ends")
	})
	t.Run("what was raised ends with its rule", func(t *testing.T) {
		s := raised().revise("rules: []", true).expect("12-01 20:30 cold ends")
		if len(s.disk) != 0 {
			t.Errorf("conditions remain: %v", s.disk)
		}
	})
	t.Run("what counted is forgotten with its rule", func(t *testing.T) {
		s := cold().revise("rules: []", true).expect()
		if len(s.disk) != 0 {
			t.Errorf("conditions remain: %v", s.disk)
		}
	})
	t.Run("what was raised ends when it is another class", func(t *testing.T) {
		raised().revise(change("class: vital", "class: fault"), true).expect("12-01 20:30 cold ends")
	})
	t.Run("what was raised ends when its point is gone", func(t *testing.T) {
		raised().revise(coldBedroom, false).expect("12-01 20:30 cold ends")
	})
	t.Run("what was raised ends when its point is elsewhere", func(t *testing.T) {
		s := raised()
		s.place.Zone.Name.ZH = "阳台"
		s.revise(coldBedroom, true).expect("12-01 20:30 cold ends")
	})
	t.Run("a reading at another place ends it as well", func(t *testing.T) {
		s := raised()
		s.place.Zone.Name.ZH = "阳台"
		s.read(care.Temperature, 3).expect("12-01 20:30 cold ends")
	})
	t.Run("a due of a rule that is gone ends it as well", func(t *testing.T) {
		s := play(t, nightDoor, "Asia/Shanghai", "2026-07-01 22:00")
		s.read(care.Contact, 1).wait(time.Hour).expect("07-01 22:05 door")
		s.set = parse(t, gasAtOnce)
		s.until("2026-07-02 06:00").expect("07-02 06:00 door ends")
	})
	t.Run("a reading of a rule that is another thing now", func(t *testing.T) {
		s := raised()
		s.set = parse(t, change("class: vital", "class: fault\n    severity: low"))
		s.wait(time.Minute).read(care.Temperature, 15).expect("12-01 20:31 cold ends")
		if got := s.memory["cold"]; got.Class != care.Fault || got.State != rule.Pending {
			t.Errorf("the condition is %+v, want one of the new class that counts", got)
		}
	})
}

// TestReplay has a week of a door, and readings of other quantities between.
func TestReplay(t *testing.T) {
	set := parse(t, nightDoor+strings.TrimPrefix(gasAtOnce, "\nrules:\n"))
	p := bedroom("Asia/Shanghai")
	start := time.Date(2026, 7, 1, 21, 50, 0, 0, p.Site.Location())
	read := func(after time.Duration, q care.Quantity, v float64) care.Reading {
		return care.Reading{Site: "home-1", Point: "bed-air", Quantity: q, Time: start.Add(after), Value: v}
	}
	readings := []care.Reading{
		read(0, care.Contact, 1),
		read(time.Minute, care.GasLevel, 12),
		read(2*time.Minute, care.Temperature, 12),
		read(3*time.Minute, care.GasLevel, 1),
		read(48*time.Hour, care.Contact, 1), // 21:50 two days later
		read(49*time.Hour, care.Contact, 0),
		read(200*time.Hour, care.GasLevel, 99), // after the end
	}
	at := func(after time.Duration) time.Time { return start.Add(after).UTC() }
	want := []rule.Raised{
		{Rule: "gas", Class: care.Gas, Site: "home-1", Point: "bed-air", At: at(time.Minute), Until: at(3 * time.Minute), Value: 12},
		{Rule: "door", Class: care.Wandering, Site: "home-1", Point: "bed-air", At: at(15 * time.Minute), Until: at(490 * time.Minute), Value: 1},
		{Rule: "door", Class: care.Wandering, Site: "home-1", Point: "bed-air", At: at(24*time.Hour + 15*time.Minute), Until: at(24*time.Hour + 490*time.Minute), Value: 1},
		{Rule: "door", Class: care.Wandering, Site: "home-1", Point: "bed-air", At: at(48*time.Hour + 15*time.Minute), Until: at(49 * time.Hour), Value: 1},
	}
	if diff := cmp.Diff(want, set.Replay(p, slices.Values(readings), start.Add(100*time.Hour))); diff != "" {
		t.Errorf("raised (-want +got):\n%s", diff)
	}
}

// BenchmarkObserve has a temperature that is as it should be, with the rules
// that are shipped.
func BenchmarkObserve(b *testing.B) {
	set, p := rule.Default(), bedroom("Asia/Shanghai")
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	conditions := map[string]rule.Condition{}
	before := func(id string) (rule.Condition, bool) { c, ok := conditions[id]; return c, ok }
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		for _, ch := range set.Observe(now, p, before, care.Reading{Quantity: care.Temperature, Time: now, Value: 21}) {
			conditions[ch.Condition.Rule] = ch.Condition
		}
	}
}
