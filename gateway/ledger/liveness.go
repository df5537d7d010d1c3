package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// flushChunk bounds the rows of one transaction of FlushLastSeen, so that an
// alarm that comes meanwhile waits a few milliseconds at most.
const flushChunk = 200

// FlushLastSeen writes when points were last heard. An older time never
// replaces a newer one. It writes in several transactions: after an error a
// part may be in, and to write all again does no harm.
func (s *Store) FlushLastSeen(ctx context.Context, seen map[people.SitePoint]time.Time) error {
	for chunk := range slices.Chunk(slices.Collect(maps.Keys(seen)), flushChunk) {
		err := s.Update(ctx, func(t *Tx) error {
			for _, p := range chunk {
				if err := t.exec(ctx, "save when points were last seen",
					`INSERT INTO last_seen (site, point, time) VALUES ($1, $2, $3)
					ON CONFLICT (site, point) DO UPDATE SET time = excluded.time WHERE excluded.time > last_seen.time`,
					string(p.Site), string(p.Point), micros(seen[p])); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// LastSeen returns when each point was last heard, as far as it was flushed.
// Points that were never heard are not in it.
func (s *Store) LastSeen(ctx context.Context) (map[people.SitePoint]time.Time, error) {
	seen := make(map[people.SitePoint]time.Time)
	_, err := all(ctx, s.read, func(r *sql.Rows) (struct{}, error) {
		var (
			p  people.SitePoint
			at int64
		)
		err := r.Scan(&p.Site, &p.Point, &at)
		seen[p] = fromMicros(at)
		return struct{}{}, err
	}, `SELECT site, point, time FROM last_seen`)
	return seen, wrapIf("read when points were last seen", err)
}

// EdgeState is the last that an edge said of itself.
type EdgeState struct {
	Site       care.SiteID
	Edge       care.EdgeID
	State      care.State
	ReceivedAt time.Time
	// Offset is what must be added to the edge's clock to get the core's, to
	// the microsecond.
	Offset time.Duration
}

// SaveEdgeState replaces what the ledger keeps of edges. Whether a state
// supersedes the one before (care.State.Supersedes) is decided by the caller.
func (s *Store) SaveEdgeState(ctx context.Context, states ...EdgeState) error {
	if len(states) == 0 {
		return nil
	}
	return s.Update(ctx, func(t *Tx) error {
		for _, e := range states {
			state, err := json.Marshal(e.State)
			if err != nil {
				return fmt.Errorf("save the state of edge %s of site %s: %w", e.Edge, e.Site, err)
			}
			if err := t.exec(ctx, "save the state of edge "+string(e.Edge)+" of site "+string(e.Site),
				`INSERT INTO edge_state (site, edge, state, received_at, clock_offset) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (site, edge) DO UPDATE
				SET state = excluded.state, received_at = excluded.received_at, clock_offset = excluded.clock_offset`,
				string(e.Site), string(e.Edge), string(state), micros(e.ReceivedAt), e.Offset.Microseconds()); err != nil {
				return err
			}
		}
		return nil
	})
}

// EdgeStates returns the last state of every edge that ever sent one, in order
// of site and edge.
func (s *Store) EdgeStates(ctx context.Context) ([]EdgeState, error) {
	states, err := all(ctx, s.read, func(r *sql.Rows) (EdgeState, error) {
		var (
			e                EdgeState
			state            string
			received, offset int64
		)
		if err := r.Scan(&e.Site, &e.Edge, &state, &received, &offset); err != nil {
			return e, err
		}
		e.ReceivedAt, e.Offset = fromMicros(received), time.Duration(offset)*time.Microsecond
		if err := json.Unmarshal([]byte(state), &e.State); err != nil {
			return e, fmt.Errorf("the state of edge %s of site %s is damaged: %w", e.Edge, e.Site, err)
		}
		return e, nil
	}, `SELECT site, edge, state, received_at, clock_offset FROM edge_state ORDER BY site, edge`)
	return states, wrapIf("read the states of the edges", err)
}

// ActiveState is a class that is active at a point, since ChangedAt.
type ActiveState struct {
	Site      care.SiteID
	Point     care.PointID
	Class     care.Class
	ChangedAt time.Time
}

// PointStates returns where the classes are active, or where any class is when
// none is given, in order of site, point and class.
func (s *Store) PointStates(ctx context.Context, classes ...care.Class) ([]ActiveState, error) {
	states, err := all(ctx, s.read, func(r *sql.Rows) (ActiveState, error) {
		var (
			a  ActiveState
			at int64
		)
		err := r.Scan(&a.Site, &a.Point, &a.Class, &at)
		a.ChangedAt = fromMicros(at)
		return a, err
	}, `SELECT site, point, class, changed_at FROM point_state WHERE active ORDER BY site, point, class`)
	if err != nil {
		return nil, explain("read where points are active", err)
	}
	return slices.DeleteFunc(states, func(a ActiveState) bool {
		return len(classes) > 0 && !slices.Contains(classes, a.Class)
	}), nil
}
