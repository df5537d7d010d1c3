package uplink

import (
	"sync"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// tracker is the MQTT client's store. It keeps nothing: it is where a PUBACK can
// be seen, since the client deletes a message from its store for no other reason
// on a connection of its own (and completes tokens for several). It implements
// paho's Store.
type tracker struct {
	mu sync.Mutex
	// next is to be called when the message that is about to be published is
	// acknowledged.
	next    func()
	waiting map[string]func()
}

func newTracker() *tracker { return &tracker{waiting: map[string]func(){}} }

// expect sets what to do when the next message that is published is
// acknowledged. Publishing is done by one goroutine at a time.
func (t *tracker) expect(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next = f
}

// Put is called while a message is published, before it is sent.
func (t *tracker) Put(key string, p packets.ControlPacket) {
	if _, ok := p.(*packets.PublishPacket); !ok || key[:2] != "o." {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting[key], t.next = t.next, nil
}

// Del is called when a message was acknowledged.
func (t *tracker) Del(key string) {
	t.mu.Lock()
	f := t.waiting[key]
	delete(t.waiting, key)
	t.mu.Unlock()
	if f != nil {
		f()
	}
}

// Open has nothing to open.
func (t *tracker) Open() {}

// Get returns nothing: no message is ever resumed from here.
func (t *tracker) Get(string) packets.ControlPacket { return nil }

// All returns nothing, for the same reason.
func (t *tracker) All() []string { return nil }

// Close has nothing to close.
func (t *tracker) Close() {}

// Reset has nothing to forget: it is called on a new connection.
func (t *tracker) Reset() {}
