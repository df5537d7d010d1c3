package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

// small registers one site.
var small = ledger.Plan{
	Regions: []care.Region{{ID: "r", Level: "district"}},
	Sites:   []care.Site{{ID: "s", Kind: care.NursingHome, Region: "r", TimeZone: "Asia/Shanghai"}},
	Points:  []care.Point{{Site: "s", ID: "p"}},
}

// raise does what an alarm makes the gateway do: event, state of the point,
// look for an open incident, incident, log, feed.
func raise(ctx context.Context, tx *ledger.Tx, id string) error {
	now := time.Now()
	e := care.Received{
		Event: care.Event{
			Site: "s", Edge: "e", Device: "d", ID: id, Class: care.SOS, Phase: care.Active, Point: "p",
			Time: now, Sequence: 1, Data: json.RawMessage(`{"held_ms":1200,"pressed":true}`),
		},
		ReceivedAt: now, SentTime: now, Via: "mqtt",
	}
	if fresh, err := tx.RecordEvent(ctx, e); err != nil || !fresh {
		return errors.Join(err, fmt.Errorf("event %s: fresh is %v", id, fresh))
	}
	if _, err := tx.PointState(ctx, "s", "p", care.SOS); err != nil {
		return err
	}
	if err := tx.SavePointState(ctx, "s", "p", care.SOS, alerts.PointState{Active: true, Sequence: 1, ChangedAt: now}); err != nil {
		return err
	}
	if _, err := tx.OpenIncident(ctx, "s", care.SOS, "point:"+id); err != nil {
		return err
	}
	if err := tx.SaveIncident(ctx, care.Incident{
		ID: id, Site: "s", Class: care.SOS, Key: "point:" + id, Point: "p", Severity: care.Urgent, State: care.Raised,
		HappenedAt: now, RaisedAt: now, AlarmedAt: now, Alarms: 1, Evidence: e.Data, Revision: 1,
	}); err != nil {
		return err
	}
	if _, err := tx.Log(ctx, "s", care.Entry{
		Kind: care.EntryRaised, Incident: id, Point: "p", Event: id, Act: care.Act{At: now, Means: care.BySensor},
	}); err != nil {
		return err
	}
	return tx.Feed(ctx, care.FeedRow{At: now, Site: "s", Kind: care.EntryRaised, Ref: id})
}

func BenchmarkCommitEvent(b *testing.B) {
	for _, group := range []int{1, 10, 100} {
		b.Run(fmt.Sprint("group=", group), func(b *testing.B) {
			s := open(b)
			if _, err := s.ApplyPlan(b.Context(), small); err != nil {
				b.Fatal(err)
			}
			n := 0
			for b.Loop() {
				err := s.Update(b.Context(), func(tx *ledger.Tx) error {
					for range group {
						n++
						if err := raise(b.Context(), tx, fmt.Sprintf("%036d", n)); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/event")
		})
	}
}

// BenchmarkOpen starts on a ledger of a district: 50 sites, 5,000 points,
// 20,000 incidents.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "ledger.db")
	s, err := ledger.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	plan := ledger.Plan{Regions: small.Regions, Sites: small.Sites, Points: small.Points}
	for n := range 50 {
		site := care.SiteID(fmt.Sprint("site-", n))
		plan.Sites = append(plan.Sites, care.Site{ID: site, Kind: care.NursingHome, Region: "r", TimeZone: "Asia/Shanghai"})
		for m := range 100 {
			plan.Points = append(plan.Points, care.Point{Site: site, ID: care.PointID(fmt.Sprint("p-", m))})
		}
	}
	if _, err := s.ApplyPlan(b.Context(), plan); err != nil {
		b.Fatal(err)
	}
	for group := range 20 {
		err := s.Update(b.Context(), func(tx *ledger.Tx) error {
			for n := range 1000 {
				if err := raise(b.Context(), tx, fmt.Sprintf("%036d", group*1000+n)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := ledger.Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	s := open(b)
	if _, err := s.ApplyPlan(b.Context(), small); err != nil {
		b.Fatal(err)
	}
	err := s.Update(b.Context(), func(tx *ledger.Tx) error {
		for n := range 10_000 {
			if err := raise(b.Context(), tx, fmt.Sprintf("%036d", n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if r, err := s.Verify(b.Context()); err != nil || r.Rows != 10_001 || r.Err() != nil {
			b.Fatal(r, err)
		}
	}
}

// manyTimers sets 100,000 timers as a district at its worst has them, of which
// 1,000 are due at the time that it returns.
func manyTimers(b *testing.B) (*ledger.Store, time.Time) {
	b.Helper()
	s := open(b)
	due := time.Now()
	err := s.Update(b.Context(), func(tx *ledger.Tx) error {
		for n := range 100_000 {
			t := alerts.Timer{
				Kind: alerts.TimerLadder, Ref: care.NewID(), Site: "s", Due: due.Add(time.Duration(n-999) * time.Millisecond),
				Data: json.RawMessage(`{"policy":"home","step":2,"round":1}`),
			}
			if err := tx.SetTimer(b.Context(), t); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return s, due
}

// BenchmarkDueTimers is a tick that finds its due timers in an own transaction,
// all of them and a page.
func BenchmarkDueTimers(b *testing.B) {
	s, due := manyTimers(b)
	for _, limit := range []int{1000, 100} {
		b.Run(fmt.Sprint("limit=", limit), func(b *testing.B) {
			for b.Loop() {
				err := s.Update(b.Context(), func(tx *ledger.Tx) error {
					timers, err := tx.DueTimers(b.Context(), due, limit)
					if len(timers) != limit {
						return errors.Join(err, fmt.Errorf("%d timers are due", len(timers)))
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/op")
		})
	}
}

// BenchmarkNextTimer is what the watch asks after every commit.
func BenchmarkNextTimer(b *testing.B) {
	s, _ := manyTimers(b)
	for b.Loop() {
		if _, found, err := s.NextTimer(b.Context()); err != nil || !found {
			b.Fatal(found, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/op")
}

// BenchmarkMoveTimer moves one of many timers, durably.
func BenchmarkMoveTimer(b *testing.B) {
	s, due := manyTimers(b)
	timers, err := s.TimersOf(b.Context(), alerts.TimerLadder)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		t := timers[n%len(timers)]
		n++
		t.Due = due.Add(time.Duration(n) * time.Second)
		if err := s.Update(b.Context(), func(tx *ledger.Tx) error { return tx.SetTimer(b.Context(), t) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/op")
}
