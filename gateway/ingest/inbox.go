package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// message is one message on its way through the core.
type message struct {
	topic    string
	payload  []byte // of one that is too large only the beginning
	size     int    // of the whole payload
	id       string // of an event that is too large, where it could be read
	retained bool
	received time.Time
	via      string
	// answer is told the outcome of an event that came over HTTPS.
	answer func(care.Receipt, error)

	key [sha256.Size]byte
	// acks are the acknowledgements owed, by MQTT packet identifier: a broker
	// that delivers the message again does so under the same identifier, or
	// under another when it was published twice or after a reconnect.
	acks map[uint16]func()
}

func newMessage(topic string, payload []byte, via string) *message {
	m := &message{topic: topic, payload: payload, size: len(payload), received: time.Now(), via: via}
	if m.size > care.MaxPacket {
		// It will be refused. Whoever sent it is to know, but a window full of
		// these must not fill the memory.
		var head struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(payload, &head) == nil && len(head.ID) <= 128 {
			m.id = head.ID
		}
		m.payload = append([]byte(nil), payload[:MaxKept]...)
	}
	return m
}

// tooLarge reports whether the payload is over care.MaxPacket.
func (m *message) tooLarge() bool { return m.size > care.MaxPacket }

// inbox holds the messages of one kind that are not yet dealt with, in order.
// It needs no bound of its own: a broker sends no more than its window without
// an acknowledgement, and a message that comes again while it is pending joins
// the one that is here.
type inbox struct {
	mu      sync.Mutex
	pending map[[sha256.Size]byte]*message
	queue   []*message
	wake    chan struct{}
}

func newInbox() *inbox {
	return &inbox{pending: map[[sha256.Size]byte]*message{}, wake: make(chan struct{}, 1)}
}

// put adds a message that came over MQTT with a packet identifier; ack
// acknowledges it. It never blocks. It returns false when the message is
// pending already: then both deliveries are acknowledged together.
func (b *inbox) put(m *message, packet uint16, ack func()) bool {
	h := sha256.New()
	h.Write([]byte(m.topic))
	if m.retained {
		h.Write([]byte{1})
	} else {
		h.Write([]byte{0})
	}
	h.Write(m.payload)
	h.Sum(m.key[:0])

	b.mu.Lock()
	if old, ok := b.pending[m.key]; ok && old.size == m.size {
		old.acks[packet] = ack
		b.mu.Unlock()
		return false
	}
	m.acks = map[uint16]func(){packet: ack}
	b.pending[m.key] = m
	b.queue = append(b.queue, m)
	b.mu.Unlock()
	b.signal()
	return true
}

// push adds a message that nobody sends again, such as one over HTTPS.
func (b *inbox) push(m *message) {
	b.mu.Lock()
	b.queue = append(b.queue, m)
	b.mu.Unlock()
	b.signal()
}

func (b *inbox) signal() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// take waits for messages and returns all that are there, at most limit. It
// returns nil when ctx ends.
func (b *inbox) take(ctx context.Context, limit int) []*message {
	for ctx.Err() == nil {
		b.mu.Lock()
		if n := min(limit, len(b.queue)); n > 0 {
			batch := append([]*message(nil), b.queue[:n]...)
			clear(b.queue[:n]) // let go of what was taken
			b.queue = b.queue[n:]
			b.mu.Unlock()
			return batch
		}
		b.queue = nil
		b.mu.Unlock()
		select {
		case <-b.wake:
		case <-ctx.Done():
		}
	}
	return nil
}

// done acknowledges messages that are kept, or refused for good.
func (b *inbox) done(batch ...*message) {
	for _, m := range batch {
		b.mu.Lock()
		acks := m.acks
		m.acks = nil
		if b.pending[m.key] == m {
			delete(b.pending, m.key)
		}
		b.mu.Unlock()
		for _, ack := range acks {
			ack()
		}
	}
}

// size returns how many messages are pending.
func (b *inbox) size() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.pending)
}
