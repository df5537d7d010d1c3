package watch

import (
	"context"
	"fmt"
	"slices"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// situation loads what the core needs to know of an event.
func (t *turn) situation(ctx context.Context, e care.Received, p care.Point) (alerts.Situation, error) {
	in := alerts.Situation{Now: t.now, Event: e, Point: p}
	if e.Class == care.Presence {
		return in, nil
	}
	if err := t.loadWalk(ctx, &in); err != nil || e.Phase == care.Test {
		return in, err
	}
	in.ID = care.NewIDAt(t.now)
	in.Site = t.w.site(e.Site)
	if e.Class.Equipment() && e.Class != care.Battery && p.Kind.LifeSafety() {
		in.Severity = care.High
	}
	for _, load := range []func(context.Context, *alerts.Situation) error{t.loadOpen, t.loadState, t.loadQuiet, t.loadExplanation} {
		if err := load(ctx, &in); err != nil {
			return in, err
		}
	}
	return in, nil
}

// loadOpen finds the open incident that the event belongs to.
func (t *turn) loadOpen(ctx context.Context, in *alerts.Situation) error {
	e := in.Event
	key := care.IncidentKey(e.Class, in.Point)
	var err error
	if in.Open, err = t.tx.OpenIncident(ctx, e.Site, e.Class, key); err != nil {
		return fmt.Errorf("load the open incident of %s: %w", key, err)
	}
	if in.Open == nil && e.Class.LifeSafety() {
		// It may have been raised before the point was entered into its zone.
		if in.Open, err = t.tx.OpenIncident(ctx, e.Site, e.Class, care.IncidentKey(e.Class, care.Point{ID: e.Point})); err != nil {
			return fmt.Errorf("load the open incident of point %s: %w", e.Point, err)
		}
	}
	if in.Open == nil && e.Class == care.Fire && e.Phase == care.Active {
		return t.loadCallPoint(ctx, in)
	}
	return nil
}

// loadCallPoint finds the open fire of the same floor that a manual call point
// confirms, or that was raised by one. Call points hang in corridors, and who
// breaks the glass has seen the fire of a room.
func (t *turn) loadCallPoint(ctx context.Context, in *alerts.Situation) error {
	d := t.w.ledger.Directory()
	floor := d.FloorOf(in.Point)
	if floor == "" {
		return nil
	}
	open, err := t.tx.SiteIncidents(ctx, in.Event.Site)
	if err != nil {
		return fmt.Errorf("load the open fires of site %s: %w", in.Event.Site, err)
	}
	for _, i := range open {
		raisedBy, _ := d.Point(i.Site, i.Point)
		byHand := in.Point.Kind == care.ManualCallPoint || raisedBy.Kind == care.ManualCallPoint
		if i.Class == care.Fire && byHand && d.FloorOf(raisedBy) == floor {
			in.Open = &i
			return nil
		}
	}
	return nil
}

// loadState reads what the points said before.
func (t *turn) loadState(ctx context.Context, in *alerts.Situation) error {
	e := in.Event
	var err error
	if in.Before, err = t.tx.PointState(ctx, e.Site, e.Point, e.Class); err != nil {
		return fmt.Errorf("load the state of point %s: %w", e.Point, err)
	}
	if !e.Class.LifeSafety() {
		return nil // counted by point
	}
	key := care.IncidentKey(e.Class, in.Point)
	active, err := t.tx.ActivePoints(ctx, e.Site, e.Class, key)
	if err != nil {
		return fmt.Errorf("load the active points of %s: %w", key, err)
	}
	in.Others = slices.DeleteFunc(active, func(p care.PointID) bool { return p == e.Point })
	return nil
}

// loadQuiet reads what may keep an activation from people.
func (t *turn) loadQuiet(ctx context.Context, in *alerts.Situation) error {
	e := in.Event
	if e.Phase != care.Active {
		return nil
	}
	var err error
	if in.Shelf, err = t.tx.Shelf(ctx, e.Site, e.Point, e.Class); err != nil {
		return fmt.Errorf("load the shelf of point %s: %w", e.Point, err)
	}
	if !e.Class.Care() {
		return nil
	}
	if in.Attended, err = t.tx.PresenceUntil(ctx, e.Site, in.Point.Zone); err != nil {
		return fmt.Errorf("load who is in room %s: %w", in.Point.Zone, err)
	}
	in.Hold = t.w.plans.hold(in.Site, in.Point, e, t.now)
	return nil
}

// loadExplanation finds the open incident that explains one of the equipment.
func (t *turn) loadExplanation(ctx context.Context, in *alerts.Situation) error {
	e := in.Event
	if !e.Class.Equipment() || e.Phase != care.Active || in.Open != nil {
		return nil
	}
	open, err := t.tx.SiteIncidents(ctx, e.Site)
	if err != nil {
		return fmt.Errorf("load what may explain %s of %s: %w", e.Class, e.Point, err)
	}
	child := care.Incident{ID: in.ID, Site: e.Site, Point: e.Point, Class: e.Class}
	for _, i := range open {
		if alerts.Explains(t.w.ledger.Directory(), i, child) {
			in.Under = i.ID
			return nil
		}
	}
	return nil
}
