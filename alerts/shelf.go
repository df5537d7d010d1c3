package alerts

import (
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// MaxShelf is the longest time for which a point can be shelved at once.
const MaxShelf = 12 * time.Hour

// The time for which a point is shelved that still reports what was resolved
// as false or as a test. What endangers everybody is looked at again sooner.
const (
	shelfAfterFalse       = 30 * time.Minute
	shelfAfterFalseHazard = 10 * time.Minute
)

// shelve keeps a point quiet whose alarm was resolved while it lasts. Whoever
// resolved it is the one who keeps watch, and when the time is over it is
// looked at again.
func (d *Decision) shelve(i care.Incident, by care.Act) {
	s := Shelf{
		Site: i.Site, Point: i.Point, Class: i.Class, By: by,
		Until: by.At.Add(shelfAfterFalse), Reason: "still_active",
	}
	if i.Class.LifeSafety() {
		s.Repair, s.Watch, s.Until = true, by.Name, by.At.Add(shelfAfterFalseHazard)
	}
	d.Shelf = &s
	d.Entries = append(d.Entries, s.entry(care.EntryShelved, by))
	held := care.Received{
		Event:      care.Event{Site: i.Site, Point: i.Point, Class: i.Class, Phase: care.Active, Time: i.HappenedAt, Data: i.Evidence},
		ReceivedAt: by.At, SentTime: i.HappenedAt, Clock: i.Clock,
	}
	d.Timers = append(d.Timers, s.timer(),
		Timer{Kind: TimerCare, Ref: s.Ref(), Site: s.Site, Due: s.Until, Data: Kept{Received: held, Severity: i.Severity}.Encode()})
}

// entry is a row about the shelf.
func (s Shelf) entry(kind care.EntryKind, by care.Act) care.Entry {
	e := care.Entry{Kind: kind, Point: s.Point, Act: by, Reason: string(s.Class), Note: s.Reason}
	if kind == care.EntryShelved {
		e.Until = &s.Until
		if s.Watch != "" {
			e.Note = s.Watch + ": " + s.Reason
		}
	}
	return e
}

// timer is when the shelf ends.
func (s Shelf) timer() Timer {
	return Timer{Kind: TimerShelf, Ref: s.Ref(), Site: s.Site, Due: s.Until}
}

// PutUp decides on a shelf that a person wants; open is the open incident of
// the class at the point, nil when there is none. The error is an
// *IllegalError: it is too long, somebody has to look at an open incident
// first, or a hazard to everybody lacks the person who keeps watch. Such a
// shelf is a repair (检修中), whatever it says.
func PutUp(s Shelf, open *care.Incident) (Decision, error) {
	if s.Class.LifeSafety() {
		s.Repair = true
	}
	switch length := s.Until.Sub(s.By.At); {
	case length <= 0 || length > MaxShelf:
		return Decision{}, &IllegalError{Code: CodeShelfTooLong, Kind: Shelve}
	case open != nil && open.Open():
		return Decision{}, &IllegalError{Code: CodeOpenIncident, Kind: Shelve, At: open.AlarmedAt}
	case s.Repair && s.Watch == "":
		return Decision{}, &IllegalError{Code: CodeWatchNeeded, Kind: Shelve}
	case s.Reason == "":
		return Decision{}, &IllegalError{Code: CodeReasonNeeded, Kind: Shelve}
	}
	return Decision{Shelf: &s, Entries: []care.Entry{s.entry(care.EntryShelved, s.By)}, Timers: []Timer{s.timer()}}, nil
}

// TakeDown ends a shelf, by a person or, with means system, because its time
// is over. The caller removes the row; what was held back meanwhile is due at
// once.
func TakeDown(s Shelf, by care.Act) Decision {
	t := s.timer()
	t.Due = time.Time{}
	return Decision{Entries: []care.Entry{s.entry(care.EntryUnshelved, by)}, Timers: []Timer{t}}
}
