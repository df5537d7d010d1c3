package alerts_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// TestAnyNight runs random events and actions, with sequences out of order, and
// checks after each what must hold of every night.
func TestAnyNight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := []care.PointID{"203-a", "203-b", "203-c"}
		b := newBook(rapid.SampledFrom(care.Classes()).Draw(t, "class"))
		if !b.class.LifeSafety() {
			points = points[:1] // one key has one point then
		}
		t.Repeat(map[string]func(*rapid.T){
			"event": func(t *rapid.T) {
				b.now = b.now.Add(time.Duration(rapid.IntRange(0, 1200).Draw(t, "seconds")) * time.Second)
				in := b.situation(
					rapid.SampledFrom(points).Draw(t, "point"),
					rapid.SampledFrom([]care.Phase{care.Active, care.Active, care.Clear, care.Test}).Draw(t, "phase"),
					rapid.Uint64Range(0, 40).Draw(t, "sequence"),
					time.Duration(rapid.IntRange(-60, 3600).Draw(t, "age"))*time.Second,
				)
				before := toJSON(t, in)
				d := b.event(in)
				if after := toJSON(t, in); after != before {
					t.Fatalf("OnEvent changed what it was given from %s to %s", before, after)
				}
				checkEvent(t, b, in, d)
			},
			"action": func(t *rapid.T) {
				if len(b.incidents) == 0 {
					t.Skip("nothing was raised yet")
				}
				b.now = b.now.Add(time.Second)
				before, rows := b.last(), len(b.log)
				err := b.act(alerts.Action{
					Kind:   rapid.SampledFrom([]alerts.ActionKind{alerts.Accept, alerts.Arrive, alerts.Resolve, alerts.AddNote, alerts.LogCall}).Draw(t, "kind"),
					By:     rapid.SampledFrom([]care.UserID{"u-wang", "u-zhao"}).Draw(t, "by"),
					Means:  care.ByScreen,
					Cause:  rapid.SampledFrom([]care.Cause{"", care.CauseReal, care.CauseFalse, care.CauseTest}).Draw(t, "cause"),
					Reason: rapid.SampledFrom([]string{"", "steam"}).Draw(t, "reason"),
					Note:   rapid.SampledFrom([]string{"", "all well"}).Draw(t, "note"),

					To:      rapid.SampledFrom([]string{"", "u-neighbour", "120"}).Draw(t, "to"),
					Outcome: rapid.SampledFrom([]care.CallOutcome{care.CallReached, care.CallNoAnswer, care.CallMade}).Draw(t, "outcome"),
				})
				if rows < len(b.log) && b.log[rows].Kind == care.EntryCalled && b.last().State != before.State {
					t.Fatalf("a call moved the incident from %s to %s", before.State, b.last().State)
				}
				if changed := !cmp.Equal(before, b.last()) || rows != len(b.log); changed != (err == nil) {
					t.Fatalf("the incident changed: %t, but the error is %v", changed, err)
				}
			},
			"": func(t *rapid.T) { checkBook(t, b) },
		})
	})
}

// checkEvent checks what one event must do.
func checkEvent(t *rapid.T, b *book, in alerts.Situation, d alerts.Decision) {
	open := b.open()
	switch in.Event.Phase {
	case care.Active:
		if d.Has(care.EntrySuppressed) {
			if in.Shelf == nil || !in.Shelf.Until.After(b.now) {
				t.Fatal("an activation was suppressed without a shelf")
			}
			return
		}
		if open == nil {
			t.Fatal("an active event left no open incident")
		}
		news := in.Open == nil || !in.Open.Active || !in.Before.Active
		if d.Alarms() != news {
			t.Fatalf("sounds: %t, want %t", d.Alarms(), news)
		}
		if news && (open.State != care.Raised || !open.AlarmedAt.Equal(b.now)) {
			t.Fatalf("after an alarm the incident is %s and was alarmed at %s, want raised at %s", open.State, open.AlarmedAt, b.now)
		}
	case care.Clear:
		if d.Alarms() {
			t.Fatal("a clear event sounds")
		}
		if (in.Open == nil) != (open == nil) {
			t.Fatal("a clear event raised or closed an incident")
		}
	case care.Test:
		if d.State != nil || d.Incident != nil {
			t.Fatal("a test changed a point or an incident")
		}
	}
	if d.State != nil && d.State.Sequence < in.Before.Sequence {
		t.Fatalf("the sequence of the point fell from %d to %d", in.Before.Sequence, d.State.Sequence)
	}
}

// checkBook checks what holds between any two steps.
func checkBook(t *rapid.T, b *book) {
	for n, i := range b.incidents {
		if i.Open() && n < len(b.incidents)-1 {
			t.Fatalf("incident %s is open beside a newer one", i.ID)
		}
		alarms, rows, accepted := 0, 0, 0
		for _, e := range b.log {
			if e.Incident != i.ID {
				continue
			}
			rows++
			switch e.Kind {
			case care.EntryRaised, care.EntryRealarmed, care.EntryConfirmed:
				alarms++
			case care.EntryAccepted:
				accepted++
			}
		}
		if i.Alarms != alarms || i.Revision != rows {
			t.Fatalf("incident %s counts %d alarms and %d rows, the log has %d and %d", i.ID, i.Alarms, i.Revision, alarms, rows)
		}
		if i.Accepted != nil && accepted == 0 {
			t.Fatalf("incident %s is accepted and the log does not say so", i.ID)
		}
		want := map[care.IncidentState][3]bool{
			care.Raised:   {false, false, false},
			care.Accepted: {true, false, false},
			care.Arrived:  {true, true, false},
			care.Resolved: {true, i.Arrived != nil, true},
		}[i.State]
		if got := [3]bool{i.Accepted != nil, i.Arrived != nil, i.Resolved != nil}; got != want {
			t.Fatalf("incident %s is %s with accepted, arrived, resolved = %v", i.ID, i.State, got)
		}
		if i.Open() != (i.Cause == "") {
			t.Fatalf("incident %s is %s with the cause %q", i.ID, i.State, i.Cause)
		}
		if i.Active && i.ClearedAt != nil {
			t.Fatalf("incident %s is active and cleared", i.ID)
		}
		burns := i.Open() && len(b.active("")) > 0
		shelved := len(b.shelf) > 0 // what a shelved point says is not the incident's
		if i.Active != burns && !shelved {
			t.Fatalf("incident %s says active = %t, its points say %t", i.ID, i.Active, burns)
		}
		if !i.Open() || alerts.Momentary(i.Class) {
			continue
		}
		if !i.Active && i.ClearedAt == nil {
			t.Fatalf("the condition of incident %s ended without having been cleared", i.ID)
		}
	}
}

func toJSON(t *rapid.T, v any) string {
	s, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(s)
}
