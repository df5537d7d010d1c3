// Package shoutrrr sends messages through the services of the library
// nicholas-fedor/shoutrrr that have no channel of their own here: ntfy, Bark,
// Gotify, Telegram, Pushover, Matrix and others, each set by a URL as its
// documentation describes.
//
// The library takes no context and tells little of failures, so each service
// gets a bounded number of goroutines, which New's channel owns, and what went
// wrong is read from its words. Its URLs hold keys; none of them reaches an
// error or a log. Whom to send to and when is decided by gateway/watch.
package shoutrrr

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/post"
)

// Default is the name that an empty address stands for.
const Default = "default"

// atOnce is how many messages to one name may be under way: a service that
// hangs must not hold up those to others.
const atOnce = 4

// maxText is how long title and text together may be, in bytes; Bark and
// Pushover take little more.
const maxText = 900

// Options is the settings of services by the names that addresses use.
type Options struct {
	// URLs has a service URL for each name: "default", or the name of one
	// person's telephone, such as
	//
	//	li-phone: ntfy://ntfy.example.org/topic?priority=high
	//	wang-phone: bark://:device-key@bark.example.org/
	//	family: telegram://token@telegram?chats=123456
	URLs map[string]notify.Secret `yaml:"urls"`
}

// unfit has the services that this channel leaves to better ones.
var unfit = map[string]string{
	"generic": "it does not read answers, so that errors would be lost; use the webhook channel",
	"logger":  "it reaches nobody, and writes messages into the log",
	"smtp":    "use the mail channel",
	"wecom":   "use the wecom channel",
	"lark":    "use the feishu channel",
}

// Check returns every mistake in the settings. It asks no service.
func (o Options) Check() error {
	var m notify.Mistakes
	if len(o.URLs) == 0 {
		m.Add("urls", "a name and the URL of a service are needed")
	}
	for _, name := range slices.Sorted(maps.Keys(o.URLs)) {
		path, address := "urls."+name, string(o.URLs[name])
		if name == "" {
			m.Add("urls", "a URL has no name; the name of the usual one is %q", Default)
		}
		// The errors of the library repeat the URL with its keys.
		r := &router.ServiceRouter{}
		scheme, _, err := r.ExtractServiceName(address)
		if err != nil || scheme == "" {
			m.Add(path, "this is not a URL such as ntfy://ntfy.sh/topic")
			continue
		}
		if why, ok := unfit[scheme]; ok {
			m.Add(path, "%s is not for messages to people: %s", scheme, why)
			continue
		}
		if _, err := r.NewService(scheme); err != nil {
			m.Add(path, "there is no service %q", scheme)
			continue
		}
		if scheme == "matrix" {
			continue // it would sign in
		}
		if _, err := r.Locate(address); err != nil {
			m.Add(path, "%s does not understand its URL; compare it with the documentation of the service in shoutrrr", scheme)
		}
	}
	return m.Err()
}

// Channel is a notify.Channel whose Close waits for what the library has not
// ended yet.
type Channel struct {
	urls  map[string]string
	slots map[string]chan struct{} // one element for each message under way
}

// New returns the channel of services. Its addresses are names of the
// settings; an empty one is "default". The settings must pass Check.
//
// No service has an idempotency key here: a second try after an answer that
// got lost is seen twice.
func New(o Options) *Channel {
	c := &Channel{urls: map[string]string{}, slots: map[string]chan struct{}{}}
	for name, address := range o.URLs {
		c.urls[name] = string(address)
		c.slots[name] = make(chan struct{}, atOnce)
	}
	return c
}

// Best is Taken.
func (c *Channel) Best() notify.Proof { return notify.Taken }

// Send hands one message to the service of a name. When ctx ends first, the
// library may still be sending; Close waits for that.
func (c *Channel) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	name := m.To
	if name == "" {
		name = Default
	}
	address, ok := c.urls[name]
	if !ok {
		return notify.Sent{}, notify.Hopeless(notify.BadAddress, "the settings have no URL of that name")
	}
	slot := c.slots[name]
	select {
	case slot <- struct{}{}:
	case <-ctx.Done():
		return notify.Sent{}, notify.Failed(notify.Unreachable, "%d earlier messages to this service still hang", atOnce)
	}
	result := make(chan error, 1)
	go func() {
		defer func() { <-slot }()
		result <- deliver(ctx, address, m)
	}()
	select {
	case err := <-result:
		if err != nil {
			return notify.Sent{}, failure(ctx, address, err).Hide(m.To)
		}
		return notify.Sent{Proof: notify.Taken}, nil
	case <-ctx.Done():
		return notify.Sent{}, notify.Failed(notify.Unreachable, "the service did not answer in time: %v", context.Cause(ctx))
	}
}

// Close waits until no message is under way, or ctx ends; the error says that
// some still were.
func (c *Channel) Close(ctx context.Context) error {
	for name, slot := range c.slots {
		if err := drain(ctx, slot); err != nil {
			return fmt.Errorf("the service %q still hangs: %w", name, err)
		}
	}
	return nil
}

// drain takes every slot, which are free when no message is under way, and
// gives them back.
func drain(ctx context.Context, slot chan struct{}) error {
	for range atOnce {
		select {
		case slot <- struct{}{}:
			defer func() { <-slot }()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// deliver sends one message by a service of its own: the library's services
// keep the title of one message for the next.
func deliver(ctx context.Context, address string, m notify.Message) error {
	service, err := (&router.ServiceRouter{}).Locate(address)
	if err != nil {
		return notify.Hopeless(notify.Misconfigured, "the service does not understand its URL, or refuses the sign-in")
	}
	if s, ok := service.(interface{ SetHTTPClient(*http.Client) }); ok {
		client := post.NewClient()
		client.Transport = bound{ctx, client.Transport}
		s.SetHTTPClient(client)
		defer client.CloseIdleConnections()
	}
	text, params := words(service.GetID(), m)
	return service.Send(text, &params)
}

// words returns what is sent. Services that have fields for title, link and
// priority get them; all others get one text.
func words(service string, m notify.Message) (string, types.Params) {
	title := strings.Join(strings.Fields(m.Title), " ")
	link := ""
	if m.Link != "" {
		link = "\n" + m.Button() + " " + m.Link
	}
	params := types.Params{}
	switch service {
	case "ntfy":
		params["title"] = title
		params["priority"] = priority(m)
		if m.Link != "" {
			params["click"] = m.Link
		}
	case "bark":
		params["title"] = title
		if m.Link != "" {
			params["url"] = m.Link
		}
	default:
		return notify.CutBytes(title+"\n"+m.Text, maxText) + link, params
	}
	return notify.CutBytes(m.Text, maxText) + link, params
}

// priority is that of ntfy, whose highest ones ring through silent hours.
func priority(m notify.Message) string {
	switch {
	case m.Kind != notify.Alarm && m.Kind != notify.Storm:
		return "default"
	case m.Severity >= care.Urgent:
		return "max"
	case m.Severity >= care.High:
		return "high"
	}
	return "default"
}

// bound gives the requests of a service, which know no context, that of their
// message, and turns an answer that contradicts itself into an error.
type bound struct {
	ctx  context.Context
	next http.RoundTripper
}

// RoundTrip sends one request.
func (b bound) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(r.WithContext(b.ctx))
	if err != nil || resp.StatusCode >= 300 {
		return resp, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, post.MaxAnswer))
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	if err := post.Contradicts(resp.StatusCode, body); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(strings.NewReader(string(body)))
	return resp, nil
}
