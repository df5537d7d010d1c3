package dingtalk

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/post"
)

// Endpoint is the address of DingTalk.
const Endpoint = "https://oapi.dingtalk.com"

// maxCard is how long the text of a work notification may be, in bytes; a whole
// message may have 2,048.
const maxCard = 1000

// Work is the settings of an application of the organisation.
type Work struct {
	// AppKey and AppSecret (now called Client ID and Client Secret) are the
	// credentials of the application.
	AppKey    string        `yaml:"app_key"`
	AppSecret notify.Secret `yaml:"app_secret"`
	// AgentID is the number of the application.
	AgentID int64 `yaml:"agent_id"`
	// Endpoint is where DingTalk answers; Endpoint of this package when empty.
	Endpoint string `yaml:"endpoint"`
}

// Check returns every mistake in the settings.
func (o Work) Check() error {
	var m notify.Mistakes
	m.Need("app_key", o.AppKey, "the AppKey (Client ID) of the application")
	m.Need("app_secret", string(o.AppSecret), "the AppSecret (Client Secret) of the application")
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

type work struct {
	o      Work
	client *http.Client
	tokens *post.Tokens
}

// NewWork returns the channel of work notifications. Its addresses are userids
// of members. It is a notify.Poller. The settings must pass Check; a nil client
// is one of post.NewClient.
//
// DingTalk gives a member no message a second time on a day whose words are
// those of an earlier one. The key of the message stands among them, so that a
// second try is swallowed and a second alarm is not.
func NewWork(o Work, client *http.Client) notify.Channel {
	if o.Endpoint == "" {
		o.Endpoint = Endpoint
	}
	o.Endpoint = strings.TrimRight(o.Endpoint, "/")
	if client == nil {
		client = post.NewClient()
	}
	c := &work{o: o, client: client}
	c.tokens = post.NewTokens(c.fetch)
	return c
}

// Best is Read: DingTalk tells who has opened a work notification.
func (c *work) Best() notify.Proof { return notify.Read }

// Send hands over one message.
func (c *work) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	if m.To == "" || strings.Contains(m.To, ",") {
		return notify.Sent{}, notify.Hopeless(notify.BadAddress, "the address is not the userid of one member")
	}
	a, err := c.call(ctx, "asyncsend_v2", notice{Agent: c.o.AgentID, To: m.To, Message: noticeOf(m)})
	if err != nil {
		return notify.Sent{}, notify.AsFailure(err).Hide(m.To, string(c.o.AppSecret))
	}
	if a.Task == 0 {
		return notify.Sent{}, notify.Failed(notify.Unreachable, "DingTalk took the message without a task by which to ask for it")
	}
	return notify.Sent{ID: strconv.FormatInt(a.Task, 10), Proof: notify.Taken}, nil
}

// Poll asks whether a message was read.
func (c *work) Poll(ctx context.Context, id, to string, _ time.Time) (*notify.Receipt, error) {
	task, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil, notify.Hopeless(notify.Refused, "the id of the message is not a task of DingTalk")
	}
	a, err := c.call(ctx, "getsendresult", struct {
		Agent int64 `json:"agent_id"`
		Task  int64 `json:"task_id"`
	}{c.o.AgentID, task})
	if err != nil {
		return nil, notify.AsFailure(err).Hide(to, string(c.o.AppSecret))
	}
	r := &notify.Receipt{ID: id, At: time.Now()}
	in := func(list []string) bool { return slices.Contains(list, to) }
	switch result := a.Result; {
	case in(result.Read):
		r.Proof = notify.Read
	case in(result.Invalid):
		r.Failed = notify.Hopeless(notify.BadAddress, "DingTalk knows no such member, or the application is not visible to them")
	case in(result.Forbidden):
		r.Failed = notify.Hopeless(notify.Throttled, "DingTalk held the message back: too many in a day, or the same one again")
	case in(result.Failed):
		r.Failed = notify.Failed(notify.Undelivered, "DingTalk could not deliver the message")
	default:
		// An unread message lies with DingTalk; whether any device has it is
		// not told.
		return nil, nil
	}
	return r, nil
}

// notice is the request of a work notification.
type notice struct {
	Agent   int64  `json:"agent_id"`
	To      string `json:"userid_list"`
	Message any    `json:"msg"`
}

type noticeCard struct {
	Type string `json:"msgtype"`
	Card struct {
		Title    string `json:"title"`
		Markdown string `json:"markdown"`
		Button   string `json:"single_title"`
		URL      string `json:"single_url"`
	} `json:"action_card"`
}

type noticeText struct {
	Type     string   `json:"msgtype"`
	Markdown markdown `json:"markdown"`
}

// noticeOf is a card with one button, or plain text where there is no link. A
// link has the key behind it, where no server sees it; a text has its end.
func noticeOf(m notify.Message) any {
	title := notify.CutBytes(m.Title, maxTitle)
	text := "### " + escape(title) + "\n\n" + escape(notify.CutBytes(m.Text, maxCard))
	if m.Link == "" {
		key := m.Key
		if len(key) > 8 {
			key = key[len(key)-8:]
		}
		return noticeText{Type: "markdown", Markdown: markdown{Title: title, Text: text + "\n\n" + key}}
	}
	c := noticeCard{Type: "action_card"}
	c.Card.Title, c.Card.Markdown, c.Card.Button, c.Card.URL = title, text, m.Button(), m.Link
	if !strings.Contains(m.Link, "#") {
		c.Card.URL += "#" + m.Key
	}
	return c
}

// call calls one of the functions for work notifications, and once more with a
// new token when DingTalk no longer knows the one at hand.
func (c *work) call(ctx context.Context, function string, body any) (workAnswer, error) {
	var a workAnswer
	token := ""
	for range 2 {
		var err error
		if token, err = c.tokens.Get(ctx, token); err != nil {
			return workAnswer{}, err
		}
		status, b, err := post.JSON(ctx, c.client, c.o.Endpoint+"/topapi/message/corpconversation/"+function+"?access_token="+url.QueryEscape(token), body)
		if err == nil {
			a, err = readWork(status, b)
		}
		if err != nil {
			return workAnswer{}, notify.AsFailure(err).Hide(token)
		}
		if !a.stale() {
			break
		}
	}
	return a, a.failure()
}

// fetch asks for a token.
func (c *work) fetch(ctx context.Context) (string, time.Duration, error) {
	q := url.Values{"appkey": {c.o.AppKey}, "appsecret": {string(c.o.AppSecret)}}
	r, err := http.NewRequest(http.MethodGet, c.o.Endpoint+"/gettoken?"+q.Encode(), nil)
	if err != nil {
		return "", 0, notify.Hopeless(notify.Misconfigured, "the endpoint of DingTalk is not a URL")
	}
	status, body, err := post.Do(ctx, c.client, r)
	if err != nil {
		return "", 0, err
	}
	a, err := readWork(status, body)
	if err == nil {
		err = a.failure()
	}
	if err != nil {
		return "", 0, err
	}
	if a.Token == "" {
		return "", 0, notify.Failed(notify.Unreachable, "DingTalk answers without a token")
	}
	return a.Token, time.Duration(a.Expires) * time.Second, nil
}

// workAnswer is what the functions of an application answer.
type workAnswer struct {
	Code       *int   `json:"errcode"`
	Message    string `json:"errmsg"`
	SubCode    string `json:"sub_code"`
	SubMessage string `json:"sub_msg"`

	Token   string `json:"access_token"`
	Expires int    `json:"expires_in"` // s
	Task    int64  `json:"task_id"`
	Result  struct {
		Read      []string `json:"read_user_id_list"`
		Invalid   []string `json:"invalid_user_id_list"`
		Forbidden []string `json:"forbidden_user_id_list"`
		Failed    []string `json:"failed_user_id_list"`
	} `json:"send_result"`
}

// readWork reads an answer. Code 88 only says that the true one stands
// elsewhere.
func readWork(status int, body []byte) (workAnswer, error) {
	var a workAnswer
	if err := json.Unmarshal(body, &a); err != nil || a.Code == nil {
		return workAnswer{}, notify.Failed(notify.Unreachable, "the answer (status %d) is not of DingTalk; is a proxy in between?", status)
	}
	if n, err := strconv.Atoi(a.SubCode); err == nil && n != 0 && *a.Code == 88 {
		a.Code, a.Message = &n, a.SubMessage
	}
	return a, nil
}

// stale reports whether the token is no longer known.
func (a workAnswer) stale() bool { return *a.Code == 40014 || *a.Code == 42001 }

// failure says what a code means; nil for 0.
func (a workAnswer) failure() error {
	switch code := *a.Code; code {
	case 0:
		return nil
	case -1:
		return notify.Failed(notify.Unreachable, "DingTalk is busy: %d %s", code, a.Message)
	case 90002, 90005, 90006, 90018, 41047, 41048:
		f := notify.Failed(notify.Throttled, "DingTalk takes no more for now: %d %s", code, a.Message)
		f.RetryAfter = time.Minute
		return f
	case 40014, 42001:
		return notify.Failed(notify.Misconfigured, "DingTalk refuses a token that it has just given: %d %s", code, a.Message)
	case 40089, 40096, 60011, 60020:
		return notify.Hopeless(notify.Misconfigured, "DingTalk refuses the credentials or rights of the application; check app_key, app_secret and its permissions: %d %s", code, a.Message)
	case 33012, 60121:
		return notify.Hopeless(notify.BadAddress, "DingTalk knows no such member: %d %s", code, a.Message)
	default:
		return notify.Hopeless(notify.Refused, "DingTalk refuses the message: %d %s %s", code, a.Message, a.SubMessage)
	}
}
