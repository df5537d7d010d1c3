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

// Value is one sample that Each gave.
type Value struct {
	At    time.Time
	Value float64
}

// Reader gives what is stored, sample by sample.
type Reader interface {
	Each(ctx context.Context, q series.Stretch, fn func(t time.Time, v float64) error) error
}

// All returns what a reader gives of a stretch.
func All(t *testing.T, r Reader, q series.Stretch) []Value {
	t.Helper()
	var got []Value
	if err := r.Each(t.Context(), q, func(at time.Time, v float64) error {
		got = append(got, Value{at, v})
		return nil
	}); err != nil {
		t.Fatalf("Each: %v", err)
	}
	return got
}

// runEach is the part of the suite that reads sample by sample.
func runEach(t *testing.T, open func(t *testing.T) Store) {
	const day = 24 * time.Hour
	base := time.Now().Add(-3 * day).Truncate(time.Minute).UTC()
	temperature := func(point string, after time.Duration, v float64) care.Reading {
		return care.Reading{Site: "evergreen", Point: care.PointID(point), Quantity: care.Temperature, Time: base.Add(after), Value: v}
	}
	ask := func(point string, from, to time.Duration) series.Stretch {
		return series.Stretch{Site: "evergreen", Point: care.PointID(point), Quantity: care.Temperature, From: base.Add(from), To: base.Add(to)}
	}
	value := func(after time.Duration, v float64) Value { return Value{base.Add(after), v} }
	for _, c := range []struct {
		name    string
		batches [][]care.Reading
		query   series.Stretch
		want    []Value
	}{
		{"an unknown point has no samples", nil, ask("nobody", 0, day), nil},
		{
			"every sample as it came, over days and over a day without any",
			[][]care.Reading{{temperature("a", 0, 20), temperature("a", 10*time.Second, 20.5)}, {temperature("a", 2*day, 21), temperature("a", 2*day+time.Second, 22)}},
			ask("a", 0, 3*day),
			[]Value{value(0, 20), value(10*time.Second, 20.5), value(2*day, 21), value(2*day+time.Second, 22)},
		},
		{
			"a spool's old readings stand where they belong, and twice sent ones once",
			[][]care.Reading{{temperature("a", 2*day, 22)}, {temperature("a", 0, 20), temperature("a", day, 21)}, {temperature("a", 0, 20)}},
			ask("a", 0, 3*day),
			[]Value{value(0, 20), value(day, 21), value(2*day, 22)},
		},
		{
			"the beginning is in it and the end is not",
			[][]care.Reading{{temperature("a", 0, 1), temperature("a", time.Millisecond, 2), temperature("a", 2*time.Millisecond, 3)}},
			ask("a", time.Millisecond, 2*time.Millisecond),
			[]Value{value(time.Millisecond, 2)},
		},
		{
			"what lies between two milliseconds is no sample",
			[][]care.Reading{{temperature("a", 0, 1), temperature("a", time.Millisecond, 2)}},
			ask("a", time.Microsecond, 2*time.Microsecond),
			nil,
		},
		{
			"points are kept apart",
			[][]care.Reading{{temperature("a", 0, 1), temperature("b", 0, 2)}},
			ask("b", 0, day),
			[]Value{value(0, 2)},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			for _, b := range c.batches {
				if err := s.Append(t.Context(), b); err != nil {
					if _, partial := errors.AsType[*series.PartialError](err); !partial {
						t.Fatalf("Append: %v", err)
					}
				}
			}
			if diff := cmp.Diff(c.want, All(t, s, c.query)); diff != "" {
				t.Errorf("samples (-want +got):\n%s", diff)
			}
		})
	}

	t.Run("who has seen enough gets no more", func(t *testing.T) {
		s := open(t)
		if err := s.Append(t.Context(), []care.Reading{temperature("a", 0, 1), temperature("a", time.Second, 2), temperature("a", 2*time.Second, 3)}); err != nil {
			t.Fatal(err)
		}
		enough := errors.New("enough")
		seen := 0
		err := s.Each(t.Context(), ask("a", 0, day), func(time.Time, float64) error {
			if seen++; seen == 2 {
				return enough
			}
			return nil
		})
		if err != enough || seen != 2 {
			t.Errorf("Each: %v after %d samples, want the error of the caller after 2", err, seen)
		}
	})
	t.Run("a stretch without time is refused", func(t *testing.T) {
		if err := open(t).Each(t.Context(), ask("a", 0, 0), func(time.Time, float64) error { return nil }); err == nil {
			t.Error("Each returned no error")
		}
	})
	t.Run("nothing is read for a caller that has gone", func(t *testing.T) {
		s := open(t)
		if err := s.Append(t.Context(), []care.Reading{temperature("a", 0, 1)}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Each(ctx, ask("a", 0, day), func(time.Time, float64) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("Each: %v, want that it was cancelled", err)
		}
	})
}
