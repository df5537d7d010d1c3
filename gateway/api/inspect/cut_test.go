package inspect_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api/inspect"
)

// TestWhatIsCutIsSaid: of more rows than a file may have it has the latest, and a
// sentence at its end; the table and the report say so, too.
func TestWhatIsCutIsSaid(t *testing.T) {
	const most = 300
	r := newRig(t, func(room *inspect.Room) { room.Most = most })
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	incidents := make([]care.Incident, 0, most+2)
	for n := range most + 2 {
		incidents = append(incidents, incident(n, "songhe", care.Fire, begin.Add(time.Duration(n)*time.Minute), time.Minute, care.CauseReal))
	}
	r.save(incidents...)
	p := r.as("inspector")
	for _, order := range []string{"desc", "asc"} {
		file := p.get("/api/inspect/incidents.xlsx?column=raised&column=class&order="+order, nil)
		rows := sheet(t, file)
		last := rows[len(rows)-1]
		if !strings.Contains(strings.Join(last, ""), "只含最近的 50000 条") {
			t.Errorf("the file ends with %q", last)
		}
		// The heading, the rows, an empty one, the sentence.
		if len(rows) != most+3 {
			t.Errorf("the file has %d lines", len(rows))
		}
		// The two oldest are left out in both orders.
		oldest := rows[most]
		if order == "asc" {
			oldest = rows[1]
		}
		if want := begin.Add(2 * time.Minute).In(time.FixedZone("", 8*60*60)).Format(time.DateTime); oldest[0] != want {
			t.Errorf("the oldest row (%s) is of %s, want %s", order, oldest[0], want)
		}
	}
	var table inspect.IncidentTable
	p.get("/api/inspect/incidents?limit=1", &table)
	var rep inspect.RegionReport
	p.get("/api/inspect/report?"+firstHalf, &rep)
	if got := fmt.Sprint(table.Total, table.Cut, rep.Total.Incidents.Count, rep.Cut); got != "300 true 300 true" {
		t.Errorf("table and report say %s", got)
	}
}

// BenchmarkTheLongestFile prints how long the file with the most rows takes, as it
// is kept and sorted the other way.
func BenchmarkTheLongestFile(b *testing.B) {
	r := newRig(b)
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	incidents := make([]care.Incident, 0, inspect.MaxRows)
	for n := range inspect.MaxRows {
		incidents = append(incidents, incident(n, "songhe", care.Fire, begin.Add(time.Duration(n)*time.Minute), time.Minute, care.CauseReal))
	}
	r.save(incidents...)
	p := r.as("inspector")
	for _, order := range []string{"desc", "asc"} {
		b.Run(order, func(b *testing.B) {
			for b.Loop() {
				b.SetBytes(int64(len(p.get("/api/inspect/incidents.xlsx?column=raised&column=class&order="+order, nil))))
			}
		})
	}
}
