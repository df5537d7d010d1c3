package rule

import (
	"errors"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// CareRules say of one resident what of his doings is an alarm, and when. The
// zero value makes every one an alarm at once.
type CareRules struct {
	Rules []CareRule `json:"rules,omitempty" yaml:"rules,omitempty"`
	Away  []Away     `json:"away,omitempty" yaml:"away,omitempty"`
}

// CareRule is about one class. Several of one class are for different hours,
// and any of them may raise; those that are off count for nothing beside one
// that is on. A class without a rule alarms at once.
type CareRule struct {
	Class care.Class `json:"class" yaml:"class" enum:"bed_exit,wandering,inactivity,vital"`
	On    bool       `json:"on" yaml:"on"`
	// Hours are when it alarms, local, such as 22:00-06:00; empty for always.
	Hours string `json:"hours,omitempty" yaml:"hours,omitempty" example:"22:00-06:00"`
	// DelaySeconds is how long it must last within the hours, 0 to MaxDelay.
	DelaySeconds int `json:"delay_s,omitempty" yaml:"delay_s,omitempty" minimum:"0" maximum:"86400"`
}

// Away is a time in which the resident is not there.
type Away struct {
	From   time.Time  `json:"from" yaml:"from"`
	To     time.Time  `json:"to,omitzero" yaml:"to,omitempty" doc:"the first moment after; left out while nobody knows"`
	Reason AwayReason `json:"reason" yaml:"reason" enum:"leave,hospital"`
}

// AwayReason says why a resident is away.
type AwayReason string

// The reasons.
const (
	OnLeave    AwayReason = "leave"    // 请假
	InHospital AwayReason = "hospital" // 住院
)

// MaxDelay is the longest delay of a care alarm.
const MaxDelay = 24 * time.Hour

// The greatest numbers of parts of CareRules.
const (
	MaxCareRules = 50
	MaxAway      = 500
)

// The reasons of a Verdict that does not raise, besides care.SuppressedDelayed.
const (
	HeldOff   = "off"   // the class does not alarm for this resident
	HeldHours = "hours" // not at this time of day
	HeldAway  = "away"  // the resident is not there
)

// Verdict says whether something alarms.
type Verdict struct {
	// Raise says that it does, now.
	Raise bool
	// Reason says why it does not: HeldOff, HeldHours, HeldAway, or
	// care.SuppressedDelayed for what has not lasted long enough yet.
	Reason string
	// Again is when to ask again, should it last until then; zero when only
	// another event or other rules can change anything.
	Again time.Time
}

// Check returns every mistake at once, joined.
func (c CareRules) Check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(c.Rules) > MaxCareRules {
		bad("rules: %d are more than %d", len(c.Rules), MaxCareRules)
	}
	if len(c.Away) > MaxAway {
		bad("away: %d are more than %d; remove those that are over", len(c.Away), MaxAway)
	}
	for n, r := range c.Rules {
		if !r.Class.Care() {
			bad("rules[%d].class: %q is none of bed_exit, wandering, inactivity and vital; other classes always alarm", n, r.Class)
		}
		if _, err := ParseHours(r.Hours); err != nil {
			bad("rules[%d].hours: %w", n, err)
		}
		if r.DelaySeconds < 0 || r.DelaySeconds > int(MaxDelay/time.Second) {
			bad("rules[%d].delay_s: %d is not 0 to %d seconds", n, r.DelaySeconds, int(MaxDelay/time.Second))
		}
	}
	for n, a := range c.Away {
		if a.From.IsZero() {
			bad("away[%d].from: the time from which the resident is away is missing", n)
		}
		if !a.To.IsZero() && !a.To.After(a.From) {
			bad("away[%d].to: %s is not after %s", n, a.To.Format(time.RFC3339), a.From.Format(time.RFC3339))
		}
		if a.Reason != OnLeave && a.Reason != InHospital {
			bad("away[%d].reason: %q is neither leave nor hospital", n, a.Reason)
		}
	}
	return errors.Join(errs...)
}

// Decide says whether something of a class that has lasted since then alarms
// now, at a site in the time zone. Only care classes are ever held back. A delay
// counts from when it began to last, the hours began or the resident came back,
// whichever is last: who is out of bed from 21:50 and is watched from 22:00 with
// a delay of 15 min is missed at 22:15.
//
// Rules that Check refuses hold nothing back.
func (c CareRules) Decide(class care.Class, since, now time.Time, loc *time.Location) Verdict {
	if !class.Care() {
		return Verdict{Raise: true}
	}
	away, edge := c.away(now)
	if away {
		return Verdict{Reason: HeldAway, Again: edge}
	}
	if edge.After(since) {
		since = edge
	}
	out, ruled := Verdict{Reason: HeldOff}, false
	for _, r := range c.Rules {
		if r.Class != class {
			continue
		}
		ruled = true
		if !r.On {
			continue
		}
		v := r.decide(since, now, loc)
		switch {
		case v.Raise:
			return v
		case out.Reason == HeldOff, out.Reason == HeldHours && v.Reason == care.SuppressedDelayed:
			v.Again = earliest(v.Again, out.Again)
			out = v
		default:
			out.Again = earliest(out.Again, v.Again)
		}
	}
	if !ruled {
		return Verdict{Raise: true}
	}
	if from := c.nextAway(now); !out.Again.IsZero() && !from.IsZero() && from.Before(out.Again) {
		out.Again = from
	}
	return out
}

// decide is the verdict of one rule that is on.
func (r CareRule) decide(since, now time.Time, loc *time.Location) Verdict {
	hours, err := ParseHours(r.Hours)
	if err != nil {
		return Verdict{Raise: true}
	}
	in, edge := hours.at(now, loc)
	if !in {
		return Verdict{Reason: HeldHours, Again: edge}
	}
	if began := hours.began(now, loc); began.After(since) {
		since = began
	}
	alarm := since.Add(time.Duration(r.DelaySeconds) * time.Second)
	if !alarm.After(now) {
		return Verdict{Raise: true}
	}
	return Verdict{Reason: care.SuppressedDelayed, Again: earliest(edge, alarm).UTC()}
}

// away reports whether the resident is away, and until when; zero for nobody
// knows. When he is there, the time is when he came back last.
func (c CareRules) away(now time.Time) (bool, time.Time) {
	in, edge := false, time.Time{}
	for at := now; ; at = edge {
		found := false
		for _, a := range c.Away {
			if !a.From.After(at) && (a.To.IsZero() || a.To.After(at)) {
				if a.To.IsZero() {
					return true, time.Time{}
				}
				// One time away may follow another without a break.
				found, in, edge = true, true, a.To
				break
			}
		}
		if !found {
			break
		}
	}
	if in {
		return true, edge
	}
	for _, a := range c.Away {
		if !a.To.IsZero() && !a.To.After(now) && a.To.After(a.From) && a.To.After(edge) {
			edge = a.To
		}
	}
	return false, edge
}

// nextAway returns when the resident goes away next; zero for never.
func (c CareRules) nextAway(now time.Time) (next time.Time) {
	for _, a := range c.Away {
		if a.From.After(now) {
			next = earliest(next, a.From)
		}
	}
	return next
}
