// Package notify says what a notification channel is: a way to put a message
// before one person, such as a text message, a telephone call or a chat robot.
// Each channel is a sub-package; notifytest is the suite that each passes.
//
// A channel hands over one message and says what that proves. When to send,
// whom to, which channel comes next and what is kept of it is decided by
// gateway/watch; settings and secrets are read by gateway/app.
package notify

import (
	"context"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Proof is how much is known of what became of a message. A greater one
// includes the lesser.
type Proof int

// The proofs, from the weakest.
const (
	Nothing   Proof = iota
	Taken           // the service took the message
	Delivered       // it reached the person's device, or the call was answered
	Read            // the person has seen it
	Accepted        // the person pressed the key that accepts the alarm
)

// String returns "nothing", "taken", "delivered", "read" or "accepted".
func (p Proof) String() string {
	switch p {
	case Taken:
		return "taken"
	case Delivered:
		return "delivered"
	case Read:
		return "read"
	case Accepted:
		return "accepted"
	}
	return "nothing"
}

// Kind is what a message is about. Services that send approved templates only
// have one template for each.
type Kind string

// The kinds.
const (
	Alarm   Kind = "alarm"   // an incident needs somebody; Link leads to its acceptance
	Storm   Kind = "storm"   // several incidents do; Params has their count
	News    Kind = "news"    // how an incident goes on, for families and those called before
	Warning Kind = "warning" // something will go wrong unless somebody acts, such as a gap in a roster
	Trial   Kind = "trial"   // somebody tries whether the channel works
	Code    Kind = "code"    // six digits by which somebody comes in; Params has them as ParamCode
)

// Kinds lists every kind.
func Kinds() []Kind { return []Kind{Alarm, Storm, News, Warning, Trial, Code} }

// Language is the language of a message.
type Language string

// The languages.
const (
	ZH Language = "zh"
	EN Language = "en"
)

// The parts of a message that templates of services are filled with. A part
// that a message has no use for is absent.
const (
	ParamSite  = "site"  // name of the home
	ParamPlace = "place" // floor, room and bed
	ParamClass = "class" // what happened, as carers say it
	ParamTime  = "time"  // when, local to the site, such as 03:12
	ParamCount = "count" // how many incidents
	ParamText  = "text"  // the whole text in one line
	ParamLink  = "link"  // Link
	ParamCode  = "code"  // last path segment of Link, for templates that hold the rest of it; of a Code the digits
)

// Message is one message to one person, complete in one language.
type Message struct {
	// Key is the idempotency key, a UUID. It is the same at each try, so that a
	// service or receiver which knows such keys delivers the message once.
	Key string
	// To is the address in the form that the channel documents.
	To       string
	Kind     Kind
	Language Language
	Severity care.Severity
	// Title is one line; Text is the whole message in plain text without the
	// link.
	Title, Text string
	// Params has the same by parts.
	Params map[string]string
	// Link is the address of the page where the incident can be accepted; empty
	// where there is nothing to accept.
	Link string
	// Time is when it was decided to send it.
	Time time.Time
}

// Sent is the answer to a message that was handed over.
type Sent struct {
	// ID is the name under which the service reports what becomes of the
	// message; empty where it reports nothing.
	ID string
	// Proof is what the answer itself proves, at least Taken.
	Proof Proof
}

// Channel is one configured way to reach people. Its methods may be called
// from several goroutines.
type Channel interface {
	// Send hands over one message; ctx bounds how long it may take. The error
	// has a *Failure in its chain. After an error that is not permanent the
	// same message may be sent again, with the same key. An answer that says
	// "OK" by its status and an error in its body is a failure.
	Send(ctx context.Context, m Message) (Sent, error)
	// Best returns the strongest proof that the channel can give for a message.
	// Only less than that in time counts as not delivered.
	Best() Proof
}

// Receipt is what a service reports afterwards of a message.
type Receipt struct {
	// ID is Sent.ID, and Key is Message.Key where the service carries it; one
	// of them is set.
	ID, Key string
	Proof   Proof
	// Failed says why the message did not arrive; nil when it did.
	Failed *Failure
	At     time.Time
}

// Poller is a channel that can be asked what became of a message. A gateway in
// a home mostly cannot be called from outside, so asking is how it learns.
type Poller interface {
	// Poll asks for one message, sent at a time under an id. It returns nil
	// when nothing new is known.
	Poll(ctx context.Context, id, to string, at time.Time) (*Receipt, error)
}
