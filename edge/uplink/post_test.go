package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/spool"
)

// gateways answer requests without a network, which has no place in a bubble.
type gateways struct {
	mu     sync.Mutex
	answer map[string]http.HandlerFunc // by host; no handler refuses the connection
	asked  []asked
}

type asked struct {
	host string
	at   time.Time
}

func (g *gateways) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	g.asked = append(g.asked, asked{r.URL.Host, time.Now()})
	h := g.answer[r.URL.Host]
	g.mu.Unlock()
	if h == nil {
		return nil, errors.New("connection refused")
	}
	w := httptest.NewRecorder()
	h(w, r)
	return w.Result(), nil
}

// times returns the seconds since start at which a host was asked.
func (g *gateways) times(host string, start time.Time) []int {
	g.mu.Lock()
	defer g.mu.Unlock()
	var s []int
	for _, a := range g.asked {
		if a.host == host {
			s = append(s, int(a.at.Sub(start).Seconds()))
		}
	}
	return s
}

// receipt answers with a receipt for the event of the request.
func receipt(status int, r care.Receipt) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		answer := r
		if e, err := care.ParseEvent(body); err == nil && r.ID == "" {
			answer.ID = e.ID
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(answer)
	}
}

func page(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// withGateways gives the rig a second way.
func withGateways(r *rig, answer map[string]http.HandlerFunc, hosts ...string) *gateways {
	g := &gateways{answer: answer}
	for _, h := range hosts {
		r.up.cfg.HTTPS = append(r.up.cfg.HTTPS, "https://"+h)
	}
	r.up.gateways = g
	return g
}

func TestAnEventWithoutAnswerGoesOverHTTPSAfterThreeSeconds(t *testing.T) {
	for name, c := range map[string]struct {
		down bool
		want []int
	}{
		"the broker takes it and nobody answers": {false, []int{3}},
		"there is no broker":                     {true, []int{3}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(r *rig) {
				g := withGateways(r, map[string]http.HandlerFunc{"gw": receipt(http.StatusOK, care.Receipt{Status: care.ReceiptCommitted})}, "gw")
				r.down = c.down
				r.begin()
				r.event("a")
				r.wait(time.Minute)
				if diff := cmp.Diff(c.want, g.times("gw", r.start)); diff != "" {
					t.Errorf("posted after s (-want +got):\n%s", diff)
				}
				if left := r.waiting(); left != nil {
					t.Errorf("the spool still has %v", left)
				}
			})
		})
	}
}

func TestAnEventThatTheCoreCommitsInTimeIsNotPosted(t *testing.T) {
	inBubble(t, func(r *rig) {
		g := withGateways(r, nil, "gw")
		r.begin()
		r.event("a")
		r.wait(2 * time.Second)
		r.say(committedTopic, care.Committed{IDs: []string{"a"}})
		r.wait(time.Minute)
		if got := g.times("gw", r.start); got != nil {
			t.Errorf("posted after %v s", got)
		}
	})
}

// A new connection sends it again; that gets its three seconds, too.
func TestAReconnectComesBeforeHTTPS(t *testing.T) {
	inBubble(t, func(r *rig) {
		g := withGateways(r, nil, "gw")
		r.begin()
		r.event("a")
		r.wait(2 * time.Second)
		r.cut()
		r.wait(time.Minute)
		again := r.seconds(r.of(care.KindEvent))
		if len(again) < 2 {
			t.Fatalf("it was sent after %v s, want once more on the new connection", again)
		}
		if first := g.times("gw", r.start)[0]; first < again[1]+3 {
			t.Errorf("posted after %d s, sent again after %d s: want three seconds between", first, again[1])
		}
	})
}

func TestOnlyAReceiptTakesAnEventAway(t *testing.T) {
	committed := care.Receipt{Status: care.ReceiptCommitted}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		gone   bool
	}{
		"committed":                       {receipt(http.StatusOK, committed), true},
		"a duplicate":                     {receipt(http.StatusOK, care.Receipt{Status: care.ReceiptDuplicate}), true},
		"refused for good":                {receipt(http.StatusUnprocessableEntity, care.Receipt{Status: care.ReceiptRefused, Reason: care.ReasonUnknownSite}), true},
		"a proxy's error page":            {page(http.StatusBadGateway, "<html>Bad Gateway</html>"), false},
		"a proxy's sign-in page":          {page(http.StatusOK, "<html>Welcome to the guest network</html>"), false},
		"a receipt with a server's error": {receipt(http.StatusInternalServerError, committed), false},
		"a receipt for another event":     {receipt(http.StatusOK, care.Receipt{ID: "b", Status: care.ReceiptCommitted}), false},
		"JSON that is no receipt":         {page(http.StatusOK, `{"status":"ok"}`), false},
		"not signed in":                   {page(http.StatusUnauthorized, `{"title":"Unauthorized","status":401}`), false},
		"nothing":                         {page(http.StatusOK, ""), false},
		"too many requests":               {page(http.StatusTooManyRequests, "slow down"), false},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(r *rig) {
				g := withGateways(r, map[string]http.HandlerFunc{"gw": c.answer}, "gw")
				r.down = true
				r.begin()
				r.event("a")
				r.wait(time.Hour)
				if gone := r.waiting() == nil; gone != c.gone {
					t.Errorf("the event is gone: %t, want %t", gone, c.gone)
				}
				// Twelve times an hour at its most patient; never in a loop.
				if n := len(g.asked); c.gone && n != 1 || !c.gone && (n < 12 || n > 40) {
					t.Errorf("it was posted %d times within an hour", n)
				}
				if strings.HasPrefix(name, "refused") && !strings.Contains(r.log.String(), "unknown_site") {
					t.Errorf("the refusal is not logged:\n%s", r.log)
				}
			})
		})
	}
}

func TestAGatewayThatAnswersIsAskedFirstFromThenOn(t *testing.T) {
	inBubble(t, func(r *rig) {
		g := withGateways(r, map[string]http.HandlerFunc{"second": receipt(http.StatusOK, care.Receipt{Status: care.ReceiptCommitted})}, "first", "second")
		r.down = true
		r.begin()
		for i := range 3 {
			r.event(fmt.Sprint("event-", i))
			r.wait(10 * time.Second)
		}
		if diff := cmp.Diff([]int{3}, g.times("first", r.start)); diff != "" {
			t.Errorf("the dead gateway was asked after s (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int{3, 13, 23}, g.times("second", r.start)); diff != "" {
			t.Errorf("the living gateway was asked after s (-want +got):\n%s", diff)
		}
	})
}

// The same over a real connection: what a gateway sees.
func TestAGatewayGetsTheSameEventWithTheEdgesSignIn(t *testing.T) {
	t.Parallel()
	type request struct {
		Method, Path, User, Password, ContentType string
		Body                                      string
	}
	requests := make(chan request, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		user, password, _ := r.BasicAuth()
		requests <- request{r.Method, r.URL.Path, user, password, r.Header.Get("Content-Type"), string(body)}
		e, err := care.ParseEvent(body)
		if err != nil {
			t.Errorf("no event: %v: %s", err, body)
		}
		_ = json.NewEncoder(w).Encode(care.Receipt{ID: e.ID, Status: care.ReceiptCommitted})
	}))
	defer server.Close()
	sp, err := spool.Open(t.TempDir(), spool.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	u := New(Config{Site: "evergreen", Edge: "room-203", MQTT: []string{"tcp://127.0.0.1:1"}, HTTPS: []string{server.URL + "/"}, Secret: "not-a-secret", ClientID: "id", Boot: "boot"}, sp)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- u.Run(ctx) }()
	e, err := sp.PutEvent(event(care.NewID()))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	u.Wake()
	want := request{http.MethodPost, "/api/events", "evergreen/room-203", "not-a-secret", "application/cloudevents+json", string(payload)}
	if diff := cmp.Diff(want, <-requests); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	for sp.State().Events > 0 {
		select {
		case <-t.Context().Done():
			t.Fatal("the event does not leave the spool")
		case <-time.After(5 * time.Millisecond):
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("the uplink ended with: %v", err)
	}
}
