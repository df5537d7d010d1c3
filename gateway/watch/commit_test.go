package watch_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

const (
	committed = care.ReceiptCommitted
	duplicate = care.ReceiptDuplicate
	refused   = care.ReceiptRefused
)

func wantStatuses(t *testing.T, got []care.ReceiptStatus, want ...care.ReceiptStatus) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("answers (-want +got):\n%s", d)
	}
}

func wantHistory(t *testing.T, h *home, incident string, want ...care.EntryKind) {
	t.Helper()
	if d := cmp.Diff(want, h.history(incident)); d != "" {
		t.Errorf("log of the incident (-want +got):\n%s", d)
	}
}

// TestTwentyCopies has one press arrive twenty times, in a group and from all
// sides at once.
func TestTwentyCopies(t *testing.T) {
	h := newHome(t)
	press := h.event("203-1-cord", care.SOS, care.Active)
	statuses := h.commits(slices.Repeat([]care.Received{press}, 10)...)
	wantStatuses(t, statuses, append([]care.ReceiptStatus{committed}, slices.Repeat([]care.ReceiptStatus{duplicate}, 9)...)...)

	var all errgroup.Group
	for range 10 {
		all.Go(func() error {
			receipts, err := h.watch.Commit(t.Context(), []care.Received{press})
			if err == nil && receipts[0].Status != duplicate {
				t.Errorf("a later copy is %s", receipts[0].Status)
			}
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if i := h.only(); i.Alarms != 1 {
		t.Errorf("the copies alarmed %d times", i.Alarms)
	}
	wantHistory(t, h, h.only().ID, care.EntryRaised)
}

// TestTwentySidesAtOnce has twenty presses of one cord arrive at once, each
// with its own id: one incident, and every press sounds.
func TestTwentySidesAtOnce(t *testing.T) {
	h := newHome(t)
	var all errgroup.Group
	for range 20 {
		press := h.event("203-1-cord", care.SOS, care.Active)
		all.Go(func() error {
			_, err := h.watch.Commit(t.Context(), []care.Received{press})
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if i := h.only(); i.Alarms != 20 || i.Revision != 20 {
		t.Errorf("the incident counts %d alarms and %d rows, want 20 and 20", i.Alarms, i.Revision)
	}
}

// TestPoison has one event in a group that the ledger can never take.
func TestPoison(t *testing.T) {
	for _, c := range []struct {
		name   string
		poison func(e *care.Received)
	}{
		{"of a site that is not registered", func(e *care.Received) { e.Site = "nowhere" }},
		{"with data that is not JSON", func(e *care.Received) { e.Data = json.RawMessage(`{"peak":`) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHome(t)
			group := []care.Received{
				h.event("203-1-cord", care.SOS, care.Active),
				h.event("203-1-bed", care.BedExit, care.Active),
				h.event("203-smoke-a", care.Fire, care.Active),
			}
			c.poison(&group[1])
			wantStatuses(t, h.commits(group...), committed, refused, committed)
			if got := len(h.open()); got != 2 {
				t.Errorf("%d incidents are open, want the two of the sound events", got)
			}
			// Alone it is refused too, with a reason for the operator.
			receipts, err := h.watch.Commit(t.Context(), group[1:2])
			if err != nil {
				t.Fatal(err)
			}
			if r := receipts[0]; r.Status != refused || r.Reason != care.ReasonLedger || r.Detail == "" {
				t.Errorf("the receipt is %+v, want refused by the ledger with a detail", r)
			}
		})
	}
}

// TestLedgerFails has the ledger fail in the middle: nothing is acknowledged,
// and the next try makes it good.
func TestLedgerFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		faults []fault
		// left is how many incidents are in the book after the failure.
		left  int
		retry []care.ReceiptStatus
	}{
		{"before the commit of the group and of each", []fault{notDurable, notDurable, notDurable}, 0, []care.ReceiptStatus{committed, committed, committed, committed}},
		{"before anything", []fault{neverStarts, neverStarts, neverStarts}, 0, []care.ReceiptStatus{committed, committed, committed, committed}},
		{"after the commit of the group", []fault{answerLost, neverStarts, neverStarts}, 4, []care.ReceiptStatus{duplicate, duplicate, duplicate, duplicate}},
		{"for one event, and the others do not wait for it", []fault{notDurable, none, notDurable, none, none}, 3, []care.ReceiptStatus{duplicate, committed, duplicate, duplicate}},
		{"for two events with one between", []fault{notDurable, notDurable, none, notDurable, none}, 2, []care.ReceiptStatus{committed, duplicate, committed, duplicate}},
		{"for two events in a row, and the rest is left", []fault{notDurable, none, notDurable, notDurable}, 1, []care.ReceiptStatus{duplicate, committed, committed, committed}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHome(t)
			group := []care.Received{
				h.event("203-1-cord", care.SOS, care.Active),
				h.event("203-1-bed", care.BedExit, care.Active),
				h.event("203-smoke-a", care.Fire, care.Active),
				h.event("203-1-bed", care.Fall, care.Active),
			}
			h.faults.faults = c.faults
			receipts, err := h.watch.Commit(t.Context(), group)
			if !errors.Is(err, errPowerCut) || receipts != nil {
				t.Fatalf("got the receipts %v and the error %v, want none and the power cut", receipts, err)
			}
			if got := len(h.open()); got != c.left {
				t.Errorf("%d incidents are open after the failure, want %d", got, c.left)
			}
			wantStatuses(t, h.commits(group...), c.retry...)
			for _, i := range h.open() {
				wantHistory(t, h, i.ID, care.EntryRaised)
			}
			if got := len(h.open()); got != 4 {
				t.Errorf("%d incidents are open in the end, want 4", got)
			}
			if got := len(h.feed()); got != 4 {
				t.Errorf("the feed has %d rows, want 4", got)
			}
		})
	}
}

// TestGroupFailsOnce has a failure that is over when the events are tried
// alone.
func TestGroupFailsOnce(t *testing.T) {
	h := newHome(t)
	h.faults.faults = []fault{notDurable}
	wantStatuses(t, h.commits(
		h.event("203-1-cord", care.SOS, care.Active),
		h.event("203-1-cord", care.SOS, care.Active),
	), committed, committed)
	wantHistory(t, h, h.only().ID, care.EntryRaised, care.EntryRealarmed)
}

// TestBegunAnew has the ledger run the transaction of a group twice before it
// is durable.
func TestBegunAnew(t *testing.T) {
	h := newHome(t)
	h.faults.faults = []fault{beginsAnew}
	wantStatuses(t, h.commits(
		h.event("203-1-cord", care.SOS, care.Active),
		h.event("203-1-cord", care.SOS, care.Active),
	), committed, committed)
	wantHistory(t, h, h.only().ID, care.EntryRaised, care.EntryRealarmed)
}

// TestBedChangesHands has a bed given to another resident while an incident of
// the one before is open: what is still to be told of it is told of her.
func TestBedChangesHands(t *testing.T) {
	h := newHome(t)
	h.commits(h.event("203-1-cord", care.SOS, care.Active))
	plan := ledger.Plan{
		Residents: []people.Resident{{ID: "r-zhou", Site: "songhe", Name: "Zhou Guihua"}},
		Points:    []care.Point{{Site: "songhe", ID: "203-1-cord", Edge: "floor-2", Zone: "room-203", Resident: "r-zhou"}},
	}
	if _, err := h.store.ApplyPlan(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	h.commits(h.event("203-1-cord", care.SOS, care.Active))
	for _, r := range h.feed() {
		if r.Resident != "r-li" {
			t.Errorf("the row %s of the incident of r-li names %s", r.Kind, r.Resident)
		}
	}
}

// TestNothing commits no event.
func TestNothing(t *testing.T) {
	h := newHome(t)
	h.faults.faults = []fault{neverStarts}
	if receipts, err := h.watch.Commit(t.Context(), nil); err != nil || len(receipts) != 0 {
		t.Errorf("got %v, %v, want nothing", receipts, err)
	}
}

// TestSecondDetector has both detectors of a room ring and fall silent, in one
// group: the room is clear when both are.
func TestSecondDetector(t *testing.T) {
	h := newHome(t)
	h.commits(
		h.event("203-smoke-a", care.Fire, care.Active),
		h.event("203-smoke-b", care.Fire, care.Active),
		h.event("203-smoke-a", care.Fire, care.Clear),
	)
	if i := h.only(); !i.Active || i.Key != "zone:room-203" {
		t.Errorf("the incident of %s is active = %t while the second detector rings", i.Key, i.Active)
	}
	h.commits(h.event("203-smoke-b", care.Fire, care.Clear))
	i := h.only()
	if i.Active {
		t.Error("the incident is active and no detector rings")
	}
	wantHistory(t, h, i.ID, care.EntryRaised, care.EntryConfirmed, care.EntryCleared)
}

// TestUnregisteredPoint has a point alarm that nobody has entered: it is raised
// and the point is in the directory. Entered into its room while that incident
// is open, it goes on with the same one.
func TestUnregisteredPoint(t *testing.T) {
	h := newHome(t)
	wantStatuses(t, h.commits(h.event("204-smoke", care.Fire, care.Active)), committed)
	p, ok := h.store.Directory().Point("songhe", "204-smoke")
	if want := (care.Point{Site: "songhe", ID: "204-smoke", Edge: "floor-2", Name: care.Text{ZH: "204-smoke", EN: "204-smoke"}, Unregistered: true}); !ok || p != want {
		t.Errorf("the directory has %+v, want %+v", p, want)
	}
	if _, err := h.store.ApplyPlan(t.Context(), ledger.Plan{
		Zones:  []care.Zone{{Site: "songhe", ID: "room-204", Floor: "2"}},
		Points: []care.Point{{Site: "songhe", ID: "204-smoke", Edge: "floor-2", Zone: "room-204"}},
	}); err != nil {
		t.Fatal(err)
	}
	h.commits(h.event("204-smoke", care.Fire, care.Clear))
	if i := h.only(); i.Active || i.ClearedAt == nil {
		t.Errorf("the incident is active = %t, cleared at %v, after its point became clear", i.Active, i.ClearedAt)
	}
}

// TestPointTested has a test leave a row in the log and in the feed, and no
// incident.
func TestPointTested(t *testing.T) {
	h := newHome(t)
	h.commits(h.event("203-1-cord", care.SOS, care.Test))
	if open := h.open(); len(open) > 0 {
		t.Errorf("a test raised %+v", open)
	}
	rows := h.feed()
	if len(rows) != 1 || rows[0].Kind != care.EntryTested || rows[0].Ref != "203-1-cord" || rows[0].Resident != "r-li" {
		t.Errorf("the feed has %+v, want the test of the cord of r-li", rows)
	}
}
