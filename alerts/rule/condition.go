package rule

import (
	"encoding/json"
	"math"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// State is where a condition stands.
type State string

// The states.
const (
	Idle    State = "idle"
	Pending State = "pending" // it holds, but not long enough yet
	Active  State = "active"  // it was raised and has not ended
)

// Condition is all that is known of one rule at one point. Whoever keeps it can
// stop and go on at any time: nothing of it is relative to a running process.
type Condition struct {
	Rule string `json:"rule"`
	// Version tells the rule apart from earlier ones of the same id.
	Version  string        `json:"version"`
	Class    care.Class    `json:"class"`
	Quantity care.Quantity `json:"quantity"`
	Site     care.SiteID   `json:"site"`
	Point    care.PointID  `json:"point"`

	State State `json:"state"`
	// Since is when the condition began to hold, by the time of the reading, or
	// when the hours of the rule began; zero when idle.
	Since time.Time `json:"since,omitzero"`
	// Due is when something may change without another reading; zero for never.
	Due time.Time `json:"due,omitzero"`

	LastValue float64   `json:"last_value"`
	LastTime  time.Time `json:"last_time,omitzero"`
	// Late says that the condition rests on readings alone that were older than
	// care.LateAfter when they came. They raise nothing until a fresh one agrees.
	Late bool `json:"late,omitempty"`
}

// Change is what a reading, or the passing of time, did to a condition.
type Change struct {
	// Condition is the new state, in place of the one before.
	Condition Condition
	// Save says that the condition has to be kept before the reading counts as
	// done. Otherwise only the last reading of it is new, and holding that in
	// memory will do: without it a reading that is neither in order nor a repeat
	// might count.
	Save bool
	// Drop says that the condition is not needed any longer.
	Drop bool
	// Fire says that the rule raises its class now, and Clear that this ended.
	// Between two of one there is always one of the other. What else is active
	// in the class at the point is not looked at: before a clear event is made,
	// no condition of another rule may be active there.
	Fire, Clear bool
	// At is when that happened: by the time of the reading, or when it was due.
	// It may lie well in the past, when nobody asked for a while.
	At       time.Time
	Severity care.Severity
	// Evidence is a JSON object of Evidence, set with Fire and Clear.
	Evidence json.RawMessage
}

// Evidence is why a rule raised something, or why that ended.
type Evidence struct {
	Rule     string        `json:"rule"`
	Name     care.Text     `json:"name"`
	Quantity care.Quantity `json:"quantity"`
	Value    float64       `json:"value" doc:"the last reading"`
	Unit     string        `json:"unit" doc:"SenML unit of the value"`
	ReadAt   time.Time     `json:"read_at"`
	Since    time.Time     `json:"since"`
	When     string        `json:"when" doc:"the condition as it was written"`
	// ForSeconds is how long it had to hold.
	ForSeconds float64 `json:"for_s,omitempty"`
	Hours      string  `json:"hours,omitempty"`
	Season     string  `json:"season,omitempty"`
	// Ended is set when it ended, and says by what.
	Ended Ended `json:"ended,omitempty" enum:"value,hours,rule"`
}

// Ended says why what was raised has ended.
type Ended string

// The ends.
const (
	EndedByValue Ended = "value" // a reading is as it should be
	EndedByHours Ended = "hours" // the hours or the season of the rule are over
	EndedByRule  Ended = "rule"  // the rule, or the point that it was for, is another or none
)

// Observe says what a reading of a place changes, at the time now at which it
// was received. Before returns the condition of a rule at the point, where there
// is one; several changes of one rule follow each other. Readings come in any
// order: one that is older than the last does nothing, as does a repetition.
//
// A reading that was older than care.LateAfter when it came never raises. It
// may end what was raised, and it counts for how long a condition has held when
// a fresh reading comes.
func (s *Set) Observe(now time.Time, p Place, before func(rule string) (Condition, bool), r care.Reading) []Change {
	if math.IsNaN(r.Value) || math.IsInf(r.Value, 0) {
		return nil
	}
	var out []Change
	for _, rule := range s.rules {
		if rule.Quantity != r.Quantity {
			continue
		}
		c, known := before(rule.ID)
		if !known {
			c = Condition{}
		}
		switch {
		case !rule.applies(p):
			if known {
				out = append(out, s.drop(now, c))
			}
			continue
		case known && (c.Class != rule.Class || c.Quantity != rule.Quantity):
			// The rule is not the one that it was, and nobody called Revise.
			out = append(out, s.drop(now, c))
			c, known = Condition{}, false
		}
		m := newMachine(rule, p, now, c)
		if m.read(r) {
			out = append(out, m.done(known)...)
		}
	}
	return out
}

// Due says what the passing of time changes in a condition whose Due has come.
// It may be called at any time, and more than once. The changes follow each
// other; there are none when nothing is due.
func (s *Set) Due(now time.Time, c Condition, p Place) []Change {
	rule := s.find(c.Rule)
	if rule == nil || c.Class != rule.Class || c.Quantity != rule.Quantity || !rule.applies(p) {
		return []Change{s.drop(now, c)}
	}
	m := newMachine(rule, p, now, c)
	m.runTo(now)
	m.judge(false)
	return m.done(true)
}

// Revise says what becomes of conditions when the rules or the places have
// changed; s holds the rules as they are now. A place that is not known any
// more has none. What was raised by a rule that is gone, or that is about
// another thing now, ends. What a changed rule would not raise ends, what it
// would raise begins to count, and what counts already goes on counting.
func (s *Set) Revise(now time.Time, old []Condition, place func(Condition) (Place, bool)) []Change {
	var out []Change
	for _, c := range old {
		rule := s.find(c.Rule)
		p, known := place(c)
		if rule == nil || !known || c.Class != rule.Class || c.Quantity != rule.Quantity || !rule.applies(p) {
			out = append(out, s.drop(now, c))
			continue
		}
		m := newMachine(rule, p, now, c)
		if c.Version == rule.id {
			m.runTo(now) // what fell due under the same rule still counts
		}
		m.c.Version = rule.id
		m.step(now)
		m.judge(false)
		out = append(out, m.done(true)...)
	}
	return out
}

// drop ends a condition for good.
func (s *Set) drop(now time.Time, c Condition) Change {
	ch := Change{Save: true, Drop: true, At: now.UTC()}
	if c.State == Active {
		rule := s.find(c.Rule)
		if rule == nil {
			rule = &compiled{Rule: Rule{ID: c.Rule, Class: c.Class}}
		}
		ch.Clear = true
		ch.Severity = rule.Severe()
		ch.Evidence = rule.evidence(c, EndedByRule)
	}
	c.State, c.Since, c.Due = Idle, time.Time{}, time.Time{}
	ch.Condition = c
	return ch
}

// evidence describes the condition; end is empty when it begins.
func (r *compiled) evidence(c Condition, end Ended) json.RawMessage {
	unit, _ := care.UnitOf(c.Quantity)
	b, err := json.Marshal(Evidence{
		Rule: r.ID, Name: r.Name, Quantity: c.Quantity, Value: c.LastValue, Unit: unit, ReadAt: c.LastTime,
		Since: c.Since, When: r.When, ForSeconds: r.For.Seconds(), Hours: r.Hours.String(), Season: r.Season.String(), Ended: end,
	})
	if err != nil {
		return nil // only a time beyond the year 9999 has no JSON, and no reading has one
	}
	return b
}
