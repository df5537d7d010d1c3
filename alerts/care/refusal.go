package care

import "errors"

// Reason is the short, stable name of why a message was refused. It labels the
// counter of refused messages and is shown in the quarantine list.
type Reason string

// The reasons.
const (
	ReasonBadTopic      Reason = "bad_topic"       // the topic is not of the contract
	ReasonTooLarge      Reason = "too_large"       // more than MaxPacket bytes
	ReasonMalformed     Reason = "malformed"       // not JSON, or not the JSON of the contract
	ReasonBadEvent      Reason = "bad_event"       // JSON, but a required attribute is absent or wrong
	ReasonUnknownClass  Reason = "unknown_class"   // an event type that this version does not know
	ReasonForeignSource Reason = "foreign_source"  // the source names another site or edge than the topic
	ReasonUnknownSite   Reason = "unknown_site"    // the site or edge is not registered
	ReasonUnknownPoint  Reason = "unknown_point"   // a reading of a point that is not registered
	ReasonWrongUnit     Reason = "wrong_unit"      // a quantity in another unit than the contract's
	ReasonBadValue      Reason = "bad_value"       // not a number, or outside what the quantity can be
	ReasonTimeRange     Reason = "time_range"      // a reading outside -7 d … +2 min
	ReasonDenied        Reason = "denied"          // the broker denied a publication or a subscription
	ReasonSeries        Reason = "series_rejected" // the time series stored a part and rejected the rest
	ReasonQueueFull     Reason = "queue_full"      // the bounded reading queue dropped its oldest
	ReasonLedger        Reason = "ledger_rejected" // the ledger can never take this row
)

// Refusal is the error of a message that will never be taken, whatever is
// tried again. Its text is for operators.
type Refusal struct {
	Reason Reason
	Detail string
}

// Refuse returns a *Refusal.
func Refuse(reason Reason, detail string) error { return &Refusal{reason, detail} }

// Error returns the detail; the reason stands beside it wherever it is shown.
func (r *Refusal) Error() string { return r.Detail }

// AsRefusal returns the *Refusal in err's chain.
func AsRefusal(err error) (*Refusal, bool) { return errors.AsType[*Refusal](err) }
