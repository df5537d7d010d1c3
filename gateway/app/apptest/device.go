package apptest

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"shouwang.care/shouwang/alerts/care"
)

// Device is an edge as it looks on the wire: it sends what it is told and
// hears the core's answers. It keeps nothing.
type Device struct {
	t        testing.TB
	client   paho.Client
	Answers  <-chan care.Committed
	sequence uint64
}

// Connect signs an edge of Plan in. Its connection ends with the test.
func Connect(t testing.TB, mqtt string, edge care.EdgeID) *Device {
	t.Helper()
	answers := make(chan care.Committed, 1024)
	hears := make(chan struct{})
	heard := sync.OnceFunc(func() { close(hears) })
	o := paho.NewClientOptions().AddBroker(mqtt).SetProtocolVersion(4).SetCleanSession(true).
		SetClientID(care.NewID()).SetUsername(string(Site) + "/" + string(edge)).SetPassword(Secret).
		SetConnectTimeout(Patience).SetConnectRetry(true).SetConnectRetryInterval(100 * time.Millisecond).
		SetAutoReconnect(true).SetMaxReconnectInterval(500 * time.Millisecond)
	o.SetOnConnectHandler(func(c paho.Client) {
		subscribed := c.Subscribe(care.Topic(Site, edge, care.KindCommitted), 0, func(_ paho.Client, m paho.Message) {
			var a care.Committed
			if err := json.Unmarshal(m.Payload(), &a); err != nil {
				t.Errorf("the core's answer is not JSON: %v", err)
				return
			}
			answers <- a
		})
		// An answer to what is sent before is not heard.
		if subscribed.WaitTimeout(Patience) && subscribed.Error() == nil {
			heard()
		}
	})
	d := &Device{t: t, client: paho.NewClient(o), Answers: answers}
	d.wait(d.client.Connect())
	t.Cleanup(func() { d.client.Disconnect(100) })
	select {
	case <-hears:
	case <-time.After(Patience):
		t.Fatal("the broker does not let the edge hear the core's answers")
	}
	return d
}

func (d *Device) wait(token paho.Token) {
	d.t.Helper()
	if !token.WaitTimeout(Patience) {
		d.t.Fatal("the broker does not answer")
	}
	if err := token.Error(); err != nil {
		d.t.Fatal(err)
	}
}

// Event returns a new event of the room's edge that happened now.
func (d *Device) Event(class care.Class, phase care.Phase, point care.PointID) care.Event {
	d.sequence++
	return care.Event{
		Site: Site, Edge: Edge, Device: "test", ID: care.NewID(), Class: class, Phase: phase, Point: point,
		Time: time.Now().UTC(), Sequence: d.sequence,
	}
}

// Send publishes an event and returns when the broker has taken it.
func (d *Device) Send(e care.Event) {
	d.t.Helper()
	payload, err := e.Encode()
	if err != nil {
		d.t.Fatal(err)
	}
	d.Publish(care.Topic(e.Site, e.Edge, care.KindEvent), payload)
}

// Try sends an event and reports whether it was answered within d. The broker
// may be away.
func (d *Device) Try(e care.Event, patience time.Duration) bool {
	payload, err := e.Encode()
	if err != nil {
		d.t.Error(err)
		return true
	}
	d.client.Publish(care.Topic(e.Site, e.Edge, care.KindEvent), 1, false, payload)
	deadline := time.After(patience)
	for {
		select {
		case a := <-d.Answers:
			if slices.Contains(a.IDs, e.ID) {
				return true
			}
		case <-deadline:
			return false
		}
	}
}

// Publish publishes anything and returns when the broker has taken it.
func (d *Device) Publish(topic string, payload []byte) {
	d.t.Helper()
	d.wait(d.client.Publish(topic, 1, false, payload))
}

// Answer waits for the answer to an event and returns why it was refused, empty
// when it is committed.
func (d *Device) Answer(id string) (refused string) {
	d.t.Helper()
	deadline := time.After(Patience)
	for {
		select {
		case a := <-d.Answers:
			for _, r := range a.Refused {
				if r.ID == id {
					return r.Reason
				}
			}
			if slices.Contains(a.IDs, id) {
				return ""
			}
		case <-deadline:
			d.t.Fatalf("no answer to event %s", id)
		}
	}
}
