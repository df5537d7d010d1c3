package ledger

import (
	"context"
	"database/sql"
)

const upsertSetting = `INSERT INTO setting (key, value) VALUES ($1, $2)
	ON CONFLICT (key) DO UPDATE SET value = excluded.value`

func setting(ctx context.Context, q querier, key string) (value string, found bool, err error) {
	found, err = first(ctx, q, func(r *sql.Rows) error { return r.Scan(&value) },
		`SELECT value FROM setting WHERE key = $1`, key)
	return value, found, wrapIf("read the setting "+key, err)
}

// Setting returns the value of a setting; found is false when it was never
// set.
func (s *Store) Setting(ctx context.Context, key string) (value string, found bool, err error) {
	return setting(ctx, s.read, key)
}

// SetSetting keeps a value under a key.
func (s *Store) SetSetting(ctx context.Context, key, value string) error {
	return s.Update(ctx, func(t *Tx) error { return t.setSetting(ctx, key, value) })
}

// EnsureSetting returns the value of a setting, and keeps what makeValue
// returns when it was never set. However many gateways ask at once, all get
// the same value.
func (s *Store) EnsureSetting(ctx context.Context, key string, makeValue func() string) (string, error) {
	if value, found, err := s.Setting(ctx, key); err != nil || found {
		return value, err
	}
	var value string
	err := s.Update(ctx, func(t *Tx) error {
		if err := t.exec(ctx, "save the setting "+key,
			`INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, key, makeValue()); err != nil {
			return err
		}
		var err error
		value, _, err = setting(ctx, t, key)
		return err
	})
	return value, err
}

func (t *Tx) setSetting(ctx context.Context, key, value string) error {
	return t.exec(ctx, "save the setting "+key, upsertSetting, key, value)
}
