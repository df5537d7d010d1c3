package people

import "shouwang.care/shouwang/alerts/care"

// Impersonal reports whether an incident says nothing about a resident: a hazard
// to the building, equipment that finds such, an edge, a whole site, a roster. A
// bedside button that is not heard does say something: whose room has one, and
// when somebody was there last.
func (d *Directory) Impersonal(i care.Incident) bool {
	if i.Class.LifeSafety() {
		return true
	}
	if !i.Class.Equipment() {
		return false
	}
	if care.ParseSubject(i.Point).Kind != care.SubjectPoint {
		return true
	}
	p, _ := d.Point(i.Site, i.Point)
	return findsHazards(p)
}

// SeesDevice reports whether the user may see where a point is and what it says.
// Inspectors see that of what finds hazards; of all others they see numbers, since
// the moment in which a cord was heard tells whose alarm it was.
func (d *Directory) SeesDevice(u User, p care.Point) bool {
	return d.SeesPoint(u, p) && (u.Role != Inspector || findsHazards(p))
}
