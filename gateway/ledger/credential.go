package ledger

import (
	"context"
	"fmt"

	"shouwang.care/shouwang/alerts/care"
)

// SetPassword replaces the argon2id hash of a user's password. oneTime marks one
// that is good for setting another one only; that of a screen never is, since nobody
// sits before it who could. The error has ErrNotFound in its
// chain for an unknown user.
func (t *Tx) SetPassword(ctx context.Context, user care.UserID, hash string, oneTime bool) error {
	return t.setUser(ctx, "set the password of user "+string(user), user,
		`UPDATE "user" SET password_hash = $2, must_change = ($3 AND station = '') WHERE id = $1`, hash, oneTime)
}

// SetPIN replaces the argon2id hash of the PIN by which a user is known at
// stations; empty takes it away. The error has ErrNotFound in its chain for an
// unknown user.
func (t *Tx) SetPIN(ctx context.Context, user care.UserID, hash string) error {
	return t.setUser(ctx, "set the PIN of user "+string(user), user, `UPDATE "user" SET pin_hash = $2 WHERE id = $1`, hash)
}

// SetSecondStep replaces the secret of the second step of a sign-in; empty ends
// it. The error has ErrNotFound in its chain for an unknown user.
func (t *Tx) SetSecondStep(ctx context.Context, user care.UserID, secret string) error {
	return t.setUser(ctx, "set the second step of user "+string(user), user, `UPDATE "user" SET totp_secret = $2 WHERE id = $1`, secret)
}

// SetSubject ties a user to a person at an identity provider. The error has
// ErrNotFound in its chain for an unknown user.
func (t *Tx) SetSubject(ctx context.Context, user care.UserID, subject string) error {
	return t.setUser(ctx, "tie user "+string(user)+" to the identity provider", user, `UPDATE "user" SET subject = $2 WHERE id = $1`, subject)
}

// setUser changes one row of the users, whose id is the first argument of the
// statement, and the picture with it.
func (t *Tx) setUser(ctx context.Context, doing string, user care.UserID, query string, args ...any) error {
	n, err := t.affect(ctx, doing, query, append([]any{string(user)}, args...)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("%s: %w", doing, ErrNotFound)
	}
	u, _, err := oneUser(ctx, t, userColumns+`WHERE id = $1`, string(user))
	if err != nil {
		return wrapIf(doing, err)
	}
	t.users = append(t.users, u)
	return t.registersChanged(ctx)
}
