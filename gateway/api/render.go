package api

import (
	"slices"
	"strings"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Form is how much of an incident a role may see. Two viewers of the same form
// who both may see an incident (people.Directory.SeesIncident) see the same of
// it, so that a live view is rendered once for all of them.
type Form string

// The forms.
const (
	// FormStaff is everything, with what the viewer can do.
	FormStaff Form = "staff"
	// FormWall is for a screen that everybody who passes can read: where, what and
	// since when, without names, notes and causes, and nothing can be done there.
	FormWall Form = "wall"
	// FormInspector shows the fact and its times; of fire, gas, carbon monoxide
	// and equipment also room, names, cause and reason. Never the bed, the
	// resident or a note.
	FormInspector Form = "inspector"
	// FormOperator is that of an inspector without names of staff, and with the
	// point of equipment to the bed.
	FormOperator Form = "operator"
	// FormFamily shows the own elder what happened and that somebody came, with
	// the cause: no place, no names of staff, no reason and no note.
	FormFamily Form = "family"
)

// FormOf returns the form of a user's role.
func FormOf(u people.User) Form {
	switch {
	case u.Station == people.OnWall:
		return FormWall
	case u.Role.Staff():
		return FormStaff
	case u.Role == people.Inspector:
		return FormInspector
	case u.Role == people.Family:
		return FormFamily
	}
	return FormOperator
}

// ViewOf names what a user may see: it changes with his form, with the sites of
// his scope, for a family with the elders who consented, for a helper with whom
// he helps.
func ViewOf(d *people.Directory, u people.User) string {
	parts := []string{string(FormOf(u))}
	if u.FireOfficer() {
		parts[0] += " " + string(u.Authority)
	}
	for _, floor := range u.Scope.Floors {
		parts = append(parts, "floor "+floor)
	}
	for id := range d.Sites {
		if d.SeesSite(u, id) {
			parts = append(parts, string(id))
		}
	}
	if u.Role == people.Family || u.Role == people.Helper {
		for _, id := range u.Scope.Residents {
			if u.Role == people.Helper || d.Residents[id].FamilyConsent {
				parts = append(parts, string(id))
			}
		}
	}
	slices.Sort(parts[1:])
	return digest(strings.Join(parts, "\n"))[:16]
}

// Public reports whether an incident of the class says nothing about what a
// resident needs help with: hazards to the building, and equipment.
func Public(c care.Class) bool { return c.LifeSafety() || c.Equipment() }

// open reports whether a form that hides what is about residents shows an incident
// with its place, cause and reason. Who keeps the equipment must find it wherever
// it stands; an inspector need not know beside whose bed.
func open(d *people.Directory, f Form, i care.Incident) bool {
	if f == FormInspector {
		return d.Impersonal(i)
	}
	return Public(i.Class)
}

// Render returns an incident in a form. Whether the viewer may see it at all
// is asked before.
func Render(d *people.Directory, f Form, i care.Incident) IncidentView {
	v := IncidentView{
		ID: i.ID, Site: renderSite(d, i.Site), Class: i.Class, Severity: i.Severity.String(),
		State: i.State, Active: i.Active,
		HappenedAt: i.HappenedAt, RaisedAt: i.RaisedAt, AlarmedAt: i.AlarmedAt, Alarms: i.Alarms,
		ClearedAt: i.ClearedAt, CancelledAt: i.CancelledAt, Late: i.Late, Clock: string(i.Clock), Revision: i.Revision,
		Place: renderPlace(d, f, i), Resident: renderResident(d, f, i.Resident), Can: []string{},
	}
	shown := open(d, f, i)
	v.Accepted, v.Arrived, v.Resolved = renderAct(f, shown, i.Accepted), renderAct(f, shown, i.Arrived), renderAct(f, shown, i.Resolved)
	if seesCause(f, shown) {
		v.Cause = i.Cause
	}
	if seesReason(f, shown) {
		v.Reason = i.Reason
	}
	if f != FormFamily {
		v.Confirmed, v.Under, v.UntoldAt = renderConfirmed(d, f, i), i.Under, i.UntoldAt
	}
	if f == FormStaff {
		v.Note = i.Note
		v.Can, v.Photos = can(i), d.PhotoRule(i)
	}
	return v
}

func seesCause(f Form, open bool) bool {
	return f == FormStaff || f == FormFamily || f != FormWall && open
}
func seesReason(f Form, open bool) bool {
	return f == FormStaff || f != FormFamily && f != FormWall && open
}
func seesNames(f Form, open bool) bool {
	return f == FormStaff || f == FormInspector && open
}

// can lists what staff may do with an incident.
func can(i care.Incident) []string {
	var kinds []alerts.ActionKind
	switch {
	case i.State == care.Raised:
		kinds = []alerts.ActionKind{alerts.Accept, alerts.Arrive, alerts.Resolve}
	case i.State == care.Accepted:
		kinds = []alerts.ActionKind{alerts.Arrive, alerts.Resolve}
	case i.State == care.Arrived:
		kinds = []alerts.ActionKind{alerts.Resolve}
	case i.Cause == care.CausePending:
		kinds = []alerts.ActionKind{alerts.Explain}
	}
	names := []string{}
	for _, k := range append(kinds, alerts.AddNote) {
		names = append(names, string(k))
	}
	return names
}

// renderConfirmed says which second point confirmed an incident.
func renderConfirmed(d *people.Directory, f Form, i care.Incident) *ConfirmedView {
	if i.ConfirmedAt == nil {
		return nil
	}
	v := &ConfirmedView{At: *i.ConfirmedAt}
	if i.ConfirmedBy != "" {
		at := i
		at.Point, at.Zone = i.ConfirmedBy, ""
		v.Point = renderPlace(d, f, at).Point
	}
	return v
}

func renderSite(d *people.Directory, id care.SiteID) SiteView {
	s := d.Sites[id]
	return SiteView{
		ID: id, Kind: s.Kind, Name: s.Name, Region: d.Regions[s.Region].Name,
		Address: s.Address, TimeZone: s.TimeZone,
	}
}

// renderPlace says where an incident is: the room from the incident's zone,
// bed and what stands there from its point.
func renderPlace(d *people.Directory, f Form, i care.Incident) PlaceView {
	if f == FormFamily || f != FormStaff && f != FormWall && !open(d, f, i) {
		return PlaceView{}
	}
	return placeOf(d, i.Site, i.Zone, i.Point, f == FormStaff || f == FormWall || f == FormOperator && i.Class.Equipment())
}

func placeOf(d *people.Directory, site care.SiteID, zone care.ZoneID, point care.PointID, bed bool) PlaceView {
	var v PlaceView
	p, registered := d.Point(site, point)
	if zone == "" {
		zone = p.Zone
	}
	if z, ok := d.Zones[people.SiteZone{Site: site, Zone: zone}]; ok {
		v.Floor, v.Zone = z.Floor, &z.Name
	}
	if bed {
		v.Bed = p.Bed
	}
	if bed || p.Bed == "" { // the name of a bed's button names the bed
		v.Point = pointName(p, registered, point)
	}
	if name, ok := subjectName(d, site, point); ok {
		v.Point = &name
	}
	return v
}

// pointName is never empty: a point that nobody has entered is named by its id.
func pointName(p care.Point, registered bool, id care.PointID) *care.Text {
	if !registered || p.Name == (care.Text{}) {
		if id == "" {
			return nil
		}
		return &care.Text{ZH: string(id), EN: string(id)}
	}
	return &p.Name
}

func renderResident(d *people.Directory, f Form, id care.ResidentID) *ResidentView {
	r, ok := d.Residents[id]
	if !ok || f != FormStaff && f != FormFamily {
		return nil
	}
	v := &ResidentView{ID: r.ID, Name: r.Name}
	if f == FormStaff && r.Risk != (care.Text{}) {
		v.Risk = &r.Risk
	}
	return v
}

func renderAct(f Form, open bool, act *care.Act) *ActView {
	if act == nil {
		return nil
	}
	v := &ActView{At: act.At, Means: act.Means}
	if seesNames(f, open) {
		v.Name = act.Name
	}
	if f == FormStaff {
		v.By = string(act.By)
	}
	return v
}

// familyKinds are the rows of a history that a family understands.
var familyKinds = []care.EntryKind{
	care.EntryRaised, care.EntryRealarmed, care.EntryCancelled, care.EntryCleared, care.EntryAccepted, care.EntryArrived, care.EntryResolved,
}

// staffKinds are the rows of a history that concern nobody but staff: whom they
// rang, who did not answer, and what they photographed.
var staffKinds = []care.EntryKind{care.EntryCalled, care.EntryPhotographed}

// ofNotices reports whether a row tells of messages: its reason is what one
// said, or why it did not arrive.
func ofNotices(k care.EntryKind) bool { return k == care.EntryNotified || k == care.EntryUndelivered }

// showsRow reports whether a form shows rows of a kind.
func showsRow(f Form, kind care.EntryKind) bool {
	return f == FormStaff || !slices.Contains(staffKinds, kind) && (f != FormFamily || slices.Contains(familyKinds, kind))
}

// KindFor returns the kind of a change as a form is told it: a family hears
// that something changed, and nothing of how the gateway goes about it.
func KindFor(f Form, kind care.EntryKind) care.EntryKind {
	if !showsRow(f, kind) {
		return ""
	}
	return kind
}

// renderEntries returns the history of an incident in a form.
func renderEntries(d *people.Directory, f Form, i care.Incident, entries []care.Entry) []EntryView {
	views := []EntryView{}
	shown := open(d, f, i)
	for _, e := range entries {
		if !showsRow(f, e.Kind) {
			continue
		}
		v := EntryView{Number: e.Number, Kind: e.Kind, Act: *renderAct(f, shown, &e.Act)}
		if e.Point != "" && e.Point != i.Point {
			at := i
			at.Point, at.Zone = e.Point, ""
			v.Point = renderPlace(d, f, at).Point
		} else {
			v.Point = renderPlace(d, f, i).Point
		}
		if seesCause(f, shown) {
			v.Cause = e.Cause
		}
		if seesReason(f, shown) || f != FormFamily && f != FormWall && ofNotices(e.Kind) {
			v.Reason = e.Reason
		}
		if f != FormFamily {
			v.Channel, v.Until = e.Channel, e.Until
		}
		if f == FormStaff {
			v.Note, v.To = e.Note, OwnerName(d, e.To)
			if e.Kind == care.EntryPhotographed {
				v.Photo, v.To = e.To, ""
			}
		}
		views = append(views, v)
	}
	return views
}
