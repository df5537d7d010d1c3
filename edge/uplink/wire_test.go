package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/spool"
)

// The stories here run in virtual time over wires in memory. At their other end
// is no broker but a hand that takes MQTT packets and answers, or does not: no
// real broker can be told to withhold a PUBACK. The real one is in edge/agent.

// packet is a publication that came over the wire.
type packet struct {
	at      time.Time
	kind    care.Kind
	payload []byte
	id      uint16
	conn    int // number of the connection, from 1
	retain  bool
}

// wire is the far end.
type wire struct {
	start time.Time

	mu       sync.Mutex
	down     bool          // no connection is possible
	silent   bool          // CONNECT gets no answer
	slow     time.Duration // before CONNECT is answered
	denies   bool          // subscriptions are denied
	refuses  bool          // CONNECT is refused: the secret is wrong
	holds    map[care.Kind]bool
	conns    []net.Conn
	connects []*packets.ConnectPacket
	got      []packet
}

func (w *wire) dial(*url.URL) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		return nil, errors.New("connection refused")
	}
	near, far := net.Pipe()
	w.conns = append(w.conns, far)
	go w.serve(far, len(w.conns))
	return near, nil
}

// serve answers one connection until it breaks.
func (w *wire) serve(c net.Conn, number int) {
	defer c.Close()
	for {
		p, err := packets.ReadPacket(c)
		if err != nil {
			return
		}
		w.mu.Lock()
		silent, denies, refuses, slow := w.silent, w.denies, w.refuses, w.slow
		w.mu.Unlock()
		var answer packets.ControlPacket
		switch p := p.(type) {
		case *packets.ConnectPacket:
			w.mu.Lock()
			w.connects = append(w.connects, p)
			w.mu.Unlock()
			time.Sleep(slow)
			if !silent {
				ack := packets.NewControlPacket(packets.Connack).(*packets.ConnackPacket)
				if refuses {
					ack.ReturnCode = packets.ErrRefusedNotAuthorised
				}
				answer = ack
			}
		case *packets.SubscribePacket:
			ack := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
			ack.MessageID, ack.ReturnCodes = p.MessageID, make([]byte, len(p.Topics))
			for i := range ack.ReturnCodes {
				if denies {
					ack.ReturnCodes[i] = 0x80
				}
			}
			answer = ack
		case *packets.PingreqPacket:
			answer = packets.NewControlPacket(packets.Pingresp)
		case *packets.PublishPacket:
			answer = w.published(p, number)
		case *packets.DisconnectPacket:
			return
		}
		if answer != nil && answer.Write(c) != nil {
			return
		}
	}
}

func (w *wire) published(p *packets.PublishPacket, number int) packets.ControlPacket {
	_, _, kind, err := care.ParseTopic(p.TopicName)
	if err != nil {
		panic(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got = append(w.got, packet{time.Now(), kind, p.Payload, p.MessageID, number, p.Retain})
	if w.holds[kind] {
		return nil
	}
	return puback(p.MessageID)
}

func puback(id uint16) packets.ControlPacket {
	ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
	ack.MessageID = id
	return ack
}

// cut breaks all connections.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
}

// last returns the newest connection.
func (w *wire) last() net.Conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.conns[len(w.conns)-1]
}

func (w *wire) hold(kind care.Kind, hold bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holds[kind] = hold
}

// of returns what came of a kind, with the seconds since the start.
func (w *wire) of(kind care.Kind) []packet {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []packet
	for _, p := range w.got {
		if p.kind == kind {
			list = append(list, p)
		}
	}
	return list
}

// order lists events by id and packs by number, in the order of the wire.
func (w *wire) order() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for _, p := range w.got {
		switch p.kind {
		case care.KindEvent:
			e, err := care.ParseEvent(p.payload)
			if err != nil {
				panic(err)
			}
			list = append(list, e.ID)
		case care.KindReading:
			list = append(list, packName(p.payload))
		}
	}
	return list
}

func packName(payload []byte) string {
	readings, _, err := care.ParsePack("evergreen", payload, time.Now())
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("pack %g", readings[0].Value)
}

// rig is an uplink on a wire, in a bubble.
type rig struct {
	*wire
	t     *testing.T
	spool *spool.Spool
	up    *Uplink
	log   *strings.Builder
	stop  func()
}

// inBubble runs a story with an uplink whose spool is on a real disk.
func inBubble(t *testing.T, story func(*rig)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sp, err := spool.Open(dir, spool.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := &rig{t: t, spool: sp, wire: &wire{start: time.Now(), holds: map[care.Kind]bool{}}, log: &strings.Builder{}}
		r.up = New(Config{
			Site: "evergreen", Edge: "room-203", MQTT: []string{"tcp://far.end:1883"}, Secret: "not-a-secret", ClientID: "0123456789abcdef",
			Version: "1.2.3", Boot: "boot", Log: slog.New(slog.NewTextHandler(r.log, nil)),
			Devices: func() []care.DeviceState { return []care.DeviceState{{ID: "call", Model: "contact"}} },
		}, sp)
		r.up.dial = r.dial
		story(r)
		if r.stop != nil {
			r.stop()
		}
		if err := sp.Close(); err != nil {
			t.Error(err)
		}
	})
}

// begin starts the uplink and waits until it is connected.
func (r *rig) begin() {
	r.t.Helper()
	r.start = time.Now()
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	go func() { done <- r.up.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Errorf("the uplink ended with: %v", err)
		}
		r.cut()
	})
	synctest.Wait()
}

// event puts an event with an id into the spool.
func (r *rig) event(id string) {
	r.t.Helper()
	if _, err := r.spool.PutEvent(event(id)); err != nil {
		r.t.Fatal(err)
	}
	r.up.Wake()
	synctest.Wait()
}

func event(id string) care.Event {
	return care.Event{Site: "evergreen", Edge: "room-203", Device: "call", ID: id, Class: care.Call, Phase: care.Active, Point: "r203-call", Time: time.Now()}
}

// pack puts a pack with a number into the spool.
func (r *rig) pack(n int) {
	r.t.Helper()
	if err := r.spool.PutReadings([]care.Reading{{Site: "evergreen", Point: "air", Quantity: care.Temperature, Time: time.Now(), Value: float64(n)}}); err != nil {
		r.t.Fatal(err)
	}
	r.up.Wake()
	synctest.Wait()
}

// say publishes something to the uplink, as a broker does at QoS 0.
func (r *rig) say(topic string, payload any) {
	r.t.Helper()
	b, ok := payload.([]byte)
	if !ok {
		var err error
		if b, err = json.Marshal(payload); err != nil {
			r.t.Fatal(err)
		}
	}
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	p.TopicName, p.Payload = topic, b
	if err := p.Write(r.last()); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

var committedTopic = care.Topic("evergreen", "room-203", care.KindCommitted)

// beat is a sign of life of the core.
func (r *rig) beat() {
	r.t.Helper()
	r.say(care.CoreTopic, care.CoreBeat{Time: time.Now()})
}

// beatFor lets time pass with a living core.
func (r *rig) beatFor(d time.Duration) {
	r.t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		r.beat()
		r.wait(min(30*time.Second, time.Until(end)))
	}
}

func (r *rig) wait(d time.Duration) {
	time.Sleep(d) // time of the bubble
	synctest.Wait()
}

// waiting returns the ids of the events in the spool.
func (r *rig) waiting() []string {
	var ids []string
	for _, i := range r.spool.Events(0, 1000) {
		ids = append(ids, i.ID)
	}
	return ids
}

// seconds returns when packets came since the start.
func (r *rig) seconds(list []packet) []int {
	var s []int
	for _, p := range list {
		s = append(s, int(p.at.Sub(r.start).Seconds()))
	}
	return s
}
