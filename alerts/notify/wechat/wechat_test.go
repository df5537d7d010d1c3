package wechat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/approved"
	"shouwang.care/shouwang/alerts/notify/notifytest"
	"shouwang.care/shouwang/alerts/notify/post"
)

const (
	testSecret = "hush-hush-app-secret"
	follower   = "oia2TjuEGTNoeX76QEjQNrcURxG8"
)

// platform answers as api.weixin.qq.com does.
type platform struct {
	serial  int // of the token that is good
	expires int // seconds
	fetched int
	keys    map[string]bool
}

func newPlatform(t *testing.T) (*platform, *notifytest.Server) {
	p := &platform{serial: 1, expires: 7200, keys: map[string]bool{}}
	return p, notifytest.NewServer(t, p.handle)
}

func (p *platform) token() string { return fmt.Sprintf("14_token-%d", p.serial) }

func (p *platform) handle(f notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
	if r.Method != http.MethodPost {
		return refusal(43002, "require POST method")
	}
	switch r.URL.Path {
	case "/cgi-bin/stable_token":
		var q struct {
			Type   string `json:"grant_type"`
			AppID  string `json:"appid"`
			Secret string `json:"secret"`
		}
		switch {
		case json.Unmarshal(body, &q) != nil || q.Type != "client_credential":
			return refusal(40002, "invalid grant_type")
		case q.AppID != "wx1":
			return refusal(40013, "invalid appid")
		case q.Secret != testSecret || f == notifytest.WrongKey:
			return refusal(40125, "invalid appsecret "+q.Secret)
		}
		p.fetched++
		return notifytest.Reply{Body: fmt.Sprintf(`{"access_token":%q,"expires_in":%d}`, p.token(), p.expires)}
	case "/cgi-bin/message/template/send":
		if r.URL.Query().Get("access_token") != p.token() {
			return refusal(40001, "invalid credential, access_token is invalid or not latest")
		}
		return p.send(f, body)
	}
	return notifytest.Reply{Status: http.StatusNotFound}
}

func (p *platform) send(f notifytest.Fault, body []byte) notifytest.Reply {
	switch f {
	case notifytest.Broken:
		return refusal(-1, "system error")
	case notifytest.Busy:
		return refusal(45009, "reach max api daily quota limit")
	case notifytest.Garbage:
		return notifytest.Reply{Body: "<html>Sign in to the hotel's Wi-Fi</html>"}
	}
	var m struct {
		To       string           `json:"touser"`
		Template string           `json:"template_id"`
		URL      string           `json:"url"`
		Key      string           `json:"client_msg_id"`
		Data     map[string]value `json:"data"`
	}
	if json.Unmarshal(body, &m) != nil {
		return refusal(47001, "data format error")
	}
	if m.To != follower || f == notifytest.ErrorInBody {
		return refusal(40003, "invalid openid "+m.To)
	}
	var text strings.Builder
	text.WriteString(m.Template + " " + m.URL)
	for k, v := range m.Data {
		if strings.HasPrefix(k, "thing") && utf8.RuneCountInString(v.Value) > 20 {
			return refusal(47003, "argument invalid! data."+k+".value invalid")
		}
		text.WriteString(" " + k + ":" + v.Value)
	}
	reply := notifytest.Reply{Body: `{"errcode":0,"errmsg":"ok","msgid":3487542469355618313}`}
	if !p.keys[m.Key] {
		p.keys[m.Key] = true
		reply.Took = &notifytest.Got{To: m.To, Text: text.String(), Key: m.Key}
	}
	return reply
}

func refusal(code int, message string) notifytest.Reply {
	return notifytest.Reply{Body: fmt.Sprintf(`{"errcode":%d,"errmsg":"%s rid: 655eecd6-086f26a1-0669a54b"}`, code, message)}
}

func options(endpoint string) Options {
	return Options{
		AppID: "wx1", AppSecret: testSecret, Token: "AAAAA", Endpoint: endpoint,
		Templates: approved.Templates{"alarm": {ID: "tpl-1", Fill: []string{"thing1=place", "thing2=text", "time3=time"}}},
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

func TestTemplateMessages(t *testing.T) {
	notifytest.Run(t, notifytest.Harness{
		Start: func(t *testing.T) (notify.Channel, notifytest.Service) {
			_, server := newPlatform(t)
			return open(t, options(server.URL)), server
		},
		To: follower, Best: notify.Delivered, Keyed: true,
		Secrets:   []string{testSecret, "14_token-1"},
		Says:      []string{"tpl-1", "https://gateway.example.org/a/Zm9vYmFy", "thing1:2 楼 203 房 1 床", "thing2:湖畔养老院 2 楼 203 房 1 床…", "time3:03:12"},
		Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
	})
}

func TestATokenIsFetchedOnceAndKeptWhileItIsGood(t *testing.T) {
	for _, c := range []struct {
		name    string
		expires int
		want    int
	}{
		{"for two hours", 7200, 1},
		{"WeChat already has the next one", 300, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, server := newPlatform(t)
			p.expires = c.expires
			ch := open(t, options(server.URL))
			for range 3 {
				if _, err := ch.Send(t.Context(), notifytest.Message(follower)); err != nil {
					t.Fatal(err)
				}
			}
			if p.fetched != c.want {
				t.Errorf("the token was fetched %d times, want %d", p.fetched, c.want)
			}
		})
	}
}

func TestATokenThatWasReplacedIsFetchedAgain(t *testing.T) {
	p, server := newPlatform(t)
	ch := open(t, options(server.URL))
	for i := range 3 {
		p.serial = i + 1 // another program had a new token made
		if _, err := ch.Send(t.Context(), notifytest.Message(follower)); err != nil {
			t.Fatalf("with token %d: %v", p.serial, err)
		}
	}
	if p.fetched != 3 {
		t.Errorf("the token was fetched %d times, want 3", p.fetched)
	}
}

func TestManyMessagesAtOnceShareOneToken(t *testing.T) {
	p, server := newPlatform(t)
	ch := open(t, options(server.URL))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := ch.Send(t.Context(), notifytest.Message(follower)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if p.fetched != 1 {
		t.Errorf("the token was fetched %d times, want once", p.fetched)
	}
	if got := server.Got(); len(got) != 1 {
		t.Errorf("one message with one key arrived %d times", len(got))
	}
}

func TestWhoeverWaitsForATokenHasADeadline(t *testing.T) {
	_, server := newPlatform(t)
	ch := open(t, options(server.URL))
	fetching := make(chan struct{})
	ch.tokens = post.NewTokens(func(ctx context.Context) (string, time.Duration, error) {
		close(fetching)
		<-ctx.Done()
		return "", 0, ctx.Err()
	})
	slow, stop := context.WithCancel(t.Context())
	var other sync.WaitGroup
	other.Go(func() { _, _ = ch.tokens.Get(slow, "") })
	defer func() { stop(); other.Wait() }()
	<-fetching // somebody is fetching one
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := ch.Send(ctx, notifytest.Message(follower))
	if f := notify.AsFailure(err); f == nil || f.Reason != notify.Unreachable || f.Permanent {
		t.Errorf("the failure is %+v", f)
	}
}

func TestNoSecretLeavesInADetail(t *testing.T) {
	_, server := newPlatform(t)
	server.Misbehave(notifytest.WrongKey)
	_, err := open(t, options(server.URL)).Send(t.Context(), notifytest.Message(follower))
	if err == nil || strings.Contains(err.Error(), testSecret) {
		t.Errorf("the error is %v", err)
	}
}

func TestVariablesKeepTheirLimits(t *testing.T) {
	got := map[string]int{}
	for _, name := range []string{"thing12", "character_string3", "phrase1", "time2", "keyword1"} {
		got[name] = limit(name)
	}
	want := map[string]int{"thing12": 20, "character_string3": 32, "phrase1": 5, "time2": longest, "keyword1": longest}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}

func TestWithoutATokenForEventsBeingTakenIsTheBestProof(t *testing.T) {
	o := options("")
	o.Token = ""
	if got := open(t, o).Best(); got != notify.Taken {
		t.Errorf("the best proof is %v", got)
	}
}

func TestEveryMistakeIsShown(t *testing.T) {
	_, err := New(Options{AESKey: "short", Endpoint: "http://10.0.0.1"}, nil)
	if err == nil {
		t.Fatal("there is no mistake")
	}
	for _, part := range []string{"app_id", "app_secret", "aes_key", "token", "templates", "endpoint"} {
		if !strings.Contains(err.Error(), part+": ") {
			t.Errorf("%q is not said in:\n%v", part, err)
		}
	}
}
