package shoutrrr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/notifytest"
)

const phone, topic, password, device = "li-phone", "topic-0123456789", "hush-0123456789", "device-0123456789"

// ntfyServer answers as a server of ntfy does.
func ntfyServer(fault notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
	says := func(code int, words string) notifytest.Reply {
		return notifytest.Reply{Status: code / 100, Body: fmt.Sprintf(`{"code":%d,"http":%d,"error":%q,"link":"https://ntfy.sh/docs/publish/"}`, code, code/100, words)}
	}
	switch fault {
	case notifytest.Broken:
		return notifytest.Reply{Status: 502, Body: "<html>bad gateway</html>"}
	case notifytest.Busy:
		return says(42901, "limit reached: too many requests")
	case notifytest.Garbage:
		return notifytest.Reply{Body: "<html>sign in</html>"}
	case notifytest.ErrorInBody:
		return notifytest.Reply{Body: `{"code":40024,"http":400,"error":"invalid request: ` + topic + `"}`}
	}
	user, pass, ok := r.BasicAuth()
	if fault == notifytest.WrongKey || !ok || user != "alarm" || pass != password {
		return says(40301, "forbidden: "+pass)
	}
	if r.Method != http.MethodPost || r.URL.Path != "/"+topic {
		return says(40401, "page not found")
	}
	got := &notifytest.Got{To: phone, Text: r.Header.Get("Priority") + "|" + r.Header.Get("Title") + "|" + r.Header.Get("Click") + "|" + string(body)}
	return notifytest.Reply{Body: `{"id":"x","time":1,"event":"message","topic":"` + topic + `"}`, Took: got}
}

// barkServer answers as a server of Bark does.
func barkServer(fault notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
	says := func(code int, words string) notifytest.Reply {
		return notifytest.Reply{Status: code, Body: fmt.Sprintf(`{"code":%d,"message":%q,"timestamp":1}`, code, words)}
	}
	switch fault {
	case notifytest.Broken:
		return says(500, "push failed")
	case notifytest.Busy:
		return says(429, "too many requests")
	case notifytest.Garbage:
		return notifytest.Reply{Body: "<html>sign in</html>"}
	case notifytest.ErrorInBody:
		reply := says(400, "push failed for "+device)
		reply.Status = 200
		return reply
	}
	var b struct {
		Title, Body, URL string
		Key              string `json:"device_key"`
	}
	if err := json.Unmarshal(body, &b); err != nil || r.URL.Path != "/push" {
		return says(400, "request bind failed")
	}
	if b.Key != device {
		return says(400, "failed to get device token: failed to get ["+b.Key+"] device token from database")
	}
	return notifytest.Reply{Body: `{"code":200,"message":"success","timestamp":1}`, Took: &notifytest.Got{To: phone, Text: b.Title + "|" + b.URL + "|" + b.Body}}
}

// start starts a server and a channel that has one name for it; address has a
// %s for the server's host.
func start(t *testing.T, name, address string, handle func(notifytest.Fault, *http.Request, []byte) notifytest.Reply) (*Channel, *notifytest.Server) {
	t.Helper()
	s := notifytest.NewServer(t, handle)
	o := Options{URLs: map[string]notify.Secret{name: notify.Secret(fmt.Sprintf(address, strings.TrimPrefix(s.URL, "http://")))}}
	if err := o.Check(); err != nil {
		t.Fatal(err)
	}
	c := New(o)
	t.Cleanup(func() {
		s.Close() // then nothing hangs any more
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return c, s
}

const (
	ntfyURL = "ntfy://alarm:" + password + "@%s/" + topic + "?scheme=http"
	barkURL = "bark://:" + device + "@%s/?scheme=http"
)

func TestNtfyPassesTheSuite(t *testing.T) {
	notifytest.Run(t, notifytest.Harness{
		Start: func(t *testing.T) (notify.Channel, notifytest.Service) { return start(t, phone, ntfyURL, ntfyServer) },
		To:    phone, Best: notify.Taken, Secrets: []string{topic, password},
		Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
	})
}

func TestBarkPassesTheSuite(t *testing.T) {
	notifytest.Run(t, notifytest.Harness{
		Start: func(t *testing.T) (notify.Channel, notifytest.Service) { return start(t, phone, barkURL, barkServer) },
		To:    phone, Best: notify.Taken, Secrets: []string{device},
		Without:   []notifytest.Fault{notifytest.WrongKey}, // it has no key but the device's
		Permanent: []notifytest.Fault{notifytest.ErrorInBody},
	})
}

func TestABarkDeviceThatIsGoneIsABadAddress(t *testing.T) {
	c, _ := start(t, Default, "bark://:another-device@%s/?scheme=http", barkServer)
	_, err := c.Send(t.Context(), notifytest.Message(""))
	f := notify.AsFailure(err)
	if f == nil || f.Reason != notify.BadAddress || !f.Permanent || strings.Contains(f.Detail, "another-device") {
		t.Errorf("%+v, want a permanent bad_address without the key", f)
	}
}

func TestAMessageLeavesNothingForTheNext(t *testing.T) {
	c, s := start(t, Default, ntfyURL, ntfyServer)
	first, second := notifytest.Message(""), notifytest.Message("")
	second.Kind, second.Title, second.Link = notify.News, "有人\n到了", ""
	third := first
	third.Severity = care.High
	for _, m := range []notify.Message{first, second, third} {
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, g := range s.Got() {
		head, _, _ := strings.Cut(g.Text, first.Text)
		got = append(got, head)
	}
	want := []string{"Max|" + first.Title + "|" + first.Link + "|", "Default|有人 到了||", "High|" + first.Title + "|" + first.Link + "|"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("priority, title and link (-want +got):\n%s", diff)
	}
}

func TestAServiceThatHangsHoldsUpNoOther(t *testing.T) {
	slow := notifytest.NewServer(t, barkServer)
	slow.Misbehave(notifytest.Hangs)
	fast := notifytest.NewServer(t, barkServer)
	address := func(s *notifytest.Server) notify.Secret {
		return notify.Secret(fmt.Sprintf(barkURL, strings.TrimPrefix(s.URL, "http://")))
	}
	c := New(Options{URLs: map[string]notify.Secret{"slow": address(slow), "fast": address(fast)}})
	for range atOnce + 1 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := c.Send(ctx, notifytest.Message("slow"))
		cancel()
		if f := notify.AsFailure(err); f == nil || f.Reason != notify.Unreachable || f.Permanent {
			t.Fatalf("a service that hangs: %+v", f)
		}
	}
	if _, err := c.Send(t.Context(), notifytest.Message("fast")); err != nil {
		t.Errorf("the other service: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close does not say that messages still hang: %v", err)
	}
	slow.Close()
	if err := c.Close(t.Context()); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestAnUnknownNameIsABadAddress(t *testing.T) {
	c := New(Options{URLs: map[string]notify.Secret{phone: "ntfy://ntfy.sh/topic"}})
	for _, to := range []string{"", "wang-phone", "ntfy://ntfy.sh/topic"} {
		_, err := c.Send(t.Context(), notifytest.Message(to))
		if f := notify.AsFailure(err); f == nil || f.Reason != notify.BadAddress || !f.Permanent {
			t.Errorf("to %q: %+v, want a permanent bad_address", to, f)
		}
	}
}

func TestWhatErrorsMean(t *testing.T) {
	for _, c := range []struct {
		name, said string
		reason     notify.Reason
		permanent  bool
	}{
		{"a status", "failed to send: unexpected status: 404 Not Found", notify.Misconfigured, true},
		{"a code of ntfy", "server response: limit reached (42901)", notify.Throttled, false},
		{"a port is no code", `Post "https://api.example.org:40123/bot-hush-0123456789/send": dial tcp 192.0.2.1:40123: refused`, notify.Unreachable, false},
		{"nothing known", "it did not work", notify.Unreachable, false},
		{"a bad request", "HTTP 400", notify.Refused, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := failure(t.Context(), "telegram://hush-0123456789@telegram?chats=123456789", errors.New(c.said))
			if f.Reason != c.reason || f.Permanent != c.permanent || strings.Contains(f.Detail, "hush") {
				t.Errorf("%+v, want %s, permanent %t, and no key", f, c.reason, c.permanent)
			}
		})
	}
}

func TestMistakesInSettingsAreShownAtOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		urls map[string]notify.Secret
		want []string // none: right
	}{
		{"empty", nil, []string{"urls"}},
		{"all wrong", map[string]notify.Secret{"a": "hush", "b": "carrier-pigeon://hush", "c": "logger://", "d": "generic://hush", "e": "ht tp://hush", "f": "telegram://hush"},
			[]string{"urls.a", "carrier-pigeon", "urls.c", "webhook channel", "urls.e", "urls.f"}},
		{"right", map[string]notify.Secret{"default": "ntfy://ntfy.sh/topic", "m": "matrix://user:hush@matrix.example.org"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			notifytest.Mistakes(t, Options{URLs: c.urls}.Check(), c.want, "hush")
		})
	}
}

func FuzzFailure(f *testing.F) {
	const address = "telegram://1234:hush-hush@telegram/path-hush?chats=chat-hush-hush"
	f.Add(`Post "https://api.telegram.org/bot1234:hush-hush/send": 500`)
	f.Add("hush-hushush-hush path-hush 429")
	f.Fuzz(func(t *testing.T, said string) {
		got := failure(t.Context(), address, errors.New(said))
		if got.Reason == "" || got.Detail == "" {
			t.Errorf("%q: %+v", said, got)
		}
		for _, secret := range []string{"hush-hush", "path-hush", "chat-hush-hush"} {
			if strings.Contains(got.Detail, secret) {
				t.Errorf("%q tells %s: %s", said, secret, got.Detail)
			}
		}
	})
}
