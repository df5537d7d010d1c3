package app

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/health"
	"shouwang.care/shouwang/gateway/ledger"
)

const (
	// healthSpan is the time that the gauges of alarm health look back over.
	healthSpan = 24 * time.Hour
	// healthEvery is how old they may be: judging a day costs more than a scrape
	// should.
	healthEvery = time.Minute
	// healthTime bounds the questions to the ledger.
	healthTime = 3 * time.Second
)

var errHealthTime = errors.New("reading the alarms of the last day took more than " + healthTime.String())

// alarmHealth is the gauges of how the alarms of the last day were, in the
// words of ISA-18.2. Pages show the same of any interval.
type alarmHealth struct {
	store *ledger.Store
	log   *slog.Logger

	mu   sync.Mutex
	at   time.Time
	last []prometheus.Metric
}

func healthDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("shouwang_alarm_health_"+name, help+" In the last 24 h.", labels, nil)
}

var (
	healthIncidents  = healthDesc("incidents", "Incidents about people that alarmed, by site.", "site")
	healthFloods     = healthDesc("floods", "Times in which more than 10 alarms came to a site in 10 min.")
	healthFloodShare = healthDesc("flood_ratio", "Share of the time of all sites that was flood.")
	healthChatter    = healthDesc("chattering_points", "Points that alarmed three times or more within a minute.")
	healthStanding   = healthDesc("standing_alarms", "Alarms that last for more than a day.")
	healthPerHour    = healthDesc("alarms_per_carer_hour", "Alarms for each hour that a carer worked, where rosters tell.")
	healthFalse      = healthDesc("false_per_resident_week", "False alarms a resident and week, by class.", "class")
	healthWithin     = healthDesc("answered_ratio", "Share of incidents that were accepted or arrived at within so many seconds, by site, class or shift.", "step", "within_s", "by", "key")
)

// Describe names the gauges.
func (h *alarmHealth) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{healthIncidents, healthFloods, healthFloodShare, healthChatter, healthStanding, healthPerHour, healthFalse, healthWithin} {
		ch <- d
	}
}

// Collect judges the last day, at most once a minute. When the ledger does not
// answer, the gauges are absent from the scrape.
func (h *alarmHealth) Collect(ch chan<- prometheus.Metric) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := time.Now(); now.Sub(h.at) >= healthEvery {
		metrics, err := h.judge(now)
		if err != nil {
			h.log.Warn("alarm health could not be judged for the metrics", "err", err)
			return
		}
		h.last, h.at = metrics, now
	}
	for _, m := range h.last {
		ch <- m
	}
}

func (h *alarmHealth) judge(now time.Time) ([]prometheus.Metric, error) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), healthTime, errHealthTime)
	defer cancel()
	d := h.store.Directory()
	in := health.Input{From: now.Add(-healthSpan), To: now, Now: now}
	residents := map[care.SiteID]int{}
	for _, r := range d.Residents {
		residents[r.Site]++
	}
	var ids []care.SiteID
	for id, s := range d.Sites {
		ids = append(ids, id)
		in.Sites = append(in.Sites, health.Site{ID: id, Location: s.Location(), Residents: residents[id]})
		hours, _, err := rosters{h.store}.CarerHours(ctx, id, in.From, in.To)
		if err != nil {
			return nil, err
		}
		in.CarerHours += hours
	}
	var err error
	if in.Incidents, err = h.store.IncidentsBetween(ctx, ids, in.From, in.To); err != nil {
		return nil, err
	}
	open, err := h.store.OpenIncidents(ctx)
	if err != nil {
		return nil, err
	}
	for _, i := range open { // what stands may be older than the day
		if i.RaisedAt.Before(in.From) {
			in.Incidents = append(in.Incidents, i)
		}
	}
	return gauges(health.Assess(in)), nil
}

// gauges turns a report into metrics.
func gauges(r health.Report) []prometheus.Metric {
	var all []prometheus.Metric
	add := func(d *prometheus.Desc, v float64, labels ...string) {
		all = append(all, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...))
	}
	add(healthFloods, float64(len(r.Floods)))
	add(healthFloodShare, r.FloodShare)
	add(healthChatter, float64(len(r.Chattering)))
	add(healthStanding, float64(len(r.Standing)))
	if r.CarerHours > 0 {
		add(healthPerHour, r.PerCarerHour)
	}
	for _, f := range r.FalseAlarms {
		add(healthFalse, f.PerResidentWeek, string(f.Class))
	}
	for by, group := range map[string][]health.Answer{
		"all": {r.Answers.Overall}, "site": r.Answers.BySite, "class": r.Answers.ByClass, "shift": r.Answers.ByShift,
	} {
		for _, a := range group {
			if by == "site" {
				add(healthIncidents, float64(a.Incidents), a.Key)
			}
			for step, t := range map[string]health.Times{"accept": a.Accept, "arrive": a.Arrive} {
				add(healthWithin, t.Within60, step, strconv.Itoa(60), by, a.Key)
				add(healthWithin, t.Within180, step, strconv.Itoa(180), by, a.Key)
			}
		}
	}
	return all
}
