package supervise_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch"
	"shouwang.care/shouwang/gateway/watch/supervise"
)

// book is the real ledger behind the ports of watch and supervision.
type book struct{ *ledger.Store }

func (b book) Update(ctx context.Context, fn func(watch.Tx) error) error {
	return b.Store.Update(ctx, func(tx *ledger.Tx) error { return fn(tx) })
}

func (b book) EdgeStates(context.Context) ([]supervise.EdgeState, error) { return nil, nil }

func (b book) ActiveStates(ctx context.Context) ([]supervise.Active, error) {
	saved, err := b.PointStates(ctx, care.Silent, care.Fault, care.Battery)
	active := make([]supervise.Active, len(saved))
	for i, a := range saved {
		active[i] = supervise.Active(a)
	}
	return active, err
}

// TestSilenceIsAnIncidentOfTheRealBook lets a smoke detector and then its whole
// edge fall silent and come back, with the real ledger and the real watch.
func TestSilenceIsAnIncidentOfTheRealBook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		name := care.Text{ZH: "松鹤", EN: "Songhe"}
		if _, err := store.ApplyPlan(t.Context(), ledger.Plan{
			Regions: []care.Region{{ID: "xihu", Level: "district", Name: name}},
			Sites:   []care.Site{{ID: "songhe", Kind: care.NursingHome, Name: name, Region: "xihu", TimeZone: "Asia/Shanghai"}},
			Zones:   []care.Zone{{Site: "songhe", ID: "room-203", Floor: "2", Name: name}},
			Edges:   []ledger.PlanEdge{{Edge: care.Edge{Site: "songhe", ID: "floor-2", Name: name}, SecretHash: ledger.HashSecret("0123456789abcdef")}},
			Points:  []care.Point{{Site: "songhe", ID: "203-smoke", Edge: "floor-2", Zone: "room-203", Name: name}},
		}); err != nil {
			t.Fatal(err)
		}
		log := slog.New(slog.DiscardHandler)
		rows := book{store}
		s, err := supervise.New(t.Context(), supervise.Options{
			Book: watch.New(rows, log, prometheus.NewRegistry(), watch.Options{}), Active: rows, Rows: rows,
			Directory: store.Directory, Well: func() error { return nil }, Log: log,
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		defer func() {
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}()
		pass := func(d time.Duration, edge, point bool) {
			for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Minute) {
				if edge {
					s.Edge(supervise.EdgeState{Site: "songhe", Edge: "floor-2", ReceivedAt: time.Now(), State: care.State{Online: true, Boot: "b"}}, true)
				}
				if point {
					s.Seen("songhe", "203-smoke", time.Now(), care.ProofReport)
				}
			}
			time.Sleep(10 * time.Second)
		}
		expect := func(when string, want ...string) {
			t.Helper()
			open, err := store.OpenIncidents(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, i := range open {
				state := "cleared"
				if i.Active {
					state = "active"
				}
				got = append(got, string(i.Class)+" of "+string(i.Point)+" "+state)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
		pass(10*time.Minute, true, true)
		expect("while all is heard")
		pass(10*time.Minute, true, false)
		expect("without the detector", "silent of 203-smoke active")
		pass(5*time.Minute, true, true)
		expect("with the detector again", "silent of 203-smoke cleared")
		pass(10*time.Minute, false, false)
		expect("without the edge", "silent of 203-smoke cleared", "silent of edge:floor-2 active")
		pass(10*time.Minute, true, true)
		expect("at the end", "silent of 203-smoke cleared", "silent of edge:floor-2 cleared")
	})
}
