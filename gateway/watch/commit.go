package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	err := w.update(ctx, func(t *turn) error {
		outcomes = outcomes[:0]
		for _, e := range events {
			o, err := t.commitOne(ctx, e)
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

// committed counts and logs what has become durable.
func (w *Watch) committed(events []care.Received, outcomes []outcome) {
	now := time.Now()
	for i, o := range outcomes {
		e := events[i]
		w.metrics.committed(e, o.receipt.Status)
		if o.decision.Alarms() {
			w.metrics.latency.Observe(now.Sub(e.ReceivedAt).Seconds())
			w.log.Info("alarm", "site", e.Site, "class", e.Class, "point", e.Point,
				"incident", o.decision.Incident.ID, "alarms", o.decision.Incident.Alarms, "late", o.decision.Incident.Late)
		}
	}
}

// commitOne records one event and does what it means.
func (t *turn) commitOne(ctx context.Context, e care.Received) (outcome, error) {
	return t.commitSevere(ctx, e, 0)
}

// commitSevere is commitOne for an incident of another severity than its class
// has; 0 is that of the class.
func (t *turn) commitSevere(ctx context.Context, e care.Received, severity care.Severity) (outcome, error) {
	o := outcome{receipt: care.Receipt{ID: e.ID, Status: care.ReceiptCommitted}}
	if len(e.Data) > 0 && !json.Valid(e.Data) {
		return o, care.Refuse(care.ReasonBadEvent, "the data of the event is not JSON")
	}
	fresh, err := t.tx.RecordEvent(ctx, e)
	if err != nil {
		return o, fmt.Errorf("record it: %w", err)
	}
	if !fresh {
		o.receipt.Status = care.ReceiptDuplicate
		return o, nil
	}
	point, err := t.point(ctx, e)
	if err != nil {
		return o, err
	}
	if e.Phase != care.Clear && care.EventProof(e.Class) == care.ProofReport && care.ParseSubject(e.Point).Kind == care.SubjectPoint {
		if err := t.tx.Commission(ctx, e.Site, e.Point, t.now); err != nil {
			return o, fmt.Errorf("note that point %s works: %w", e.Point, err)
		}
	}
	if e.Class == care.Presence && e.Phase == care.Active {
		return o, t.presenceEvent(ctx, e, point)
	}
	in, err := t.situation(ctx, e, point)
	if err != nil {
		return o, err
	}
	if severity != 0 {
		in.Severity = severity
	}
	o.decision = alerts.OnEvent(in)
	at := place{site: e.Site, point: e.Point, class: e.Class, resident: point.Resident}
	if err := t.enter(ctx, at, in.Open, o.decision); err != nil {
		return o, err
	}
	return o, t.confirmAtOnce(ctx, in, o.decision)
}

// point returns where an event happened. A point that nobody has entered yet
// is registered, since its alarm counts all the same.
func (t *turn) point(ctx context.Context, e care.Received) (care.Point, error) {
	d := t.w.ledger.Directory()
	p, known := d.Point(e.Site, e.Point)
	if known {
		if p.Resident == "" && !e.Class.Equipment() {
			// Whatever happens where one person lives alone happens to him.
			if who := d.Concerned(care.Incident{Site: e.Site}); len(who) == 1 {
				p.Resident = who[0]
			}
		}
		return p, nil
	}
	// Its id is the only name that it has.
	name := string(e.Point)
	p = care.Point{Site: e.Site, ID: e.Point, Edge: e.Edge, Name: care.Text{ZH: name, EN: name}, Unregistered: true}
	if care.ParseSubject(e.Point).Kind != care.SubjectPoint {
		return p, nil // the core's own
	}
	if err := t.tx.RegisterPoint(ctx, p); err != nil {
		return p, fmt.Errorf("register point %s: %w", e.Point, err)
	}
	return p, nil
}
