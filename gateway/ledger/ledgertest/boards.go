package ledgertest

import (
	"errors"
	"testing"
	"time"

	"shouwang.care/shouwang/gateway/ledger"
)

func testBoards(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	later := now.Add(time.Minute)
	update(t, s, func(tx *ledger.Tx) error {
		if at, err := tx.BoardPassed(ctx, "i-1", 1); !at.IsZero() || err != nil {
			t.Errorf("before there is any: %v, %v", at, err)
		}
		return errors.Join(tx.SaveBoardPassed(ctx, "i-1", 1, now), tx.SaveBoardPassed(ctx, "i-1", 2, now), tx.SaveBoardPassed(ctx, "i-1", 1, later))
	})
	update(t, s, func(tx *ledger.Tx) error {
		for alarms, want := range map[int]time.Time{1: later, 2: now, 3: {}} {
			if got, err := tx.BoardPassed(ctx, "i-1", alarms); !got.Equal(want) || err != nil {
				t.Errorf("alarm %d: %v, %v; want %v", alarms, got, err, want)
			}
		}
		return nil
	})
}
