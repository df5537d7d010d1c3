package uplink

import (
	"bytes"
	"container/heap"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// postTimeout bounds one request to one gateway.
const postTimeout = 5 * time.Second

// poster is the second way: events that MQTT brings no answer for are posted to
// a gateway. It bridges the fail-over of a broker.
type poster struct {
	u        *Uplink
	client   *http.Client
	gateways []string // the one that answered last is first
	cursor   uint64   // events up to here are in the queue
	queue    dueQueue
	wait     time.Duration // after a failure; zero while all is well
	failing  bool
}

// keepPosting posts what is due until ctx ends. Requests go one after the other:
// this is a bridge, not a road.
func (u *Uplink) keepPosting(ctx context.Context) error {
	secure := u.cfg.TLS.Clone()
	if secure != nil && secure.GetClientCertificate != nil {
		secure.NextProtos = []string{care.EdgeProtocol, "h2", "http/1.1"}
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: secure, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: postTimeout, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute,
	}
	if u.cfg.Dial != nil {
		transport.DialContext = u.cfg.Dial
	}
	defer transport.CloseIdleConnections()
	p := &poster{
		u: u, gateways: slices.Clone(u.cfg.HTTPS),
		client: &http.Client{Transport: transport, Timeout: postTimeout},
	}
	if u.gateways != nil {
		p.client.Transport = u.gateways
	}
	for {
		wait := p.pass(ctx, time.Now())
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-u.rouse:
			t.Stop()
			if p.wait > 0 { // new events do not shorten the wait after a failure
				pause(ctx, wait)
			}
		case <-t.C:
		}
	}
}

// pass posts all that is due and returns for how long nothing is.
func (p *poster) pass(ctx context.Context, now time.Time) time.Duration {
	p.fill(now)
	for ctx.Err() == nil && len(p.queue) > 0 {
		now = time.Now()
		if at := p.queue[0].at; at.After(now) {
			return at.Sub(now)
		}
		ref := heap.Pop(&p.queue).(dueItem).ref
		if at, due := p.due(ref, now); !due {
			if !at.IsZero() {
				heap.Push(&p.queue, dueItem{at, ref})
			}
			continue
		}
		again, ok := p.post(ctx, ref)
		if !again.IsZero() {
			heap.Push(&p.queue, dueItem{again, ref})
		}
		if !ok {
			p.wait = min(max(2*p.wait, time.Second), longestWait)
			return p.wait
		}
		p.wait = 0
	}
	return time.Hour // until roused
}

// fill takes over the events that the spool got since.
func (p *poster) fill(now time.Time) {
	for {
		items := p.u.spool.Events(p.cursor, 256)
		for _, item := range items {
			p.cursor = item.Ref
			p.u.mu.Lock()
			at := p.u.track(item, now).post
			p.u.mu.Unlock()
			heap.Push(&p.queue, dueItem{at, item.Ref})
		}
		if len(items) == 0 {
			return
		}
	}
}

// due says whether an event is to be posted now, or else when to ask again; the
// zero time means never.
func (p *poster) due(ref uint64, now time.Time) (time.Time, bool) {
	p.u.mu.Lock()
	defer p.u.mu.Unlock()
	d := p.u.waiting[ref]
	switch {
	case d == nil:
		return time.Time{}, false // answered
	case p.u.connected && d.sent.IsZero():
		return now.Add(httpsAfter), false // MQTT is about to send it
	case d.post.After(now):
		return d.post, false
	}
	d.posts++
	d.post = now.Add(backoff(d.posts))
	return time.Time{}, true
}

// post sends one event to the gateways, one after the other, until one answers.
// again is when the event is due once more, zero for never; ok is false when no
// gateway gave an answer.
func (p *poster) post(ctx context.Context, ref uint64) (again time.Time, ok bool) {
	payload, waits, err := p.u.spool.Event(ref)
	if err != nil || !waits {
		return time.Time{}, true // read errors are logged by the sender
	}
	p.u.mu.Lock()
	d := p.u.waiting[ref]
	if d == nil {
		p.u.mu.Unlock()
		return time.Time{}, true
	}
	id, again := d.id, d.post
	p.u.mu.Unlock()
	var errs []error
	for i, gateway := range p.gateways {
		receipt, err := p.request(ctx, gateway, payload)
		if err == nil && receipt.ID != id {
			err = fmt.Errorf("%s answers for event %q, not for %s", gateway, receipt.ID, id)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if i > 0 {
			p.gateways = slices.Insert(slices.Delete(p.gateways, i, i+1), 0, gateway)
		}
		if receipt.Status == care.ReceiptRefused {
			p.u.logRefused(id, strings.TrimSpace(string(receipt.Reason)+" "+receipt.Detail))
		}
		p.u.answered(id)
		p.failing = false
		return time.Time{}, true
	}
	if ctx.Err() == nil && !p.failing {
		p.failing = true
		p.u.cfg.Log.Warn("no gateway takes events over HTTPS either; they wait on disk", "err", errors.Join(errs...))
	}
	return again, false
}

func (p *poster) request(ctx context.Context, gateway string, payload []byte) (care.Receipt, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(gateway, "/")+"/api/events", bytes.NewReader(payload))
	if err != nil {
		return care.Receipt{}, fmt.Errorf("post an event: %w", err)
	}
	req.SetBasicAuth(string(p.u.cfg.Site)+"/"+string(p.u.cfg.Edge), p.u.cfg.Secret)
	req.Header.Set("Content-Type", "application/cloudevents+json")
	req.Header.Set("Accept", "application/json")
	resp, err := p.client.Do(req)
	if err != nil {
		return care.Receipt{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return care.Receipt{}, fmt.Errorf("read the answer of %s: %w", gateway, err)
	}
	var r care.Receipt
	decided := json.Unmarshal(body, &r) == nil &&
		(r.Status == care.ReceiptCommitted || r.Status == care.ReceiptDuplicate || r.Status == care.ReceiptRefused)
	// A proxy's error page must not take an event away: only a receipt does.
	if !decided || resp.StatusCode >= 500 {
		return care.Receipt{}, fmt.Errorf("%s answers %s: %.200q", gateway, resp.Status, body)
	}
	return r, nil
}
