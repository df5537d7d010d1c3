package alerts_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// evening is when the stories begin.
var evening = time.Date(2026, 11, 24, 22, 0, 0, 0, time.UTC)

// book keeps in memory what the ledger would keep of one class in one zone, and
// applies each decision as gateway/watch does.
type book struct {
	class     care.Class
	now       time.Time
	states    map[care.PointID]alerts.PointState
	incidents []care.Incident // the last may be open
	log       []care.Entry
	events    int
	shelf     map[care.PointID]alerts.Shelf
	held      map[string]alerts.Timer
}

func newBook(class care.Class) *book {
	return &book{class: class, now: evening, states: map[care.PointID]alerts.PointState{},
		shelf: map[care.PointID]alerts.Shelf{}, held: map[string]alerts.Timer{}}
}

// open returns a copy of the open incident, nil when there is none.
func (b *book) open() *care.Incident {
	if n := len(b.incidents); n > 0 && b.incidents[n-1].Open() {
		i := b.incidents[n-1]
		return &i
	}
	return nil
}

// last returns the incident that was raised last.
func (b *book) last() care.Incident { return b.incidents[len(b.incidents)-1] }

// active returns the points that are active, but not the one given.
func (b *book) active(but care.PointID) []care.PointID {
	var active []care.PointID
	for p, s := range b.states {
		if s.Active && p != but {
			active = append(active, p)
		}
	}
	slices.Sort(active)
	return active
}

// situation is what the watch would load for an event of a point of room 203.
func (b *book) situation(point care.PointID, phase care.Phase, sequence uint64, age time.Duration) alerts.Situation {
	b.events++
	in := alerts.Situation{
		Now: b.now,
		ID:  fmt.Sprintf("incident-%d", len(b.incidents)+1),
		Event: care.Received{
			Event: care.Event{
				Site: "songhe", Edge: "e1", Device: "d1", ID: fmt.Sprintf("event-%d", b.events),
				Class: b.class, Phase: phase, Point: point, Sequence: sequence, Time: b.now.Add(-age),
				Data: json.RawMessage(`{"obscuration":12}`),
			},
			ReceivedAt: b.now,
		},
		Point:  care.Point{Site: "songhe", ID: point, Zone: "room-203", Resident: "r-li"},
		Before: b.states[point],
		Open:   b.open(),
	}
	if s, ok := b.shelf[point]; ok {
		in.Shelf = &s
	}
	if b.class.LifeSafety() {
		in.Others = b.active(point)
	}
	return in
}

// event decides on an event and applies the decision.
func (b *book) event(in alerts.Situation) alerts.Decision {
	d := alerts.OnEvent(in)
	if d.State != nil {
		b.states[in.Event.Point] = *d.State
	}
	b.apply(d)
	return d
}

// act decides on an action on the last incident and applies the decision.
func (b *book) act(a alerts.Action) error {
	a.Incident = b.last().ID
	d, err := alerts.OnAction(b.now, b.last(), a)
	if err == nil {
		b.apply(d)
	}
	return err
}

func (b *book) apply(d alerts.Decision) {
	if d.Incident != nil {
		n := len(b.incidents)
		if n > 0 && b.incidents[n-1].ID == d.Incident.ID {
			b.incidents[n-1] = *d.Incident
		} else {
			b.incidents = append(b.incidents, *d.Incident)
		}
	}
	b.log = append(b.log, d.Entries...)
	if d.Shelf != nil {
		b.shelf[d.Shelf.Point] = *d.Shelf
	}
	for _, t := range d.Timers {
		if t.Kind != alerts.TimerCare {
			continue
		}
		if t.Due.IsZero() {
			delete(b.held, t.Ref)
		} else {
			b.held[t.Ref] = t
		}
	}
}

// later lets time pass and looks again at what was held back, as the watch does
// when a timer is due.
func (b *book) later(d time.Duration) {
	b.now = b.now.Add(d)
	for ref, timer := range b.held {
		if timer.Due.After(b.now) {
			continue
		}
		delete(b.held, ref)
		kept, err := alerts.DecodeKept(timer.Data)
		if err != nil {
			panic(err)
		}
		in := b.situation(kept.Point, kept.Phase, 0, 0)
		in.Event, in.Held, in.Severity = kept.Received, true, kept.Severity
		b.apply(alerts.OnEvent(in))
	}
}

// kinds returns the kinds of the rows in the log, in order.
func (b *book) kinds() []care.EntryKind {
	var kinds []care.EntryKind
	for _, e := range b.log {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}
