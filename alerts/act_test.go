package alerts_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

var (
	wang = care.Act{By: "u-wang", Name: "Wang Fang", At: evening.Add(time.Minute), Means: care.ByScreen}
	zhao = care.Act{By: "u-zhao", Name: "Zhao Min", At: evening.Add(2 * time.Minute), Means: care.ByScreen}
	chen = care.Act{By: "u-chen", Name: "Chen Jie", At: evening.Add(3 * time.Minute), Means: care.ByTag}
)

// incident returns a fall in the state, which Wang accepted, Zhao arrived at
// and Wang resolved.
func incident(state care.IncidentState) care.Incident {
	i := care.Incident{
		ID: "incident-1", Site: "songhe", Class: care.Fall, Key: "point:203-fall", Point: "203-fall",
		Severity: care.Urgent, State: state, RaisedAt: evening, AlarmedAt: evening, Alarms: 1, Revision: 4,
	}
	if state != care.Raised {
		i.Accepted = &wang
	}
	if state == care.Arrived || state == care.Resolved {
		i.Arrived = &zhao
	}
	if state == care.Resolved {
		i.Resolved = &wang
	}
	return i
}

func by(who care.Act, a alerts.Action) alerts.Action {
	a.Incident, a.By, a.Name, a.Means = "incident-1", who.By, who.Name, who.Means
	return a
}

// TestActions has what is allowed: the rows and the incident afterwards.
func TestActions(t *testing.T) {
	entry := func(kind care.EntryKind, e care.Entry) care.Entry {
		e.Kind, e.Incident, e.Point, e.Act = kind, "incident-1", "203-fall", chen
		return e
	}
	accepted, arrived := entry(care.EntryAccepted, care.Entry{}), entry(care.EntryArrived, care.Entry{})
	real := alerts.Action{Kind: alerts.Resolve, Cause: care.CauseReal, Reason: "first_aid", Note: "a bruise"}
	resolved := entry(care.EntryResolved, care.Entry{Cause: care.CauseReal, Reason: "first_aid", Note: "a bruise"})
	resolve := func(i *care.Incident) {
		i.State, i.Resolved, i.Cause, i.Reason, i.Note = care.Resolved, &chen, care.CauseReal, "first_aid", "a bruise"
	}
	for _, c := range []struct {
		name   string
		from   care.IncidentState
		action alerts.Action
		change func(i *care.Incident)
		rows   []care.Entry
	}{
		{"accept", care.Raised, alerts.Action{Kind: alerts.Accept}, func(i *care.Incident) { i.State, i.Accepted = care.Accepted, &chen }, []care.Entry{accepted}},
		{"who arrives first has accepted", care.Raised, alerts.Action{Kind: alerts.Arrive}, func(i *care.Incident) { i.State, i.Accepted, i.Arrived = care.Arrived, &chen, &chen }, []care.Entry{accepted, arrived}},
		{"another arrives than who accepted", care.Accepted, alerts.Action{Kind: alerts.Arrive}, func(i *care.Incident) { i.State, i.Arrived = care.Arrived, &chen }, []care.Entry{arrived}},
		{"who resolves at once has accepted", care.Raised, real, func(i *care.Incident) { i.Accepted = &chen; resolve(i) }, []care.Entry{accepted, resolved}},
		{"resolve what was accepted", care.Accepted, real, resolve, []care.Entry{resolved}},
		{"resolve what was arrived at", care.Arrived, real, resolve, []care.Entry{resolved}},
		{"a note does not accept", care.Raised, alerts.Action{Kind: alerts.AddNote, Note: "door locked"}, func(*care.Incident) {}, []care.Entry{entry(care.EntryNoted, care.Entry{Note: "door locked"})}},
		{"a call does not accept", care.Raised, alerts.Action{Kind: alerts.LogCall, To: "u-neighbour", Outcome: care.CallNoAnswer}, func(*care.Incident) {}, []care.Entry{entry(care.EntryCalled, care.Entry{To: "u-neighbour", Reason: "no_answer"})}},
		{"a call does not arrive", care.Accepted, alerts.Action{Kind: alerts.LogCall, To: "resident:r-li", Outcome: care.CallReached}, func(*care.Incident) {}, []care.Entry{entry(care.EntryCalled, care.Entry{To: "resident:r-li", Reason: "reached"})}},
		{"an ambulance was called", care.Arrived, alerts.Action{Kind: alerts.LogCall, To: "120", Outcome: care.CallMade}, func(*care.Incident) {}, []care.Entry{entry(care.EntryCalled, care.Entry{To: "120", Reason: "called"})}},
		{"the family is called after the end", care.Resolved, alerts.Action{Kind: alerts.LogCall, To: "u-daughter", Outcome: care.CallBusy}, func(*care.Incident) {}, []care.Entry{entry(care.EntryCalled, care.Entry{To: "u-daughter", Reason: "busy"})}},
		{"a note after the end", care.Resolved, alerts.Action{Kind: alerts.AddNote, Note: "back from hospital"}, func(*care.Incident) {}, []care.Entry{entry(care.EntryNoted, care.Entry{Note: "back from hospital"})}},
		{"the longest note", care.Raised, alerts.Action{Kind: alerts.AddNote, Note: strings.Repeat("好", alerts.MaxNote)}, func(*care.Incident) {}, []care.Entry{entry(care.EntryNoted, care.Entry{Note: strings.Repeat("好", alerts.MaxNote)})}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := alerts.OnAction(chen.At, incident(c.from), by(chen, c.action))
			if err != nil {
				t.Fatal(err)
			}
			want := incident(c.from)
			c.change(&want)
			want.Revision += len(c.rows)
			if d := cmp.Diff(alerts.Decision{Incident: &want, Entries: c.rows}, got); d != "" {
				t.Errorf("decision (-want +got):\n%s", d)
			}
		})
	}
}

// TestResolveWhileActive has the causes with which an incident may be resolved
// whose sensor still reports the condition.
func TestResolveWhileActive(t *testing.T) {
	for cause, allowed := range map[care.Cause]bool{
		care.CauseReal: false, care.CauseFalse: true, care.CauseTest: true, care.CauseDrill: false,
	} {
		t.Run(string(cause), func(t *testing.T) {
			i := incident(care.Arrived)
			i.Class, i.Active = care.Fire, true
			a := by(chen, alerts.Action{Kind: alerts.Resolve, Cause: cause})
			if cause == care.CauseFalse {
				a.Reason = "cooking"
			}
			d, err := alerts.OnAction(chen.At, i, a)
			switch {
			case allowed && err != nil:
				t.Errorf("refused: %v", err)
			case allowed && d.Incident.Active:
				t.Error("the resolved incident still says that it is active")
			case !allowed:
				wantCode(t, err, &alerts.IllegalError{Code: alerts.CodeStillActive, Kind: alerts.Resolve})
			}
		})
	}
}

// TestAFormLeftOpenEndsNothingNew: who resolves says how many activations he has
// seen.
func TestAFormLeftOpenEndsNothingNew(t *testing.T) {
	i := incident(care.Arrived)
	i.Alarms, i.AlarmedAt = 2, chen.At
	a := by(chen, alerts.Action{Kind: alerts.Resolve, Cause: care.CauseReal})
	for seen, want := range map[int]*alerts.IllegalError{
		0: nil, // a client that does not say
		1: {Code: alerts.CodeRealarmed, Kind: alerts.Resolve, At: chen.At},
		2: nil,
	} {
		a.Alarms = seen
		_, err := alerts.OnAction(chen.At, i, a)
		if want == nil && err != nil {
			t.Errorf("seen %d of 2: %v", seen, err)
		} else if want != nil {
			wantCode(t, err, want)
		}
	}
}

// TestAPressThatWaitedTakesNothingNew: whoever pressed while the gateway was
// away goes for what she had seen, and is late like anybody else.
func TestAPressThatWaitedTakesNothingNew(t *testing.T) {
	for _, kind := range []alerts.ActionKind{alerts.Accept, alerts.Arrive} {
		i := incident(care.Raised)
		i.Alarms, i.AlarmedAt = 2, zhao.At
		a := by(chen, alerts.Action{Kind: kind, Alarms: 1})
		_, err := alerts.OnAction(chen.At, i, a)
		wantCode(t, err, &alerts.IllegalError{Code: alerts.CodeRealarmed, Kind: kind, At: zhao.At})
		for _, seen := range []int{0, 2} {
			a.Alarms = seen
			if _, err := alerts.OnAction(chen.At, i, a); err != nil {
				t.Errorf("%s, seen %d of 2: %v", kind, seen, err)
			}
		}
	}
	i := incident(care.Accepted)
	i.Alarms = 2
	_, err := alerts.OnAction(chen.At, i, by(chen, alerts.Action{Kind: alerts.Accept, Alarms: 1}))
	wantCode(t, err, &alerts.IllegalError{Code: alerts.CodeAlreadyAccepted, Kind: alerts.Accept, By: wang.By, Who: wang.Name, At: wang.At})
}

// TestIllegal has what is refused, and who is named.
func TestIllegal(t *testing.T) {
	resolve := func(cause care.Cause, reason, note string) alerts.Action {
		return alerts.Action{Kind: alerts.Resolve, Cause: cause, Reason: reason, Note: note}
	}
	done := func(code alerts.Code, who care.Act) alerts.IllegalError {
		return alerts.IllegalError{Code: code, By: who.By, Who: who.Name, At: who.At}
	}
	long := strings.Repeat("好", alerts.MaxNote+1)
	for _, c := range []struct {
		name   string
		from   care.IncidentState
		action alerts.Action
		want   alerts.IllegalError
	}{
		{"accept what was accepted", care.Accepted, alerts.Action{Kind: alerts.Accept}, done(alerts.CodeAlreadyAccepted, wang)},
		{"accept what was arrived at", care.Arrived, alerts.Action{Kind: alerts.Accept}, done(alerts.CodeAlreadyAccepted, wang)},
		{"accept what was resolved", care.Resolved, alerts.Action{Kind: alerts.Accept}, done(alerts.CodeAlreadyResolved, wang)},
		{"arrive twice", care.Arrived, alerts.Action{Kind: alerts.Arrive}, done(alerts.CodeAlreadyArrived, zhao)},
		{"arrive at what was resolved", care.Resolved, alerts.Action{Kind: alerts.Arrive}, done(alerts.CodeAlreadyResolved, wang)},
		{"resolve twice, with a mistake besides", care.Resolved, resolve("", "", ""), done(alerts.CodeAlreadyResolved, wang)},
		{"resolve without a cause", care.Raised, resolve("", "", ""), alerts.IllegalError{Code: alerts.CodeCauseNeeded}},
		{"resolve with an unknown cause", care.Raised, resolve("ghost", "", ""), alerts.IllegalError{Code: alerts.CodeCauseNeeded}},
		{"false without a reason", care.Raised, resolve(care.CauseFalse, "", ""), alerts.IllegalError{Code: alerts.CodeReasonNeeded}},
		{"false with a reason of the real ones", care.Raised, resolve(care.CauseFalse, "hospital", ""), alerts.IllegalError{Code: alerts.CodeReasonUnknown}},
		{"a test has no reasons", care.Raised, resolve(care.CauseTest, "steam", ""), alerts.IllegalError{Code: alerts.CodeReasonUnknown}},
		{"resolve with too long a note", care.Raised, resolve(care.CauseReal, "", long), alerts.IllegalError{Code: alerts.CodeNoteTooLong}},
		{"a note without text", care.Raised, alerts.Action{Kind: alerts.AddNote, Note: " \n"}, alerts.IllegalError{Code: alerts.CodeNoteNeeded}},
		{"a call to nobody", care.Raised, alerts.Action{Kind: alerts.LogCall, Outcome: care.CallReached}, alerts.IllegalError{Code: alerts.CodeOutcomeUnknown}},
		{"a call that came to nothing known", care.Raised, alerts.Action{Kind: alerts.LogCall, To: "u-neighbour", Outcome: "asleep"}, alerts.IllegalError{Code: alerts.CodeOutcomeUnknown}},
		{"a call to a person says what came of it", care.Raised, alerts.Action{Kind: alerts.LogCall, To: "u-neighbour", Outcome: care.CallMade}, alerts.IllegalError{Code: alerts.CodeOutcomeUnknown}},
		{"an ambulance does not fail to answer", care.Raised, alerts.Action{Kind: alerts.LogCall, To: "120", Outcome: care.CallNoAnswer}, alerts.IllegalError{Code: alerts.CodeOutcomeUnknown}},
		{"a note that is too long", care.Raised, alerts.Action{Kind: alerts.AddNote, Note: long}, alerts.IllegalError{Code: alerts.CodeNoteTooLong}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := alerts.OnAction(chen.At, incident(c.from), by(chen, c.action))
			c.want.Kind = c.action.Kind
			wantCode(t, err, &c.want)
			if diff := cmp.Diff(alerts.Decision{}, d); diff != "" {
				t.Errorf("a refused action decided something (-want +got):\n%s", diff)
			}
		})
	}
}

func wantCode(t *testing.T, err error, want *alerts.IllegalError) {
	t.Helper()
	got, ok := errors.AsType[*alerts.IllegalError](err)
	if !ok {
		t.Fatalf("the error is %v, want *IllegalError with %s", err, want.Code)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("error (-want +got):\n%s", d)
	}
}

// TestIncompleteActions has mistakes of the caller, which are no answers to a
// person.
func TestIncompleteActions(t *testing.T) {
	for name, a := range map[string]alerts.Action{
		"nobody":       {Kind: alerts.Accept, Means: care.ByScreen},
		"no means":     {Kind: alerts.Accept, By: "u-wang"},
		"unknown kind": {Kind: "dance", By: "u-wang", Means: care.ByScreen},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := alerts.OnAction(evening, incident(care.Raised), a)
			if _, illegal := errors.AsType[*alerts.IllegalError](err); err == nil || illegal {
				t.Errorf("the error is %v, want one that is not *IllegalError", err)
			}
		})
	}
}

// TestIllegalErrorReads compares the sentence for the log.
func TestIllegalErrorReads(t *testing.T) {
	for want, e := range map[string]*alerts.IllegalError{
		"cannot accept the incident: already_accepted (Wang Fang at 2026-11-24T22:01:00Z)": {
			Code: alerts.CodeAlreadyAccepted, Kind: alerts.Accept, Who: "Wang Fang", At: wang.At,
		},
		"cannot note the incident: not_found": {Code: alerts.CodeNotFound, Kind: alerts.AddNote},
	} {
		if got := e.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
