package ingest

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// ClientIDs are the MQTT client ids of the core's three sessions. They are
// secrets, made once with 128 random bits: a stranger who knew one could take
// the session over.
type ClientIDs struct {
	Event, Reading, State string
}

// Options say what an Ingest works with. All but TLS, Observe
// and Edge are required.
type Options struct {
	// Brokers are the URLs of the broker, such as tcp://127.0.0.1:1883 or
	// ssl://host:8883; of several the first that answers is used.
	Brokers            []string
	Username, Password string
	TLS                *tls.Config
	ClientIDs          ClientIDs

	Book       Book
	Series     Series
	Queue      Queue
	Quarantine Quarantine
	States     States
	// Directory returns what is registered. It is cheap and never nil.
	Directory func() *people.Directory
	// Seen is told that a point has given a sign of life at a time, and what
	// that proves. It must not block.
	Seen func(site care.SiteID, point care.PointID, at time.Time, proof care.Proof)
	// Observe is given the readings that are taken in, as soon as they are read;
	// nil when nobody looks at them. It must not block or keep the slice.
	Observe func(readings []care.Reading)
	// Edge is told of each state of an edge that is newer than the one before,
	// and whether it is live: sent now, and not kept by the broker. Nil when
	// nobody wants to know. It must not block.
	Edge func(state EdgeState, live bool)

	Log        *slog.Logger
	Registerer prometheus.Registerer
}

// otherKind labels what belongs to no kind of message, such as a sign-in.
const otherKind care.Kind = "other"

// beat is how often the core says that it is alive.
const beat = 30 * time.Second

// Ingest takes messages in. Make one with New and run it with Run.
type Ingest struct {
	opts     Options
	log      *slog.Logger
	metrics  *metrics
	clocks   clocks
	keeper   *keeper
	inboxes  map[care.Kind]*inbox
	sessions map[care.Kind]*session
	ready    chan struct{}
	ended    chan struct{}

	// Of the worker of states and of readings.
	states      map[people.SiteEdge]EdgeState
	seriesRests time.Time
}

// New prepares an Ingest. Nothing is connected before Run.
func New(o Options) (*Ingest, error) {
	if len(o.Brokers) == 0 {
		return nil, errors.New("make ingest: no broker is given")
	}
	ids := o.ClientIDs
	if ids.Event == "" || ids.Reading == "" || ids.State == "" || ids.Event == ids.Reading || ids.Event == ids.State || ids.Reading == ids.State {
		return nil, errors.New("make ingest: three different client ids are needed")
	}
	if o.Book == nil || o.Series == nil || o.Queue == nil || o.Quarantine == nil || o.States == nil || o.Directory == nil || o.Seen == nil || o.Log == nil || o.Registerer == nil {
		return nil, errors.New("make ingest: one of its parts is not given")
	}
	in := &Ingest{
		opts: o, log: o.Log, clocks: clocks{edges: map[people.SiteEdge]clock{}},
		inboxes: map[care.Kind]*inbox{}, sessions: map[care.Kind]*session{},
		ready: make(chan struct{}), ended: make(chan struct{}),
		states: map[people.SiteEdge]EdgeState{},
	}
	in.keeper = newKeeper(in)
	clientIDs := map[care.Kind]string{care.KindEvent: ids.Event, care.KindReading: ids.Reading, care.KindState: ids.State}
	for kind := range clientIDs {
		in.inboxes[kind] = newInbox()
	}
	m, err := newMetrics(o.Registerer, in.inboxes)
	if err != nil {
		return nil, fmt.Errorf("make ingest: register its metrics: %w", err)
	}
	in.metrics = m
	var missing atomic.Int32
	missing.Store(int32(len(clientIDs)))
	for kind, id := range clientIDs {
		redelivered := m.redelivered.WithLabelValues(string(kind)).Inc
		first := sync.OnceFunc(func() {
			if missing.Add(-1) == 0 {
				close(in.ready)
			}
		})
		in.sessions[kind] = newSession(o, kind, id, in.inboxes[kind], redelivered, first)
	}
	return in, nil
}

// Ready is closed when all three subscriptions are granted: from then on no
// message is lost that the broker has acknowledged, and devices may be let in.
func (in *Ingest) Ready() <-chan struct{} { return in.ready }

// Check returns what keeps messages from coming in, nil when nothing does.
func (in *Ingest) Check() error {
	var errs []error
	for _, kind := range []care.Kind{care.KindEvent, care.KindReading, care.KindState} {
		errs = append(errs, in.sessions[kind].check())
	}
	return errors.Join(errs...)
}

// Denied reports what the embedded broker did not let a client do. It does not
// block.
func (in *Ingest) Denied(site, edge, topic, detail string) {
	kind := otherKind
	if _, _, k, err := care.ParseTopic(topic); err == nil {
		kind = k
	}
	in.report(kind, Quarantined{Site: site, Edge: edge, Topic: topic, Reason: care.ReasonDenied, Detail: detail})
}

// refuse reports a message that will never be kept, and returns why. The error
// is a *care.Refusal.
func (in *Ingest) refuse(kind care.Kind, m *message, err error) *care.Refusal {
	r, ok := care.AsRefusal(err)
	if !ok {
		r = &care.Refusal{Reason: care.ReasonMalformed, Detail: err.Error()}
	}
	q := Quarantined{Topic: m.topic, Reason: r.Reason, Detail: r.Detail, Payload: m.payload}
	if site, edge, _, err := care.ParseTopic(m.topic); err == nil {
		q.Site, q.Edge = string(site), string(edge)
	}
	in.report(kind, q)
	return r
}

// report counts a refusal and hands it to the quarantine.
func (in *Ingest) report(kind care.Kind, q Quarantined) {
	in.metrics.refused.WithLabelValues(string(kind), string(q.Reason)).Inc()
	q.At = time.Now().UTC()
	in.keeper.add(kind, q)
}

// heartbeat says every 30 s that the core is alive, from the moment when it
// hears events.
func (in *Ingest) heartbeat(ctx context.Context) {
	select {
	case <-in.ready:
	case <-ctx.Done():
		return
	}
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		payload, err := json.Marshal(care.CoreBeat{Time: time.Now().UTC()})
		if err == nil {
			err = in.sessions[care.KindEvent].publish(care.CoreTopic, payload)
		}
		if err != nil {
			in.log.Warn("the core could not say that it is alive", "err", err)
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// Run takes messages in until ctx ends, and returns nil when every goroutine
// has ended. Messages that were not yet kept stay unacknowledged and come
// again at the next start. Run may be called once.
func (in *Ingest) Run(ctx context.Context) error {
	defer close(in.ended)
	if err := in.loadStates(ctx); err != nil {
		return fmt.Errorf("run ingest: %w", err)
	}
	// The sessions end after the workers, so that what was kept last can still
	// be acknowledged; the quarantine ends after whatever may add to it.
	sessions, endSessions := context.WithCancel(context.WithoutCancel(ctx))
	defer endSessions()
	quarantine, endQuarantine := context.WithCancel(context.WithoutCancel(ctx))
	defer endQuarantine()

	var workers, links, last sync.WaitGroup
	last.Go(func() { in.keeper.run(quarantine) })
	for _, s := range in.sessions {
		links.Go(func() { s.run(sessions) })
	}
	for _, work := range []func(context.Context){in.runEvents, in.runReadings, in.runStates, in.heartbeat} {
		workers.Go(func() { work(ctx) })
	}
	workers.Wait()
	endSessions()
	links.Wait()
	endQuarantine()
	last.Wait()
	return nil
}

// sleep returns false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
