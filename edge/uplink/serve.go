package uplink

import (
	"container/heap"
	"context"
	"slices"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// sender is the sending side of one connection. All but the acknowledgements is
// used by one goroutine.
type sender struct {
	u *Uplink
	c *connection

	eventCursor uint64 // events up to here were sent on this connection
	packCursor  uint64
	due         dueQueue // events to send again
	nextState   time.Time

	mu       sync.Mutex
	inFlight int      // events without PUBACK
	packs    int      // packs without PUBACK
	taken    []uint64 // packs with PUBACK, to be deleted
}

// serve sends on a connection until it breaks or ctx ends. Whatever waits is
// sent once more on each connection, oldest first: the broker's memory of the
// last one is no proof.
func (u *Uplink) serve(ctx context.Context, c *connection) error {
	s := &sender{u: u, c: c}
	u.setConnected(true)
	for {
		wait, err := s.pass(time.Now())
		if err != nil {
			return err
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case err := <-c.lost:
			t.Stop()
			if err == nil {
				err = errClosed
			}
			return err
		case <-u.wake:
			t.Stop()
		case <-t.C:
		}
	}
}

// pass sends all that may be sent now, events first, and returns for how long
// nothing is due.
func (s *sender) pass(now time.Time) (time.Duration, error) {
	for {
		if err := s.newEvents(now); err != nil {
			return 0, err
		}
		if err := s.oldEvents(now); err != nil {
			return 0, err
		}
		if err := s.stateIfDue(now); err != nil {
			return 0, err
		}
		s.dropTaken()
		// One pack at a time, so that an event raised meanwhile overtakes the rest.
		if sent, err := s.onePack(); err != nil || !sent {
			return s.wait(time.Now()), err
		}
		now = time.Now()
	}
}

func (s *sender) wait(now time.Time) time.Duration {
	wait := s.nextState.Sub(now)
	if len(s.due) > 0 {
		s.u.mu.Lock()
		hold, heard := s.u.holdUntil, now.Sub(s.u.heard) <= coreSilent
		s.u.mu.Unlock()
		if heard { // else the next heartbeat wakes us
			at := s.due[0].at
			if hold.After(at) {
				at = hold
			}
			wait = min(wait, at.Sub(now))
		}
	}
	return max(wait, time.Millisecond)
}

func (s *sender) room() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maxInFlight - s.inFlight
}

// newEvents sends what was not sent on this connection.
func (s *sender) newEvents(now time.Time) error {
	for {
		room := s.room()
		if room <= 0 {
			return nil
		}
		items := s.u.spool.Events(s.eventCursor, room)
		for _, item := range items {
			s.eventCursor = item.Ref
			s.u.mu.Lock()
			d := s.u.track(item, now)
			s.u.mu.Unlock()
			if err := s.send(d, now); err != nil {
				return err
			}
		}
		if len(items) == 0 {
			return nil
		}
	}
}

// oldEvents sends again what the core has not answered though it is alive.
func (s *sender) oldEvents(now time.Time) error {
	s.u.mu.Lock()
	heard := now.Sub(s.u.heard) <= coreSilent && !now.Before(s.u.holdUntil)
	s.u.mu.Unlock()
	for heard && len(s.due) > 0 && !s.due[0].at.After(now) && s.room() > 0 {
		ref := heap.Pop(&s.due).(dueItem).ref
		s.u.mu.Lock()
		d := s.u.waiting[ref]
		s.u.mu.Unlock()
		if d == nil {
			continue // answered meanwhile
		}
		if err := s.send(d, now); err != nil {
			return err
		}
	}
	return nil
}

// send hands one event to the broker and notes when it is due again.
func (s *sender) send(d *delivery, now time.Time) error {
	payload, ok, err := s.u.spool.Event(d.ref)
	if err != nil {
		s.u.cfg.Log.Error("an event cannot be read back", "id", d.id, "err", err)
	}
	s.u.mu.Lock()
	d.tries++
	again := now.Add(backoff(d.tries))
	if ok && err == nil && d.sent.IsZero() {
		d.sent = now
		d.post = now.Add(httpsAfter)
	}
	if !ok {
		delete(s.u.waiting, d.ref)
	}
	s.u.mu.Unlock()
	if !ok {
		return nil
	}
	heap.Push(&s.due, dueItem{again, d.ref})
	if err != nil {
		return nil // the disk may read it the next time
	}
	s.mu.Lock()
	s.inFlight++
	s.mu.Unlock()
	if f := s.u.cfg.Published; f != nil {
		f(d.id, time.Now())
	}
	return s.c.publish(s.u.topic(care.KindEvent), false, payload, func() {
		s.mu.Lock()
		s.inFlight--
		full := s.inFlight == maxInFlight-1
		s.mu.Unlock()
		if full {
			poke(s.u.wake)
		}
	})
}

// stateIfDue sends the state each minute and when it was asked for.
func (s *sender) stateIfDue(now time.Time) error {
	s.u.mu.Lock()
	due := s.u.announce || !now.Before(s.nextState)
	s.u.announce = false
	s.u.mu.Unlock()
	if !due {
		return nil
	}
	s.nextState = now.Add(stateEvery)
	b, err := s.u.state(s.c.number, true)
	if err != nil {
		return err
	}
	return s.c.publish(s.u.topic(care.KindState), true, b, nil)
}

// onePack sends the next pack of readings if not too many are on the way.
func (s *sender) onePack() (sent bool, err error) {
	s.mu.Lock()
	full := s.packs >= maxPacks
	s.mu.Unlock()
	if full {
		return false, nil
	}
	refs := s.u.spool.Packs(s.packCursor, 1)
	if len(refs) == 0 {
		return false, nil
	}
	ref := refs[0]
	s.packCursor = ref
	payload, ok, err := s.u.spool.Pack(ref)
	if err != nil {
		s.u.cfg.Log.Error("a pack of readings cannot be read back", "err", err)
	}
	if !ok || err != nil {
		return true, nil // shed meanwhile, or damaged: on to the next
	}
	s.mu.Lock()
	s.packs++
	s.mu.Unlock()
	return true, s.c.publish(s.u.topic(care.KindReading), false, payload, func() {
		s.mu.Lock()
		s.packs--
		s.taken = append(s.taken, ref)
		s.mu.Unlock()
		poke(s.u.wake)
	})
}

// dropTaken deletes the packs that the broker has taken.
func (s *sender) dropTaken() {
	s.mu.Lock()
	taken := slices.Clone(s.taken)
	s.taken = s.taken[:0]
	s.mu.Unlock()
	for _, ref := range taken {
		if err := s.u.spool.DropPack(ref); err != nil {
			s.u.cfg.Log.Error("readings that were delivered may be sent again", "err", err)
		}
	}
}

// dueQueue orders events by when they are to be sent again.
type dueQueue []dueItem

type dueItem struct {
	at  time.Time
	ref uint64
}

func (q dueQueue) Len() int           { return len(q) }
func (q dueQueue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q dueQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *dueQueue) Push(x any) { *q = append(*q, x.(dueItem)) }

// Pop implements heap.Interface.
func (q *dueQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
