package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// cloudEvent is an event whose attributes a test can spoil.
func cloudEvent(id, source, kind, subject, extra string) []byte {
	return fmt.Appendf(nil, `{"specversion":"1.0","id":%q,"source":%q,"type":%q,"subject":%q,"time":%q%s}`,
		id, source, kind, subject, time.Now().UTC().Format(time.RFC3339Nano), extra)
}

// TestBrokenInputIsRefusedAndBlocksNothing sends each kind of bad input through
// the real broker. Each has to be in quarantine with its reason, counted, and
// told to its sender where the event's id can be read; and a good event behind
// it has to be committed.
func TestBrokenInputIsRefusedAndBlocksNothing(t *testing.T) {
	const (
		self  = "/evergreen/room-203/smoke-1"
		fire  = "care.shouwang.fire.active"
		point = "room-203-smoke"
	)
	senml := func(format string, args ...any) []byte { return fmt.Appendf(nil, format, args...) }
	now := func(d time.Duration) float64 { return float64(time.Now().Add(d).UnixMilli()) / 1000 }
	for _, test := range []struct {
		name    string
		site    care.SiteID
		edge    care.EdgeID
		kind    care.Kind
		topic   string // of the edge itself when empty
		payload []byte
		reason  care.Reason
		detail  string
		told    string // id of the event in the answer to the sender
	}{
		{name: "event that is not JSON", kind: care.KindEvent, payload: []byte("fire!"), reason: care.ReasonMalformed, detail: "not CloudEvents JSON"},
		{name: "event that is empty", kind: care.KindEvent, payload: nil, reason: care.ReasonMalformed, detail: "not CloudEvents JSON"},
		{name: "event cut short", kind: care.KindEvent, payload: cloudEvent("cut", self, fire, point, "")[:60], reason: care.ReasonMalformed, detail: "not CloudEvents JSON"},
		{name: "event nested beyond reason", kind: care.KindEvent, payload: []byte(strings.Repeat("[", 200_000)), reason: care.ReasonMalformed, detail: "not CloudEvents JSON"},
		{name: "event without id", kind: care.KindEvent, payload: cloudEvent("", self, fire, point, ""), reason: care.ReasonBadEvent, detail: "no id"},
		{name: "event without source", kind: care.KindEvent, payload: cloudEvent("e1", "", fire, point, ""), reason: care.ReasonBadEvent, detail: "source", told: "e1"},
		{name: "event with a subject that is no point", kind: care.KindEvent, payload: cloudEvent("e2", self, fire, "Room 203!", ""), reason: care.ReasonBadEvent, detail: "not a point id", told: "e2"},
		{name: "event of a class of tomorrow", kind: care.KindEvent, payload: cloudEvent("e3", self, "care.shouwang.meteor.active", point, ""), reason: care.ReasonUnknownClass, detail: "meteor", told: "e3"},
		{name: "event in the name of another edge", kind: care.KindEvent, payload: cloudEvent("e4", "/evergreen/room-204/smoke-1", fire, point, ""), reason: care.ReasonForeignSource, detail: "room-204", told: "e4"},
		{name: "event of 1 MiB", kind: care.KindEvent, payload: cloudEvent("e5", self, fire, point, `,"data":`+filled(1<<20)), reason: care.ReasonTooLarge, detail: "more than 262144", told: "e5"},
		{name: "event of a site that nobody registered", site: "elsewhere", kind: care.KindEvent, payload: cloudEvent("e6", "/elsewhere/room-203/smoke-1", fire, point, ""), reason: care.ReasonUnknownSite, detail: "site elsewhere is not registered", told: "e6"},
		{name: "event of an edge that nobody registered", edge: "room-999", kind: care.KindEvent, payload: cloudEvent("e7", "/evergreen/room-999/smoke-1", fire, point, ""), reason: care.ReasonUnknownSite, detail: "edge room-999", told: "e7"},
		{name: "event under the topic of another edge", topic: "shouwang/v1/evergreen/room-204/event", payload: cloudEvent("e8", "/evergreen/room-204/smoke-1", fire, point, ""), reason: care.ReasonDenied, detail: "not its own topic"},

		{name: "reading that is not SenML", kind: care.KindReading, payload: []byte(`{"temperature":21}`), reason: care.ReasonMalformed, detail: "not a SenML JSON pack"},
		{name: "reading in a wrong unit", kind: care.KindReading, payload: senml(`[{"n":"room-203-air/temperature","u":"degF","v":70,"t":%f}]`, now(0)), reason: care.ReasonWrongUnit, detail: "degF"},
		{name: "reading of another day", kind: care.KindReading, payload: senml(`[{"n":"room-203-air/temperature","u":"Cel","v":20,"t":%f}]`, now(-8*24*time.Hour)), reason: care.ReasonTimeRange, detail: "old"},
		{name: "reading of a month ahead", kind: care.KindReading, payload: senml(`[{"n":"room-203-air/temperature","u":"Cel","v":20,"t":%f}]`, now(30*24*time.Hour)), reason: care.ReasonTimeRange, detail: "ahead"},
		{name: "reading no sensor can have", kind: care.KindReading, payload: senml(`[{"n":"room-203-air/temperature","u":"Cel","v":5000,"t":%f}]`, now(0)), reason: care.ReasonBadValue, detail: "outside"},
		{name: "reading of a point that nobody registered", kind: care.KindReading, payload: senml(`[{"n":"attic/temperature","u":"Cel","v":20,"t":%f}]`, now(0)), reason: care.ReasonUnknownPoint, detail: "attic"},
		{name: "reading of a point that only an event made known", kind: care.KindReading, payload: senml(`[{"n":"found/temperature","u":"Cel","v":20,"t":%f}]`, now(0)), reason: care.ReasonUnknownPoint, detail: "found"},
		{name: "reading of a point of another edge", kind: care.KindReading, payload: senml(`[{"n":"room-204-air/temperature","u":"Cel","v":20,"t":%f}]`, now(0)), reason: care.ReasonForeignSource, detail: "belongs to the edge room-204"},
		{name: "reading of 1 MiB", kind: care.KindReading, payload: senml(`[{"n":"room-203-air/temperature","vs":%s}]`, filled(1<<20)), reason: care.ReasonTooLarge, detail: "more than 262144"},
		{name: "reading of an edge that nobody registered", edge: "room-999", kind: care.KindReading, payload: senml(`[{"n":"room-203-air/temperature","u":"Cel","v":20,"t":%f}]`, now(0)), reason: care.ReasonUnknownSite, detail: "room-999"},

		{name: "state that is not JSON", kind: care.KindState, payload: []byte("online"), reason: care.ReasonMalformed, detail: "state"},
		{name: "state without a boot id", kind: care.KindState, payload: []byte(`{"online":true}`), reason: care.ReasonMalformed, detail: "boot"},
		{name: "state of 1 MiB", kind: care.KindState, payload: senml(`{"online":true,"boot":%s}`, filled(1<<20)), reason: care.ReasonTooLarge, detail: "more than 262144"},
		{name: "state of an edge that nobody registered", edge: "room-999", kind: care.KindState, payload: []byte(`{"online":true,"boot":"b"}`), reason: care.ReasonUnknownSite, detail: "room-999"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			site, edge, topic := care.SiteID("evergreen"), care.EdgeID("room-203"), test.topic
			if test.site != "" {
				site = test.site
			}
			if test.edge != "" {
				edge = test.edge
			}
			if topic == "" {
				topic = care.Topic(site, edge, test.kind)
			}
			bad := r.device(site, edge)
			bad.sendTo(topic, test.payload, false)

			row := next(t, r.quarantine, "the row in quarantine")
			if row.Reason != test.reason || row.Topic != topic || row.Site != string(site) || row.Edge != string(edge) {
				t.Errorf("quarantine has %s of %s/%s on %s, want %s of %s/%s on %s", row.Reason, row.Site, row.Edge, row.Topic, test.reason, site, edge, topic)
			}
			if !strings.Contains(row.Detail, test.detail) {
				t.Errorf("the detail does not say %q: %s", test.detail, row.Detail)
			}
			if len(row.Payload) > MaxKept || (test.reason != care.ReasonDenied && len(row.Payload) != min(len(test.payload), MaxKept)) {
				t.Errorf("%d bytes of %d are kept", len(row.Payload), len(test.payload))
			}
			if n := counted(t, r.in.opts, "shouwang_messages_refused_total", "reason="+string(test.reason)); n != 1 {
				t.Errorf("%g refusals are counted, want 1", n)
			}
			if test.told != "" {
				a := next(t, bad.answers, "the answer to the sender")
				if len(a.IDs) != 0 || len(a.Refused) != 1 || a.Refused[0].ID != test.told || !strings.HasPrefix(a.Refused[0].Reason, string(test.reason)+": ") {
					t.Errorf("the sender was told %+v, want the refusal of %s", a, test.told)
				}
			}

			r.device("evergreen", "room-204").mustCommit(r)
			nothing(t, r.quarantine, "a second row in quarantine")
			eventually(t, "an empty in-flight window", func() bool {
				return counted(t, r.in.opts, "shouwang_messages_in_flight") == 0
			})
		})
	}
}

func TestOneBadRecordOfAPackLosesNothingElse(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	good := d.temperature(time.Now(), 21.5)
	seconds := float64(good.Time.UnixMilli()) / 1000
	d.send(care.KindReading, fmt.Appendf(nil, `[{"bt":%.3f,"n":"room-203-air/temperature","u":"degF","v":70},
		{"n":"room-203-air/humidity","u":"Cel","v":40},{"n":"room-203-air/temperature","u":"Cel","v":21.5}]`, seconds))
	row := next(t, r.quarantine, "the row in quarantine")
	if row.Reason != care.ReasonWrongUnit || !strings.Contains(row.Detail, "and 1 more records") {
		t.Errorf("quarantine has %s: %s; want the wrong unit of two records in one row", row.Reason, row.Detail)
	}
	eventually(t, "the good reading", func() bool { return r.series.has(good) })
	for result, want := range map[string]float64{"stored": 1, "refused": 2} {
		eventually(t, "the count of readings "+result, func() bool {
			return counted(t, r.in.opts, "shouwang_readings_total", "result="+result) == want
		})
	}
}

func TestAFloodOfOneTroubleLeavesRoomInQuarantine(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	const n = 100
	for range n {
		d.client.Publish(care.Topic("evergreen", "room-203", care.KindEvent), 1, false, fmt.Sprintf("noise %d", time.Now().UnixNano()))
	}
	d.mustCommit(r)
	other := r.device("evergreen", "room-204")
	other.send(care.KindEvent, []byte("fire!"))
	kept := 0
	for row := next(t, r.quarantine, "a row"); row.Edge != "room-204"; row = next(t, r.quarantine, "the row of the other edge") {
		kept++
	}
	if kept != keptPerSpan {
		t.Errorf("%d rows of the noisy edge are kept, want %d", kept, keptPerSpan)
	}
	if got := counted(t, r.in.opts, "shouwang_messages_refused_total"); got != n+1 {
		t.Errorf("%g refusals are counted, want all %d", got, n+1)
	}
	if got := counted(t, r.in.opts, "shouwang_quarantine_unkept_total"); got != n-keptPerSpan {
		t.Errorf("%g rows count as not kept, want %d", got, n-keptPerSpan)
	}
}
