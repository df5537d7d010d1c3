package supervise

import (
	"time"

	"shouwang.care/shouwang/alerts/care"
)

const (
	// statesNeeded is how many states in a row must show a growing spool or a
	// wrong clock, and how many a spool that is well again.
	statesNeeded = 3
	// A clock is wrong beyond clockWrong and right again below clockRight.
	clockWrong = 60 * time.Second
	clockRight = 30 * time.Second
)

// verdict is what is known of a condition that has two limits: between them,
// and after a start, it stays as the book has it.
type verdict int

const (
	undecided verdict = iota
	bad
	good
)

// edge is what is known of an edge agent.
type edge struct {
	known time.Duration // since when it is registered
	// heard is when its latest state came that it sent while connected to us.
	heard   time.Duration
	isHeard bool
	// back is when it was heard again after it had been lost.
	back time.Duration
	// settles is until when its points may take to be heard after it was late.
	settles time.Duration
	// wasLost says that it was lost at some time since deadlines began.
	wasLost bool

	state    care.State
	hasState bool
	stateAt  time.Time // by the wall clock
	offset   time.Duration
	// offline is since when it is offline, while its state says so.
	offline time.Duration

	waiting, fine int // states in a row with and without events waiting
	skewed        int // states in a row with a wrong clock
	spool, clock  verdict
}

// lost says whether the edge is offline or was not heard for too long, and
// since when. It is ripe when that is to be reported.
func (e *edge) lost(base, up time.Duration) (lost bool, since time.Duration, ripe bool) {
	if e.hasState && !e.state.Online {
		since = max(e.offline, base)
		return true, since, up-since >= willGrace
	}
	if !e.hasState {
		return false, 0, false // it is not yet installed
	}
	if since = e.heardSince(base) + edgeDeadline; up >= since {
		return true, since, true
	}
	return false, 0, false
}

// late says whether states of the edge are missing.
func (e *edge) late(base, up time.Duration) bool { return up-e.heardSince(base) > edgeLate }

// unsure says whether nothing follows from the silence of a point behind it.
func (e *edge) unsure(base, up time.Duration) bool { return e.late(base, up) || up < e.settles }

func (e *edge) heardSince(base time.Duration) time.Duration {
	since := max(base, e.known)
	if e.isHeard {
		since = max(since, e.heard)
	}
	return since
}

// heardAgain says whether the edge was heard since deadlines began, and is.
func (e *edge) heardAgain(base, up time.Duration) bool {
	lost, _, _ := e.lost(base, up)
	return !lost && !e.late(base, up) && e.isHeard && e.heard >= base
}

// restore takes up what was kept of the edge before this process.
func (e *edge) restore(s EdgeState) {
	e.state, e.hasState, e.stateAt, e.offset = s.State, true, s.ReceivedAt, s.Offset
}

// take learns from a state. It is live when the edge sent it now, and not live
// when the broker had kept it.
func (e *edge) take(base time.Duration, now moment, s EdgeState, live, coreWell bool) {
	before, known := e.state, e.hasState
	_, _, ripe := e.lost(base, now.up)
	e.state, e.hasState, e.offset = s.State, true, s.Offset
	if live || e.stateAt.IsZero() {
		e.stateAt = s.ReceivedAt
	}
	if !s.State.Online {
		if !known || before.Online {
			e.offline = now.up
		}
		return
	}
	if !live {
		return
	}
	if ripe {
		e.back, e.wasLost = now.up, true
	}
	if e.late(base, now.up) {
		e.settles = now.up + settleTime
	}
	e.heard, e.isHeard = now.up, true
	e.judgeSpool(before, known, coreWell)
	e.judgeClock()
}

// judgeSpool decides whether the spool grows. While the core is not well, it
// has every reason to.
func (e *edge) judgeSpool(before care.State, known, coreWell bool) {
	now := e.state.Spool
	switch {
	case !coreWell:
		e.waiting, e.fine = 0, 0
	case known && now.Shed > before.Spool.Shed:
		e.waiting, e.fine, e.spool = statesNeeded, 0, bad
	case now.Events > 0:
		e.waiting, e.fine = e.waiting+1, 0
	default:
		e.waiting, e.fine = 0, e.fine+1
	}
	switch {
	case e.waiting >= statesNeeded:
		e.spool = bad
	case e.fine >= statesNeeded:
		e.spool = good
	}
}

func (e *edge) judgeClock() {
	switch off := e.offset.Abs(); {
	case off > clockWrong:
		if e.skewed++; e.skewed >= statesNeeded {
			e.clock = bad
		}
	case off < clockRight:
		e.skewed, e.clock = 0, good
	default:
		e.skewed = 0
	}
}

// health is what is shown of the edge.
func (e *edge) health(base, up time.Duration) care.EdgeHealth {
	lost, _, _ := e.lost(base, up)
	v := care.EdgeHealth{
		Online: e.hasState && !lost, StateAt: e.stateAt, Version: e.state.Version,
		Spool: e.state.Spool, Offset: e.offset, Devices: len(e.state.Devices),
	}
	for _, d := range e.state.Devices {
		if d.Fault != "" {
			v.Faults = append(v.Faults, d)
		}
	}
	return v
}

// A battery is low below batteryLow and charged or changed from batteryWell on,
// in percent.
const (
	batteryLow  = 15
	batteryWell = 25
)

// battery is the latest level of a battery.
type battery struct {
	at      time.Time
	level   float64
	verdict verdict
}

// observe learns a level. An older one than the latest says nothing.
func (b battery) observe(at time.Time, level float64) battery {
	if at.Before(b.at) {
		return b
	}
	b.at, b.level = at, level
	switch {
	case level < batteryLow:
		b.verdict = bad
	case level >= batteryWell:
		b.verdict = good
	}
	return b
}
