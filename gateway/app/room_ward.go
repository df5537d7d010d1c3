package app

import (
	"context"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/ward"
	"shouwang.care/shouwang/gateway/ledger"
)

// wardRoom is what a ward works with besides its incidents.
func (a *App) wardRoom() api.Room {
	rows := wardRows{a.store}
	return ward.Room{Drawings: rows, Ticks: rows, Whereabouts: rows, Handovers: rows}
}

// wardRows are its rows in the ledger.
type wardRows struct{ *ledger.Store }

// SaveDrawing keeps a drawing of a floor.
func (r wardRows) SaveDrawing(ctx context.Context, d care.Drawing) error {
	return r.Update(ctx, func(tx *ledger.Tx) error { return tx.SaveDrawing(ctx, d) })
}

// AddTicks keeps ticks, all or none.
func (r wardRows) AddTicks(ctx context.Context, ticks []care.Tick) error {
	return r.Update(ctx, func(tx *ledger.Tx) error {
		for _, k := range ticks {
			if _, err := tx.AddEvacuationTick(ctx, k); err != nil {
				return err
			}
		}
		return nil
	})
}

// SetAway records where a resident is.
func (r wardRows) SetAway(ctx context.Context, resident care.ResidentID, away bool, by care.Act) error {
	return r.Update(ctx, func(tx *ledger.Tx) error { return tx.SetAway(ctx, resident, away, by) })
}

// AddHandover keeps a hand-over.
func (r wardRows) AddHandover(ctx context.Context, h care.Handover) error {
	return r.Update(ctx, func(tx *ledger.Tx) error { return tx.AddHandover(ctx, h) })
}

// SignHandover adds the signature of who comes.
func (r wardRows) SignHandover(ctx context.Context, id string, by care.Act) (signed bool, err error) {
	err = r.Update(ctx, func(tx *ledger.Tx) error {
		signed, err = tx.SignHandover(ctx, id, by)
		return err
	})
	return signed, err
}
