package inspect_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api/inspect"
)

// files are the Excel files besides that of incidents.
var files = []string{
	"/api/inspect/coverage.xlsx?", "/api/inspect/sites.xlsx?",
	"/api/inspect/report.xlsx?table=classes&" + firstHalf, "/api/inspect/report.xlsx?table=townships&" + firstHalf,
	"/api/inspect/report.xlsx?table=by_site&" + firstHalf, "/api/inspect/report.xlsx?table=months&" + firstHalf,
	"/api/inspect/report.xlsx?table=coverage&" + firstHalf,
}

// TestNothingPrivateIsInAFile: no person, room or reading, and for the fire service
// no class of care.
func TestNothingPrivateIsInAFile(t *testing.T) {
	r := newRig(t)
	r.save(halfYear()...)
	for _, login := range []string{"inspector", "fire"} {
		p := r.as(login)
		for _, file := range files {
			for _, language := range []string{"zh", "en"} {
				rows := sheet(t, p.get(file+"&language="+language, nil))
				if len(rows) < 2 {
					t.Errorf("%s is told nothing in %s", login, file)
				}
				for _, row := range rows {
					line := strings.Join(row, "\t")
					for _, secret := range private {
						if strings.Contains(line, secret) {
							t.Errorf("%s finds %q in %s: %q", login, secret, file, row)
						}
					}
					for _, c := range care.Classes() {
						if w := c.Words(); login == "fire" && !c.LifeSafety() && !c.Equipment() && (row[0] == w.ZH || row[0] == w.EN) {
							t.Errorf("the fire service is told of %s in %s", c, file)
						}
					}
				}
			}
		}
	}
}

// TestTheFileOfGapsIsTheirTable: the rows, the order and the columns are those that
// the page was answered.
func TestTheFileOfGapsIsTheirTable(t *testing.T) {
	r := newRig(t)
	p := r.as("inspector")
	gaps := map[inspect.Gap]string{"silent": "Silent", "unproven": "Unproven", "detector": "Fire detector unproven", "test": "Test overdue", "edge": "Edge offline"}
	for _, q := range []string{"", "sort=site&order=desc", "sort=gap&order=asc", "sort=seen&order=desc", "gap=detector&gap=edge&sort=township", "site=lotus&sort=place&order=desc"} {
		t.Run(q, func(t *testing.T) {
			q += "&language=en"
			var table inspect.CoverageTable
			p.get("/api/inspect/coverage?"+q, &table)
			want := [][]string{{"Gap", "Site", "Last test"}}
			for _, row := range table.Rows {
				var lacks []string
				for _, g := range row.Gaps {
					if g != "unproven" || !slices.Contains(row.Gaps, "detector") {
						lacks = append(lacks, gaps[g])
					}
				}
				line := []string{strings.Join(lacks, ", "), row.Site.Name.EN}
				if row.What == "detector" {
					line = append(line, "Never")
				}
				want = append(want, line)
			}
			got := sheet(t, p.get("/api/inspect/coverage.xlsx?column=gap&column=site&column=tested&"+q, nil))
			if diff := cmp.Diff(want, got); diff != "" || len(want) < 3 {
				t.Errorf("of %d rows (-table +Excel):\n%s", len(want), diff)
			}
		})
	}
}

// TestGapsAreSorted: the order is that of what the column means.
func TestGapsAreSorted(t *testing.T) {
	r := newRig(t)
	p := r.as("inspector")
	for _, c := range []struct {
		query string
		of    func(inspect.GapRow) string
		want  []string
	}{
		{"sort=township&order=asc&language=en", func(row inspect.GapRow) string { return row.Township.EN }, []string{"Beishan", "Sandun", "Xihu"}},
		{"sort=township&order=desc&language=en", func(row inspect.GapRow) string { return row.Township.EN }, []string{"Xihu", "Sandun", "Beishan"}},
		{"sort=device", func(row inspect.GapRow) string { return row.What }, []string{"detector", "care", "edge"}},
		{"sort=gap", func(row inspect.GapRow) string { return string(row.Gaps[0]) }, []string{"unproven", "silent", "test", "edge"}},
	} {
		var table inspect.CoverageTable
		p.get("/api/inspect/coverage?"+c.query, &table)
		var got []string
		for _, row := range table.Rows {
			got = append(got, c.of(row))
		}
		if diff := cmp.Diff(c.want, slices.Compact(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.query, diff)
		}
	}
}

// TestTheTableOfSites says how each stands, and its file is the same; a name that
// begins like a formula stays a name.
func TestTheTableOfSites(t *testing.T) {
	r := newRig(t)
	now := time.Now()
	r.save(
		incident(1, "songhe", care.Fall, now.Add(-time.Minute), 0, ""),
		incident(2, "lotus", care.SOS, now.Add(-time.Hour), 0, ""),
		incident(3, "lotus", care.SOS, now.Add(-time.Hour), time.Minute, care.CauseReal),
		incident(4, "lake", care.Fire, now.Add(-time.Minute), 30*time.Second, ""),
	)
	p := r.as("inspector")
	var table inspect.SiteTable
	p.get("/api/inspect/sites", &table)
	var got []string
	for _, row := range table.Rows {
		got = append(got, fmt.Sprint(row.Node.Site.ID, " ", row.State, " ", row.Open, " ", row.Overdue))
	}
	if diff := cmp.Diff([]string{"lake hazard 1 0", "lotus overdue 1 1", "songhe gaps 1 0"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var fire inspect.SiteTable
	r.as("fire").get("/api/inspect/sites", &fire)
	for _, row := range fire.Rows {
		if row.Node.Site.ID == "lotus" && row.Open != 0 {
			t.Errorf("the fire service is told of %d incidents of lotus", row.Open)
		}
	}
	file := p.get("/api/inspect/sites.xlsx?column=site&column=state&column=telephone&column=silent&sort=site&order=asc&language=en&state=hazard&state=overdue&kind=nursing_home", nil)
	want := [][]string{{"Site", "State", "Telephone", "Silent"}, {"=Lake Home", "Fire or gas", "+8657187000000", "1"}, {"Lotus Home", "Overdue", "+8657187000000", "1"}}
	if diff := cmp.Diff(want, sheet(t, file)); diff != "" {
		t.Errorf("the file (-want +got):\n%s", diff)
	}
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, cell := range []string{"A2", "C2"} {
		if formula, err := f.GetCellFormula("Sites", cell); err != nil || formula != "" {
			t.Errorf("%s became the formula %q (%v)", cell, formula, err)
		}
	}
	if diff := cmp.Diff([]string{"user:u-inspector sites, 2 rows"}, r.audit(care.AuditExported)); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

// TestTheFilesOfAReportAreItsTables: each has the lines of the report in their
// order, and the whole at its end.
func TestTheFilesOfAReportAreItsTables(t *testing.T) {
	r := newRig(t)
	r.save(halfYear()...)
	p := r.as("inspector")
	line := func(l inspect.ReportLine) []string {
		name, part, half := "Total", "", ""
		if l.Name != nil {
			name = l.Name.EN
		}
		if l.Judged.Count > 0 {
			part = fmt.Sprintf("%.0f%%", 100*l.LateShare)
		}
		if l.Taken > 0 {
			half = fmt.Sprintf("%d:%02d:%02d", int(l.Median)/3600, int(l.Median)/60%60, int(l.Median)%60)
		}
		row := []string{name, fmt.Sprint(l.Incidents.Count), fmt.Sprint(l.Late.Count), part, half}
		for row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		return row
	}
	for _, order := range []string{"", "name.asc", "late.desc", "late_share.asc", "median.desc"} {
		for _, table := range []string{"classes", "townships", "by_site"} {
			t.Run(table+" "+order, func(t *testing.T) {
				q := firstHalf + "&language=en"
				if order != "" {
					q += "&sort=" + table + "." + order
				}
				var rep inspect.RegionReport
				p.get("/api/inspect/report?"+q, &rep)
				lines := map[string][]inspect.ReportLine{"classes": rep.Classes, "townships": rep.Townships, "by_site": rep.BySite}[table]
				want := [][]string{{map[string]string{"classes": "Class", "townships": "Township", "by_site": "Site"}[table], "Incidents", "Too late", "Share too late", "Half within"}}
				for _, l := range append(slices.Clone(lines), rep.Total) {
					want = append(want, line(l))
				}
				got := sheet(t, p.get("/api/inspect/report.xlsx?column=name&column=incidents&column=late&column=late_share&column=median&table="+table+"&"+q, nil))
				if diff := cmp.Diff(want, got); diff != "" || len(lines) < 3 {
					t.Errorf("of %d lines (-report +Excel):\n%s", len(lines), diff)
				}
			})
		}
	}
	var rep inspect.RegionReport
	p.get("/api/inspect/report?"+firstHalf+"&sort=coverage.name.desc&sort=months.care.desc&language=en", &rep)
	var names []string
	for _, l := range rep.Coverage[1:] {
		names = append(names, l.Name.EN)
	}
	if diff := cmp.Diff([]string{"Xihu", "Sandun", "Beishan", "Songhe Home", "Lotus Home", "=Lake Home"}, names); diff != "" || rep.Coverage[0].Key != "" {
		t.Errorf("coverage, the townships first (-want +got):\n%s", diff)
	}
	if !slices.IsSortedFunc(rep.Months, func(x, y inspect.MonthLine) int { return y.Care.Count - x.Care.Count }) {
		t.Errorf("the months are not in the order of their care: %+v", rep.Months)
	}
}

// TestWhatIsNoTable is refused, and nothing is logged as exported.
func TestWhatIsNoTable(t *testing.T) {
	r := newRig(t)
	p := r.as("inspector")
	for _, path := range []string{
		"/api/inspect/coverage?sort=name", "/api/inspect/coverage.xlsx?column=resident", "/api/inspect/sites?sort=name", "/api/inspect/sites.xlsx?column=name",
		"/api/inspect/report?sort=by_site.late&" + firstHalf, "/api/inspect/report?sort=by_site.name.up&" + firstHalf,
		"/api/inspect/report?sort=by_site.nothing.asc&" + firstHalf, "/api/inspect/report?sort=people.name.asc&" + firstHalf,
		"/api/inspect/report.xlsx?table=people&" + firstHalf, "/api/inspect/report.xlsx?" + firstHalf,
		"/api/inspect/report.xlsx?table=months&column=late&" + firstHalf,
	} {
		if w := p.send("GET", path, ""); w.Code != 422 {
			t.Errorf("GET %s is answered %d %s", path, w.Code, w.Body)
		}
	}
	other := r.as("elsewhere")
	for _, path := range []string{"/api/inspect/sites?site=songhe", "/api/inspect/sites.xlsx?region=xihu", "/api/inspect/coverage.xlsx?township=beishan", "/api/inspect/report.xlsx?table=by_site&site=songhe&" + firstHalf} {
		if w := other.send("GET", path, ""); w.Code != 404 {
			t.Errorf("GET %s is answered %d %s", path, w.Code, w.Body)
		}
	}
	if got := r.audit(care.AuditExported); len(got) != 0 {
		t.Errorf("the log says that %q was exported", got)
	}
}

// TestTooManyGapsAreSaid: the table and the file have the first, and the file a
// sentence at its end.
func TestTooManyGapsAreSaid(t *testing.T) {
	r := newRig(t, func(room *inspect.Room) { room.MostGaps = 4 })
	p := r.as("inspector")
	var table inspect.CoverageTable
	p.get("/api/inspect/coverage?sort=site", &table)
	rows := sheet(t, p.get("/api/inspect/coverage.xlsx?sort=site&column=site", nil))
	if len(table.Rows) != 4 || table.Total < 9 || len(rows) != 7 || !strings.Contains(rows[6][0], "只含前 5000 条") {
		t.Errorf("the table has %d of %d rows, and the file is %q", len(table.Rows), table.Total, rows)
	}
}

// TestExportsAreLogged with what they are about.
func TestExportsAreLogged(t *testing.T) {
	r := newRig(t)
	p := r.as("inspector")
	p.get("/api/inspect/coverage.xlsx?site=songhe&gap=test", nil)
	p.get("/api/inspect/sites.xlsx?region=beishan", nil)
	p.get("/api/inspect/report.xlsx?table=townships&"+firstHalf, nil)
	want := []string{"user:u-inspector report townships, 3 rows", "region:beishan sites, 1 rows", "site:songhe coverage, 2 rows"}
	if diff := cmp.Diff(want, r.audit(care.AuditExported)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
