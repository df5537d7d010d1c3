package watch

import (
	"context"
	"fmt"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// Act does what a person wants to do with an incident and returns the incident
// as it is then. The error is an *alerts.IllegalError when the incident does
// not exist or does not allow it (of two who accept at once, the second is told
// who was first); any other error is of the ledger, and nothing was changed.
// Whether the person may act on the site was decided by the caller.
func (w *Watch) Act(ctx context.Context, a alerts.Action) (care.Incident, error) {
	var decided alerts.Decision
	err := w.update(ctx, func(t *turn) error {
		i, err := t.tx.Incident(ctx, a.Incident)
		if err != nil {
			return fmt.Errorf("load incident %s: %w", a.Incident, err)
		}
		if i == nil {
			return &alerts.IllegalError{Code: alerts.CodeNotFound, Kind: a.Kind}
		}
		if decided, err = alerts.OnAction(t.now, *i, a); err != nil {
			return err
		}
		return t.enter(ctx, placeOf(*i), i, decided)
	})
	if err != nil {
		return care.Incident{}, err
	}
	return *decided.Incident, nil
}
