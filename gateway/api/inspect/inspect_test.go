package inspect_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api/inspect"
)

// halfYear is a district's half-year: of every class some, at every home, with
// every cause and every way of being answered; and some before and after it.
func halfYear() (incidents []care.Incident) {
	shanghai := time.FixedZone("", 8*60*60)
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, shanghai)
	causes := []care.Cause{care.CauseReal, care.CauseFalse, care.CauseTest, care.CauseDrill, care.CausePending, ""}
	waits := []time.Duration{20 * time.Second, 4 * time.Minute, 2 * time.Hour, time.Minute, 90 * time.Second}
	sites := []care.SiteID{"songhe", "lotus", "lake", "river"}
	n := 0
	for round := range 6 {
		for k, class := range care.Classes() {
			n++
			at := begin.Add(time.Duration(n*43) * time.Hour)
			switch {
			case round == 0 && k == 0:
				at = begin // the first moment of the period
			case round == 0 && k == 1:
				at = begin.Add(-time.Second) // the last before it
			case round == 5 && k == 0:
				at = time.Date(2026, 6, 30, 23, 59, 59, 0, shanghai)
			case round == 5 && k == 1:
				at = time.Date(2026, 7, 1, 0, 0, 0, 0, shanghai)
			}
			i := incident(n, sites[(n+round)%len(sites)], class, at, waits[n%len(waits)], causes[(n+2*round)%len(causes)])
			if n%13 == 0 {
				i.Under = "i-000001"
			}
			if n%11 == 0 && i.Cause == "" {
				i.Accepted, i.State = nil, care.Raised
			}
			incidents = append(incidents, i)
		}
	}
	return incidents
}

const firstHalf = "from=2026-01-01&to=2026-06-30"

// TestNothingPrivateReachesAnAuthority asks every route for all that it has and
// looks for every private text.
func TestNothingPrivateReachesAnAuthority(t *testing.T) {
	r := newRig(t)
	r.save(halfYear()...)
	for _, login := range []string{"inspector", "fire"} {
		p := r.as(login)
		for _, path := range []string{
			"/api/inspect/tree", "/api/inspect/sites/songhe", "/api/inspect/incidents?limit=500", "/api/inspect/incidents?limit=500&sort=cause&order=asc",
			"/api/inspect/coverage", "/api/inspect/report?" + firstHalf,
		} {
			answer := string(p.get(path, nil))
			for _, secret := range private {
				if strings.Contains(answer, secret) {
					t.Errorf("%s finds %q in %s", login, secret, path)
				}
			}
		}
		for _, language := range []string{"zh", "en"} {
			for _, row := range sheet(t, p.get("/api/inspect/incidents.xlsx?language="+language, nil)) {
				for _, secret := range private {
					if strings.Contains(strings.Join(row, "\t"), secret) {
						t.Errorf("%s finds %q in the Excel file: %q", login, secret, row)
					}
				}
			}
		}
	}
	var fire inspect.IncidentTable
	r.as("fire").get("/api/inspect/incidents?limit=500", &fire)
	for _, row := range fire.Rows {
		if c := row.Incident.Class; !c.LifeSafety() && !c.Equipment() {
			t.Errorf("the fire service is told of %s", c)
		}
	}
	if fire.Total == 0 {
		t.Error("the fire service is told nothing at all")
	}
}

// TestACauseIsNoFilterWhereItIsPrivate: who asks which falls were real would be
// told by the answer what he may not read.
func TestACauseIsNoFilterWhereItIsPrivate(t *testing.T) {
	r := newRig(t)
	r.save(halfYear()...)
	p := r.as("inspector")
	for _, cause := range []care.Cause{care.CauseReal, care.CauseFalse, care.CauseTest, care.CauseDrill, care.CausePending} {
		var table inspect.IncidentTable
		p.get("/api/inspect/incidents?group=care&cause="+string(cause), &table)
		if table.Total != 0 {
			t.Errorf("%d incidents of people are told apart by the cause %s", table.Total, cause)
		}
	}
}

// TestEachFigureIsAsManyRows follows every figure of the report to its rows.
func TestEachFigureIsAsManyRows(t *testing.T) {
	r := newRig(t)
	r.save(halfYear()...)
	for _, login := range []string{"inspector", "fire"} {
		p := r.as(login)
		for _, narrowed := range []string{"", "&region=beishan", "&site=lotus", "&township=xihu"} {
			var whole any
			p.get("/api/inspect/report?"+firstHalf+narrowed, &whole)
			followed, sum := 0, 0
			var follow func(path string, v any)
			follow = func(path string, v any) {
				switch v := v.(type) {
				case []any:
					for n, x := range v {
						follow(fmt.Sprintf("%s[%d]", path, n), x)
					}
				case map[string]any:
					query, ok := v["query"].(string)
					if !ok {
						for key, x := range v {
							follow(path+"."+key, x)
						}
						return
					}
					rows := "/api/inspect/incidents?limit=1&"
					if strings.HasPrefix(path, ".coverage") {
						rows = "/api/inspect/coverage?"
					}
					var table struct{ Total float64 }
					p.get(rows+query, &table)
					if table.Total != v["count"] {
						t.Errorf("%s: report%s is %v, and its rows (%s) are %v", login, path, v["count"], query, table.Total)
					}
					followed++
					sum += int(table.Total)
				}
			}
			follow("", whole)
			if followed < 50 || sum == 0 {
				t.Errorf("%s%s: %d figures of %d rows were followed", login, narrowed, followed, sum)
			}
		}
	}
}

// TestLinesAddUpToTheWhole: no township, class or month is left out, and none is
// counted twice.
func TestLinesAddUpToTheWhole(t *testing.T) {
	r := newRig(t)
	r.save(halfYear()...)
	var rep inspect.RegionReport
	r.as("inspector").get("/api/inspect/report?"+firstHalf, &rep)
	add := func(lines []inspect.ReportLine) (n int) {
		for _, l := range lines {
			n += l.Incidents.Count
		}
		return n
	}
	months := 0
	for _, m := range rep.Months {
		months += m.Hazards.Count + m.Care.Count + m.Equipment.Count
	}
	got := map[string]int{"classes": add(rep.Classes), "townships": add(rep.Townships), "sites": add(rep.BySite), "months": months}
	n := rep.Total.Incidents.Count
	if diff := cmp.Diff(map[string]int{"classes": n, "townships": n, "sites": n, "months": n}, got); diff != "" || n == 0 {
		t.Errorf("of %d incidents (-want +got):\n%s", n, diff)
	}
	var names []string
	for _, l := range rep.Townships {
		names = append(names, l.Name.EN)
	}
	if diff := cmp.Diff([]string{"Sandun", "Beishan", "Xihu"}, names); diff != "" {
		t.Errorf("townships (-want +got):\n%s", diff)
	}
	if len(rep.Months) != 6 || rep.Rectified {
		t.Errorf("%d months, rectified %v", len(rep.Months), rep.Rectified)
	}
}

// TestAnswersAreJudgedByWhatIsSeen: a drill of a fire is not judged; one of a fall
// is, since an inspector does not see that it was one.
func TestAnswersAreJudgedByWhatIsSeen(t *testing.T) {
	r := newRig(t)
	now := time.Now().Add(-time.Hour)
	r.save(
		incident(1, "songhe", care.Fire, now, time.Minute, care.CauseReal),
		incident(2, "songhe", care.Gas, now, 4*time.Minute, care.CauseReal),
		incident(3, "songhe", care.Fire, now, 9*time.Minute, care.CauseDrill),
		incident(4, "songhe", care.Fall, now, 9*time.Minute, care.CauseDrill),
		incident(5, "songhe", care.SOS, now, 0, ""),
		incident(6, "songhe", care.Battery, now, 0, ""),
		incident(7, "songhe", care.Silent, now, 0, ""),
	)
	var table inspect.IncidentTable
	r.as("inspector").get("/api/inspect/incidents", &table)
	got := map[string]inspect.Answer{}
	for _, row := range table.Rows {
		got[row.Incident.ID] = row.Answer
	}
	want := map[string]inspect.Answer{
		"i-000001": inspect.InTime, "i-000002": inspect.Late, "i-000003": "", "i-000004": inspect.Late,
		"i-000005": inspect.Overdue, "i-000006": inspect.Overdue, "i-000007": inspect.Overdue,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r.as("inspector").get("/api/inspect/incidents?stream=watch&sort=class&order=asc", &table)
	var classes []care.Class
	for _, row := range table.Rows {
		classes = append(classes, row.Incident.Class)
	}
	if diff := cmp.Diff([]care.Class{care.Fire, care.Fire, care.Gas, care.SOS, care.Fall, care.Silent, care.Battery}, classes); diff != "" {
		t.Errorf("what is watched first (-want +got):\n%s", diff)
	}
}

// TestTheExcelFileIsTheTable: the same columns, filters and order; names that
// begin like a formula are text.
func TestTheExcelFileIsTheTable(t *testing.T) {
	r := newRig(t)
	r.save(halfYear()...)
	p := r.as("inspector")
	q := "group=hazard&sort=site&order=asc&language=en"
	var table inspect.IncidentTable
	p.get("/api/inspect/incidents?limit=500&"+q, &table)
	file := p.get("/api/inspect/incidents.xlsx?column=site&column=class&column=raised&column=cause&"+q, nil)
	rows := sheet(t, file)
	want := [][]string{{"Site", "Class", "Raised", "Cause"}}
	causes := map[care.Cause]string{care.CauseReal: "Real", care.CauseFalse: "False alarm", care.CauseTest: "Test", care.CauseDrill: "Drill", care.CausePending: "Cause to be told"}
	for _, row := range table.Rows {
		i := row.Incident
		line := []string{i.Site.Name.EN, i.Class.Words().EN, i.RaisedAt.In(time.FixedZone("", 8*60*60)).Format("2006-01-02 15:04:05")}
		if i.Cause != "" {
			line = append(line, causes[i.Cause])
		}
		want = append(want, line)
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-table +Excel):\n%s", diff)
	}
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// The homes sort by name, and the = of one comes first.
	if v, _ := f.GetCellValue("Incidents", "A2"); v != "=Lake Home" {
		t.Errorf("the first home is %q", v)
	}
	if formula, err := f.GetCellFormula("Incidents", "A2"); err != nil || formula != "" {
		t.Errorf("a name became the formula %q (%v)", formula, err)
	}
	if got := r.audit(care.AuditExported); len(got) != 1 || got[0] != fmt.Sprintf("user:u-inspector incidents, %d rows", len(want)-1) {
		t.Errorf("the log says %q of the export", got)
	}
}

func sheet(t *testing.T, file []byte) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestALookIsOneRow: a page that asks each half minute is one look; after ten
// minutes, at another home, or at another screen it is another one.
func TestALookIsOneRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		desk := r.as("inspector")
		for range 19 {
			desk.get("/api/inspect/sites/songhe", nil)
			time.Sleep(30 * time.Second)
		}
		desk.get("/api/inspect/incidents?site=songhe", nil)
		desk.get("/api/inspect/incidents", nil)
		desk.get("/api/inspect/sites/lotus", nil)
		r.as("inspector").get("/api/inspect/sites/songhe", nil) // his phone
		time.Sleep(time.Minute)
		desk.get("/api/inspect/sites/songhe", nil)
		want := []string{"site:songhe", "site:songhe", "site:lotus", "site:songhe"} // the newest first
		if diff := cmp.Diff(want, r.audit(care.AuditLooked)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestElsewhereThereIsNothing: what is out of scope is not found, and not logged.
func TestElsewhereThereIsNothing(t *testing.T) {
	r := newRig(t)
	r.save(halfYear()...)
	p := r.as("elsewhere")
	for _, path := range []string{
		"/api/inspect/sites/songhe", "/api/inspect/incidents?site=songhe", "/api/inspect/incidents.xlsx?region=xihu",
		"/api/inspect/incidents?township=beishan", "/api/inspect/coverage?site=songhe", "/api/inspect/report?region=beishan&" + firstHalf,
	} {
		if w := p.send("GET", path, ""); w.Code != 404 {
			t.Errorf("GET %s is answered %d %s", path, w.Code, w.Body)
		}
	}
	var table inspect.IncidentTable
	p.get("/api/inspect/incidents?limit=500", &table)
	for _, row := range table.Rows {
		if row.Incident.Site.ID != "river" {
			t.Errorf("he sees an incident of %s", row.Incident.Site.ID)
		}
	}
	var tree inspect.RegionTree
	p.get("/api/inspect/tree", &tree)
	if len(tree.Sites) != 1 || len(tree.Regions) != 1 || tree.Regions[0].Parent != "" {
		t.Errorf("his tree is %+v", tree)
	}
	if got := r.audit(care.AuditLooked); len(got) != 0 {
		t.Errorf("the log says that he looked at %q", got)
	}
}

// TestPagesAreTheWhole: page by page each row comes once, in every order.
func TestPagesAreTheWhole(t *testing.T) {
	r := newRig(t)
	r.save(halfYear()...)
	p := r.as("inspector")
	for _, sort := range []string{"raised", "state", "class", "severity", "township", "site", "place", "accepted", "accepted_by", "arrived", "resolved", "cause", "answer", "wait"} {
		seen := map[string]int{}
		total := -1
		for offset := 0; offset != total; offset = min(offset+17, total) {
			var table inspect.IncidentTable
			p.get("/api/inspect/incidents?"+url.Values{"limit": {"17"}, "offset": {fmt.Sprint(offset)}, "sort": {sort}, "order": {"asc"}}.Encode(), &table)
			for _, row := range table.Rows {
				seen[row.Incident.ID]++
			}
			total = table.Total
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("by %s, %s comes %d times", sort, id, n)
			}
		}
		if len(seen) != total || total == 0 {
			t.Errorf("by %s there are %d of %d", sort, len(seen), total)
		}
	}
}

func TestCoverageOfASite(t *testing.T) {
	r := newRig(t)
	var look inspect.SiteLook
	r.as("inspector").get("/api/inspect/sites/songhe", &look)
	want := inspect.CoverageCounts{Points: 3, Silent: 1, Unproven: 1, Detectors: 2, Doubted: 1, Untested: 2, Edges: 1}
	if diff := cmp.Diff(want, look.Node.Coverage); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b, err := json.Marshal(look.Gaps)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(b); !strings.Contains(s, "Smoke 2") || strings.Contains(s, "Room 203") {
		t.Errorf("the gaps are %s", s)
	}
}
