package watch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

const (
	// timerBatch is how many due timers share a transaction.
	timerBatch = 100
	// idle is the longest that the loop rests. It finds what another gateway
	// has set, and what a step of the clock has made due.
	idle = 5 * time.Second
	// postpone is when a timer is tried again that could not be carried out.
	postpone = 30 * time.Second
	// stuck is how long the loop may take for one pass before it counts as ill.
	stuck = 20 * time.Second
)

// Run carries out what is due, until ctx ends: steps of ladders, returns,
// ends of shelves, held-back alarms and messages. What fell due while no
// gateway was running is carried out at once, once.
func (w *Watch) Run(ctx context.Context) error {
	for {
		w.refreshPlans(ctx)
		w.observeAgain(ctx)
		w.warnOfGaps(ctx)
		w.tellJoined(ctx)
		next := w.runDue(ctx)
		w.passed.Store(time.Now().UnixNano())
		rest := time.NewTimer(min(idle, max(0, time.Until(next))))
		select {
		case <-ctx.Done():
			rest.Stop()
			return nil
		case <-w.wake:
			rest.Stop()
		case <-rest.C:
		}
	}
}

// Alive returns what keeps due steps from being carried out, nil while they
// are.
func (w *Watch) Alive(context.Context) error {
	passed := w.passed.Load()
	if passed == 0 {
		return errors.New("steps of ladders are not carried out yet")
	}
	if late := time.Since(time.Unix(0, passed)); late > stuck {
		return fmt.Errorf("no step of a ladder was carried out for %s: the ledger may be blocked", late.Round(time.Second))
	}
	return nil
}

// Changed says that somebody else has written into the ledger: plans are read
// again and screens follow at once, not only within seconds.
func (w *Watch) Changed() {
	w.wakeUp()
	w.notify()
}

// wakeUp has the loop look for what is due.
func (w *Watch) wakeUp() {
	select {
	case w.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// runDue carries out everything that is due, and returns when the next timer
// will be.
func (w *Watch) runDue(ctx context.Context) time.Time {
	for ctx.Err() == nil {
		// A look costs less than a transaction, and mostly nothing is due.
		due, found, err := w.ledger.NextTimer(ctx)
		if err == nil && (!found || due.After(time.Now())) {
			return nextOf(due, found)
		}
		n, err := w.runBatch(ctx)
		if err != nil {
			if ctx.Err() == nil {
				w.log.Error("what is due could not be carried out, trying again", "next_try", idle, "error", err)
			}
			return time.Now().Add(idle)
		}
		if n < timerBatch {
			break
		}
	}
	due, found, err := w.ledger.NextTimer(ctx)
	return nextOf(due, found && err == nil)
}

// nextOf is when to look again.
func nextOf(due time.Time, found bool) time.Time {
	if !found {
		return time.Now().Add(idle)
	}
	return due
}

// runBatch carries out the timers that are longest due, in one transaction.
// When one of them fails, each is tried alone, and those that fail again are
// put off, so that they hold nobody else up.
func (w *Watch) runBatch(ctx context.Context) (int, error) {
	var due []alerts.Timer
	err := w.update(ctx, func(t *turn) (err error) {
		if due, err = t.tx.DueTimers(ctx, t.now, timerBatch); err != nil {
			return fmt.Errorf("find what is due: %w", err)
		}
		for _, timer := range due {
			if err := t.fire(ctx, timer); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil || len(due) == 0 || ctx.Err() != nil {
		return len(due), err
	}
	for _, timer := range due {
		err := w.update(ctx, func(t *turn) error { return t.fire(ctx, timer) })
		if err == nil {
			continue
		}
		w.log.Error("a due step could not be carried out and is put off", "kind", timer.Kind, "of", timer.Ref, "site", timer.Site, "until", postpone, "error", err)
		w.metrics.failed.WithLabelValues(string(timer.Kind)).Inc()
		err = w.update(ctx, func(t *turn) error {
			timer.Due = t.now.Add(postpone)
			return t.setTimer(ctx, timer)
		})
		if err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

// fire carries out one timer. It takes the timer away first; what it does may
// set it anew.
func (t *turn) fire(ctx context.Context, timer alerts.Timer) error {
	t.w.metrics.lag.Observe(t.now.Sub(timer.Due).Seconds())
	if err := t.tx.DropTimer(ctx, timer.Kind, timer.Ref); err != nil {
		return fmt.Errorf("take away the timer %s of %s: %w", timer.Kind, timer.Ref, err)
	}
	var do func(context.Context, alerts.Timer) error
	switch timer.Kind {
	case alerts.TimerLadder:
		do = t.climb
	case alerts.TimerArrival:
		do = t.arrivalDue
	case alerts.TimerFamily:
		do = t.familyWaits
	case alerts.TimerShelf:
		do = t.shelfEnds
	case alerts.TimerOutage:
		do = t.outageOver
	case alerts.TimerCare:
		do = t.heldAgain
	case alerts.TimerRule:
		do = t.ruleDue
	case alerts.TimerWalk:
		do = t.walkEnds
	case alerts.TimerNotice:
		do = t.noticeDue
	default:
		return fmt.Errorf("the timer %s of %s is of no known kind", timer.Kind, timer.Ref)
	}
	if err := do(ctx, timer); err != nil {
		return fmt.Errorf("carry out the timer %s of %s: %w", timer.Kind, timer.Ref, err)
	}
	return nil
}

// arrivalDue raises an incident again at which nobody has arrived.
func (t *turn) arrivalDue(ctx context.Context, timer alerts.Timer) error {
	i, err := t.tx.Incident(ctx, timer.Ref)
	if err != nil || i == nil {
		return err
	}
	d := alerts.OnArrivalDue(t.now, t.w.site(i.Site), *i)
	if d.Incident == nil {
		if i.State == care.Accepted && i.Accepted != nil { // the site's time was made longer
			timer.Due = i.Accepted.At.Add(alerts.ArriveWithin(t.w.site(i.Site), i.Class))
			return t.setTimer(ctx, timer)
		}
		return nil
	}
	return t.enter(ctx, placeOf(*i), i, d)
}

// outageOver frees what an outage that is over has left silent.
func (t *turn) outageOver(ctx context.Context, timer alerts.Timer) error {
	parent, err := t.tx.Incident(ctx, timer.Ref)
	if err != nil || parent == nil {
		return err
	}
	children, err := t.tx.ChildrenOf(ctx, parent.ID)
	if err != nil {
		return fmt.Errorf("load what incident %s explained: %w", parent.ID, err)
	}
	for _, i := range children {
		if d := alerts.OnExplainerOver(t.now, i, *parent); d.Incident != nil {
			if err := t.enter(ctx, placeOf(i), &i, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// heldAgain looks again at an activation that was held back.
func (t *turn) heldAgain(ctx context.Context, timer alerts.Timer) error {
	kept, err := alerts.DecodeKept(timer.Data)
	if err != nil {
		return fmt.Errorf("read what was held back: %w", err)
	}
	in, err := t.again(ctx, kept)
	if err != nil {
		return err
	}
	return t.enter(ctx, placeAgain(in), in.Open, alerts.OnEvent(in))
}

// again loads the situation of an event that is in the book already.
func (t *turn) again(ctx context.Context, kept alerts.Kept) (alerts.Situation, error) {
	p, err := t.point(ctx, kept.Received)
	if err != nil {
		return alerts.Situation{}, err
	}
	in, err := t.situation(ctx, kept.Received, p)
	if err != nil {
		return in, err
	}
	in.Held = true
	if kept.Severity != 0 {
		in.Severity = kept.Severity
	}
	return in, t.loadSheet(ctx, &in, kept.Walk)
}

// placeAgain is where the event of a situation belongs.
func placeAgain(in alerts.Situation) place {
	return place{site: in.Event.Site, point: in.Event.Point, class: in.Event.Class, resident: in.Point.Resident}
}

// splitRef takes alerts.PointRef apart.
func splitRef(ref string) (care.SiteID, care.PointID, care.Class, error) {
	parts := strings.Split(ref, "/")
	if len(parts) != 3 {
		return "", "", "", fmt.Errorf("%q is not site/point/class", ref)
	}
	return care.SiteID(parts[0]), care.PointID(parts[1]), care.Class(parts[2]), nil
}
