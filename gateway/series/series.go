// Package series holds what the time series of every kind have in common: the
// questions that charts and dry runs ask and the errors that a writer must tell apart. The
// engines are in embedded (Prometheus TSDB, in this process) and influx
// (InfluxDB or what speaks its version 2 API); seriestest is the suite that
// each of them passes. Alarm decisions never depend on a series.
package series

import (
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Query asks for one quantity of one point in From ≤ t < To.
type Query struct {
	Site     care.SiteID
	Point    care.PointID
	Quantity care.Quantity
	From, To time.Time
	// Points is the greatest number of samples wanted, at least 1. The range
	// is cut into steps of equal length, which are multiples of a millisecond
	// counted from 1970, so that neighbouring queries share their steps.
	Points int
}

// Step returns the length of a step and From rounded down to its beginning.
func (q Query) Step() (step time.Duration, from time.Time) {
	ms := (q.To.Sub(q.From).Milliseconds() + int64(q.Points) - 1) / int64(q.Points)
	ms = max(ms, 1)
	start := q.From.UnixMilli()
	start -= ((start % ms) + ms) % ms
	return time.Duration(ms) * time.Millisecond, time.UnixMilli(start).UTC()
}

// Check returns an error for a query that no engine can answer.
func (q Query) Check() error {
	switch {
	case q.Points < 1:
		return fmt.Errorf("query the time series: %d samples were asked for, at least 1 is needed", q.Points)
	case !q.From.Before(q.To):
		return fmt.Errorf("query the time series: the range ends at %s, not after its beginning %s", q.To.Format(time.RFC3339), q.From.Format(time.RFC3339))
	}
	return nil
}

// Stretch asks for everything that is stored of one quantity of one point in
// From ≤ t < To.
type Stretch struct {
	Site     care.SiteID
	Point    care.PointID
	Quantity care.Quantity
	From, To time.Time
}

// Check returns an error for a stretch without any time in it.
func (s Stretch) Check() error {
	if !s.From.Before(s.To) {
		return fmt.Errorf("read the time series: the stretch ends at %s, not after its beginning %s", s.To.Format(time.RFC3339), s.From.Format(time.RFC3339))
	}
	return nil
}

// PartialError says that a batch was stored but for some samples, which the
// engine will never take. Writing the batch again would change nothing.
type PartialError struct {
	Lost   int    // samples not stored, 0 when the engine did not say
	Reason string // the engine's words
}

// Error says how many samples were rejected and why.
func (e *PartialError) Error() string {
	return fmt.Sprintf("the time series rejected %d of the samples and stored the others: %s", e.Lost, e.Reason)
}

// Dropped returns the number of samples not stored.
func (e *PartialError) Dropped() int { return e.Lost }
