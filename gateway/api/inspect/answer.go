package inspect

import (
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
)

// Answer says whether somebody took an alarm in time.
type Answer string

// The answers. An incident that is not judged has none: what another one explains
// calls nobody, and a test or drill was meant.
const (
	InTime  Answer = "in_time" // taken within the limit of its severity
	Late    Answer = "late"    // taken, and too late
	Waiting Answer = "waiting" // nobody has taken it, and the limit is not over
	Overdue Answer = "overdue" // nobody has taken it in time
)

// acceptWithin are the limits by severity. A carer's goal is a minute
// (health.AcceptGoal); these are what an authority asks about, so they are wider.
var acceptWithin = map[string]time.Duration{
	care.Urgent.String(): 3 * time.Minute,
	care.High.String():   5 * time.Minute,
	care.Medium.String(): 10 * time.Minute,
	care.Low.String():    time.Hour,
}

// judge returns how an incident was answered and how long it waited, or has been
// waiting, from its latest alarm. It judges what the viewer sees and nothing else:
// of a care class he sees no cause, and so a drill is judged like the rest.
func judge(v api.IncidentView, now time.Time) (Answer, time.Duration) {
	if v.Under != "" || v.Cause == care.CauseTest || v.Cause == care.CauseDrill {
		return "", 0
	}
	limit := acceptWithin[v.Severity]
	for _, act := range []*api.ActView{v.Accepted, v.Arrived, v.Resolved} {
		if act == nil {
			continue
		}
		wait := max(0, act.At.Sub(v.AlarmedAt))
		if wait > limit {
			return Late, wait
		}
		return InTime, wait
	}
	wait := max(0, now.Sub(v.AlarmedAt))
	if wait > limit {
		return Overdue, wait
	}
	return Waiting, wait
}

// Group is a kind of classes.
type Group string

// The groups.
const (
	Hazard    Group = "hazard"    // fire, gas, carbon monoxide
	Care      Group = "care"      // what residents need help with
	Equipment Group = "equipment" // silent, fault, tamper, battery
)

func groupOf(c care.Class) Group {
	switch {
	case c.LifeSafety():
		return Hazard
	case c.Equipment():
		return Equipment
	}
	return Care
}
