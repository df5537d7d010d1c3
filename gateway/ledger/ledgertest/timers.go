package ledgertest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/gateway/ledger"
)

func testTimers(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	next := func(when string, want time.Time) {
		t.Helper()
		due, found, err := s.NextTimer(ctx)
		if err != nil || found == want.IsZero() || !due.Equal(want) {
			t.Errorf("%s: the next timer is due at %v (%v, %v), want %v", when, due, found, err, want)
		}
	}
	next("before there is any", time.Time{})
	ladder := alerts.Timer{Kind: alerts.TimerLadder, Ref: "i-1", Site: home, Due: now, Data: json.RawMessage(`{"step":2}`)}
	arrival := alerts.Timer{Kind: alerts.TimerArrival, Ref: "i-1", Site: home, Due: now}
	later := alerts.Timer{Kind: alerts.TimerLadder, Ref: "i-2", Site: "qiutao", Due: now.Add(time.Microsecond)}
	moved := alerts.Timer{Kind: alerts.TimerLadder, Ref: "i-3", Site: home, Due: now.Add(-time.Hour)}
	update(t, s, func(tx *ledger.Tx) error {
		return errors.Join(tx.SetTimer(ctx, later), tx.SetTimer(ctx, moved), tx.SetTimer(ctx, ladder), tx.SetTimer(ctx, arrival))
	})
	next("one that was due while nobody was there", moved.Due)
	moved.Due, moved.Data, moved.Site = now.Add(time.Minute), json.RawMessage(`1`), "qiutao"
	update(t, s, func(tx *ledger.Tx) error { return tx.SetTimer(ctx, moved) })
	next("after it was moved", now)

	update(t, s, func(tx *ledger.Tx) error {
		for _, test := range []struct {
			name  string
			at    time.Time
			limit int
			want  []alerts.Timer
		}{
			{"a moment too early", now.Add(-time.Microsecond), 10, []alerts.Timer{}},
			{"at the time", now, 10, []alerts.Timer{arrival, ladder}},
			{"all", now.Add(time.Hour), 10, []alerts.Timer{arrival, ladder, later, moved}},
			{"the first ones only", now.Add(time.Hour), 3, []alerts.Timer{arrival, ladder, later}},
		} {
			got, err := tx.DueTimers(ctx, test.at, test.limit)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("due %s (-want +got):\n%s", test.name, diff)
			}
		}
		got, err := tx.Timer(ctx, alerts.TimerLadder, "i-1")
		if diff := cmp.Diff(&ladder, got); diff != "" {
			t.Errorf("one timer (-want +got):\n%s", diff)
		}
		return err
	})
	counts := must[map[alerts.TimerKind]int](t)(s.CountTimers(ctx))
	if diff := cmp.Diff(map[alerts.TimerKind]int{alerts.TimerLadder: 3, alerts.TimerArrival: 1}, counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}

	update(t, s, func(tx *ledger.Tx) error {
		err := errors.Join(tx.DropTimer(ctx, alerts.TimerLadder, "i-1"), tx.DropTimer(ctx, alerts.TimerLadder, "i-1"))
		if got, e := tx.Timer(ctx, alerts.TimerLadder, "i-1"); got != nil || e != nil {
			t.Errorf("after it was dropped the timer is %v, %v", got, e)
		}
		return err
	})
	if diff := cmp.Diff([]alerts.Timer{later, moved}, must[[]alerts.Timer](t)(s.TimersOf(ctx, alerts.TimerLadder))); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]alerts.Timer{arrival}, must[[]alerts.Timer](t)(s.TimersOf(ctx, alerts.TimerArrival))); diff != "" {
		t.Errorf("the other kind of the same incident (-want +got):\n%s", diff)
	}
}

// A step that ran and was not committed is still due.
func testTimersRolledBack(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	timer := alerts.Timer{Kind: alerts.TimerNotice, Ref: "n-1", Site: home, Due: now}
	update(t, s, func(tx *ledger.Tx) error { return tx.SetTimer(ctx, timer) })
	boom := errors.New("boom")
	err := s.Update(ctx, func(tx *ledger.Tx) error {
		return errors.Join(
			tx.DropTimer(ctx, timer.Kind, timer.Ref),
			tx.SetTimer(ctx, alerts.Timer{Kind: timer.Kind, Ref: "n-2", Site: home, Due: now}),
			boom,
		)
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]alerts.Timer{timer}, must[[]alerts.Timer](t)(s.TimersOf(ctx, timer.Kind))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
