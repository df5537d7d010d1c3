// Package fleettest is the other side of a fleet in tests: a real MQTT broker on a
// free port and the least of a core, which commits every event. It is no
// gateway: nothing is stored and nobody signs in.
package fleettest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/nats-io/nats-server/v2/server"

	"shouwang.care/shouwang/alerts/care"
)

// Patience bounds waits that end much sooner; only a broken test, or one on a
// machine that has other work, needs it all.
const Patience = 3 * time.Minute

// Broker starts a NATS server with an MQTT listener on a free port of 127.0.0.1
// and returns its address. It ends with the test.
func Broker(t testing.TB) string {
	t.Helper()
	o := &server.Options{
		ServerName: "test", DontListen: true, NoSigs: true, JetStream: true, StoreDir: t.TempDir(),
		MQTT: server.MQTTOpts{Host: "127.0.0.1", Port: server.RANDOM_PORT},
	}
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(Patience) {
		t.Fatal("the broker did not start")
	}
	return fmt.Sprintf("tcp://127.0.0.1:%d", o.MQTT.Port)
}

// Core subscribes to the events of all edges, commits each of them and returns
// them. It ends with the test, which fails on a message that is no event.
func Core(t testing.TB, address string) <-chan care.Event {
	t.Helper()
	// More than a test makes: the handler must never block the client.
	events := make(chan care.Event, 10_000)
	opts := paho.NewClientOptions().AddBroker(address).SetClientID("core").SetProtocolVersion(4).SetConnectTimeout(Patience)
	client := paho.NewClient(opts)
	if token := client.Connect(); !token.WaitTimeout(Patience) || token.Error() != nil {
		t.Fatalf("connect to the broker: %v", token.Error())
	}
	t.Cleanup(func() { client.Disconnect(100) })
	token := client.Subscribe(care.AnyTopic(care.KindEvent), 1, func(_ paho.Client, m paho.Message) {
		e, err := care.ParseEvent(m.Payload())
		if err != nil {
			t.Errorf("an agent sent no event: %v: %s", err, m.Payload())
			return
		}
		answer := care.Topic(e.Site, e.Edge, care.KindCommitted)
		client.Publish(answer, 0, false, fmt.Sprintf(`{"ids":[%q]}`, e.ID))
		events <- e
	})
	if !token.WaitTimeout(Patience) || token.Error() != nil {
		t.Fatalf("subscribe to events: %v", token.Error())
	}
	return events
}

// Next returns the next event, or fails the test when none comes.
func Next(t testing.TB, events <-chan care.Event) care.Event {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(Patience):
		t.Fatal("no event came")
		return care.Event{}
	}
}

// State is what an edge says of itself, or its last will.
type State struct {
	Edge care.EdgeID
	care.State
}

// States subscribes to the states of all edges and returns them, what is retained
// first. It ends with the test, which fails on a message that is no state.
func States(t testing.TB, address string) <-chan State {
	t.Helper()
	states := make(chan State, 10_000) // likewise
	opts := paho.NewClientOptions().AddBroker(address).SetClientID("bystander").SetProtocolVersion(4).SetConnectTimeout(Patience)
	client := paho.NewClient(opts)
	if token := client.Connect(); !token.WaitTimeout(Patience) || token.Error() != nil {
		t.Fatalf("connect to the broker: %v", token.Error())
	}
	t.Cleanup(func() { client.Disconnect(100) })
	token := client.Subscribe(care.AnyTopic(care.KindState), 1, func(_ paho.Client, m paho.Message) {
		_, edge, _, err := care.ParseTopic(m.Topic())
		s, serr := care.ParseState(m.Payload())
		if err = errors.Join(err, serr); err != nil {
			t.Errorf("an agent sent no state: %v: %s", err, m.Payload())
			return
		}
		states <- State{edge, s}
	})
	if !token.WaitTimeout(Patience) || token.Error() != nil {
		t.Fatalf("subscribe to states: %v", token.Error())
	}
	return states
}

// NextState returns the next state of an edge that is online, or the next that is
// not, or fails the test when none comes.
func NextState(t testing.TB, states <-chan State, edge care.EdgeID, online bool) State {
	t.Helper()
	deadline := time.After(Patience)
	for {
		select {
		case s := <-states:
			if s.Edge == edge && s.Online == online {
				return s
			}
		case <-deadline:
			t.Fatalf("no state of %s came that is online: %t", edge, online)
			return State{}
		}
	}
}
