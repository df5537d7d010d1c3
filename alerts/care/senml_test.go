package care_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
)

// now is when the packs below are received; its Unix time is 1795461242.
var now = time.Date(2026, 11, 23, 19, 14, 2, 0, time.UTC)

// reading returns a reading of the air sensor of room 203.
func reading(q care.Quantity, v float64, ago time.Duration) care.Reading {
	return care.Reading{Site: "songhe", Point: "203-air", Quantity: q, Time: now.Add(-ago), Value: v}
}

// packCases is the one table of packs on the wire. Reason says why the whole
// pack is refused, records why single records are.
var packCases = []struct {
	name    string
	json    string
	want    []care.Reading
	records map[int]care.Reason
	reason  care.Reason
}{
	{name: "one temperature", json: `[{"bt":1795461242,"n":"203-air/temperature","u":"Cel","v":21.5}]`,
		want: []care.Reading{reading(care.Temperature, 21.5, 0)}},
	{name: "base values", json: `[{"bn":"203-air/","bt":1795461242,"bu":"Cel","bv":20,"n":"temperature","v":1.5},{"n":"temperature","t":-60,"v":1},{"n":"humidity","u":"%RH","t":-60,"v":25}]`,
		want: []care.Reading{reading(care.Temperature, 21.5, 0), reading(care.Temperature, 21, time.Minute), reading(care.Humidity, 45, time.Minute)}},
	{name: "a base record of its own", json: `[{"bn":"203-air/","bu":"Cel","bt":1795461242},{"n":"temperature","v":21}]`,
		want: []care.Reading{reading(care.Temperature, 21, 0)}},
	{name: "no time is now", json: `[{"n":"203-air/temperature","u":"Cel","v":21}]`,
		want: []care.Reading{reading(care.Temperature, 21, 0)}},
	{name: "a small time is relative to now", json: `[{"n":"203-air/temperature","u":"Cel","v":21,"t":-30}]`,
		want: []care.Reading{reading(care.Temperature, 21, 30*time.Second)}},
	{name: "milliseconds are kept", json: `[{"bt":1795461241.125,"n":"203-air/temperature","u":"Cel","v":21}]`,
		want: []care.Reading{reading(care.Temperature, 21, 875*time.Millisecond)}},
	{name: "a boolean", json: `[{"bt":1795461242,"n":"203-air/contact","u":"/","vb":true},{"n":"203-air/contact","u":"/","vb":false}]`,
		want: []care.Reading{reading(care.Contact, 1, 0), reading(care.Contact, 0, 0)}},
	{name: "the version that it always is", json: `[{"bver":10,"bt":1795461242,"n":"203-air/temperature","u":"Cel","v":21}]`,
		want: []care.Reading{reading(care.Temperature, 21, 0)}},

	{name: "the oldest and the one furthest ahead", json: `[{"bt":1795461242,"n":"203-air/temperature","u":"Cel","v":21,"t":-604800},{"n":"203-air/temperature","u":"Cel","v":21,"t":120}]`,
		want: []care.Reading{reading(care.Temperature, 21, care.ReadingMaxAge), reading(care.Temperature, 21, -care.ReadingMaxAhead)}},
	{name: "too old and too far ahead beside one in time", json: `[{"bt":1795461242,"n":"203-air/temperature","u":"Cel","v":21,"t":-604801},{"n":"203-air/temperature","u":"Cel","v":21,"t":121},{"n":"203-air/temperature","u":"Cel","v":22}]`,
		want: []care.Reading{reading(care.Temperature, 22, 0)}, records: map[int]care.Reason{0: care.ReasonTimeRange, 1: care.ReasonTimeRange}},
	{name: "an impossible time", json: `[{"n":"203-air/temperature","u":"Cel","v":21,"t":1e300}]`,
		records: map[int]care.Reason{0: care.ReasonTimeRange}},
	{name: "Fahrenheit beside Celsius", json: `[{"bt":1795461242,"n":"203-air/temperature","u":"Fah","v":70},{"n":"203-air/temperature","u":"Cel","v":21}]`,
		want: []care.Reading{reading(care.Temperature, 21, 0)}, records: map[int]care.Reason{0: care.ReasonWrongUnit}},
	{name: "no unit", json: `[{"n":"203-air/temperature","v":21}]`, records: map[int]care.Reason{0: care.ReasonWrongUnit}},
	{name: "hotter than a sensor survives", json: `[{"n":"203-air/temperature","u":"Cel","v":301}]`, records: map[int]care.Reason{0: care.ReasonBadValue}},
	{name: "a base value out of range", json: `[{"bv":1e308,"n":"203-air/temperature","u":"Cel","v":1e308}]`, records: map[int]care.Reason{0: care.ReasonBadValue}},
	{name: "a text", json: `[{"n":"203-air/temperature","u":"Cel","vs":"warm"}]`, records: map[int]care.Reason{0: care.ReasonBadValue}},
	{name: "a boolean temperature", json: `[{"n":"203-air/temperature","u":"Cel","vb":true}]`, records: map[int]care.Reason{0: care.ReasonBadValue}},
	{name: "a sum only", json: `[{"n":"203-air/temperature","u":"Cel","s":3}]`, records: map[int]care.Reason{0: care.ReasonBadValue}},
	{name: "a name without a point", json: `[{"n":"temperature","u":"Cel","v":21}]`, records: map[int]care.Reason{0: care.ReasonMalformed}},
	{name: "an unknown quantity", json: `[{"n":"203-air/radon","u":"Bq","v":21}]`, records: map[int]care.Reason{0: care.ReasonMalformed}},
	{name: "a value without a name", json: `[{"v":21}]`, records: map[int]care.Reason{0: care.ReasonMalformed}},

	{name: "nothing", json: ``, reason: care.ReasonMalformed},
	{name: "an empty pack", json: `[]`, reason: care.ReasonMalformed},
	{name: "null", json: `null`, reason: care.ReasonMalformed},
	{name: "no list", json: `{"n":"203-air/temperature","u":"Cel","v":21}`, reason: care.ReasonMalformed},
	{name: "a value in quotes", json: `[{"n":"203-air/temperature","u":"Cel","v":"21"}]`, reason: care.ReasonMalformed},
	{name: "a number beyond all", json: `[{"n":"203-air/temperature","u":"Cel","v":1e999}]`, reason: care.ReasonMalformed},
	{name: "another version", json: `[{"bver":11,"n":"203-air/temperature","u":"Cel","v":21}]`, reason: care.ReasonMalformed},
}

func TestParsePack(t *testing.T) {
	for _, c := range packCases {
		t.Run(c.name, func(t *testing.T) {
			got, refused, err := care.ParsePack("songhe", []byte(c.json), now)
			wantReason(t, err, c.reason)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("readings (-want +got):\n%s", d)
			}
			var records map[int]care.Reason
			for _, r := range refused {
				if records == nil {
					records = map[int]care.Reason{}
				}
				records[r.Record] = r.Refusal.Reason
			}
			if d := cmp.Diff(c.records, records); d != "" {
				t.Errorf("refused records (-want +got):\n%s", d)
			}
		})
	}
}

// TestEncodePack compares the bytes, because other programs read them.
func TestEncodePack(t *testing.T) {
	got, err := care.EncodePack([]care.Reading{reading(care.Temperature, 21.5, time.Minute), reading(care.Humidity, 45, 59500*time.Millisecond)})
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"bt":1795461182,"n":"203-air/temperature","u":"Cel","v":21.5},{"n":"203-air/humidity","u":"%RH","v":45,"t":0.5}]`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("pack (-want +got):\n%s", d)
	}
}

func TestEncodePackRefuses(t *testing.T) {
	for name, r := range map[string]care.Reading{
		"an unknown quantity":       reading("radon", 1, 0),
		"a value that is no number": reading(care.Temperature, math.NaN(), 0),
	} {
		t.Run(name, func(t *testing.T) {
			if b, err := care.EncodePack([]care.Reading{r}); err == nil {
				t.Errorf("encoded as %s", b)
			}
		})
	}
}

// TestPackRoundTrip has readings of any quantity come back as they were, to the
// millisecond.
func TestPackRoundTrip(t *testing.T) {
	spans := map[care.Quantity][2]float64{
		care.Temperature: {-60, 300}, care.Humidity: {0, 100}, care.Obscuration: {-5, 100}, care.Acceleration: {-2000, 2000},
		care.BatteryLevel: {0, 100}, care.Occupancy: {0, 1}, care.Contact: {0, 1}, care.SignalLevel: {-200, 50},
	}
	quantities := []care.Quantity{
		care.Temperature, care.Humidity, care.Obscuration, care.Acceleration,
		care.BatteryLevel, care.Occupancy, care.Contact, care.SignalLevel,
	}
	one := rapid.Custom(func(t *rapid.T) care.Reading {
		q := rapid.SampledFrom(quantities).Draw(t, "quantity")
		return care.Reading{
			Site: "songhe", Point: care.PointID(rapid.StringMatching(`[a-z0-9-]{1,40}`).Draw(t, "point")), Quantity: q,
			Time:  now.Add(time.Duration(rapid.Int64Range(-7*86400*1000, 120*1000).Draw(t, "ms")) * time.Millisecond),
			Value: rapid.Float64Range(spans[q][0], spans[q][1]).Draw(t, "value"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(one, 1, 20).Draw(t, "readings")
		b, err := care.EncodePack(want)
		if err != nil {
			t.Fatal(err)
		}
		got, refused, err := care.ParsePack("songhe", b, now)
		if err != nil || len(refused) > 0 {
			t.Fatalf("%s: %v, refused %v", b, err, refused)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("readings (-want +got):\n%s", d)
		}
	})
}

// FuzzParsePack looks for packs that crash the parser or let a reading through
// that the time series must never see.
func FuzzParsePack(f *testing.F) {
	for _, c := range packCases {
		f.Add([]byte(c.json))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		readings, refused, err := care.ParsePack("songhe", payload, now)
		if err != nil {
			if r, ok := care.AsRefusal(err); !ok || r.Detail == "" || len(readings) > 0 {
				t.Fatalf("refused badly, with %d readings: %v", len(readings), err)
			}
			return
		}
		for _, r := range refused {
			if r.Refusal == nil || r.Refusal.Reason == "" || strings.TrimSpace(r.Refusal.Detail) == "" {
				t.Fatalf("record %d is refused without a reason", r.Record)
			}
		}
		for _, r := range readings {
			if _, known := care.UnitOf(r.Quantity); !known || !care.ValidID(string(r.Point)) || math.IsNaN(r.Value) || math.IsInf(r.Value, 0) ||
				r.Time.After(now.Add(care.ReadingMaxAhead)) || r.Time.Before(now.Add(-care.ReadingMaxAge)) {
				t.Fatalf("the reading %+v was let through", r)
			}
		}
	})
}
