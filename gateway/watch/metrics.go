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
	accept      *prometheus.HistogramVec
	arrive      *prometheus.HistogramVec
	lag         prometheus.Histogram
	failed      *prometheus.CounterVec
	notices     *prometheus.CounterVec
	crowded     prometheus.Counter
}

// answerBuckets are those of the times that people take; 60 s and 180 s are
// what a home is judged by.
var answerBuckets = []float64{5, 10, 20, 30, 60, 90, 120, 180, 300, 600, 1200, 1800, 3600}

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
	m.accept = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "shouwang_accept_seconds",
		Help: "Time from an alarm to its acceptance, by class.", Buckets: answerBuckets,
	}, []string{"class"})
	m.arrive = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "shouwang_arrive_seconds",
		Help: "Time from an alarm to a person's arrival at the point, by class.", Buckets: answerBuckets,
	}, []string{"class"})
	m.lag = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "shouwang_timer_lag_seconds",
		Help:    "How late a due step was carried out, also because no gateway was running.",
		Buckets: []float64{.01, .05, .1, .25, .5, 1, 2, 5, 30, 300, 3600},
	})
	m.failed = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "shouwang_timers_failed_total",
		Help: "Due steps that could not be carried out and were put off, by kind.",
	}, []string{"kind"})
	m.notices = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "shouwang_messages_total",
		Help: "Messages to people by channel and outcome: sent, or why one was not delivered.",
	}, []string{"channel", "outcome"})
	m.crowded = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "shouwang_messages_crowded_total",
		Help: "Messages that found no room with the sender and were put off.",
	})
	// A rate is only seen from the second scrape of a counter on, and the first
	// fire of a home must be in it.
	for _, c := range care.Classes() {
		m.raised.WithLabelValues(string(c), c.Severity().String())
	}
	reg.MustRegister(m.raised, m.transitions, m.events, m.latency, m.accept, m.arrive, m.lag, m.failed, m.notices, m.crowded)
	return m
}

// committed counts the answer to one event.
func (m *metrics) committed(e care.Received, status care.ReceiptStatus) {
	m.events.WithLabelValues(string(e.Class), string(e.Phase), string(status)).Inc()
}

// decided counts what a decision did.
func (m *metrics) decided(now time.Time, d alerts.Decision) {
	if d.Has(care.EntryAccepted) {
		m.accept.WithLabelValues(string(d.Incident.Class)).Observe(now.Sub(d.Incident.AlarmedAt).Seconds())
	}
	if d.Has(care.EntryArrived) {
		m.arrive.WithLabelValues(string(d.Incident.Class)).Observe(now.Sub(d.Incident.AlarmedAt).Seconds())
	}
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

// openTimers is the gauge of what is still to be done.
type openTimers struct {
	count func(ctx context.Context) (map[alerts.TimerKind]int, error)
	log   *slog.Logger
}

var timersDesc = prometheus.NewDesc("shouwang_timers_open", "Steps that are to be carried out at a later time, by kind.", []string{"kind"}, nil)

// Describe names the gauge.
func (o *openTimers) Describe(ch chan<- *prometheus.Desc) { ch <- timersDesc }

// Collect counts the timers. When the ledger does not answer, the gauge is
// absent from the scrape.
func (o *openTimers) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), scrapeTimeout, errScrapeTimeout)
	defer cancel()
	counts, err := o.count(ctx)
	if err != nil {
		o.log.Warn("the open timers could not be counted for the metrics", "error", err)
		return
	}
	for kind, n := range counts {
		ch <- prometheus.MustNewConstMetric(timersDesc, prometheus.GaugeValue, float64(n), string(kind))
	}
}
