package watch

import (
	"context"
	"fmt"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// Shelve keeps the alarms of a class at a point from people for a time. The
// error is an *alerts.IllegalError when that is not allowed.
func (w *Watch) Shelve(ctx context.Context, s alerts.Shelf) (alerts.Shelf, error) {
	err := w.update(ctx, func(t *turn) error {
		s.By.At = t.now
		p, known := w.ledger.Directory().Point(s.Site, s.Point)
		if !known {
			return &alerts.IllegalError{Code: alerts.CodeNotFound, Kind: alerts.Shelve}
		}
		open, err := t.tx.OpenIncident(ctx, s.Site, s.Class, care.IncidentKey(s.Class, p))
		if err != nil {
			return fmt.Errorf("load the open incident of point %s: %w", s.Point, err)
		}
		d, err := alerts.PutUp(s, open)
		if err != nil {
			return err
		}
		s = *d.Shelf
		return t.enter(ctx, place{site: s.Site, point: s.Point, class: s.Class, resident: p.Resident}, nil, d)
	})
	return s, err
}

// Unshelve ends a shelf. What is going on at the point alarms at once.
func (w *Watch) Unshelve(ctx context.Context, site care.SiteID, point care.PointID, class care.Class, by care.Act) error {
	return w.update(ctx, func(t *turn) error {
		by.At = t.now
		s, err := t.tx.Shelf(ctx, site, point, class)
		if err != nil {
			return fmt.Errorf("load the shelf of point %s: %w", point, err)
		}
		if s == nil {
			return &alerts.IllegalError{Code: alerts.CodeNotShelved, Kind: alerts.Unshelve}
		}
		return t.takeDown(ctx, *s, by)
	})
}

// takeDown ends a shelf and has what was held back looked at again at once.
func (t *turn) takeDown(ctx context.Context, s alerts.Shelf, by care.Act) error {
	if err := t.tx.DropShelf(ctx, s.Site, s.Point, s.Class); err != nil {
		return fmt.Errorf("take the shelf of point %s down: %w", s.Point, err)
	}
	if err := t.enter(ctx, place{site: s.Site, point: s.Point, class: s.Class}, nil, alerts.TakeDown(s, by)); err != nil {
		return err
	}
	held, err := t.tx.Timer(ctx, alerts.TimerCare, s.Ref())
	if err != nil {
		return fmt.Errorf("load what was held back at point %s: %w", s.Point, err)
	}
	if held == nil {
		return nil
	}
	held.Due = t.now
	return t.setTimer(ctx, *held)
}

// shelfEnds is a shelf's timer.
func (t *turn) shelfEnds(ctx context.Context, timer alerts.Timer) error {
	site, point, class, err := splitRef(timer.Ref)
	if err != nil {
		return err
	}
	s, err := t.tx.Shelf(ctx, site, point, class)
	if err != nil {
		return fmt.Errorf("load the shelf of point %s: %w", point, err)
	}
	switch {
	case s == nil:
		return t.tx.DropTimer(ctx, timer.Kind, timer.Ref)
	case s.Until.After(t.now): // it was made longer
		timer.Due = s.Until
		return t.setTimer(ctx, timer)
	}
	return t.takeDown(ctx, *s, care.Act{At: t.now, Means: care.BySystem})
}
