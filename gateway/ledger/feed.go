package ledger

import (
	"context"
	"database/sql"

	"shouwang.care/shouwang/alerts/care"
)

const feedHead = `SELECT number FROM feed_head WHERE id = 1`

// FeedHead returns the number of the newest row of the feed, 0 while it is
// empty.
func (s *Store) FeedHead(ctx context.Context) (uint64, error) {
	var n uint64
	_, err := first(ctx, s.read, func(r *sql.Rows) error { return r.Scan(&n) }, feedHead)
	return n, wrapIf("read the head of the feed", err)
}

// FeedAfter returns the rows of the feed that follow number n, oldest first,
// and not more than limit.
func (s *Store) FeedAfter(ctx context.Context, n uint64, limit int) ([]care.FeedRow, error) {
	rows, err := all(ctx, s.read, func(r *sql.Rows) (care.FeedRow, error) {
		var (
			f  care.FeedRow
			at int64
		)
		err := r.Scan(&f.Number, &at, &f.Site, &f.Resident, &f.Kind, &f.Ref)
		f.At = fromMicros(at)
		return f, err
	}, `SELECT number, at, site, resident, kind, ref FROM feed WHERE number > $1 ORDER BY number LIMIT $2`, int64(n), limit)
	return rows, wrapIf("read the feed", err)
}
