package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

const selectWalks = `SELECT id, site, floor, by_id, by_name, began_at, ends_at, ended_at FROM walk_test `

func scanWalk(r *sql.Rows) (alerts.WalkTest, error) {
	var (
		w           alerts.WalkTest
		began, ends int64
		ended       *int64
	)
	err := r.Scan(&w.ID, &w.Site, &w.Floor, &w.By.By, &w.By.Name, &began, &ends, &ended)
	w.By.At, w.Until, w.By.Means = fromMicros(began), fromMicros(ends), care.ByScreen
	if ended != nil {
		w.EndedAt = new(fromMicros(*ended))
	}
	return w, err
}

// SaveWalk keeps a walk test, or that it has ended. The error has ErrConflict in
// its chain while another one of the same floor has not.
func (t *Tx) SaveWalk(ctx context.Context, w alerts.WalkTest) error {
	var ended *int64
	if w.EndedAt != nil {
		ended = new(micros(*w.EndedAt))
	}
	return t.exec(ctx, "save the walk test "+w.ID,
		`INSERT INTO walk_test (id, site, floor, by_id, by_name, began_at, ends_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET ends_at = excluded.ends_at, ended_at = excluded.ended_at`,
		w.ID, string(w.Site), w.Floor, string(w.By.By), w.By.Name, micros(w.By.At), micros(w.Until), ended)
}

// Walk returns a walk test, nil when there is none of the id.
func (t *Tx) Walk(ctx context.Context, id string) (*alerts.WalkTest, error) { return walk(ctx, t, id) }

// RunningWalks returns the walk tests of a site that have not ended, in order of
// their floors. That the time of one is over is for the caller to notice.
func (t *Tx) RunningWalks(ctx context.Context, site care.SiteID) ([]alerts.WalkTest, error) {
	walks, err := all(ctx, t, scanWalk, selectWalks+`WHERE site = $1 AND ended_at IS NULL ORDER BY floor`, string(site))
	return walks, wrapIf("read the walk tests of site "+string(site), err)
}

// Walk returns a walk test, nil when there is none of the id.
func (s *Store) Walk(ctx context.Context, id string) (*alerts.WalkTest, error) {
	return walk(ctx, s.read, id)
}

// Walks returns the walk tests that began at or after since, or have not ended,
// the latest first.
func (s *Store) Walks(ctx context.Context, since time.Time) ([]alerts.WalkTest, error) {
	walks, err := all(ctx, s.read, scanWalk, selectWalks+`WHERE began_at >= $1 OR ended_at IS NULL ORDER BY began_at DESC, id DESC`, micros(since))
	return walks, wrapIf("read the walk tests", err)
}

func walk(ctx context.Context, q querier, id string) (*alerts.WalkTest, error) {
	var w alerts.WalkTest
	found, err := first(ctx, q, func(r *sql.Rows) (err error) {
		w, err = scanWalk(r)
		return err
	}, selectWalks+`WHERE id = $1`, id)
	if err != nil || !found {
		return nil, wrapIf("read the walk test "+id, err)
	}
	return &w, nil
}

const selectTicks = `SELECT test, point, class, at, last_at, times, event, alarmed FROM walk_tick `

func scanTick(r *sql.Rows) (alerts.Tick, error) {
	var (
		k        alerts.Tick
		at, last int64
		event    string
	)
	if err := r.Scan(&k.Test, &k.Point, &k.Class, &at, &last, &k.Times, &event, &k.Alarmed); err != nil {
		return k, err
	}
	k.At, k.LastAt = fromMicros(at), fromMicros(last)
	var err error
	if k.Event, err = alerts.DecodeHeld([]byte(event)); err != nil {
		return k, fmt.Errorf("the event of point %s is damaged: %w", k.Point, err)
	}
	return k, nil
}

// SaveTick keeps what was triggered in a walk test.
func (t *Tx) SaveTick(ctx context.Context, k alerts.Tick) error {
	return t.exec(ctx, "tick point "+string(k.Point)+" off",
		`INSERT INTO walk_tick (test, point, class, at, last_at, times, event, alarmed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (test, point, class) DO UPDATE
		SET last_at = excluded.last_at, times = excluded.times, event = excluded.event, alarmed = excluded.alarmed`,
		k.Test, string(k.Point), string(k.Class), micros(k.At), micros(k.LastAt), k.Times, string(alerts.EncodeHeld(k.Event)), k.Alarmed)
}

// Tick returns what was triggered of a class at a point in a walk test, nil when
// nothing was.
func (t *Tx) Tick(ctx context.Context, test string, point care.PointID, class care.Class) (*alerts.Tick, error) {
	var k alerts.Tick
	found, err := first(ctx, t, func(r *sql.Rows) (err error) {
		k, err = scanTick(r)
		return err
	}, selectTicks+`WHERE test = $1 AND point = $2 AND class = $3`, test, string(point), string(class))
	if err != nil || !found {
		return nil, wrapIf("read what was triggered at point "+string(point), err)
	}
	return &k, nil
}

// TestTicks returns what was triggered in a walk test, in the order of the first
// triggers.
func (t *Tx) TestTicks(ctx context.Context, test string) ([]alerts.Tick, error) {
	return ticks(ctx, t, test)
}

// Ticks returns what was triggered in a walk test, in the order of the first
// triggers.
func (s *Store) Ticks(ctx context.Context, test string) ([]alerts.Tick, error) {
	return ticks(ctx, s.read, test)
}

func ticks(ctx context.Context, q querier, test string) ([]alerts.Tick, error) {
	found, err := all(ctx, q, scanTick, selectTicks+`WHERE test = $1 ORDER BY at, point, class`, test)
	return found, wrapIf("read what was triggered in the walk test "+test, err)
}
