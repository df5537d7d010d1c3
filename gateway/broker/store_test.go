package broker

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestAFullStoreRefusesSendersAndNotTheCore(t *testing.T) {
	heard := make(denials, 4096)
	b := start(t, Options{MessageBytes: 256 << 10, OnDenied: heard.hear})
	session := signIn{id: "core-events", keep: true}
	first := core(t, b, session)
	if got := first.subscribe(t, "shouwang/v1/+/+/event", 1); got != 1 {
		t.Fatalf("granted 0x%02x", got)
	}
	if err := b.ReserveHeadroom(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.ReserveHeadroom(t.Context()); err != nil {
		t.Fatalf("the second time: %v", err)
	}
	first.Disconnect(100)

	b.OpenDevices()
	edge := client(t, b, signIn{user: "evergreen/room-203", password: "secret-203"})
	if err := edge.connect(); err != nil {
		t.Fatal(err)
	}
	const topic = "shouwang/v1/evergreen/room-203/event"
	acknowledged := 0
	var refused error
	for i := range 100 {
		payload := fmt.Sprintf("%03d%s", i, strings.Repeat(".", 8<<10))
		if refused = done(edge.Publish(topic, 1, false, payload)); refused != nil {
			break
		}
		acknowledged++
	}
	if refused == nil || errors.Is(refused, errLate) {
		t.Fatalf("a full store took everything or hung: %v", refused)
	}
	if d := heard.next(t); !strings.Contains(d.Detail, "store is full") || d.Edge != "room-203" {
		t.Errorf("denial: %+v, want a full store and who met it", d)
	}

	// The core comes back, finds all that was acknowledged, and makes room.
	again := core(t, b, session)
	again.subscribe(t, "shouwang/v1/+/+/event", 1)
	for i := range acknowledged {
		if got, want := string(again.next(t).Payload()[:3]), fmt.Sprintf("%03d", i); got != want {
			t.Fatalf("message %d is %s, want %s", i, got, want)
		}
	}
	edge = client(t, b, signIn{user: "evergreen/room-203", password: "secret-203"})
	if err := edge.connect(); err != nil {
		t.Fatal(err)
	}
	edge.publish(t, topic, "after")
}

func TestMessagesOutliveTheBroker(t *testing.T) {
	dir := t.TempDir()
	session := signIn{id: "core-events", keep: true, manual: true}
	b := start(t, Options{Dir: dir})
	gateway := core(t, b, session)
	gateway.subscribe(t, "shouwang/v1/+/+/event", 1)
	b.OpenDevices()
	edge := client(t, b, signIn{user: "evergreen/room-203", password: "secret-203"})
	if err := edge.connect(); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		edge.publish(t, "shouwang/v1/evergreen/room-203/event", fmt.Sprint(i))
	}
	for range 3 {
		gateway.next(t).Ack()
	}
	gateway.Disconnect(200)
	b.Close()

	b = start(t, Options{Dir: dir})
	gateway = core(t, b, session) // no new subscription: the session has it
	missing := map[string]bool{}
	for i := 3; i < 10; i++ {
		missing[fmt.Sprint(i)] = true
	}
	for len(missing) > 0 {
		m := gateway.next(t)
		delete(missing, string(m.Payload()))
		m.Ack()
	}
}
