package ladder

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Duty says who is on duty.
type Duty interface {
	// Who lists who is on duty at a time for a duty and a floor; where nobody
	// is on duty there, or the floor is empty, for the duty as a whole.
	Who(duty, floor string, at time.Time, loc *time.Location) []care.UserID
}

// Input is what a step is resolved against: the picture at the time when it is
// due, not when the incident was raised.
type Input struct {
	Site      care.Site
	Incident  care.Incident
	At        time.Time
	Directory *people.Directory
	Duty      Duty // nil where the site has no roster
	// All disregards what families ask to be told, and when: it is for when
	// nobody else could be told.
	All bool
}

// Target is one person to be told.
type Target struct {
	// Owner is the user's id, or resident:ID.
	Owner    string
	Language string // zh or en
	// Contacts are tried in their order. They are empty for somebody on duty
	// who has none: then the board alone tells her.
	Contacts []people.Contact
}

// Resolve returns who is to be told at a step: each person once, in the order
// of the recipients. Empty means that nobody is there; then the next step is
// due at once, see Skip.
//
// Nobody is told of what he may not see (people.Directory.SeesIncident): a
// family only of its own elder, with consent, and never of a plain call or of
// equipment. Whoever cannot be reached by any channel is left out, unless on
// duty, where the board is watched.
//
// Families who ask not to be told now (people.Wants) are spared while the step
// reaches somebody else who could come. A step whose only people they are tells them all the
// same, so what families ask for never empties a step; whether whoever is left
// really was told is known later only, and then they are told with Input.All.
func Resolve(s Step, in Input) []Target {
	var all []Target
	for _, r := range s.To {
		for _, t := range resolve(r, s.Channels, in) {
			if !slices.ContainsFunc(all, func(a Target) bool { return a.Owner == t.Owner }) {
				all = append(all, t)
			}
		}
	}
	if in.All {
		return all
	}
	wanted := slices.DeleteFunc(slices.Clone(all), in.spared)
	// The resident himself, who may be the one in need, is nobody who comes.
	if !slices.ContainsFunc(wanted, func(t Target) bool { return len(t.Contacts) > 0 && !strings.HasPrefix(t.Owner, "resident:") }) {
		return all
	}
	return wanted
}

// spared reports whether a target is of a family that asks not to be told of
// this incident now.
func (in Input) spared(t Target) bool {
	u, ok := in.Directory.Users[care.UserID(t.Owner)]
	return ok && u.Role == people.Family && !u.Wants.Hears(in.Incident.Class, in.Incident.Severity, true, in.At.In(in.Site.Location()))
}

// resolve returns who one recipient is.
func resolve(r Recipient, channels []string, in Input) []Target {
	kind, what, _ := strings.Cut(string(r), ":")
	if kind == "resident" {
		var all []Target
		for _, id := range in.residents() {
			// Residents are called in Chinese: they have no language of their own.
			t := Target{"resident:" + string(id), "zh", order(in.Directory.Residents[id].Contacts, channels)}
			if len(t.Contacts) > 0 {
				all = append(all, t)
			}
		}
		return all
	}

	var users []people.User
	switch kind {
	case "duty":
		for _, id := range in.onDuty(what) {
			if u, ok := in.Directory.Users[id]; ok && !u.Disabled && (u.Role.Staff() || in.sees(u)) {
				users = append(users, u)
			}
		}
	case "role":
		users = in.users(func(u people.User) bool { return string(u.Role) == what })
	case "inspector":
		region := in.region(what)
		users = in.users(func(u people.User) bool {
			return u.Role == people.Inspector && region != "" && slices.Contains(u.Scope.Regions, region)
		})
	case "user":
		users = in.users(func(u people.User) bool { return string(u.ID) == what })
	case "helper":
		users = in.users(func(u people.User) bool { return u.Role == people.Helper && string(u.Relation) == what })
	case "family":
		users = in.users(func(u people.User) bool { return u.Role == people.Family })
	}
	var all []Target
	for _, u := range users {
		t := Target{string(u.ID), cmp.Or(u.Language, "zh"), order(u.Contacts, channels)}
		if len(t.Contacts) > 0 || kind == "duty" {
			all = append(all, t)
		}
	}
	return all
}

// users lists those who are as asked and may see the incident, by their ids.
func (in Input) users(is func(people.User) bool) []people.User {
	var all []people.User
	for _, id := range slices.Sorted(maps.Keys(in.Directory.Users)) {
		if u := in.Directory.Users[id]; is(u) && in.sees(u) {
			all = append(all, u)
		}
	}
	return all
}

// residents lists whom the incident concerns: its resident; where it has none
// and the site is a private home, such as a fire in the kitchen of a couple,
// all who live there now.
func (in Input) residents() []care.ResidentID {
	if in.Incident.Resident != "" {
		return []care.ResidentID{in.Incident.Resident}
	}
	if in.Site.Kind != care.PrivateHome {
		return nil
	}
	var all []care.ResidentID
	for _, id := range slices.Sorted(maps.Keys(in.Directory.Residents)) {
		if r := in.Directory.Residents[id]; r.Site == in.Site.ID && r.LeftAt == nil {
			all = append(all, id)
		}
	}
	return all
}

// sees reports whether a user may see the incident, as one of a resident whom
// it concerns.
func (in Input) sees(u people.User) bool {
	if in.Directory.SeesIncident(u, in.Incident) {
		return true
	}
	return slices.ContainsFunc(in.residents(), func(id care.ResidentID) bool {
		i := in.Incident
		i.Resident = id
		return in.Directory.SeesIncident(u, i)
	})
}

func (in Input) onDuty(duty string) []care.UserID {
	if in.Duty == nil {
		return nil
	}
	zone := in.Incident.Zone
	if zone == "" {
		p, _ := in.Directory.Point(in.Site.ID, in.Incident.Point)
		zone = p.Zone
	}
	floor := in.Directory.Zones[people.SiteZone{Site: in.Site.ID, Zone: zone}].Floor
	return in.Duty.Who(duty, floor, in.At, in.Site.Location())
}

// region returns the nearest region of a level at or above the site's, empty
// where there is none.
func (in Input) region(level string) care.RegionID {
	id := in.Site.Region
	// Bounded by the number of regions, so that a circle ends.
	for range len(in.Directory.Regions) {
		r, ok := in.Directory.Regions[id]
		switch {
		case !ok:
			return ""
		case r.Level == level:
			return id
		}
		id = r.Parent
	}
	return ""
}

// order returns contacts in the order in which they are tried: by the channels
// of the step, or as they are. Somebody who has none of those channels is
// reached by what there is: an alarm on the wrong channel is better than none.
// Web push comes last, since its service takes messages that never arrive.
func order(contacts []people.Contact, channels []string) []people.Contact {
	var out []people.Contact
	add := func(fits func(people.Contact) bool) {
		for _, c := range contacts {
			if fits(c) && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	for _, name := range channels {
		add(func(c people.Contact) bool { return c.Channel == name })
	}
	if !slices.ContainsFunc(out, func(c people.Contact) bool { return c.Channel != WebPush }) {
		add(func(people.Contact) bool { return true })
	}
	slices.SortStableFunc(out, func(a, b people.Contact) int {
		return cmp.Compare(last(a), last(b))
	})
	return out
}

func last(c people.Contact) int {
	if c.Channel == WebPush {
		return 1
	}
	return 0
}
