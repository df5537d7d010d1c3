package dingtalk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/notifytest"
)

const token, secret = "robot-token-0123456789", "SEC0123456789abcdef"

func says(code int, message string) notifytest.Reply {
	return notifytest.Reply{Body: fmt.Sprintf(`{"errcode":%d,"errmsg":%q}`, code, message)}
}

// service answers as DingTalk does; with a status of 200 always.
func service(fault notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
	switch fault {
	case notifytest.Broken:
		return says(-1, "系统繁忙")
	case notifytest.Busy:
		return says(130101, "send too fast, exceed 20 times per minute")
	case notifytest.Garbage:
		return notifytest.Reply{Body: `{"code":"0"}`}
	}
	q := r.URL.Query()
	if r.URL.Path != "/robot/send" || q.Get("access_token") != token {
		return says(300005, "token is not exist")
	}
	ms, err := strconv.ParseInt(q.Get("timestamp"), 10, 64)
	h := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(h, "%d\n%s", ms, secret)
	sign, err2 := base64.StdEncoding.DecodeString(q.Get("sign"))
	if fault == notifytest.WrongKey || err != nil || err2 != nil || !hmac.Equal(sign, h.Sum(nil)) || time.Since(time.UnixMilli(ms)).Abs() > time.Hour {
		return says(310000, "sign not match "+q.Get("sign")+" of "+q.Get("access_token"))
	}
	var b struct {
		MsgType    string
		ActionCard *struct{ Title, Text, SingleTitle, SingleURL string }
		Markdown   *struct{ Title, Text string }
		At         struct{ AtMobiles []string }
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return says(40035, "不合法的参数")
	}
	got := notifytest.Got{To: Nobody}
	for _, n := range b.At.AtMobiles {
		got.To = "+86" + n
	}
	if fault == notifytest.ErrorInBody {
		return says(430104, "不适宜的内容 "+strings.Join(b.At.AtMobiles, ""))
	}
	switch {
	case b.MsgType == "actionCard" && b.ActionCard != nil:
		c := b.ActionCard
		if c.Title == "" || c.Text == "" || c.SingleTitle == "" || c.SingleURL == "" || got.To != Nobody {
			return says(400105, "unsupported message")
		}
		got.Text = c.Title + c.Text + c.SingleURL
	case b.MsgType == "markdown" && b.Markdown != nil:
		if number := strings.TrimPrefix(got.To, "+86"); got.To != Nobody && !strings.Contains(b.Markdown.Text, "@"+number) {
			got.To = "nobody: the text lacks the mention"
		}
		got.Text = b.Markdown.Title + b.Markdown.Text
	default:
		return says(400105, "unsupported message type "+b.MsgType)
	}
	ok := says(0, "ok")
	ok.Took = &got
	return ok
}

func start(t *testing.T) (notify.Channel, *notifytest.Server) {
	s := notifytest.NewServer(t, service)
	return New(Options{URL: notify.Secret(s.URL + "/robot/send?access_token=" + token), Secret: secret}, nil), s
}

func TestARobotPassesTheSuite(t *testing.T) {
	for _, to := range []string{Nobody, "+8613800000000"} {
		t.Run(to, func(t *testing.T) {
			notifytest.Run(t, notifytest.Harness{
				Start: func(t *testing.T) (notify.Channel, notifytest.Service) { return start(t) },
				To:    to, Best: notify.Taken, Secrets: []string{token, secret},
				Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
			})
		})
	}
}

// The expected value was made with a shell: printf '1599360473000\ndemo' |
// openssl dgst -sha256 -hmac demo -binary | base64.
func TestTheSignatureOfAKnownTime(t *testing.T) {
	address, err := signed(Options{URL: "https://example.org/robot/send?access_token=x", Secret: "demo"}, time.UnixMilli(1599360473000))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := u.Query().Get("sign"), "eblRZvilBzXa6Ce18IeBM4pMy1rYNWKicaCg6VMwQe0="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
	if !strings.HasPrefix(address, "https://example.org/robot/send?access_token=x&") {
		t.Errorf("the token is gone: %s", address)
	}
}

func TestWhatAnswersMean(t *testing.T) {
	for _, c := range []struct {
		name, body string
		reason     notify.Reason
		permanent  bool
	}{
		{"a wrong signature", `{"errcode":310000,"errmsg":"sign not match"}`, notify.Misconfigured, true},
		{"a keyword is wanted", `{"errcode":310000,"errmsg":"keywords not in content"}`, notify.Misconfigured, true},
		{"an address is not let in", `{"errcode":310000,"errmsg":"ip 1.2.3.4 not in whitelist"}`, notify.Misconfigured, true},
		{"the token is unknown", `{"errcode":300001,"errmsg":"token is not exist"}`, notify.Misconfigured, true},
		{"too fast under another code", `{"errcode":300001,"errmsg":"send too fast"}`, notify.Throttled, false},
		{"limited", `{"errcode":410100,"errmsg":"发送速度太快而限流"}`, notify.Throttled, false},
		{"the shield", `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"0"}`, notify.Throttled, false},
		{"busy", `{"errcode":-1,"errmsg":"系统繁忙"}`, notify.Unreachable, false},
		{"something new", `{"errcode":999999,"errmsg":"?"}`, notify.Refused, true},
		{"nothing", ``, notify.Unreachable, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := notify.AsFailure(read(200, []byte(c.body)))
			if f == nil || f.Reason != c.reason || f.Permanent != c.permanent {
				t.Errorf("%+v, want %s, permanent %t", f, c.reason, c.permanent)
			}
		})
	}
}

func TestNewsWithoutALinkNeedsNoCard(t *testing.T) {
	c, s := start(t)
	m := notifytest.Message(Nobody)
	m.Kind, m.Link, m.Title = notify.News, "", "王_奶奶_[203]"
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := s.Got(); len(got) != 1 || !strings.Contains(got[0].Text, `王\_奶奶\_\[203\]`) {
		t.Errorf("a name is read as markdown: %+v", got)
	}
}

func TestAnAddressIsANumberOrNobody(t *testing.T) {
	c, _ := start(t)
	for _, to := range []string{"", "zhangsan", "+86", "13800000000", "+8613800x00000"} {
		_, err := c.Send(t.Context(), notifytest.Message(to))
		if f := notify.AsFailure(err); f == nil || f.Reason != notify.BadAddress || !f.Permanent {
			t.Errorf("to %q: %v, not a permanent bad_address", to, f)
		}
	}
}

func TestMistakesInSettingsAreShownAtOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want []string // none: right
	}{
		{"empty", Options{}, []string{"url", "secret"}},
		{"no token", Options{URL: "https://oapi.dingtalk.com/robot/send", Secret: secret}, []string{"access_token="}},
		{"no TLS", Options{URL: "http://oapi.dingtalk.com/robot/send?access_token=hush"}, []string{"https", "secret"}},
		{"right", Options{URL: "https://oapi.dingtalk.com/robot/send?access_token=hush", Secret: secret}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			notifytest.Mistakes(t, c.o.Check(), c.want, "hush")
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"errcode":0,"errmsg":"ok"}`))
	f.Add([]byte(`{"errcode":310000,"errmsg":"keywords not in content"}`))
	f.Add([]byte(`{"status":1111,"wait":5}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var a struct {
			Code *int `json:"errcode"`
		}
		err := read(200, body)
		if json.Unmarshal(body, &a) != nil || a.Code == nil || *a.Code != 0 {
			if err == nil {
				t.Errorf("%q counts as success", body)
			}
		}
	})
}
