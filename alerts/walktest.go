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
// or that nobody can trigger by walking (see WalkClass).
//
// A press is a moment, and nothing of it is left that could be heard later. Who
// has pulled the cord once and lies on the floor is helped only by whoever walks,
// to whom the page of the test shows each trigger with its place and a sound,
// and who makes an alarm of what was not his by one tap. So a press is kept back
// only while the sheet of the test is watched, which is to say that it was
// fetched within WalkWatched; the page does so every 1.5 s. And it is let go only
// when it can be said that somebody has seen it:
//
//   - the sheet was watched for WalkShown after the press, without a gap of
//     WalkAway, and nobody said that it was not he; or
//   - a person ended the test who had the sheet before him until then, and the
//     press had been on it for WalkWatched. To end the test is to answer for what
//     the sheet showed. What came in the last moment nobody has seen.
//
// Every other press that was kept back alarms: when the sheet has been left for
// WalkAway, as by a telephone in a pocket, and when the test ends by itself.
// That may call people to a press of the electrician's, which costs a walk; the
// other mistake costs a night on the floor. A restart of the gateway forgets who
// watches, which counts as nobody.
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
	// WalkWatched is how long ago the sheet may have been fetched for it to count
	// as watched.
	WalkWatched = 15 * time.Second
	// WalkAway is for how long the sheet may be left before what it kept back is
	// heard.
	WalkAway = time.Minute
	// WalkShown is how long a watched sheet shows a press before it is let go.
	WalkShown = 5 * time.Minute
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
	// Watched is when the sheet of the test was fetched last, never in the future;
	// zero when it was not, as far as is known.
	Watched time.Time
}

// Runs reports whether the test is under way.
func (w WalkTest) Runs(at time.Time) bool {
	return w.EndedAt == nil && !at.Before(w.By.At) && at.Before(w.Until)
}

// WalkClass reports whether somebody who walks through a floor triggers the
// class. A broken device is no trigger, how a heart beats or for how long nobody
// has moved is about a person only, and nobody throws himself on the floor to
// test a sensor.
func WalkClass(c care.Class) bool {
	return !c.Equipment() && c != care.Inactivity && c != care.Vital && c != care.Presence && c != care.Fall
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

// LetsGo reports whether a person who ends a test answers by it for a press that
// is kept back, see WalkTest. Watched is when the sheet was fetched last.
func (k Tick) LetsGo(by care.Act, watched time.Time) bool {
	return Momentary(k.Class) && by.Means != care.BySystem && by.At.Sub(watched) <= WalkWatched && by.At.Sub(k.Event.ReceivedAt) >= WalkWatched
}

// walking reports whether the activation belongs to a walk test, and until when
// it is kept back then. What is looked at again and has no time is let go.
func (in Situation) walking() (kept bool, until time.Time) {
	w := in.Walk
	if w == nil || in.Open != nil || !w.Test.Runs(in.Now) || !WalkClass(in.Event.Class) || in.Event.Via == care.ViaCore ||
		in.Event.Time.Before(w.Test.By.At) || len(in.Others) > 0 {
		return false, time.Time{}
	}
	if Momentary(in.Event.Class) {
		return in.pressed()
	}
	if in.Held {
		return false, time.Time{}
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

// pressed is walking for a press.
func (in Situation) pressed() (kept bool, until time.Time) {
	w := in.Walk
	shown, left := in.Event.ReceivedAt.Add(WalkShown), w.Watched.Add(WalkAway)
	if until = shown; left.Before(shown) {
		until = left
	}
	if in.Held {
		switch {
		case !left.After(in.Now):
			return false, time.Time{}
		case !shown.After(in.Now):
			return true, time.Time{}
		}
		return true, until
	}
	// From the first press on: hurried presses must not put each other off.
	first := w.Before == nil || !w.Before.Alarmed && in.Event.Time.Sub(w.Before.At).Abs() < walkBounce
	return first && in.Now.Sub(w.Watched) <= WalkWatched && until.After(in.Now), until
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
