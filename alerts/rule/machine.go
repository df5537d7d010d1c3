package rule

import (
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// machine runs one condition over a stretch of time and gathers its changes.
//
// Between two readings a condition can only change at its Due: when it has held
// long enough, or when the hours, the season or an hour that is asked for begins
// or ends. The machine goes from one such moment to the next, whenever it is
// called, so that the result is the same as if it had been called in time.
type machine struct {
	rule  *compiled
	place Place
	loc   *time.Location
	now   time.Time

	start, c Condition
	changes  []Change
	// fired is the place of a Fire of this run that has not ended; -1 for none.
	fired int
}

func newMachine(r *compiled, p Place, now time.Time, c Condition) *machine {
	if c.State == "" {
		c = Condition{Version: r.id, Class: r.Class, Quantity: r.Quantity, Site: p.Site.ID, Point: p.Point.ID, State: Idle}
	}
	c.Rule = r.ID
	// Rows come back in any zone; the same condition must compare as the same.
	c.Since, c.Due, c.LastTime = c.Since.UTC(), c.Due.UTC(), c.LastTime.UTC()
	return &machine{rule: r, place: p, loc: locationOf(p.Site), now: now.UTC(), start: c, c: c, fired: -1}
}

// read takes a reading, and reports false when it counts for nothing.
func (m *machine) read(r care.Reading) bool {
	at := r.Time.Round(0).UTC()
	if at.Before(m.c.LastTime) || at.Equal(m.c.LastTime) && r.Value == m.c.LastValue {
		return false
	}
	m.runTo(at)
	if m.c.State == Pending && m.rule.Stale != Never && at.Sub(m.c.LastTime) > m.rule.Stale {
		// Nobody knows what it was in the meantime: it counts from here.
		m.c.State, m.c.Since = Idle, time.Time{}
	}
	late := m.now.Sub(at) > care.LateAfter
	// A late reading does not unsay what a fresh one began.
	m.c.Late = late && !(m.c.State == Pending && !m.c.Late)
	m.c.LastValue, m.c.LastTime = r.Value, at
	m.step(at)
	if m.c.State == Idle {
		m.c.Late = late
	}
	m.judge(late)
	return true
}

// runTo does what falls due up to and at a time.
func (m *machine) runTo(t time.Time) {
	for !m.c.Due.IsZero() && !m.c.Due.After(t) {
		m.step(m.c.Due)
	}
}

// step evaluates the condition at a moment with the last reading. Afterwards
// Due is later than the moment, or zero.
func (m *machine) step(at time.Time) {
	in, edge := m.rule.window(at, m.loc)
	s := &scope{place: &m.place, value: m.c.LastValue, local: at.In(m.loc)}
	when := !m.c.LastTime.IsZero() && m.rule.when.holds(s)

	switch {
	case m.c.State == Active && !in:
		m.clear(at, EndedByHours)
	case m.c.State == Active && !when && (m.rule.until == nil || m.rule.until.holds(s)):
		m.clear(at, EndedByValue)
	case m.c.State == Pending && !(in && when):
		m.c.State, m.c.Since = Idle, time.Time{}
	}
	if m.c.State == Idle && in && when && m.counts(at) {
		m.c.State, m.c.Since = Pending, at
	}
	m.c.Due = edge
	switch m.c.State {
	case Idle:
		// Time alone can only begin what the value allows, and what it allows
		// must still count by then.
		if !m.rule.clock && !when || m.c.LastTime.IsZero() || !m.counts(edge) {
			m.c.Due = time.Time{}
		}
	case Pending:
		enough := m.c.Since.Add(m.rule.For)
		switch {
		case m.c.Late:
		case !enough.After(at) && m.counts(at):
			m.fire(at)
		case enough.After(at):
			m.c.Due = earliest(m.c.Due, enough)
		}
	}
	if n := len(m.changes); n > 0 && m.changes[n-1].At.Equal(at) {
		m.changes[n-1].Condition = m.c
	}
}

// counts reports whether the last reading still counts at a time.
func (m *machine) counts(t time.Time) bool {
	return m.rule.Stale == Never || !t.After(m.c.LastTime.Add(m.rule.Stale))
}

func (m *machine) fire(at time.Time) {
	m.c.State = Active
	m.fired = len(m.changes)
	m.changes = append(m.changes, Change{Fire: true, At: at, Severity: m.rule.Severe(), Evidence: m.rule.evidence(m.c, "")})
}

func (m *machine) clear(at time.Time, why Ended) {
	evidence := m.rule.evidence(m.c, why)
	m.c.State, m.c.Since = Idle, time.Time{}
	if m.fired >= 0 && m.old(m.changes[m.fired].At) {
		// It began and ended while nobody asked, and it is too late to run.
		m.changes = m.changes[:m.fired]
		m.fired = -1
		return
	}
	m.fired = -1
	m.changes = append(m.changes, Change{Clear: true, At: at, Severity: m.rule.Severe(), Evidence: evidence})
}

func (m *machine) old(t time.Time) bool { return m.now.Sub(t) > care.LateAfter }

// judge takes back a Fire that fell due longer ago than care.LateAfter, unless
// its reading counts to this day: a door that stood open while the gateway was
// away still stands open, but what a room was hours ago says nothing. Such a
// condition waits for a fresh reading; after a late one, for the next call of
// Due.
func (m *machine) judge(late bool) {
	if m.fired < 0 || !m.old(m.changes[m.fired].At) || !late && m.counts(m.now) {
		return
	}
	if late {
		m.c.Due = earliest(m.c.Due, m.changes[m.fired].At)
	}
	m.changes = m.changes[:m.fired]
	m.fired = -1
	m.c.State, m.c.Late = Pending, false // what was to be raised had a fresh beginning
}

// done returns the changes. The last one has the condition as it is now.
func (m *machine) done(known bool) []Change {
	n := len(m.changes)
	if n == 0 || m.changes[n-1].Condition != m.c {
		if m.c == m.start && known {
			return nil
		}
		m.changes = append(m.changes, Change{Condition: m.c})
	}
	before := m.start
	for i := range m.changes {
		ch := &m.changes[i]
		c := ch.Condition
		ch.Save = ch.Fire || ch.Clear || c.State != before.State || !c.Since.Equal(before.Since) || !c.Due.Equal(before.Due) ||
			c.Version != before.Version || c.State == Pending || !c.Due.IsZero()
		before = c
	}
	return m.changes
}
