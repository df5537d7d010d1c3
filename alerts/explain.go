package alerts

import (
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// MergeWithin is how long before a fault or an outage those faults may have
// been raised that it explains.
const MergeWithin = 10 * time.Minute

// Explains reports whether an incident of the equipment explains another one:
// an edge that is silent what is silent or low behind it, a fault of a fire
// panel what is behind its edge, a fault of the mains what its site has, a house
// or a village without a connection what is silent there. Only faults,
// silence and batteries are ever explained, never what concerns a person.
func Explains(d *people.Directory, parent, child care.Incident) bool {
	if parent.ID == child.ID || !parent.Open() || parent.Under != "" {
		return false
	}
	if child.Class != care.Fault && child.Class != care.Silent && child.Class != care.Battery {
		return false
	}
	subject := care.ParseSubject(parent.Point)
	switch {
	case parent.Class == care.Silent && subject.Kind == care.SubjectRegion:
		return child.Class == care.Silent && d.Sites[child.Site].Kind == care.PrivateHome &&
			d.Within(d.Sites[child.Site].Region, []care.RegionID{care.RegionID(subject.ID)})
	case parent.Site != child.Site:
		return false
	case parent.Class == care.Silent && subject.Kind == care.SubjectSite:
		return child.Class == care.Silent
	case parent.Class == care.Silent && subject.Kind == care.SubjectEdge && subject.Detail == "":
		return edgeOf(d, child) == care.EdgeID(subject.ID)
	case parent.Class != care.Fault:
		return false
	}
	p, _ := d.Point(parent.Site, parent.Point)
	switch p.Kind {
	case care.PowerSupply:
		return true
	case care.Panel:
		return edgeOf(d, child) == p.Edge
	}
	return false
}

// edgeOf returns the edge behind which an incident is.
func edgeOf(d *people.Directory, i care.Incident) care.EdgeID {
	if s := care.ParseSubject(i.Point); s.Kind == care.SubjectEdge {
		return care.EdgeID(s.ID)
	}
	p, _ := d.Point(i.Site, i.Point)
	return p.Edge
}

// ExplainsIn returns the sites in which an incident may explain others: its
// own, and for a village all of its homes.
func ExplainsIn(d *people.Directory, i care.Incident) []care.SiteID {
	subject := care.ParseSubject(i.Point)
	if subject.Kind != care.SubjectRegion {
		return []care.SiteID{i.Site}
	}
	var sites []care.SiteID
	for id, s := range d.Sites {
		if d.Within(s.Region, []care.RegionID{care.RegionID(subject.ID)}) {
			sites = append(sites, id)
		}
	}
	return sites
}
