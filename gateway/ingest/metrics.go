package ingest

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
)

// metrics are the counters of ingest.
type metrics struct {
	accepted    *prometheus.CounterVec // by kind
	refused     *prometheus.CounterVec // by kind and reason
	redelivered *prometheus.CounterVec // by kind
	readings    *prometheus.CounterVec // by result
	retries     *prometheus.CounterVec // by what failed
	unanswered  prometheus.Counter
	unkept      prometheus.Counter
	latency     prometheus.Histogram
}

// The results of one reading, label values.
const (
	stored   = "stored"   // in the time series
	queued   = "queued"   // in the queue on disk
	rejected = "rejected" // by the time series
	refused  = "refused"  // before it
	lost     = "lost"     // neither series nor queue took it
)

func newMetrics(reg prometheus.Registerer, inboxes map[care.Kind]*inbox) (*metrics, error) {
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		accepted:    vec("shouwang_messages_accepted_total", "Messages taken in, by kind.", "kind"),
		refused:     vec("shouwang_messages_refused_total", "Messages refused as a whole or in part, by kind and reason.", "kind", "reason"),
		redelivered: vec("shouwang_messages_redelivered_total", "Messages that the broker delivered again while they were being dealt with, by kind.", "kind"),
		readings:    vec("shouwang_readings_total", "Readings by what became of them.", "result"),
		retries:     vec("shouwang_ingest_retries_total", "Failed tries that were made again, by what failed.", "part"),
		unanswered: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "shouwang_committed_unsent_total",
			Help: "Answers to edges that could not be published; the edges send again.",
		}),
		unkept: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "shouwang_quarantine_unkept_total",
			Help: "Refused messages that were counted but not kept in quarantine.",
		}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "shouwang_event_ingest_seconds",
			Help:    "Time from the arrival of an event at the core to its commit, in seconds.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
	}
	all := []prometheus.Collector{m.accepted, m.refused, m.redelivered, m.readings, m.retries, m.unanswered, m.unkept, m.latency}
	for kind, box := range inboxes {
		all = append(all, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name:        "shouwang_messages_in_flight",
			Help:        "Messages that the core has and has not yet acknowledged, by kind.",
			ConstLabels: prometheus.Labels{"kind": string(kind)},
		}, func() float64 { return float64(box.size()) }))
		// A rate is only seen from the second scrape of a counter on.
		m.accepted.WithLabelValues(string(kind))
	}
	for _, result := range []string{stored, queued, rejected, refused, lost} {
		m.readings.WithLabelValues(result)
	}
	var errs []error
	for _, c := range all {
		errs = append(errs, reg.Register(c))
	}
	return m, errors.Join(errs...)
}
