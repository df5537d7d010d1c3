package ledger

import (
	"context"
	"database/sql"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// BoardPassed returns when the ladder of an incident last went on because no
// board showed this alarm of it; the zero time when it never did.
func (t *Tx) BoardPassed(ctx context.Context, incident string, alarms int) (time.Time, error) {
	var at int64
	found, err := first(ctx, t, func(r *sql.Rows) error { return r.Scan(&at) },
		`SELECT at FROM board_passed WHERE incident = $1 AND alarms = $2`, incident, alarms)
	if err != nil || !found {
		return time.Time{}, wrapIf("read whether boards showed incident "+incident, err)
	}
	return fromMicros(at), nil
}

// SaveBoardPassed keeps that it did.
func (t *Tx) SaveBoardPassed(ctx context.Context, incident string, alarms int, at time.Time) error {
	return t.exec(ctx, "save that no board showed incident "+incident,
		`INSERT INTO board_passed (incident, alarms, at) VALUES ($1, $2, $3)
		ON CONFLICT (incident, alarms) DO UPDATE SET at = excluded.at`, incident, alarms, micros(at))
}

// HavePIN lists the users who have a PIN.
func (s *Store) HavePIN(ctx context.Context) (map[care.UserID]bool, error) {
	ids, err := all(ctx, s.read, func(r *sql.Rows) (id care.UserID, err error) { return id, r.Scan(&id) },
		`SELECT id FROM "user" WHERE pin_hash <> ''`)
	if err != nil {
		return nil, wrapIf("read who has a PIN", err)
	}
	have := map[care.UserID]bool{}
	for _, id := range ids {
		have[id] = true
	}
	return have, nil
}
