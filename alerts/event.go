package alerts

import (
	"encoding/json"
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

	// Site is where it happened; the zero value has the limits of a house.
	Site care.Site
	// Shelf is the shelf of the class at the point, nil when there is none.
	Shelf *Shelf
	// Attended is until when a carer is taken to be in the room.
	Attended time.Time
	// Hold is what the rules of the resident's care say.
	Hold Hold
	// Under is the open incident that explains one of the equipment at this
	// point; empty when nothing does.
	Under string
	// Walk is the walk test that runs on the floor of the point, nil when none
	// does.
	Walk *Walk
	// Severity is that of an incident that is raised; 0 is that of its class.
	Severity care.Severity
	// Held says that the event was recorded before and held back, and that the
	// time has come to look at it again.
	Held bool
}

// Hold keeps a care alarm back. The zero value holds nothing.
type Hold struct {
	Reason string // off, hours, away, or care.SuppressedDelayed
	// Until is when to look again; zero when only another event can change
	// anything.
	Until time.Time
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
// An activation may alarm nobody: the point is shelved, a carer is in the room,
// somebody walks through the floor and tests it (see WalkTest), or the rules of
// the resident's care hold it back. A row says why, and what lasts is looked at
// again when that ends.
//
// Of a retired point nobody is to change the battery: that it is low does not even
// count as its state, so that it alarms anew once the point is in use again. What
// else a retired point reports alarms like any other: a fire is a fire.
//
// A clear event ends the condition when no other point under the key is
// active. It never closes the incident. Of a call it says that the resident
// took it back.
func OnEvent(in Situation) Decision {
	switch {
	case in.Event.Phase == care.Test:
		d := Decision{Entries: []care.Entry{in.entry(care.EntryTested)}, Tick: in.tick(false)}
		if d.Tick != nil {
			d.Entries[0].Reason = care.TestedWalking
		}
		return d
	case in.Event.Class == care.Presence:
		return Decision{} // OnPresence decides
	case Momentary(in.Event.Class):
		return in.moment()
	case in.Held && !in.Before.Active:
		return Decision{} // it ended in the meantime
	case in.Event.Class == care.Battery && in.Event.Phase == care.Active && in.Point.Retired:
		return Decision{}
	}
	state := in.Before
	if !in.Held && in.Before.supersededBy(in.Event) {
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
		if why, until := in.quiet(); why != "" {
			d = in.suppress(why, until)
		} else {
			d = in.alarm(active)
			d.Tick = in.tick(true)
		}
	case in.Event.Phase == care.Clear && !active && in.Open != nil && in.Open.Active:
		i := *in.Open
		d.Incident = &i
		in.clear(&d)
	}
	if state != in.Before {
		d.State = &state
	}
	if in.Before.Active && !state.Active {
		d.Timers = append(d.Timers, in.heldTimer(time.Time{}))
	}
	return d
}

// moment decides on a press or a fall.
func (in Situation) moment() Decision {
	newest := in.Before.supersededBy(in.Event)
	if in.Event.Phase == care.Clear {
		return in.cancel(newest)
	}
	if in.Held && in.Open != nil {
		return Decision{} // people are called already
	}
	var d Decision
	switch why, until := in.quiet(); {
	case why == care.TestedWalking:
		d = in.suppress(why, until)
	case why != "":
		d = in.suppress(why, time.Time{})
	default:
		d = in.alarm(false)
		d.Tick = in.tick(true)
		if in.Walk != nil { // an earlier press that is kept back says no more than this
			d.Timers = append(d.Timers, in.heldTimer(time.Time{}))
		}
	}
	if newest && !in.Held {
		d.State = &PointState{Sequence: max(in.Before.Sequence, in.Event.Sequence), ChangedAt: in.Event.Time}
	}
	return d
}

// cancel lets a resident take his call back at the button. It counts when it
// follows the latest press within the site's time; the incident stays open,
// because somebody who fell may press the wrong thing.
func (in Situation) cancel(newest bool) Decision {
	var said struct {
		Cancel bool `json:"cancel"`
	}
	if json.Unmarshal(in.Event.Data, &said) != nil || !said.Cancel ||
		in.Open == nil || in.Open.CancelledAt != nil || !newest {
		return Decision{}
	}
	i := *in.Open
	d := Decision{Incident: &i}
	if in.Event.Time.Sub(in.Before.ChangedAt) > in.Site.CancelWithin() {
		d.add(in.entry(care.EntryCancelLate))
		return d
	}
	at := in.Now
	i.CancelledAt, i.Severity = &at, care.Medium
	d.add(in.entry(care.EntryCancelled))
	return d
}

// quiet says why the activation shall alarm nobody, and until when that is so;
// "" when it shall alarm.
func (in Situation) quiet() (why string, until time.Time) {
	class := in.Event.Class
	walk, lasting := in.walking()
	switch {
	case in.Shelf != nil && in.Shelf.Until.After(in.Now):
		return care.SuppressedShelved, in.Shelf.Until
	case walk:
		return care.TestedWalking, lasting
	case (class == care.BedExit || class == care.Wandering) && in.Attended.After(in.Now):
		return care.SuppressedPresence, in.Attended
	case class.Care() && in.Open == nil:
		return in.Hold.Reason, in.Hold.Until
	}
	return "", time.Time{}
}

// suppress writes why nobody is alarmed, and sets the time to look again.
func (in Situation) suppress(why string, until time.Time) Decision {
	var d Decision
	if !in.Held {
		e := in.entry(care.EntrySuppressed)
		if d.Tick = in.tick(false); why == care.TestedWalking {
			e.Kind = care.EntryTested
		}
		e.Reason = why
		if !until.IsZero() {
			e.Until = &until
		}
		d.Entries = append(d.Entries, e)
	}
	if !until.IsZero() {
		d.Timers = append(d.Timers, in.heldTimer(until))
	}
	return d
}

// heldTimer is when to look again at the event; without a time, never.
func (in Situation) heldTimer(at time.Time) Timer {
	t := Timer{Kind: TimerCare, Ref: PointRef(in.Event.Site, in.Event.Point, in.Event.Class), Site: in.Event.Site, Due: at}
	if !at.IsZero() {
		t.Data = in.kept().Encode()
	}
	return t
}

// Kept is the data of a timer that looks again at an event.
type Kept struct {
	care.Received
	// Severity is that of Situation when the event came, which a rule may have
	// given it; 0 is that of its class.
	Severity care.Severity `json:",omitempty"`
	// Walk is the walk test on whose sheet it is, empty for none.
	Walk string `json:",omitempty"`
}

// kept is what a timer has to keep of the event.
func (in Situation) kept() Kept {
	k := Kept{Received: in.Event, Severity: in.Severity}
	if in.Walk != nil {
		k.Walk = in.Walk.Test.ID
	}
	return k
}

// Encode returns the data of the timer.
func (k Kept) Encode() json.RawMessage {
	b, err := json.Marshal(k)
	if err != nil { // its data is no JSON, and nothing else can fail
		k.Data = nil
		b, _ = json.Marshal(k)
	}
	return b
}

// DecodeKept returns what a timer has kept.
func DecodeKept(data json.RawMessage) (Kept, error) {
	var k Kept
	err := json.Unmarshal(data, &k)
	return k, err
}

// EncodeHeld returns an event as it is kept on the sheet of a walk test.
func EncodeHeld(e care.Received) json.RawMessage { return Kept{Received: e}.Encode() }

// DecodeHeld returns the event of such a row.
func DecodeHeld(data json.RawMessage) (care.Received, error) {
	k, err := DecodeKept(data)
	return k.Received, err
}

// repeats reports whether an active event tells nothing new. What was held back
// from another point than the one that raised the incident has confirmed nothing
// yet, though it has been active all the time.
func (in Situation) repeats() bool {
	news := in.Held && in.Open != nil && in.Open.Point != in.Event.Point && in.Open.ConfirmedAt == nil
	return in.Before.Active && in.Open != nil && in.Open.Active && !news
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
		i := *in.Open
		// Two independent signals confirm a fire: two detectors, or a detector
		// and a manual call point (GB 50116). A third has nothing to add to that.
		if in.Event.Point != i.Point && i.ConfirmedAt == nil {
			kind = care.EntryConfirmed
			at := in.Now
			i.ConfirmedAt, i.ConfirmedBy = &at, in.Event.Point
		}
		i.State, i.Accepted, i.Arrived = care.Raised, nil, nil
		i.CancelledAt, i.Severity = nil, max(i.Severity, in.severity())
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

// severity is how severe what the event says is.
func (in Situation) severity() care.Severity {
	if in.Severity != 0 {
		return in.Severity
	}
	return in.Event.Class.Severity()
}

// raise returns the incident that the event begins, before its first row.
func (in Situation) raise() *care.Incident {
	e := in.Event
	under := in.Under
	if !e.Class.Equipment() {
		under = "" // whatever is broken, a person is never explained away
	}
	return &care.Incident{
		Under: under,
		ID:    in.ID, Site: e.Site, Class: e.Class, Key: care.IncidentKey(e.Class, in.Point),
		Point: e.Point, Zone: in.Point.Zone, Resident: in.Point.Resident,
		Severity: in.severity(), State: care.Raised,
		HappenedAt: e.Time, RaisedAt: in.Now, AlarmedAt: in.Now, Alarms: 1,
		// What was held back on purpose is not late.
		Late: !in.Held && in.Now.Sub(e.Time) > care.LateAfter, Clock: e.Clock,
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
