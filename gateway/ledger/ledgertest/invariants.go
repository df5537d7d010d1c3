package ledgertest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

// Whatever order things happen in, and whichever transactions fail: at most
// one incident of a key is open, each has exactly the timer that its last
// committed step set, the feed has no gap, and the chain verifies, also against
// every head that was ever signed.
func testInvariants(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	runs := 0
	var kept []ledger.SignedHead
	rapid.Check(t, func(rt *rapid.T) {
		// Runs share a ledger and nothing in it: each has keys of its own.
		runs++
		run := fmt.Sprintf("run-%d-", runs)
		boom := errors.New("boom")
		start := must[uint64](t)(s.FeedHead(ctx))
		committed := uint64(0)
		open := make(map[string]string)         // the model: key → incident
		timers := make(map[string]alerts.Timer) // incident → its one timer
		count := 0

		set := func(tx *ledger.Tx, timer alerts.Timer) error {
			if timer.Kind == "" { // resolved: nothing is to happen any more
				return nil
			}
			return tx.SetTimer(ctx, timer)
		}
		step := func(key string, kind care.EntryKind, change func(*care.Incident)) {
			fails := rapid.Bool().Draw(rt, "fails")
			id := open[key]
			next := alerts.Timer{
				Kind: map[care.EntryKind]alerts.TimerKind{care.EntryRaised: alerts.TimerLadder, care.EntryAccepted: alerts.TimerArrival}[kind],
				Site: home, Due: now.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "due")) * time.Second),
			}
			err := s.Update(ctx, func(tx *ledger.Tx) error {
				i, err := tx.OpenIncident(ctx, home, care.SOS, key)
				if err != nil {
					return err
				}
				if (i == nil) != (id == "") || i != nil && i.ID != id {
					rt.Fatalf("the open incident of %s is %v, want %q", key, i, id)
				}
				if i == nil {
					count++
					id = fmt.Sprint(run, count)
					i = new(raised(id, care.SOS, key))
				}
				change(i)
				next.Ref = id
				err = errors.Join(
					tx.DropTimer(ctx, alerts.TimerLadder, id),
					tx.DropTimer(ctx, alerts.TimerArrival, id),
					set(tx, next),
					tx.SaveIncident(ctx, *i),
					second(tx.Log(ctx, home, care.Entry{Kind: kind, Incident: id, Act: care.Act{Name: "李护士", At: now}})),
					tx.Feed(ctx, care.FeedRow{Site: home, Kind: kind, Ref: id}),
				)
				if fails {
					return errors.Join(err, boom)
				}
				return err
			})
			switch {
			case fails && errors.Is(err, boom):
			case fails || err != nil:
				rt.Fatal(err)
			default:
				committed++
				open[key], timers[id] = id, next
				if kind == care.EntryResolved {
					delete(open, key)
					delete(timers, id)
				}
			}
		}
		keys := rapid.SampledFrom([]string{"point:" + run + "a", "point:" + run + "b", "zone:" + run + "203"})
		rt.Repeat(map[string]func(*rapid.T){
			"raise": func(rt *rapid.T) {
				step(keys.Draw(rt, "key"), care.EntryRaised, func(i *care.Incident) { i.Alarms++ })
			},
			"accept": func(rt *rapid.T) {
				step(keys.Draw(rt, "key"), care.EntryAccepted, func(i *care.Incident) {
					i.State, i.Accepted = care.Accepted, &care.Act{By: "u-li", At: now}
				})
			},
			"resolve": func(rt *rapid.T) {
				step(keys.Draw(rt, "key"), care.EntryResolved, func(i *care.Incident) { resolve(i, now) })
			},
			"raise a second": func(rt *rapid.T) {
				key := keys.Draw(rt, "key")
				if open[key] == "" {
					rt.Skip("nothing is open")
				}
				err := s.Update(ctx, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, raised("second", care.SOS, key)) })
				if !errors.Is(err, ledger.ErrConflict) {
					rt.Fatalf("a second open incident gives %v", err)
				}
			},
			"sign": func(rt *rapid.T) {
				kept = append(kept, must[[]ledger.SignedHead](t)(s.SignHeads(ctx, now))...)
			},
			"": func(rt *rapid.T) {
				all := append(must[[]alerts.Timer](t)(s.TimersOf(ctx, alerts.TimerLadder)), must[[]alerts.Timer](t)(s.TimersOf(ctx, alerts.TimerArrival))...)
				set := make(map[string]alerts.Timer)
				var first time.Time
				for _, timer := range all {
					if strings.HasPrefix(timer.Ref, run) {
						set[timer.Ref] = timer
					}
					if first.IsZero() || timer.Due.Before(first) {
						first = timer.Due
					}
				}
				if diff := cmp.Diff(timers, set); diff != "" {
					rt.Fatalf("timers (-want +got):\n%s", diff)
				}
				if due, found, err := s.NextTimer(ctx); err != nil || found != (len(all) > 0) || !due.Equal(first) {
					rt.Fatalf("the next timer is due at %v (%v, %v), want %v", due, found, err, first)
				}
				got := make(map[string]string)
				for _, i := range must[[]care.Incident](t)(s.OpenIncidents(ctx)) {
					if strings.HasPrefix(i.ID, run) {
						got[i.Key] = i.ID
					}
				}
				if diff := cmp.Diff(open, got); diff != "" {
					rt.Fatalf("open incidents (-want +got):\n%s", diff)
				}
				rows := must[[]care.FeedRow](t)(s.FeedAfter(ctx, start, 1<<20))
				for n, r := range rows {
					if r.Number != start+uint64(n)+1 {
						rt.Fatalf("row %d of the feed has number %d", n, r.Number)
					}
				}
				if uint64(len(rows)) != committed {
					rt.Fatalf("the feed has %d rows after %d commits", len(rows), committed)
				}
			},
		})
		update(t, s, func(tx *ledger.Tx) error { // the next run has its own
			for id, timer := range timers {
				if err := tx.DropTimer(ctx, timer.Kind, id); err != nil {
					return err
				}
			}
			return nil
		})
		report := must[ledger.Report](t)(s.Verify(ctx, ledger.WithHeads(kept...)))
		if err := report.Err(); err != nil || report.Signed != len(kept) {
			rt.Fatalf("%d of %d signed heads hold: %v", report.Signed, len(kept), err)
		}
	})
}
