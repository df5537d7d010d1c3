// Package embedded keeps the time series in this process, in a Prometheus
// TSDB: a write-ahead log and compressed blocks in one directory. A sample
// survives the end of the process once Append has returned; the log is not
// synced to the disk at each write, so a power cut can take the last seconds.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/compression"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/series"
)

// Options are the settings of a store.
type Options struct {
	// Retention is how long samples are kept; 400 days when zero.
	Retention time.Duration
	Log       *slog.Logger
	// Metrics receives the engine's own metrics; none when nil.
	Metrics prometheus.Registerer
}

// Store is an open time series.
type Store struct{ db *tsdb.DB }

// A sample may wait in an edge's spool for care.ReadingMaxAge and then a day in
// the gateway's queue.
const outOfOrder = care.ReadingMaxAge + 24*time.Hour

// Open opens or creates the series in dir.
func Open(dir string, o Options) (*Store, error) {
	if o.Retention == 0 {
		o.Retention = 400 * 24 * time.Hour
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	opts := engineOptions()
	opts.RetentionDuration = o.Retention.Milliseconds()
	db, err := tsdb.Open(dir, o.Log, o.Metrics, opts, tsdb.NewDBStats())
	if err != nil {
		return nil, fmt.Errorf("open the time series in %s (is another gateway running on it?): %w", dir, err)
	}
	return &Store{db}, nil
}

// engineOptions are the settings of the engine, but for how long it keeps what.
func engineOptions() *tsdb.Options {
	opts := tsdb.DefaultOptions()
	// Late samples are accepted only when this is set before the first write.
	opts.OutOfOrderTimeWindow = outOfOrder.Milliseconds()
	opts.MaxBlockDuration = (10 * 24 * time.Hour).Milliseconds()
	// The default of 16,384 stripes costs memory that only a far greater
	// number of series would repay.
	opts.StripeSize = 1 << 10
	opts.WALSegmentSize = 16 << 20
	opts.WALCompression = compression.Snappy
	return opts
}

// Append stores readings. The error is a *series.PartialError when some were
// rejected for good and the others stored; after any other error none is
// stored and the batch may be tried again.
func (s *Store) Append(ctx context.Context, readings []care.Reading) error {
	app := s.db.Appender(ctx)
	var partial series.PartialError
	// One sample far ahead would make the engine refuse every other series.
	limit := time.Now().Add(care.ReadingMaxAhead + time.Minute)
	reject := func(r care.Reading, why error) {
		partial.Lost++
		partial.Reason = fmt.Sprintf("%s of point %s of %s at %s: %v", r.Quantity, r.Point, r.Site, r.Time.Format(time.RFC3339), why)
	}
	for _, r := range readings {
		if r.Time.After(limit) {
			reject(r, errors.New("the time lies in the future"))
			continue
		}
		name := labels.FromStrings(model.MetricNameLabel, string(r.Quantity), "point", string(r.Point), "site", string(r.Site))
		_, err := app.Append(0, name, r.Time.UnixMilli(), r.Value)
		switch {
		case err == nil:
		case errors.Is(err, storage.ErrTooOldSample), errors.Is(err, storage.ErrOutOfBounds),
			errors.Is(err, storage.ErrOutOfOrderSample), errors.Is(err, storage.ErrDuplicateSampleForTimestamp):
			reject(r, err)
		default:
			return errors.Join(fmt.Errorf("append to the time series: %w", err), app.Rollback())
		}
	}
	if err := app.Commit(); err != nil {
		return fmt.Errorf("write the log of the time series (is its disk full?): %w", err)
	}
	if partial.Lost > 0 {
		return &partial
	}
	return nil
}

// Range returns the samples of a query, oldest first; steps without a value are
// left out. Each is named by the beginning of its step.
func (s *Store) Range(ctx context.Context, q series.Query) (samples []care.Sample, err error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	step, from := q.Step()
	querier, err := s.db.Querier(from.UnixMilli(), q.To.UnixMilli()-1)
	if err != nil {
		return nil, fmt.Errorf("query the time series: %w", err)
	}
	defer func() { err = errors.Join(err, querier.Close()) }()
	set := querier.Select(ctx, false, nil, matchers(q.Site, q.Point, q.Quantity)...)
	var fold folder
	var values chunkenc.Iterator
	for set.Next() {
		values = set.At().Iterator(values)
		for values.Next() == chunkenc.ValFloat {
			ms, v := values.At()
			fold.add(ms-mod(ms, step.Milliseconds()), v)
		}
		if err := values.Err(); err != nil {
			return nil, fmt.Errorf("read the time series: %w", err)
		}
	}
	if err := set.Err(); err != nil {
		return nil, fmt.Errorf("read the time series: %w", err)
	}
	return fold.done(), nil
}

func mod(a, b int64) int64 { return ((a % b) + b) % b }

// folder joins consecutive values of one step into one sample.
type folder struct {
	samples []care.Sample
	step    int64
	n       int
	sum     float64
	lo, hi  float64
}

func (f *folder) add(step int64, v float64) {
	if f.n > 0 && step != f.step {
		f.flush()
	}
	if f.n == 0 {
		f.step, f.lo, f.hi = step, math.Inf(1), math.Inf(-1)
	}
	f.n++
	f.sum += v
	f.lo, f.hi = min(f.lo, v), max(f.hi, v)
}

func (f *folder) flush() {
	f.samples = append(f.samples, care.Sample{Time: time.UnixMilli(f.step).UTC(), Mean: f.sum / float64(f.n), Min: f.lo, Max: f.hi})
	f.n, f.sum = 0, 0
}

func (f *folder) done() []care.Sample {
	if f.n > 0 {
		f.flush()
	}
	return f.samples
}

// Ping returns nil while the store is open.
func (s *Store) Ping(context.Context) error { return nil }

// Close flushes and closes the store.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close the time series: %w", err)
	}
	return nil
}
