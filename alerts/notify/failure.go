package notify

import (
	"errors"
	"fmt"
	"time"
)

// Reason is the stable name of why a message was not delivered; pages say it in
// their own language.
type Reason string

// The reasons.
const (
	BadAddress    Reason = "bad_address"   // there is no such number, mailbox or account
	Refused       Reason = "refused"       // the service does not take this message
	Misconfigured Reason = "misconfigured" // key, signature, template or account of the channel is wrong
	Unreachable   Reason = "unreachable"   // the service does not answer, or answers that it is broken
	Throttled     Reason = "throttled"     // the service takes no more for now
	NoAnswer      Reason = "no_answer"     // the call rang and nobody took it, or it was busy
	Undelivered   Reason = "undelivered"   // the service gave up on the way
	Unproved      Reason = "unproved"      // no receipt came in time
	NoContact     Reason = "no_contact"    // the person has no address for any channel
	NoConsent     Reason = "no_consent"    // the consent to inform the family was withdrawn
	NoChannel     Reason = "no_channel"    // the channel is not set up in this gateway
)

// Reasons lists every reason.
func Reasons() []Reason {
	return []Reason{BadAddress, Refused, Misconfigured, Unreachable, Throttled, NoAnswer, Undelivered, Unproved, NoContact, NoConsent, NoChannel}
}

// Failure says why a message was not delivered.
type Failure struct {
	Reason Reason
	// Detail is a sentence for an operator, with the service's own code where
	// there is one. It holds no secret and no address of a person.
	Detail string
	// Permanent says that the same message would fail again.
	Permanent bool
	// RetryAfter is how long the service asks to wait; 0 when it says nothing.
	RetryAfter time.Duration
}

// Error returns reason and detail.
func (f *Failure) Error() string { return fmt.Sprintf("%s: %s", f.Reason, f.Detail) }

// Failed returns a failure after which the same message may be sent again.
func Failed(r Reason, format string, args ...any) *Failure {
	return &Failure{Reason: r, Detail: fmt.Sprintf(format, args...)}
}

// Hopeless returns a failure that would come again.
func Hopeless(r Reason, format string, args ...any) *Failure {
	return &Failure{Reason: r, Detail: fmt.Sprintf(format, args...), Permanent: true}
}

// AsFailure returns the failure in the chain of err. An error without one
// counts as Unreachable; nil gives nil.
func AsFailure(err error) *Failure {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	return Failed(Unreachable, "%v", err)
}
