package watch_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"golang.org/x/sync/errgroup"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// TestNight is a night in room 203, by the clock: Mrs Li pulls the cord, Wang
// accepts, she pulls it again, Zhao comes and it was the toilet.
func TestNight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t)
		start := time.Now().UTC()
		h.commits(h.event("203-1-cord", care.SOS, care.Active))
		id := h.only().ID
		step := func(after time.Duration, do func() error) {
			t.Helper()
			time.Sleep(after + time.Nanosecond) // finer than the ledger keeps
			if err := do(); err != nil {
				t.Fatal(err)
			}
		}
		acts := func(a alerts.Action) func() error {
			return func() error {
				returned, err := h.watch.Act(t.Context(), a)
				if err != nil {
					return err
				}
				stored, err := h.store.Incident(t.Context(), id)
				if d := cmp.Diff(*stored, returned); d != "" {
					t.Errorf("what %s returned is not what is stored (-stored +returned):\n%s", a.Kind, d)
				}
				return err
			}
		}
		step(20*time.Second, acts(act(alerts.Accept, id, "u-wang")))
		step(time.Minute, func() error {
			h.commits(h.event("203-1-cord", care.SOS, care.Active))
			return nil
		})
		step(30*time.Second, acts(act(alerts.Arrive, id, "u-zhao")))
		resolve := act(alerts.Resolve, id, "u-zhao")
		resolve.Cause, resolve.Reason, resolve.Note = care.CauseReal, "toilet", "brought her back to bed"
		step(5*time.Minute, acts(resolve))

		got, err := h.store.Incident(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		at := func(d time.Duration) time.Time { return start.Add(d) }
		zhao := func(d time.Duration) *care.Act {
			return &care.Act{By: "u-zhao", Name: "Nurse u-zhao", At: at(d), Means: care.ByScreen}
		}
		want := &care.Incident{
			ID: id, Site: "songhe", Class: care.SOS, Key: "point:203-1-cord", Point: "203-1-cord", Zone: "room-203", Resident: "r-li",
			Severity: care.Urgent, State: care.Resolved, HappenedAt: start, RaisedAt: start, AlarmedAt: at(80 * time.Second), Alarms: 2,
			Accepted: zhao(110 * time.Second), Arrived: zhao(110 * time.Second), Resolved: zhao(410 * time.Second),
			Cause: care.CauseReal, Reason: "toilet", Note: "brought her back to bed", Revision: 6,
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("the incident in the morning (-want +got):\n%s", d)
		}
		kinds := []care.EntryKind{care.EntryRaised, care.EntryAccepted, care.EntryRealarmed, care.EntryAccepted, care.EntryArrived, care.EntryResolved}
		wantHistory(t, h, id, kinds...)
		var fed []care.EntryKind
		for _, r := range h.feed() {
			if r.Ref != id || r.Site != "songhe" || r.Resident != "r-li" {
				t.Errorf("the feed has a row about something else: %+v", r)
			}
			fed = append(fed, r.Kind)
		}
		if d := cmp.Diff(kinds, fed); d != "" {
			t.Errorf("the feed (-want +got):\n%s", d)
		}
		report, err := h.store.Verify(t.Context())
		if err := errors.Join(err, report.Err()); err != nil {
			t.Error(err)
		}
	})
}

// TestLedgerWasAway has an alarm wait in the broker for an hour because the
// ledger was away: it is raised marked late.
func TestLedgerWasAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t)
		press := h.event("203-1-cord", care.SOS, care.Active)
		h.faults.faults = []fault{neverStarts}
		if _, err := h.watch.Commit(t.Context(), []care.Received{press}); err == nil {
			t.Fatal("the event was acknowledged")
		}
		time.Sleep(time.Hour)
		h.commits(press)
		if i := h.only(); !i.Late || i.RaisedAt.Sub(i.HappenedAt) < time.Hour {
			t.Errorf("late = %t, happened at %s, raised at %s", i.Late, i.HappenedAt, i.RaisedAt)
		}
	})
}

// TestRestart stops the gateway in the middle of a fire and starts it again on
// the same ledger.
func TestRestart(t *testing.T) {
	h := newHome(t)
	smoke := h.event("203-smoke-a", care.Fire, care.Active)
	h.commits(smoke)
	id := h.only().ID
	h.stop()
	h.start()

	wantStatuses(t, h.commits(smoke), duplicate)
	h.commits(h.event("203-smoke-b", care.Fire, care.Active), h.event("203-smoke-b", care.Fire, care.Clear), h.event("203-smoke-a", care.Fire, care.Clear))
	if _, err := h.watch.Act(t.Context(), act(alerts.Arrive, id, "u-wang")); err != nil {
		t.Fatal(err)
	}
	wantHistory(t, h, id, care.EntryRaised, care.EntryConfirmed, care.EntryCleared, care.EntryAccepted, care.EntryArrived)
}

// TestTwoAccept has many accept at the same instant: one of them does, and
// every other is told who.
func TestTwoAccept(t *testing.T) {
	h := newHome(t)
	h.commits(h.event("203-1-cord", care.SOS, care.Active))
	id := h.only().ID
	users := []care.UserID{"u-wang", "u-zhao", "u-chen", "u-sun"}
	errs := make([]error, len(users))
	var all errgroup.Group
	for n, u := range users {
		all.Go(func() error {
			_, errs[n] = h.watch.Act(t.Context(), act(alerts.Accept, id, u))
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	winner := h.only().Accepted
	if winner == nil {
		t.Fatal("nobody has accepted")
	}
	for n, u := range users {
		if u == winner.By {
			if errs[n] != nil {
				t.Errorf("%s accepted and was told: %v", u, errs[n])
			}
			continue
		}
		want := &alerts.IllegalError{Code: alerts.CodeAlreadyAccepted, Kind: alerts.Accept, By: winner.By, Who: winner.Name, At: winner.At}
		got, _ := errors.AsType[*alerts.IllegalError](errs[n])
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("what %s was told (-want +got):\n%s", u, d)
		}
	}
	wantHistory(t, h, id, care.EntryRaised, care.EntryAccepted)
}

// TestActFails has actions that change nothing.
func TestActFails(t *testing.T) {
	h := newHome(t)
	h.commits(h.event("203-1-cord", care.SOS, care.Active))
	id := h.only().ID
	_, err := h.watch.Act(t.Context(), act(alerts.Accept, "incident-0", "u-wang"))
	if e, ok := errors.AsType[*alerts.IllegalError](err); !ok || e.Code != alerts.CodeNotFound {
		t.Errorf("acting on no incident gives %v, want not_found", err)
	}
	h.faults.faults = []fault{notDurable}
	if _, err := h.watch.Act(t.Context(), act(alerts.Accept, id, "u-wang")); !errors.Is(err, errPowerCut) {
		t.Errorf("the error is %v, want the power cut", err)
	}
	wantHistory(t, h, id, care.EntryRaised)
	if got := h.only().State; got != care.Raised {
		t.Errorf("the incident is %s after an acceptance that was not written", got)
	}
}

// TestSubscribe has a subscriber read the feed when he is told that it grew.
func TestSubscribe(t *testing.T) {
	h := newHome(t)
	var seen []int
	cancel := h.watch.Subscribe(func() { seen = append(seen, len(h.feed())) })

	press := h.event("203-1-cord", care.SOS, care.Active)
	h.commits(press)                                          // 1 row
	h.commits(press)                                          // a duplicate
	h.commits(h.event("203-1-bed", care.BedExit, care.Clear)) // no row
	if _, err := h.watch.Act(t.Context(), act(alerts.Arrive, h.only().ID, "u-wang")); err != nil {
		t.Fatal(err) // 2 rows
	}
	cancel()
	h.commits(h.event("203-1-cord", care.SOS, care.Active))
	if d := cmp.Diff([]int{1, 3}, seen); d != "" {
		t.Errorf("rows in the feed when the subscriber was told (-want +got):\n%s", d)
	}
}

// TestMetrics compares what is counted of a short story.
func TestMetrics(t *testing.T) {
	h := newHome(t)
	press := h.event("203-1-cord", care.SOS, care.Active)
	h.commits(press, press, h.event("203-smoke-a", care.Fire, care.Active))
	foreign := h.event("203-1-cord", care.SOS, care.Active)
	foreign.Site = "nowhere"
	h.commits(foreign)
	for _, i := range h.open() {
		if i.Class == care.SOS {
			if _, err := h.watch.Act(t.Context(), act(alerts.Accept, i.ID, "u-wang")); err != nil {
				t.Fatal(err)
			}
		}
	}
	const want = `
# HELP shouwang_events_committed_total Events answered by the ledger, by class, phase and answer (committed, duplicate, refused).
# TYPE shouwang_events_committed_total counter
shouwang_events_committed_total{class="fire",phase="active",status="committed"} 1
shouwang_events_committed_total{class="sos",phase="active",status="committed"} 1
shouwang_events_committed_total{class="sos",phase="active",status="duplicate"} 1
shouwang_events_committed_total{class="sos",phase="active",status="refused"} 1
# HELP shouwang_incident_transitions_total Rows about incidents and tests in the site logs, by kind.
# TYPE shouwang_incident_transitions_total counter
shouwang_incident_transitions_total{kind="incident.accepted"} 1
shouwang_incident_transitions_total{kind="incident.raised"} 2
# HELP shouwang_incidents_open Incidents that are not resolved, by state.
# TYPE shouwang_incidents_open gauge
shouwang_incidents_open{state="accepted"} 1
shouwang_incidents_open{state="arrived"} 0
shouwang_incidents_open{state="raised"} 1
# HELP shouwang_incidents_raised_total Incidents raised, by class and severity.
# TYPE shouwang_incidents_raised_total counter
shouwang_incidents_raised_total{class="battery",severity="low"} 0
shouwang_incidents_raised_total{class="bed_exit",severity="medium"} 0
shouwang_incidents_raised_total{class="call",severity="medium"} 0
shouwang_incidents_raised_total{class="carbon_monoxide",severity="urgent"} 0
shouwang_incidents_raised_total{class="fall",severity="urgent"} 0
shouwang_incidents_raised_total{class="fault",severity="medium"} 0
shouwang_incidents_raised_total{class="fire",severity="urgent"} 1
shouwang_incidents_raised_total{class="gas",severity="urgent"} 0
shouwang_incidents_raised_total{class="inactivity",severity="high"} 0
shouwang_incidents_raised_total{class="intrusion",severity="high"} 0
shouwang_incidents_raised_total{class="silent",severity="medium"} 0
shouwang_incidents_raised_total{class="sos",severity="urgent"} 1
shouwang_incidents_raised_total{class="tamper",severity="medium"} 0
shouwang_incidents_raised_total{class="vital",severity="high"} 0
shouwang_incidents_raised_total{class="wandering",severity="high"} 0
shouwang_incidents_raised_total{class="water_leak",severity="high"} 0
`
	if err := testutil.GatherAndCompare(h.registry, strings.NewReader(want),
		"shouwang_events_committed_total", "shouwang_incident_transitions_total", "shouwang_incidents_open", "shouwang_incidents_raised_total"); err != nil {
		t.Error(err)
	}
	families, err := h.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "shouwang_alarm_commit_seconds" {
			if got := f.GetMetric()[0].GetHistogram().GetSampleCount(); got != 2 {
				t.Errorf("the latency of %d alarms was observed, want 2", got)
			}
			return
		}
	}
	t.Error("shouwang_alarm_commit_seconds is absent")
}
