package templated

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/notifytest"
)

const testKey = "hush-hush-key"

// provider answers as one of the many text message providers might: JSON, a
// signature over time and body, code 0 for success and the status 200 always.
type provider struct {
	state string // of the message that is asked for
}

func newProvider(t *testing.T) (*provider, *notifytest.Server) {
	p := &provider{}
	return p, notifytest.NewServer(t, p.handle)
}

func (p *provider) handle(f notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
	stamp, err := strconv.ParseInt(r.Header.Get("X-Time"), 10, 64)
	if err != nil || time.Since(time.Unix(stamp, 0)).Abs() > time.Minute {
		return notifytest.Reply{Body: `{"code":1002,"msg":"X-Time"}`}
	}
	key := testKey
	if f == notifytest.WrongKey {
		key = "another key"
	}
	h := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(h, "%d\n%s", stamp, body)
	if fmt.Sprintf("%x", h.Sum(nil)) != r.Header.Get("X-Sign") {
		return notifytest.Reply{Body: `{"code":1001,"msg":"wrong signature, yours is ` + r.Header.Get("X-Sign") + `"}`}
	}
	switch f {
	case notifytest.ErrorInBody:
		return notifytest.Reply{Body: `{"code":1003,"msg":"13812345678 is an empty number"}`}
	case notifytest.Broken:
		return notifytest.Reply{Status: http.StatusBadGateway, Body: "<html>nginx</html>"}
	case notifytest.Busy:
		return notifytest.Reply{Body: `{"code":1004,"msg":"too many"}`}
	case notifytest.Garbage:
		return notifytest.Reply{Body: "<html>Sign in to the hotel's Wi-Fi</html>"}
	}
	if r.URL.Path == "/status" {
		return notifytest.Reply{Body: `{"code":0,"list":[{"id":` + r.URL.Query().Get("id") + `,"state":"` + p.state + `"}]}`}
	}
	var m struct{ Mobile, Text, Key string }
	if json.Unmarshal(body, &m) != nil {
		return notifytest.Reply{Body: `{"code":1005,"msg":"no JSON"}`}
	}
	return notifytest.Reply{
		Body: `{"code":0,"data":{"id":3487542469355618313}}`,
		Took: &notifytest.Got{To: "+86" + m.Mobile, Text: m.Text, Key: m.Key},
	}
}

func options(endpoint string) Options {
	headers := map[string]string{
		"Content-Type": "application/json",
		"X-Time":       "{{.Now.Unix}}",
		"X-Sign":       `{{hmacSHA256 (secret "key") (print .Now.Unix "\n" .Body) | hex}}`,
	}
	return Options{
		Secrets: map[string]notify.Secret{"key": testKey},
		Send: Request{
			URL: endpoint + "/send", Headers: headers,
			Body: `{"mobile":{{json .Mainland}},"key":{{json .Key}},"text":{{json (cut 70 (print .Title " " .Link))}}}`,
		},
		Taken: Test{Find{JSON: "code"}, []string{"0"}},
		ID:    Find{JSON: "data.id"},
		Error: Find{JSON: "msg"},
		Failures: []Rule{
			{Test{Find{JSON: "code"}, []string{"1001"}}, notify.Misconfigured, true},
			{Test{Find{JSON: "code"}, []string{"1003"}}, notify.BadAddress, true},
			{Test{Find{JSON: "code"}, []string{"1004"}}, notify.Throttled, false},
		},
		Poll: &Poll{
			Request:   Request{Method: "POST", URL: endpoint + "/status?id={{urlquery .ID}}", Headers: headers, Body: `{"id":{{json .ID}}}`},
			Delivered: Test{Find{JSON: "list[0].state"}, []string{"DELIVRD"}},
			Failed:    []Rule{{Test{Find{JSON: "list[0].state"}, []string{"EMPTY"}}, notify.BadAddress, true}},
		},
	}
}

func open(t *testing.T, o Options) *Channel {
	t.Helper()
	c, err := New(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnyProvider(t *testing.T) {
	notifytest.Run(t, notifytest.Harness{
		Start: func(t *testing.T) (notify.Channel, notifytest.Service) {
			_, server := newProvider(t)
			return open(t, options(server.URL)), server
		},
		To: "+8613812345678", Best: notify.Delivered, Keyed: true,
		Secrets:   []string{testKey, "13812345678"},
		Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
	})
}

func TestAProviderWithoutJSON(t *testing.T) {
	o := func(endpoint string) Options {
		return Options{
			Send: Request{
				Method: "GET", URL: endpoint + "/?to={{urlquery .Digits}}&text={{urlquery .Title}}%20{{urlquery .Link}}&pw={{md5 (print .Digits (secret `pw`)) | hex}}",
			},
			Secrets: map[string]notify.Secret{"pw": "hush-hush"},
			Taken:   Test{Find: Find{Regexp: `^OK`}},
			Failures: []Rule{
				{Test{Find: Find{Regexp: `^ERR password`}}, notify.Misconfigured, true},
				{Test{Find: Find{Regexp: `^ERR busy`}}, notify.Throttled, false},
			},
		}
	}
	notifytest.Run(t, notifytest.Harness{
		Start: func(t *testing.T) (notify.Channel, notifytest.Service) {
			server := notifytest.NewServer(t, func(f notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
				q := r.URL.Query()
				switch f {
				case notifytest.WrongKey:
					return notifytest.Reply{Body: "ERR password"}
				case notifytest.Busy:
					return notifytest.Reply{Body: "ERR busy"}
				case notifytest.Broken:
					return notifytest.Reply{Status: 503}
				case notifytest.ErrorInBody:
					return notifytest.Reply{Body: "ERR " + q.Get("to")}
				case notifytest.Garbage:
					return notifytest.Reply{Body: "<html>"}
				}
				return notifytest.Reply{Body: "OK 1", Took: &notifytest.Got{To: "+" + q.Get("to"), Text: q.Get("text")}}
			})
			return open(t, o(server.URL)), server
		},
		To: "+8613812345678", Best: notify.Taken,
		Secrets:   []string{"hush-hush", "13812345678"},
		Permanent: []notifytest.Fault{notifytest.WrongKey},
	})
}

func TestAProviderIsAskedWhatBecameOfAMessage(t *testing.T) {
	p, server := newProvider(t)
	c := open(t, options(server.URL))
	for _, tc := range []struct {
		state string
		want  *notify.Receipt
	}{
		{"WAITING", nil},
		{"DELIVRD", &notify.Receipt{ID: "3487542469355618313", Proof: notify.Delivered}},
		{"EMPTY", &notify.Receipt{ID: "3487542469355618313", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.BadAddress, Permanent: true}}},
	} {
		t.Run(tc.state, func(t *testing.T) {
			p.state = tc.state
			got, err := c.Poll(t.Context(), "3487542469355618313", "+8613812345678", time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got, cmpopts.IgnoreFields(notify.Failure{}, "Detail"), cmpopts.IgnoreFields(notify.Receipt{}, "At")); diff != "" {
				t.Errorf("receipt (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheFunctionsOfTemplates(t *testing.T) {
	d := messageData(notify.Message{To: "+8613812345678", Title: `a"<b>&`, Time: time.Date(2026, 11, 24, 19, 12, 0, 0, time.UTC)})
	for text, want := range map[string]string{
		`{{json .Title}}`:          `"a\"<b>&"`,
		`{{urlquery .Title}}`:      `a%22%3Cb%3E%26`,
		`{{cut 3 .Title}}`:         `a"…`,
		`{{base64 "hello"}}`:       `aGVsbG8=`,
		`{{md5 "hello" | hex}}`:    `5d41402abc4b2a76b9719d911017c592`,
		`{{sha1 "hello" | hex}}`:   `aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d`,
		`{{sha256 "hello" | hex}}`: `2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824`,
		`{{hmacSHA256 "Jefe" "what do ya want for nothing?" | hex}}`: `5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843`, // RFC 4231
		`{{hmacSHA1 "Jefe" "what do ya want for nothing?" | hex}}`:   `effcdf6ae5eb2fa2d27416d5f184df9c259a7c79`,                         // RFC 2202
		`{{.Mainland}} {{.Digits}}`:                                  `13812345678 8613812345678`,
		`{{(in "Asia/Shanghai" .Time).Format "20060102150405"}}`:     `20261125031200`,
		`{{.Params.nothing}}`:                                        ``,
		`{{len .Nonce}}`:                                             `32`,
	} {
		var m notify.Mistakes
		q := Request{URL: "https://example.org", Body: text}.compile(&m, "send", Options{}, nil)
		r, err := q.write(d, false)
		if m.Err() != nil || err != nil {
			t.Errorf("%s: %v, %v", text, m.Err(), err)
			continue
		}
		body := new(strings.Builder)
		r.Write(body)
		if _, got, _ := strings.Cut(body.String(), "\r\n\r\n"); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

func TestNoSecretLeavesInADetail(t *testing.T) {
	server := notifytest.NewServer(t, func(_ notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
		return notifytest.Reply{Body: `{"code":9,"msg":"` + testKey + ` for 13812345678 is wrong"}`}
	})
	_, err := open(t, options(server.URL)).Send(t.Context(), notifytest.Message("+8613812345678"))
	if err == nil || strings.Contains(err.Error(), testKey) || strings.Contains(err.Error(), "13812345678") || !strings.Contains(err.Error(), "is wrong") {
		t.Errorf("the error is %v", err)
	}
}
