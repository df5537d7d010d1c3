package ingest

import (
	"context"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Of one kind of trouble on one topic, keptPerSpan messages are kept in each
// keptSpan; the quarantine is bounded, and one edge with a wrong clock must
// not push everything else out of it.
const (
	keptPerSpan = 20
	keptSpan    = 10 * time.Minute
	// waitingRows is how many rows may wait for the ledger.
	waitingRows = 1024
)

// trouble is what counts as the same kind of trouble.
type trouble struct {
	topic  string
	reason care.Reason
}

type span struct {
	began      time.Time
	kept       int
	suppressed int
}

// keeper writes refused messages into quarantine, beside the path of events,
// so that a flood of broken messages costs good ones nothing.
type keeper struct {
	in    *Ingest
	rows  chan Quarantined
	spans map[trouble]span // of the goroutine of run only
}

func newKeeper(in *Ingest) *keeper {
	return &keeper{in: in, rows: make(chan Quarantined, waitingRows), spans: map[trouble]span{}}
}

// add hands a row over without blocking.
func (k *keeper) add(q Quarantined) {
	if len(q.Payload) > MaxKept {
		q.Payload = q.Payload[:MaxKept]
	}
	select {
	case k.rows <- q:
	default:
		k.in.metrics.unkept.Inc()
	}
}

// run writes rows until ctx ends, and then those that are there already.
func (k *keeper) run(ctx context.Context) {
	for {
		select {
		case q := <-k.rows:
			k.keep(ctx, q)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			for {
				select {
				case q := <-k.rows:
					k.keep(last, q)
				default:
					return
				}
			}
		}
	}
}

func (k *keeper) keep(ctx context.Context, q Quarantined) {
	key := trouble{q.Topic, q.Reason}
	s := k.spans[key]
	if q.At.Sub(s.began) >= keptSpan {
		if s.suppressed > 0 {
			q.Detail = fmt.Sprintf("%s (and %d more of this kind since %s)", q.Detail, s.suppressed, s.began.UTC().Format(time.RFC3339))
		}
		s = span{began: q.At}
		k.forget(q.At)
	}
	if s.kept >= keptPerSpan {
		s.suppressed++
		k.spans[key] = s
		k.in.metrics.unkept.Inc()
		return
	}
	s.kept++
	k.spans[key] = s
	k.in.log.Warn("a message was refused", "site", q.Site, "edge", q.Edge, "topic", q.Topic, "reason", q.Reason, "detail", q.Detail)
	if err := k.in.opts.Quarantine.AddQuarantine(ctx, q); err != nil {
		k.in.metrics.unkept.Inc()
		k.in.log.Error("a refused message could not be put into quarantine", "topic", q.Topic, "reason", q.Reason, "err", err)
	}
}

// forget drops troubles that have ended, so that strangers who make up topics
// cannot fill the memory.
func (k *keeper) forget(now time.Time) {
	for key, s := range k.spans {
		if now.Sub(s.began) >= 2*keptSpan {
			delete(k.spans, key)
		}
	}
}
