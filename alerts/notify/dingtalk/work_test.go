package dingtalk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/notifytest"
)

const appKey, appSecret, agent, member = "dingkey", "app-secret-0123456789", 1333138182, "manager4220"

// office answers as DingTalk does to an application.
type office struct {
	*notifytest.Server
	token  int               // the one that it knows, by number
	seen   map[string]bool   // messages of the day
	result map[string]string // the list in which a task's member stands
}

func newOffice(t *testing.T) (*office, notify.Channel) {
	o := &office{seen: map[string]bool{}, result: map[string]string{}}
	o.Server = notifytest.NewServer(t, o.handle)
	return o, NewWork(Work{AppKey: appKey, AppSecret: appSecret, AgentID: agent, Endpoint: o.URL}, nil)
}

func (o *office) handle(fault notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
	switch fault {
	case notifytest.Broken:
		return says(-1, "系统繁忙")
	case notifytest.Busy:
		return notifytest.Reply{Body: `{"errcode":88,"errmsg":"ding talk error","sub_code":"90018","sub_msg":"您的服务器调用钉钉开放平台所有接口的请求都被暂时禁用了"}`}
	case notifytest.Garbage:
		return notifytest.Reply{Body: "<html>sign in</html>"}
	}
	q := r.URL.Query()
	if r.Method+r.URL.Path == "GET/gettoken" {
		if fault == notifytest.WrongKey || q.Get("appkey") != appKey || q.Get("appsecret") != appSecret {
			return says(40096, "不合法的appKey或appSecret "+q.Get("appsecret"))
		}
		o.token++
		return notifytest.Reply{Body: fmt.Sprintf(`{"errcode":0,"errmsg":"ok","access_token":"token+%d","expires_in":7200}`, o.token)}
	}
	if q.Get("access_token") != fmt.Sprint("token+", o.token) {
		return says(40014, "不合法的access_token")
	}
	switch r.Method + r.URL.Path {
	case "POST/topapi/message/corpconversation/asyncsend_v2":
		return o.take(fault, body)
	case "POST/topapi/message/corpconversation/getsendresult":
		var b struct {
			Agent int64 `json:"agent_id"`
			Task  int64 `json:"task_id"`
		}
		if err := json.Unmarshal(body, &b); err != nil || b.Agent != agent {
			return says(40035, "不合法的参数")
		}
		if list := o.result[fmt.Sprint(b.Task)]; list != "" {
			return notifytest.Reply{Body: fmt.Sprintf(`{"errcode":0,"errmsg":"ok","send_result":{%q:[%q]}}`, list, member)}
		}
		return notifytest.Reply{Body: `{"errcode":0,"errmsg":"ok","send_result":{}}`}
	}
	return says(404, "请求的URI地址不存在")
}

func (o *office) take(fault notifytest.Fault, body []byte) notifytest.Reply {
	var b struct {
		Agent int64  `json:"agent_id"`
		To    string `json:"userid_list"`
		Msg   struct {
			MsgType  string
			Card     struct{ Title, Markdown, Single_title, Single_url string } `json:"action_card"`
			Markdown struct{ Title, Text string }
		}
	}
	if err := json.Unmarshal(body, &b); err != nil || b.Agent != agent || len(body) > 2048 {
		return says(40035, "不合法的参数")
	}
	if b.To != member {
		return says(60121, "找不到该用户 "+b.To)
	}
	if fault == notifytest.ErrorInBody {
		return says(400002, "无效的参数 "+b.To)
	}
	card := b.Msg.Card
	if b.Msg.MsgType == "action_card" && (card.Title == "" || card.Markdown == "" || card.Single_title == "" || card.Single_url == "") {
		return says(40035, "不合法的参数")
	}
	task := strconv.Itoa(1000 + len(o.result))
	o.result[task] = "unread_user_id_list"
	ok := notifytest.Reply{Body: `{"errcode":0,"errmsg":"ok","request_id":"x","task_id":` + task + `}`}
	if o.seen[string(body)] {
		o.result[task] = "forbidden_user_id_list"
		return ok
	}
	o.seen[string(body)] = true
	_, key, _ := strings.Cut(card.Single_url, "#")
	ok.Took = &notifytest.Got{To: b.To, Text: card.Title + card.Markdown + card.Single_url + b.Msg.Markdown.Title + b.Msg.Markdown.Text, Key: key}
	return ok
}

func TestWorkNotificationsPassTheSuite(t *testing.T) {
	notifytest.Run(t, notifytest.Harness{
		Start: func(t *testing.T) (notify.Channel, notifytest.Service) {
			o, c := newOffice(t)
			return c, o
		},
		To: member, Best: notify.Read, Keyed: true, Secrets: []string{appSecret},
		Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
	})
}

func TestAWorkNotificationIsFollowedUntilItIsRead(t *testing.T) {
	o, c := newOffice(t)
	sent, err := c.Send(t.Context(), notifytest.Message(member))
	if err != nil {
		t.Fatal(err)
	}
	o.token = 9 // DingTalk forgets the token meanwhile
	for _, step := range []struct {
		list   string
		known  bool
		proof  notify.Proof
		reason notify.Reason
	}{
		{"", false, 0, ""},
		{"unread_user_id_list", false, 0, ""},
		{"read_user_id_list", true, notify.Read, ""},
		{"invalid_user_id_list", true, 0, notify.BadAddress},
		{"forbidden_user_id_list", true, 0, notify.Throttled},
		{"failed_user_id_list", true, 0, notify.Undelivered},
	} {
		o.result[sent.ID] = step.list
		got, err := c.(notify.Poller).Poll(t.Context(), sent.ID, member, time.Now())
		if err != nil {
			t.Fatalf("%q: %v", step.list, err)
		}
		if (got != nil) != step.known {
			t.Errorf("%q: the receipt is %+v", step.list, got)
			continue
		}
		if got == nil {
			continue
		}
		var reason notify.Reason
		if got.Failed != nil {
			reason = got.Failed.Reason
		}
		if got.ID != sent.ID || got.Proof != step.proof || reason != step.reason || time.Since(got.At).Abs() > time.Minute {
			t.Errorf("%q: the receipt is %+v", step.list, got)
		}
	}
	if got, err := c.(notify.Poller).Poll(t.Context(), sent.ID, "another", time.Now()); got != nil || err != nil {
		t.Errorf("a member to whom nothing was sent: %+v, %v", got, err)
	}
	if _, err := c.(notify.Poller).Poll(t.Context(), "no task", member, time.Now()); err == nil {
		t.Error("an id that is no task is not refused")
	}
}

func TestEqualNewsOfADayAllArrive(t *testing.T) {
	o, c := newOffice(t)
	m := notifytest.Message(member)
	m.Kind, m.Link = notify.News, ""
	for i := range 2 {
		m.Key = fmt.Sprintf("0199a1b2-0000-7000-8000-%012d", i)
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(o.Got()); got != 2 {
		t.Errorf("the member sees %d pieces of news, not 2", got)
	}
}

func TestALongWorkNotificationFits(t *testing.T) {
	o, c := newOffice(t)
	m := notifytest.Message(member)
	m.Title, m.Text = strings.Repeat("跌倒", 200), strings.Repeat("二楼跌倒。", 500)
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := o.Got()[0].Text; !strings.Contains(got, m.Link) || !strings.Contains(got, "…") {
		t.Errorf("the message lacks the whole link or the mark of the cut: %s", got)
	}
}

func TestAMemberUnknownToDingTalkIsABadAddress(t *testing.T) {
	_, c := newOffice(t)
	for _, to := range []string{"", "nobody-here", member + "," + member} {
		_, err := c.Send(t.Context(), notifytest.Message(to))
		if f := notify.AsFailure(err); f == nil || f.Reason != notify.BadAddress || !f.Permanent {
			t.Errorf("to %q: %v, not a permanent bad_address", to, f)
		}
	}
}

func TestMistakesInAnApplicationAreShownAtOnce(t *testing.T) {
	notifytest.Mistakes(t, Work{Endpoint: "http://example.org"}.Check(), []string{"app_key", "app_secret", "agent_id", "endpoint"})
	notifytest.Mistakes(t, Work{AppKey: appKey, AppSecret: appSecret, AgentID: agent}.Check(), nil)
}

func FuzzReadWork(f *testing.F) {
	f.Add([]byte(`{"errcode":0,"errmsg":"ok","task_id":1}`))
	f.Add([]byte(`{"errcode":88,"sub_code":"90018","sub_msg":"?"}`))
	f.Add([]byte(`{"errcode":88,"sub_code":"0"}`))
	f.Add([]byte(`{"errcode":0,"send_result":{"read_user_id_list":["a"]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := readWork(200, body)
		if err != nil {
			return
		}
		if a.failure() == nil && *a.Code != 0 {
			t.Errorf("%q counts as success", body)
		}
	})
}
