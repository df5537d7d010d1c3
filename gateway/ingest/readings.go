package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

const (
	// appendTimeout bounds one try at the time series.
	appendTimeout = 5 * time.Second
	// seriesRest is how long a series that failed is left alone; readings go
	// to the queue meanwhile, so that they never pile up in the broker.
	seriesRest = 5 * time.Second
	// storeTries is how often a batch is tried at series and queue before it
	// is given up. The broker keeps events and readings in one store, so
	// readings that nobody can take must not stay there.
	storeTries = 8
)

// dropped is the error of a series that stored all but some readings.
type dropped interface {
	error
	Dropped() int
}

// runReadings stores readings until ctx ends.
func (in *Ingest) runReadings(ctx context.Context) {
	box := in.inboxes[care.KindReading]
	for {
		batch := box.take(ctx, batchLimit)
		if batch == nil {
			return
		}
		var readings []care.Reading
		for _, m := range batch {
			got := in.readPack(m)
			if len(got) > 0 {
				in.metrics.accepted.WithLabelValues(string(care.KindReading)).Inc()
				readings = append(readings, got...)
			}
		}
		if len(readings) > 0 && in.opts.Observe != nil {
			in.opts.Observe(readings)
		}
		if len(readings) > 0 && !in.store(ctx, readings) {
			return // unacknowledged: the broker delivers them to whoever comes next
		}
		box.done(batch...)
	}
}

// readPack returns the readings of a message that can be stored. Of those that
// cannot, one refusal a reason is reported.
func (in *Ingest) readPack(m *message) []care.Reading {
	site, edge, _, err := care.ParseTopic(m.topic)
	if err == nil && m.tooLarge() {
		err = care.Refuse(care.ReasonTooLarge, fmt.Sprintf("the pack has %d bytes, more than %d", m.size, care.MaxPacket))
	}
	if err == nil {
		err = in.registered(site, edge)
	}
	var (
		all []care.Reading
		bad []care.RefusedReading
	)
	if err == nil {
		all, bad, err = care.ParsePack(site, m.payload, m.received)
	}
	if err != nil {
		in.refuse(care.KindReading, m, err)
		return nil
	}
	d := in.opts.Directory()
	good := all[:0:0]
	offset := in.clocks.get(people.SiteEdge{Site: site, Edge: edge})
	for i, r := range all {
		refuse := func(reason care.Reason, format string, args ...any) {
			bad = append(bad, care.RefusedReading{Record: i, Name: string(r.Point) + "/" + string(r.Quantity), Refusal: &care.Refusal{Reason: reason, Detail: fmt.Sprintf(format, args...)}})
		}
		switch p, ok := d.Point(site, r.Point); {
		case !ok || p.Unregistered:
			refuse(care.ReasonUnknownPoint, "the point %s of the site %s is not registered: import it in a site plan", r.Point, site)
		case p.Edge != "" && p.Edge != edge:
			refuse(care.ReasonForeignSource, "the point %s belongs to the edge %s, not to %s, which sent the reading", r.Point, p.Edge, edge)
		default:
			good = append(good, r)
			// A reading may have waited on the edge's disk: its sign of life is
			// as old as it is, by the right clock.
			at, _ := correct(r.Time, m.received, offset)
			in.opts.Seen(site, r.Point, at, care.ReadingProof(r.Quantity))
		}
	}
	in.refuseRecords(m, bad)
	return good
}

// refuseRecords reports the records of a pack that cannot be stored, one row a
// reason: a pack of an edge with a wrong clock holds hundreds.
func (in *Ingest) refuseRecords(m *message, bad []care.RefusedReading) {
	in.metrics.readings.WithLabelValues(refused).Add(float64(len(bad)))
	first := map[care.Reason]*care.Refusal{}
	count := map[care.Reason]int{}
	var order []care.Reason
	for _, b := range bad {
		if first[b.Refusal.Reason] == nil {
			first[b.Refusal.Reason] = b.Refusal
			order = append(order, b.Refusal.Reason)
		}
		count[b.Refusal.Reason]++
	}
	for _, reason := range order {
		detail := first[reason].Detail
		if n := count[reason]; n > 1 {
			detail = fmt.Sprintf("%s (and %d more records of the pack)", detail, n-1)
		}
		in.refuse(care.KindReading, m, care.Refuse(reason, detail))
	}
}

// store gives readings to the time series, or to the queue while that fails.
// It returns false when ctx ended first.
func (in *Ingest) store(ctx context.Context, readings []care.Reading) bool {
	pause := firstPause
	for try := 1; ; try++ {
		var errs []error
		if time.Now().After(in.seriesRests) {
			err := in.append(ctx, readings)
			if err == nil {
				return true
			}
			errs = append(errs, err)
			if ctx.Err() == nil {
				in.seriesRests = time.Now().Add(seriesRest)
				in.log.Warn("the time series does not take readings, they go to the queue on disk", "err", err)
			}
		}
		err := in.enqueue(ctx, readings)
		if err == nil {
			in.metrics.readings.WithLabelValues(queued).Add(float64(len(readings)))
			return true
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			return false
		}
		in.metrics.retries.WithLabelValues("readings").Inc()
		if try == storeTries {
			in.metrics.readings.WithLabelValues(lost).Add(float64(len(readings)))
			in.report(care.KindReading, Quarantined{
				Site: siteOf(readings), Topic: care.AnyTopic(care.KindReading), Reason: care.ReasonQueueFull,
				Detail: fmt.Sprintf("%d readings were given up, since neither the time series nor the queue on disk took them: %v", len(readings), errors.Join(errs...)),
			})
			return true
		}
		in.log.Error("neither the time series nor the queue on disk takes readings, trying again", "next_try", pause, "err", errors.Join(errs...))
		if !sleep(ctx, pause) {
			return false
		}
		in.seriesRests = time.Time{}
		pause = min(2*pause, lastPause)
	}
}

// append writes readings to the time series. That some can never be stored is
// reported, once, and is no error.
func (in *Ingest) append(ctx context.Context, readings []care.Reading) error {
	ctx, cancel := context.WithTimeoutCause(ctx, appendTimeout, errors.New("the time series did not answer within 5 s"))
	defer cancel()
	err := in.opts.Series.Append(ctx, readings)
	if err == nil {
		in.metrics.readings.WithLabelValues(stored).Add(float64(len(readings)))
		return nil
	}
	partial, ok := errors.AsType[dropped](err)
	if !ok {
		if ctx.Err() != nil {
			err = fmt.Errorf("%w (%w)", err, context.Cause(ctx))
		}
		return err
	}
	n := min(partial.Dropped(), len(readings))
	in.metrics.readings.WithLabelValues(rejected).Add(float64(n))
	in.metrics.readings.WithLabelValues(stored).Add(float64(len(readings) - n))
	in.report(care.KindReading, Quarantined{
		Site: siteOf(readings), Topic: care.AnyTopic(care.KindReading), Reason: care.ReasonSeries,
		Detail: fmt.Sprintf("of %d readings: %v", len(readings), err),
	})
	return nil
}

// siteOf returns the site of the readings, empty when they are of several.
func siteOf(readings []care.Reading) string {
	site := readings[0].Site
	for _, r := range readings {
		if r.Site != site {
			return ""
		}
	}
	return string(site)
}
