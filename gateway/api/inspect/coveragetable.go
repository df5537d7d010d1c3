package inspect

import (
	"context"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// CoverageTable lists what has a gap.
type CoverageTable struct {
	Time  time.Time `json:"time"`
	Rows  []GapRow  `json:"rows" doc:"at most 5000"`
	Total int       `json:"total" doc:"rows of the query"`
}

// MaxGaps is how many rows a table of coverage has at most.
const MaxGaps = 5000

// GapQuery says which gaps a table or an Excel file is about, and in which order.
type GapQuery struct {
	Region   care.RegionID `query:"region" maxLength:"40"`
	Township care.RegionID `query:"township" maxLength:"40"`
	Site     care.SiteID   `query:"site" maxLength:"40"`
	Gap      []Gap         `query:"gap,explode" enum:"silent,unproven,detector,test,edge"`
	Sort     string        `query:"sort" enum:"site,township,device,place,gap,why,seen,tested" doc:"the column; site by site when none is named"`
	Order    string        `query:"order" enum:"asc,desc" default:"asc"`
	Language string        `query:"language" enum:"zh,en" default:"zh" doc:"by whose names places are sorted, and in which an Excel file is written"`
}

type gapFileRequest struct {
	GapQuery
	Column []string `query:"column,explode" enum:"site,township,device,place,gap,why,seen,tested" maxItems:"20" doc:"the columns in their order; all when none is named"`
}

// gapColumns are those of gaps. Which point it is and where is told of what finds
// hazards only; that is decided where the rows are made.
var gapColumns = []column[GapRow]{
	{key: "site", head: care.Text{ZH: "机构", EN: "Site"}, width: 26, value: func(w words, r *GapRow) any { return w.of(r.Site.Name) }},
	{key: "township", head: care.Text{ZH: "乡镇/街道", EN: "Township"}, width: 16, value: func(w words, r *GapRow) any { return w.of(r.Township) }},
	{key: "device", head: care.Text{ZH: "设备", EN: "Device"}, width: 16, value: func(w words, r *GapRow) any { return w.of(whatWords[r.What]) },
		order: func(r *GapRow) int { return slices.Index(whats, r.What) }},
	{key: "place", head: care.Text{ZH: "位置", EN: "Place"}, width: 26, value: func(w words, r *GapRow) any {
		if r.Edge != nil {
			return w.of(*r.Edge)
		}
		return placeText(w, r.Place)
	}},
	{key: "gap", head: care.Text{ZH: "缺口", EN: "Gap"}, width: 30, value: gapText,
		order: func(r *GapRow) int {
			return slices.IndexFunc(gapOrder, func(g Gap) bool { return slices.Contains(r.Gaps, g) })
		}},
	{key: "why", head: care.Text{ZH: "原因", EN: "Why"}, width: 36, value: func(w words, r *GapRow) any { return w.of(doubtWords[r.Doubt]) }},
	{key: "seen", head: care.Text{ZH: "最近听到", EN: "Last heard"}, width: 20, value: func(_ words, r *GapRow) any { return local(r.Site, r.SeenAt) },
		lack: func(*GapRow) care.Text { return neverWords }},
	{key: "tested", head: care.Text{ZH: "最近测试", EN: "Last test"}, width: 20, value: func(_ words, r *GapRow) any { return local(r.Site, r.TestedAt) },
		lack: func(r *GapRow) care.Text { return saidIf(r.What == "detector", neverWords) }},
}

// gapText names the gaps of a row. That a detector is unproven says already that it
// is a point which is.
func gapText(w words, r *GapRow) any {
	var names []string
	for _, g := range r.Gaps {
		if g != GapUnproven || !slices.Contains(r.Gaps, GapDetector) {
			names = append(names, w.of(gapWords[g]))
		}
	}
	return strings.Join(names, w.of(care.Text{ZH: "，", EN: ", "}))
}

// gapRows returns all rows of a query in its order.
func (r *Room) gapRows(ctx context.Context, u people.User, q GapQuery) (*selection, []GapRow, error) {
	s, err := r.selected(u, Query{Region: q.Region, Township: q.Township, Site: q.Site})
	if err != nil {
		return nil, nil, err
	}
	covers, err := r.gaps(ctx, u, s.filter.Sites, s.now)
	if err != nil {
		return nil, nil, err
	}
	rows := []GapRow{}
	for _, one := range covers {
		for _, row := range one.rows {
			if len(q.Gap) == 0 || slices.ContainsFunc(row.Gaps, func(g Gap) bool { return slices.Contains(q.Gap, g) }) {
				rows = append(rows, row)
			}
		}
	}
	rows, err = sorted(gapColumns, rows, q.Sort, q.Order == "desc", wordsOf(q.Language))
	return s, rows, err
}

func (r *Room) coverage(ctx context.Context, u people.User, in *GapQuery) (CoverageTable, error) {
	s, rows, err := r.gapRows(ctx, u, *in)
	if err != nil {
		return CoverageTable{}, err
	}
	return CoverageTable{Time: s.now.UTC(), Rows: rows[:min(len(rows), r.MostGaps)], Total: len(rows)}, nil
}

func (r *Room) coverageFile(ctx context.Context, u people.User, in *gapFileRequest) (api.File, error) {
	s, rows, err := r.gapRows(ctx, u, in.GapQuery)
	if err != nil {
		return api.File{}, err
	}
	t := tableOf[GapRow]{name: "coverage", sheet: sheetNames.gaps, columns: gapColumns, language: in.Language, keys: in.Column}
	shown := rows[:min(len(rows), r.MostGaps)]
	return exported(ctx, s, t, all(shown, nil, saidIf(len(rows) > len(shown), cutGapWords)))
}
