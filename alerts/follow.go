package alerts

import (
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// FamilyWaits is how long after an incident was raised in a house its family
// hears of it although nobody has arrived yet.
const FamilyWaits = 10 * time.Minute

// Follow returns the timers that an incident needs after a decision about it;
// before is the incident as it was, nil when it is new. While nobody has taken
// an incident that stands for itself, it has a next step of its ladder; each
// alarm begins the ladder anew. While somebody is on the way, it has a time at
// which he must have arrived. So an open incident always has an owner or a next
// due time.
func Follow(now time.Time, site care.Site, before *care.Incident, d Decision) []Timer {
	i := d.Incident
	if i == nil {
		return nil
	}
	set := func(kind TimerKind, due time.Time) Timer {
		return Timer{Kind: kind, Ref: i.ID, Site: i.Site, Due: due}
	}
	var timers []Timer
	switch {
	case i.Unattended() && (d.Alarms() || d.Has(care.EntryCancelled)):
		timers = append(timers, set(TimerLadder, now))
	case !i.Unattended() && before != nil && before.Unattended():
		timers = append(timers, set(TimerLadder, time.Time{}))
	}
	switch {
	case i.State == care.Accepted && d.Has(care.EntryAccepted):
		timers = append(timers, set(TimerArrival, i.Accepted.At.Add(ArriveWithin(site, i.Class))))
	case i.State != care.Accepted && before != nil && before.State == care.Accepted:
		timers = append(timers, set(TimerArrival, time.Time{}))
	}
	switch {
	case i.Class.Equipment() && i.Under == "" && i.Open() && d.Has(care.EntryCleared):
		timers = append(timers, set(TimerOutage, now.Add(care.MainsDeadline)))
	case i.Class.Equipment() && before != nil && !i.Open():
		timers = append(timers, set(TimerOutage, time.Time{}))
	}
	switch {
	case before == nil && HouseTellsFamily(site, *i):
		timers = append(timers, set(TimerFamily, now.Add(FamilyWaits)))
	case before != nil && before.Arrived == nil && HouseTellsFamily(site, *i) && (i.Arrived != nil || !i.Open()):
		timers = append(timers, set(TimerFamily, time.Time{}))
	}
	return timers
}

// FamilyHears reports whether a family is told of incidents of the class at
// all: of emergencies of its elder, and never of a plain call or of equipment.
func FamilyHears(c care.Class) bool {
	switch c {
	case care.Fire, care.Gas, care.CarbonMonoxide, care.SOS, care.Fall, care.Vital, care.Inactivity, care.Wandering:
		return true
	}
	return false
}

// HouseTellsFamily reports whether the one message applies that the family of
// somebody in a house gets: on arrival, or after FamilyWaits without.
func HouseTellsFamily(site care.Site, i care.Incident) bool {
	return site.Kind != care.PrivateHome && i.Resident != "" && FamilyHears(i.Class)
}

// FamilyPhrase returns what a decision has the family told, "" for nothing.
// Whether there is consent is asked when it is sent. told says whether the
// family has heard of the incident before.
func FamilyPhrase(site care.Site, d Decision, told bool) Phrase {
	i := d.Incident
	if i == nil || i.Resident == "" || !FamilyHears(i.Class) {
		return ""
	}
	if site.Kind != care.PrivateHome {
		if d.Has(care.EntryArrived) && !told {
			return PhraseArrived
		}
		return ""
	}
	switch {
	case d.Has(care.EntryResolved):
		return PhraseOver
	case d.Has(care.EntryArrived):
		return PhraseArrived
	case d.Has(care.EntryAccepted):
		return PhraseAccepted
	case d.Has(care.EntryRaised):
		return PhraseHelp
	}
	return ""
}

// repairWithin is how long whoever accepted a fault has: nobody runs for a
// battery, and it must not be forgotten either.
const repairWithin = 24 * time.Hour

// ArriveWithin is how long after accepting an incident of the class somebody
// must have arrived: the site's time, and a day for the equipment.
func ArriveWithin(site care.Site, class care.Class) time.Duration {
	if class.Equipment() {
		return max(repairWithin, site.ArriveWithin())
	}
	return site.ArriveWithin()
}

// OnArrivalDue decides what becomes of an accepted incident at whose point
// nobody has arrived in time: it is raised again. It changes nothing when
// somebody has, or when the time is not yet over.
func OnArrivalDue(now time.Time, site care.Site, i care.Incident) Decision {
	if i.State != care.Accepted || i.Accepted == nil || now.Before(i.Accepted.At.Add(ArriveWithin(site, i.Class))) {
		return Decision{}
	}
	i.State, i.Accepted = care.Raised, nil
	d := Decision{Incident: &i}
	d.add(care.Entry{Kind: care.EntryReturned, Point: i.Point, Act: care.Act{At: now, Means: care.BySystem}})
	return d
}

// PresenceQuiets is for how long a carer who showed presence is taken to be in
// the room: its bed-exit and door alarms are recorded and alarm nobody.
const PresenceQuiets = 20 * time.Minute

// OnPresence decides what a carer's presence in the room of an incident does:
// it proves arrival. A button tells no name: then it is that of who accepted
// the incident, if somebody did. Equipment is not looked after by being there.
func OnPresence(i care.Incident, by care.Act, event string) Decision {
	if !i.Open() || i.State == care.Arrived || i.Class.Equipment() {
		return Decision{}
	}
	if by.By == "" && i.Accepted != nil {
		by.By, by.Name = i.Accepted.By, i.Accepted.Name
	}
	d := Decision{Incident: &i}
	if i.State == care.Raised {
		i.Accepted = &by
		d.add(care.Entry{Kind: care.EntryAccepted, Point: i.Point, Event: event, Act: by})
	}
	i.State, i.Arrived = care.Arrived, &by
	d.add(care.Entry{Kind: care.EntryArrived, Point: i.Point, Event: event, Act: by})
	return d
}

// OnMerge puts an incident of the equipment under the one that explains it. It
// changes nothing for one that is taken, closed, about a person or explained
// already.
func OnMerge(now time.Time, i care.Incident, parent string) Decision {
	if !i.Unattended() || !i.Class.Equipment() || i.ID == parent || parent == "" {
		return Decision{}
	}
	i.Under = parent
	d := Decision{Incident: &i}
	d.add(care.Entry{Kind: care.EntryMerged, Point: i.Point, Reason: parent, Act: care.Act{At: now, Means: care.BySystem}})
	return d
}

// OnExplainerOver decides what becomes of an incident when the one that explains
// it has been back to normal for as long as everything behind it may take to
// report: what still lasts stands for itself, though nobody has closed the
// other yet. A smoke detector that did not come back must not hide under an
// outage that is over.
func OnExplainerOver(now time.Time, i care.Incident, parent care.Incident) Decision {
	if !i.Open() || !i.Active || i.Under != parent.ID || parent.Active {
		return Decision{}
	}
	return surface(now, i)
}

// surface lets an incident stand for itself.
func surface(now time.Time, i care.Incident) Decision {
	i.Under, i.AlarmedAt = "", now
	d := Decision{Incident: &i}
	d.add(care.Entry{Kind: care.EntrySurfaced, Point: i.Point, Act: care.Act{At: now, Means: care.BySystem}})
	return d
}

// OnExplainerGone decides what becomes of an incident when the one that
// explained it was resolved: what is back to normal is resolved with it, by
// the same act, and what lasts stands for itself from now on.
func OnExplainerGone(now time.Time, i care.Incident, parent care.Incident) Decision {
	if !i.Open() || i.Under == "" {
		return Decision{}
	}
	if i.Active || parent.Resolved == nil {
		return surface(now, i)
	}
	d := Decision{Incident: &i}
	by := *parent.Resolved
	if i.Accepted == nil {
		i.Accepted = &by
		d.add(care.Entry{Kind: care.EntryAccepted, Point: i.Point, Act: by})
	}
	i.State, i.Resolved, i.Active = care.Resolved, &by, false
	i.Cause, i.Reason = parent.Cause, parent.Reason
	d.add(care.Entry{Kind: care.EntryResolved, Point: i.Point, Act: by, Cause: i.Cause, Reason: i.Reason})
	return d
}

// OnAllWell decides what it does when the resident himself, called back, says
// that all is well: as a cancel at the button, it makes the incident softer and
// closes nothing. Only calls and SOS can be taken back so; from who has fallen
// it is no answer.
func OnAllWell(now time.Time, i care.Incident, means care.Means) Decision {
	if !i.Open() || i.CancelledAt != nil || i.Class != care.SOS && i.Class != care.Call {
		return Decision{}
	}
	i.CancelledAt, i.Severity = &now, care.Medium
	d := Decision{Incident: &i}
	d.add(care.Entry{Kind: care.EntryCancelled, Point: i.Point, Act: care.Act{At: now, Means: means}})
	return d
}
