package broker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
)

// denials collects what the broker denied.
type denials chan Denial

func (d denials) hear(x Denial) { d <- x }

func (d denials) next(t *testing.T) Denial {
	t.Helper()
	select {
	case x := <-d:
		return x
	case <-time.After(patience):
		t.Fatal("nothing was denied")
		return Denial{}
	}
}

func TestDevicesWaitUntilTheCoreIsReady(t *testing.T) {
	heard := make(denials, 16)
	b := start(t, Options{OnDenied: heard.hear})
	early := client(t, b, signIn{user: "evergreen/room-203", password: "secret-203"})
	if err := early.connect(); err == nil {
		t.Fatal("a device signed in before the core was ready")
	}
	core(t, b, signIn{})
	b.OpenDevices()
	if err := client(t, b, signIn{user: "evergreen/room-203", password: "secret-203"}).connect(); err != nil {
		t.Fatalf("a device could not sign in: %v", err)
	}
	select {
	case d := <-heard:
		t.Errorf("a device that was merely early was reported: %+v", d)
	default:
	}
}

func TestStrangersAreRefusedAndReported(t *testing.T) {
	for _, test := range []struct {
		name           string
		user, password string
		site, edge     string
		detail         string
	}{
		{"an edge with a wrong secret", "evergreen/room-203", "guess", "evergreen", "room-203", "secret is wrong"},
		{"an edge that nobody registered", "evergreen/room-999", "secret-203", "evergreen", "room-999", "not registered"},
		{"the secret of another edge", "evergreen/room-203", "secret-204", "evergreen", "room-203", "secret is wrong"},
		{"a name that would widen the topics", "evergreen/*", "x", "", "", "not {site}/{edge}"},
		{"a name without an edge", "evergreen", "x", "", "", "not {site}/{edge}"},
		{"no name", "", "", "", "", "not {site}/{edge}"},
		{"the core without its password", "core", "core", "", "", "as the core"},
		{"the queue without its password", "queue", "queue", "", "", "as the queue"},
	} {
		t.Run(test.name, func(t *testing.T) {
			heard := make(denials, 16)
			b := start(t, Options{OnDenied: heard.hear})
			b.OpenDevices()
			if err := client(t, b, signIn{user: test.user, password: test.password}).connect(); err == nil {
				t.Fatal("signed in")
			}
			got := heard.next(t)
			if !strings.Contains(got.Detail, test.detail) {
				t.Errorf("the detail does not say %q: %s", test.detail, got.Detail)
			}
			if diff := cmp.Diff(Denial{Site: test.site, Edge: test.edge, Detail: got.Detail}, got); diff != "" {
				t.Errorf("denial (-want +got):\n%s", diff)
			}
		})
	}
}

// brokenAuth cannot answer.
type brokenAuth struct{}

func (brokenAuth) CheckEdge(context.Context, care.SiteID, care.EdgeID, string) (bool, error) {
	return true, errors.New("the ledger is locked")
}

func TestAnEdgeIsNotLetInWhileItsSecretCannotBeChecked(t *testing.T) {
	b := start(t, Options{Auth: brokenAuth{}})
	b.OpenDevices()
	if err := client(t, b, signIn{user: "evergreen/room-203", password: "secret-203"}).connect(); err == nil {
		t.Error("signed in")
	}
}

func TestAnEdgeIsConfinedToItsOwnTopics(t *testing.T) {
	heard := make(denials, 16)
	b := start(t, Options{OnDenied: heard.hear})
	gateway := core(t, b, signIn{keep: true})
	for _, kind := range []string{"event", "reading", "state"} {
		if got := gateway.subscribe(t, "shouwang/v1/+/+/"+kind, 1); got != 1 {
			t.Fatalf("the core was granted 0x%02x for %s", got, kind)
		}
	}
	b.OpenDevices()
	edge := client(t, b, signIn{user: "evergreen/room-203", password: "secret-203"})
	if err := edge.connect(); err != nil {
		t.Fatal(err)
	}

	for _, own := range []string{"event", "reading", "state"} {
		edge.publish(t, "shouwang/v1/evergreen/room-203/"+own, own)
		m := gateway.next(t)
		if got, want := fmt.Sprintf("%s %s", m.Topic(), m.Payload()), "shouwang/v1/evergreen/room-203/"+own+" "+own; got != want {
			t.Errorf("the core got %q, want %q", got, want)
		}
	}

	for _, foreign := range []string{
		"shouwang/v1/evergreen/room-204/event", "shouwang/v1/elsewhere/room-203/event",
		"shouwang/v1/evergreen/room-203/committed", "shouwang/v1/core", "anything",
	} {
		edge.publish(t, foreign, "not mine") // PUBACKed: MQTT 3.1.1 cannot say no
		got := heard.next(t)
		want := Denial{Site: "evergreen", Edge: "room-203", Topic: foreign, Detail: got.Detail}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("denial (-want +got):\n%s", diff)
		}
	}
	// Nothing of that came through: the next that the core hears is this.
	edge.publish(t, "shouwang/v1/evergreen/room-203/event", "after")
	if got := string(gateway.next(t).Payload()); got != "after" {
		t.Errorf("the core got %q, want the next message of the edge's own topic", got)
	}

	for _, test := range []struct {
		topic string
		qos   byte
		want  byte
	}{
		{"shouwang/v1/evergreen/room-203/committed", 0, 0},
		{"shouwang/v1/evergreen/room-203/config", 0, 0},
		{"shouwang/v1/core", 0, 0},
		{"shouwang/v1/evergreen/room-204/committed", 0, 0x80},
		{"shouwang/v1/evergreen/room-204/event", 0, 0x80},
		{"shouwang/v1/+/+/event", 0, 0x80},
		{"#", 0, 0x80},
		{"$MQTT/msgs/#", 0, 0x80},
	} {
		if got := edge.subscribe(t, test.topic, test.qos); got != test.want {
			t.Errorf("subscription to %s at QoS %d was answered 0x%02x, want 0x%02x", test.topic, test.qos, got, test.want)
		}
	}
}

func TestAnEdgeHearsWhatTheCoreSaysToIt(t *testing.T) {
	b := start(t, Options{})
	gateway := core(t, b, signIn{})
	b.OpenDevices()
	if err := done(gateway.Publish("shouwang/v1/evergreen/room-203/config", 0, true, "desired")); err != nil {
		t.Fatal(err)
	}
	edge := client(t, b, signIn{user: "evergreen/room-203", password: "secret-203"})
	if err := edge.connect(); err != nil {
		t.Fatal(err)
	}
	// At QoS 0 nobody says when the broker has kept it: the first subscription
	// may hear it live, or be made too early for either.
	var m paho.Message
	for began := time.Now(); (m == nil || !m.Retained()) && time.Since(began) < patience; {
		edge.subscribe(t, "shouwang/v1/evergreen/room-203/config", 0)
		select {
		case m = <-edge.messages:
		case <-time.After(patience / 20):
		}
	}
	if m == nil || string(m.Payload()) != "desired" || !m.Retained() {
		t.Fatalf("got %v, want the retained configuration", m)
	}
	edge.subscribe(t, "shouwang/v1/evergreen/room-203/committed", 0)
	if err := done(gateway.Publish("shouwang/v1/evergreen/room-203/committed", 0, false, "ids")); err != nil {
		t.Fatal(err)
	}
	if got := string(edge.next(t).Payload()); got != "ids" {
		t.Errorf("got %q, want the acknowledgement", got)
	}
}

func TestTheWillOfAnEdgeIsHeardOnItsOwnTopicOnly(t *testing.T) {
	heard := make(denials, 16)
	b := start(t, Options{OnDenied: heard.hear})
	gateway := core(t, b, signIn{keep: true})
	gateway.subscribe(t, "shouwang/v1/+/+/state", 1)
	b.OpenDevices()

	// The same client id again takes the session over, which says no will; so
	// the connections are cut underneath.
	cut := func(user, password, will string) {
		edge := client(t, b, signIn{user: user, password: password, will: will})
		if err := edge.connect(); err != nil {
			t.Fatal(err)
		}
		sever(t, b, user)
	}
	cut("evergreen/room-204", "secret-204", "shouwang/v1/evergreen/room-203/state")
	if got := heard.next(t); got.Edge != "room-204" || got.Topic != "shouwang/v1/evergreen/room-203/state" {
		t.Errorf("denial: %+v, want the will of room-204 on the topic of room-203", got)
	}
	cut("evergreen/room-203", "secret-203", "shouwang/v1/evergreen/room-203/state")
	if m := gateway.next(t); m.Topic() != "shouwang/v1/evergreen/room-203/state" || string(m.Payload()) != "will" {
		t.Errorf("got %q on %s, want the will", m.Payload(), m.Topic())
	}
}

// sever cuts the connection of a user as a broken cable would.
func sever(t *testing.T, b *Broker, user string) {
	t.Helper()
	site, edge, _ := strings.Cut(user, "/")
	b.auth.mu.Lock()
	defer b.auth.mu.Unlock()
	for id, n := range b.auth.names {
		if n.edgeName == (edgeName{site, edge}) && b.auth.alive(id) {
			if err := b.srv.DisconnectClientByID(id); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("%s is not connected", user)
}

// register is one of secrets that change.
type register struct {
	mu    sync.Mutex
	known secrets
}

func (r *register) CheckEdge(ctx context.Context, site care.SiteID, edge care.EdgeID, secret string) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known.CheckEdge(ctx, site, edge, secret)
}

func (r *register) set(name, secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known = maps.Clone(r.known)
	if r.known[name] = secret; secret == "" {
		delete(r.known, name)
	}
}

// TestASecretThatWasChangedEndsTheConnection of whoever came in by the old one, with
// its will, and of no other edge; it is let in again by the new one only.
func TestASecretThatWasChangedEndsTheConnection(t *testing.T) {
	for name, secret := range map[string]string{"rotated": "another", "retired": ""} {
		t.Run(name, func(t *testing.T) {
			r := &register{known: twoEdges}
			b := start(t, Options{Auth: r})
			gateway := core(t, b, signIn{})
			if got := gateway.subscribe(t, "shouwang/v1/+/+/state", 1); got != 1 {
				t.Fatalf("the core was granted 0x%02x", got)
			}
			b.OpenDevices()
			edge := client(t, b, signIn{user: "evergreen/room-203", password: "secret-203", will: "shouwang/v1/evergreen/room-203/state"})
			other := client(t, b, signIn{user: "evergreen/room-204", password: "secret-204"})
			for _, c := range []*mqttClient{edge, other} {
				if err := c.connect(); err != nil {
					t.Fatal(err)
				}
			}
			r.set("evergreen/room-203", secret)
			if m := gateway.next(t); string(m.Payload()) != "will" {
				t.Errorf("got %q on %s, want the will", m.Payload(), m.Topic())
			}
			if err := client(t, b, signIn{user: "evergreen/room-203", password: "secret-203"}).connect(); !errors.Is(err, packets.ErrorRefusedNotAuthorised) {
				t.Errorf("by the old secret: %v", err)
			}
			if secret != "" {
				if err := client(t, b, signIn{user: "evergreen/room-203", password: secret}).connect(); err != nil {
					t.Errorf("by the new secret: %v", err)
				}
			}
			if !other.IsConnectionOpen() {
				t.Error("another edge was thrown out, too")
			}
		})
	}
}

func TestNamesOfGoneConnectionsAreForgotten(t *testing.T) {
	d := newDoorkeeper(nil, nil, nil)
	living := map[uint64]bool{3: true}
	d.alive = func(id uint64) bool { return living[id] }
	for id := range uint64(10 * firstSweep) {
		d.remember(id, signedIn{edgeName{"evergreen", "room-203"}, ""})
	}
	if len(d.names) > 2*firstSweep {
		t.Errorf("%d names are kept of 1 living connection", len(d.names))
	}
	if _, ok := d.edgeOf(3); !ok {
		t.Error("the name of a living connection was forgotten")
	}
}
