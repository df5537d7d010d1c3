package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// routes is a mux that knows its patterns, measures each and bounds its time.
type routes struct {
	mux     http.ServeMux
	metrics *metrics
	mu      sync.Mutex
	known   []string
}

func newRoutes(m *metrics) *routes { return &routes{metrics: m} }

func (rt *routes) patterns() []string {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return slices.Clone(rt.known)
}

var errRequestTime = errors.New("the request took longer than " + requestTime.String())

// HandleFunc registers a handler for a pattern of http.ServeMux.
func (rt *routes) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	rt.mu.Lock()
	rt.known = append(rt.known, pattern)
	rt.mu.Unlock()
	method, route, found := strings.Cut(pattern, " ")
	if !found {
		method, route = "any", pattern
	}
	long := route == "/api/live"
	rt.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if long { // a socket's life is no latency, and it cannot be written to
			handler(w, r)
			return
		}
		ctx, cancel := context.WithTimeoutCause(r.Context(), requestTime, errRequestTime)
		defer cancel()
		seen := &statusWriter{ResponseWriter: w}
		began := time.Now()
		handler(seen, r.WithContext(ctx))
		rt.metrics.observe(method, route, seen.code(), time.Since(began))
	})
}

// ServeHTTP finds the route and serves it.
func (rt *routes) ServeHTTP(w http.ResponseWriter, r *http.Request) { rt.mux.ServeHTTP(w, r) }

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the writer below.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *statusWriter) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

type metrics struct{ seconds *prometheus.HistogramVec }

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "shouwang_http_request_seconds",
		Help:    "Time from the first to the last byte of a request's handling, by route, method and status.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"method", "route", "status"})}
	reg.MustRegister(m.seconds)
	return m
}

func (m *metrics) observe(method, route string, status int, d time.Duration) {
	m.seconds.WithLabelValues(method, route, strconv.Itoa(status)).Observe(d.Seconds())
}
