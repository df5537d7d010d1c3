package app

import (
	"context"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

// apiCredentials changes the secrets of people.
type apiCredentials struct{ store *ledger.Store }

// SetPassword replaces the hash of a user's password.
func (c apiCredentials) SetPassword(ctx context.Context, user care.UserID, hash string, oneTime bool) error {
	return c.store.Update(ctx, func(tx *ledger.Tx) error { return tx.SetPassword(ctx, user, hash, oneTime) })
}

// SetSecondStep replaces the secret of the second step.
func (c apiCredentials) SetSecondStep(ctx context.Context, user care.UserID, secret string) error {
	return c.store.Update(ctx, func(tx *ledger.Tx) error { return tx.SetSecondStep(ctx, user, secret) })
}
