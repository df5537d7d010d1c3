// Package templated sends messages through any provider that takes them by one
// HTTP request. The request is written as templates in the settings, and so is
// how its answer reads and, where the provider can be asked, what became of a
// message. It is meant for providers of text messages and calls that have no
// channel of their own.
//
// Templates are those of text/template. They see the fields of Data and have
// these functions beside the usual ones:
//
//	json x               a value as JSON, a text with its quotes
//	urlquery x           a value within a query (one of the usual ones)
//	cut n x              a text of at most n characters
//	base64 x, hex x      bytes as text
//	md5 x, sha1 x, sha256 x          digests, as bytes
//	hmacSHA1 k x, hmacSHA256 k x     digests with a key, as bytes
//	secret "name"        one of the secrets
//	in "zone" t          a time in a time zone
//
// A signature reads {{hmacSHA256 (secret "key") .Body | hex}}. The body is
// written first, then the URL, which sees it, then the headers, which see both.
package templated

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/phone"
	"shouwang.care/shouwang/alerts/notify/post"
)

// Channel is one provider.
type Channel struct {
	o      Options
	best   notify.Proof
	client *http.Client

	// telephone says that addresses are numbers, hasAsk that ask is set.
	telephone, hasAsk bool
	send, ask         *request
	taken             test
	failures          []rule
	id, words         find

	// What an answer to ask means.
	delivered, read, accepted test
	poll                      []rule

	secrets []string
}

// New returns the channel. Every template is tried with messages of each kind
// and language before, so that mistakes are found now and not at night. The
// client is post.NewClient's when nil.
func New(o Options, client *http.Client) (*Channel, error) {
	if client == nil {
		client = post.NewClient()
	}
	c, err := o.compile()
	if err != nil {
		return nil, err
	}
	c.client = client
	return c, nil
}

// Best is what the settings say.
func (c *Channel) Best() notify.Proof { return c.best }

// Send hands over one message.
func (c *Channel) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	if c.telephone {
		if err := phone.Check(m.To); err != nil {
			return notify.Sent{}, err
		}
	}
	hide := c.hide(m.To)
	body, err := c.exchange(ctx, c.send, messageData(m), c.failures, hide)
	if err != nil {
		return notify.Sent{}, err
	}
	if !c.taken.match(body) {
		return notify.Sent{}, notify.Failed(notify.Refused, "the provider does not say that it took the message: %s", c.says(body)).Hide(hide...)
	}
	sent := notify.Sent{Proof: notify.Taken}
	if !c.id.empty() {
		id, ok := c.id.in(body)
		if !ok || id == "" {
			return notify.Sent{}, notify.Failed(notify.Unreachable, "the provider took the message without giving it an id").Hide(hide...)
		}
		sent.ID = id
	}
	return sent, nil
}

// Poll asks what became of a message; without a request for that in the
// settings nothing is ever known.
func (c *Channel) Poll(ctx context.Context, id, to string, at time.Time) (*notify.Receipt, error) {
	if !c.hasAsk {
		return nil, nil
	}
	hide := c.hide(to)
	// An answer that says why a message failed is no failure to ask.
	body, err := c.exchange(ctx, c.ask, pollData(id, to, at), nil, hide)
	if err != nil {
		return nil, err
	}
	r := notify.Receipt{ID: id, At: time.Now()}
	switch {
	case c.accepted.match(body):
		r.Proof = notify.Accepted
	case c.read.match(body):
		r.Proof = notify.Read
	case c.delivered.match(body):
		r.Proof = notify.Delivered
	default:
		f := firstFailure(c.poll, body, "the provider reports: "+c.says(body))
		if f == nil {
			return nil, nil
		}
		r.Proof, r.Failed = notify.Taken, f.Hide(hide...)
	}
	return &r, nil
}

// exchange sends a request and returns the answer's body. The error is a
// *notify.Failure without the texts of hide in its detail; one that the rules
// read from the body goes before what the status says.
func (c *Channel) exchange(ctx context.Context, q *request, d Data, rules []rule, hide []string) ([]byte, error) {
	r, err := q.write(d, c.o.Plain)
	if err != nil {
		return nil, notify.Hopeless(notify.Misconfigured, "the request to the provider cannot be written: %v", err).Hide(hide...)
	}
	status, body, err := post.Do(ctx, c.client, r)
	if f := firstFailure(rules, body, fmt.Sprintf("the provider answers %d: %s", status, c.says(body))); f != nil {
		return nil, f.Hide(hide...)
	}
	if err != nil {
		return nil, notify.AsFailure(err).Hide(hide...)
	}
	if status < 200 || status > 299 {
		return nil, notify.Failed(notify.Refused, "the provider answers %d: %s", status, c.says(body)).Hide(hide...)
	}
	return body, nil
}

// says returns the words of the provider in an answer, or how it begins.
func (c *Channel) says(body []byte) string {
	if s, ok := c.words.in(body); ok && s != "" {
		return notify.Cut(s, 160)
	}
	return fmt.Sprintf("%.160q", body)
}

// hide lists what must not stand in a detail.
func (c *Channel) hide(to string) []string {
	return append(append([]string(nil), c.secrets...), phone.Forms(to)...)
}
