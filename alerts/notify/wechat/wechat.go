// Package wechat sends template messages (模板消息) of a WeChat service account
// (微信服务号), which reach followers of the account. Whether a message arrived
// is learnt from the event TEMPLATESENDJOBFINISH; whether it was read never.
//
// WeChat drops a message with the key of one that it took in the last ten
// minutes (client_msg_id), so a second try within them does no harm.
package wechat

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/approved"
	"shouwang.care/shouwang/alerts/notify/post"
)

// Options are the settings of a service account.
type Options struct {
	// AppID and AppSecret are those of the service account. The account must
	// list the address of the gateway as one of its IP addresses.
	AppID     string        `yaml:"app_id"`
	AppSecret notify.Secret `yaml:"app_secret"`
	// Token signs the events that WeChat sends (消息与事件推送). Without it, that
	// a message was taken is the best proof.
	Token notify.Secret `yaml:"token"`
	// AESKey is the EncodingAESKey of 43 characters, when the events are
	// encrypted (安全模式, which WeChat recommends).
	AESKey notify.Secret `yaml:"aes_key"`
	// Templates are the chosen templates for each kind of message. Their
	// variables are named for what they may hold: thing1=place, time2=time.
	Templates approved.Templates `yaml:"templates"`
	// Endpoint is the address of WeChat; empty is https://api.weixin.qq.com.
	Endpoint string `yaml:"endpoint"`
}

// Check lists every mistake in the settings.
func (o Options) Check() error {
	var m notify.Mistakes
	m.Need("app_id", o.AppID, "the AppID of the service account")
	m.Need("app_secret", string(o.AppSecret), "the AppSecret of the service account")
	if o.AESKey != "" {
		if _, err := aesKey(o.AESKey); err != nil {
			m.Add("aes_key", "%v", err)
		}
		m.Need("token", string(o.Token), "the token beside an aes_key")
	}
	o.Templates.Check(&m, "templates")
	if o.Endpoint != "" {
		if err := post.CheckURL(o.Endpoint, false); err != nil {
			m.Add("endpoint", "%v", err)
		}
	}
	return m.Err()
}

// Channel sends template messages. An address is the OpenID of a follower of
// the account, such as oia2TjuEGTNoeX76QEjQNrcURxG8.
type Channel struct {
	o      Options
	client *http.Client
	tokens *post.Tokens
}

// New returns the channel. The client is post.NewClient's when nil.
func New(o Options, client *http.Client) (*Channel, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if client == nil {
		client = post.NewClient()
	}
	if o.Endpoint == "" {
		o.Endpoint = "https://api.weixin.qq.com"
	}
	o.Endpoint = strings.TrimSuffix(o.Endpoint, "/")
	c := &Channel{o: o, client: client}
	c.tokens = post.NewTokens(c.fetch)
	return c, nil
}

// Best is Delivered when WeChat reports events, and Taken otherwise.
func (c *Channel) Best() notify.Proof {
	if c.o.Token != "" {
		return notify.Delivered
	}
	return notify.Taken
}

// value is what stands for a variable.
type value struct {
	Value string `json:"value"`
}

// Send hands over one message. Sent.ID is the msgid.
func (c *Channel) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	if m.To == "" || len(m.To) > 64 {
		return notify.Sent{}, notify.Hopeless(notify.BadAddress, "the address is not the OpenID of a follower")
	}
	template, err := c.o.Templates.For(m)
	if err != nil {
		return notify.Sent{}, err
	}
	data := map[string]value{}
	for _, v := range template.Values(m, longest) {
		data[v.Name] = value{notify.Cut(v.Text, limit(v.Name))}
	}
	body := map[string]any{"touser": m.To, "template_id": template.ID, "data": data, "client_msg_id": m.Key}
	if m.Link != "" {
		body["url"] = m.Link
	}
	id, err := c.send(ctx, body)
	if err != nil {
		return notify.Sent{}, notify.AsFailure(err).Hide(m.To)
	}
	return notify.Sent{ID: id, Proof: notify.Taken}, nil
}

// send posts a message. A token that WeChat no longer knows, because its time
// was up or somebody had a new one made, is replaced once.
func (c *Channel) send(ctx context.Context, body any) (id string, err error) {
	var old string
	for {
		token, err := c.tokens.Get(ctx, old)
		if err != nil {
			return "", err
		}
		var a answer
		err = c.post(ctx, "/cgi-bin/message/template/send?access_token="+url.QueryEscape(token), body, &a, token)
		if err != nil {
			return "", err
		}
		if old == "" && a.stale() {
			old = token
			continue
		}
		if err := a.failure(token); err != nil {
			return "", err
		}
		if a.MsgID == 0 {
			return "", notify.Failed(notify.Unreachable, "WeChat took a message without giving it a msgid")
		}
		return strconv.FormatInt(a.MsgID, 10), nil
	}
}

// post posts JSON and unpacks the answer, whatever it says.
func (c *Channel) post(ctx context.Context, path string, body any, a *answer, hide ...string) error {
	hide = append(hide, string(c.o.AppSecret))
	status, said, err := post.JSON(ctx, c.client, c.o.Endpoint+path, body)
	if err != nil {
		return notify.AsFailure(err).Hide(hide...)
	}
	if err := json.Unmarshal(said, a); err != nil || status != http.StatusOK || !a.said() {
		return notify.Failed(notify.Unreachable, "the answer with status %d is not one of WeChat; is there a proxy in between? It begins %.80q", status, said).Hide(hide...)
	}
	return nil
}

// longest is more than any variable may have.
const longest = 200

// limits is how many characters variables may have by what they are named for,
// https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.
var limits = map[string]int{
	"thing": 20, "const": 20, "number": 32, "letter": 32, "character_string": 32, "symbol": 5,
	"phone_number": 17, "car_number": 8, "name": 10, "phrase": 5, "short_thing": 5,
}

// limit is how many characters a variable such as thing1 may have.
func limit(name string) int {
	if n, ok := limits[strings.TrimRight(name, "0123456789")]; ok {
		return n
	}
	return longest // a time, or a variable of an old template
}
