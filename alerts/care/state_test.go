package care_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
)

func TestParseState(t *testing.T) {
	for _, c := range []struct {
		name   string
		json   string
		want   care.State
		reason care.Reason
	}{
		{"a state", `{"online":true,"time":"2026-11-23T19:14:02Z","boot":"b1","connection":3,"version":"1.0.0",` +
			`"devices":[{"id":"bed-203-1","model":"ADXL345","points":["203-1-fall"]}],"spool":{"events":1,"readings":2,"shed":3}}`,
			care.State{
				Online: true, Time: now, Boot: "b1", Connection: 3, Version: "1.0.0",
				Devices: []care.DeviceState{{ID: "bed-203-1", Model: "ADXL345", Points: []care.PointID{"203-1-fall"}}},
				Spool:   care.SpoolState{Events: 1, Readings: 2, Shed: 3},
			}, ""},
		{"a will", `{"online":false,"time":"2026-11-23T19:14:02Z","boot":"b1","connection":3,"version":"1.0.0","spool":{}}`,
			care.State{Time: now, Boot: "b1", Connection: 3, Version: "1.0.0"}, ""},
		{"nothing", ``, care.State{}, care.ReasonMalformed},
		{"no boot", `{"online":true}`, care.State{}, care.ReasonMalformed},
		{"a connection below nought", `{"boot":"b1","connection":-1}`, care.State{}, care.ReasonMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := care.ParseState([]byte(c.json))
			wantReason(t, err, c.reason)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("state (-want +got):\n%s", d)
			}
		})
	}
}

func TestSupersedes(t *testing.T) {
	at := func(online bool, boot string, connection uint64, seconds int) care.State {
		return care.State{Online: online, Boot: boot, Connection: connection, Time: now.Add(time.Duration(seconds) * time.Second)}
	}
	for _, c := range []struct {
		name     string
		old, new care.State
		want     bool
	}{
		{"the first state", care.State{}, at(true, "b1", 1, 0), true},
		{"the first state is a will", care.State{}, at(false, "b1", 1, 0), true},
		{"a newer one", at(true, "b1", 1, 0), at(true, "b1", 1, 60), true},
		{"an older one, delivered late", at(true, "b1", 1, 60), at(true, "b1", 1, 0), false},
		{"the same once more", at(true, "b1", 1, 0), at(true, "b1", 1, 0), true},
		{"the will of this connection, older than the last state", at(true, "b1", 1, 60), at(false, "b1", 1, 0), true},
		{"the will of the connection before", at(true, "b1", 2, 60), at(false, "b1", 1, 90), false},
		{"a state of the connection before", at(true, "b1", 2, 60), at(true, "b1", 1, 90), false},
		{"back again", at(false, "b1", 1, 90), at(true, "b1", 2, 0), true},
		{"a state of a connection whose will was seen", at(false, "b1", 1, 60), at(true, "b1", 1, 0), false},
		{"started again with a clock in the past", at(true, "b1", 9, 60), at(true, "b2", 1, -86400), true},
		{"the will of the boot before", at(true, "b2", 1, 0), at(false, "b1", 9, 60), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.new.Supersedes(c.old); got != c.want {
				t.Errorf("got %t, want %t", got, c.want)
			}
		})
	}
}

// TestSupersedesInAnyOrder delivers the states of one boot in any order, some
// of them twice: in the end the one that was sent last stands. Each connection
// sends states and ends with its will, whose time is that of connecting; the
// last connection lives.
func TestSupersedesInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sent []care.State
		clock, connections := 0, rapid.IntRange(1, 4).Draw(t, "connections")
		for c := range connections {
			connected := clock
			for range rapid.IntRange(1, 4).Draw(t, "states") {
				clock += 60
				sent = append(sent, care.State{Online: true, Boot: "b1", Connection: uint64(c + 1), Time: now.Add(time.Duration(clock) * time.Second)})
			}
			if c < connections-1 {
				sent = append(sent, care.State{Boot: "b1", Connection: uint64(c + 1), Time: now.Add(time.Duration(connected) * time.Second)})
			}
		}
		want := sent[len(sent)-1]
		delivered := append(rapid.Permutation(sent).Draw(t, "order"), rapid.SliceOf(rapid.SampledFrom(sent)).Draw(t, "repeats")...)
		var stands care.State
		for _, s := range delivered {
			if s.Supersedes(stands) {
				stands = s
			}
		}
		if d := cmp.Diff(want, stands); d != "" {
			t.Errorf("the state that stands (-want +got):\n%s", d)
		}
	})
}

func FuzzParseState(f *testing.F) {
	f.Add([]byte(`{"online":true,"time":"2026-11-23T19:14:02Z","boot":"b1","connection":3,"spool":{}}`))
	f.Add([]byte(`{"boot":"b1","devices":[{"id":"d","seen":"2026-11-23T19:14:02Z"}]}`))
	f.Add([]byte(`{"boot":""}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		s, err := care.ParseState(payload)
		if err != nil {
			wantReason(t, err, care.ReasonMalformed)
			return
		}
		if !s.Supersedes(care.State{}) {
			t.Error("the first state of an edge is ignored")
		}
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatalf("what was parsed cannot be written: %v", err)
		}
		if _, err := care.ParseState(b); err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
	})
}
