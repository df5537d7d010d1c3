// Package feishu sends messages through a signed custom bot (自定义机器人) into
// a group of Feishu (飞书) or of Lark, its twin outside China, where it can
// mention one member by open id. The two differ in the host of the webhook.
//
// They report neither arrival nor reading of a bot's message, so the best proof
// is that the service took it. It follows open.feishu.cn, "Use custom bots in a
// group" (自定义机器人使用指南) and "Message cards". Whom to send to and when is
// decided by gateway/watch.
package feishu

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/post"
)

// Nobody is the address of a message that mentions nobody in particular.
const Nobody = "robot"

// Limits in bytes: a whole request may have 20 KiB, of which nobody reads so
// much; a title is shown in one line.
const (
	maxTitle = 128
	maxText  = 4000
)

// hook is the path of webhooks on both hosts, up to the token.
const hook = "/open-apis/bot/v2/hook/"

// Options is the settings of a bot in a group.
type Options struct {
	// URL is the webhook as the group shows it, with its token:
	// https://open.feishu.cn/open-apis/bot/v2/hook/…, for Lark
	// https://open.larksuite.com/open-apis/bot/v2/hook/….
	URL notify.Secret `yaml:"url"`
	// Secret is the key of the security setting "signature" (签名校验).
	Secret notify.Secret `yaml:"secret"`
}

// Check returns every mistake in the settings.
func (o Options) Check() error {
	var m notify.Mistakes
	m.Need("url", string(o.URL), "the webhook of the bot")
	m.Need("secret", string(o.Secret), "the key of the security setting 签名校验 (signature)")
	if o.URL == "" {
		return m.Err()
	}
	if err := post.CheckURL(string(o.URL), false); err != nil {
		m.Add("url", "%v", err)
	} else if o.token() == "" {
		m.Add("url", "copy the whole webhook from the group, with %s and a token", hook)
	}
	return m.Err()
}

func (o Options) token() string {
	u, err := url.Parse(string(o.URL))
	if err != nil || !strings.HasPrefix(u.Path, hook) || u.Path == hook {
		return ""
	}
	return path.Base(u.Path)
}

type bot struct {
	o      Options
	client *http.Client
}

// New returns the channel of a bot. Its addresses are whom to mention in the
// group: an open id (ou_…), or "robot" for nobody in particular. The settings
// must pass Check; a nil client is one of post.NewClient.
//
// A bot takes 100 messages a minute and 5 a second, and knows no idempotency
// key: a second try after an answer that got lost is seen twice.
func New(o Options, client *http.Client) notify.Channel {
	if client == nil {
		client = post.NewClient()
	}
	return &bot{o: o, client: client}
}

// Best is Taken: Feishu reports nothing afterwards.
func (c *bot) Best() notify.Proof { return notify.Taken }

// Send puts one message into the group.
func (c *bot) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	id := m.To
	switch {
	case m.To == Nobody:
		id = ""
	case !strings.HasPrefix(m.To, "ou_") || strings.ContainsAny(m.To, `<>"' `):
		return notify.Sent{}, notify.Hopeless(notify.BadAddress, "the address is neither an open id (ou_…) nor %q", Nobody)
	}
	status, b, err := post.JSON(ctx, c.client, string(c.o.URL), body(m, id, c.o.Secret, time.Now()))
	if err == nil {
		err = read(status, b)
	}
	if err != nil {
		return notify.Sent{}, notify.AsFailure(err).Hide(id, c.o.token(), string(c.o.Secret))
	}
	return notify.Sent{Proof: notify.Taken}, nil
}

// sign returns the signature of a time in seconds: the HMAC-SHA256 of nothing,
// by the time, a new line and the secret as the key.
func sign(secret notify.Secret, seconds string) string {
	h := hmac.New(sha256.New, []byte(seconds+"\n"+string(secret)))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

type request struct {
	Time string `json:"timestamp"` // Unix, s
	Sign string `json:"sign"`
	Type string `json:"msg_type"`
	Card card   `json:"card"`
}

type card struct {
	Config   config    `json:"config"`
	Header   header    `json:"header"`
	Elements []element `json:"elements"`
}

type config struct {
	Wide bool `json:"wide_screen_mode"`
}

type header struct {
	Template string `json:"template"`
	Title    label  `json:"title"`
}

type label struct {
	Tag     string `json:"tag"` // plain_text or lark_md
	Content string `json:"content"`
}

type element struct {
	Tag     string   `json:"tag"` // div or action
	Text    *label   `json:"text,omitempty"`
	Actions []button `json:"actions,omitempty"`
}

type button struct {
	Tag  string `json:"tag"`
	Text label  `json:"text"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

// body is a card: a coloured title, the text, a mention and one button. Title
// and text are plain, so that names in them are not read as markup.
func body(m notify.Message, id string, secret notify.Secret, at time.Time) request {
	seconds := strconv.FormatInt(at.Unix(), 10)
	c := card{
		Config:   config{Wide: true},
		Header:   header{Template: colour(m), Title: label{"plain_text", notify.CutBytes(m.Title, maxTitle)}},
		Elements: []element{{Tag: "div", Text: &label{"plain_text", notify.CutBytes(m.Text, maxText)}}},
	}
	if id != "" {
		c.Elements = append(c.Elements, element{Tag: "div", Text: &label{"lark_md", "<at id=" + id + "></at>"}})
	}
	if m.Link != "" {
		c.Elements = append(c.Elements, element{Tag: "action", Actions: []button{
			{Tag: "button", Text: label{"plain_text", m.Button()}, Type: "primary", URL: m.Link},
		}})
	}
	return request{Time: seconds, Sign: sign(secret, seconds), Type: "interactive", Card: c}
}

// colour is that of the title; the words say the same.
func colour(m notify.Message) string {
	if m.Kind != notify.Alarm && m.Kind != notify.Storm {
		return "blue"
	}
	switch m.Severity {
	case care.Urgent:
		return "red"
	case care.High:
		return "orange"
	}
	return "yellow"
}
