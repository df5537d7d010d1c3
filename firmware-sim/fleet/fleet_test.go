package fleet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/board"
	"shouwang.care/shouwang/firmware-sim/fleet/fleettest"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

var silent = slog.New(slog.DiscardHandler)

// rooms makes n edges, each with a bedside button, a bed mat and an SHT3x.
func rooms(t *testing.T, n int, address string) []Member {
	t.Helper()
	var members []Member
	for i := range n {
		number := fmt.Sprint(201 + i)
		b, err := board.New(board.Spec{
			Buses: []board.BusSpec{{Name: "1", Chips: []board.ChipSpec{{ID: "air", Model: board.SHT3x, Place: number}}}},
			Pins:  []board.PinSpec{{ID: "call", Name: "GPIO5", Kind: board.Button, Place: number + "-1"}},
		}, silent)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, Member{Board: b, Config: config.Config{
			Site: "evergreen", Edge: care.EdgeID("room-" + number), Data: t.TempDir(),
			Gateway: config.Gateway{MQTT: []string{address}, Secret: "not-a-secret"},
			Devices: []config.Device{
				{ID: "call", Driver: config.Contact, Pin: "GPIO5", Points: map[string]care.PointID{"call": care.PointID("r" + number + "-call"), "sos": care.PointID("r" + number + "-call")}},
				{ID: "air", Driver: config.SHT3x, Interval: time.Second, FaultAfter: time.Second, Points: map[string]care.PointID{"temperature": care.PointID("r" + number + "-air")}},
			},
		}})
	}
	return members
}

// start runs a fleet until the end of the test and waits until it is connected.
func start(t *testing.T, members []Member) *Fleet {
	t.Helper()
	f, err := New(members, silent)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the fleet ended with: %v", err)
		}
	})
	deadline := time.After(fleettest.Patience)
	for f.Connected() < f.Size() {
		select {
		case <-deadline:
			t.Fatalf("only %d of %d agents are connected", f.Connected(), f.Size())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return f
}

func TestAPressOnOneOfFiveEdgesArrivesAsItsEvent(t *testing.T) {
	address := fleettest.Broker(t)
	events := fleettest.Core(t, address)
	f := start(t, rooms(t, 5, address))
	type what struct{ Source, Type, Point string }
	of := func(e care.Event) what { return what{e.Source(), e.Type(), string(e.Point)} }

	if err := f.Do(t.Context(), "203-1", "press"); err != nil {
		t.Fatal(err)
	}
	want := what{"/evergreen/room-203/call", "care.shouwang.call.active", "r203-call"}
	if diff := cmp.Diff(want, of(fleettest.Next(t, events))); diff != "" {
		t.Errorf("event of a press (-want +got):\n%s", diff)
	}
	if err := f.Do(t.Context(), "205-1", "press", "hold", "4s"); err != nil {
		t.Fatal(err)
	}
	want = what{"/evergreen/room-205/call", "care.shouwang.sos.active", "r205-call"}
	if diff := cmp.Diff(want, of(fleettest.Next(t, events))); diff != "" {
		t.Errorf("event of a long press (-want +got):\n%s", diff)
	}
	if err := f.Do(t.Context(), "201", "unplug", "sht3x"); err != nil {
		t.Fatal(err)
	}
	want = what{"/evergreen/room-201/air", "care.shouwang.fault.active", "r201-air"}
	if diff := cmp.Diff(want, of(fleettest.Next(t, events))); diff != "" {
		t.Errorf("event of an unplugged sensor (-want +got):\n%s", diff)
	}
}

func TestAFleetTellsItsPlacesApart(t *testing.T) {
	f, err := New(rooms(t, 2, "tcp://127.0.0.1:1"), silent)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Do(t.Context(), "999", "press"); !errors.Is(err, scenario.ErrNoPlace) {
		t.Errorf("got %v, want %v", err, scenario.ErrNoPlace)
	}
	if _, ok := f.Agent("evergreen", "room-202"); !ok {
		t.Error("the agent of room 202 is not found")
	}
	if _, ok := f.Agent("evergreen", "room-999"); ok {
		t.Error("an agent of room 999 is found")
	}
}

func TestMistakesOfAFleetAreShownTogether(t *testing.T) {
	members := rooms(t, 2, "tcp://127.0.0.1:1")
	members = append(members, members[0])
	again := rooms(t, 1, "tcp://127.0.0.1:1")[0]
	again.Config.Edge = "copy"
	members = append(members, again)
	_, err := New(members, silent)
	for _, want := range []string{"edge room-201 of site evergreen is in the fleet twice", "the place 201-1 is on more than one board"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to say %q", err, want)
		}
	}
}

func TestLoadNamesEveryFileThatIsWrong(t *testing.T) {
	_, err := Load(Spec{Edges: []Files{{"a.yaml", "b.yaml"}, {"c.yaml", "d.yaml"}}}, t.TempDir(), silent)
	for _, want := range []string{"a.yaml", "c.yaml"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to name %s", err, want)
		}
	}
}

// From outside it is a power cut: the broker speaks the last will, and what
// happens meanwhile is not seen. Then a new life of the same edge says what it
// finds.
func TestAnEdgeDiesWithoutAGoodbyeAndLivesAgain(t *testing.T) {
	address := fleettest.Broker(t)
	events := fleettest.Core(t, address)
	f := start(t, rooms(t, 2, address))
	states := fleettest.States(t, address)
	online := fleettest.NextState(t, states, "room-202", true)
	if err := f.Perform(scenario.Place{Label: "202"}, scenario.Action{Verb: scenario.Offline}); err != nil {
		t.Fatal(err)
	}
	will := fleettest.NextState(t, states, "room-202", false)
	if will.Boot != online.Boot || len(will.Devices) > 0 {
		t.Errorf("the last word is %+v, want the will of boot %s", will.State, online.Boot)
	}
	if err := f.Do(t.Context(), "202-1", "press"); err != nil {
		t.Fatal(err)
	}
	if err := f.Do(t.Context(), "202", "unplug", "sht3x"); err != nil {
		t.Fatal(err)
	}
	if err := f.Perform(scenario.Place{Label: "202"}, scenario.Action{Verb: scenario.Online}); err != nil {
		t.Fatal(err)
	}
	again := fleettest.NextState(t, states, "room-202", true)
	if again.Boot == online.Boot {
		t.Error("it has not died: it is of the same boot")
	}
	if e := fleettest.Next(t, events); e.Source() != "/evergreen/room-202/air" || e.Class != care.Fault {
		t.Errorf("the first event after that is %s of %s, want the fault that it finds", e.Type(), e.Source())
	}
}
