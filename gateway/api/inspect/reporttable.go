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

type reportFileRequest struct {
	ReportQuery
	Table  string   `query:"table" required:"true" enum:"classes,townships,by_site,months,coverage"`
	Column []string `query:"column,explode" enum:"name,incidents,hazards,real,false,test,pending,judged,late,late_share,median,p90,care,equipment,points,detectors,doubted,silent,untested,offline,unproven" maxItems:"20" doc:"the columns in their order; all when none is named"`
}

// reportColumns are those of the tables of a report. That of lines by class has no
// number of hazards, since each class is one or none.
var reportColumns = struct {
	classes, townships, sites []column[ReportLine]
	months                    []column[MonthLine]
	coverage                  []column[CoverageLine]
}{
	classes: slices.Concat([]column[ReportLine]{{
		key: "name", head: care.Text{ZH: "类别", EN: "Class"}, width: 22, value: lineName,
		order: func(r *ReportLine) int { return slices.Index(care.Classes(), care.Class(r.Key)) },
	}}, slices.DeleteFunc(lineColumns(), func(c column[ReportLine]) bool { return c.key == "hazards" })),
	townships: slices.Concat([]column[ReportLine]{{key: "name", head: care.Text{ZH: "乡镇/街道", EN: "Township"}, width: 22, value: lineName}}, lineColumns()),
	sites:     slices.Concat([]column[ReportLine]{{key: "name", head: care.Text{ZH: "机构", EN: "Site"}, width: 26, value: lineName}}, lineColumns()),
	months: []column[MonthLine]{
		{key: "name", head: care.Text{ZH: "月份", EN: "Month"}, width: 12, value: func(_ words, r *MonthLine) any { return r.Month }},
		{key: "hazards", head: groupWords[Hazard], width: 12, value: func(_ words, r *MonthLine) any { return r.Hazards.Count }},
		{key: "care", head: groupWords[Care], width: 12, value: func(_ words, r *MonthLine) any { return r.Care.Count }},
		{key: "equipment", head: groupWords[Equipment], width: 12, value: func(_ words, r *MonthLine) any { return r.Equipment.Count }},
	},
	coverage: []column[CoverageLine]{
		{key: "name", head: care.Text{ZH: "乡镇/街道、机构", EN: "Township or site"}, width: 26, value: func(w words, r *CoverageLine) any {
			if r.Name == nil {
				return w.of(totalWords)
			}
			return w.of(*r.Name)
		}},
		{key: "points", head: care.Text{ZH: "设备", EN: "Devices"}, width: 10, value: func(_ words, r *CoverageLine) any { return r.Points }},
		{key: "detectors", head: care.Text{ZH: "消防探测器", EN: "Fire detectors"}, width: 12, value: func(_ words, r *CoverageLine) any { return r.Detectors }},
		{key: "doubted", head: gapWords[GapDetector], width: 14, value: func(_ words, r *CoverageLine) any { return r.Doubted.Count }},
		{key: "silent", head: gapWords[GapSilent], width: 10, value: func(_ words, r *CoverageLine) any { return r.Silent.Count }},
		{key: "untested", head: gapWords[GapTest], width: 12, value: func(_ words, r *CoverageLine) any { return r.Untested.Count }},
		{key: "offline", head: gapWords[GapEdge], width: 12, value: func(_ words, r *CoverageLine) any { return r.Offline.Count }},
		{key: "unproven", head: gapWords[GapUnproven], width: 10, value: func(_ words, r *CoverageLine) any { return r.Unproven.Count }},
	},
}

// lineColumns are the figures of a class, a township or a site.
func lineColumns() []column[ReportLine] {
	figure := func(key, zh, en string, of func(r *ReportLine) Figure) column[ReportLine] {
		return column[ReportLine]{key: key, head: care.Text{ZH: zh, EN: en}, width: 12, value: func(_ words, r *ReportLine) any { return of(r).Count }}
	}
	// Of what nobody took there is no time, and of what is not judged no share.
	taken := func(key, zh, en string, of func(r *ReportLine) float64) column[ReportLine] {
		return column[ReportLine]{key: key, head: care.Text{ZH: zh, EN: en}, width: 16, value: func(_ words, r *ReportLine) any {
			if r.Taken == 0 {
				return nil
			}
			return time.Duration(of(r) * float64(time.Second)).Round(time.Second)
		}}
	}
	return []column[ReportLine]{
		figure("incidents", "报警", "Incidents", func(r *ReportLine) Figure { return r.Incidents }),
		figure("hazards", "火警与燃气", "Fire and gas", func(r *ReportLine) Figure { return r.Hazards }),
		figure("real", "真实", "Real", func(r *ReportLine) Figure { return r.Real }),
		figure("false", "误报", "False", func(r *ReportLine) Figure { return r.False }),
		figure("test", "测试与演练", "Tests, drills", func(r *ReportLine) Figure { return r.Test }),
		figure("pending", "原因待补", "Cause to be told", func(r *ReportLine) Figure { return r.Pending }),
		figure("judged", "已评价", "Judged", func(r *ReportLine) Figure { return r.Judged }),
		figure("late", "超时", "Too late", func(r *ReportLine) Figure { return r.Late }),
		{key: "late_share", head: care.Text{ZH: "超时比例", EN: "Share too late"}, width: 12, value: func(_ words, r *ReportLine) any {
			if r.Judged.Count == 0 {
				return nil
			}
			return share(r.LateShare)
		}},
		taken("median", "一半在此时间内", "Half within", func(r *ReportLine) float64 { return r.Median }),
		taken("p90", "九成在此时间内", "90 % within", func(r *ReportLine) float64 { return r.P90 }),
	}
}

func lineName(w words, r *ReportLine) any {
	if r.Name == nil {
		return w.of(totalWords)
	}
	return w.of(*r.Name)
}

// arrange brings tables into other orders, each said as table.column.order. The
// whole stays where it is, and of coverage the townships stay before the sites.
func (rep *RegionReport) arrange(orders []string, w words) error {
	for _, said := range orders {
		table, rest, _ := strings.Cut(said, ".")
		key, order, _ := strings.Cut(rest, ".")
		if key == "" || order != "asc" && order != "desc" {
			return invalid(said + " is no order such as by_site.late.desc")
		}
		falling := order == "desc"
		var err error
		switch table {
		case "classes":
			rep.Classes, err = sorted(reportColumns.classes, rep.Classes, key, falling, w)
		case "townships":
			rep.Townships, err = sorted(reportColumns.townships, rep.Townships, key, falling, w)
		case "by_site":
			rep.BySite, err = sorted(reportColumns.sites, rep.BySite, key, falling, w)
		case "months":
			rep.Months, err = sorted(reportColumns.months, rep.Months, key, falling, w)
		case "coverage":
			err = rep.arrangeCoverage(key, falling, w)
		default:
			err = invalid("the report has no table " + table)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (rep *RegionReport) arrangeCoverage(key string, falling bool, w words) error {
	lines := rep.Coverage[:1:1]
	from := slices.IndexFunc(rep.Coverage, func(l CoverageLine) bool { return l.Site })
	if from < 0 {
		from = len(rep.Coverage)
	}
	for _, part := range [][]CoverageLine{rep.Coverage[1:from], rep.Coverage[from:]} {
		part, err := sorted(reportColumns.coverage, part, key, falling, w)
		if err != nil {
			return err
		}
		lines = append(lines, part...)
	}
	rep.Coverage = lines
	return nil
}

func (r *Room) reportFile(ctx context.Context, u people.User, in *reportFileRequest) (api.File, error) {
	s, rep, err := r.reported(ctx, u, in.ReportQuery)
	if err != nil {
		return api.File{}, err
	}
	said := saidIf(rep.Cut, cutReportWords)
	lines := func(columns []column[ReportLine], rows []ReportLine) (api.File, error) {
		return exported(ctx, s, reportTable(in, columns), all(rows, &rep.Total, said))
	}
	switch in.Table {
	case "classes":
		return lines(reportColumns.classes, rep.Classes)
	case "townships":
		return lines(reportColumns.townships, rep.Townships)
	case "by_site":
		return lines(reportColumns.sites, rep.BySite)
	case "months":
		return exported(ctx, s, reportTable(in, reportColumns.months), all(rep.Months, nil, said))
	}
	// How it is covered now has nothing to do with how many incidents there were.
	return exported(ctx, s, reportTable(in, reportColumns.coverage), all(rep.Coverage[1:], &rep.Coverage[0], care.Text{}))
}

func reportTable[R any](in *reportFileRequest, columns []column[R]) tableOf[R] {
	return tableOf[R]{name: "report " + in.Table, sheet: reportNames[in.Table], columns: columns, language: in.Language, keys: in.Column}
}
