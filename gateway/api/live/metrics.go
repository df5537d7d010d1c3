package live

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	frames *prometheus.CounterVec
	slow   prometheus.Counter
	alarm  prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer, clients func() float64) *metrics {
	m := &metrics{
		frames: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "shouwang_live_frames_total", Help: "Frames written to live views, by type.",
		}, []string{"type"}),
		slow: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "shouwang_live_slow_closes_total", Help: "Live views that were closed because they did not keep up.",
		}),
		alarm: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "shouwang_alarm_to_frame_seconds",
			Help:    "From the transaction that decided on an alarm (the time of its feed row) to its frame being written to one live view.",
			Buckets: []float64{.0005, .001, .002, .003, .005, .0075, .01, .02, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
	}
	reg.MustRegister(m.frames, m.slow, m.alarm, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "shouwang_live_clients", Help: "Live views that are open.",
	}, clients))
	return m
}
