package webpush

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/notifytest"
)

const (
	contact = "operator@example.org"
	// origin is what subscriptions say; start leads its connections to the
	// service that it started.
	origin, path = "http://127.0.0.1:9", "/send/token-0123456789"
)

// browser is a subscription and the keys that only the browser has.
type browser struct {
	key     *ecdh.PrivateKey
	auth    []byte
	address string // the subscription in JSON
	public  string // the gateway's key that it subscribed with
	// last is the header of the last request.
	last http.Header
}

func newBrowser(t *testing.T) *browser {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{key: key, auth: make([]byte, 16)}
	rand.Read(b.auth)
	b.address = fmt.Sprintf(`{"endpoint":%q,"expirationTime":null,"keys":{"p256dh":%q,"auth":%q}}`, origin+path,
		base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), base64.RawURLEncoding.EncodeToString(b.auth))
	return b
}

// service is the push service and the browser behind it in one.
func (b *browser) service(fault notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
	b.last = r.Header
	switch fault {
	case notifytest.Broken:
		return notifytest.Reply{Status: 503, Body: "try again"}
	case notifytest.Busy:
		return notifytest.Reply{Status: 429, Header: map[string]string{"Retry-After": "60"}}
	case notifytest.Garbage:
		return notifytest.Reply{Body: "<html>sign in</html>"}
	case notifytest.ErrorInBody:
		return notifytest.Reply{Status: 200, Body: `{"error":"unsupported for ` + r.URL.Path + `"}`}
	}
	if r.URL.Path != path {
		return notifytest.Reply{Status: 410, Body: "unsubscribed " + r.URL.Path}
	}
	if err := vouch(r.Header.Get("Authorization"), origin, b.public); err != nil || fault == notifytest.WrongKey {
		return notifytest.Reply{Status: 403, Body: fmt.Sprintf("not the key of %s: %v", r.URL.Path, err)}
	}
	if len(body) > 4096 || r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("TTL") == "" || len(r.Header.Get("Topic")) > 32 {
		return notifytest.Reply{Status: 400, Body: "bad request"}
	}
	plain, err := decrypt(body, b.key, b.auth)
	if err != nil {
		return notifytest.Reply{Status: 400, Body: err.Error()}
	}
	var p Payload
	if err := json.Unmarshal(plain, &p); err != nil {
		return notifytest.Reply{Status: 400, Body: err.Error()}
	}
	return notifytest.Reply{Status: 201, Took: &notifytest.Got{To: b.address, Text: p.Title + "\n" + p.Text + "\n" + p.Link, Key: p.ID}}
}

// start starts a push service for the browser, and the channel.
func start(t *testing.T, b *browser) (notify.Channel, *notifytest.Server) {
	t.Helper()
	public, private, err := GenerateKeys()
	if err != nil {
		t.Fatal(err)
	}
	b.public = public
	s := notifytest.NewServer(t, b.service)
	o := Options{PublicKey: public, PrivateKey: private, Contact: "mailto:" + contact, Hosts: []string{"127.0.0.1"}}
	if err := o.Check(); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, strings.TrimPrefix(s.URL, "http://"))
		},
	}}
	return New(o, client), s
}

func TestABrowserPassesTheSuite(t *testing.T) {
	b := newBrowser(t)
	notifytest.Run(t, notifytest.Harness{
		Start: func(t *testing.T) (notify.Channel, notifytest.Service) { return start(t, b) },
		To:    b.address, Best: notify.Taken, Keyed: true, Secrets: []string{path, base64.RawURLEncoding.EncodeToString(b.auth)},
		Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
	})
}

func TestUrgencyAndPatienceFollowTheMessage(t *testing.T) {
	for _, c := range []struct {
		name         string
		kind         notify.Kind
		severity     care.Severity
		urgency, ttl string
	}{
		{"an urgent alarm", notify.Alarm, care.Urgent, "high", "1800"},
		{"a storm", notify.Storm, care.High, "high", "1800"},
		{"a call", notify.Alarm, care.Medium, "normal", "1800"},
		{"a battery", notify.Alarm, care.Low, "low", "1800"},
		{"news of something urgent", notify.News, care.Urgent, "normal", "14400"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBrowser(t)
			ch, _ := start(t, b)
			m := notifytest.Message(b.address)
			m.Kind, m.Severity = c.kind, c.severity
			if _, err := ch.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			got := []string{b.last.Get("Urgency"), b.last.Get("TTL"), b.last.Get("Topic")}
			if diff := cmp.Diff([]string{c.urgency, c.ttl, "0199a1b2000070008000000000000001"}, got); diff != "" {
				t.Errorf("urgency, TTL and topic (-want +got):\n%s", diff)
			}
		})
	}
}

func TestALongMessageFitsIntoOneRecord(t *testing.T) {
	b := newBrowser(t)
	ch, s := start(t, b)
	m := notifytest.Message(b.address)
	m.Title, m.Text = strings.Repeat("<跌倒>", 300), strings.Repeat("\x01<跌倒>&", 2000)
	if _, err := ch.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := s.Got()[0].Text; !strings.Contains(got, "…") || !strings.HasSuffix(got, m.Link) {
		t.Errorf("the message lacks the mark of the cut or its link: %s", got)
	}
}

func TestALinkThatCannotFitIsNotTheFaultOfTheBrowser(t *testing.T) {
	b := newBrowser(t)
	ch, _ := start(t, b)
	m := notifytest.Message(b.address)
	m.Link += strings.Repeat("x", 4096)
	_, err := ch.Send(t.Context(), m)
	if f := notify.AsFailure(err); f == nil || f.Reason != notify.Refused || !f.Permanent {
		t.Errorf("%+v, want a permanent refused: a bad_address would delete the subscription", f)
	}
}

func TestASubscriptionThatIsOverIsABadAddress(t *testing.T) {
	b := newBrowser(t)
	ch, _ := start(t, b)
	keys := b.address[strings.Index(b.address, `"expirationTime"`):]
	for _, c := range []struct{ name, to string }{
		{"over", strings.Replace(b.address, path, "/send/another-0123456789", 1)},
		{"empty", ""},
		{"no JSON", "li-phone"},
		{"no keys", `{"endpoint":"` + origin + path + `"}`},
		{"bad keys", `{"endpoint":"` + origin + path + `","keys":{"p256dh":"aHVzaA","auth":"aHVzaA"}}`},
		{"into the house's network", `{"endpoint":"https://192.168.1.1/admin",` + keys},
		{"a host that only begins well", `{"endpoint":"https://fcm.googleapis.com.example.org/x",` + keys},
		{"in the clear", `{"endpoint":"http://fcm.googleapis.com/x",` + keys},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ch.Send(t.Context(), notifytest.Message(c.to))
			f := notify.AsFailure(err)
			if f == nil || f.Reason != notify.BadAddress || !f.Permanent {
				t.Fatalf("%+v, want a permanent bad_address", f)
			}
			if strings.Contains(f.Detail, "0123456789") || strings.Contains(f.Detail, "/admin") {
				t.Errorf("the detail has the endpoint: %s", f.Detail)
			}
		})
	}
}

func TestMistakesInSettingsAreShownAtOnce(t *testing.T) {
	public, private, err := GenerateKeys()
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := GenerateKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		o    Options
		want []string // none: right
	}{
		{"empty", Options{}, []string{"public_key", "private_key", "contact"}},
		{"keys of two pairs", Options{PublicKey: other, PrivateKey: private, Contact: "https://example.org"}, []string{"does not belong"}},
		{"right", Options{PublicKey: public, PrivateKey: private, Contact: contact}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			notifytest.Mistakes(t, c.o.Check(), c.want, string(private))
		})
	}
}

func FuzzSubscription(f *testing.F) {
	f.Add(`{"endpoint":"https://fcm.googleapis.com/fcm/send/x","keys":{"p256dh":"BA","auth":"aa"}}`)
	f.Add(`{"endpoint":"https://127.0.0.1@fcm.googleapis.com/","keys":{"p256dh":"BA","auth":"aa"}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, to string) {
		s, err := subscription(to, services)
		if err != nil {
			if notify.AsFailure(err).Reason != notify.BadAddress {
				t.Errorf("%q: %v", to, err)
			}
			return
		}
		r, err := http.NewRequest(http.MethodPost, s.Endpoint, nil)
		if err != nil {
			t.Fatalf("%q passes, but is no address: %v", to, err)
		}
		if h := r.URL.Hostname(); r.URL.Scheme != "https" || h != "fcm.googleapis.com" && !strings.HasSuffix(h, ".com") {
			t.Errorf("%q leads to %s", to, r.URL)
		}
	})
}
