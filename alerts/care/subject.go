package care

import "strings"

// SubjectKind says what a point id stands for.
type SubjectKind string

// The kinds. Besides the points of devices there are things that the core
// itself watches; their ids have a colon, which no device's id can have.
const (
	SubjectPoint  SubjectKind = ""
	SubjectEdge   SubjectKind = "edge"   // an edge agent; Detail says what of it, empty for its connection
	SubjectRegion SubjectKind = "region" // the homes of a village together
	SubjectSite   SubjectKind = "site"   // the edges of a house together
	SubjectRoster SubjectKind = "roster" // a duty of the site's roster
	SubjectBoard  SubjectKind = "board"  // the boards of a floor; an empty ID is the whole site
)

// The details of an edge.
const (
	DetailSpool = "spool" // events wait on its disk, or readings are lost
	DetailClock = "clock" // its clock is wrong
)

// Subject is what a point id stands for, taken apart.
type Subject struct {
	Kind   SubjectKind
	ID     string
	Detail string
}

// EdgePoint returns the point id that stands for an edge; detail may be empty.
func EdgePoint(edge EdgeID, detail string) PointID {
	id := string(SubjectEdge) + ":" + string(edge)
	if detail != "" {
		id += ":" + detail
	}
	return PointID(id)
}

// RegionPoint returns the point id that stands for the homes of a region.
func RegionPoint(region RegionID) PointID {
	return PointID(string(SubjectRegion) + ":" + string(region))
}

// SitePoint returns the point id that stands for the edges of a site together.
func SitePoint(site SiteID) PointID { return PointID(string(SubjectSite) + ":" + string(site)) }

// RosterPoint returns the point id that stands for a duty of a site's roster.
func RosterPoint(duty string) PointID { return PointID(string(SubjectRoster) + ":" + duty) }

// A floor is whatever people call it; these would look like parts of an id.
var (
	floorID = strings.NewReplacer("%", "%25", ":", "%3A", "/", "%2F")
	floorOf = strings.NewReplacer("%25", "%", "%3A", ":", "%2F", "/")
)

// BoardPoint returns the point id that stands for the boards of a floor, as zones
// name it; an empty floor stands for a station that serves the whole site.
func BoardPoint(floor string) PointID {
	return PointID(string(SubjectBoard) + ":" + floorID.Replace(floor))
}

// ParseSubject takes a point id apart. An id without a known kind is that of a
// device's point.
func ParseSubject(p PointID) Subject {
	kind, rest, found := strings.Cut(string(p), ":")
	if !found {
		return Subject{ID: string(p)}
	}
	switch k := SubjectKind(kind); k {
	case SubjectBoard:
		return Subject{Kind: k, ID: floorOf.Replace(rest)}
	case SubjectEdge, SubjectRegion, SubjectSite, SubjectRoster:
		id, detail, _ := strings.Cut(rest, ":")
		return Subject{k, id, detail}
	}
	return Subject{ID: string(p)}
}
