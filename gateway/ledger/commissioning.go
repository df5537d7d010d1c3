package ledger

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Commission notes that a point has proved itself by its own channel. Only the
// first time counts.
func (t *Tx) Commission(ctx context.Context, site care.SiteID, point care.PointID, at time.Time) error {
	return t.exec(ctx, "note that point "+string(point)+" works",
		`INSERT INTO commissioned (site, point, at) VALUES ($1, $2, $3) ON CONFLICT (site, point) DO NOTHING`,
		string(site), string(point), micros(at))
}

// Decommission has a point prove itself again, such as one whose device was
// replaced.
func (t *Tx) Decommission(ctx context.Context, site care.SiteID, point care.PointID) error {
	return t.exec(ctx, "note that point "+string(point)+" has to prove itself again",
		`DELETE FROM commissioned WHERE site = $1 AND point = $2`, string(site), string(point))
}

// FlushCommissioned notes many points as Commission does, in several
// transactions: after an error a part may be in, and to write all again does no
// harm.
func (s *Store) FlushCommissioned(ctx context.Context, points map[people.SitePoint]time.Time) error {
	for chunk := range slices.Chunk(slices.Collect(maps.Keys(points)), flushChunk) {
		err := s.Update(ctx, func(t *Tx) error {
			for _, p := range chunk {
				if err := t.Commission(ctx, p.Site, p.Point, points[p]); err != nil {
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

// Commissioned returns when each point proved itself for the first time. Those
// that have not are not in it.
func (s *Store) Commissioned(ctx context.Context) (map[people.SitePoint]time.Time, error) {
	points := make(map[people.SitePoint]time.Time)
	_, err := all(ctx, s.read, func(r *sql.Rows) (struct{}, error) {
		var (
			p  people.SitePoint
			at int64
		)
		err := r.Scan(&p.Site, &p.Point, &at)
		points[p] = fromMicros(at)
		return struct{}{}, err
	}, `SELECT site, point, at FROM commissioned`)
	return points, wrapIf("read which points have proved themselves", err)
}
