package rule

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Raised is what a rule would have raised.
type Raised struct {
	Rule  string       `json:"rule"`
	Class care.Class   `json:"class"`
	Site  care.SiteID  `json:"site"`
	Point care.PointID `json:"point"`
	At    time.Time    `json:"at"`
	// Until is when it ended; zero when it lasted to the end of the readings.
	Until time.Time `json:"until,omitzero"`
	Value float64   `json:"value" doc:"the reading at which it was raised"`
}

// Replay runs the rules over the readings of one place in the order of their
// times, as if each had been received at once, up to the time end, and returns
// what would have been raised, in the order of time.
func (s *Set) Replay(p Place, readings iter.Seq[care.Reading], end time.Time) []Raised {
	r := replay{set: s.at(p), place: p, conditions: map[string]Condition{}}
	for reading := range readings {
		if reading.Time.After(end) {
			break
		}
		r.runTo(reading.Time)
		r.apply(s.Observe(reading.Time, p, r.before, reading))
	}
	r.runTo(end)
	slices.SortStableFunc(r.raised, func(a, b Raised) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Rule, b.Rule))
	})
	return r.raised
}

// at returns the rules that apply to a place, which need not be asked again
// whether they do.
func (s *Set) at(p Place) *Set {
	here := &Set{}
	for _, c := range s.rules {
		if c.applies(p) {
			fixed := *c
			fixed.where = nil
			here.rules = append(here.rules, &fixed)
		}
	}
	return here
}

type replay struct {
	set        *Set
	place      Place
	conditions map[string]Condition
	raised     []Raised
}

func (r *replay) before(rule string) (Condition, bool) {
	c, ok := r.conditions[rule]
	return c, ok
}

// runTo lets each condition have its dues in time. Those of different rules
// have nothing to do with each other.
func (r *replay) runTo(t time.Time) {
	for _, rule := range r.set.rules {
		for {
			c, known := r.conditions[rule.ID]
			if !known || c.Due.IsZero() || c.Due.After(t) {
				break
			}
			r.apply(r.set.Due(c.Due, c, r.place))
		}
	}
}

func (r *replay) apply(changes []Change) {
	for _, ch := range changes {
		c := ch.Condition
		switch {
		case ch.Fire:
			r.raised = append(r.raised, Raised{Rule: c.Rule, Class: c.Class, Site: c.Site, Point: c.Point, At: ch.At, Value: c.LastValue})
		case ch.Clear:
			for i := len(r.raised) - 1; i >= 0; i-- {
				if r.raised[i].Rule == c.Rule {
					r.raised[i].Until = ch.At
					break
				}
			}
		}
		if ch.Drop {
			delete(r.conditions, c.Rule)
		} else {
			r.conditions[c.Rule] = c
		}
	}
}
