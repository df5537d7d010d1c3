package influx

import (
	"context"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/series"
)

// chunk is the part of a stretch that one query asks for: of a sensor that
// reports each second it is some megabytes.
const chunk = 24 * time.Hour

// Each calls fn with every sample of a stretch, oldest first, each once. It
// holds the samples of one day in memory, however long the stretch is. An error
// of fn ends it and is returned as it is.
func (s *Store) Each(ctx context.Context, q series.Stretch, fn func(t time.Time, v float64) error) error {
	if err := q.Check(); err != nil {
		return err
	}
	// Most stretches of most points are empty, which one query can say.
	first, err := s.samples(ctx, q, "|> first()")
	if err != nil || len(first) == 0 {
		return err
	}
	for from := first[0].at; from.Before(q.To); from = from.Add(chunk) {
		part := q
		part.From, part.To = from, from.Add(chunk)
		if part.To.After(q.To) {
			part.To = q.To
		}
		// All of a part is read before fn sees any, since the time-out of a
		// request must not depend on fn.
		samples, err := s.samples(ctx, part, `|> sort(columns: ["_time"])`)
		if err != nil {
			return err
		}
		for _, v := range samples {
			if err := fn(v.at, v.value); err != nil {
				return err
			}
		}
	}
	return nil
}

type sample struct {
	at    time.Time
	value float64
}

func (s *Store) samples(ctx context.Context, q series.Stretch, last string) ([]sample, error) {
	flux := fmt.Sprintf(`from(bucket: %s)
  |> range(start: %s, stop: %s)
  |> %s
  |> keep(columns: ["_time", "_value"])
  %s`,
		quote(s.o.Bucket), q.From.UTC().Format(time.RFC3339Nano), q.To.UTC().Format(time.RFC3339Nano),
		filter(q.Site, q.Point, q.Quantity), last)
	result, err := s.client.QueryAPI(s.o.Org).Query(ctx, flux)
	if err != nil {
		return nil, fmt.Errorf("query InfluxDB at %s: %w", s.o.URL, err)
	}
	defer result.Close()
	var out []sample
	for result.Next() {
		// Of raw samples InfluxDB 1.8 gives the one at the end, too.
		at := result.Record().Time().UTC()
		if v, ok := result.Record().Value().(float64); ok && at.Before(q.To) {
			out = append(out, sample{at, v})
		}
	}
	if err := result.Err(); err != nil {
		return nil, fmt.Errorf("read from InfluxDB at %s: %w", s.o.URL, err)
	}
	return out, nil
}

// filter chooses one series. The identifiers cannot break out of their quotes:
// quote escapes them.
func filter(site care.SiteID, point care.PointID, q care.Quantity) string {
	return fmt.Sprintf(`filter(fn: (r) => r._measurement == %s and r.site == %s and r.point == %s and r._field == "value")`,
		quote(string(q)), quote(string(site)), quote(string(point)))
}
