package wecom

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/post"
)

// Endpoint is the address of WeCom in China; organisations that run it
// themselves have their own.
const Endpoint = "https://qyapi.weixin.qq.com"

// Limits of a text card in bytes. The documents count characters in one place
// and bytes in another; bytes hold for both.
const (
	maxTitle       = 128
	maxDescription = 512
	maxText        = 2048
)

// duplicates is how long WeCom swallows the same message again; longer than
// the tries of one message last, in seconds.
const duplicates = 1800

// App is the settings of an application of the organisation.
type App struct {
	// CorpID is the id of the organisation, such as ww1234567890abcdef.
	CorpID string `yaml:"corp_id"`
	// AgentID is the number of the application.
	AgentID int `yaml:"agent_id"`
	// Secret is the secret of the application.
	Secret notify.Secret `yaml:"secret"`
	// Endpoint is where WeCom answers; Endpoint of this package when empty.
	Endpoint string `yaml:"endpoint"`
}

// Check returns every mistake in the settings.
func (o App) Check() error {
	var m notify.Mistakes
	m.Need("corp_id", o.CorpID, "the id of the organisation (企业 ID)")
	m.Need("secret", string(o.Secret), "the secret of the application")
	if o.AgentID <= 0 {
		m.Add("agent_id", "%d is not the number of an application (AgentId)", o.AgentID)
	}
	if o.Endpoint != "" {
		if err := post.CheckURL(o.Endpoint, false); err != nil {
			m.Add("endpoint", "%v", err)
		}
	}
	return m.Err()
}

type app struct {
	o      App
	client *http.Client

	tokens *post.Tokens
}

// NewApp returns the channel of an application. Its addresses are userids of
// members, such as zhangsan. The settings must pass Check; a nil client is one
// of post.NewClient.
func NewApp(o App, client *http.Client) notify.Channel {
	if o.Endpoint == "" {
		o.Endpoint = Endpoint
	}
	o.Endpoint = strings.TrimRight(o.Endpoint, "/")
	if client == nil {
		client = post.NewClient()
	}
	c := &app{o: o, client: client}
	c.tokens = post.NewTokens(c.fetch)
	return c
}

// Best is Taken: WeCom reports nothing afterwards.
func (c *app) Best() notify.Proof { return notify.Taken }

// Send hands over one message as a text card, or as plain text where there is
// no link.
func (c *app) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	if m.To == "" || strings.ContainsAny(m.To, "|") || strings.HasPrefix(m.To, "@") {
		// "@all" and lists would wake people who were not meant.
		return notify.Sent{}, notify.Hopeless(notify.BadAddress, "the address is not the userid of one member")
	}
	if err := c.send(ctx, m); err != nil {
		return notify.Sent{}, notify.AsFailure(err).Hide(m.To, string(c.o.Secret))
	}
	// The id serves to take a message back, not to ask for it: it is no Sent.ID.
	return notify.Sent{Proof: notify.Taken}, nil
}

// send sends with the token at hand, and once more with a new one when WeCom
// no longer knows it.
func (c *app) send(ctx context.Context, m notify.Message) error {
	body, token := c.body(m), ""
	var a answer
	for range 2 {
		var err error
		if token, err = c.tokens.Get(ctx, token); err != nil {
			return err
		}
		status, b, err := post.JSON(ctx, c.client, c.o.Endpoint+"/cgi-bin/message/send?access_token="+url.QueryEscape(token), body)
		if err == nil {
			a, err = read(status, b)
		}
		if err != nil {
			return notify.AsFailure(err).Hide(token)
		}
		if !a.stale() {
			break
		}
	}
	return a.failure()
}

type request struct {
	To        string    `json:"touser"`
	Type      string    `json:"msgtype"`
	Agent     int       `json:"agentid"`
	Card      *textCard `json:"textcard,omitempty"`
	Text      *text     `json:"text,omitempty"`
	Duplicate int       `json:"enable_duplicate_check"`
	Interval  int       `json:"duplicate_check_interval,omitempty"`
}

type textCard struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Button      string `json:"btntxt"`
}

type text struct {
	Content string   `json:"content"`
	Members []string `json:"mentioned_list,omitempty"`
	Mobiles []string `json:"mentioned_mobile_list,omitempty"`
}

func (c *app) body(m notify.Message) request {
	r := request{To: m.To, Agent: c.o.AgentID}
	if m.Link == "" {
		// Nothing in a plain text tells a second try from second news.
		r.Type, r.Text = "text", &text{Content: notify.CutBytes(m.Title+"\n"+m.Text, maxText)}
		return r
	}
	r.Type = "textcard"
	r.Card = &textCard{
		Title:       notify.CutBytes(m.Title, maxTitle),
		Description: notify.CutBytes(m.Text, maxDescription),
		URL:         keyed(m.Link, m.Key),
		Button:      "打开",
	}
	if m.Language == notify.EN {
		r.Card.Button = "Open" // at most four characters
	}
	r.Duplicate, r.Interval = 1, duplicates
	return r
}

// keyed puts the key of a message behind its link. WeCom swallows a message
// that is equal to an earlier one; with the key, a second try is equal and a
// second alarm in the same words is not. No server sees a fragment.
func keyed(link, key string) string {
	if strings.Contains(link, "#") {
		return link
	}
	return link + "#" + key
}

// fetch asks for a token.
func (c *app) fetch(ctx context.Context) (string, time.Duration, error) {
	q := url.Values{"corpid": {c.o.CorpID}, "corpsecret": {string(c.o.Secret)}}
	r, err := http.NewRequest(http.MethodGet, c.o.Endpoint+"/cgi-bin/gettoken?"+q.Encode(), nil)
	if err != nil {
		return "", 0, notify.Hopeless(notify.Misconfigured, "the endpoint of WeCom is not a URL")
	}
	status, body, err := post.Do(ctx, c.client, r)
	if err != nil {
		return "", 0, err
	}
	a, err := read(status, body)
	if err != nil {
		return "", 0, err
	}
	if err := a.failure(); err != nil {
		return "", 0, err
	}
	if a.Token == "" {
		return "", 0, notify.Failed(notify.Unreachable, "WeCom answers without a token")
	}
	return a.Token, time.Duration(a.Expires) * time.Second, nil
}
