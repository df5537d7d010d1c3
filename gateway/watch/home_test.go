package watch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch"
)

// book makes the real ledger the one that watch asks for, as the app does.
type book struct{ *ledger.Store }

func (b book) Update(ctx context.Context, fn func(watch.Tx) error) error {
	return b.Store.Update(ctx, func(tx *ledger.Tx) error { return fn(tx) })
}

// faulty is a ledger that fails as told: each Update takes one fault from the
// list, until the list is empty.
type faulty struct {
	watch.Ledger
	mu     sync.Mutex
	faults []fault
}

type fault int

const (
	none        fault = iota
	notDurable        // the transaction fails at its commit
	answerLost        // the transaction is durable and an error comes back
	neverStarts       // the ledger does not even begin
	beginsAnew        // the transaction is rolled back and run again
)

var errPowerCut = errors.New("the power was cut")

func (f *faulty) Update(ctx context.Context, fn func(watch.Tx) error) error {
	f.mu.Lock()
	now := none
	if len(f.faults) > 0 {
		now, f.faults = f.faults[0], f.faults[1:]
	}
	f.mu.Unlock()
	if now == neverStarts {
		return errPowerCut
	}
	if now == beginsAnew {
		_ = f.Ledger.Update(ctx, func(tx watch.Tx) error { return errors.Join(fn(tx), errPowerCut) })
	}
	err := f.Ledger.Update(ctx, func(tx watch.Tx) error {
		if err := fn(tx); err != nil || now != notDurable {
			return err
		}
		return errPowerCut
	})
	if err == nil && now == answerLost {
		return errPowerCut
	}
	return err
}

// home is a small nursing home with a real ledger and a watch on it.
type home struct {
	t        testing.TB
	store    *ledger.Store
	faults   *faulty
	watch    *watch.Watch
	registry *prometheus.Registry
	path     string
	sequence uint64
}

// songhe is what is registered of the home: room 203 with two beds and two
// smoke detectors.
func songhe() ledger.Plan {
	point := func(id care.PointID, resident care.ResidentID) care.Point {
		return care.Point{Site: "songhe", ID: id, Edge: "floor-2", Zone: "room-203", Resident: resident}
	}
	return ledger.Plan{
		Regions:   []care.Region{{ID: "east", Level: "township"}},
		Sites:     []care.Site{{ID: "songhe", Kind: care.NursingHome, Region: "east", TimeZone: "Asia/Shanghai"}},
		Zones:     []care.Zone{{Site: "songhe", ID: "room-203", Floor: "2"}},
		Edges:     []ledger.PlanEdge{{Edge: care.Edge{Site: "songhe", ID: "floor-2"}}},
		Residents: []people.Resident{{ID: "r-li", Site: "songhe", Name: "Li Xiulan"}},
		Points:    []care.Point{point("203-1-cord", "r-li"), point("203-1-bed", "r-li"), point("203-smoke-a", ""), point("203-smoke-b", "")},
	}
}

func newHome(t testing.TB) *home {
	h := &home{t: t, path: filepath.Join(t.TempDir(), "ledger.db")}
	h.start()
	t.Cleanup(func() { h.stop() })
	if _, err := h.store.ApplyPlan(t.Context(), songhe()); err != nil {
		t.Fatal(err)
	}
	return h
}

// start opens the ledger and puts a new watch on it.
func (h *home) start() {
	h.t.Helper()
	var err error
	if h.store, err = ledger.Open(h.t.Context(), h.path); err != nil {
		h.t.Fatal(err)
	}
	h.faults = &faulty{Ledger: book{h.store}}
	h.registry = prometheus.NewRegistry()
	h.watch = watch.New(h.faults, slog.New(slog.DiscardHandler), h.registry, watch.Options{
		OpenIncidents: h.store.OpenIncidents, CountTimers: h.store.CountTimers, Conditions: conditions(h.store), LinkSecret: []byte("a secret of a test"),
	})
}

func (h *home) stop() {
	h.t.Helper()
	if err := h.store.Close(); err != nil {
		h.t.Error(err)
	}
}

// event returns the next event of the edge.
func (h *home) event(point care.PointID, class care.Class, phase care.Phase) care.Received {
	h.sequence++
	now := time.Now()
	return care.Received{
		Event: care.Event{
			Site: "songhe", Edge: "floor-2", Device: "d-" + string(point), ID: fmt.Sprintf("event-%d", h.sequence),
			Class: class, Phase: phase, Point: point, Time: now, Sequence: h.sequence,
		},
		ReceivedAt: now, SentTime: now, Via: "mqtt",
	}
}

// commits commits the group and returns the answers.
func (h *home) commits(events ...care.Received) []care.ReceiptStatus {
	h.t.Helper()
	receipts, err := h.watch.Commit(h.t.Context(), events)
	if err != nil {
		h.t.Fatal(err)
	}
	if len(receipts) != len(events) {
		h.t.Fatalf("%d events got %d receipts", len(events), len(receipts))
	}
	var statuses []care.ReceiptStatus
	for i, r := range receipts {
		if r.ID != events[i].ID {
			h.t.Errorf("receipt %d is of event %s, want %s", i, r.ID, events[i].ID)
		}
		statuses = append(statuses, r.Status)
	}
	return statuses
}

// open returns the open incidents, oldest first.
func (h *home) open() []care.Incident {
	h.t.Helper()
	open, err := h.store.OpenIncidents(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return open
}

// only returns the one open incident.
func (h *home) only() care.Incident {
	h.t.Helper()
	open := h.open()
	if len(open) != 1 {
		h.t.Fatalf("%d incidents are open, want one: %+v", len(open), open)
	}
	return open[0]
}

// history returns the kinds of the log rows of an incident.
func (h *home) history(id string) []care.EntryKind {
	h.t.Helper()
	entries, err := h.store.Entries(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	var kinds []care.EntryKind
	for _, e := range entries {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// feed returns the rows of the feed but those about the registration.
func (h *home) feed() []care.FeedRow {
	h.t.Helper()
	rows, err := h.store.FeedAfter(h.t.Context(), 0, 10000)
	if err != nil {
		h.t.Fatal(err)
	}
	var about []care.FeedRow
	for _, r := range rows {
		if r.Kind != care.EntryConfig {
			about = append(about, r)
		}
	}
	return about
}

// act is an act of the person on the incident, on a screen.
func act(kind alerts.ActionKind, incident string, by care.UserID) alerts.Action {
	return alerts.Action{Kind: kind, Incident: incident, By: by, Name: "Nurse " + string(by), Means: care.ByScreen}
}

// saveDocument saves a document in a transaction.
func saveDocument(d alerts.Document, by care.Act) func(*ledger.Tx) error {
	return func(tx *ledger.Tx) error {
		_, err := tx.SaveDocument(context.Background(), d, by)
		return err
	}
}

// conditions returns what the ledger kept of the rules.
func conditions(store *ledger.Store) func(context.Context) ([]json.RawMessage, error) {
	return func(ctx context.Context) ([]json.RawMessage, error) {
		rows, err := store.Conditions(ctx)
		bodies := make([]json.RawMessage, len(rows))
		for i, r := range rows {
			bodies[i] = r.Body
		}
		return bodies, err
	}
}
