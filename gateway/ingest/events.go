package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// batchLimit is how many messages are dealt with in one go. There is no wait
// for a batch to fill: it is what came while the one before was committed.
const batchLimit = 256

// ErrUnavailable says that an event could not be kept at the moment. The
// sender has to try again.
var ErrUnavailable = errors.New("the ledger cannot take events at the moment: send the event again")

// admitted is an event that may go into the book.
type admitted struct {
	event care.Received
	msg   *message
}

// answers are what the core says to edges after a batch.
type answers map[people.SiteEdge]*care.Committed

func (a answers) of(edge people.SiteEdge) *care.Committed {
	if a[edge] == nil {
		a[edge] = &care.Committed{}
	}
	return a[edge]
}

// runEvents commits events until ctx ends.
func (in *Ingest) runEvents(ctx context.Context) {
	box := in.inboxes[care.KindEvent]
	for {
		batch := box.take(ctx, batchLimit)
		if batch == nil {
			return
		}
		good := make([]admitted, 0, len(batch))
		refusals := answers{}
		for _, m := range batch {
			e, err := in.admit(m)
			if err != nil {
				in.refuseEvent(m, e.ID, err, refusals)
				continue
			}
			good = append(good, admitted{e, m})
		}
		in.publishAnswers(refusals)
		in.commit(ctx, good)
	}
}

// admit decides whether an event may go into the book. The error is a
// *care.Refusal; the event's id is set even then, where it could be read.
func (in *Ingest) admit(m *message) (care.Received, error) {
	refuse := func(id string, reason care.Reason, format string, args ...any) (care.Received, error) {
		return care.Received{Event: care.Event{ID: id}}, care.Refuse(reason, fmt.Sprintf(format, args...))
	}
	site, edge, _, err := care.ParseTopic(m.topic)
	if err != nil {
		return care.Received{}, err
	}
	if m.tooLarge() {
		return refuse(m.id, care.ReasonTooLarge, "the event has %d bytes, more than %d", m.size, care.MaxPacket)
	}
	e, err := care.ParseEvent(m.payload)
	if err != nil {
		return care.Received{Event: e}, err
	}
	if e.Site != site || e.Edge != edge {
		return refuse(e.ID, care.ReasonForeignSource, "the source %s is not of the edge %s/%s that sent the event", e.Source(), site, edge)
	}
	if err := in.registered(site, edge); err != nil {
		return care.Received{Event: e}, err
	}
	r := care.Received{Event: e, ReceivedAt: m.received.UTC(), SentTime: e.Time, Via: m.via}
	r.Time, r.Clock = correct(e.Time, r.ReceivedAt, in.clocks.get(people.SiteEdge{Site: site, Edge: edge}))
	return r, nil
}

// registered refuses what comes from a site or an edge that nobody entered.
func (in *Ingest) registered(site care.SiteID, edge care.EdgeID) error {
	d := in.opts.Directory()
	if _, ok := d.Sites[site]; !ok {
		return care.Refuse(care.ReasonUnknownSite, fmt.Sprintf("the site %s is not registered: import it in a site plan", site))
	}
	if _, ok := d.Edges[people.SiteEdge{Site: site, Edge: edge}]; !ok {
		return care.Refuse(care.ReasonUnknownSite, fmt.Sprintf("the edge %s of the site %s is not registered: import it in a site plan", edge, site))
	}
	return nil
}

// commit offers events to the book until it has kept them, and then
// acknowledges them. It gives up, without an acknowledgement, when ctx ends.
func (in *Ingest) commit(ctx context.Context, good []admitted) {
	for pause := firstPause; len(good) > 0; pause = min(2*pause, lastPause) {
		events := make([]care.Received, len(good))
		for i, g := range good {
			events[i] = g.event
		}
		receipts, err := in.opts.Book.Commit(ctx, events)
		if err == nil && len(receipts) != len(events) {
			err = fmt.Errorf("the book gave %d receipts for %d events", len(receipts), len(events))
		}
		if err == nil {
			in.settle(good, receipts)
			return
		}
		// Those who wait at the end of an HTTP request try again themselves.
		waiting := good[:0:0]
		for _, g := range good {
			if g.msg.answer != nil {
				g.msg.answer(care.Receipt{}, fmt.Errorf("%w: %w", ErrUnavailable, err))
				continue
			}
			waiting = append(waiting, g)
		}
		good = waiting
		if ctx.Err() != nil {
			return
		}
		in.metrics.retries.WithLabelValues("book").Inc()
		in.log.Error("events could not be kept, trying again", "events", len(events), "next_try", pause, "err", err)
		if !sleep(ctx, pause) {
			return
		}
	}
}

// The waits between two tries.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 2 * time.Second
)

// settle tells everybody what became of a batch that the book has answered.
func (in *Ingest) settle(good []admitted, receipts []care.Receipt) {
	now := time.Now()
	replies := answers{}
	for i, g := range good {
		e, r := g.event, receipts[i]
		r.ID = e.ID
		if r.Status == care.ReceiptRefused {
			in.refuseEvent(g.msg, e.ID, care.Refuse(r.Reason, r.Detail), replies)
			continue
		}
		in.metrics.accepted.WithLabelValues(string(care.KindEvent)).Inc()
		in.metrics.latency.Observe(now.Sub(e.ReceivedAt).Seconds())
		if proof := care.EventProof(e.Class); proof != care.ProofNone {
			in.opts.Seen(e.Site, e.Point, e.Time, proof)
		}
		if g.msg.answer != nil {
			g.msg.answer(r, nil)
			continue
		}
		in.inboxes[care.KindEvent].done(g.msg)
		to := replies.of(people.SiteEdge{Site: e.Site, Edge: e.Edge})
		to.IDs = append(to.IDs, e.ID)
	}
	in.publishAnswers(replies)
}

// refuseEvent answers an event that will never be kept. Over MQTT its sender
// hears of it on the topic of the edge that sent it, when the id is known.
func (in *Ingest) refuseEvent(m *message, id string, err error, replies answers) {
	r := in.refuse(care.KindEvent, m, err)
	if m.answer != nil {
		m.answer(care.Receipt{ID: id, Status: care.ReceiptRefused, Reason: r.Reason, Detail: r.Detail}, nil)
		return
	}
	in.inboxes[care.KindEvent].done(m)
	if site, edge, _, err := care.ParseTopic(m.topic); err == nil && id != "" {
		to := replies.of(people.SiteEdge{Site: site, Edge: edge})
		to.Refused = append(to.Refused, care.RefusedEvent{ID: id, Reason: string(r.Reason) + ": " + r.Detail})
	}
}

// publishAnswers tells edges which of their events are in the ledger and which
// never will be. What cannot be sent is not repeated: an edge without an
// answer sends its event again, and is then told that it is a duplicate.
func (in *Ingest) publishAnswers(replies answers) {
	for to, c := range replies {
		payload, err := json.Marshal(c)
		if err != nil { // strings only: cannot be
			in.log.Error("an answer to an edge could not be encoded", "site", to.Site, "edge", to.Edge, "err", err)
			continue
		}
		if err := in.sessions[care.KindEvent].publish(care.Topic(to.Site, to.Edge, care.KindCommitted), payload); err != nil {
			in.metrics.unanswered.Inc()
			in.log.Warn("an edge could not be told what became of its events; it will send them again", "site", to.Site, "edge", to.Edge, "err", err)
		}
	}
}

// HTTPEvent takes one event in that an edge, whose identity was proved, sent
// over HTTPS. It goes the way of all events: the answer is the receipt of the
// ledger, or a refusal. The error is ErrUnavailable, possibly with its cause,
// or of ctx; nothing is known to be kept then.
func (in *Ingest) HTTPEvent(ctx context.Context, site care.SiteID, edge care.EdgeID, body []byte) (care.Receipt, error) {
	type outcome struct {
		receipt care.Receipt
		err     error
	}
	done := make(chan outcome, 1) // so that answering never blocks
	m := newMessage(care.Topic(site, edge, care.KindEvent), body, "https")
	m.answer = func(r care.Receipt, err error) { done <- outcome{r, err} }
	in.inboxes[care.KindEvent].push(m)
	select {
	case o := <-done:
		return o.receipt, o.err
	case <-in.ended:
		return care.Receipt{}, fmt.Errorf("the gateway is stopping: %w", ErrUnavailable)
	case <-ctx.Done():
		return care.Receipt{}, fmt.Errorf("%w: %w", ErrUnavailable, context.Cause(ctx))
	}
}
