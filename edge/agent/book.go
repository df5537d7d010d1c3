package agent

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/spool"
)

const (
	// packAfter is for how long readings gather before they become one pack. Those
	// of one edge's devices are due together, give or take an interval, so this is
	// one pack a minute.
	packAfter = 10 * time.Second
	// packMax keeps a pack under the contract's packet size: a record is at most
	// about 150 bytes.
	packMax = 1000
	// againAfter is when a disk that failed is tried again.
	againAfter = 2 * time.Second
	// queueMax bounds what waits for a disk that hangs or is full.
	queueMax = 10_000
)

// book writes down what the devices say: events at once and in order, readings
// in packs. It stands between devices and disk, so that a card that hangs for a
// second does not make an accelerometer lose samples.
type book struct {
	spool  *spool.Spool
	up     carrier
	active *conditions
	soiled *baselines
	own    *data
	log    *slog.Logger
	wake   chan struct{}

	mu       sync.Mutex
	events   []care.Event
	readings []care.Reading
	first    time.Time // when the oldest of the readings came

	// Used by keep only.
	unsafe   bool // events are in memory only
	full     bool // the oldest event found no room
	packLost bool // the last pack could not be written
}

func newBook(sp *spool.Spool, up carrier, active *conditions, soiled *baselines, own *data, log *slog.Logger) *book {
	return &book{spool: sp, up: up, active: active, soiled: soiled, own: own, log: log, wake: make(chan struct{}, 1)}
}

// event takes an event to be written and sent. It does not wait.
func (b *book) event(e care.Event) {
	b.mu.Lock()
	b.events = append(b.events, e)
	var lost care.Event
	over := len(b.events) > queueMax
	if over {
		lost, b.events = b.events[0], b.events[1:]
	}
	b.mu.Unlock()
	if over {
		b.log.Error("an event is lost: the disk takes none, and 10,000 wait in memory", "type", lost.Type(), "point", lost.Point, "time", lost.Time, "data", string(lost.Data))
	}
	b.poke()
}

// reading takes readings for the next pack. It does not wait.
func (b *book) reading(r ...care.Reading) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.readings) == 0 {
		b.first = time.Now()
		b.poke()
	}
	if len(b.readings) < queueMax {
		b.readings = append(b.readings, r...)
	}
}

func (b *book) poke() {
	select {
	case b.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// keep writes until done is closed, and then what is left.
func (b *book) keep(done <-chan struct{}) {
	for {
		b.writeEvents()
		b.flush()
		t := time.NewTimer(b.writePack(false))
		select {
		case <-done:
			t.Stop()
			b.writeEvents()
			b.writePack(true)
			return
		case <-b.wake:
			t.Stop()
		case <-t.C:
		}
	}
}

// writeEvents puts the events that wait into the spool, oldest first. One that
// finds no room at all stays the first, so that the order is kept.
func (b *book) writeEvents() {
	for {
		b.mu.Lock()
		if len(b.events) == 0 {
			b.events = nil
			b.mu.Unlock()
			break
		}
		e := b.events[0]
		b.mu.Unlock()
		kept, err := b.spool.PutEvent(e)
		if errors.Is(err, spool.ErrFull) {
			if !b.full {
				b.log.Error("an event finds no room; it waits in memory until older ones are answered: see that the gateway can be reached", "id", e.ID, "type", e.Type(), "err", err)
			}
			b.full = true
			break
		}
		b.full = false
		switch {
		case errors.Is(err, spool.ErrNotDurable):
			b.unsafe = true
			b.log.Error("an event could not be written to the disk; it is sent from memory", "id", e.ID, "type", e.Type(), "err", err)
		case err != nil:
			b.log.Error("an event cannot be kept and is lost", "type", e.Type(), "point", e.Point, "time", e.Time, "data", string(e.Data), "err", err)
		}
		b.log.Info("event", "type", kept.Type(), "device", kept.Device, "point", kept.Point, "id", kept.ID, "sequence", kept.Sequence)
		b.mu.Lock()
		if len(b.events) > 0 && b.events[0].ID == e.ID { // not dropped meanwhile
			b.events = b.events[1:]
		}
		b.mu.Unlock()
		b.up.Wake()
	}
	// After the events: it must not delay them. A power cut in between costs the
	// report of an end.
	if err := b.active.save(b.own); err != nil && !errors.Is(err, errUnusable) {
		b.log.Error("what is active could not be written; its end may go unreported after a restart", "err", err)
	}
	if err := b.soiled.save(b.own); err != nil && !errors.Is(err, errUnusable) {
		b.log.Warn("how soiled the smoke chambers are could not be written; they may alarm early for some hours after a restart", "err", err)
	}
}

// flush brings events that are in memory only to the disk.
func (b *book) flush() {
	if b.unsafe && b.spool.Flush() == nil {
		b.unsafe = false
		b.log.Info("the disk takes events again; those in memory are written")
	}
}

// writePack writes the readings if they are due, or anyway, and returns for how
// long nothing is to be done.
func (b *book) writePack(anyway bool) time.Duration {
	b.mu.Lock()
	age := time.Since(b.first)
	due := len(b.readings) > 0 && (anyway || age >= packAfter || len(b.readings) >= packMax)
	var pack []care.Reading
	if due {
		n := min(len(b.readings), packMax)
		pack = b.readings[:n:n]
		b.readings = b.readings[n:]
	}
	wait := time.Hour
	if len(b.readings) > 0 {
		wait = max(0, packAfter-age)
	}
	b.mu.Unlock()
	if due {
		err := b.spool.PutReadings(pack)
		if err != nil && !b.packLost { // said once, not each minute
			b.log.Error("readings are lost until the disk takes them again", "err", err)
		}
		b.packLost = err != nil
		b.up.Wake()
	}
	if b.unsafe || b.full {
		wait = min(wait, againAfter)
	}
	return wait
}
