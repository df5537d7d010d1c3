package api_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/gateway/api"
)

const proxied = "https://care.example.org"

func TestPagesOfOtherOriginsMayNotAct(t *testing.T) {
	r := newRig(t, func(o *api.Options) { o.Origins = []string{proxied} })
	chen := r.as("chen")
	id := r.raise(songhe, "203-1-cord", "sos")
	for name, test := range map[string]struct {
		header []string
		status int
	}{
		"another site":             {[]string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 403},
		"an old browser":           {[]string{"Origin", "https://evil.example"}, 403},
		"another port":             {[]string{"Origin", "http://gateway.test:8081", "Sec-Fetch-Site", "same-site"}, 403},
		"a sandboxed frame":        {[]string{"Origin", "null", "Sec-Fetch-Site", "cross-site"}, 403},
		"the page itself":          {[]string{"Origin", "http://gateway.test", "Sec-Fetch-Site", "same-origin"}, 200},
		"the page through a proxy": {[]string{"Origin", proxied, "Sec-Fetch-Site", "cross-site"}, 200},
		"a program":                {nil, 200},
	} {
		t.Run(name, func(t *testing.T) {
			res := chen.do("POST", "/api/incidents/"+id+"/note", map[string]string{"note": name}, test.header...)
			if test.status == 403 {
				res.problem(t, 403, api.CodeCrossOrigin)
			}
			res.expect(t, test.status)
		})
	}
}

func TestAnOriginThatIsNoneIsToldAtTheStart(t *testing.T) {
	reg := prometheus.NewRegistry()
	_, err := api.New(api.Options{Origins: []string{"care.example.org/app"}, Registerer: reg, Gatherer: reg, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "care.example.org/app") {
		t.Errorf("the error is %v", err)
	}
}

func TestSocketsOfOtherOriginsAreTurnedAway(t *testing.T) {
	r := newRig(t, func(o *api.Options) { o.Origins = []string{proxied} }).serve()
	c := cookie(r.nobody().signIn("chen", password))
	for origin, status := range map[string]int{r.url: 101, proxied: 101, "https://evil.example": 403} {
		t.Run(origin, func(t *testing.T) {
			conn, res, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(r.url, "http")+"/api/live",
				http.Header{"Origin": {origin}, "Cookie": {c.Name + "=" + c.Value}})
			if err == nil {
				conn.Close()
			}
			if res == nil || res.StatusCode != status {
				t.Errorf("the answer is %v (%v), want %d", res, err, status)
			}
		})
	}
}

// The tests of dashboards prove that the built pages obey the policy.
func TestHeadersOfEveryAnswer(t *testing.T) {
	r := newRig(t, web(fstest.MapFS{"index.html": {Data: []byte("sign in")}}))
	chen := r.as("chen")
	for name, res := range map[string]response{
		"page":         chen.get("/index.html"),
		"no page":      chen.get("/nothing"),
		"answer":       chen.get("/api/board"),
		"problem":      r.nobody().get("/api/board"),
		"no operation": chen.get("/api/nothing"),
		"health":       chen.get("/healthz"),
		"refused":      chen.do("POST", "/api/session", nil, "Origin", "https://evil.example"),
		"wrong method": chen.do("POST", "/", nil),
		"the document": chen.get("/openapi.json"),
	} {
		t.Run(name, func(t *testing.T) {
			for header, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
				"Cross-Origin-Opener-Policy": "same-origin",
			} {
				if got := res.Header.Get(header); got != want {
					t.Errorf("%s is %q, want %q", header, got, want)
				}
			}
			policy := res.Header.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
				if !strings.Contains(policy, want) {
					t.Errorf("the policy %q has no %q", policy, want)
				}
			}
			if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
				t.Errorf("the policy %q lets too much in", policy)
			}
			if strings.HasPrefix(res.Request.URL.Path, "/api/") && res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("caches may keep it: %q", res.Header.Get("Cache-Control"))
			}
			if res.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Error("other origins may read it")
			}
		})
	}
}
