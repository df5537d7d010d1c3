package watch

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Joined says that a person has opened a board. Incidents of hers of which
// nobody could be told are then tried again at once. It does not block.
func (w *Watch) Joined(u people.User) {
	if !u.Role.Staff() {
		return
	}
	w.mu.Lock()
	w.joined[u.ID] = u
	w.mu.Unlock()
	w.wakeUp()
}

// tellJoined has the ladders climb on of which nobody could be told, where
// somebody looks at a board by now.
func (w *Watch) tellJoined(ctx context.Context) {
	w.mu.Lock()
	joined := slices.Collect(maps.Values(w.joined))
	clear(w.joined)
	w.mu.Unlock()
	if len(joined) == 0 || w.opts.OpenIncidents == nil {
		return
	}
	open, err := w.opts.OpenIncidents(ctx)
	if err != nil {
		if ctx.Err() == nil {
			w.log.Error("what nobody could be told of could not be read; the next step of its ladder tries again", "error", err)
		}
		return
	}
	d := w.ledger.Directory()
	open = slices.DeleteFunc(open, func(i care.Incident) bool {
		return i.UntoldAt == nil || !slices.ContainsFunc(joined, func(u people.User) bool { return d.Acts(u, i.Site) })
	})
	if len(open) == 0 {
		return
	}
	err = w.update(ctx, func(t *turn) error {
		for _, i := range open {
			timer, err := t.tx.Timer(ctx, alerts.TimerLadder, i.ID)
			if err != nil {
				return fmt.Errorf("load the next step of incident %s: %w", i.ID, err)
			}
			if timer == nil { // it was taken in the meantime
				continue
			}
			timer.Due = t.now
			if err := t.setTimer(ctx, *timer); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		w.log.Error("ladders could not go on for who has opened a board; their next steps do", "error", err)
	}
}
