// Package ladder says how an incident climbs: who is told of it first, by which
// channels, and who next when nobody accepts it. A policy is chosen by class,
// severity, kind of site and time of day; its steps name recipients, which
// become people only when the step is due.
//
// All of it is pure. When a step is due is a row of the ledger that
// gateway/watch keeps; messages are sent, and receipts awaited, by what comes
// after it. Who is on duty is asked of alerts/roster through the interface
// Duty.
package ladder

import (
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Book holds the policies that an administrator has entered. The policies that
// are built in come after them, see Defaults, so that the zero Book works and
// every incident has a policy.
type Book struct {
	Policies []Policy `json:"policies" yaml:"policies"`
}

// Policy is one ladder.
type Policy struct {
	ID   string    `json:"id" yaml:"id" pattern:"^[a-z0-9-]{1,40}$"`
	Name care.Text `json:"name" yaml:"name"`
	// For says which incidents climb it; an empty one all.
	For   Match  `json:"for,omitzero" yaml:"for,omitempty"`
	Steps []Step `json:"steps" yaml:"steps"`
	// AgainSeconds is how long after the last step that step comes again, for
	// as long as nobody accepts: at least 60, so that nothing raised is ever
	// without a next due step.
	AgainSeconds int `json:"again_s" yaml:"again_s" minimum:"60" doc:"seconds from the last step to its repetition, without end"`
	// Quiet is a time of day in which nobody is told, such as 21:00-07:00:
	// what falls due then is put off to its end. It is for incidents of the
	// equipment only.
	Quiet string `json:"quiet,omitempty" yaml:"quiet,omitempty" example:"21:00-07:00"`
}

// Match says which incidents are meant. Every part that is set must fit.
type Match struct {
	Classes []care.Class `json:"classes,omitempty" yaml:"classes,omitempty"`
	// Severity is the least one, 1 (low) to 4 (urgent).
	Severity  care.Severity   `json:"severity,omitempty" yaml:"severity,omitempty" minimum:"0" maximum:"4"`
	SiteKinds []care.SiteKind `json:"site_kinds,omitempty" yaml:"site_kinds,omitempty"`
	// Hours is a local time of day, such as 22:00-06:00; its end is outside.
	Hours string `json:"hours,omitempty" yaml:"hours,omitempty" example:"22:00-06:00"`
	// Confirmed asks for a fire that a second point has confirmed, or has not.
	Confirmed *bool `json:"confirmed,omitempty" yaml:"confirmed,omitempty"`
}

// Step is one rung: these people are told at once.
type Step struct {
	To []Recipient `json:"to" yaml:"to"`
	// Channels are tried in this order, by their names in this gateway; where
	// there are none, each person's own contacts in their order.
	Channels []string `json:"channels,omitempty" yaml:"channels,omitempty"`
	// WaitSeconds is how long an acceptance is awaited before the step is
	// repeated or the next one taken: 10 to 86400. After the last time of the
	// last step AgainSeconds counts in its place.
	WaitSeconds int `json:"wait_s,omitempty" yaml:"wait_s,omitempty" doc:"seconds without acceptance until the next step"`
	// Repeat is how many further times the step is taken before the next.
	Repeat int `json:"repeat,omitempty" yaml:"repeat,omitempty" minimum:"0" maximum:"20"`
}

// Recipient names people by what they are to the incident:
//
//	duty:ID             who is on duty, those of the incident's floor first
//	role:carer          every carer of the site; also leader, manager, inspector
//	inspector:township  the inspectors of the nearest region of that level
//	                    above the site: village, township, district, city
//	user:ID             one user
//	resident            the resident's own telephone
//	helper:neighbour    the resident's neighbours; also helper:community
//	family              the resident's family, where consent is recorded
type Recipient string

// WebPush is the name of the channel on which no step may rest alone: most
// browsers in mainland China never get what is sent by it.
const WebPush = "webpush"

// Find returns the policy of an incident at a time: the first of the book that
// fits, else the first that is built in, of which the last fits all.
//
// It is meant for when an incident is raised, raised again or confirmed. In
// between an incident stays with its policy, though the time of day changes:
// see Policy.
func (b Book) Find(site care.Site, i care.Incident, at time.Time) Policy {
	local := at.In(site.Location())
	for _, p := range b.Policies {
		if p.For.fits(site, i, local) {
			return p
		}
	}
	built := defaults()
	for _, p := range built[:len(built)-1] {
		if p.For.fits(site, i, local) {
			return p
		}
	}
	return built[len(built)-1]
}

// Policy returns a policy by its id, also one that is built in, and false where
// there is none: it was removed, and Find has another.
func (b Book) Policy(id string) (Policy, bool) {
	for _, all := range [][]Policy{b.Policies, defaults()} {
		if n := slices.IndexFunc(all, func(p Policy) bool { return p.ID == id }); n >= 0 {
			return all[n], true
		}
	}
	return Policy{}, false
}

func (m Match) fits(site care.Site, i care.Incident, local time.Time) bool {
	if len(m.Classes) > 0 && !slices.Contains(m.Classes, i.Class) {
		return false
	}
	if len(m.SiteKinds) > 0 && !slices.Contains(m.SiteKinds, site.Kind) {
		return false
	}
	if m.Confirmed != nil && *m.Confirmed != (i.ConfirmedAt != nil) {
		return false
	}
	if m.Hours != "" {
		h, ok := parseHours(m.Hours)
		if !ok || !h.hold(local) {
			return false
		}
	}
	return i.Severity >= m.Severity
}

// all reports whether the match names classes and each of them is as asked.
func (m Match) all(is func(care.Class) bool) bool {
	return len(m.Classes) > 0 && !slices.ContainsFunc(m.Classes, func(c care.Class) bool { return !is(c) })
}
