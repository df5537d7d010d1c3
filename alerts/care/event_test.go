package care_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
)

// fall is the event that the cases below change.
var fall = care.Event{
	Site: "songhe", Edge: "floor-2", Device: "bed-203-1", ID: "0190b6a2-7c4e-7d3f-8a2b-1f0e9d8c7b6a",
	Class: care.Fall, Phase: care.Active, Point: "203-1-fall",
	Time: time.Date(2026, 11, 23, 19, 14, 2, 500e6, time.UTC), Sequence: 42,
	Data: json.RawMessage(`{"peak":31.5,"unit":"m/s2"}`),
}

const fallJSON = `{"specversion":"1.0","id":"0190b6a2-7c4e-7d3f-8a2b-1f0e9d8c7b6a","source":"/songhe/floor-2/bed-203-1",` +
	`"type":"care.shouwang.fall.active","subject":"203-1-fall","time":"2026-11-23T19:14:02.5Z",` +
	`"sequence":"00000000000000000042","datacontenttype":"application/json","data":{"peak":31.5,"unit":"m/s2"}}`

// with returns the JSON of the fall with one field replaced; value is JSON, and
// empty to leave the field out.
func with(field, value string) string {
	var m map[string]json.RawMessage
	if err := json.Unmarshal([]byte(fallJSON), &m); err != nil {
		panic(err)
	}
	delete(m, field)
	if value != "" {
		m[field] = json.RawMessage(value)
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func changed(change func(e *care.Event)) care.Event {
	e := fall
	change(&e)
	return e
}

func quoted(n int) string { return `"` + strings.Repeat("x", n) + `"` }

// eventCases is the one table of events on the wire. Where reason is set, want
// is what could be read all the same.
var eventCases = []struct {
	name   string
	json   string
	want   care.Event
	reason care.Reason
}{
	{"a fall", fallJSON, fall, ""},
	{"without evidence", with("data", ""), changed(func(e *care.Event) { e.Data = nil }), ""},
	{"with null evidence", with("data", "null"), changed(func(e *care.Event) { e.Data = nil }), ""},
	{"without a sequence", with("sequence", ""), changed(func(e *care.Event) { e.Sequence = 0 }), ""},
	{"with a null sequence", with("sequence", "null"), changed(func(e *care.Event) { e.Sequence = 0 }), ""},
	{"with a sequence as a number", with("sequence", "42"), fall, ""},
	{"with the greatest sequence", with("sequence", `"9223372036854775807"`), changed(func(e *care.Event) { e.Sequence = 1<<63 - 1 }), ""},
	{"with a time of another zone", with("time", `"2026-11-24T03:14:02.5+08:00"`), fall, ""},
	{"without a time", with("time", ""), changed(func(e *care.Event) { e.Time = time.Time{} }), ""},
	{"with an unreadable time", with("time", `"yesterday"`), changed(func(e *care.Event) { e.Time = time.Time{} }), ""},
	{"with a time that is a number", with("time", "17"), changed(func(e *care.Event) { e.Time = time.Time{} }), ""},
	{"with a device path", with("source", `"/songhe/floor-2/zigbee/0x00158d"`), changed(func(e *care.Event) { e.Device = "zigbee/0x00158d" }), ""},
	{"with an unknown extension", with("traceparent", `"00-1"`), fall, ""},
	{"with the longest id", with("id", quoted(128)), changed(func(e *care.Event) { e.ID = strings.Repeat("x", 128) }), ""},
	{"a test of a smoke detector", with("type", `"care.shouwang.fire.test"`), changed(func(e *care.Event) { e.Class, e.Phase = care.Fire, care.Test }), ""},

	{"nothing", ``, care.Event{}, care.ReasonMalformed},
	{"text", `help`, care.Event{}, care.ReasonMalformed},
	{"a list", `[` + fallJSON + `]`, care.Event{}, care.ReasonMalformed},
	{"a torn event", fallJSON[:100], care.Event{}, care.ReasonMalformed},
	{"an id that is a number", with("id", "7"), care.Event{}, care.ReasonMalformed},
	{"without an id", with("id", ""), care.Event{Point: fall.Point, Data: fall.Data}, care.ReasonBadEvent},
	{"with too long an id", with("id", quoted(129)), care.Event{Point: fall.Point, Data: fall.Data}, care.ReasonBadEvent},
	{"without a source", with("source", ""), unsourced(), care.ReasonBadEvent},
	{"with a source of two levels", with("source", `"/songhe/floor-2"`), unsourced(), care.ReasonBadEvent},
	{"with a source without its slash", with("source", `"songhe/floor-2/bed"`), unsourced(), care.ReasonBadEvent},
	{"with a source in capitals", with("source", `"/Songhe/floor-2/bed"`), unsourced(), care.ReasonBadEvent},
	{"with an empty device", with("source", `"/songhe/floor-2/"`), unsourced(), care.ReasonBadEvent},
	{"with too long a device", with("source", `"/songhe/floor-2/`+strings.Repeat("d", 65)+`"`), unsourced(), care.ReasonBadEvent},
	{"of another specversion", with("specversion", `"0.3"`), untyped(), care.ReasonBadEvent},
	{"without a type", with("type", ""), untyped(), care.ReasonUnknownClass},
	{"of somebody else's type", with("type", `"com.example.fall.active"`), unphased("com", "example.fall.active"), care.ReasonUnknownClass},
	{"of an unknown class", with("type", `"care.shouwang.earthquake.active"`), unphased("earthquake", "active"), care.ReasonUnknownClass},
	{"without a phase", with("type", `"care.shouwang.fall"`), unphased(care.Fall, ""), care.ReasonUnknownClass},
	{"of an unknown phase", with("type", `"care.shouwang.fall.maybe"`), unphased(care.Fall, "maybe"), care.ReasonBadEvent},
	{"without a subject", with("subject", ""), changed(func(e *care.Event) { e.Point, e.Time, e.Sequence = "", time.Time{}, 0 }), care.ReasonBadEvent},
	{"with a subject in Chinese", with("subject", `"二楼"`), changed(func(e *care.Event) { e.Point, e.Time, e.Sequence = "二楼", time.Time{}, 0 }), care.ReasonBadEvent},
	{"with a sequence below nought", with("sequence", "-1"), unsequenced(), care.ReasonBadEvent},
	{"with a sequence beyond the range", with("sequence", `"9223372036854775808"`), unsequenced(), care.ReasonBadEvent},
	{"with a sequence of words", with("sequence", `"third"`), unsequenced(), care.ReasonBadEvent},
}

func unsourced() care.Event {
	return care.Event{ID: fall.ID, Point: fall.Point, Data: fall.Data}
}

func untyped() care.Event {
	e := unsourced()
	e.Site, e.Edge, e.Device = fall.Site, fall.Edge, fall.Device
	return e
}

func unphased(c care.Class, p care.Phase) care.Event {
	e := untyped()
	e.Class, e.Phase = c, p
	return e
}

func unsequenced() care.Event { return unphased(fall.Class, fall.Phase) }

func TestParseEvent(t *testing.T) {
	for _, c := range eventCases {
		t.Run(c.name, func(t *testing.T) {
			got, err := care.ParseEvent([]byte(c.json))
			wantReason(t, err, c.reason)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("event (-want +got):\n%s", d)
			}
		})
	}
}

// wantReason checks that the error is a refusal with the reason and a text, or
// nil where the reason is empty.
func wantReason(t *testing.T, err error, want care.Reason) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		return
	}
	r, ok := care.AsRefusal(err)
	if !ok {
		t.Fatalf("the error is %v, want a refusal with %s", err, want)
	}
	if r.Reason != want {
		t.Errorf("the reason is %s (%s), want %s", r.Reason, r.Detail, want)
	}
	if r.Error() == "" {
		t.Error("the refusal does not say why")
	}
}

// TestEncodeEvent compares the bytes, because other programs read them.
func TestEncodeEvent(t *testing.T) {
	got, err := fall.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(fallJSON, string(got)); d != "" {
		t.Errorf("JSON (-want +got):\n%s", d)
	}
}

func TestEncodeEventWithBrokenData(t *testing.T) {
	e := changed(func(e *care.Event) { e.Data = json.RawMessage(`{"peak":`) })
	if b, err := e.Encode(); err == nil {
		t.Errorf("data that is not JSON was encoded as %s", b)
	}
}

// TestEventRoundTrip has any legal event come back as it was.
func TestEventRoundTrip(t *testing.T) {
	id := rapid.StringMatching(`[a-z0-9-]{1,40}`)
	rapid.Check(t, func(t *rapid.T) {
		want := care.Event{
			Site:   care.SiteID(id.Draw(t, "site")),
			Edge:   care.EdgeID(id.Draw(t, "edge")),
			Device: rapid.StringMatching(`[0-9A-Za-z_:/.-]{1,64}`).Draw(t, "device"),
			ID:     rapid.StringN(1, 30, 128).Draw(t, "id"),
			Class:  rapid.SampledFrom(care.Classes()).Draw(t, "class"),
			Phase:  rapid.SampledFrom([]care.Phase{care.Active, care.Clear, care.Test}).Draw(t, "phase"),
			Point:  care.PointID(id.Draw(t, "point")),
			// From 1970 to 9999.
			Time:     time.Unix(rapid.Int64Range(0, 253402300799).Draw(t, "seconds"), rapid.Int64Range(0, 999999999).Draw(t, "nanos")).UTC(),
			Sequence: rapid.Uint64Range(0, 1<<63-1).Draw(t, "sequence"),
		}
		if rapid.Bool().Draw(t, "evidence") {
			b, err := json.Marshal(rapid.MapOf(rapid.String(), rapid.Float64Range(-1e9, 1e9)).Draw(t, "data"))
			if err != nil {
				t.Fatal(err)
			}
			want.Data = b
		}
		b, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := care.ParseEvent(b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("event (-want +got):\n%s", d)
		}
	})
}

// FuzzParseEvent looks for payloads that crash the parser, that are refused
// without a reason, or that do not survive being sent on by an uplink.
func FuzzParseEvent(f *testing.F) {
	for _, c := range eventCases {
		f.Add([]byte(c.json))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		e, err := care.ParseEvent(payload)
		if err != nil {
			if r, ok := care.AsRefusal(err); !ok || r.Reason == "" || r.Detail == "" {
				t.Fatalf("refused without a reason: %v", err)
			}
			return
		}
		if !e.Class.Valid() || !care.ValidID(string(e.Site)) || !care.ValidID(string(e.Edge)) || !care.ValidID(string(e.Point)) || e.ID == "" || e.Device == "" {
			t.Fatalf("accepted with a missing part: %+v", e)
		}
		b, err := e.Encode()
		if err != nil {
			t.Fatalf("what was parsed cannot be encoded: %v", err)
		}
		again, err := care.ParseEvent(b)
		if err != nil {
			t.Fatalf("what was encoded is refused: %v", err)
		}
		// Only the white space and the escapes of the evidence may differ.
		e.Data, again.Data = compact(t, e.Data), compact(t, again.Data)
		if d := cmp.Diff(e, again); d != "" {
			t.Errorf("event (-first +again):\n%s", d)
		}
	})
}

func compact(t *testing.T, data json.RawMessage) json.RawMessage {
	if data == nil {
		return nil
	}
	var b, escaped bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		t.Fatalf("the data is not JSON: %v", err)
	}
	json.HTMLEscape(&escaped, b.Bytes())
	return escaped.Bytes()
}
