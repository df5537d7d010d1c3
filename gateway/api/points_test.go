package api_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/watch/supervise"
)

func TestCoverageSaysWhenAPointWasHeard(t *testing.T) {
	r := newRig(t)
	heard := time.Now().UTC().Add(-time.Minute)
	r.cover.Seen(songhe, "203-1-cord", heard, care.ProofReport)
	room := text("203 房", "Room 203")
	cord := api.PointView{
		Site: songhe, ID: "203-1-cord", Edge: "floor-2", LastSeen: &heard,
		State: care.Proved, Proof: care.ProofReport, Deadline: 200, DueAt: heard.Add(care.MainsDeadline),
		Place:    api.PlaceView{Floor: "2", Zone: &room, Bed: "1", Point: new(text("1 床拉绳", "Cord of bed 1"))},
		Resident: &api.ResidentView{ID: "r-li", Name: "李秀兰", Risk: new(text("高跌倒风险", "High risk of falls"))},
	}
	forOperators := cord
	forOperators.Resident = nil
	for login, want := range map[string]api.PointView{"chen": cord, "ops": forOperators} {
		t.Run(login, func(t *testing.T) {
			c := read[api.CoverageView](t, r.as(login).get("/api/points?site=songhe"))
			if len(c.Points) != 3 || time.Since(c.Time) > time.Minute {
				t.Fatalf("there are %d points at %v", len(c.Points), c.Time)
			}
			// The deadline began when the ledger was opened, which is later.
			if c.Points[0].DueAt.Before(want.DueAt) {
				t.Errorf("it is due at %v, not before %v", c.Points[0].DueAt, want.DueAt)
			}
			c.Points[0].DueAt = want.DueAt
			if at := c.Points[0].Commissioned; at == nil || at.Before(heard) {
				t.Errorf("it was commissioned at %v, not since it was heard", at)
			}
			c.Points[0].Commissioned = nil
			if diff := cmp.Diff(want, c.Points[0]); diff != "" {
				t.Errorf("the cord (-want +got):\n%s", diff)
			}
			if p := c.Points[1]; p.LastSeen != nil || p.Commissioned != nil || p.State != care.Unproven || p.Doubt != care.DoubtNever || p.Proof != care.ProofNone {
				t.Errorf("a point that was never heard stands as %+v", p)
			}
		})
	}
}

// TestAnInspectorIsShownDetectorsOnly: when the cord of a room was heard tells whose
// alarm it was that he sees without a room.
func TestAnInspectorIsShownDetectorsOnly(t *testing.T) {
	r := newRig(t)
	r.cover.Seen(songhe, "203-1-cord", time.Now(), care.ProofReport)
	zhou := r.as("zhou")
	c := read[api.CoverageView](t, zhou.get("/api/points?site=songhe"))
	room := text("203 房", "Room 203")
	want := api.PlaceView{Floor: "2", Zone: &room, Point: new(text("烟感", "Smoke detector"))}
	if len(c.Points) != 1 || c.Points[0].ID != "203-smoke" {
		t.Fatalf("the inspector is shown %+v", c.Points)
	}
	if diff := cmp.Diff(want, c.Points[0].Place); diff != "" {
		t.Errorf("the detector (-want +got):\n%s", diff)
	}
	const course = "&quantity=battery_level&from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z"
	zhou.get("/api/series?site=songhe&point=203-smoke"+course).problem(t, 422, api.CodeInvalid)
	zhou.get("/api/series?site=songhe&point=203-1-cord"+course).problem(t, 404, api.CodeNotFound)
}

// TestEveryLookOfAnInspectorIsLogged, whichever operation shows him a site; asked
// again within minutes it is the same look.
func TestEveryLookOfAnInspectorIsLogged(t *testing.T) {
	for name, path := range map[string]string{
		"coverage": "/api/points?site=songhe", "edges": "/api/edges?site=songhe", "history": "/api/incidents?site=songhe",
		"shelves": "/api/shelves?site=songhe", "readings": "/api/series?site=songhe&point=203-smoke&quantity=battery_level&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
		"one incident": "/api/incidents/",
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.serve()
			if name == "one incident" {
				path += r.raise(songhe, "203-smoke", care.Fire)
			}
			zhou, chen := r.as("zhou"), r.as("chen")
			for range 2 {
				zhou.get(path).expect(t, 200)
				chen.get(path).expect(t, 200) // she works there
			}
			zhou.get("/api/points?site=qinghe").expect(t, 404) // out of his scope
			var looks []string
			for _, row := range read[api.AuditView](t, r.as("ops").get("/api/audit")).Rows {
				if row.Kind == care.AuditLooked {
					looks = append(looks, string(row.By)+" "+row.About)
				}
			}
			if diff := cmp.Diff([]string{"u-zhou site:songhe"}, looks); diff != "" {
				t.Errorf("the looks that are logged (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEdgesSayHowTheyAre(t *testing.T) {
	r := newRig(t)
	at := time.Now().UTC()
	r.cover.Edge(supervise.EdgeState{
		Site: songhe, Edge: "floor-2", ReceivedAt: at, Offset: -1500 * time.Millisecond,
		State: care.State{
			Online: true, Boot: "b", Version: "1.4", Spool: care.SpoolState{Events: 1, Readings: 20, Shed: 3},
			Devices: []care.DeviceState{
				{ID: "air-1", Model: "SHT3x", Points: []care.PointID{"203-smoke"}},
				{ID: "bed-1", Model: "ADXL345", Fault: "no answer"},
			},
		},
	}, true)
	want := []api.EdgeView{{
		Site: songhe, ID: "floor-2", Name: text("二楼", "Floor 2"), Online: true, StateAt: &at, Version: "1.4",
		Waiting: 1, Stored: 20, Shed: 3, Offset: -1.5, Points: 3, Devices: 2,
		Faults: []api.FaultView{{Device: "bed-1", Model: "ADXL345", Fault: "no answer", Points: []care.PointID{}}},
	}}
	for _, login := range []string{"chen", "zhou"} {
		got := read[api.EdgesView](t, r.as(login).get("/api/edges?site=songhe"))
		if diff := cmp.Diff(want, got.Edges); diff != "" || time.Since(got.Time) > time.Minute {
			t.Errorf("%s sees at %v (-want +got):\n%s", login, got.Time, diff)
		}
	}
	// Of one that was never heard nothing is made up.
	want = []api.EdgeView{{Site: qinghe, ID: "floor-2", Name: text("网关", "Hub"), Points: 1, Faults: []api.FaultView{}}}
	if diff := cmp.Diff(want, read[api.EdgesView](t, r.as("wu").get("/api/edges")).Edges); diff != "" {
		t.Errorf("never heard (-want +got):\n%s", diff)
	}
}

// query is a path of /api/series.
func query(change ...string) string {
	v := url.Values{
		"site": {"songhe"}, "point": {"203-smoke"}, "quantity": {"temperature"}, "points": {"4"},
		"from": {"2026-11-24T20:00:00Z"}, "to": {"2026-11-24T20:04:00Z"},
	}
	for i := 0; i < len(change); i += 2 {
		if change[i+1] == "" {
			v.Del(change[i])
		} else {
			v.Set(change[i], change[i+1])
		}
	}
	return "/api/series?" + v.Encode()
}

func TestSeries(t *testing.T) {
	r := newRig(t).serve()
	from := time.Now().UTC().Add(-time.Hour).Truncate(time.Minute)
	var readings []care.Reading
	for m, v := range []float64{20, 21, 24} {
		for _, s := range []time.Duration{0, 30 * time.Second} {
			readings = append(readings, care.Reading{
				Site: songhe, Point: "203-smoke", Quantity: care.Temperature,
				Time: from.Add(time.Duration(m)*time.Minute + s), Value: v + s.Minutes(),
			})
		}
	}
	if err := r.series.Append(t.Context(), readings); err != nil {
		t.Fatal(err)
	}
	chen := r.as("chen")
	at := func(m int) string { return from.Add(time.Duration(m) * time.Minute).Format(time.RFC3339) }
	got := read[api.SeriesView](t, chen.get(query("from", at(0), "to", at(4))))
	want := api.SeriesView{Unit: "Cel"}
	for m, v := range []float64{20, 21, 24} {
		want.Samples = append(want.Samples, care.Sample{Time: from.Add(time.Duration(m) * time.Minute), Mean: v + .25, Min: v, Max: v + .5})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
	if res := chen.get(query("quantity", "humidity")).expect(t, 200); strings.TrimSpace(string(res.body)) != `{"unit":"%RH","samples":[]}` {
		t.Errorf("without readings it is %s", res.body)
	}
	// As far as a date can go.
	chen.get(query("from", "0001-01-01T00:00:00Z", "to", "9999-12-31T23:59:59Z", "points", "2000")).expect(t, 200)
}

func TestWhatSeriesAreNotFor(t *testing.T) {
	r := newRig(t).serve()
	for name, test := range map[string]struct {
		login, path string
		status      int
		code        string
	}{
		"another site":           {"wu", query(), 404, api.CodeNotFound},
		"an unknown point":       {"chen", query("point", "nothing"), 404, api.CodeNotFound},
		"an unknown site":        {"ops", query("site", "nowhere"), 404, api.CodeNotFound},
		"no site":                {"chen", query("site", ""), 422, api.CodeInvalid},
		"no beginning":           {"chen", query("from", ""), 422, api.CodeInvalid},
		"a quantity of tomorrow": {"chen", query("quantity", "mood"), 422, api.CodeInvalid},
		"too many samples":       {"chen", query("points", "2001"), 422, api.CodeInvalid},
		"no samples":             {"chen", query("points", "0"), 422, api.CodeInvalid},
		"an end before it began": {"chen", query("to", "2026-11-24T19:00:00Z"), 422, api.CodeInvalid},
	} {
		t.Run(name, func(t *testing.T) { r.as(test.login).get(test.path).problem(t, test.status, test.code) })
	}
}

// When somebody lies in bed, opens his door or moves is for the staff of his
// site only.
func TestPersonalQuantitiesAreForStaff(t *testing.T) {
	r := newRig(t).serve()
	browsers := map[string]*person{"chen": r.as("chen"), "zhou": r.as("zhou"), "ops": r.as("ops")}
	for _, q := range []string{"temperature", "humidity", "obscuration", "battery_level", "signal_level", "acceleration", "occupancy", "contact"} {
		personal := q == "acceleration" || q == "occupancy" || q == "contact"
		for login, p := range browsers {
			status := 200
			if personal && login != "chen" {
				status = 403
			}
			p.get(query("quantity", q)).expect(t, status)
		}
	}
}

func TestQuarantineShowsWhatWasRefused(t *testing.T) {
	r := newRig(t).serve()
	edge := r.nobody()
	long := []byte(`{"specversion":"9","id":"e-1","note":"` + fmt.Sprintf("%01500d", 7) + `"}`)
	edge.event("songhe/floor-2:"+edgeSecret, long).expect(t, 200)
	edge.event("songhe/floor-2:"+edgeSecret, []byte("\xff\xfe not JSON")).expect(t, 200)
	edge.event("qinghe/floor-2:another", []byte("{}")).expect(t, 200)
	ops, scoped := r.as("ops"), r.as("ops-qinghe")
	var page api.QuarantinePage
	for began := time.Now(); len(page.Messages) < 3; page = read[api.QuarantinePage](t, ops.get("/api/quarantine")) {
		if time.Since(began) > time.Minute {
			t.Fatalf("after a minute there are %d messages", len(page.Messages))
		}
	}
	if page.Next != 0 {
		t.Errorf("there is a next page %d", page.Next)
	}
	m := page.Messages[2] // the oldest
	if m.Site != songhe || m.Edge != "floor-2" || m.Topic != "shouwang/v1/songhe/floor-2/event" || m.Reason != care.ReasonBadEvent || m.Detail == "" || time.Since(m.At) > time.Minute {
		t.Errorf("the message is %+v", m)
	}
	if m.Payload != string(long[:1024]) {
		t.Errorf("the payload is %q, want the first 1024 bytes", m.Payload)
	}
	if got := page.Messages[1].Payload; got != "\uFFFD not JSON" || page.Messages[1].Reason != care.ReasonMalformed {
		t.Errorf("what is no text is shown as %q", got)
	}
	first := read[api.QuarantinePage](t, ops.get("/api/quarantine?limit=2"))
	second := read[api.QuarantinePage](t, ops.get(fmt.Sprint("/api/quarantine?limit=2&before=", first.Next)))
	if diff := cmp.Diff(page.Messages, append(first.Messages, second.Messages...)); diff != "" || second.Next != 0 {
		t.Errorf("in pages, the next of which is %d (-whole +pages):\n%s", second.Next, diff)
	}
	if got := read[api.QuarantinePage](t, scoped.get("/api/quarantine")).Messages; len(got) != 1 || got[0].Site != qinghe {
		t.Errorf("an operator of one site sees %+v", got)
	}
	if !r.log.has("a message was refused", "site=songhe", "edge=floor-2", "reason=bad_event") {
		t.Error("the log has no line with the device")
	}
	if n := r.metric(`shouwang_messages_refused_total{kind="event",reason="bad_event"}`); n != "2" {
		t.Errorf("the counter of bad events says %s, want 2", n)
	}
}
