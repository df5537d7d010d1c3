package wecom

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/notifytest"
)

// fake answers as WeCom does. It is told of tokens that it should forget.
type fake struct {
	*notifytest.Server
	tokens int             // given out so far
	valid  map[string]bool // tokens that it knows
	seen   map[string]bool // bodies, for the check of duplicates
}

const (
	corp, secret, agent = "wwcorp", "app-secret-0123456789", 1000002
	robotKey            = "73febdcb-1b38-4d1b-a994-000000000000"
)

func newFake(t *testing.T) *fake {
	f := &fake{valid: map[string]bool{}, seen: map[string]bool{}}
	f.Server = notifytest.NewServer(t, f.handle)
	return f
}

func says(code int, message string) notifytest.Reply {
	return notifytest.Reply{Body: fmt.Sprintf(`{"errcode":%d,"errmsg":%q}`, code, message)}
}

func (f *fake) handle(fault notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
	switch fault {
	case notifytest.Broken:
		return notifytest.Reply{Status: 502, Body: "<html>bad gateway</html>"}
	case notifytest.Garbage:
		return notifytest.Reply{Body: "<html>please sign in to the wifi</html>"}
	case notifytest.Busy:
		return says(45009, "reach max api daily quota limit")
	}
	q := r.URL.Query()
	switch r.Method + " " + r.URL.Path {
	case "GET /cgi-bin/gettoken":
		if fault == notifytest.WrongKey || q.Get("corpid") != corp || q.Get("corpsecret") != secret {
			return says(40001, "invalid credential for "+q.Get("corpsecret"))
		}
		f.tokens++
		token := fmt.Sprintf("token+%d/", f.tokens) // with letters that a query must escape
		f.valid[token] = true
		return notifytest.Reply{Body: fmt.Sprintf(`{"errcode":0,"errmsg":"ok","access_token":%q,"expires_in":7200}`, token)}
	case "POST /cgi-bin/message/send":
		if !f.valid[q.Get("access_token")] {
			return says(42001, "access_token expired")
		}
		return f.message(fault, body)
	case "POST /cgi-bin/webhook/send":
		if fault == notifytest.WrongKey || q.Get("key") != robotKey {
			return says(93000, "invalid webhook url: "+q.Get("key"))
		}
		return f.group(fault, body)
	}
	return notifytest.Reply{Status: 404, Body: r.URL.Path}
}

func (f *fake) message(fault notifytest.Fault, body []byte) notifytest.Reply {
	var b struct {
		ToUser   string
		MsgType  string
		AgentID  int
		TextCard struct{ Title, Description, URL, BtnTxt string }
		Text     struct{ Content string }
		Check    int `json:"enable_duplicate_check"`
	}
	if err := json.Unmarshal(body, &b); err != nil || b.AgentID != agent {
		return says(40056, "invalid agentid")
	}
	if fault == notifytest.ErrorInBody {
		return says(81013, "user & party & tag all invalid: "+b.ToUser)
	}
	card := b.TextCard
	switch {
	case b.ToUser == "half-known":
		return notifytest.Reply{Body: `{"errcode":0,"errmsg":"ok","invaliduser":"half-known"}`}
	case b.ToUser == "unlicensed":
		return notifytest.Reply{Body: `{"errcode":0,"errmsg":"ok","unlicenseduser":"unlicensed"}`}
	case b.MsgType == "textcard" && (card.Title == "" || card.URL == "" || len(card.Title) > 128 || len(card.Description) > 512 || utf8.RuneCountInString(card.BtnTxt) > 4):
		return says(41054, "invalid text card")
	case b.MsgType == "text" && (b.Text.Content == "" || len(b.Text.Content) > 2048):
		return says(44004, "content size out of limit")
	case b.MsgType != "textcard" && b.MsgType != "text":
		return says(40008, "invalid message type")
	}
	ok := says(0, "ok")
	if b.Check == 1 {
		if f.seen[string(body)] {
			return ok // swallowed
		}
		f.seen[string(body)] = true
	}
	_, key, _ := strings.Cut(card.URL, "#")
	ok.Took = &notifytest.Got{To: b.ToUser, Text: card.Title + card.Description + card.URL + b.Text.Content, Key: key}
	return ok
}

func (f *fake) group(fault notifytest.Fault, body []byte) notifytest.Reply {
	var b struct {
		MsgType string
		Text    struct {
			Content string
			Members []string `json:"mentioned_list"`
			Mobiles []string `json:"mentioned_mobile_list"`
		}
	}
	if err := json.Unmarshal(body, &b); err != nil || b.MsgType != "text" || len(b.Text.Content) > 2048 || !utf8.ValidString(b.Text.Content) {
		return says(40058, "invalid request")
	}
	if fault == notifytest.ErrorInBody {
		return says(40058, "invalid parameter "+strings.Join(b.Text.Mobiles, ""))
	}
	to := Nobody
	for _, n := range b.Text.Mobiles {
		to = "+86" + n
	}
	for _, id := range b.Text.Members {
		to = id
	}
	ok := says(0, "ok")
	ok.Took = &notifytest.Got{To: to, Text: b.Text.Content}
	return ok
}

func (f *fake) app() notify.Channel {
	return NewApp(App{CorpID: corp, AgentID: agent, Secret: secret, Endpoint: f.URL + "/"}, nil)
}

func TestAnApplicationPassesTheSuite(t *testing.T) {
	notifytest.Run(t, notifytest.Harness{
		Start: func(t *testing.T) (notify.Channel, notifytest.Service) {
			f := newFake(t)
			return f.app(), f
		},
		To: "zhangsan", Best: notify.Taken, Keyed: true, Secrets: []string{secret},
		Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
	})
}

func TestARobotPassesTheSuite(t *testing.T) {
	for _, to := range []string{Nobody, "+8613800000000", "zhangsan"} {
		t.Run(to, func(t *testing.T) {
			notifytest.Run(t, notifytest.Harness{
				Start: func(t *testing.T) (notify.Channel, notifytest.Service) {
					f := newFake(t)
					return NewRobot(Robot{URL: notify.Secret(f.URL + "/cgi-bin/webhook/send?key=" + robotKey)}, nil), f
				},
				To: to, Best: notify.Taken, Secrets: []string{robotKey},
				Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
			})
		})
	}
}

func send(t *testing.T, c notify.Channel, m notify.Message) *notify.Failure {
	t.Helper()
	_, err := c.Send(t.Context(), m)
	return notify.AsFailure(err)
}

func TestATokenServesManyMessagesAndIsReplacedWhenForgotten(t *testing.T) {
	f := newFake(t)
	c := f.app()
	for i := range 3 {
		m := notifytest.Message("zhangsan")
		m.Key = fmt.Sprint(i)
		if err := send(t, c, m); err != nil {
			t.Fatal(err)
		}
	}
	if f.tokens != 1 {
		t.Errorf("%d tokens for three messages", f.tokens)
	}
	clear(f.valid) // WeCom forgets, as after somebody else asked for a token
	m := notifytest.Message("zhangsan")
	m.Key = "after"
	if err := send(t, c, m); err != nil {
		t.Errorf("after WeCom forgot the token: %v", err)
	}
	if f.tokens != 2 || len(f.Got()) != 4 {
		t.Errorf("%d tokens and %d messages, not 2 and 4", f.tokens, len(f.Got()))
	}
}

func TestASecondTryIsSwallowedAndASecondAlarmIsNot(t *testing.T) {
	f := newFake(t)
	c := f.app()
	m := notifytest.Message("zhangsan")
	again := m
	again.Key = "another"
	for _, m := range []notify.Message{m, m, again} {
		if err := send(t, c, m); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(f.Got()); got != 2 {
		t.Errorf("the member sees %d messages, not 2", got)
	}
}

func TestAMemberWhoCannotBeReachedIsABadAddress(t *testing.T) {
	c := newFake(t).app()
	for _, to := range []string{"half-known", "unlicensed", "", "@all", "zhangsan|lisi"} {
		f := send(t, c, notifytest.Message(to))
		if f == nil || f.Reason != notify.BadAddress || !f.Permanent {
			t.Errorf("to %q: %v, not a permanent bad_address", to, f)
		}
	}
}

func TestARobotMentionsOnePersonOrNobody(t *testing.T) {
	f := newFake(t)
	c := NewRobot(Robot{URL: notify.Secret(f.URL + "/cgi-bin/webhook/send?key=" + robotKey)}, nil)
	for _, to := range []string{"", "@all", "+86", "+8613800x00000"} {
		failed := send(t, c, notifytest.Message(to))
		if failed == nil || failed.Reason != notify.BadAddress || !failed.Permanent {
			t.Errorf("to %q: %v, not a permanent bad_address", to, failed)
		}
	}
	if got := f.Got(); len(got) != 0 {
		t.Errorf("the group got %+v", got)
	}
}

func TestALongMessageIsCutAndItsLinkIsNot(t *testing.T) {
	f := newFake(t)
	m := notifytest.Message(Nobody)
	m.Title, m.Text = strings.Repeat("跌倒", 200), strings.Repeat("二楼跌倒。", 500)
	for _, c := range []notify.Channel{f.app(), NewRobot(Robot{URL: notify.Secret(f.URL + "/cgi-bin/webhook/send?key=" + robotKey)}, nil)} {
		if err := send(t, c, m); err != nil {
			t.Fatal(err)
		}
	}
	for _, g := range f.Got() {
		if !strings.Contains(g.Text, m.Link) || !strings.Contains(g.Text, "…") {
			t.Errorf("the message lacks the whole link or the mark of the cut: %s", g.Text)
		}
	}
}

func TestNewsWithoutALinkIsPlainText(t *testing.T) {
	f := newFake(t)
	m := notifytest.Message("zhangsan")
	m.Kind, m.Link = notify.News, ""
	for range 2 {
		if err := send(t, f.app(), m); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(f.Got()); got != 2 {
		t.Errorf("the member sees %d messages; equal news are two pieces of news", got)
	}
}

func TestMistakesInSettingsAreShownAtOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want []string // none: right
	}{
		{"an empty application", App{Endpoint: "http://example.org"}.Check(), []string{"corp_id", "agent_id", "secret", "endpoint"}},
		{"an empty robot", Robot{}.Check(), []string{"url"}},
		{"a robot without a key", Robot{URL: "https://example.org/send"}.Check(), []string{"?key="}},
		{"a robot without TLS", Robot{URL: "http://example.org/send?key=hush"}.Check(), []string{"https"}},
		{"a right application", App{CorpID: corp, AgentID: agent, Secret: secret}.Check(), nil},
		{"a right robot", Robot{URL: Endpoint + "/cgi-bin/webhook/send?key=" + robotKey}.Check(), nil},
	} {
		t.Run(c.name, func(t *testing.T) { notifytest.Mistakes(t, c.err, c.want, "hush") })
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200}`))
	f.Add([]byte(`{"errcode":0,"invaliduser":"a|b"}`))
	f.Add([]byte(`{"errmsg":"ok"}`))
	f.Add([]byte(`<html>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := read(200, body)
		if err != nil {
			return
		}
		if failed := a.failure(); failed == nil && *a.Code != 0 {
			t.Errorf("code %d counts as success", *a.Code)
		}
	})
}
