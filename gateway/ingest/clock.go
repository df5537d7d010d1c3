package ingest

import (
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Limits of the clock rule, which the package comment tells.
const (
	// offsetTolerated is the offset that a network alone may cause.
	offsetTolerated = 5 * time.Second
	// aheadTolerated is how far ahead of its receipt an event may be.
	aheadTolerated = 2 * time.Minute
	// ageTolerated is how long an edge may keep an event and be believed.
	ageTolerated = 30 * 24 * time.Hour
	// catchUp is the time after a connection of the core in which messages may
	// come that waited for it in the broker.
	catchUp = 10 * time.Second
)

// correct returns when an event happened that an edge sent with the time sent.
func correct(sent, received time.Time, offset time.Duration) (time.Time, care.ClockMark) {
	if sent.IsZero() {
		return received, care.ClockReceived
	}
	at, mark := sent, care.ClockTrusted
	if offset.Abs() > offsetTolerated {
		at, mark = sent.Add(offset), care.ClockOffset
		if ahead := at.Sub(received); ahead > 0 && ahead <= aheadTolerated {
			at = received
		}
	}
	if at.Sub(received) > aheadTolerated || received.Sub(at) > ageTolerated {
		return received, care.ClockReceived
	}
	return at, mark
}

// clock is what is known of one edge's clock.
type clock struct {
	boot string
	// offset is 0 until another was measured, which does the same.
	offset time.Duration
	// candidate is a positive offset that waits for a second state to confirm
	// it.
	candidate time.Duration
	waiting   bool
}

// clocks hold the measured offsets of edges.
type clocks struct {
	mu    sync.Mutex
	edges map[people.SiteEdge]clock
}

// restore sets what was known before this process.
func (c *clocks) restore(s EdgeState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.edges[people.SiteEdge{Site: s.Site, Edge: s.Edge}] = clock{boot: s.State.Boot, offset: s.Offset}
}

// get returns the offset of an edge, 0 when none was measured.
func (c *clocks) get(edge people.SiteEdge) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.edges[edge].offset
}

// measure learns from a state that an edge sent while connected, and returns
// the offset of the edge. The offset is the time of receipt less the time of
// sending, so it includes the delay on the way. A state may have waited in the
// broker while the core was away, which makes the edge's clock seem behind;
// nothing makes it seem ahead. So while backlog is true, an offset of more
// than +5 s counts only when a second state shows the same. A new boot is a
// new clock.
func (c *clocks) measure(edge people.SiteEdge, s care.State, received time.Time, backlog bool) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.edges[edge]
	if k.boot != s.Boot {
		k = clock{boot: s.Boot}
	}
	offset := received.Sub(s.Time)
	switch {
	case s.Time.IsZero():
		// A clock that tells nothing: events say the same and are handled so.
	case offset <= offsetTolerated, !backlog, k.waiting && (offset-k.candidate).Abs() <= offsetTolerated:
		k.offset, k.waiting = offset, false
	default:
		k.candidate, k.waiting = offset, true
	}
	c.edges[edge] = k
	return k.offset
}
