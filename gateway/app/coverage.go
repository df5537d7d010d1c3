package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// flushEvery is how often the times at which points were heard are written: a
// row for each reading would cost more than the readings.
const flushEvery = 10 * time.Second

// seenRows keeps when points were last heard.
type seenRows interface {
	LastSeen(ctx context.Context) (map[people.SitePoint]time.Time, error)
	FlushLastSeen(ctx context.Context, seen map[people.SitePoint]time.Time) error
}

// coverage knows when each point was last heard. It holds the times in memory
// and writes what has changed every ten seconds and at the end.
type coverage struct {
	rows seenRows
	log  *slog.Logger

	mu    sync.Mutex
	seen  map[people.SitePoint]time.Time
	fresh map[people.SitePoint]time.Time // not yet written
}

// newCoverage takes up what was known before this process.
func newCoverage(ctx context.Context, rows seenRows, log *slog.Logger) (*coverage, error) {
	seen, err := rows.LastSeen(ctx)
	if err != nil {
		return nil, err
	}
	return &coverage{rows: rows, log: log, seen: seen, fresh: map[people.SitePoint]time.Time{}}, nil
}

// Seen notes a sign of life. An older one never replaces a newer one, and none
// lies in the future.
func (c *coverage) Seen(site care.SiteID, point care.PointID, at time.Time) {
	if now := time.Now(); at.After(now) {
		at = now
	}
	key := people.SitePoint{Site: site, Point: point}
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.seen[key]) {
		c.seen[key], c.fresh[key] = at, at
	}
}

// LastSeen returns when each point was last heard; those that never were are
// not in it.
func (c *coverage) LastSeen(context.Context) (map[people.SitePoint]time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.seen), nil
}

// run writes what is new until ctx ends, and then once more.
func (c *coverage) run(ctx context.Context) error {
	t := time.NewTicker(flushEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if err := c.flush(ctx); err != nil && ctx.Err() == nil {
				c.log.Error("when points were last heard could not be written, trying again", "next_try", flushEvery, "err", err)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), flushEvery, errors.New("the ledger took too long"))
			defer cancel()
			if err := c.flush(last); err != nil {
				return fmt.Errorf("write when points were last heard: %w", err)
			}
			return nil
		}
	}
}

// flush writes what is new. What could not be written stays new.
func (c *coverage) flush(ctx context.Context) error {
	c.mu.Lock()
	fresh := c.fresh
	c.fresh = map[people.SitePoint]time.Time{}
	c.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	err := c.rows.FlushLastSeen(ctx, fresh)
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		for key, at := range fresh {
			if at.After(c.fresh[key]) {
				c.fresh[key] = at
			}
		}
	}
	return err
}
