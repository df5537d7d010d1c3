package ingest

import (
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
)

// state publishes a retained state of the device.
func (d *device) state(s care.State) {
	d.t.Helper()
	payload, err := json.Marshal(s)
	if err != nil {
		d.t.Fatal(err)
	}
	d.sendTo(care.Topic(d.site, d.edge, care.KindState), payload, true)
}

func TestStatesAreSavedAndTheWillKeepsTheInventory(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	now := time.Now().UTC().Truncate(time.Millisecond)
	online := care.State{Online: true, Time: now, Boot: "boot-1", Connection: 1, Version: "1.0",
		Devices: []care.DeviceState{
			{ID: "air-1", Model: "SHT3x", Points: []care.PointID{"room-203-air"}, Seen: now.Add(-time.Minute)},
			{ID: "smoke-1", Model: "smoke chamber", Points: []care.PointID{"room-203-smoke", "nowhere"}, Fault: "no light"},
		}}
	d.state(online)
	saved := next(t, r.states.saves, "the saved state")
	if diff := cmp.Diff(online, saved.State); diff != "" {
		t.Errorf("saved (-want +got):\n%s", diff)
	}
	// The air sensor answered a minute before the state was sent.
	got := next(t, r.seen, "the sign of life")
	if got.point != "room-203-air" || !got.at.Equal(saved.ReceivedAt.Add(-time.Minute)) {
		t.Errorf("seen %+v, want room-203-air a minute before %s", got, saved.ReceivedAt)
	}
	if got.proof != care.ProofHello {
		t.Errorf("an inventory proves %q", got.proof)
	}
	nothing(t, r.seen, "a sign of life of a device that never answered")
	if diff := cmp.Diff(edgeSaid{saved, true}, next(t, r.edges, "the state as it came"), cmp.AllowUnexported(edgeSaid{})); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}

	d.state(care.State{Online: false, Time: now, Boot: "boot-1", Connection: 1})
	saved = next(t, r.states.saves, "the saved will")
	if saved.State.Online || !cmp.Equal(saved.State.Devices, online.Devices) {
		t.Errorf("saved %+v, want offline with the inventory of before", saved.State)
	}

	// A will of the connection before comes late, as brokers do it.
	online.Connection = 3
	d.state(online)
	next(t, r.states.saves, "the saved state")
	d.state(care.State{Online: false, Time: now, Boot: "boot-1", Connection: 2})
	online.Version = "1.1"
	d.state(online)
	if saved = next(t, r.states.saves, "the saved state"); saved.State.Version != "1.1" {
		t.Errorf("saved %+v, want the late will ignored", saved.State)
	}
}

func TestTheRetainedStateIsTakenAfterAStartAndMeasuresNoClock(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	r.stop()
	// Sent while the core was away, by a clock that is right, long ago.
	d.state(care.State{Online: true, Time: time.Now().Add(-24 * time.Hour), Boot: "boot-1", Connection: 1})
	r.startIngest()
	// It comes once or twice: as what waited for the session, and as retained.
	saves := []EdgeState{next(t, r.states.saves, "the saved state")}
	e := d.raise()
	if got := next(t, r.book.commits, "the commit"); got.Clock != care.ClockTrusted || !got.Time.Equal(e.Time) {
		t.Errorf("the event's time became %s (%s), want it trusted", got.Time, got.Clock)
	}
	for len(r.states.saves) > 0 {
		saves = append(saves, <-r.states.saves)
	}
	for _, saved := range saves {
		if saved.Offset != 0 {
			t.Errorf("an offset of %s was measured from a state that had waited", saved.Offset)
		}
	}
}

func TestAStateThatTheBrokerKeptIsNotLive(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	d.state(care.State{Online: true, Time: time.Now(), Boot: "boot-1", Connection: 1})
	if !next(t, r.edges, "the state as it came").live {
		t.Error("a state that was sent this moment is told as kept")
	}
	r.stop()
	// Another core has no session in which messages could have waited.
	r.ids = ClientIDs{Event: rand.Text(), Reading: rand.Text(), State: rand.Text()}
	r.startIngest()
	if next(t, r.edges, "the state that the broker kept").live {
		t.Error("a state that the broker kept is told as live")
	}
}

func TestEventsOfAWrongClockAreCorrected(t *testing.T) {
	for _, test := range []struct {
		name   string
		offset time.Duration // of the true time from the edge's clock
	}{
		{"an hour behind", time.Hour},
		{"a day ahead", -24 * time.Hour},
		{"in 1970", time.Since(time.Unix(600, 0))},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			d := r.device("evergreen", "room-203")
			d.state(care.State{Online: true, Time: time.Now().Add(-test.offset), Boot: "boot-1", Connection: 1})
			saved := next(t, r.states.saves, "the saved state")
			e := d.event()
			e.Time = e.Time.Add(-test.offset)
			d.send(care.KindEvent, encode(t, e))
			got := next(t, r.book.commits, "the commit")
			if got.Clock != care.ClockOffset || !got.SentTime.Equal(e.Time) {
				t.Errorf("marked %q with the sent time %s, want offset and %s", got.Clock, got.SentTime, e.Time)
			}
			want := e.Time.Add(saved.Offset)
			if want.After(got.ReceivedAt) {
				want = got.ReceivedAt
			}
			if !got.Time.Equal(want) {
				t.Errorf("corrected to %s, want %s", got.Time, want)
			}
			if saved.Offset < test.offset || saved.Offset > test.offset+patience {
				t.Errorf("the measured offset is %s, want %s and the time on the way", saved.Offset, test.offset)
			}
		})
	}
}

func TestTheOffsetOfAnEdgeOutlivesTheCore(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	d.state(care.State{Online: true, Time: time.Now().Add(time.Hour), Boot: "boot-1", Connection: 1})
	next(t, r.states.saves, "the saved state")
	r.stop()
	// Nothing is heard of the edge before its event.
	d.sendTo(care.Topic("evergreen", "room-203", care.KindState), nil, true)
	r.startIngest()
	e := d.event()
	e.Time = e.Time.Add(time.Hour)
	d.send(care.KindEvent, encode(t, e))
	if got := next(t, r.book.commits, "the commit"); got.Clock != care.ClockOffset {
		t.Errorf("marked %q, want the offset of before", got.Clock)
	}
}
