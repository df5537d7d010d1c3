package watch_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

// BenchmarkLadderTick measures one pass over what is due while 100,000 timers
// are open: with nothing due, and with one incident whose next step is.
func BenchmarkLadderTick(b *testing.B) {
	h := newHome(b)
	if _, err := h.store.ApplyPlan(b.Context(), nightPlan()); err != nil {
		b.Fatal(err)
	}
	const open = 100_000
	far := time.Now().Add(24 * time.Hour)
	for begin := 0; begin < open; begin += 5000 {
		err := h.store.Update(b.Context(), func(tx *ledger.Tx) error {
			for n := begin; n < begin+5000; n++ {
				t := alerts.Timer{Kind: alerts.TimerLadder, Ref: fmt.Sprintf("incident-%d", n), Site: "songhe", Due: far.Add(time.Duration(n) * time.Second)}
				if err := tx.SetTimer(context.Background(), t); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Run("nothing-due", func(b *testing.B) {
		for b.Loop() {
			h.watch.RunDue(b.Context())
		}
	})
	b.Run("one-step-due", func(b *testing.B) {
		h.commits(h.event("203-1-fall", care.Fall, care.Active))
		incident := h.only().ID
		for b.Loop() {
			err := h.store.Update(b.Context(), func(tx *ledger.Tx) error {
				return tx.SetTimer(context.Background(), alerts.Timer{Kind: alerts.TimerLadder, Ref: incident, Site: "songhe", Due: time.Now()})
			})
			if err != nil {
				b.Fatal(err)
			}
			h.watch.RunDue(b.Context())
		}
	})
}
