// Package watch is the sole caller of the alerting core. It takes events and
// people's actions, loads from the ledger what the core needs to decide, and
// writes what was decided: event, state, incident, log and feed in one
// transaction, so that a screen never shows what a crash could take back.
//
// It also carries out what falls due (Run): steps of ladders, returns, ends of
// shelves, and what the rules have held back. Messages are rows of an outbox;
// who sends them is watch/outbox, and what is silent is found by
// watch/supervise.
//
// It keeps no state of its own but who looks at the sheet of a walk test, which is
// asked for again within seconds. Another Watch on the same ledger, in this
// process after a restart or in another gateway, continues where this one
// stopped. Transports, clocks of edges and quarantine are the job of ingest,
// who may act is decided by the API, and SQL is the ledger's.
package watch

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/rule"
)

// Options are what a Watch can do without.
type Options struct {
	// OpenIncidents lists the open incidents. It is called at each scrape for
	// the gauge of open incidents, which is absent without it.
	OpenIncidents func(ctx context.Context) ([]care.Incident, error)
	// CountTimers counts the open timers by kind, for a gauge at each scrape.
	CountTimers func(ctx context.Context) (map[alerts.TimerKind]int, error)
	// Conditions returns the conditions of rules that were kept, as they were
	// given to SaveCondition.
	Conditions func(ctx context.Context) ([]json.RawMessage, error)
	// LinkSecret signs the links of messages, 128 random bits or more. Without
	// one there are no links.
	LinkSecret []byte
}

// Watch decides and writes. Its methods may be called from several goroutines;
// the ledger puts their transactions in order.
type Watch struct {
	ledger  Ledger
	log     *slog.Logger
	metrics *metrics
	opts    Options
	plans   plans
	wake    chan struct{}
	jobs    chan alerts.Job
	passed  atomic.Int64 // when Run last went through all that was due
	gapsAt  time.Time    // when rosters were last looked at; of Run only

	// rules is locked before any transaction, never in one.
	rules      sync.Mutex
	conditions map[conditionKey]rule.Condition // nil until they were loaded
	again      []care.Reading                  // could not be looked at

	mu          sync.Mutex
	subscribers []*func()
	sentAt      map[string]time.Time // by person and channel
	joined      map[care.UserID]people.User
	sheets      map[string]time.Time // when that of each walk test was fetched last
}

// maxJobs is how many messages may wait for whoever sends them. What finds no
// room comes back when its lease is over.
const maxJobs = 4096

// New returns a Watch on the ledger. It registers its metrics with reg, which
// must not have those of another Watch.
func New(ledger Ledger, log *slog.Logger, reg prometheus.Registerer, opts Options) *Watch {
	w := &Watch{
		ledger: ledger, log: log, metrics: newMetrics(reg), opts: opts,
		wake: make(chan struct{}, 1), jobs: make(chan alerts.Job, maxJobs), sentAt: map[string]time.Time{},
		joined: map[care.UserID]people.User{}, sheets: map[string]time.Time{},
	}
	if opts.OpenIncidents != nil {
		reg.MustRegister(&openIncidents{list: opts.OpenIncidents, log: log})
	}
	if opts.CountTimers != nil {
		reg.MustRegister(&openTimers{count: opts.CountTimers, log: log})
	}
	return w
}

// Subscribe has changed called after each commit that added rows to the feed,
// and returns the function that ends it. The caller then reads the feed. It is
// called in the goroutine that committed, while an edge waits for its answer:
// it must return at once, as a send on a channel with a default does.
func (w *Watch) Subscribe(changed func()) (cancel func()) {
	s := &changed
	w.mu.Lock()
	defer w.mu.Unlock()
	w.subscribers = append(w.subscribers, s)
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		// A copy, because notify may be walking over the old slice.
		w.subscribers = slices.DeleteFunc(slices.Clone(w.subscribers), func(o *func()) bool { return o == s })
	}
}

// notify tells the subscribers that the feed has grown.
func (w *Watch) notify() {
	w.mu.Lock()
	subscribers := w.subscribers
	w.mu.Unlock()
	for _, changed := range subscribers {
		(*changed)()
	}
}

// timeNow is the one time of a transaction, with the microseconds that a ledger
// keeps, so that what is returned equals what is read back.
func timeNow() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
