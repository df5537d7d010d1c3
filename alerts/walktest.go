package alerts

import (
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// WalkTest is a test for which somebody walks through a floor and triggers point
// after point. While it runs these triggers tick the points off instead of
// calling people.
//
// What may hurt is that somebody on this floor needs help meanwhile. So a test
// keeps back the first trigger of a point only: who presses again, as people do
// who need help and get no answer, is heard at once. What lasts, such as smoke,
// is heard after WalkLasting or at the end of the test, whichever comes first.
// Nothing is kept back that happened before the test, while an incident is open
// at the same place, while another detector of the zone reports the same hazard,
// or that nobody can trigger by walking (see WalkClass). The
// page of the test shows each trigger with its place and a sound, and whoever
// stands elsewhere makes an alarm of it by one tap.
type WalkTest struct {
	ID    string
	Site  care.SiteID
	Floor string
	// By began it.
	By care.Act
	// Until is when it ends by itself, EndedAt when it did or was ended.
	Until   time.Time
	EndedAt *time.Time
}

const (
	// MaxWalk is the longest time for which a test may run.
	MaxWalk = 2 * time.Hour
	// WalkLasting is how long a condition may last in a test before it alarms.
	WalkLasting = 5 * time.Minute
	// walkBounce is within what time another activation is the same press.
	walkBounce = 5 * time.Second
)

// Tick is a trigger of a class at a point in a walk test.
type Tick struct {
	Test  string
	Point care.PointID
	Class care.Class
	// At is when it was first triggered, by the time of the event, LastAt when
	// last, and Times how often.
	At, LastAt time.Time
	Times      int
	// Event is the last activation, or the last test while there was none: a
	// device that is tested after somebody pulled its cord takes nothing back.
	Event care.Received
	// Alarmed says that it became an alarm in spite of the test.
	Alarmed bool
}

// Walk is a running test as an event at one of its points meets it.
type Walk struct {
	Test WalkTest
	// Before is what was triggered of the class at the point already.
	Before *Tick
}

// Runs reports whether the test is under way.
func (w WalkTest) Runs(at time.Time) bool {
	return w.EndedAt == nil && !at.Before(w.By.At) && at.Before(w.Until)
}

// WalkClass reports whether somebody who walks through a floor triggers the
// class. A broken device is no trigger, and how a heart beats or for how long
// nobody has moved is about a person only.
func WalkClass(c care.Class) bool {
	return !c.Equipment() && c != care.Inactivity && c != care.Vital && c != care.Presence
}

// StartWalk decides on a test that a person wants. Running are those of the
// site. The error is an *IllegalError.
func StartWalk(w WalkTest, running []WalkTest) (Decision, error) {
	if length := w.Until.Sub(w.By.At); length <= 0 || length > MaxWalk {
		return Decision{}, &IllegalError{Code: CodeWalkTooLong, Kind: Walking}
	}
	for _, other := range running {
		if other.Floor == w.Floor && other.Runs(w.By.At) {
			return Decision{}, &IllegalError{Code: CodeWalkRuns, Kind: Walking, Who: other.By.Name, By: other.By.By, At: other.By.At}
		}
	}
	e := care.Entry{Kind: care.EntryWalkBegan, Act: w.By, Reason: w.Floor, Note: w.ID, Until: &w.Until}
	return Decision{Entries: []care.Entry{e}, Timers: []Timer{w.timer(w.Until)}}, nil
}

// EndWalk ends a test, by a person or, with means system, because its time is
// over.
func EndWalk(w WalkTest, by care.Act) Decision {
	e := care.Entry{Kind: care.EntryWalkEnded, Act: by, Reason: w.Floor, Note: w.ID}
	return Decision{Entries: []care.Entry{e}, Timers: []Timer{w.timer(time.Time{})}}
}

// timer is when the test ends.
func (w WalkTest) timer(due time.Time) Timer {
	return Timer{Kind: TimerWalk, Ref: w.ID, Site: w.Site, Due: due}
}

// walking reports whether the activation belongs to a walk test, and until when
// it is kept back then; without a time it is a moment and ticks off only.
func (in Situation) walking() (kept bool, until time.Time) {
	w := in.Walk
	if w == nil || in.Held || in.Open != nil || !w.Test.Runs(in.Now) || !WalkClass(in.Event.Class) ||
		in.Event.Time.Before(w.Test.By.At) || len(in.Others) > 0 {
		return false, time.Time{}
	}
	if Momentary(in.Event.Class) {
		// From the first press on: hurried presses must not put each other off.
		return w.Before == nil || !w.Before.Alarmed && in.Event.Time.Sub(w.Before.At).Abs() < walkBounce, time.Time{}
	}
	began := in.Event.Time
	if w.Before != nil && w.Before.At.Before(began) {
		began = w.Before.At
	}
	until = began.Add(WalkLasting)
	if w.Test.Until.Before(until) {
		until = w.Test.Until
	}
	return until.After(in.Now), until
}

// tick is what the activation leaves on the sheet of a walk test, nil without
// one. What is kept back and what alarms in spite of it are both on it.
func (in Situation) tick(alarmed bool) *Tick {
	w := in.Walk
	if w == nil || in.Event.Phase == care.Clear || in.Event.Class.Equipment() {
		return nil
	}
	if in.Held { // it is on the sheet already, also when the test is over by now
		if w.Before == nil || !alarmed {
			return nil
		}
		t := *w.Before
		t.Alarmed = true
		return &t
	}
	if !w.Test.Runs(in.Now) {
		return nil
	}
	t := Tick{Test: w.Test.ID, Point: in.Event.Point, Class: in.Event.Class, At: in.Event.Time}
	if w.Before != nil {
		t = *w.Before
	}
	t.LastAt = in.Event.Time
	if in.Event.Phase == care.Active || t.Event.Phase != care.Active {
		t.Event = in.Event
	}
	t.Times++
	t.Alarmed = t.Alarmed || alarmed
	return &t
}

// OnDisowned makes an alarm of an event that a walk test kept back, because
// whoever walks says that it was not he. That it has ended in the meantime
// changes nothing: smoke that has gone may have been the beginning, and whoever
// opened the door is outside by now.
func OnDisowned(in Situation) Decision {
	in.Held = true
	if in.Open != nil {
		if Momentary(in.Event.Class) {
			return Decision{} // people are called already
		}
		return OnEvent(in) // it may confirm what another point has raised
	}
	d := in.alarm(in.Before.Active || len(in.Others) > 0)
	d.Tick = in.tick(true)
	d.Timers = append(d.Timers, in.heldTimer(time.Time{}))
	return d
}
