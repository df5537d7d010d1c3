package alerts_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// TestNobodyIsUnheardInAWalkTest plays any presses and any smoke at a point of a
// floor that is being tested. Of presses that lie apart the second is heard, none
// is kept back while nobody watches the sheet, and nothing lasts longer than it
// may before it is looked at again.
func TestNobodyIsUnheardInAWalkTest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		began := time.Date(2026, 3, 7, 10, 0, 0, 0, time.UTC)
		test := alerts.WalkTest{ID: "w", Site: "songhe", Floor: "2", By: care.Act{At: began}, Until: began.Add(time.Hour)}
		class := rapid.SampledFrom([]care.Class{care.SOS, care.Call, care.Fall, care.Fire, care.Gas, care.WaterLeak}).Draw(t, "class")
		var (
			before *alerts.Tick
			state  alerts.PointState
			first  time.Time
		)
		now := began
		for n := range rapid.IntRange(1, 8).Draw(t, "events") {
			now = now.Add(time.Duration(rapid.IntRange(1, 900).Draw(t, "pause")) * time.Second)
			happened := now.Add(-time.Duration(rapid.IntRange(0, 400).Draw(t, "on the way")) * time.Second)
			watched := now.Add(-time.Duration(rapid.IntRange(0, 20).Draw(t, "since the sheet was fetched")) * time.Second)
			in := alerts.Situation{Now: now, ID: "i", Before: state, Walk: &alerts.Walk{Test: test, Before: before, Watched: watched}, Event: care.Received{ReceivedAt: now, Event: care.Event{
				Site: "songhe", Edge: "e", ID: "e", Point: "p", Class: class, Phase: care.Active, Time: happened, Sequence: uint64(n + 1),
			}}}
			d := alerts.OnEvent(in)
			apart := before != nil && happened.Sub(first) >= 5*time.Second
			switch {
			case happened.Before(began) || !now.Before(test.Until):
				if !d.Alarms() {
					t.Fatalf("what happened outside of the test is kept back: %+v", d)
				}
			case alerts.Momentary(class) && apart:
				if !d.Alarms() {
					t.Fatalf("press %d, %s after the first, is not heard", n+1, happened.Sub(first))
				}
			case class == care.Fall || alerts.Momentary(class) && now.Sub(watched) > alerts.WalkWatched:
				if !d.Alarms() {
					t.Fatalf("%s is kept back, and the sheet was fetched %s ago", class, now.Sub(watched))
				}
			case alerts.Momentary(class) && !d.Alarms():
				if len(d.Timers) != 1 || d.Timers[0].Due.After(watched.Add(alerts.WalkAway)) || d.Timers[0].Due.After(now.Add(alerts.WalkShown)) {
					t.Fatalf("it is looked at again at %+v, now is %s and the sheet was fetched at %s", d.Timers, now, watched)
				}
			case !alerts.Momentary(class) && !d.Alarms():
				if len(d.Timers) != 1 || d.Timers[0].Due.After(now.Add(alerts.WalkLasting)) || d.Timers[0].Due.After(test.Until) ||
					before != nil && d.Timers[0].Due.After(first.Add(alerts.WalkLasting)) {
					t.Fatalf("it is looked at again at %+v, now is %s and it began at %s", d.Timers, now, first)
				}
			}
			if !d.Alarms() && !d.Has(care.EntryTested) {
				t.Fatalf("nothing says that it was triggered: %+v", d)
			}
			if d.Alarms() {
				return // what follows meets an open incident
			}
			if d.Tick == nil || d.Tick.Times != n+1 {
				t.Fatalf("trigger %d is on the sheet as %+v", n+1, d.Tick)
			}
			if before == nil {
				first = happened
			}
			before = d.Tick
			if d.State != nil {
				state = *d.State
			}
		}
	})
}
