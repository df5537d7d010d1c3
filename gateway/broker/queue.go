package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
)

// Names of the queue in JetStream.
const (
	queueStream   = "READINGS"
	queueSubject  = "readings"
	queueConsumer = "series"
)

// The waits between two tries to handle the same payload.
const (
	firstWait = 500 * time.Millisecond
	lastWait  = 30 * time.Second
	// ackWait is longer than the longest wait and a try together; each wait
	// extends it.
	ackWait = time.Minute
)

// Queue keeps payloads on disk, in order, until they are handled. It is
// bounded: beyond its size the oldest are dropped and counted, for what waits
// here is a history that nobody's life depends on.
type Queue struct {
	js     jetstream.JetStream
	stream jetstream.Stream
	limit  int64
	log    *slog.Logger

	rejected prometheus.Counter

	// What was dropped is the payloads that have left the stream without
	// having been handled.
	mu      sync.Mutex
	gone    uint64 // that had left when the queue was opened
	handled uint64 // since then
	dropped uint64 // the highest count so far: a counter never falls
}

func openQueue(ctx context.Context, js jetstream.JetStream, limit int64, log *slog.Logger) (*Queue, error) {
	s, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: queueStream, Subjects: []string{queueSubject},
		Description: "readings that the time series could not take",
		Storage:     jetstream.FileStorage, Retention: jetstream.WorkQueuePolicy,
		Discard: jetstream.DiscardOld, MaxBytes: limit,
	})
	if err != nil {
		return nil, fmt.Errorf("open the queue of readings, bounded to %d bytes: %w", limit, err)
	}
	state := s.CachedInfo().State
	return &Queue{
		js: js, stream: s, limit: limit, log: log, gone: state.LastSeq - state.Msgs,
		rejected: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "shouwang_readings_queue_rejected_total",
			Help: "Queued payloads given up because no further try could handle them.",
		}),
	}, nil
}

// Put stores payload at the end of the queue and returns when it is stored.
func (q *Queue) Put(ctx context.Context, payload []byte) error {
	if _, err := q.js.Publish(ctx, queueSubject, payload); err != nil {
		return fmt.Errorf("put readings into the queue on disk: %w", err)
	}
	return nil
}

// Permanent is an error that says of itself whether another try is in vain.
type Permanent interface {
	error
	Permanent() bool
}

// Run hands the payloads to handle, oldest first and one at a time, until ctx
// ends; then it returns nil. A payload leaves the queue when handle returns
// nil. After an error it is handed over again, with waits doubling from 0.5 s
// to 30 s, unless an error in the chain is Permanent: then it is logged,
// counted and given up. After a crash the last payload may come twice. Run may
// be active once at a time.
func (q *Queue) Run(ctx context.Context, handle func(context.Context, []byte) error) error {
	// A consumer from before would hold back the payload that it was working on
	// until its time is up; a new one begins with the oldest that is there.
	if err := q.stream.DeleteConsumer(ctx, queueConsumer); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return q.ended(ctx, fmt.Errorf("read the queue of readings: %w", err))
	}
	consumer, err := q.stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: queueConsumer, AckPolicy: jetstream.AckExplicitPolicy,
		// One at a time, so the wait for a slow series must not count as loss.
		MaxAckPending: 1, AckWait: ackWait,
	})
	if err != nil {
		return q.ended(ctx, fmt.Errorf("read the queue of readings: %w", err))
	}
	for {
		batch, err := consumer.Fetch(1, jetstream.FetchContext(ctx))
		if err == nil {
			for m := range batch.Messages() {
				if err := q.work(ctx, m, handle); err != nil {
					return q.ended(ctx, err)
				}
			}
			err = batch.Error()
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !errors.Is(err, jetstream.ErrNoMessages) && !errors.Is(err, context.DeadlineExceeded):
			q.log.Warn("the queue of readings cannot be read, trying again", "err", err)
			if !wait(ctx, firstWait) {
				return nil
			}
		}
	}
}

// work tries m until it is handled or given up. An error means that ctx has
// ended: the payload stays in the queue.
func (q *Queue) work(ctx context.Context, m jetstream.Msg, handle func(context.Context, []byte) error) error {
	for pause := firstWait; ; pause = min(2*pause, lastWait) {
		err := handle(ctx, m.Data())
		if err == nil {
			return q.done(ctx, m)
		}
		if ctx.Err() != nil {
			return err
		}
		if p, ok := errors.AsType[Permanent](err); ok && p.Permanent() {
			q.rejected.Inc()
			q.log.Error("queued readings were given up", "bytes", len(m.Data()), "err", err)
			return q.done(ctx, m)
		}
		n, dropped := q.size(ctx)
		q.log.Warn("queued readings wait for the time series", "waiting", n, "dropped", dropped, "next_try", pause, "err", err)
		if !wait(ctx, pause) {
			return ctx.Err()
		}
		if err := m.InProgress(); err != nil {
			q.log.Debug("the queue did not hear that work goes on", "err", err)
		}
	}
}

// done removes m from the queue. It is counted before, so that at no moment a
// handled payload looks like a dropped one.
func (q *Queue) done(ctx context.Context, m jetstream.Msg) error {
	meta, err := m.Metadata()
	if err != nil {
		return fmt.Errorf("read the queue of readings: %w", err)
	}
	q.mu.Lock()
	q.handled++
	q.mu.Unlock()
	if err := m.DoubleAck(ctx); err != nil {
		q.mu.Lock()
		q.handled--
		q.mu.Unlock()
		if ctx.Err() != nil {
			return err
		}
		q.log.Warn("handled readings could not be removed from the queue and will be written twice", "number", meta.Sequence.Stream, "err", err)
	}
	return nil
}

// ended hides the errors of a queue that was told to stop.
func (q *Queue) ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// Waiting returns how many payloads are in the queue.
func (q *Queue) Waiting(ctx context.Context) uint64 {
	n, _ := q.size(ctx)
	return n
}

// Dropped returns how many payloads were dropped since the start, because the
// queue was full.
func (q *Queue) Dropped(ctx context.Context) uint64 {
	_, n := q.size(ctx)
	return n
}

// size asks the stream how much waits and works out what was dropped. Without
// an answer it returns what it knew last.
func (q *Queue) size(ctx context.Context) (waiting, dropped uint64) {
	info, err := q.stream.Info(ctx)
	q.mu.Lock()
	defer q.mu.Unlock()
	if err != nil {
		return 0, q.dropped
	}
	if left := info.State.LastSeq - info.State.Msgs - q.gone; left > q.handled {
		q.dropped = max(q.dropped, left-q.handled)
	}
	return info.State.Msgs, q.dropped
}

func (q *Queue) metrics() []prometheus.Collector {
	ask := func(read func(context.Context) uint64) func() float64 {
		return func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			return float64(read(ctx))
		}
	}
	return []prometheus.Collector{
		q.rejected,
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "shouwang_readings_dropped_total",
			Help: "Queued payloads of readings dropped because the queue was full.",
		}, ask(q.Dropped)),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "shouwang_readings_queue_waiting",
			Help: "Payloads of readings that wait in the queue for the time series.",
		}, ask(q.Waiting)),
	}
}

// wait returns false when ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
