// Package webpush sends messages to browsers that subscribed on one of our
// pages (RFC 8030), encrypted for the browser alone (RFC 8291) and signed by
// the gateway (VAPID, RFC 8292).
//
// No step of a ladder may rest on web push alone. The push service is chosen by
// the browser, and that of Chrome cannot be reached from most networks in
// mainland China; telephones put browsers to sleep; a permission is gone by one
// tap, of which nobody learns before the next message; and no push service
// tells whether a message was shown. It is a faster second way beside a text
// message or a call: the best proof is that the push service took it.
//
// Subscriptions are made and kept elsewhere; whom to send to and when is
// decided by gateway/watch.
package webpush

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	lib "github.com/SherClockHolmes/webpush-go"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/post"
)

// services are the hosts of the push services of browsers; one that begins
// with a dot stands for all below it.
var services = []string{
	"fcm.googleapis.com",         // Chrome and most others
	".push.services.mozilla.com", // Firefox
	".push.apple.com",            // Safari
	".notify.windows.com",        // Edge
}

// How long a push service keeps a message for a browser that is away, in
// seconds. An alarm of half an hour ago has climbed its ladder to others.
const (
	keepAlarm = 30 * 60
	keepNews  = 4 * 60 * 60
)

// maxPayload is how long a payload may be in bytes: a record of 4,096 bytes,
// which every push service takes, less what encryption adds.
const maxPayload = 3900

// Options is the settings of web push.
type Options struct {
	// PublicKey and PrivateKey are the VAPID keys in base64url, as GenerateKeys
	// makes them. Pages subscribe with the public one: with other keys every
	// browser must subscribe anew.
	PublicKey  string        `yaml:"public_key"`
	PrivateKey notify.Secret `yaml:"private_key"`
	// Contact is where operators of push services can reach the operator of
	// this gateway: a mailbox, or a page with https.
	Contact string `yaml:"contact"`
	// Hosts are further hosts of push services. Subscriptions come from
	// browsers; to post to whatever address one names would let a user reach
	// into the gateway's network.
	Hosts []string `yaml:"hosts"`
}

// GenerateKeys makes a pair of VAPID keys.
func GenerateKeys() (public string, private notify.Secret, err error) {
	p, k, err := lib.GenerateVAPIDKeys()
	return k, notify.Secret(p), err
}

// Check returns every mistake in the settings.
func (o Options) Check() error {
	var m notify.Mistakes
	public, err := base64.RawURLEncoding.DecodeString(o.PublicKey)
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(public)
	}
	if err != nil {
		m.Add("public_key", "this is not a VAPID key: 65 bytes of P-256 in base64url")
	}
	private, err2 := base64.RawURLEncoding.DecodeString(string(o.PrivateKey))
	var key *ecdh.PrivateKey
	if err2 == nil {
		key, err2 = ecdh.P256().NewPrivateKey(private)
	}
	if err2 != nil {
		m.Add("private_key", "this is not a VAPID key: 32 bytes of P-256 in base64url")
	}
	if err == nil && err2 == nil && !bytes.Equal(key.PublicKey().Bytes(), public) {
		m.Add("public_key", "it does not belong to private_key")
	}
	if !strings.Contains(o.Contact, "@") && !strings.HasPrefix(o.Contact, "https://") {
		m.Add("contact", "%q is neither a mailbox nor a page with https", o.Contact)
	}
	return m.Err()
}

// Payload is what the service worker of a page gets.
type Payload struct {
	// ID is the idempotency key: the tag of the notification, so that a second
	// try replaces the first.
	ID       string          `json:"id"`
	Title    string          `json:"title"`
	Text     string          `json:"text"`
	Language notify.Language `json:"language"`
	// Link is the page to open; absent when there is nothing to open.
	Link string `json:"link,omitempty"`
}

type channel struct {
	o      Options
	hosts  []string
	client *http.Client
}

// New returns the channel of web push. Its addresses are subscriptions in JSON,
// as browsers give them: endpoint, and keys p256dh and auth. The settings must
// pass Check; a nil client is one of post.NewClient.
func New(o Options, client *http.Client) notify.Channel {
	if client == nil {
		client = post.NewClient()
	}
	o.Contact = strings.TrimPrefix(o.Contact, "mailto:") // the library adds it
	return &channel{o: o, hosts: slices.Concat(services, o.Hosts), client: client}
}

// PublicKey returns the key with which pages subscribe.
func (c *channel) PublicKey() string { return c.o.PublicKey }

// Best is Taken: no push service tells whether a message was shown.
func (c *channel) Best() notify.Proof { return notify.Taken }

// Send hands one message to the push service of a browser. A permanent
// bad_address means that the subscription is over and is to be deleted.
func (c *channel) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	s, err := subscription(m.To, c.hosts)
	if err != nil {
		return notify.Sent{}, err
	}
	ttl := keepNews
	if m.Kind == notify.Alarm || m.Kind == notify.Storm {
		ttl = keepAlarm
	}
	sender := &sender{ctx: ctx, client: c.client}
	_, err = lib.SendNotificationWithContext(ctx, payload(m), s, &lib.Options{
		HTTPClient:      sender,
		Subscriber:      c.o.Contact,
		VAPIDPublicKey:  c.o.PublicKey,
		VAPIDPrivateKey: string(c.o.PrivateKey),
		TTL:             ttl,
		Urgency:         urgency(m),
		// A second try replaces a first one that still waits for its browser.
		Topic: topic(m.Key),
	})
	switch {
	case sender.err != nil:
		err = sender.err
	case errors.Is(err, lib.ErrMaxPadExceeded):
		err = notify.Hopeless(notify.Refused, "the link of the message is too long for web push")
	case err != nil:
		// The keys of the gateway passed Check, so those of the browser are bad.
		err = notify.Hopeless(notify.BadAddress, "the subscription has no usable keys")
	default:
		err = read(sender.status, sender.body)
	}
	if err != nil {
		return notify.Sent{}, notify.AsFailure(err).Hide(secrets(m.To, s)...)
	}
	return notify.Sent{Proof: notify.Taken}, nil
}

// sender sends the library's one request as other channels send theirs.
type sender struct {
	ctx    context.Context
	client *http.Client

	status int
	body   []byte
	err    error
}

// Do sends a request and keeps the answer.
func (s *sender) Do(r *http.Request) (*http.Response, error) {
	s.status, s.body, s.err = post.Do(s.ctx, s.client, r)
	if s.err != nil {
		return nil, s.err
	}
	return &http.Response{StatusCode: s.status, Body: io.NopCloser(bytes.NewReader(s.body))}, nil
}

// read says what an answer means; nil when the message was taken.
func read(status int, body []byte) error {
	switch status {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent:
		return post.Contradicts(status, body)
	case http.StatusNotFound, http.StatusGone:
		return notify.Hopeless(notify.BadAddress, "the subscription is over (%d); the browser must subscribe anew", status)
	}
	return notify.Hopeless(notify.Refused, "the push service answers %d: %.200s", status, body)
}

// payload writes a message; its text is shortened until all of it fits.
func payload(m notify.Message) []byte {
	p := Payload{ID: m.Key, Title: notify.CutBytes(m.Title, 200), Text: notify.CutBytes(m.Text, 2000), Language: m.Language, Link: m.Link}
	for {
		b, err := json.Marshal(p)
		if err == nil && len(b) <= maxPayload || p.Text == "" {
			return b
		}
		p.Text = notify.CutBytes(p.Text, len(p.Text)/2)
	}
}

// topic is a key in the letters and the length, at most 32, that a topic may
// have: a UUID without its hyphens.
func topic(key string) string {
	t := strings.ReplaceAll(key, "-", "")
	if len(t) > 32 {
		return ""
	}
	return t
}

// urgency is how soon a telephone that saves power shows a message.
func urgency(m notify.Message) lib.Urgency {
	switch {
	case m.Kind != notify.Alarm && m.Kind != notify.Storm:
		return lib.UrgencyNormal
	case m.Severity >= care.High:
		return lib.UrgencyHigh
	case m.Severity == care.Low:
		return lib.UrgencyLow
	}
	return lib.UrgencyNormal
}

// subscription reads an address. The error is a failure of delivery.
func subscription(to string, hosts []string) (*lib.Subscription, error) {
	var s lib.Subscription
	if err := json.Unmarshal([]byte(to), &s); err != nil || s.Keys.P256dh == "" || s.Keys.Auth == "" {
		return nil, notify.Hopeless(notify.BadAddress, "the address is not the subscription of a browser: endpoint and two keys in JSON")
	}
	u, err := url.Parse(s.Endpoint)
	if err == nil {
		err = post.CheckURL(s.Endpoint, false)
	}
	if err == nil && u.User != nil {
		err = errors.New("the endpoint has a user")
	}
	if err != nil {
		return nil, notify.Hopeless(notify.BadAddress, "the endpoint of the subscription is not that of a push service: %v", err)
	}
	known := slices.ContainsFunc(hosts, func(h string) bool {
		return u.Hostname() == h || strings.HasPrefix(h, ".") && strings.HasSuffix(u.Hostname(), h)
	})
	if !known {
		return nil, notify.Hopeless(notify.BadAddress, "the gateway does not know the push service of the subscription; add its host to hosts, if it is one")
	}
	return &s, nil
}

// secrets returns the parts of a subscription that no error may tell: who has
// the endpoint can be sent to.
func secrets(to string, s *lib.Subscription) []string {
	list := []string{to, s.Endpoint, s.Keys.P256dh, s.Keys.Auth}
	if u, err := url.Parse(s.Endpoint); err == nil {
		list = append(list, u.RequestURI(), strings.TrimPrefix(u.RequestURI(), "/"))
	}
	return list
}
