package api_test

import (
	"context"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

type (
	audit   struct{ store *ledger.Store }
	secrets struct{ store *ledger.Store }
)

func (l audit) Record(ctx context.Context, r api.Record) error {
	return l.store.Update(ctx, func(tx *ledger.Tx) error {
		_, err := tx.Log(ctx, ledger.AuditLog, care.Entry{Kind: r.Kind, Act: r.By, To: r.About, Reason: r.Detail})
		return err
	})
}

// Rows returns what was logged, the newest first.
func (l audit) Rows(ctx context.Context, before uint64, limit int) ([]care.Entry, error) {
	return l.store.SiteLog(ctx, ledger.AuditLog, before, limit)
}

func (s secrets) SetPassword(ctx context.Context, user care.UserID, hash string, oneTime bool) error {
	return s.store.Update(ctx, func(tx *ledger.Tx) error { return tx.SetPassword(ctx, user, hash, oneTime) })
}

func (s secrets) SetSecondStep(ctx context.Context, user care.UserID, secret string) error {
	return s.store.Update(ctx, func(tx *ledger.Tx) error { return tx.SetSecondStep(ctx, user, secret) })
}
