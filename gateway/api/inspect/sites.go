package inspect

import (
	"context"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Standing says how a site stands.
type Standing string

// The standings, the gravest first; those of the pages (dashboards/inspect/standing.ts).
const (
	InHazard  Standing = "hazard"  // fire, gas or carbon monoxide is not resolved
	InDelay   Standing = "overdue" // nobody accepted an alarm in time
	OutOfCall Standing = "silent"  // all its edges are offline
	WithGaps  Standing = "gaps"    // something is silent, offline or not proved to work
	Busy      Standing = "busy"    // something is open
	Calm      Standing = "calm"
)

// SiteRow is a site in the table of sites.
type SiteRow struct {
	Node    SiteNode `json:"node"`
	State   Standing `json:"state" enum:"hazard,overdue,silent,gaps,busy,calm"`
	Open    int      `json:"open" doc:"incidents that are not resolved"`
	Hazards int      `json:"hazards" doc:"of them fire, gas and carbon monoxide"`
	Overdue int      `json:"overdue" doc:"of them those that nobody accepted in time"`
}

// SiteTable lists sites.
type SiteTable struct {
	Time time.Time `json:"time"`
	Rows []SiteRow `json:"rows"`
}

// SiteQuery says which sites a table or an Excel file is about, and in which order.
type SiteQuery struct {
	Region   care.RegionID   `query:"region" maxLength:"40"`
	Township care.RegionID   `query:"township" maxLength:"40"`
	Site     care.SiteID     `query:"site" maxLength:"40"`
	Kind     []care.SiteKind `query:"kind,explode" enum:"nursing_home,day_care,private_home"`
	State    []Standing      `query:"state,explode" enum:"hazard,overdue,silent,gaps,busy,calm"`
	Sort     string          `query:"sort" enum:"state,site,township,kind,address,telephone,open,overdue,points,silent,unproven,detectors,doubted,untested,edges,offline" default:"state"`
	Order    string          `query:"order" enum:"asc,desc" default:"asc"`
	Language string          `query:"language" enum:"zh,en" default:"zh" doc:"by whose names sites are sorted, and in which an Excel file is written"`
}

type siteFileRequest struct {
	SiteQuery
	Column []string `query:"column,explode" enum:"state,site,township,kind,address,telephone,open,overdue,points,silent,unproven,detectors,doubted,untested,edges,offline" maxItems:"20" doc:"the columns in their order; all when none is named"`
}

// siteColumns are those of sites.
var siteColumns = []column[SiteRow]{
	{key: "state", head: care.Text{ZH: "状态", EN: "State"}, width: 14, value: func(w words, r *SiteRow) any { return w.of(standingWords[r.State]) },
		order: func(r *SiteRow) int { return slices.Index(standings, r.State) }},
	{key: "site", head: care.Text{ZH: "机构", EN: "Site"}, width: 26, value: func(w words, r *SiteRow) any { return w.of(r.Node.Site.Name) }},
	{key: "township", head: care.Text{ZH: "乡镇/街道", EN: "Township"}, width: 16, value: func(w words, r *SiteRow) any { return w.of(r.Node.Township) }},
	{key: "kind", head: care.Text{ZH: "类型", EN: "Type"}, width: 14, value: func(w words, r *SiteRow) any { return w.of(kindWords[r.Node.Site.Kind]) },
		order: func(r *SiteRow) int { return slices.Index(kinds, r.Node.Site.Kind) }},
	{key: "address", head: care.Text{ZH: "地址", EN: "Address"}, width: 30, value: func(w words, r *SiteRow) any { return w.of(r.Node.Site.Address) }},
	{key: "telephone", head: care.Text{ZH: "电话", EN: "Telephone"}, width: 18, value: func(_ words, r *SiteRow) any { return r.Node.Telephone }},
	{key: "open", head: care.Text{ZH: "未处理完", EN: "Open"}, width: 10, value: func(_ words, r *SiteRow) any { return r.Open }},
	{key: "overdue", head: care.Text{ZH: "超时未接", EN: "Overdue"}, width: 10, value: func(_ words, r *SiteRow) any { return r.Overdue }},
	{key: "points", head: care.Text{ZH: "设备", EN: "Devices"}, width: 10, value: func(_ words, r *SiteRow) any { return r.Node.Coverage.Points }},
	{key: "silent", head: care.Text{ZH: "失联", EN: "Silent"}, width: 10, value: func(_ words, r *SiteRow) any { return r.Node.Coverage.Silent }},
	{key: "unproven", head: care.Text{ZH: "未证实", EN: "Unproven"}, width: 10, value: func(_ words, r *SiteRow) any { return r.Node.Coverage.Unproven }},
	{key: "detectors", head: care.Text{ZH: "消防探测器", EN: "Fire detectors"}, width: 12, value: func(_ words, r *SiteRow) any { return r.Node.Coverage.Detectors }},
	{key: "doubted", head: care.Text{ZH: "消防探测器未证实", EN: "Fire detector unproven"}, width: 14, value: func(_ words, r *SiteRow) any { return r.Node.Coverage.Doubted }},
	{key: "untested", head: care.Text{ZH: "测试逾期", EN: "Test overdue"}, width: 12, value: func(_ words, r *SiteRow) any { return r.Node.Coverage.Untested }},
	{key: "edges", head: care.Text{ZH: "网关盒", EN: "Edges"}, width: 10, value: func(_ words, r *SiteRow) any { return r.Node.Coverage.Edges }},
	{key: "offline", head: care.Text{ZH: "网关盒离线", EN: "Edge offline"}, width: 12, value: func(_ words, r *SiteRow) any { return r.Node.Coverage.Offline }},
}

// siteRows returns the sites of a query in its order.
func (r *Room) siteRows(ctx context.Context, u people.User, q SiteQuery) (*selection, []SiteRow, error) {
	s, err := r.selected(u, Query{Region: q.Region, Township: q.Township, Site: q.Site})
	if err != nil {
		return nil, nil, err
	}
	covers, err := r.gaps(ctx, u, s.filter.Sites, s.now)
	if err != nil {
		return nil, nil, err
	}
	of := map[care.SiteID]*SiteRow{}
	for _, c := range covers {
		of[c.site] = &SiteRow{Node: nodeOf(r.api.Book.Directory(), api.FormOf(u), c)}
	}
	s.filter.States = []care.IncidentState{care.Raised, care.Accepted, care.Arrived}
	err = r.api.EachIncident(ctx, u, s.filter, func(i care.Incident) bool {
		if row := of[i.Site]; row != nil {
			row.count(i, s.now)
		}
		return true
	})
	if err != nil {
		return nil, nil, err
	}
	rows := []SiteRow{}
	for _, c := range covers {
		row := of[c.site]
		row.State = row.standing()
		if in(q.State, row.State) && in(q.Kind, row.Node.Site.Kind) {
			rows = append(rows, *row)
		}
	}
	w := wordsOf(q.Language)
	// Of those that stand alike the name decides.
	if rows, err = sorted(siteColumns, rows, "site", false, w); err != nil {
		return nil, nil, err
	}
	rows, err = sorted(siteColumns, rows, q.Sort, q.Order == "desc", w)
	return s, rows, err
}

func (r *SiteRow) count(i care.Incident, now time.Time) {
	r.Open++
	if i.Class.LifeSafety() {
		r.Hazards++
	}
	if i.State == care.Raised && i.Under == "" && now.Sub(i.AlarmedAt) > acceptWithin[i.Severity.String()] {
		r.Overdue++
	}
}

func (r *SiteRow) standing() Standing {
	c := r.Node.Coverage
	switch {
	case r.Hazards > 0:
		return InHazard
	case r.Overdue > 0:
		return InDelay
	case c.Edges > 0 && c.Offline == c.Edges:
		return OutOfCall
	case c.Silent > 0 || c.Doubted > 0 || c.Offline > 0:
		return WithGaps
	case r.Open > 0:
		return Busy
	}
	return Calm
}

func (r *Room) sites(ctx context.Context, u people.User, in *SiteQuery) (SiteTable, error) {
	s, rows, err := r.siteRows(ctx, u, *in)
	if err != nil {
		return SiteTable{}, err
	}
	return SiteTable{Time: s.now.UTC(), Rows: rows}, nil
}

func (r *Room) siteFile(ctx context.Context, u people.User, in *siteFileRequest) (api.File, error) {
	s, rows, err := r.siteRows(ctx, u, in.SiteQuery)
	if err != nil {
		return api.File{}, err
	}
	t := tableOf[SiteRow]{name: "sites", sheet: sheetNames.sites, columns: siteColumns, language: in.Language, keys: in.Column}
	return exported(ctx, s, t, all(rows, nil, care.Text{}))
}
