package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// Commit writes a group of events, with what they do to incidents, and answers
// each. All go into one transaction, because a durable commit costs the same
// for one event as for a hundred. When that fails, each event is tried alone,
// so that one that the ledger can never take is refused and harms no other.
//
// A repeat of an event that is in the ledger, or stands earlier in the group,
// is answered as a duplicate and changes nothing.
//
// An error means that the ledger failed: no event of the group may be
// acknowledged, and the caller tries the same group again later. Events that
// were written in spite of it are duplicates then.
func (w *Watch) Commit(ctx context.Context, events []care.Received) ([]care.Receipt, error) {
	if len(events) == 0 {
		return nil, nil
	}
	outcomes, err := w.commit(ctx, events)
	refusal, refused := care.AsRefusal(err)
	switch {
	case err == nil:
	case len(events) == 1 && refused:
		outcomes, err = []outcome{w.refuse(events[0], refusal)}, nil
	case len(events) > 1 && ctx.Err() == nil:
		w.log.Warn("a group of events could not be committed; trying each alone", "events", len(events), "error", err)
		outcomes, err = w.commitEach(ctx, events)
	}
	if err != nil {
		return nil, fmt.Errorf("commit %d events: %w", len(events), err)
	}
	receipts := make([]care.Receipt, len(outcomes))
	for i, o := range outcomes {
		receipts[i] = o.receipt
	}
	return receipts, nil
}

// outcome is what became of one event.
type outcome struct {
	receipt  care.Receipt
	decision alerts.Decision
}

// commit writes the events in one transaction.
func (w *Watch) commit(ctx context.Context, events []care.Received) ([]outcome, error) {
	outcomes := make([]outcome, 0, len(events))
	err := w.ledger.Update(ctx, func(tx Tx) error {
		outcomes = outcomes[:0]
		now := timeNow()
		for _, e := range events {
			o, err := w.commitOne(ctx, tx, now, e)
			if err != nil {
				return fmt.Errorf("event %s of %s: %w", e.ID, e.Source(), err)
			}
			outcomes = append(outcomes, o)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	w.committed(events, outcomes)
	return outcomes, nil
}

// commitEach writes each event in a transaction of its own. It goes on after a
// failure, because the events behind must not wait for one that fails for a
// reason that nobody foresaw; a second failure in a row is taken for the
// ledger's, and the rest is left for the next try.
func (w *Watch) commitEach(ctx context.Context, events []care.Received) ([]outcome, error) {
	outcomes := make([]outcome, 0, len(events))
	var errs []error
	failed := false
	for i := range events {
		o, err := w.commit(ctx, events[i:i+1])
		refusal, refused := care.AsRefusal(err)
		switch {
		case err == nil:
			outcomes = append(outcomes, o...)
		case refused:
			outcomes = append(outcomes, w.refuse(events[i], refusal))
		default:
			errs = append(errs, err)
			if failed || ctx.Err() != nil {
				return nil, errors.Join(errs...)
			}
			failed = true
			continue
		}
		failed = false
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return outcomes, nil
}

// refuse answers an event that the ledger can never take.
func (w *Watch) refuse(e care.Received, refusal *care.Refusal) outcome {
	o := outcome{receipt: care.Receipt{ID: e.ID, Status: care.ReceiptRefused, Reason: care.ReasonLedger, Detail: refusal.Detail}}
	w.log.Error("the ledger can never take this event; nobody is alarmed by it",
		"source", e.Source(), "id", e.ID, "type", e.Type(), "point", e.Point, "reason", refusal.Reason, "detail", refusal.Detail)
	w.metrics.committed(e, o.receipt.Status)
	return o
}

// committed counts, logs and announces what has become durable.
func (w *Watch) committed(events []care.Received, outcomes []outcome) {
	now := time.Now()
	grown := false
	for i, o := range outcomes {
		e := events[i]
		w.metrics.committed(e, o.receipt.Status)
		w.metrics.decided(o.decision)
		if o.decision.Alarms() {
			w.metrics.latency.Observe(now.Sub(e.ReceivedAt).Seconds())
			w.log.Info("alarm", "site", e.Site, "class", e.Class, "point", e.Point,
				"incident", o.decision.Incident.ID, "alarms", o.decision.Incident.Alarms, "late", o.decision.Incident.Late)
		}
		grown = grown || len(o.decision.Entries) > 0
	}
	if grown {
		w.notify()
	}
}

// commitOne records one event and does what it means.
func (w *Watch) commitOne(ctx context.Context, tx Tx, now time.Time, e care.Received) (outcome, error) {
	o := outcome{receipt: care.Receipt{ID: e.ID, Status: care.ReceiptCommitted}}
	if len(e.Data) > 0 && !json.Valid(e.Data) {
		return o, care.Refuse(care.ReasonBadEvent, "the data of the event is not JSON")
	}
	fresh, err := tx.RecordEvent(ctx, e)
	if err != nil {
		return o, fmt.Errorf("record it: %w", err)
	}
	if !fresh {
		o.receipt.Status = care.ReceiptDuplicate
		return o, nil
	}
	in, err := w.situation(ctx, tx, now, e)
	if err != nil {
		return o, err
	}
	o.decision = alerts.OnEvent(in)
	at := place{site: e.Site, point: e.Point, class: e.Class, resident: in.Point.Resident}
	return o, write(ctx, tx, now, at, o.decision)
}

// situation loads what the core needs to know.
func (w *Watch) situation(ctx context.Context, tx Tx, now time.Time, e care.Received) (alerts.Situation, error) {
	in := alerts.Situation{Now: now, Event: e}
	var known bool
	if in.Point, known = w.ledger.Directory().Point(e.Site, e.Point); !known {
		// Nobody has entered it yet, and its alarm counts all the same. Its id
		// is the only name that it has.
		name := string(e.Point)
		in.Point = care.Point{Site: e.Site, ID: e.Point, Edge: e.Edge, Name: care.Text{ZH: name, EN: name}, Unregistered: true}
		if err := tx.RegisterPoint(ctx, in.Point); err != nil {
			return in, fmt.Errorf("register point %s: %w", e.Point, err)
		}
	}
	if e.Phase == care.Test {
		return in, nil
	}
	var err error
	in.ID = care.NewIDAt(now)
	key := care.IncidentKey(e.Class, in.Point)
	if in.Open, err = tx.OpenIncident(ctx, e.Site, e.Class, key); err != nil {
		return in, fmt.Errorf("load the open incident of %s: %w", key, err)
	}
	if in.Open == nil && e.Class.LifeSafety() {
		// It may have been raised before the point was entered into its zone.
		if in.Open, err = tx.OpenIncident(ctx, e.Site, e.Class, care.IncidentKey(e.Class, care.Point{ID: e.Point})); err != nil {
			return in, fmt.Errorf("load the open incident of point %s: %w", e.Point, err)
		}
	}
	if alerts.Momentary(e.Class) {
		return in, nil
	}
	if in.Before, err = tx.PointState(ctx, e.Site, e.Point, e.Class); err != nil {
		return in, fmt.Errorf("load the state of point %s: %w", e.Point, err)
	}
	if !e.Class.LifeSafety() {
		return in, nil // counted by point
	}
	active, err := tx.ActivePoints(ctx, e.Site, e.Class, key)
	if err != nil {
		return in, fmt.Errorf("load the active points of %s: %w", key, err)
	}
	in.Others = slices.DeleteFunc(active, func(p care.PointID) bool { return p == e.Point })
	return in, nil
}

// place is where a decision belongs.
type place struct {
	site     care.SiteID
	point    care.PointID
	class    care.Class
	resident care.ResidentID
}

// write enters a decision: the state, the incident, and each entry with its
// feed row.
func write(ctx context.Context, tx Tx, now time.Time, at place, d alerts.Decision) error {
	if d.State != nil {
		if err := tx.SavePointState(ctx, at.site, at.point, at.class, *d.State); err != nil {
			return fmt.Errorf("save the state of point %s: %w", at.point, err)
		}
	}
	if d.Incident != nil {
		if err := tx.SaveIncident(ctx, *d.Incident); err != nil {
			return fmt.Errorf("save incident %s: %w", d.Incident.ID, err)
		}
		at.resident = d.Incident.Resident
	}
	for _, e := range d.Entries {
		ref := e.Incident
		if ref == "" {
			ref = string(e.Point)
		}
		if _, err := tx.Log(ctx, at.site, e); err != nil {
			return fmt.Errorf("log %s of %s: %w", e.Kind, ref, err)
		}
		row := care.FeedRow{At: now, Site: at.site, Resident: at.resident, Kind: e.Kind, Ref: ref}
		if err := tx.Feed(ctx, row); err != nil {
			return fmt.Errorf("feed %s of %s: %w", e.Kind, ref, err)
		}
	}
	return nil
}
