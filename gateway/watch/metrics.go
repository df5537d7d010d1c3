package watch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// metrics count what has become durable, never what was tried.
type metrics struct {
	raised      *prometheus.CounterVec
	transitions *prometheus.CounterVec
	events      *prometheus.CounterVec
	latency     prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		raised: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "shouwang_incidents_raised_total",
			Help: "Incidents raised, by class and severity.",
		}, []string{"class", "severity"}),
		transitions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "shouwang_incident_transitions_total",
			Help: "Rows about incidents and tests in the site logs, by kind.",
		}, []string{"kind"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "shouwang_events_committed_total",
			Help: "Events answered by the ledger, by class, phase and answer (committed, duplicate, refused).",
		}, []string{"class", "phase", "status"}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "shouwang_alarm_commit_seconds",
			Help:    "Time from the receipt of an event by this gateway to the durable commit of the alarm that it raised.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 60},
		}),
	}
	// A rate is only seen from the second scrape of a counter on, and the first
	// fire of a home must be in it.
	for _, c := range care.Classes() {
		m.raised.WithLabelValues(string(c), c.Severity().String())
	}
	reg.MustRegister(m.raised, m.transitions, m.events, m.latency)
	return m
}

// committed counts the answer to one event.
func (m *metrics) committed(e care.Received, status care.ReceiptStatus) {
	m.events.WithLabelValues(string(e.Class), string(e.Phase), string(status)).Inc()
}

// decided counts what a decision did.
func (m *metrics) decided(d alerts.Decision) {
	if d.Has(care.EntryRaised) {
		m.raised.WithLabelValues(string(d.Incident.Class), d.Incident.Severity.String()).Inc()
	}
	for _, e := range d.Entries {
		m.transitions.WithLabelValues(string(e.Kind)).Inc()
	}
}

// scrapeTimeout bounds the question to the ledger at each scrape.
const scrapeTimeout = 3 * time.Second

var errScrapeTimeout = errors.New("counting the open incidents took more than 3 s")

// openIncidents is the gauge of open incidents. It asks the ledger at each
// scrape, because another gateway may have changed them.
type openIncidents struct {
	list func(ctx context.Context) ([]care.Incident, error)
	log  *slog.Logger
}

var openDesc = prometheus.NewDesc("shouwang_incidents_open", "Incidents that are not resolved, by state.", []string{"state"}, nil)

// Describe names the gauge.
func (o *openIncidents) Describe(ch chan<- *prometheus.Desc) { ch <- openDesc }

// Collect counts the open incidents by state. When the ledger does not answer,
// the gauge is absent from the scrape, since a wrong zero would look like
// peace.
func (o *openIncidents) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), scrapeTimeout, errScrapeTimeout)
	defer cancel()
	open, err := o.list(ctx)
	if err != nil {
		o.log.Warn("the open incidents could not be counted for the metrics", "error", err)
		return
	}
	counts := map[care.IncidentState]int{care.Raised: 0, care.Accepted: 0, care.Arrived: 0}
	for _, i := range open {
		counts[i.State]++
	}
	for state, n := range counts {
		ch <- prometheus.MustNewConstMetric(openDesc, prometheus.GaugeValue, float64(n), string(state))
	}
}
