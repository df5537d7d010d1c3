package rule_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/rule"
)

// zones are those in which the tests play; two of them change their clocks.
var zones = []string{"Asia/Shanghai", "Europe/Berlin", "America/New_York"}

// starts are evenings before nights in which some clock changes, and one before
// the heating season begins.
var starts = []string{"2026-03-28 20:00", "2026-10-24 20:00", "2026-10-31 20:00", "2026-03-07 20:00", "2026-11-14 20:00"}

// anyRule draws a rule on a number between 0 and 3, or on a door.
func anyRule(t *rapid.T) (source string, q care.Quantity, values []float64) {
	q, values = care.Temperature, []float64{0, 1, 2, 3}
	when := rapid.SampledFrom([]string{"value > 1.5", "value < 1.5 || hour == 23", `value >= 2.0 && weekday != "sun"`}).Draw(t, "when")
	lines := []string{}
	if rapid.Bool().Draw(t, "a door") {
		q, values = care.Contact, []float64{0, 1}
		when = "value == 1.0"
	} else if rapid.Bool().Draw(t, "with until") {
		lines = append(lines, "until: value < 0.5")
	}
	lines = append(lines, "class: vital", "quantity: "+string(q), "when: '"+when+"'",
		"for: "+rapid.SampledFrom([]string{"0s", "5m", "30m", "3h"}).Draw(t, "for"))
	if rapid.Bool().Draw(t, "with hours") {
		lines = append(lines, "hours: "+rapid.SampledFrom([]string{"22:00-06:00", "02:30-02:45", "01:30-13:00"}).Draw(t, "hours"))
	}
	if rapid.Bool().Draw(t, "with a season") {
		lines = append(lines, "season: 11-15..03-15")
	}
	return one(lines...), q, values
}

type step struct {
	value float64
	wait  time.Duration
}

func anySteps(t *rapid.T, values []float64, longest int) []step {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{
			rapid.SampledFrom(values).Draw(t, "value"),
			time.Duration(rapid.IntRange(1, longest).Draw(t, "minutes")) * time.Minute,
		}
	}), 1, 40).Draw(t, "steps")
}

// TestACrashChangesNothing ends the gateway after any of the readings and goes
// on with nothing but what was kept: the same is told.
func TestACrashChangesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		source, q, values := anyRule(r)
		zone, start := rapid.SampledFrom(zones).Draw(r, "zone"), rapid.SampledFrom(starts).Draw(r, "start")
		steps := anySteps(r, values, 40)
		whole, broken := play(t, source, zone, start), play(t, source, zone, start)
		for _, s := range steps {
			whole.read(q, s.value).wait(s.wait)
			broken.read(q, s.value)
			if rapid.Bool().Draw(r, "crash") {
				broken.crash()
			}
			broken.wait(s.wait)
		}
		if diff := cmp.Diff(whole.told, broken.told); diff != "" {
			r.Fatalf("what is told (-without +with crashes):\n%s", diff)
		}
	})
}

// TestItDoesNotMatterWhenDuesAreAsked compares a gateway that asks at each due
// time, one that asks at odd times as well, and one that never asks and has
// readings only, which are not far apart. All find the same, at the same times.
func TestItDoesNotMatterWhenDuesAreAsked(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		source, q, values := anyRule(r)
		zone, start := rapid.SampledFrom(zones).Draw(r, "zone"), rapid.SampledFrom(starts).Draw(r, "start")
		steps := anySteps(r, values, 15)
		inTime, often, never := play(t, source, zone, start), play(t, source, zone, start), play(t, source, zone, start)
		for _, s := range steps {
			inTime.read(q, s.value).wait(s.wait)
			never.read(q, s.value).away(s.wait)
			often.read(q, s.value)
			for range 3 {
				for _, c := range often.memory {
					often.apply(often.set.Due(often.now, c, often.place))
				}
				often.wait(s.wait / 3)
			}
		}
		never.due()
		if diff := cmp.Diff(inTime.told, often.told); diff != "" {
			r.Fatalf("what is told (-in time +asked often):\n%s", diff)
		}
		for i, line := range never.told {
			never.told[i], _, _ = cut(line)
		}
		if diff := cmp.Diff(inTime.told, never.told); diff != "" {
			r.Fatalf("what is told (-in time +from readings alone):\n%s", diff)
		}
	})
}

// cut takes away when a line was told.
func cut(line string) (before, after string, found bool) {
	for i := range line {
		if line[i] == '(' {
			return line[:i-1], line[i:], true
		}
	}
	return line, "", false
}

// TestWhateverHappens has readings late, twice and out of order, crashes and
// time without a gateway, and checks what must always be so.
func TestWhateverHappens(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		source, q, values := anyRule(r)
		s := play(t, source, rapid.SampledFrom(zones).Draw(r, "zone"), rapid.SampledFrom(starts).Draw(r, "start"))
		var last rule.Condition
		raised := false
		check := func(changes []rule.Change, late bool) {
			for _, ch := range changes {
				c := ch.Condition
				switch {
				case ch.Fire && ch.Clear:
					r.Fatalf("one change begins and ends it: %+v", ch)
				case ch.Fire && raised:
					r.Fatalf("it is raised twice without an end: %+v", ch)
				case ch.Clear && !raised:
					r.Fatalf("it ends and was not raised: %+v", ch)
				case ch.Fire && late:
					r.Fatalf("a late reading raises it: %+v", ch)
				case (ch.Fire || ch.Clear) && (ch.Evidence == nil || ch.Severity == 0 || !ch.Save || ch.At.IsZero()):
					r.Fatalf("a change is not whole: %+v", ch)
				case c.LastTime.Before(last.LastTime) && !ch.Drop:
					r.Fatalf("the last reading moved back from %s to %s", last.LastTime, c.LastTime)
				}
				raised = raised && !ch.Clear || ch.Fire
				if (c.State == rule.Active) != raised {
					r.Fatalf("it is %s, and raised is %t", c.State, raised)
				}
				if (c.State == rule.Idle) != c.Since.IsZero() {
					r.Fatalf("it is %s since %s", c.State, c.Since)
				}
				last = c
			}
			s.apply(changes)
		}
		r.Repeat(map[string]func(*rapid.T){
			"reading": func(r *rapid.T) {
				ago := time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 5, 14, 16, 40}).Draw(r, "minutes ago")) * time.Minute
				check(s.set.Observe(s.now, s.place, func(string) (rule.Condition, bool) { c, ok := s.memory["r"]; return c, ok },
					care.Reading{Quantity: q, Time: s.now.Add(-ago), Value: rapid.SampledFrom(values).Draw(r, "value")}), ago > care.LateAfter)
			},
			"due": func(r *rapid.T) {
				c, ok := s.memory["r"]
				if !ok {
					return
				}
				check(s.set.Due(s.now, c, s.place), false)
				if c := s.memory["r"]; !c.Due.IsZero() && !c.Due.After(s.now) {
					r.Fatalf("it was asked and is still due at %s, now %s", c.Due, s.now)
				}
			},
			"time": func(r *rapid.T) {
				s.now = s.now.Add(time.Duration(rapid.SampledFrom([]int{1, 4, 30, 600, 5000}).Draw(r, "minutes")) * time.Minute)
			},
			"crash": func(*rapid.T) {
				s.crash()
				last = s.memory["r"]
			},
			"the same rules are loaded again": func(r *rapid.T) {
				check(s.set.Revise(s.now, conditions(s), func(rule.Condition) (rule.Place, bool) { return s.place, true }), false)
			},
		})
	})
}

func conditions(s *story) (out []rule.Condition) {
	for _, c := range s.memory {
		out = append(out, c)
	}
	return out
}

// TestAgainstTheClockOnTheWall compares a door's rule with a carer who looks at
// the door and the clock every minute.
func TestAgainstTheClockOnTheWall(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		zone, start := rapid.SampledFrom(zones).Draw(r, "zone"), rapid.SampledFrom(starts).Draw(r, "start")
		needed := rapid.IntRange(0, 400).Draw(r, "minutes needed")
		source := one("class: wandering", "quantity: contact", "when: value == 1.0", fmt.Sprintf("for: %dm", needed), "hours: 22:00-06:00")
		steps := anySteps(r, []float64{0, 1}, 400)
		s := play(t, source, zone, start)
		minute := s.now

		var want []string
		var open, raised bool
		var since time.Time
		look := func() {
			hour := minute.In(s.loc).Hour()
			switch is := open && (hour >= 22 || hour < 6); {
			case !is && raised:
				want = append(want, minute.In(s.loc).Format("01-02 15:04")+" r ends")
				fallthrough
			case !is:
				since, raised = time.Time{}, false
				return
			case since.IsZero():
				since = minute
			}
			if !raised && minute.Sub(since) >= time.Duration(needed)*time.Minute {
				want = append(want, minute.In(s.loc).Format("01-02 15:04")+" r")
				raised = true
			}
		}
		for _, st := range steps {
			open = st.value == 1
			for end := minute.Add(st.wait); minute.Before(end); minute = minute.Add(time.Minute) {
				look()
			}
			look() // what is due at the minute of the next reading comes first
			s.read(care.Contact, st.value).wait(st.wait)
		}
		if diff := cmp.Diff(want, s.told); diff != "" {
			r.Fatalf("what is told (-by the wall +by the rule):\n%s", diff)
		}
	})
}

// TestReplayIsTheSame replays readings and finds what was told when they came.
func TestReplayIsTheSame(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		source, q, values := anyRule(r)
		s := play(t, source, rapid.SampledFrom(zones).Draw(r, "zone"), rapid.SampledFrom(starts).Draw(r, "start"))
		var readings []care.Reading
		for _, st := range anySteps(r, values, 200) {
			readings = append(readings, care.Reading{Site: "home-1", Point: "bed-air", Quantity: q, Time: s.now, Value: st.value})
			s.read(q, st.value).wait(st.wait)
		}
		var got []string
		for _, raised := range s.set.Replay(s.place, slices.Values(readings), s.now) {
			got = append(got, raised.At.In(s.loc).Format("01-02 15:04")+" r")
			if !raised.Until.IsZero() {
				got = append(got, raised.Until.In(s.loc).Format("01-02 15:04")+" r ends")
			}
		}
		if diff := cmp.Diff(s.told, got); diff != "" {
			r.Fatalf("what is raised (-when the readings came +in the replay):\n%s", diff)
		}
	})
}
