// Package webhook sends messages as signed JSON to an address of the
// operator's choice: another program of the house, an automation or a gateway
// of a provider that no other channel knows.
//
// Requests are signed by the scheme of standardwebhooks.com, for which
// libraries exist in most languages: the receiver checks webhook-signature over
// webhook-id, webhook-timestamp and body, refuses what is more than some
// minutes old, and drops an id that it has seen. An answer proves that the
// message was taken, no more.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/post"
)

// Options is the settings of one receiver.
type Options struct {
	// URL is where messages are posted to.
	URL notify.Secret `yaml:"url"`
	// Secret signs: "whsec_" and the base64 of 24 to 64 random bytes.
	Secret notify.Secret `yaml:"secret"`
	// Authorization is the value of that header, such as "Bearer …"; without
	// one there is no such header.
	Authorization notify.Secret `yaml:"authorization"`
	// Plain allows http beyond this machine, for a receiver on the home's own
	// network. Whoever listens there reads the messages.
	Plain bool `yaml:"plain"`
}

// Check returns every mistake in the settings.
func (o Options) Check() error {
	var m notify.Mistakes
	m.Need("url", string(o.URL), "the address of the receiver")
	if o.URL != "" {
		if err := post.CheckURL(string(o.URL), o.Plain); err != nil {
			m.Add("url", "%v", err)
		}
	}
	if key, err := o.key(); err != nil || len(key) < 24 || len(key) > 64 {
		m.Add("secret", `a secret is "whsec_" and the base64 of 24 to 64 random bytes; make one with: echo whsec_$(openssl rand -base64 32)`)
	}
	if strings.ContainsAny(string(o.Authorization), "\r\n") {
		m.Add("authorization", "a header has one line")
	}
	return m.Err()
}

func (o Options) key() ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.TrimPrefix(string(o.Secret), "whsec_"))
}

// Payload is the body of a request. Fields may be added, none will be renamed.
type Payload struct {
	// Type is "care.shouwang.message." and the kind: alarm, storm, news, warning
	// or trial.
	Type string `json:"type"`
	// Timestamp is when it was decided to send the message, in UTC.
	Timestamp time.Time `json:"timestamp"`
	Data      Data      `json:"data"`
}

// Data is the message.
type Data struct {
	// ID is the idempotency key, the same at each try and as webhook-id.
	ID string `json:"id"`
	// To is the address that the person's entry has for this channel.
	To string `json:"to"`
	// Language is zh or en.
	Language notify.Language `json:"language"`
	// Severity is low, medium, high or urgent.
	Severity string `json:"severity"`
	// Title is one line, Text the whole message in plain text.
	Title string `json:"title"`
	Text  string `json:"text"`
	// Params has the same by parts: site, place, class, time, count.
	Params map[string]string `json:"params,omitempty"`
	// Link is the page where the incident can be accepted; absent when there is
	// nothing to accept. It is to be opened by the person, not fetched.
	Link string `json:"link,omitempty"`
}

type channel struct {
	o      Options
	key    []byte
	client *http.Client
}

// New returns the channel of a receiver. Its addresses are passed on as they
// are and may be anything. The settings must pass Check; a nil client is one of
// post.NewClient.
func New(o Options, client *http.Client) notify.Channel {
	if client == nil {
		client = post.NewClient()
	}
	key, _ := o.key() // Check has seen it
	return &channel{o: o, key: key, client: client}
}

// Best is Taken.
func (c *channel) Best() notify.Proof { return notify.Taken }

// Send posts one message.
func (c *channel) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	if err := c.send(ctx, m); err != nil {
		hidden := []string{m.To, string(c.o.URL), strings.TrimPrefix(string(c.o.Secret), "whsec_"), string(c.o.Authorization)}
		if u, err := url.Parse(string(c.o.URL)); err == nil && u.RequestURI() != "/" {
			hidden = append(hidden, u.RequestURI()) // many addresses hold their key
		}
		return notify.Sent{}, notify.AsFailure(err).Hide(hidden...)
	}
	return notify.Sent{Proof: notify.Taken}, nil
}

func (c *channel) send(ctx context.Context, m notify.Message) error {
	body, err := json.Marshal(Payload{
		Type:      "care.shouwang.message." + string(m.Kind),
		Timestamp: m.Time.UTC(),
		Data: Data{
			ID: m.Key, To: m.To, Language: m.Language, Severity: m.Severity.String(),
			Title: m.Title, Text: m.Text, Params: m.Params, Link: m.Link,
		},
	})
	if err != nil {
		return notify.Hopeless(notify.Refused, "the message cannot be written as JSON: %v", err)
	}
	r, err := http.NewRequest(http.MethodPost, string(c.o.URL), bytes.NewReader(body))
	if err != nil {
		return notify.Hopeless(notify.Misconfigured, "the address of the receiver is not a URL")
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "shouwang-webhook/1")
	r.Header.Set("webhook-id", m.Key)
	r.Header.Set("webhook-timestamp", at)
	r.Header.Set("webhook-signature", sign(c.key, m.Key, at, body))
	if c.o.Authorization != "" {
		r.Header.Set("Authorization", string(c.o.Authorization))
	}
	status, answer, err := post.Do(ctx, c.client, r)
	if err != nil {
		return err
	}
	return read(status, answer)
}

// sign returns the signature of a request of id, Unix time in seconds and body.
func sign(key []byte, id, at string, body []byte) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(id + "." + at + "."))
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}
