package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"time"
)

// Sessions keeps the sessions of signed-in people in the ledger. It is a
// scs.Store and scs.CtxStore of github.com/alexedwards/scs/v2. Of a token it
// keeps the SHA-256 only, so that a copy of the ledger signs nobody in.
type Sessions struct{ store *Store }

// Sessions returns the session store in the ledger.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

// FindCtx returns the data of a session; found is false when there is none or
// it has expired.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	hash := sha256.Sum256([]byte(token))
	found, err = first(ctx, s.store.read, func(r *sql.Rows) error { return r.Scan(&data) },
		`SELECT data FROM session WHERE token_hash = $1 AND expires_at > $2`, hash[:], micros(time.Now()))
	return data, found, wrapIf("read the session", err)
}

// CommitCtx adds or replaces a session, and drops those that have expired.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	hash := sha256.Sum256([]byte(token))
	if data == nil {
		data = []byte{} // the column is never NULL
	}
	return s.store.Update(ctx, func(t *Tx) error {
		if err := t.exec(ctx, "drop expired sessions",
			`DELETE FROM session WHERE expires_at <= $1`, micros(time.Now())); err != nil {
			return err
		}
		return t.exec(ctx, "save the session",
			`INSERT INTO session (token_hash, data, expires_at) VALUES ($1, $2, $3)
			ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`,
			hash[:], data, micros(expiry))
	})
}

// DeleteCtx removes a session; there need not be one.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	hash := sha256.Sum256([]byte(token))
	return s.store.Update(ctx, func(t *Tx) error {
		return t.exec(ctx, "delete the session", `DELETE FROM session WHERE token_hash = $1`, hash[:])
	})
}

// Find is FindCtx without a context.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
