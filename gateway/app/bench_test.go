package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/spool"
	"shouwang.care/shouwang/edge/uplink"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
)

// sender is an edge's own way out: its spool on the disk and its uplink.
type sender struct {
	spool *spool.Spool
	up    *uplink.Uplink

	mu        sync.Mutex
	published time.Time
}

func newSender(b *testing.B, a *app.App) *sender {
	b.Helper()
	s := &sender{}
	var err error
	if s.spool, err = spool.Open(b.TempDir(), spool.Options{}); err != nil {
		b.Fatal(err)
	}
	s.up = uplink.New(uplink.Config{
		Site: apptest.Site, Edge: apptest.Edge, MQTT: []string{a.MQTT()}, Secret: apptest.Secret,
		ClientID: care.NewID(), Boot: care.NewID(), Version: "test",
		Published: func(_ string, at time.Time) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.published = at
		},
	}, s.spool)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.up.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
		if err := s.spool.Close(); err != nil {
			b.Error(err)
		}
	})
	for deadline := time.Now().Add(apptest.Patience); !s.up.Connected(); {
		if time.Now().After(deadline) {
			b.Fatal("the edge cannot connect")
		}
		<-time.After(time.Millisecond)
	}
	return s
}

// press keeps an event and hands it to the uplink, as an agent does.
func (s *sender) press(b *testing.B, sequence uint64) {
	b.Helper()
	if _, err := s.spool.PutEvent(care.Event{
		Site: apptest.Site, Edge: apptest.Edge, Device: "cord", ID: care.NewID(),
		Class: care.SOS, Phase: care.Active, Point: apptest.Cord, Time: time.Now(), Sequence: sequence,
	}); err != nil {
		b.Fatal(err)
	}
	s.up.Wake()
}

// publishedAt is when the last event was handed to the MQTT client.
func (s *sender) publishedAt() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.published
}

// BenchmarkAlarmToScreen measures the way of one alarm: from the publish call
// in the edge, through the embedded broker, the ledger with a synced commit and
// the feed, to the frame in a WebSocket client. Beside it, other screens are
// open as in a home with several stations.
func BenchmarkAlarmToScreen(b *testing.B) {
	for _, screens := range []int{1, 20} {
		b.Run(fmt.Sprintf("screens=%d", screens), func(b *testing.B) {
			a := startQuietly(b)
			s := newSender(b, a)
			carer := apptest.SignIn(b, a.Web(), "carer")
			mine := carer.Watch(nil)
			mine.Next()
			for range screens - 1 {
				go drain(carer.Watch(nil))
			}
			var took []time.Duration
			var n uint64
			for b.Loop() {
				n++
				s.press(b, n)
				for {
					f := mine.Next()
					if f.Type == api.FrameIncident && (f.Kind == care.EntryRaised || f.Kind == care.EntryRealarmed) {
						break
					}
				}
				took = append(took, time.Since(s.publishedAt()))
			}
			slices.Sort(took)
			ms := func(q float64) float64 {
				return float64(took[min(len(took)-1, int(q*float64(len(took))))].Microseconds()) / 1000
			}
			b.ReportMetric(ms(0.50), "p50-ms")
			b.ReportMetric(ms(0.99), "p99-ms")
			b.ReportMetric(ms(1), "max-ms")
		})
	}
}

func drain(s *apptest.Screen) {
	for s.Read() == nil {
	}
}

// startQuietly is start for a benchmark.
func startQuietly(b *testing.B) *app.App {
	b.Helper()
	c := settings(b)
	if _, err := app.Import(b.Context(), c, apptest.PlanFile(b, b.TempDir())); err != nil {
		b.Fatal(err)
	}
	a, err := app.Start(b.Context(), app.Options{Config: c, Version: "bench", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := a.Stop(); err != nil {
			b.Error(err)
		}
	})
	return a
}
