package watch

import (
	"context"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// turn is one transaction in which decisions are written. It collects what is
// to be told once they are durable.
type turn struct {
	w   *Watch
	tx  Tx
	now time.Time

	decisions []alerts.Decision
	timers    bool // some were set, so that the next one may be due earlier
	jobs      []alerts.Job
	// conditions of rules are due; they are worked on after the transaction.
	conditions []string
}

// update runs fn in a transaction and, once it is durable, counts what was
// decided and wakes who waits for it.
func (w *Watch) update(ctx context.Context, fn func(t *turn) error) error {
	var done *turn
	err := w.ledger.Update(ctx, func(tx Tx) error {
		done = &turn{w: w, tx: tx, now: timeNow()} // it may be begun anew
		return fn(done)
	})
	if err != nil {
		return err
	}
	grown := false
	for _, d := range done.decisions {
		w.metrics.decided(done.now, d)
		grown = grown || len(d.Entries) > 0
	}
	if grown {
		w.notify()
	}
	if done.timers {
		w.wakeUp()
	}
	for _, ref := range done.conditions {
		if err := w.conditionDue(ctx, ref); err != nil && ctx.Err() == nil {
			w.log.Error("a condition of a rule that was due could not be carried out, it comes back", "condition", ref, "error", err)
		}
	}
	for _, j := range done.jobs {
		select {
		case w.jobs <- j:
		default: // it comes back when its lease is over
			w.metrics.crowded.Inc()
		}
	}
	return nil
}

// place is where a decision belongs.
type place struct {
	site     care.SiteID
	point    care.PointID
	class    care.Class
	resident care.ResidentID
}

// placeOf is where an incident is.
func placeOf(i care.Incident) place {
	return place{site: i.Site, point: i.Point, class: i.Class, resident: i.Resident}
}

// enter writes a decision and all that follows from it: timers, messages, and
// what becomes of incidents that this one explains. before is the incident as
// it was, nil when it is new.
func (t *turn) enter(ctx context.Context, at place, before *care.Incident, d alerts.Decision) error {
	if err := t.write(ctx, at, d); err != nil {
		return err
	}
	site := t.w.site(at.site)
	for _, timer := range d.Timers {
		if err := t.setTimer(ctx, timer); err != nil {
			return err
		}
	}
	for _, timer := range alerts.Follow(t.now, site, before, d) {
		if err := t.setTimer(ctx, timer); err != nil {
			return err
		}
	}
	if d.Incident == nil {
		return nil
	}
	if err := t.tellOn(ctx, site, d); err != nil {
		return err
	}
	return t.explain(ctx, before, d)
}

// setTimer sets a timer, or takes it away where it has no time.
func (t *turn) setTimer(ctx context.Context, timer alerts.Timer) error {
	if timer.Due.IsZero() {
		if err := t.tx.DropTimer(ctx, timer.Kind, timer.Ref); err != nil {
			return fmt.Errorf("take away the timer %s of %s: %w", timer.Kind, timer.Ref, err)
		}
		return nil
	}
	t.timers = true
	if err := t.tx.SetTimer(ctx, timer); err != nil {
		return fmt.Errorf("set the timer %s of %s: %w", timer.Kind, timer.Ref, err)
	}
	return nil
}

// write enters a decision itself: the state, the incident, the shelf, and each
// entry with its feed row.
func (t *turn) write(ctx context.Context, at place, d alerts.Decision) error {
	if d.State != nil {
		if err := t.tx.SavePointState(ctx, at.site, at.point, at.class, *d.State); err != nil {
			return fmt.Errorf("save the state of point %s: %w", at.point, err)
		}
	}
	if d.Incident != nil {
		if err := t.tx.SaveIncident(ctx, *d.Incident); err != nil {
			return fmt.Errorf("save incident %s: %w", d.Incident.ID, err)
		}
		at.resident = d.Incident.Resident
	}
	if d.Shelf != nil {
		if err := t.tx.SaveShelf(ctx, *d.Shelf); err != nil {
			return fmt.Errorf("shelve point %s: %w", d.Shelf.Point, err)
		}
	}
	if d.Tick != nil {
		if err := t.tx.SaveTick(ctx, *d.Tick); err != nil {
			return fmt.Errorf("tick point %s off: %w", d.Tick.Point, err)
		}
	}
	for _, e := range d.Entries {
		ref := e.Incident
		if ref == "" {
			ref = string(e.Point)
		}
		if _, err := t.tx.Log(ctx, at.site, e); err != nil {
			return fmt.Errorf("log %s of %s: %w", e.Kind, ref, err)
		}
		row := care.FeedRow{At: t.now, Site: at.site, Resident: at.resident, Kind: e.Kind, Ref: ref}
		if err := t.tx.Feed(ctx, row); err != nil {
			return fmt.Errorf("feed %s of %s: %w", e.Kind, ref, err)
		}
	}
	t.decisions = append(t.decisions, d)
	return nil
}

// explain puts incidents of the equipment under the one that was raised and
// explains them, and frees those whose explanation was resolved.
func (t *turn) explain(ctx context.Context, before *care.Incident, d alerts.Decision) error {
	i := *d.Incident
	if !i.Class.Equipment() {
		return nil
	}
	var others []care.Incident
	var decide func(care.Incident) alerts.Decision
	switch {
	case before == nil && i.Under == "":
		for _, site := range alerts.ExplainsIn(t.w.ledger.Directory(), i) {
			open, err := t.tx.SiteIncidents(ctx, site)
			if err != nil {
				return fmt.Errorf("load the incidents that %s may explain: %w", i.ID, err)
			}
			others = append(others, open...)
		}
		decide = func(o care.Incident) alerts.Decision {
			if i.RaisedAt.Sub(o.RaisedAt) > alerts.MergeWithin || !alerts.Explains(t.w.ledger.Directory(), i, o) {
				return alerts.Decision{}
			}
			return alerts.OnMerge(t.now, o, i.ID)
		}
	case !i.Open():
		var err error
		if others, err = t.tx.ChildrenOf(ctx, i.ID); err != nil {
			return fmt.Errorf("load what incident %s explained: %w", i.ID, err)
		}
		decide = func(o care.Incident) alerts.Decision { return alerts.OnExplainerGone(t.now, o, i) }
	}
	for _, o := range others {
		if d := decide(o); d.Incident != nil {
			if err := t.enter(ctx, placeOf(o), &o, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// site returns a site, with the limits of a house when it is not registered.
func (w *Watch) site(id care.SiteID) care.Site {
	s := w.ledger.Directory().Sites[id]
	s.ID = id
	return s
}
