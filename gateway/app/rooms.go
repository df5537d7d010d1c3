package app

import (
	"context"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

// rooms are the parts of the API that live in packages of their own, with what
// they work with. package rooms lists the same ones without it.
func (a *App) rooms() []api.Room {
	return []api.Room{
		a.wardRoom(),
		a.photoRoom(),
		a.communityRoom(),
		a.familyRoom(),
		a.privacyRoom(),
		a.inspectRoom(),
		a.oidcRoom(),
		a.adminRoom(),
		a.stationRoom(),
	}
}

// apiAudit writes the log of the gateway itself.
type apiAudit struct{ store *ledger.Store }

// Rows returns rows, the newest first.
func (l apiAudit) Rows(ctx context.Context, before uint64, limit int) ([]care.Entry, error) {
	return l.store.SiteLog(ctx, ledger.AuditLog, before, limit)
}

// Record writes one row.
func (l apiAudit) Record(ctx context.Context, r api.Record) error {
	return l.store.Update(ctx, func(tx *ledger.Tx) error {
		_, err := tx.Log(ctx, ledger.AuditLog, care.Entry{Kind: r.Kind, Act: r.By, To: r.About, Reason: r.Detail})
		return err
	})
}
