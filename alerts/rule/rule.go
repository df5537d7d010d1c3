package rule

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// The greatest numbers, far beyond any real house.
const (
	MaxSource = 1 << 20 // bytes of a file
	MaxRules  = 500
	MaxFor    = 7 * 24 * time.Hour
	MaxText   = 1000 // characters of a condition
)

// DefaultStale is how old the last reading may be for a condition to go on
// counting, where the rule does not say.
const DefaultStale = 15 * time.Minute

// Never is a Stale without a limit: of something that is reported when it
// changes, such as a door, the last reading holds until the next one.
const Never = time.Duration(0)

// Rule is one rule as it was written.
type Rule struct {
	ID       string
	Name     care.Text
	Class    care.Class // what it raises
	Quantity care.Quantity
	// Where chooses the points, in CEL; empty for all that report the quantity.
	Where string
	// When holds while the reading is not as it should be. Until ends what was
	// raised; where it is empty, that is when When holds no longer.
	When, Until string
	// For is how long When must have held, by every reading; 0 raises at once.
	For time.Duration
	// Hours and Season limit when the rule counts. What was raised ends with them.
	Hours  Hours
	Season Season
	// Severity is that of the class where it is 0.
	Severity care.Severity
	// Stale is how old the last reading may be for the condition to go on
	// counting, or Never.
	Stale time.Duration
}

// Severe returns the severity of what the rule raises.
func (r Rule) Severe() care.Severity {
	if r.Severity != 0 {
		return r.Severity
	}
	return r.Class.Severity()
}

// version is a digest of all that decides.
func (r Rule) version() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %d %s %s %d",
		r.Class, r.Quantity, r.Where, r.When, r.Until, r.For, r.Hours, r.Season, r.Stale))
	return hex.EncodeToString(sum[:8])
}

// Set is a set of rules that were checked and compiled. It does not change and
// may be used by many goroutines at once.
type Set struct {
	rules []*compiled
}

// compiled is a rule that is ready to run.
type compiled struct {
	Rule
	id                 string // its version
	where, when, until *expression
	// clock is true where a condition asks for the hour, the weekday or the month.
	clock bool
}

// Rules returns the rules in the order in which they were written.
func (s *Set) Rules() []Rule {
	out := make([]Rule, len(s.rules))
	for i, r := range s.rules {
		out[i] = r.Rule
	}
	return out
}

func (s *Set) find(id string) *compiled {
	i := slices.IndexFunc(s.rules, func(r *compiled) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return s.rules[i]
}

// Place is the point that a reading is of, and what it stands in.
type Place struct {
	Site  care.Site
	Zone  care.Zone // the zero value where the point has none
	Point care.Point
}

// applies reports whether the rule is for the place.
func (r *compiled) applies(p Place) bool {
	return r.where == nil || r.where.holds(&scope{place: &p})
}

// window reports whether the rule counts at a time, and when next that, or
// anything about the clock that its conditions ask for, may be another.
func (r *compiled) window(t time.Time, loc *time.Location) (in bool, next time.Time) {
	hours, next := r.Hours.at(t, loc)
	season, edge := r.Season.at(t, loc)
	next = earliest(next, edge)
	if r.clock {
		next = earliest(next, nextHour(t, loc))
	}
	return hours && season, next
}
