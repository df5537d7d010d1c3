package api_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
)

// event posts an event as an edge does; the credentials are user:password.
func (p *person) event(credentials string, body []byte) response {
	p.rig.t.Helper()
	res, err := p.postEvent(credentials, body)
	if err != nil {
		p.rig.t.Fatal(err)
	}
	return res
}

// postEvent is event for other goroutines than that of the test.
func (p *person) postEvent(credentials string, body []byte) (response, error) {
	return p.try("POST", "/api/events", body, "Content-Type", "application/cloudevents+json",
		"Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(credentials)))
}

// metric returns the value of a line of the metrics, empty when there is none.
func (r *rig) metric(series string) string {
	r.t.Helper()
	res := r.nobody().get("/metrics").expect(r.t, 200)
	for line := range strings.Lines(string(res.body)) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func press(t *testing.T) (care.Event, []byte) {
	t.Helper()
	e := care.Event{
		Site: songhe, Edge: "floor-2", Device: "panel", ID: care.NewID(), Class: care.SOS, Phase: care.Active,
		Point: "203-1-cord", Time: time.Now().UTC().Truncate(time.Millisecond), Sequence: 7,
	}
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return e, b
}

const edgeUser = "songhe/floor-2:" + edgeSecret

func TestAnEventRoundTheBrokerReachesTheBoard(t *testing.T) {
	r := newRig(t).serve()
	edge, chen := r.nobody(), r.as("chen")
	e, body := press(t)
	for _, want := range []care.ReceiptStatus{care.ReceiptCommitted, care.ReceiptDuplicate, care.ReceiptDuplicate} {
		if got := read[care.Receipt](t, edge.event(edgeUser, body)); got.Status != want || got.ID != e.ID {
			t.Errorf("the edge is answered %+v, want %s of %s", got, want, e.ID)
		}
	}
	incidents := read[api.Board](t, chen.get("/api/board")).Incidents
	if len(incidents) != 1 || incidents[0].Alarms != 1 || incidents[0].Class != care.SOS {
		t.Errorf("the board shows %+v", incidents)
	}
	for series, want := range map[string]string{
		`shouwang_incidents_raised_total{class="sos",severity="urgent"}`:                      "1",
		`shouwang_messages_accepted_total{kind="event"}`:                                      "3",
		`shouwang_events_committed_total{class="sos",phase="active",status="duplicate"}`:      "2",
		`shouwang_alarm_commit_seconds_count`:                                                 "1",
		`shouwang_incidents_open{state="raised"}`:                                             "1",
		`shouwang_http_request_seconds_count{method="POST",route="/api/events",status="200"}`: "3",
	} {
		if got := r.metric(series); got != want {
			t.Errorf("%s is %q, want %s", series, got, want)
		}
	}
}

func TestWhatIsWrongWithAnEventIsSaid(t *testing.T) {
	r := newRig(t).serve()
	_, good := press(t)
	for name, test := range map[string]struct {
		body   string
		reason care.Reason
	}{
		"not JSON":                  {"fire!", care.ReasonMalformed},
		"no event":                  {"{}", care.ReasonBadEvent},
		"a class of tomorrow":       {strings.Replace(string(good), ".sos.", ".ufo.", 1), care.ReasonUnknownClass},
		"in the name of another":    {strings.Replace(string(good), "/songhe/", "/qinghe/", 1), care.ReasonForeignSource},
		"larger than a packet":      {strings.Replace(string(good), "{", `{"x":"`+strings.Repeat("x", care.MaxPacket)+`",`, 1), care.ReasonTooLarge},
		"of 1 MiB and some":         {strings.Replace(string(good), "{", `{"x":"`+strings.Repeat("x", 1<<20)+`",`, 1), care.ReasonTooLarge},
		"larger than anybody reads": {strings.Replace(string(good), "{", `{"x":"`+strings.Repeat("x", 6<<20)+`",`, 1), care.ReasonTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			got := read[care.Receipt](t, r.nobody().event(edgeUser, []byte(test.body)))
			if got.Status != care.ReceiptRefused || got.Reason != test.reason || got.Detail == "" {
				t.Errorf("the edge is answered %+v, want refused for %s", got, test.reason)
			}
			if !r.log.has("a message was refused", "reason="+string(test.reason)) {
				for began := time.Now(); !r.log.has("a message was refused", "reason="+string(test.reason)); {
					if time.Since(began) > time.Minute {
						t.Fatal("the log says nothing of it")
					}
				}
			}
		})
	}
	read[care.Receipt](t, r.nobody().event(edgeUser, good))
}

func TestStrangersBringNoEvents(t *testing.T) {
	r := newRig(t).serve()
	_, body := press(t)
	for name, credentials := range map[string]string{
		"a wrong secret":         "songhe/floor-2:guess",
		"no secret":              "songhe/floor-2:",
		"another edge's secret":  "songhe/floor-2:another",
		"an unknown edge":        "songhe/floor-9:" + edgeSecret,
		"an unknown site":        "nowhere/floor-2:" + edgeSecret,
		"no site":                "floor-2:" + edgeSecret,
		"a name that is no id":   "Songhe/Floor 2:" + edgeSecret,
		"a name of three levels": "songhe/floor-2/x:" + edgeSecret,
		"a person":               "chen:" + password,
		"nothing":                ":",
	} {
		t.Run(name, func(t *testing.T) {
			res := r.nobody().event(credentials, body)
			res.problem(t, 401, api.CodeBadCredentials)
			if got := res.Header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Basic ") {
				t.Errorf("WWW-Authenticate is %q", got)
			}
		})
	}
	for name, header := range map[string]string{"no header": "", "another scheme": "Bearer x", "no base64": "Basic ###"} {
		t.Run(name, func(t *testing.T) {
			r.nobody().do("POST", "/api/events", body, "Authorization", header).problem(t, 401, api.CodeBadCredentials)
		})
	}
	r.as("chen").post("/api/events", body).problem(t, 401, api.CodeBadCredentials)
	if !r.log.has("an edge was turned away", "site=songhe", "edge=floor-2", "remote=127.0.0.1") {
		t.Error("the log does not say which edge was turned away")
	}
	if open, err := r.store.OpenIncidents(t.Context()); err != nil || len(open) > 0 {
		t.Errorf("there are %v, %v", open, err)
	}
}

func TestAnEventThatCannotBeKeptIsNotTaken(t *testing.T) {
	r := newRig(t).serve()
	_, body := press(t)
	r.store.Close()
	res := r.nobody().event(edgeUser, body)
	res.problem(t, 503, api.CodeUnavailable)
	if res.Header.Get("Retry-After") == "" {
		t.Error("the edge is not told when to come again")
	}
}
