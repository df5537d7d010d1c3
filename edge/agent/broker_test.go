package agent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/agent"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/edge/spool"
	"shouwang.care/shouwang/firmware-sim/board"
	"shouwang.care/shouwang/firmware-sim/fleet/fleettest"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

// room is an agent of a button and an SHT3x, and its board.
func room(t *testing.T, address string) (config.Config, *board.Board) {
	t.Helper()
	b, err := board.New(board.Spec{
		Buses: []board.BusSpec{{Name: "1", Chips: []board.ChipSpec{{ID: "air", Model: board.SHT3x, Place: "203"}}}},
		Pins:  []board.PinSpec{{ID: "call", Name: "GPIO5", Kind: board.Button, Place: "203-1"}},
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return config.Config{
		Site: "evergreen", Edge: "room-203", Data: filepath.Join(t.TempDir(), "data"),
		Gateway: config.Gateway{MQTT: []string{address}, Secret: "not-a-secret"},
		Devices: []config.Device{
			{ID: "call", Driver: config.Contact, Pin: "GPIO5", Points: map[string]care.PointID{"call": "r203-1-call"}},
			{ID: "air", Driver: config.SHT3x, Interval: time.Second, FaultAfter: time.Second, Points: map[string]care.PointID{"temperature": "r203-air", "humidity": "r203-air"}},
		},
	}, b
}

// start runs an agent until stop, which returns when it has ended.
func start(t *testing.T, cfg config.Config, b *board.Board, opts ...agent.Option) (a *agent.Agent, stop func()) {
	t.Helper()
	a, err := agent.New(cfg, b, slog.New(slog.DiscardHandler), opts...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the agent ended with: %v", err)
		}
	})
	t.Cleanup(stop)
	return a, stop
}

// until waits for something to become true.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(fleettest.Patience); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("in vain waited for: %s", what)
		}
		time.Sleep(5 * time.Millisecond) // outside any bubble: a broker is a real process
	}
}

// client connects a bystander that sees one topic.
func client(t *testing.T, address, topic string) <-chan paho.Message {
	t.Helper()
	messages := make(chan paho.Message, 1000)
	c := paho.NewClient(paho.NewClientOptions().AddBroker(address).SetClientID("bystander" + care.NewID()).SetProtocolVersion(4))
	if token := c.Connect(); !token.WaitTimeout(fleettest.Patience) || token.Error() != nil {
		t.Fatalf("connect: %v", token.Error())
	}
	t.Cleanup(func() { c.Disconnect(100) })
	token := c.Subscribe(topic, 1, func(_ paho.Client, m paho.Message) { messages <- m })
	if !token.WaitTimeout(fleettest.Patience) || token.Error() != nil {
		t.Fatalf("subscribe: %v", token.Error())
	}
	return messages
}

func nextState(t *testing.T, states <-chan paho.Message, what string, ok func(care.State) bool) care.State {
	t.Helper()
	deadline := time.After(fleettest.Patience)
	for {
		select {
		case m := <-states:
			s, err := care.ParseState(m.Payload())
			if err != nil {
				t.Fatalf("no state: %v: %s", err, m.Payload())
			}
			if ok(s) {
				return s
			}
		case <-deadline:
			t.Fatalf("in vain waited for a state: %s", what)
		}
	}
}

// waiting says what is on the disk of an agent that may be running: it reads a
// copy.
func waiting(t *testing.T, cfg config.Config) care.SpoolState {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(cfg.Data, "spool"))); err != nil {
		return care.SpoolState{} // a file that is being removed; asked again
	}
	s, err := spool.Open(dir, spool.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return s.State()
}

func TestACommittedEventLeavesTheDisk(t *testing.T) {
	t.Parallel()
	address := fleettest.Broker(t)
	events := fleettest.Core(t, address)
	states := client(t, address, care.Topic("evergreen", "room-203", care.KindState))
	cfg, b := room(t, address)
	var mu sync.Mutex
	published := map[string]time.Time{}
	a, stop := start(t, cfg, b, agent.WithVersion("1.2.3"), agent.OnPublished(func(id string, at time.Time) {
		mu.Lock()
		defer mu.Unlock()
		published[id] = at
	}))
	until(t, "a connection", a.Connected)

	if err := b.Do(t.Context(), "203-1", "press"); err != nil {
		t.Fatal(err)
	}
	e := fleettest.Next(t, events)
	mu.Lock()
	at := published[e.ID]
	mu.Unlock()
	if at.IsZero() {
		t.Error("the publication was not told")
	}
	until(t, "an empty disk", func() bool { return waiting(t, cfg).Events == 0 })
	if err := b.Do(t.Context(), "203", "unplug", "sht3x"); err != nil {
		t.Fatal(err)
	}
	s := nextState(t, states, "the fault", func(s care.State) bool { return len(s.Devices) == 2 && s.Devices[1].Fault != "" })
	if !s.Online || s.Version != "1.2.3" || s.Boot == "" || s.Connection != 1 {
		t.Errorf("the state is %+v, want it online with version, boot and connection", s)
	}
	want := []care.DeviceState{
		{ID: "call", Model: "contact", Points: []care.PointID{"r203-1-call"}},
		{ID: "air", Model: "sht3x", Points: []care.PointID{"r203-air"}},
	}
	if diff := cmp.Diff(want, s.Devices, cmpopts.IgnoreFields(care.DeviceState{}, "Seen", "Fault")); diff != "" {
		t.Errorf("inventory (-want +got):\n%s", diff)
	}
	stop()
	end := nextState(t, states, "the leave", func(s care.State) bool { return !s.Online })
	if end.Boot != s.Boot {
		t.Errorf("the leave is of boot %s, want %s", end.Boot, s.Boot)
	}
}

func TestEventsOfATimeWithoutGatewayArriveAfterARestart(t *testing.T) {
	t.Parallel()
	address := fleettest.Broker(t)
	cfg, b := room(t, "tcp://127.0.0.1:1") // nobody listens there
	_, stop := start(t, cfg, b)
	for i, words := range [][]string{{"203-1", "press"}, {"203", "unplug", "sht3x"}} {
		if err := b.Do(t.Context(), words[0], words[1:]...); err != nil {
			t.Fatal(err)
		}
		until(t, fmt.Sprintf("%d events on the disk", i+1), func() bool { return waiting(t, cfg).Events == i+1 })
	}
	stop()
	events := fleettest.Core(t, address)
	cfg.Gateway.MQTT = []string{address}
	start(t, cfg, b)
	call, fault := fleettest.Next(t, events), fleettest.Next(t, events)
	if call.Class != care.Call || fault.Class != care.Fault || fault.Sequence <= call.Sequence {
		t.Errorf("got %s with sequence %d and %s with %d, want a call and then a fault", call.Type(), call.Sequence, fault.Type(), fault.Sequence)
	}
}

func TestTheLastWillSaysWhichConnectionBroke(t *testing.T) {
	t.Parallel()
	address := fleettest.Broker(t)
	proxy := newProxy(t, address)
	states := client(t, address, care.Topic("evergreen", "room-203", care.KindState))
	cfg, b := room(t, proxy.address)
	start(t, cfg, b)
	first := nextState(t, states, "online", func(s care.State) bool { return s.Online })
	proxy.cut()
	will := nextState(t, states, "the will", func(s care.State) bool { return !s.Online })
	if diff := cmp.Diff(care.State{Boot: first.Boot, Connection: first.Connection, Version: first.Version}, will, cmpopts.IgnoreFields(care.State{}, "Time", "Spool")); diff != "" {
		t.Errorf("the will (-want +got):\n%s", diff)
	}
	again := nextState(t, states, "online again", func(s care.State) bool { return s.Online && s.Connection != first.Connection })
	if again.Boot != first.Boot || again.Connection <= first.Connection {
		t.Errorf("the new connection is %d of boot %s, after %d of %s", again.Connection, again.Boot, first.Connection, first.Boot)
	}
	if !again.Supersedes(will) {
		t.Error("the new state does not supersede the will")
	}
}

func TestReadingsArriveAsSenML(t *testing.T) {
	t.Parallel()
	address := fleettest.Broker(t)
	packs := client(t, address, care.Topic("evergreen", "room-203", care.KindReading))
	cfg, b := room(t, address)
	start(t, cfg, b)
	select {
	case m := <-packs:
		readings, refused, err := care.ParsePack("evergreen", m.Payload(), time.Now())
		if err != nil || len(refused) > 0 || len(readings) < 2 {
			t.Errorf("the pack %s gives %d readings, %v, %v", m.Payload(), len(readings), refused, err)
		}
		if !json.Valid(m.Payload()) {
			t.Errorf("no JSON: %s", m.Payload())
		}
	case <-time.After(fleettest.Patience):
		t.Fatal("no readings came")
	}
}

// A cancel is an event like others: it travels as one and leaves the disk when the
// core has it.
func TestAnSOSThatIsTakenBackTravelsAndIsCommitted(t *testing.T) {
	t.Parallel()
	address := fleettest.Broker(t)
	events := fleettest.Core(t, address)
	cfg, b := room(t, address)
	cfg.Devices[0].Points = map[string]care.PointID{"sos": "r203-1-sos"}
	cfg.Devices[0].CancelHold = 3 * time.Second
	a, _ := start(t, cfg, b)
	until(t, "a connection", a.Connected)
	// A hand that is off the button for less than the debounce time never left it.
	resident, err := scenario.Parse("resident", "+0s 203-1 press\n+2s 203-1 cancel hold 4s")
	if err != nil {
		t.Fatal(err)
	}
	if err := resident.Play(t.Context(), b, nil); err != nil {
		t.Fatal(err)
	}
	if e := fleettest.Next(t, events); e.Type() != "care.shouwang.sos.active" {
		t.Fatalf("got %s, want the SOS", e.Type())
	}
	e := fleettest.Next(t, events)
	var data struct {
		Cancel bool    `json:"cancel"`
		Held   float64 `json:"held_s"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil || !data.Cancel || data.Held < 3 {
		t.Errorf("the evidence is %s, %v; want a cancel and for how long", e.Data, err)
	}
	if e.Type() != "care.shouwang.sos.clear" || e.Point != "r203-1-sos" {
		t.Errorf("got %s of %s, want the SOS cleared at its point", e.Type(), e.Point)
	}
	until(t, "an empty disk", func() bool { return waiting(t, cfg).Events == 0 })
}
