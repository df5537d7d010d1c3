package alerts

import (
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// ActionKind is what a person does with an incident.
type ActionKind string

// The actions.
const (
	Accept   ActionKind = "accept"
	Arrive   ActionKind = "arrive"
	Resolve  ActionKind = "resolve"
	AddNote  ActionKind = "note"
	Explain  ActionKind = "explain" // tells the cause that was left pending
	LogCall  ActionKind = "call"    // tells that he rang somebody, and what came of it
	Shelve   ActionKind = "shelve"
	Unshelve ActionKind = "unshelve"
	Walking  ActionKind = "walk"
)

// Action is one act of one person on one incident.
type Action struct {
	Kind     ActionKind
	Incident string
	// By and Name are the person. Whether he may act on the site is decided
	// before, by the API.
	By    care.UserID
	Name  string
	Means care.Means
	// Alarms is how many activations of the incident the person has seen when
	// he accepts it, arrives or resolves it; 0 when that does not matter. A form
	// that was left open, or a press that waited for a lost gateway, must not
	// silence what has alarmed again meanwhile.
	Alarms int
	// Cause, Reason and Note belong to Resolve and Explain; Note alone to
	// AddNote.
	Cause  care.Cause
	Reason string
	Note   string
	// To and Outcome belong to LogCall: a user's id, resident:ID or an emergency
	// number, never the number of a person's telephone.
	To      string
	Outcome care.CallOutcome
}

// Code is the stable name of why an action was refused; screens translate it.
type Code string

// The codes.
const (
	CodeNotFound        Code = "not_found"
	CodeAlreadyAccepted Code = "already_accepted" // Who and At say by whom
	CodeAlreadyArrived  Code = "already_arrived"
	CodeAlreadyResolved Code = "already_resolved"
	CodeRealarmed       Code = "realarmed" // it has alarmed again since the person looked
	CodeCauseNeeded     Code = "cause_needed"
	CodeReasonNeeded    Code = "reason_needed" // a false alarm needs its reason
	CodeReasonUnknown   Code = "reason_unknown"
	CodeStillActive     Code = "still_active" // needs the cause false or test
	CodeNoteNeeded      Code = "note_needed"
	CodeNoteTooLong     Code = "note_too_long"
	CodeNotPending      Code = "not_pending"     // its cause was told already, or it is not resolved
	CodeOutcomeUnknown  Code = "outcome_unknown" // not what a call to that one can come to
	CodeTooManyCalls    Code = "too_many_calls"  // MaxCalls are logged

	CodeShelfTooLong Code = "shelf_too_long" // more than MaxShelf
	CodeWatchNeeded  Code = "watch_needed"   // fire and gas need a person who keeps watch instead
	CodeOpenIncident Code = "open_incident"  // somebody has to look first
	CodeNotShelved   Code = "not_shelved"

	CodeWalkTooLong Code = "walk_too_long" // more than MaxWalk
	CodeWalkRuns    Code = "walk_runs"     // another one of the floor is under way; Who says whose
	CodeWalkOver    Code = "walk_over"     // it has ended
)

// IllegalError refuses an action. Nothing was changed.
type IllegalError struct {
	Code Code
	Kind ActionKind
	// By and Who did already what the action wanted to do, at At.
	By  care.UserID
	Who string
	At  time.Time
}

// Error returns a sentence for a log; screens say it in their own language by
// the code.
func (e *IllegalError) Error() string {
	if e.Who != "" {
		return fmt.Sprintf("cannot %s the incident: %s (%s at %s)", e.Kind, e.Code, e.Who, e.At.Format(time.RFC3339))
	}
	return fmt.Sprintf("cannot %s the incident: %s", e.Kind, e.Code)
}
