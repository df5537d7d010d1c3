package alerts

import (
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Situation is what is known when an event is decided upon.
type Situation struct {
	// Now is the time of the transaction, by the gateway's clock.
	Now time.Time
	// ID is the id of the incident, should one be raised.
	ID    string
	Event care.Received
	// Point is where it happened, registered or not.
	Point care.Point
	// Before is the state of the class at the point.
	Before PointState
	// Open is the open incident of the class under care.IncidentKey, nil when
	// there is none.
	Open *care.Incident
	// Others are the other points under the same key that are active in the
	// class. They matter for classes that are counted by zone only.
	Others []care.PointID
}

// OnEvent decides what an event does. The event has been recorded and is not a
// repeat of one in the ledger.
//
// Of a test only a row remains. An active event alarms: it raises an incident,
// re-alarms the open one or, from another point than the one that raised it,
// confirms it. Either way the incident is raised afterwards, so that it sounds
// until somebody accepts it again; who had accepted before is in the log.
//
// One kind of active event is silent. A condition is activated by its change
// from false to true; a sensor that repeats, under a new id, what an open and
// active incident says already has nothing to add. Once that incident is
// resolved, as a false alarm while the sensor was still active, the same
// repetition raises again: nobody can tell it from a new fire. (What keeps a
// broken sensor quiet is shelving the point.)
//
// An event that is older than what the point said last never changes whether
// the point is active. If it is an activation that had ended before it came, it
// alarms nevertheless, and the incident is cleared at once.
//
// A clear event ends the condition when no other point under the key is
// active. It never closes the incident, and it says nothing of a momentary
// class.
func OnEvent(in Situation) Decision {
	switch {
	case in.Event.Phase == care.Test:
		return Decision{Entries: []care.Entry{in.entry(care.EntryTested)}}
	case Momentary(in.Event.Class):
		if in.Event.Phase == care.Active {
			return in.alarm(false)
		}
		return Decision{}
	}
	state := in.Before
	if in.Before.supersededBy(in.Event) {
		state = PointState{
			Active:    in.Event.Phase == care.Active,
			Sequence:  max(in.Before.Sequence, in.Event.Sequence),
			ChangedAt: in.Event.Time,
		}
	}
	active := state.Active || len(in.Others) > 0

	var d Decision
	switch {
	case in.Event.Phase == care.Active && !in.repeats():
		d = in.alarm(active)
	case in.Event.Phase == care.Clear && !active && in.Open != nil && in.Open.Active:
		i := *in.Open
		d.Incident = &i
		in.clear(&d)
	}
	if state != in.Before {
		d.State = &state
	}
	return d
}

// repeats reports whether an active event tells nothing new.
func (in Situation) repeats() bool {
	return in.Before.Active && in.Open != nil && in.Open.Active
}

// alarm raises an incident, re-alarms the open one or confirms it. Active says
// whether a sensor still reports the condition.
func (in Situation) alarm(active bool) Decision {
	var d Decision
	var kind care.EntryKind
	if in.Open == nil {
		kind = care.EntryRaised
		d.Incident = in.raise()
	} else {
		kind = care.EntryRealarmed
		if in.Event.Point != in.Open.Point {
			kind = care.EntryConfirmed
		}
		i := *in.Open
		i.State, i.Accepted, i.Arrived = care.Raised, nil, nil
		i.Alarms++
		i.AlarmedAt = in.Now
		d.Incident = &i
	}
	d.add(in.entry(kind))
	d.Incident.Active = active
	d.Incident.ClearedAt = nil
	if !active && !Momentary(in.Event.Class) {
		in.clear(&d)
	}
	return d
}

// raise returns the incident that the event begins, before its first row.
func (in Situation) raise() *care.Incident {
	e := in.Event
	return &care.Incident{
		ID: in.ID, Site: e.Site, Class: e.Class, Key: care.IncidentKey(e.Class, in.Point),
		Point: e.Point, Zone: in.Point.Zone, Resident: in.Point.Resident,
		Severity: e.Class.Severity(), State: care.Raised,
		HappenedAt: e.Time, RaisedAt: in.Now, AlarmedAt: in.Now, Alarms: 1,
		Late: in.Now.Sub(e.Time) > care.LateAfter, Clock: e.Clock,
		Evidence: slices.Clone(e.Data),
	}
}

// clear marks the incident of the decision as back to normal.
func (in Situation) clear(d *Decision) {
	at := in.Now
	d.Incident.Active, d.Incident.ClearedAt = false, &at
	d.add(in.entry(care.EntryCleared))
}

// entry returns a row about the event; the sensor is the one who acts.
func (in Situation) entry(kind care.EntryKind) care.Entry {
	return care.Entry{
		Kind: kind, Point: in.Event.Point, Event: in.Event.ID,
		Act: care.Act{At: in.Now, Means: care.BySensor},
	}
}
