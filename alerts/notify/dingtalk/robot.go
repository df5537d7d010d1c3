package dingtalk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/phone"
	"shouwang.care/shouwang/alerts/notify/post"
)

// Nobody is the address of a message that mentions nobody in particular.
const Nobody = "robot"

// Limits in bytes: a whole message may have 20,000, of which nobody reads so
// much; a title is shown in one line.
const (
	maxTitle = 128
	maxText  = 4000
)

// Options is the settings of a robot in a group.
type Options struct {
	// URL is the webhook as the group shows it, with its token:
	// https://oapi.dingtalk.com/robot/send?access_token=…
	URL notify.Secret `yaml:"url"`
	// Secret is the key of the security setting "sign" (加签), SEC….
	Secret notify.Secret `yaml:"secret"`
}

// Check returns every mistake in the settings.
func (o Options) Check() error {
	var m notify.Mistakes
	m.Need("url", string(o.URL), "the webhook of the robot")
	m.Need("secret", string(o.Secret), "the key of the security setting 加签 (sign)")
	if o.URL == "" {
		return m.Err()
	}
	if err := post.CheckURL(string(o.URL), false); err != nil {
		m.Add("url", "%v", err)
	} else if o.token() == "" {
		m.Add("url", "copy the whole webhook from the group, with ?access_token=")
	}
	return m.Err()
}

func (o Options) token() string {
	u, err := url.Parse(string(o.URL))
	if err != nil {
		return ""
	}
	return u.Query().Get("access_token")
}

type robot struct {
	o      Options
	client *http.Client
}

// New returns the channel of a robot. Its addresses are whom to mention in the
// group: a mobile number (+8613800000000), or "robot" for nobody in
// particular. The settings must pass Check; a nil client is one of
// post.NewClient.
//
// A robot takes 20 messages a minute, and knows no idempotency key: a second
// try after an answer that got lost is seen twice.
func New(o Options, client *http.Client) notify.Channel {
	if client == nil {
		client = post.NewClient()
	}
	return &robot{o: o, client: client}
}

// Best is Taken: DingTalk reports nothing afterwards.
func (c *robot) Best() notify.Proof { return notify.Taken }

// Send puts one message into the group.
func (c *robot) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	number := mobile(m.To)
	if number == "" && m.To != Nobody {
		return notify.Sent{}, notify.Hopeless(notify.BadAddress, "the address is neither a mobile number such as +8613800000000 nor %q", Nobody)
	}
	if err := c.send(ctx, body(m, number)); err != nil {
		if m.To == Nobody {
			m.To = "" // it is nobody's, and stands in words
		}
		return notify.Sent{}, notify.AsFailure(err).Hide(m.To, number, c.o.token(), string(c.o.Secret))
	}
	return notify.Sent{Proof: notify.Taken}, nil
}

func (c *robot) send(ctx context.Context, r request) error {
	address, err := signed(c.o, time.Now())
	if err != nil {
		return err
	}
	status, b, err := post.JSON(ctx, c.client, address, r)
	if err != nil {
		return err
	}
	return read(status, b)
}

// signed returns the webhook with time and signature: the HMAC-SHA256, by the
// secret, of the time in milliseconds, a new line and the secret again.
func signed(o Options, at time.Time) (string, error) {
	u, err := url.Parse(string(o.URL))
	if err != nil {
		return "", notify.Hopeless(notify.Misconfigured, "the webhook is not a URL")
	}
	ms := strconv.FormatInt(at.UnixMilli(), 10)
	h := hmac.New(sha256.New, []byte(o.Secret))
	h.Write([]byte(ms + "\n" + string(o.Secret)))
	q := u.Query()
	q.Set("timestamp", ms)
	q.Set("sign", base64.StdEncoding.EncodeToString(h.Sum(nil)))
	u.RawQuery = q.Encode()
	return u.String(), nil
}

type request struct {
	Type     string    `json:"msgtype"`
	Card     *card     `json:"actionCard,omitempty"`
	Markdown *markdown `json:"markdown,omitempty"`
	At       *at       `json:"at,omitempty"`
}

type card struct {
	Title  string `json:"title"`
	Text   string `json:"text"`
	Button string `json:"singleTitle"`
	URL    string `json:"singleURL"`
}

type markdown struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

type at struct {
	Mobiles []string `json:"atMobiles"`
}

// body is a card with one button; but a card mentions nobody, so that a
// message to somebody is markdown with the link in its text.
func body(m notify.Message, number string) request {
	title := notify.CutBytes(m.Title, maxTitle)
	text := "### " + escape(title) + "\n\n" + escape(notify.CutBytes(m.Text, maxText))
	if number == "" && m.Link != "" {
		return request{Type: "actionCard", Card: &card{Title: title, Text: text, Button: m.Button(), URL: m.Link}}
	}
	if m.Link != "" {
		text += "\n\n[" + m.Button() + "](" + m.Link + ")"
	}
	r := request{Type: "markdown", Markdown: &markdown{Title: title, Text: text}}
	if number != "" {
		// The mention counts only when it stands in the text as well.
		r.Markdown.Text += "\n\n@" + number
		r.At = &at{Mobiles: []string{number}}
	}
	return r
}

// escape keeps names and places from being read as markdown.
func escape(s string) string { return marks.Replace(s) }

var marks = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", "&lt;", "#", `\#`, "\n", "\n\n")

// mobile returns a number as DingTalk writes it: without +86. Numbers of other
// countries stay as they are; what a group makes of them is not documented. It
// is "" when it is no number.
func mobile(to string) string {
	if phone.Check(to) != nil {
		return ""
	}
	if n, ok := phone.Mobile(to); ok {
		return n
	}
	return to
}
