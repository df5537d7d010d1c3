// Package influx keeps the time series in an InfluxDB server (1.8 with flux
// enabled, or 2.x) over its version 2 API. It uses the blocking client only:
// the asynchronous one buffers in memory, drops its oldest batches when a
// server stays away and does not report partial writes. What cannot be written
// is the caller's to keep and to try again.
package influx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	httpapi "github.com/influxdata/influxdb-client-go/v2/api/http"
	"github.com/influxdata/influxdb-client-go/v2/api/write"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/series"
)

// Options are the settings of a store.
type Options struct {
	URL string // such as http://127.0.0.1:8086
	// Token is an InfluxDB 2 token, or user:password for 1.8.
	Token string
	Org   string // empty for 1.8
	// Bucket is a bucket, or database/retention-policy for 1.8.
	Bucket string
	// Timeout bounds one request; 5 s when zero.
	Timeout time.Duration
}

// Store writes to and reads from one bucket.
type Store struct {
	client influxdb2.Client
	o      Options
}

// Open returns a store. It does not call the server, which may come later.
func Open(o Options) (*Store, error) {
	if o.URL == "" || o.Bucket == "" {
		return nil, errors.New("open the time series in InfluxDB: a URL and a bucket are needed")
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	opts := influxdb2.DefaultOptions().
		SetPrecision(time.Millisecond).
		SetUseGZip(true).
		SetHTTPClient(&http.Client{Timeout: o.Timeout}).
		SetApplicationName("shouwang")
	// The client prints errors by itself; they are returned, too.
	opts.SetLogLevel(0)
	return &Store{influxdb2.NewClientWithOptions(o.URL, o.Token, opts), o}, nil
}

// Append stores readings. The error is a *series.PartialError when the server
// stored a part and rejected the rest for good; after any other error the
// batch may be tried again.
func (s *Store) Append(ctx context.Context, readings []care.Reading) error {
	points := make([]*write.Point, len(readings))
	for i, r := range readings {
		points[i] = write.NewPoint(string(r.Quantity),
			map[string]string{"site": string(r.Site), "point": string(r.Point)},
			map[string]any{"value": r.Value}, r.Time)
	}
	if err := s.client.WriteAPIBlocking(s.o.Org, s.o.Bucket).WritePoint(ctx, points...); err != nil {
		return explain(s.o, err)
	}
	return nil
}

var dropped = regexp.MustCompile(`dropped=(\d+)`)

// explain tells apart what will never succeed, what needs an operator and what
// may be tried again.
func explain(o Options, err error) error {
	e, ok := errors.AsType[*httpapi.Error](err)
	if !ok {
		return fmt.Errorf("write to InfluxDB at %s: %w", o.URL, err)
	}
	if strings.Contains(e.Message, "partial write") || strings.Contains(e.Message, "unable to parse") {
		// The good lines of the batch are stored.
		lost := 0
		if m := dropped.FindStringSubmatch(e.Message); m != nil {
			lost, _ = strconv.Atoi(m[1]) // digits only; too many leave 0, "unknown"
		}
		return &series.PartialError{Lost: lost, Reason: strings.TrimSpace(e.Error())}
	}
	switch e.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("write to InfluxDB at %s: the token is not accepted for bucket %q; check series.influx.token: %w", o.URL, o.Bucket, err)
	case http.StatusNotFound:
		return fmt.Errorf("write to InfluxDB at %s: bucket %q does not exist; create it or check series.influx.bucket: %w", o.URL, o.Bucket, err)
	}
	return fmt.Errorf("write to InfluxDB at %s: %w", o.URL, err)
}

// Range returns the samples of a query, oldest first; steps without a value are
// left out. Each is named by the beginning of its step.
func (s *Store) Range(ctx context.Context, q series.Query) ([]care.Sample, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	step, from := q.Step()
	// One pass of the data, three aggregates.
	flux := fmt.Sprintf(`data = from(bucket: %s)
  |> range(start: %s, stop: %s)
  |> %s
part = (fn) => data |> aggregateWindow(every: %dms, fn: fn, timeSrc: "_start", createEmpty: false)
part(fn: mean) |> yield(name: "mean")
part(fn: min) |> yield(name: "min")
part(fn: max) |> yield(name: "max")`,
		quote(s.o.Bucket), from.Format(time.RFC3339Nano), q.To.UTC().Format(time.RFC3339Nano),
		filter(q.Site, q.Point, q.Quantity), step.Milliseconds())
	result, err := s.client.QueryAPI(s.o.Org).Query(ctx, flux)
	if err != nil {
		return nil, fmt.Errorf("query InfluxDB at %s: %w", s.o.URL, err)
	}
	defer result.Close()
	byTime := map[int64]*care.Sample{}
	var order []*care.Sample
	for result.Next() {
		rec := result.Record()
		v, ok := rec.Value().(float64)
		if !ok {
			continue
		}
		ms := rec.Time().UnixMilli()
		sample := byTime[ms]
		if sample == nil {
			sample = &care.Sample{Time: time.UnixMilli(ms).UTC()}
			byTime[ms] = sample
			order = append(order, sample)
		}
		switch rec.Result() {
		case "mean":
			sample.Mean = v
		case "min":
			sample.Min = v
		case "max":
			sample.Max = v
		}
	}
	if err := result.Err(); err != nil {
		return nil, fmt.Errorf("read from InfluxDB at %s: %w", s.o.URL, err)
	}
	samples := make([]care.Sample, len(order))
	for i, sample := range order {
		samples[i] = *sample
	}
	return samples, nil
}

// quote returns a Flux string literal.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "${", `\${`).Replace(s) + `"`
}

// Ping asks the server whether it is there.
func (s *Store) Ping(ctx context.Context) error {
	if ok, err := s.client.Ping(ctx); err != nil || !ok {
		return fmt.Errorf("InfluxDB at %s does not answer: %w", s.o.URL, err)
	}
	return nil
}

// Close releases the connections.
func (s *Store) Close() error {
	s.client.Close()
	return nil
}
