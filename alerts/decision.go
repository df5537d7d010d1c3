package alerts

import (
	"slices"

	"shouwang.care/shouwang/alerts/care"
)

// Decision is what an event or an action changes. Whoever asked for it writes
// all of it in one transaction, or nothing: the state, the incident, then each
// entry in order with one feed row of the same kind, the timers and the shelf. The zero value changes
// nothing.
type Decision struct {
	// State is the new state of the class at the point, nil when it stays.
	State *PointState
	// Incident is the incident to save, nil when none changed. It is a new
	// value; the one that was handed in is left as it was.
	Incident *care.Incident
	// Entries are the rows for the log of the site, in order. Their numbers are
	// given by the ledger.
	Entries []care.Entry
	// Timers are set, or taken away where they have no Due.
	Timers []Timer
	// Shelf is to be put up, nil when none is.
	Shelf *Shelf
	// Tick is for the sheet of a walk test, nil when none is.
	Tick *Tick
}

// Has reports whether a row of the kind is among the entries.
func (d Decision) Has(kind care.EntryKind) bool {
	return slices.ContainsFunc(d.Entries, func(e care.Entry) bool { return e.Kind == kind })
}

// Alarms reports whether the decision sounds: an incident was raised,
// re-alarmed or confirmed, has returned because nobody arrived, or is no longer
// explained by another one.
func (d Decision) Alarms() bool {
	return d.Has(care.EntryRaised) || d.Has(care.EntryRealarmed) || d.Has(care.EntryConfirmed) ||
		d.Has(care.EntryReturned) || d.Has(care.EntrySurfaced)
}

// add appends a row about the incident and counts it in the revision.
func (d *Decision) add(e care.Entry) {
	e.Incident = d.Incident.ID
	d.Incident.Revision++
	d.Entries = append(d.Entries, e)
}

// Momentary reports whether an activation of the class is a moment and not a
// condition: a press or a fall happens and is over, while smoke or an open door
// lasts until the sensor says that it ended. An incident of a momentary class
// is never Active, and each further activation is a re-alarm.
func Momentary(c care.Class) bool {
	return c == care.SOS || c == care.Call || c == care.Fall
}
