package alerts_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// step is one thing that happens in a story.
type step func(t *testing.T, b *book)

// sends is an event that arrives a minute after the last step.
func sends(point care.PointID, phase care.Phase, sequence uint64) step {
	return func(t *testing.T, b *book) {
		b.now = b.now.Add(time.Minute)
		b.event(b.situation(point, phase, sequence, 0))
	}
}

// does is an act of Wang Fang on the last incident that must be allowed.
func does(kind alerts.ActionKind) step {
	return func(t *testing.T, b *book) {
		t.Helper()
		a := alerts.Action{Kind: kind, By: "u-wang", Name: "Wang Fang", Means: care.ByScreen}
		if kind == alerts.Resolve {
			a.Cause, a.Reason = care.CauseFalse, "steam"
		}
		b.now = b.now.Add(time.Minute)
		if err := b.act(a); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
	}
}

// waits lets time pass.
func waits(d time.Duration) step { return func(_ *testing.T, b *book) { b.later(d) } }

// TestNights tells what becomes of an incident in stories of one room.
func TestNights(t *testing.T) {
	type end struct {
		Incidents int
		State     care.IncidentState
		Active    bool
		Cleared   bool
		Alarms    int
	}
	const a, b = care.PointID("203-smoke-a"), care.PointID("203-smoke-b")
	for _, story := range []struct {
		name  string
		class care.Class
		steps []step
		want  end
		log   []care.EntryKind
	}{
		{
			"smoke raises", care.Fire,
			[]step{sends(a, care.Active, 1)},
			end{1, care.Raised, true, false, 1},
			[]care.EntryKind{care.EntryRaised},
		},
		{
			"smoke that is gone does not close", care.Fire,
			[]step{sends(a, care.Active, 1), sends(a, care.Clear, 2)},
			end{1, care.Raised, false, true, 1},
			[]care.EntryKind{care.EntryRaised, care.EntryCleared},
		},
		{
			"a second clear has nothing to add", care.Fire,
			[]step{sends(a, care.Active, 1), sends(a, care.Clear, 2), sends(a, care.Clear, 3)},
			end{1, care.Raised, false, true, 1},
			[]care.EntryKind{care.EntryRaised, care.EntryCleared},
		},
		{
			"smoke again after it was accepted sounds again", care.Fire,
			[]step{sends(a, care.Active, 1), does(alerts.Accept), sends(a, care.Clear, 2), sends(a, care.Active, 3)},
			end{1, care.Raised, true, false, 2},
			[]care.EntryKind{care.EntryRaised, care.EntryAccepted, care.EntryCleared, care.EntryRealarmed},
		},
		{
			"a sensor that repeats itself is silent", care.Fire,
			[]step{sends(a, care.Active, 1), does(alerts.Accept), sends(a, care.Active, 2), sends(a, care.Active, 3)},
			end{1, care.Accepted, true, false, 1},
			[]care.EntryKind{care.EntryRaised, care.EntryAccepted},
		},
		{
			"a sensor that repeats itself after a false alarm is quiet for ten minutes", care.Fire,
			[]step{sends(a, care.Active, 1), does(alerts.Resolve), sends(a, care.Active, 2)},
			end{1, care.Resolved, false, false, 1},
			[]care.EntryKind{care.EntryRaised, care.EntryAccepted, care.EntryResolved, care.EntryShelved, care.EntrySuppressed},
		},
		{
			"and raises anew when it still says so after them", care.Fire,
			[]step{sends(a, care.Active, 1), does(alerts.Resolve), sends(a, care.Active, 2), waits(10 * time.Minute)},
			end{2, care.Raised, true, false, 1},
			[]care.EntryKind{care.EntryRaised, care.EntryAccepted, care.EntryResolved, care.EntryShelved, care.EntrySuppressed, care.EntryRaised},
		},
		{
			"the same without any repetition", care.Fire,
			[]step{sends(a, care.Active, 1), does(alerts.Resolve), waits(10 * time.Minute)},
			end{2, care.Raised, true, false, 1},
			[]care.EntryKind{care.EntryRaised, care.EntryAccepted, care.EntryResolved, care.EntryShelved, care.EntryRaised},
		},
		{
			"but not when it is back to normal by then", care.Fire,
			[]step{sends(a, care.Active, 1), does(alerts.Resolve), sends(a, care.Clear, 2), waits(10 * time.Minute)},
			end{1, care.Resolved, false, false, 1},
			[]care.EntryKind{care.EntryRaised, care.EntryAccepted, care.EntryResolved, care.EntryShelved},
		},
		{
			"the shelf of one detector does not quiet the other", care.Fire,
			[]step{sends(a, care.Active, 1), does(alerts.Resolve), sends(b, care.Active, 2)},
			end{2, care.Raised, true, false, 1},
			[]care.EntryKind{care.EntryRaised, care.EntryAccepted, care.EntryResolved, care.EntryShelved, care.EntryRaised},
		},
		{
			"a second detector of the room confirms", care.Fire,
			[]step{sends(a, care.Active, 1), does(alerts.Accept), sends(b, care.Active, 2)},
			end{1, care.Raised, true, false, 2},
			[]care.EntryKind{care.EntryRaised, care.EntryAccepted, care.EntryConfirmed},
		},
		{
			"a fire is cleared by the last detector only", care.Fire,
			[]step{sends(a, care.Active, 1), sends(b, care.Active, 2), sends(a, care.Clear, 3)},
			end{1, care.Raised, true, false, 2},
			[]care.EntryKind{care.EntryRaised, care.EntryConfirmed},
		},
		{
			"when the last detector is clear the fire is", care.Fire,
			[]step{sends(a, care.Active, 1), sends(b, care.Active, 2), sends(a, care.Clear, 3), sends(b, care.Clear, 4)},
			end{1, care.Raised, false, true, 2},
			[]care.EntryKind{care.EntryRaised, care.EntryConfirmed, care.EntryCleared},
		},
		{
			"a fire that comes after its own end is raised and cleared", care.Fire,
			[]step{sends(a, care.Clear, 2), sends(a, care.Active, 1)},
			end{1, care.Raised, false, true, 1},
			[]care.EntryKind{care.EntryRaised, care.EntryCleared},
		},
		{
			"a late activation between two others alarms and is cleared", care.Fire,
			[]step{sends(a, care.Active, 1), sends(a, care.Clear, 6), does(alerts.Arrive), sends(a, care.Active, 5)},
			end{1, care.Raised, false, true, 2},
			[]care.EntryKind{care.EntryRaised, care.EntryCleared, care.EntryAccepted, care.EntryArrived, care.EntryRealarmed, care.EntryCleared},
		},
		{
			"a late activation in a room that burns elsewhere stays active", care.Fire,
			[]step{sends(a, care.Clear, 6), sends(b, care.Active, 7), sends(a, care.Active, 5)},
			end{1, care.Raised, true, false, 2},
			[]care.EntryKind{care.EntryRaised, care.EntryConfirmed},
		},
		{
			"an old clear does not end a newer fire", care.Fire,
			[]step{sends(a, care.Active, 3), sends(a, care.Clear, 2)},
			end{1, care.Raised, true, false, 1},
			[]care.EntryKind{care.EntryRaised},
		},
		{
			"a clear after resolving changes nothing", care.Fire,
			[]step{sends(a, care.Active, 1), does(alerts.Resolve), sends(a, care.Clear, 2)},
			end{1, care.Resolved, false, false, 1},
			[]care.EntryKind{care.EntryRaised, care.EntryAccepted, care.EntryResolved, care.EntryShelved},
		},
		{
			"a second press sounds again and has no condition", care.SOS,
			[]step{sends(a, care.Active, 1), does(alerts.Accept), sends(a, care.Active, 2)},
			end{1, care.Raised, false, false, 2},
			[]care.EntryKind{care.EntryRaised, care.EntryAccepted, care.EntryRealarmed},
		},
		{
			"a press that comes after a later one sounds too", care.SOS,
			[]step{sends(a, care.Active, 2), sends(a, care.Active, 1)},
			end{1, care.Raised, false, false, 2},
			[]care.EntryKind{care.EntryRaised, care.EntryRealarmed},
		},
		{
			"a released button does not clear a call", care.Call,
			[]step{sends(a, care.Active, 1), sends(a, care.Clear, 2)},
			end{1, care.Raised, false, false, 1},
			[]care.EntryKind{care.EntryRaised},
		},
		{
			"a test in the middle of a fire leaves a row and the fire", care.Fire,
			[]step{sends(a, care.Active, 1), sends(a, care.Test, 2), sends(a, care.Clear, 3)},
			end{1, care.Raised, false, true, 1},
			[]care.EntryKind{care.EntryRaised, care.EntryTested, care.EntryCleared},
		},
		{
			"back in bed clears the bed exit", care.BedExit,
			[]step{sends(a, care.Active, 1), sends(a, care.Clear, 2), sends(a, care.Active, 3)},
			end{1, care.Raised, true, false, 2},
			[]care.EntryKind{care.EntryRaised, care.EntryCleared, care.EntryRealarmed},
		},
	} {
		t.Run(story.name, func(t *testing.T) {
			book := newBook(story.class)
			for _, s := range story.steps {
				s(t, book)
			}
			i := book.last()
			got := end{len(book.incidents), i.State, i.Active, i.ClearedAt != nil, i.Alarms}
			if d := cmp.Diff(story.want, got); d != "" {
				t.Errorf("the incident in the end (-want +got):\n%s", d)
			}
			if d := cmp.Diff(story.log, book.kinds()); d != "" {
				t.Errorf("the log (-want +got):\n%s", d)
			}
		})
	}
}

// TestNothingToDo has events that leave no trace but in the event table and in
// the state of the point.
func TestNothingToDo(t *testing.T) {
	for _, c := range []struct {
		name  string
		class care.Class
		phase care.Phase
		want  alerts.Decision
	}{
		{"a clear without an incident", care.Fire, care.Clear, alerts.Decision{State: &alerts.PointState{Sequence: 7, ChangedAt: evening}}},
		{"a clear of a press", care.Fall, care.Clear, alerts.Decision{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBook(c.class)
			if d := cmp.Diff(c.want, b.event(b.situation("203-x", c.phase, 7, 0))); d != "" {
				t.Errorf("decision (-want +got):\n%s", d)
			}
		})
	}
}

// TestRepeatThatIsNews has a point that was active before it came under the key
// of the incident, because it was entered into the zone in between. The
// incident does not know of it, so its repetition sounds.
func TestRepeatThatIsNews(t *testing.T) {
	b := newBook(care.Fire)
	b.event(b.situation("203-smoke-a", care.Active, 1, 0))
	b.event(b.situation("203-smoke-a", care.Clear, 2, 0))
	b.states["203-smoke-b"] = alerts.PointState{Active: true, Sequence: 1, ChangedAt: evening}
	d := b.event(b.situation("203-smoke-b", care.Active, 3, 0))
	if !d.Has(care.EntryConfirmed) || !b.last().Active {
		t.Errorf("got the rows %v and active = %t, want a confirmation and active", d.Entries, b.last().Active)
	}
}

// TestHeldBackConfirms has a detector that was held back, and still is active, while
// another one of the zone has raised a fire: looked at again it confirms it, once.
func TestHeldBackConfirms(t *testing.T) {
	b := newBook(care.Fire)
	b.event(b.situation("203-smoke-a", care.Active, 1, 0))
	b.states["203-smoke-b"] = alerts.PointState{Active: true, Sequence: 1, ChangedAt: evening}
	again := func() alerts.Decision {
		in := b.situation("203-smoke-b", care.Active, 1, 0)
		in.Held = true
		d := alerts.OnEvent(in)
		b.apply(d)
		return d
	}
	if d := again(); !d.Has(care.EntryConfirmed) || b.last().ConfirmedBy != "203-smoke-b" {
		t.Errorf("it confirms nothing: %+v", d)
	}
	if d := again(); d.Alarms() {
		t.Errorf("a second look alarms again: %+v", d)
	}
}

// TestRaised compares the whole incident and its row, so that no field is
// forgotten.
func TestRaised(t *testing.T) {
	b := newBook(care.Fire)
	in := b.situation("203-smoke-a", care.Active, 7, 16*time.Minute)
	in.Event.Clock = care.ClockOffset
	got := b.event(in)
	want := alerts.Decision{
		State: &alerts.PointState{Active: true, Sequence: 7, ChangedAt: evening.Add(-16 * time.Minute)},
		Incident: &care.Incident{
			ID: "incident-1", Site: "songhe", Class: care.Fire, Key: "zone:room-203",
			Point: "203-smoke-a", Zone: "room-203", Resident: "r-li", Severity: care.Urgent,
			State: care.Raised, Active: true,
			HappenedAt: evening.Add(-16 * time.Minute), RaisedAt: evening, AlarmedAt: evening, Alarms: 1,
			Late: true, Clock: care.ClockOffset, Evidence: json.RawMessage(`{"obscuration":12}`), Revision: 1,
		},
		Entries: []care.Entry{{
			Kind: care.EntryRaised, Incident: "incident-1", Point: "203-smoke-a", Event: "event-1",
			Act: care.Act{At: evening, Means: care.BySensor},
		}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("decision (-want +got):\n%s", d)
	}
}

// TestLate has ages around the limit.
func TestLate(t *testing.T) {
	for _, c := range []struct {
		name string
		age  time.Duration
		want bool
	}{
		{"fifteen minutes are in time", care.LateAfter, false},
		{"a moment more is late", care.LateAfter + time.Millisecond, true},
		{"a clock ahead is not late", -time.Hour, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBook(care.SOS)
			if got := b.event(b.situation("203-cord", care.Active, 1, c.age)).Incident.Late; got != c.want {
				t.Errorf("late is %t, want %t", got, c.want)
			}
		})
	}
}

// TestTested compares the whole decision on a test.
func TestTested(t *testing.T) {
	b := newBook(care.Fire)
	got := b.event(b.situation("203-smoke-a", care.Test, 7, 0))
	want := alerts.Decision{Entries: []care.Entry{{
		Kind: care.EntryTested, Point: "203-smoke-a", Event: "event-1", Act: care.Act{At: evening, Means: care.BySensor},
	}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("decision (-want +got):\n%s", d)
	}
}

// TestWhichIsNewer has clear events that follow an activation with sequence 5
// at ten o'clock: does the point become inactive?
func TestWhichIsNewer(t *testing.T) {
	for _, c := range []struct {
		name     string
		before   uint64
		sequence uint64
		age      time.Duration
		want     bool
	}{
		{"a higher sequence, whatever the clock says", 5, 6, time.Hour, true},
		{"a lower sequence, whatever the clock says", 5, 4, -time.Hour, false},
		{"the same sequence, what arrives last", 5, 5, time.Hour, true},
		{"none in the event, a later time", 5, 0, -time.Minute, true},
		{"none in the event, an earlier time", 5, 0, time.Minute, false},
		{"none in the state, an earlier time", 0, 9, time.Minute, false},
		{"none at all, the same time", 0, 0, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBook(care.WaterLeak)
			b.event(b.situation("203-water", care.Active, c.before, 0))
			b.event(b.situation("203-water", care.Clear, c.sequence, c.age))
			if got := !b.states["203-water"].Active; got != c.want {
				t.Errorf("cleared is %t, want %t", got, c.want)
			}
			if got := b.states["203-water"].Sequence; got < c.before {
				t.Errorf("the sequence fell from %d to %d", c.before, got)
			}
		})
	}
}

// TestTheBatteryOfARetiredPoint raises nothing and is forgotten, so that it alarms
// once the point is in use again; a fire of it is a fire.
func TestTheBatteryOfARetiredPoint(t *testing.T) {
	now := time.Date(2026, 11, 2, 3, 12, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		class   care.Class
		retired bool
		raised  bool
	}{
		"its battery":           {care.Battery, true, false},
		"the battery of a used": {care.Battery, false, true},
		"its fire":              {care.Fire, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := alerts.OnEvent(alerts.Situation{
				Now: now, ID: "i-1", Point: care.Point{Site: "songhe", ID: "p", Retired: test.retired},
				Event: care.Received{Event: care.Event{Site: "songhe", Edge: "e", Device: "d", ID: "e-1", Class: test.class, Phase: care.Active, Point: "p", Time: now}, ReceivedAt: now},
			})
			if got := d.Incident != nil; got != test.raised || d.State != nil != test.raised {
				t.Errorf("raised: %t with the state %+v, want raised: %t", got, d.State, test.raised)
			}
		})
	}
}
