package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"shouwang.care/shouwang/alerts"
)

const timerColumns = `SELECT kind, ref, site, due, data FROM timer `

func scanTimer(r *sql.Rows) (alerts.Timer, error) {
	var (
		t    alerts.Timer
		due  int64
		data sql.NullString
	)
	err := r.Scan(&t.Kind, &t.Ref, &t.Site, &due, &data)
	t.Due = fromMicros(due)
	if data.Valid {
		t.Data = json.RawMessage(data.String)
	}
	return t, err
}

// SetTimer inserts the timer, or moves the one of its kind and Ref. Due is kept
// to the microsecond.
func (t *Tx) SetTimer(ctx context.Context, timer alerts.Timer) error {
	return t.exec(ctx, "set the timer "+string(timer.Kind)+" of "+timer.Ref,
		`INSERT INTO timer (kind, ref, site, due, data) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (kind, ref) DO UPDATE SET site = excluded.site, due = excluded.due, data = excluded.data`,
		string(timer.Kind), timer.Ref, string(timer.Site), micros(timer.Due), nullJSON(timer.Data))
}

// DropTimer removes a timer. It does nothing where there is none.
func (t *Tx) DropTimer(ctx context.Context, kind alerts.TimerKind, ref string) error {
	return t.exec(ctx, "drop the timer "+string(kind)+" of "+ref,
		`DELETE FROM timer WHERE kind = $1 AND ref = $2`, string(kind), ref)
}

// Timer returns a timer, nil when there is none.
func (t *Tx) Timer(ctx context.Context, kind alerts.TimerKind, ref string) (*alerts.Timer, error) {
	var timer alerts.Timer
	found, err := first(ctx, t, func(r *sql.Rows) (err error) {
		timer, err = scanTimer(r)
		return err
	}, timerColumns+`WHERE kind = $1 AND ref = $2`, string(kind), ref)
	if err != nil || !found {
		return nil, wrapIf("read the timer "+string(kind)+" of "+ref, err)
	}
	return &timer, nil
}

// DueTimers returns the timers that are due at now, those due first in front,
// and not more than limit.
func (t *Tx) DueTimers(ctx context.Context, now time.Time, limit int) ([]alerts.Timer, error) {
	timers, err := all(ctx, t, scanTimer, timerColumns+`WHERE due <= $1 ORDER BY due, kind, ref LIMIT $2`, micros(now), limit)
	return timers, wrapIf("find the timers that are due", err)
}

// NextTimer returns when the first of all timers is due, which may be in the
// past; found is false when there is none.
func (s *Store) NextTimer(ctx context.Context) (due time.Time, found bool, err error) {
	var us int64
	found, err = first(ctx, s.read, func(r *sql.Rows) error { return r.Scan(&us) }, `SELECT due FROM timer ORDER BY due LIMIT 1`)
	if err != nil || !found {
		return time.Time{}, false, wrapIf("find the next timer", err)
	}
	return fromMicros(us), true, nil
}

// TimersOf returns the timers of a kind, those due first in front.
func (s *Store) TimersOf(ctx context.Context, kind alerts.TimerKind) ([]alerts.Timer, error) {
	timers, err := all(ctx, s.read, scanTimer, timerColumns+`WHERE kind = $1 ORDER BY due, ref`, string(kind))
	return timers, wrapIf("read the timers "+string(kind), err)
}

// CountTimers returns how many timers are set, by kind; kinds without any are
// not in it.
func (s *Store) CountTimers(ctx context.Context) (map[alerts.TimerKind]int, error) {
	counts := make(map[alerts.TimerKind]int)
	_, err := all(ctx, s.read, func(r *sql.Rows) (struct{}, error) {
		var (
			kind alerts.TimerKind
			n    int
		)
		err := r.Scan(&kind, &n)
		counts[kind] = n
		return struct{}{}, err
	}, `SELECT kind, COUNT(*) FROM timer GROUP BY kind`)
	return counts, wrapIf("count the timers", err)
}
