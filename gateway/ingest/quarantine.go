package ingest

import (
	"context"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Of one kind of trouble of one edge, keptPerSpan messages are kept in each
// keptSpan: the quarantine is bounded, and one edge with a wrong clock must
// not push everything else out of it.
const (
	keptPerSpan = 20
	keptSpan    = 10 * time.Minute
	// waitingRows is how many rows may wait for the ledger.
	waitingRows = 1024
	// troublesKnown bounds the memory of troubles, whose names strangers can
	// make up at sign-in.
	troublesKnown = 10_000
)

// row is one refused message on its way into quarantine.
type row struct {
	kind care.Kind
	Quarantined
}

// trouble is what counts as the same kind of trouble.
type trouble struct {
	site, edge string
	kind       care.Kind
	reason     care.Reason
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
	rows  chan row
	spans map[trouble]span // of the goroutine of run only
}

func newKeeper(in *Ingest) *keeper {
	return &keeper{in: in, rows: make(chan row, waitingRows), spans: map[trouble]span{}}
}

// add hands a row over without blocking.
func (k *keeper) add(kind care.Kind, q Quarantined) {
	if len(q.Payload) > MaxKept {
		q.Payload = q.Payload[:MaxKept]
	}
	select {
	case k.rows <- row{kind, q}:
	default:
		k.in.metrics.unkept.Inc()
	}
}

// run writes rows until ctx ends, and then those that are there already.
func (k *keeper) run(ctx context.Context) {
	for {
		select {
		case r := <-k.rows:
			k.keep(ctx, k.withOthers(r))
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			for len(k.rows) > 0 {
				k.keep(last, k.withOthers(<-k.rows))
			}
			return
		}
	}
}

// withOthers returns r and what else is there.
func (k *keeper) withOthers(r row) []row {
	rows := []row{r}
	for len(rows) < batchLimit {
		select {
		case r := <-k.rows:
			rows = append(rows, r)
		default:
			return rows
		}
	}
	return rows
}

func (k *keeper) keep(ctx context.Context, rows []row) {
	var kept []Quarantined
	for _, r := range rows {
		if !k.due(&r) {
			k.in.metrics.unkept.Inc()
			continue
		}
		k.in.log.Warn("a message was refused", "site", r.Site, "edge", r.Edge, "topic", r.Topic, "reason", r.Reason, "detail", r.Detail)
		kept = append(kept, r.Quarantined)
	}
	if len(kept) == 0 {
		return
	}
	if err := k.in.opts.Quarantine.AddQuarantine(ctx, kept); err != nil {
		k.in.metrics.unkept.Add(float64(len(kept)))
		k.in.log.Error("refused messages could not be put into quarantine", "messages", len(kept), "err", err)
	}
}

// due reports whether a row is to be kept. The first of a new span says how
// many were not in the one before.
func (k *keeper) due(r *row) bool {
	key := trouble{r.Site, r.Edge, r.kind, r.Reason}
	s := k.spans[key]
	if r.At.Sub(s.began) >= keptSpan {
		if s.suppressed > 0 {
			r.Detail = fmt.Sprintf("%s (and %d more of this kind since %s)", r.Detail, s.suppressed, s.began.UTC().Format(time.RFC3339))
		}
		if len(k.spans) >= troublesKnown {
			clear(k.spans)
		}
		s = span{began: r.At}
	}
	due := s.kept < keptPerSpan
	if due {
		s.kept++
	} else {
		s.suppressed++
	}
	k.spans[key] = s
	return due
}
