package api

import (
	"cmp"
	"strings"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// subjectName names what the core itself watches: an edge, the homes of a
// region, a duty of the roster, the boards of a floor. ok is false for the point
// of a device.
func subjectName(d *people.Directory, site care.SiteID, point care.PointID) (name care.Text, ok bool) {
	s := care.ParseSubject(point)
	called := care.Text{ZH: s.ID, EN: s.ID} // what nobody has entered is named by its id
	use := func(t care.Text) {
		called = care.Text{ZH: cmp.Or(t.ZH, t.EN, s.ID), EN: cmp.Or(t.EN, t.ZH, s.ID)}
	}
	switch s.Kind {
	case care.SubjectEdge:
		use(d.Edges[people.SiteEdge{Site: site, Edge: care.EdgeID(s.ID)}].Name)
		detail := edgeDetails[s.Detail]
		if !strings.Contains(called.ZH, "边缘终端") { // most are named by their room alone
			called.ZH = "边缘终端 " + called.ZH
		}
		if !strings.Contains(strings.ToLower(called.EN), "edge") {
			called.EN = "Edge " + called.EN
		}
		return care.Text{ZH: called.ZH + detail.ZH, EN: called.EN + detail.EN}, true
	case care.SubjectRegion:
		use(d.Regions[care.RegionID(s.ID)].Name)
		return care.Text{ZH: called.ZH + " 多户", EN: called.EN + ", several homes"}, true
	case care.SubjectSite:
		use(d.Sites[care.SiteID(s.ID)].Name)
		return care.Text{ZH: called.ZH + " 多个边缘终端", EN: called.EN + ", several edges"}, true
	case care.SubjectRoster:
		use(roleWords[people.Role(s.ID)]) // the usual duties are named after roles
		return care.Text{ZH: "值班：" + called.ZH, EN: "Duty: " + called.EN}, true
	case care.SubjectBoard:
		if s.ID == "" {
			return care.Text{ZH: "护理站看板", EN: "Station's board"}, true
		}
		return care.Text{ZH: s.ID + "楼护理站看板", EN: "Station's board, floor " + s.ID}, true
	}
	return care.Text{}, false
}

var edgeDetails = map[string]care.Text{
	care.DetailSpool: {ZH: "：待发队列", EN: ": events wait on its disk"},
	care.DetailClock: {ZH: "：时钟", EN: ": its clock"},
}

// roleWords are the names of roles as people say them.
var roleWords = map[people.Role]care.Text{
	people.Carer:     {ZH: "护理员", EN: "carer"},
	people.Leader:    {ZH: "班组长", EN: "shift leader"},
	people.Manager:   {ZH: "院长", EN: "manager"},
	people.Inspector: {ZH: "监管人员", EN: "inspector"},
	people.Family:    {ZH: "家属", EN: "family"},
	people.Operator:  {ZH: "系统管理员", EN: "operator"},
	people.Helper:    {ZH: "邻居或社区工作者", EN: "neighbour or community worker"},
}
