package webhook

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

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/notifytest"
)

// The secret is an example of the specification of Standard Webhooks.
const secret, path, bearer = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "/hook/path-token-0123456789", "Bearer hush-0123456789"

// service is a receiver that takes what is signed and new.
func service(fault notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
	switch fault {
	case notifytest.Broken:
		return notifytest.Reply{Status: 503, Body: "down for maintenance"}
	case notifytest.Busy:
		return notifytest.Reply{Status: 429, Header: map[string]string{"Retry-After": "30"}}
	case notifytest.Garbage:
		return notifytest.Reply{Body: "\n<!doctype html><title>sign in</title>"}
	}
	if r.URL.Path != path {
		return notifytest.Reply{Status: 404, Body: "no such page"}
	}
	id, stamp := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	key, _ := base64.StdEncoding.DecodeString(secret[len("whsec_"):])
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%s.%s", id, stamp, body)
	given, err2 := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.Header.Get("webhook-signature"), "v1,"))
	if fault == notifytest.WrongKey || err != nil || err2 != nil || !hmac.Equal(given, h.Sum(nil)) ||
		time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute || r.Header.Get("Authorization") != bearer {
		return notifytest.Reply{Status: 401, Body: "not signed by " + secret + " for " + path + " or not " + r.Header.Get("Authorization")}
	}
	var p Payload
	if err := json.Unmarshal(body, &p); err != nil || p.Type != "care.shouwang.message.alarm" || p.Data.ID != id {
		return notifytest.Reply{Status: 422, Body: "not a message"}
	}
	if fault == notifytest.ErrorInBody {
		return notifytest.Reply{Body: fmt.Sprintf(`{"error":{"code":17,"message":"nobody is called %s"}}`, p.Data.To)}
	}
	return notifytest.Reply{Status: 202, Body: `{"ok":true,"error":null}`, Took: &notifytest.Got{To: p.Data.To, Text: p.Data.Title + p.Data.Text + p.Data.Link, Key: id}}
}

func TestAReceiverPassesTheSuite(t *testing.T) {
	notifytest.Run(t, notifytest.Harness{
		Start: func(t *testing.T) (notify.Channel, notifytest.Service) {
			s := notifytest.NewServer(t, service)
			return New(Options{URL: notify.Secret(s.URL + path), Secret: secret, Authorization: bearer}, nil), s
		},
		To: "ward/2/nurse", Best: notify.Taken, Keyed: true, Secrets: []string{secret[6:], path, bearer},
		Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
	})
}

// The values are those of the specification and its libraries.
func TestTheSignatureOfTheSpecification(t *testing.T) {
	key, err := Options{Secret: secret}.key()
	if err != nil {
		t.Fatal(err)
	}
	got := sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestTheBodyIsAsDocumented(t *testing.T) {
	var got map[string]any
	s := notifytest.NewServer(t, func(_ notifytest.Fault, _ *http.Request, body []byte) notifytest.Reply {
		if err := json.Unmarshal(body, &got); err != nil {
			return notifytest.Reply{Status: 400}
		}
		return notifytest.Reply{Status: 204}
	})
	m := notifytest.Message("nurse")
	m.Kind, m.Link = notify.News, ""
	m.Params = map[string]string{notify.ParamPlace: "2 楼"}
	if _, err := New(Options{URL: notify.Secret(s.URL), Secret: secret}, nil).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"type": "care.shouwang.message.news", "timestamp": "2026-11-24T19:12:00Z",
		"data": map[string]any{
			"id": m.Key, "to": "nurse", "language": "zh", "severity": "urgent", "title": m.Title, "text": m.Text,
			"params": map[string]any{"place": "2 楼"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatAnswersMean(t *testing.T) {
	for _, c := range []struct {
		name      string
		status    int
		body      string
		reason    notify.Reason // empty: taken
		permanent bool
	}{
		{"nothing to say", 204, ``, "", false},
		{"words", 200, `thank you`, "", false},
		{"an object", 200, `{"status":"queued","id":7}`, "", false},
		{"no error", 200, `{"error":"","ok":true}`, "", false},
		{"a list", 200, `[1]`, "", false},
		{"an error", 200, `{"error":"unknown user"}`, notify.Refused, true},
		{"not ok", 200, `{"ok":false}`, notify.Refused, true},
		{"no success", 201, `{"success":false}`, notify.Refused, true},
		{"half an object", 200, `{"ok":tr`, notify.Unreachable, false},
		{"a page", 200, `<html>`, notify.Unreachable, false},
		{"gone", 410, ``, notify.Misconfigured, true},
		{"moved", 308, ``, notify.Misconfigured, true},
		{"too slow", 408, ``, notify.Unreachable, false},
		{"bad request", 400, `{"detail":"?"}`, notify.Refused, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := notify.AsFailure(read(c.status, []byte(c.body)))
			if c.reason == "" {
				if f != nil {
					t.Errorf("taken, but read as %v", f)
				}
				return
			}
			if f == nil || f.Reason != c.reason || f.Permanent != c.permanent {
				t.Errorf("%+v, want %s, permanent %t", f, c.reason, c.permanent)
			}
		})
	}
}

func TestMistakesInSettingsAreShownAtOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want []string // none: right
	}{
		{"empty", Options{}, []string{"url", "secret"}},
		{"a short secret", Options{URL: "https://example.org/hush", Secret: "whsec_aHVzaA=="}, []string{"24 to 64"}},
		{"no base64", Options{URL: "https://example.org/hush", Secret: "whsec_hush!"}, []string{"secret"}},
		{"two lines", Options{URL: "http://192.168.1.4/hush", Secret: secret, Authorization: "hush\r\nX: y"}, []string{"authorization", "https"}},
		{"the house's own network", Options{URL: "http://192.168.1.4/hook", Plain: true, Secret: secret}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			notifytest.Mistakes(t, c.o.Check(), c.want, "hush")
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(200, []byte(`{"ok":true}`))
	f.Add(200, []byte(`{"error":{"code":1}}`))
	f.Add(404, []byte(`<html>`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if err := read(status, body); err == nil && (status < 200 || status > 299) {
			t.Errorf("status %d counts as success", status)
		}
	})
}
