package feishu

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/notifytest"
)

const token, secret = "hook-token-0123456789", "sign-secret-0123456789"

func says(status, code int, message string) notifytest.Reply {
	return notifytest.Reply{Status: status, Body: fmt.Sprintf(`{"code":%d,"msg":%q,"data":{}}`, code, message)}
}

// service answers as Feishu does.
func service(fault notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
	switch fault {
	case notifytest.Broken:
		return notifytest.Reply{Status: 504, Body: "gateway time-out"}
	case notifytest.Busy:
		return says(200, 11232, "frequency limited psm[lark.oapi.app_platform_webhook]appID[1500]")
	case notifytest.Garbage:
		return notifytest.Reply{Body: `{"errcode":0}`}
	}
	if r.URL.Path != "/open-apis/bot/v2/hook/"+token {
		return says(200, 19001, "param invalid: incoming webhook access token invalid")
	}
	var b struct {
		Timestamp, Sign string
		MsgType         string `json:"msg_type"`
		Card            struct {
			Header struct {
				Template string
				Title    struct{ Tag, Content string }
			}
			Elements []struct {
				Tag     string
				Text    struct{ Tag, Content string }
				Actions []struct {
					Tag, URL string
					Text     struct{ Tag, Content string }
				}
			}
		}
	}
	if err := json.Unmarshal(body, &b); err != nil || b.MsgType != "interactive" || b.Card.Header.Title.Content == "" || len(body) > 20<<10 {
		return says(400, 9499, "Bad Request")
	}
	seconds, err := strconv.ParseInt(b.Timestamp, 10, 64)
	sum := hmac.New(sha256.New, fmt.Appendf(nil, "%d\n%s", seconds, secret)).Sum(nil)
	given, err2 := base64.StdEncoding.DecodeString(b.Sign)
	if fault == notifytest.WrongKey || err != nil || err2 != nil || !hmac.Equal(given, sum) || time.Since(time.Unix(seconds, 0)).Abs() > time.Hour {
		return says(200, 19021, "sign match fail or timestamp is not within one hour from current time "+r.URL.Path)
	}
	got := notifytest.Got{To: Nobody, Text: b.Card.Header.Template + " " + b.Card.Header.Title.Content}
	for _, e := range b.Card.Elements {
		if id, ok := strings.CutPrefix(e.Text.Content, "<at id="); ok && e.Text.Tag == "lark_md" {
			got.To = strings.TrimSuffix(id, "></at>")
			continue
		}
		got.Text += "\n" + e.Text.Content
		for _, a := range e.Actions {
			got.Text += "\n" + a.Text.Content + " " + a.URL
		}
	}
	if fault == notifytest.ErrorInBody {
		return says(200, 19002, "params error, bad card for "+strings.TrimPrefix(got.To, Nobody))
	}
	return notifytest.Reply{Body: `{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}`, Took: &got}
}

func start(t *testing.T) (notify.Channel, *notifytest.Server) {
	s := notifytest.NewServer(t, service)
	return New(Options{URL: notify.Secret(s.URL + hook + token), Secret: secret}, nil), s
}

func TestABotPassesTheSuite(t *testing.T) {
	for _, to := range []string{"ou_18eac85d35a26f989317ad4f02e8bbbb", Nobody} {
		t.Run(to, func(t *testing.T) {
			notifytest.Run(t, notifytest.Harness{
				Start: func(t *testing.T) (notify.Channel, notifytest.Service) { return start(t) },
				To:    to, Best: notify.Taken, Secrets: []string{token, secret},
				Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
			})
		})
	}
}

// The guide's examples sign the time 100 with the key "demo"; the value was
// made with a shell: openssl dgst -sha256 -hmac $'100\ndemo' -binary </dev/null |
// base64.
func TestTheSignatureOfAKnownTime(t *testing.T) {
	if got, want := sign("demo", "100"), "jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestWhatAnswersMean(t *testing.T) {
	for _, c := range []struct {
		name, body string
		reason     notify.Reason
		permanent  bool
	}{
		{"a wrong signature", `{"code":19021,"msg":"sign match fail"}`, notify.Misconfigured, true},
		{"an address is not let in", `{"code":19022,"msg":"Ip Not Allowed"}`, notify.Misconfigured, true},
		{"a keyword is wanted", `{"code":19024,"msg":"Key Words Not Found"}`, notify.Misconfigured, true},
		{"the code under its old name", `{"StatusCode":19001,"StatusMessage":"token invalid"}`, notify.Misconfigured, true},
		{"limited", `{"code":11232,"msg":"frequency limited"}`, notify.Throttled, false},
		{"limited under the code of bad requests", `{"code":9499,"msg":"too many request"}`, notify.Throttled, false},
		{"a bad request", `{"code":9499,"msg":"Bad Request"}`, notify.Refused, true},
		{"no code", `{"msg":"success"}`, notify.Unreachable, false},
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

func TestTheTitleIsColouredBySeverity(t *testing.T) {
	for _, c := range []struct {
		name     string
		kind     notify.Kind
		severity care.Severity
		want     string
	}{
		{"urgent", notify.Alarm, care.Urgent, "red"},
		{"high", notify.Storm, care.High, "orange"},
		{"low", notify.Alarm, care.Low, "yellow"},
		{"news of something urgent", notify.News, care.Urgent, "blue"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ch, s := start(t)
			m := notifytest.Message(Nobody)
			m.Kind, m.Severity = c.kind, c.severity
			if _, err := ch.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			if got := s.Got()[0].Text; !strings.HasPrefix(got, c.want+" ") {
				t.Errorf("the title is not %s: %s", c.want, got)
			}
		})
	}
}

func TestAnAddressIsAnOpenIDOrNobody(t *testing.T) {
	c, _ := start(t)
	for _, to := range []string{"", "zhangsan", "all", "ou_x></at><at id=all>"} {
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
		{"no token", Options{URL: "https://open.feishu.cn/open-apis/bot/v2/hook/", Secret: secret}, []string{"copy the whole webhook"}},
		{"no TLS", Options{URL: "http://open.feishu.cn/open-apis/bot/v2/hook/hush"}, []string{"https", "secret"}},
		{"Feishu", Options{URL: "https://open.feishu.cn/open-apis/bot/v2/hook/hush", Secret: secret}, nil},
		{"Lark", Options{URL: "https://open.larksuite.com/open-apis/bot/v2/hook/hush", Secret: secret}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			notifytest.Mistakes(t, c.o.Check(), c.want, "hush")
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"code":0,"msg":"success"}`))
	f.Add([]byte(`{"StatusCode":0}`))
	f.Add([]byte(`{"code":9499,"msg":"too many request"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var a struct {
			Code *int `json:"code"`
		}
		err := read(200, body)
		if json.Unmarshal(body, &a) != nil || a.Code != nil && *a.Code != 0 {
			if err == nil {
				t.Errorf("%q counts as success", body)
			}
		}
	})
}
