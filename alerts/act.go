package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"shouwang.care/shouwang/alerts/care"
)

// MaxNote is the greatest length of a note in characters.
const MaxNote = 2000

// MaxCalls is how many calls are logged of one incident at most. A night has a
// dozen; who logs more than this presses by mistake, or his telephone does.
const MaxCalls = 100

// OnAction decides what a person's action does to an incident at now. The
// error is an *IllegalError when the incident or the rules forbid it, so that
// of two carers who accept at the same instant the second is told who was
// first; any other error is a mistake of the caller.
//
// Nobody is made to tap twice at three in the morning: who arrives at an
// incident that nobody has accepted, or resolves it, accepts it with the same
// act, and the log has a row of each. Arriving is never implied, because it is
// a proof.
//
// A note may be added in every state, also after resolving. The text of an
// added note is in the log only; Incident.Note is what was written at
// resolving. So it is with calls: who rings others does not say that he goes
// himself, and the ladder climbs on.
func OnAction(now time.Time, i care.Incident, a Action) (Decision, error) {
	if a.By == "" || a.Means == "" {
		return Decision{}, fmt.Errorf("decide on the action %q on incident %s: it names no person or no means", a.Kind, i.ID)
	}
	if err := a.legal(i); err != nil {
		return Decision{}, err
	}
	d := Decision{Incident: &i}
	by := care.Act{By: a.By, Name: a.Name, At: now, Means: a.Means}
	if i.State == care.Raised && !a.Kind.tells() {
		i.State, i.Accepted = care.Accepted, &by
		d.add(care.Entry{Kind: care.EntryAccepted, Point: i.Point, Act: by})
	}
	switch a.Kind {
	case Accept:
	case Arrive:
		i.State, i.Arrived = care.Arrived, &by
		d.add(care.Entry{Kind: care.EntryArrived, Point: i.Point, Act: by})
	case Resolve:
		lasting := i.Active
		i.State, i.Resolved = care.Resolved, &by
		i.UntoldAt = nil
		// From here on no clear event reaches the incident. That it has no
		// ClearedAt still tells that the sensor was active.
		i.Active = false
		i.Cause, i.Reason, i.Note = a.Cause, a.Reason, a.Note
		d.add(care.Entry{Kind: care.EntryResolved, Point: i.Point, Act: by, Cause: a.Cause, Reason: a.Reason, Note: a.Note})
		if lasting {
			d.shelve(i, by)
		}
	case Explain:
		i.Cause, i.Reason = a.Cause, a.Reason
		if a.Note != "" {
			i.Note = a.Note
		}
		d.add(care.Entry{Kind: care.EntryExplained, Point: i.Point, Act: by, Cause: a.Cause, Reason: a.Reason, Note: a.Note})
	case LogCall:
		d.add(care.Entry{Kind: care.EntryCalled, Point: i.Point, Act: by, To: a.To, Reason: string(a.Outcome)})
	case AddNote:
		d.add(care.Entry{Kind: care.EntryNoted, Point: i.Point, Act: by, Note: a.Note})
	default:
		return Decision{}, fmt.Errorf("decide on incident %s: the action %q is unknown", i.ID, a.Kind)
	}
	return d, nil
}

// tells reports whether the action only tells something about an incident, in
// whatever state it is, and moves it nowhere.
func (k ActionKind) tells() bool { return k == AddNote || k == Explain || k == LogCall }

// legal says why the action is not allowed on the incident, nil when it is.
// What was done already comes first: who is late need not learn that his form
// has a mistake besides.
func (a Action) legal(i care.Incident) error {
	illegal := func(code Code, who *care.Act) error {
		e := &IllegalError{Code: code, Kind: a.Kind}
		if who != nil {
			e.By, e.Who, e.At = who.By, who.Name, who.At
		}
		return e
	}
	switch {
	case a.Kind == Explain && i.Cause != care.CausePending:
		return illegal(CodeNotPending, i.Resolved)
	case !a.Kind.tells() && i.State == care.Resolved:
		return illegal(CodeAlreadyResolved, i.Resolved)
	case a.Kind == Accept && i.State != care.Raised:
		return illegal(CodeAlreadyAccepted, i.Accepted)
	case a.Kind == Arrive && i.State == care.Arrived:
		return illegal(CodeAlreadyArrived, i.Arrived)
	case a.Kind == AddNote && strings.TrimSpace(a.Note) == "":
		return illegal(CodeNoteNeeded, nil)
	case utf8.RuneCountInString(a.Note) > MaxNote:
		return illegal(CodeNoteTooLong, nil)
	case a.Kind == LogCall && (a.To == "" || !slices.Contains(care.CallOutcomes(a.To), a.Outcome)):
		return illegal(CodeOutcomeUnknown, nil)
	case (a.Kind == Accept || a.Kind == Arrive || a.Kind == Resolve) && a.Alarms != 0 && a.Alarms != i.Alarms:
		return &IllegalError{Code: CodeRealarmed, Kind: a.Kind, At: i.AlarmedAt}
	case a.Kind != Resolve && a.Kind != Explain:
		return nil
	}
	switch {
	case a.Kind == Resolve && a.Cause == care.CausePending && a.Reason == "" && !i.Active:
		return nil
	case !slices.Contains([]care.Cause{care.CauseReal, care.CauseFalse, care.CauseTest, care.CauseDrill}, a.Cause):
		return illegal(CodeCauseNeeded, nil)
	case a.Cause == care.CauseFalse && a.Reason == "":
		return illegal(CodeReasonNeeded, nil)
	case a.Reason != "" && !slices.Contains(care.CauseReasons(a.Cause), a.Reason):
		return illegal(CodeReasonUnknown, nil)
	case i.Active && a.Cause != care.CauseFalse && a.Cause != care.CauseTest:
		return illegal(CodeStillActive, nil)
	}
	return nil
}
