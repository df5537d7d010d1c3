// Package seriestest is the suite that every time series of the gateway
// passes.
package seriestest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/series"
)

// Store is what the gateway needs of a time series.
type Store interface {
	Append(ctx context.Context, readings []care.Reading) error
	Range(ctx context.Context, q series.Query) ([]care.Sample, error)
	Each(ctx context.Context, q series.Stretch, fn func(t time.Time, v float64) error) error
	Ping(ctx context.Context) error
	Close() error
}

// Run runs the suite. Open returns an empty store that the test closes.
func Run(t *testing.T, open func(t *testing.T) Store) {
	t.Run("each", func(t *testing.T) { runEach(t, open) })
	// A whole minute, so that one-minute steps begin with it.
	base := time.Now().Add(-time.Hour).Truncate(time.Minute).UTC()
	temperature := func(point string, after time.Duration, v float64) care.Reading {
		return care.Reading{Site: "evergreen", Point: care.PointID(point), Quantity: care.Temperature, Time: base.Add(after), Value: v}
	}
	ask := func(point string, minutes int) series.Query {
		return series.Query{
			Site: "evergreen", Point: care.PointID(point), Quantity: care.Temperature,
			From: base, To: base.Add(time.Duration(minutes) * time.Minute), Points: minutes,
		}
	}
	sample := func(after time.Duration, mean, lo, hi float64) care.Sample {
		return care.Sample{Time: base.Add(after), Mean: mean, Min: lo, Max: hi}
	}
	for _, c := range []struct {
		name    string
		batches [][]care.Reading
		query   series.Query
		want    []care.Sample
	}{
		{"an unknown point has no samples", nil, ask("nobody", 3), nil},
		{
			"each step gives mean, least and greatest",
			[][]care.Reading{{temperature("a", 0, 20), temperature("a", 20*time.Second, 23), temperature("a", 2*time.Minute, 25)}},
			ask("a", 3),
			[]care.Sample{sample(0, 21.5, 20, 23), sample(2*time.Minute, 25, 25, 25)},
		},
		{
			"points are kept apart",
			[][]care.Reading{{temperature("a", 0, 1), temperature("b", 0, 2)}},
			ask("b", 1),
			[]care.Sample{sample(0, 2, 2, 2)},
		},
		{
			"a spool's old readings come after newer ones",
			[][]care.Reading{{temperature("a", 2*time.Minute, 22)}, {temperature("a", 0, 20)}},
			ask("a", 3),
			[]care.Sample{sample(0, 20, 20, 20), sample(2*time.Minute, 22, 22, 22)},
		},
		{
			"a batch sent twice counts once",
			[][]care.Reading{{temperature("a", 0, 20)}, {temperature("a", 0, 20)}},
			ask("a", 1),
			[]care.Sample{sample(0, 20, 20, 20)},
		},
		{
			"the end of a range is not in it",
			[][]care.Reading{{temperature("a", 0, 20), temperature("a", time.Minute, 30)}},
			ask("a", 1),
			[]care.Sample{sample(0, 20, 20, 20)},
		},
		{
			"a week-old reading is taken beside a fresh one",
			[][]care.Reading{{temperature("a", 0, 20)}, {temperature("a", -6*24*time.Hour, 10)}},
			series.Query{Site: "evergreen", Point: "a", Quantity: care.Temperature, From: base.Add(-6 * 24 * time.Hour), To: base.Add(-5 * 24 * time.Hour), Points: 1440},
			[]care.Sample{sample(-6*24*time.Hour, 10, 10, 10)},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			for _, b := range c.batches {
				if err := s.Append(t.Context(), b); err != nil {
					t.Fatalf("Append: %v", err)
				}
			}
			got, err := s.Range(t.Context(), c.query)
			if err != nil {
				t.Fatalf("Range: %v", err)
			}
			if len(got) == 0 {
				got = nil
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("samples (-want +got):\n%s", diff)
			}
		})
	}

	t.Run("a question without an answer is refused", func(t *testing.T) {
		s := open(t)
		for name, q := range map[string]series.Query{
			"no samples":     {From: base, To: base.Add(time.Hour)},
			"backward range": {From: base, To: base.Add(-time.Hour), Points: 1},
		} {
			if _, err := s.Range(t.Context(), q); err == nil {
				t.Errorf("%s: Range returned no error", name)
			}
		}
	})
	t.Run("a cancelled write is an error and not a partial one", func(t *testing.T) {
		s := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.Append(ctx, []care.Reading{temperature("a", 0, 20)})
		if _, partial := errors.AsType[*series.PartialError](err); partial {
			t.Errorf("Append: %v, want nil or an error that may be tried again", err)
		}
	})
	t.Run("an open store answers a ping", func(t *testing.T) {
		if err := open(t).Ping(t.Context()); err != nil {
			t.Errorf("Ping: %v", err)
		}
	})
}
