package api_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/gateway/api"
)

func TestHealth(t *testing.T) {
	var mqtt error
	r := newRig(t, func(o *api.Options) {
		o.Health = append(o.Health, api.HealthCheck{Name: "mqtt", Check: func(context.Context) error { return mqtt }})
	})
	res := r.nobody().get("/healthz")
	if diff := cmp.Diff(api.HealthView{OK: true, Version: "1.2.3", Reasons: []string{}}, read[api.HealthView](t, res)); diff != "" {
		t.Errorf("while all is well (-want +got):\n%s", diff)
	}
	if res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control is %q", res.Header.Get("Cache-Control"))
	}
	mqtt = errors.New("the broker does not grant the subscription to events")
	r.store.Close()
	got := parse[api.HealthView](t, r.nobody().get("/healthz").expect(t, 503))
	if got.OK || len(got.Reasons) != 2 || !strings.HasPrefix(got.Reasons[0], "ledger: the ledger does not answer") ||
		got.Reasons[1] != "mqtt: the broker does not grant the subscription to events" {
		t.Errorf("with a ledger and a broker that are away it is %+v", got)
	}
}

// A monitor that asks a gateway which hangs must hear so, and not hang too.
func TestHealthOfWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *api.Options) {
			o.Health = []api.HealthCheck{{Name: "ledger", Check: func(ctx context.Context) error {
				<-ctx.Done()
				return context.Cause(ctx)
			}}}
		})
		began := time.Now()
		got := parse[api.HealthView](t, r.nobody().get("/healthz").expect(t, 503))
		if diff := cmp.Diff([]string{"ledger: no answer within 3s"}, got.Reasons); diff != "" || time.Since(began) != 3*time.Second {
			t.Errorf("after %v (-want +got):\n%s", time.Since(began), diff)
		}
	})
}

func TestMetricsAreForTheMonitor(t *testing.T) {
	const token = "a metrics token"
	r := newRig(t, func(o *api.Options) { o.MetricsToken = token })
	r.run(r.hub.Run)
	chen, ops := r.as("chen"), r.as("ops")
	far := "192.0.2.7:4711"
	for name, test := range map[string]struct {
		from   string
		who    *person
		header []string
		status int
	}{
		"on this machine":             {"127.0.0.1:4711", nil, nil, 200},
		"on this machine, IPv6":       {"[::1]:4711", nil, nil, 200},
		"on this machine, mapped":     {"[::ffff:127.0.0.1]:4711", nil, nil, 200},
		"through a proxy on it":       {"127.0.0.1:4711", nil, []string{"X-Forwarded-For", "203.0.113.9"}, 401},
		"through another proxy on it": {"127.0.0.1:4711", nil, []string{"Forwarded", "for=203.0.113.9"}, 401},
		"from elsewhere":              {far, nil, nil, 401},
		"who says he is here":         {far, nil, []string{"X-Forwarded-For", "127.0.0.1"}, 401},
		"with the token":              {far, nil, []string{"Authorization", "Bearer " + token}, 200},
		"with a wrong token":          {far, nil, []string{"Authorization", "Bearer a metrics tokem"}, 401},
		"with an empty token":         {far, nil, []string{"Authorization", "Bearer "}, 401},
		"with the token as basic":     {far, nil, []string{"Authorization", "Basic " + token}, 401},
		"an operator":                 {far, ops, nil, 200},
		"a carer":                     {far, chen, nil, 403},
	} {
		t.Run(name, func(t *testing.T) {
			p := r.from(test.from)
			if test.who != nil {
				p.client.Jar = test.who.client.Jar
			}
			res := p.do("GET", "/metrics", nil, test.header...).expect(t, test.status)
			if got := strings.Contains(string(res.body), "shouwang_"); got != (test.status == 200) {
				t.Errorf("it tells metrics: %v", got)
			}
		})
	}
}

func TestNoTokenIsNoToken(t *testing.T) {
	r := newRig(t)
	r.nobody().do("GET", "/metrics", nil, "Authorization", "Bearer ").expect(t, 401)
}

// TestMetricsHaveWhatIsPromised lists the names that dashboards and alert rules
// of operators are built on.
func TestMetricsHaveWhatIsPromised(t *testing.T) {
	r := newRig(t).serve()
	r.raise(songhe, "203-smoke", "fire")
	r.nobody().event(edgeUser, []byte("broken"))
	var names []string
	for line := range strings.Lines(string(r.nobody().get("/metrics").expect(t, 200).body)) {
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			names = append(names, strings.TrimSpace(name))
		}
	}
	for _, want := range []string{
		"shouwang_incidents_raised_total counter", "shouwang_messages_accepted_total counter", "shouwang_messages_refused_total counter",
		"shouwang_alarm_commit_seconds histogram", "shouwang_alarm_to_frame_seconds histogram", "shouwang_incidents_open gauge",
		"shouwang_http_request_seconds histogram", "shouwang_readings_total counter", "shouwang_live_clients gauge",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s", want)
		}
	}
}
