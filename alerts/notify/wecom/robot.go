package wecom

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/phone"
	"shouwang.care/shouwang/alerts/notify/post"
)

// Nobody is the address of a robot's message that mentions nobody.
const Nobody = "robot"

// Robot is the settings of a robot in a group.
type Robot struct {
	// URL is the webhook as the group shows it, with its key:
	// https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…
	URL notify.Secret `yaml:"url"`
}

// Check returns every mistake in the settings.
func (o Robot) Check() error {
	var m notify.Mistakes
	m.Need("url", string(o.URL), "the webhook of the robot")
	if o.URL == "" {
		return m.Err()
	}
	if err := post.CheckURL(string(o.URL), false); err != nil {
		m.Add("url", "%v", err)
	} else if o.key() == "" {
		m.Add("url", "copy the whole webhook from the group, with ?key=")
	}
	return m.Err()
}

func (o Robot) key() string {
	u, err := url.Parse(string(o.URL))
	if err != nil {
		return ""
	}
	return u.Query().Get("key")
}

type robot struct {
	o      Robot
	client *http.Client
}

// NewRobot returns the channel of a robot. Its addresses are whom to mention
// in the group: a mobile number (+8613800000000), a userid, or "robot" for
// nobody in particular. The settings must pass Check; a nil client is one of
// post.NewClient.
//
// A robot takes 20 messages a minute, and knows no idempotency key: a second
// try after an answer that got lost is seen twice.
func NewRobot(o Robot, client *http.Client) notify.Channel {
	if client == nil {
		client = post.NewClient()
	}
	return &robot{o: o, client: client}
}

// Best is Taken: nobody reports who looks into a group.
func (c *robot) Best() notify.Proof { return notify.Taken }

// Send puts one message into the group. It is plain text, the only kind by
// which a mention of a mobile number makes a telephone ring.
func (c *robot) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	t := &text{}
	number := mobile(m.To)
	switch {
	case m.To == "" || strings.HasPrefix(m.To, "@") || strings.HasPrefix(m.To, "+") && number == "":
		return notify.Sent{}, notify.Hopeless(notify.BadAddress, "the address is neither a mobile number nor a userid nor %q", Nobody)
	case m.To == Nobody:
	case number != "":
		t.Mobiles = []string{number}
	default:
		t.Members = []string{m.To}
	}
	link := ""
	if m.Link != "" {
		link = "\n" + m.Button() + " " + m.Link
	}
	// The link is never cut: half of it opens nothing.
	t.Content = notify.CutBytes(m.Title+"\n"+m.Text, maxText-len(link)) + link
	if err := c.send(ctx, t); err != nil {
		return notify.Sent{}, notify.AsFailure(err).Hide(m.To, number, c.o.key())
	}
	return notify.Sent{Proof: notify.Taken}, nil
}

func (c *robot) send(ctx context.Context, t *text) error {
	status, body, err := post.JSON(ctx, c.client, string(c.o.URL), struct {
		Type string `json:"msgtype"`
		Text *text  `json:"text"`
	}{"text", t})
	if err != nil {
		return err
	}
	a, err := read(status, body)
	if err != nil {
		return err
	}
	return a.failure()
}

// mobile returns a number as WeCom writes it: without +86, those of other
// countries with their code; "" when it is no number.
func mobile(to string) string {
	if phone.Check(to) != nil {
		return ""
	}
	if n, ok := phone.Mobile(to); ok {
		return n
	}
	return to
}
