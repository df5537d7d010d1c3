package embedded

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/series"
)

// checkEvery is after how many samples Each looks whether it is still wanted.
const checkEvery = 4096

// Each calls fn with every sample of a stretch, oldest first, each once. It
// holds some hundreds of samples in memory, however long the stretch is. An
// error of fn ends it and is returned as it is.
//
// The store cannot drop what it has moved to a block while fn runs: read long
// stretches from a Snapshot.
func (s *Store) Each(ctx context.Context, q series.Stretch, fn func(t time.Time, v float64) error) (err error) {
	if err := q.Check(); err != nil {
		return err
	}
	from, last := ceilMillis(q.From), ceilMillis(q.To)-1
	if from > last {
		return nil // samples lie on whole milliseconds
	}
	querier, err := s.db.Querier(from, last)
	if err != nil {
		return fmt.Errorf("read the time series: %w", err)
	}
	defer func() {
		if closing := querier.Close(); closing != nil {
			err = errors.Join(err, closing)
		}
	}()
	set := querier.Select(ctx, false, nil, matchers(q.Site, q.Point, q.Quantity)...)
	for n := 0; set.Next(); {
		values := set.At().Iterator(nil)
		for ; values.Next() == chunkenc.ValFloat; n++ {
			if n%checkEvery == 0 && ctx.Err() != nil {
				return fmt.Errorf("read the time series: %w", context.Cause(ctx))
			}
			ms, v := values.At()
			if err := fn(time.UnixMilli(ms).UTC(), v); err != nil {
				return err
			}
		}
		if err := values.Err(); err != nil {
			return fmt.Errorf("read the time series: %w", err)
		}
	}
	if err := set.Err(); err != nil {
		return fmt.Errorf("read the time series: %w", err)
	}
	return nil
}

// matchers choose one series.
func matchers(site care.SiteID, point care.PointID, q care.Quantity) []*labels.Matcher {
	return []*labels.Matcher{
		labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, string(q)),
		labels.MustNewMatcher(labels.MatchEqual, "site", string(site)),
		labels.MustNewMatcher(labels.MatchEqual, "point", string(point)),
	}
}

// ceilMillis returns the first whole millisecond that is not before t.
func ceilMillis(t time.Time) int64 {
	ms := t.UnixMilli()
	if time.UnixMilli(ms).Before(t) {
		ms++
	}
	return ms
}
