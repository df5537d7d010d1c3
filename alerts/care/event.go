package care

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Phase is what an event says of its class: that the condition has begun, that
// it has ended, or that somebody tested the point.
type Phase string

// The phases, the last part of a CloudEvents type.
const (
	Active Phase = "active"
	Clear  Phase = "clear"
	Test   Phase = "test"
)

// TypePrefix is the beginning of the CloudEvents type of every event.
const TypePrefix = "care.shouwang."

// Event is something that happened at a point and that a person may have to
// act on. On the wire it is a CloudEvents 1.0 JSON event in structured mode.
type Event struct {
	// Site, Edge and Device are the levels of the CloudEvents source.
	Site   SiteID
	Edge   EdgeID
	Device string
	// ID is a UUIDv7 for our own edges; with the source it is the key by which
	// repeats are known.
	ID    string
	Class Class
	Phase Phase
	Point PointID
	// Time is when it happened, by the clock of the edge.
	Time time.Time
	// Sequence orders the events of one edge; 0 when the sender has none. For
	// one point an older event never overrides what a newer one said.
	Sequence uint64
	// Data is the evidence, a JSON value; it may be nil.
	Data json.RawMessage
}

// Source returns the CloudEvents source, /{site}/{edge}/{device}.
func (e Event) Source() string {
	return "/" + string(e.Site) + "/" + string(e.Edge) + "/" + e.Device
}

// Type returns the CloudEvents type, care.shouwang.{class}.{phase}.
func (e Event) Type() string { return TypePrefix + string(e.Class) + "." + string(e.Phase) }

// wireEvent is the CloudEvents envelope. Sequence is a string of twenty digits,
// because the CloudEvents sequence extension orders its values as text.
type wireEvent struct {
	SpecVersion     string          `json:"specversion"`
	ID              string          `json:"id"`
	Source          string          `json:"source"`
	Type            string          `json:"type"`
	Subject         string          `json:"subject"`
	Time            *time.Time      `json:"time"`
	Sequence        json.RawMessage `json:"sequence,omitempty"`
	DataContentType string          `json:"datacontenttype,omitempty"`
	Data            json.RawMessage `json:"data,omitempty"`
}

// Encode returns the CloudEvents JSON of e. It fails only when Data is not
// JSON.
func (e Event) Encode() ([]byte, error) {
	at := e.Time.UTC()
	w := wireEvent{
		SpecVersion: "1.0", ID: e.ID, Source: e.Source(), Type: e.Type(),
		Subject: string(e.Point), Time: &at, Data: e.Data,
	}
	if e.Sequence > 0 {
		w.Sequence = fmt.Appendf(nil, `"%020d"`, e.Sequence)
	}
	if e.Data != nil {
		w.DataContentType = "application/json"
	}
	b, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("encode event %s of %s: %w", e.ID, e.Source(), err)
	}
	return b, nil
}

// Limits of what an event may carry, in bytes.
const (
	maxEventID = 128
	maxDevice  = 64
)

// ParseEvent decodes a CloudEvents JSON event. A missing or unreadable time is
// not an error, since no event is refused for its clock: Time is then zero.
// The error is a *Refusal. When the id and source could be read, they are set
// in the returned event even then, so that the sender can be told.
func ParseEvent(payload []byte) (Event, error) {
	var w struct {
		wireEvent
		Time json.RawMessage `json:"time"` // shadows the embedded one
	}
	if err := json.Unmarshal(payload, &w); err != nil {
		return Event{}, Refuse(ReasonMalformed, fmt.Sprintf("the event is not CloudEvents JSON: %v", err))
	}
	e := Event{ID: w.ID, Point: PointID(w.Subject), Data: w.Data}
	bad := func(format string, args ...any) (Event, error) {
		return e, Refuse(ReasonBadEvent, fmt.Sprintf(format, args...))
	}
	if w.ID == "" || len(w.ID) > maxEventID {
		e.ID = ""
		return bad("the event has no id of 1 to %d bytes", maxEventID)
	}
	parts := strings.SplitN(w.Source, "/", 4)
	if len(parts) != 4 || parts[0] != "" || !ValidID(parts[1]) || !ValidID(parts[2]) || parts[3] == "" || len(parts[3]) > maxDevice {
		return bad("the source %.100q is not /{site}/{edge}/{device}", w.Source)
	}
	e.Site, e.Edge, e.Device = SiteID(parts[1]), EdgeID(parts[2]), parts[3]
	if w.SpecVersion != "1.0" {
		return bad("specversion is %.20q, and only 1.0 is understood", w.SpecVersion)
	}
	name, ok := strings.CutPrefix(w.Type, TypePrefix)
	class, phase, found := strings.Cut(name, ".")
	e.Class, e.Phase = Class(class), Phase(phase)
	if !ok || !found || !e.Class.Valid() {
		return e, Refuse(ReasonUnknownClass, fmt.Sprintf("the type %.100q is not %s{class}.{active|clear|test} with a known class", w.Type, TypePrefix))
	}
	if e.Phase != Active && e.Phase != Clear && e.Phase != Test {
		return bad("the type %.100q ends in none of active, clear and test", w.Type)
	}
	if !ValidID(w.Subject) {
		return bad("the subject %.100q is not a point id", w.Subject)
	}
	if len(w.Sequence) > 0 && string(w.Sequence) != "null" {
		n, err := strconv.ParseUint(strings.Trim(string(w.Sequence), `"`), 10, 63)
		if err != nil {
			return bad("the sequence %.40s is not a whole number from 0 to 2^63-1", w.Sequence)
		}
		e.Sequence = n
	}
	// A broken time must not cost a fire: it stays zero and is corrected.
	var at time.Time
	if json.Unmarshal(w.Time, &at) == nil && at.Year() >= 1 && at.Year() <= 9999 {
		e.Time = at.UTC()
	}
	if string(e.Data) == "null" {
		e.Data = nil
	}
	return e, nil
}

// ClockMark says how the time of a received event was arrived at.
type ClockMark string

// The marks.
const (
	ClockTrusted  ClockMark = ""         // the edge's clock, as sent
	ClockOffset   ClockMark = "offset"   // the edge's clock plus its measured offset
	ClockReceived ClockMark = "received" // unusable; the time of receipt stands in
)

// Received is an event as it reached the core.
type Received struct {
	Event
	ReceivedAt time.Time
	// SentTime is Event.Time before correction; equal to it when Clock is
	// ClockTrusted.
	SentTime time.Time
	Clock    ClockMark
	Via      string // "mqtt", "https" or ViaCore
}

// ViaCore marks events that the core itself makes: what a rule has found, a gap
// in a roster, a board that is lost.
const ViaCore = "core"

// ReceiptStatus is the answer of the ledger to one event.
type ReceiptStatus string

// The answers.
const (
	ReceiptCommitted ReceiptStatus = "committed"
	ReceiptDuplicate ReceiptStatus = "duplicate" // it was in the ledger before
	ReceiptRefused   ReceiptStatus = "refused"   // it never will be
)

// Receipt says what became of a received event.
type Receipt struct {
	ID     string        `json:"id"`
	Status ReceiptStatus `json:"status" enum:"committed,duplicate,refused"`
	Reason Reason        `json:"reason,omitempty"`
	Detail string        `json:"detail,omitempty"`
}

// LateAfter is the age at which an active event is raised marked late.
const LateAfter = 15 * time.Minute
