package inspect

import (
	"cmp"
	"context"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// MaxReportDays is the longest period of a report.
const MaxReportDays = 366

// Figure is a number with the query of its rows: GET /api/inspect/incidents with it
// has as many.
type Figure struct {
	Count int    `json:"count"`
	Query string `json:"query" doc:"of /api/inspect/incidents; for coverage of /api/inspect/coverage"`
}

// RegionReport is how a region was in a period. Coverage is that of now.
type RegionReport struct {
	Time      time.Time      `json:"time"`
	From      string         `json:"from" format:"date"`
	To        string         `json:"to" format:"date"`
	TimeZone  string         `json:"time_zone"`
	Sites     int            `json:"sites" doc:"that it is about"`
	Total     ReportLine     `json:"total"`
	Classes   []ReportLine   `json:"classes" doc:"by class, emergencies first"`
	Townships []ReportLine   `json:"townships"`
	BySite    []ReportLine   `json:"by_site"`
	Months    []MonthLine    `json:"months"`
	Coverage  []CoverageLine `json:"coverage" doc:"the whole first, then each township, then each site that has a gap"`
	Cut       bool           `json:"cut" doc:"only the latest 50000 incidents were counted"`
	// Rectified says whether there is a register of hazards that were found and
	// closed, and of interviews held. There is none yet.
	Rectified bool `json:"rectified" doc:"hazards found and closed and interviews held are recorded; while false no such figure exists"`
}

// ReportLine are the figures of one class, township or site, or of all.
type ReportLine struct {
	Key       string     `json:"key,omitempty" doc:"the class, the region or the site; absent for all"`
	Name      *care.Text `json:"name,omitempty"`
	Incidents Figure     `json:"incidents"`
	Hazards   Figure     `json:"hazards" doc:"fire, gas and carbon monoxide"`
	// The causes are those of hazards and equipment; of what residents needed they
	// are for the staff of the site.
	Real    Figure `json:"real"`
	False   Figure `json:"false"`
	Test    Figure `json:"test" doc:"tests and drills"`
	Pending Figure `json:"pending" doc:"resolved, and the cause is still to be told"`
	// Answers are of hazards and of what residents needed; a line of a class of the
	// equipment has its own.
	Judged    Figure  `json:"judged" doc:"that somebody took, or that waited beyond the limit; tests, drills and what another incident explains are not judged"`
	Late      Figure  `json:"late" doc:"of the judged those that were taken too late, or not at all"`
	LateShare float64 `json:"late_share" doc:"0 to 1; 0 where nothing is judged"`
	Taken     int     `json:"taken" doc:"of the judged those that somebody took, of which the times are"`
	Median    float64 `json:"median_s" doc:"seconds until somebody took it; 0 where none was taken"`
	P90       float64 `json:"p90_s"`
}

// MonthLine are the incidents of one month of a report.
type MonthLine struct {
	Month     string `json:"month" doc:"such as 2026-07"`
	Hazards   Figure `json:"hazards"`
	Care      Figure `json:"care"`
	Equipment Figure `json:"equipment"`
}

// ReportQuery says what a report is about, and in which order its tables are.
type ReportQuery struct {
	Region   care.RegionID `query:"region" maxLength:"40"`
	Township care.RegionID `query:"township" maxLength:"40"`
	Site     care.SiteID   `query:"site" maxLength:"40"`
	From     string        `query:"from" required:"true" format:"date" doc:"first day, in the time zone of the region"`
	To       string        `query:"to" required:"true" format:"date" doc:"last day"`
	Sort     []string      `query:"sort,explode" maxItems:"5" doc:"of tables that are to be in another order, such as by_site.late.desc: the table, the column, asc or desc"`
	Language string        `query:"language" enum:"zh,en" default:"zh" doc:"by whose names lines are sorted, and in which an Excel file is written"`
}

func (r *Room) report(ctx context.Context, u people.User, in *ReportQuery) (RegionReport, error) {
	_, rep, err := r.reported(ctx, u, *in)
	return rep, err
}

// reported computes a report.
func (r *Room) reported(ctx context.Context, u people.User, in ReportQuery) (*selection, RegionReport, error) {
	base := Query{Region: in.Region, Township: in.Township, Site: in.Site, From: in.From, To: in.To}
	s, err := r.selected(u, base)
	if err != nil {
		return nil, RegionReport{}, err
	}
	if s.filter.To.Sub(s.filter.From) > (MaxReportDays+1)*24*time.Hour {
		return nil, RegionReport{}, invalid("a report covers 366 days at most")
	}
	d := r.api.Book.Directory()
	rep := RegionReport{
		Time: s.now.UTC(), From: in.From, To: in.To, TimeZone: s.location.String(), Sites: len(s.filter.Sites),
		Classes: []ReportLine{}, Townships: []ReportLine{}, BySite: []ReportLine{}, Months: []MonthLine{},
	}
	sums := newSums(d, s)
	if rep.Cut, err = s.each(ctx, sums.add); err != nil {
		return nil, RegionReport{}, err
	}
	rep.Total = sums.total.line("", nil, base)
	for _, c := range care.Classes() {
		if t := sums.classes[c]; t != nil {
			q := base
			q.Class = []care.Class{c}
			words := c.Words()
			rep.Classes = append(rep.Classes, t.line(string(c), &words, q))
		}
	}
	for _, id := range sums.order(d) {
		q, name := base, d.Regions[id].Name
		q.Township = id
		rep.Townships = append(rep.Townships, sums.townships[id].line(string(id), &name, q))
	}
	for _, id := range s.filter.Sites {
		q, name := base, d.Sites[id].Name
		q.Site = id
		rep.BySite = append(rep.BySite, sums.sites[id].line(string(id), &name, q))
	}
	slices.SortStableFunc(rep.BySite, func(x, y ReportLine) int {
		return cmp.Or(cmp.Compare(y.Late.Count, x.Late.Count), cmp.Compare(y.Incidents.Count, x.Incidents.Count))
	})
	rep.Months = s.months(sums, base)
	covers, err := r.gaps(ctx, u, s.filter.Sites, s.now)
	if err != nil {
		return nil, RegionReport{}, err
	}
	rep.Coverage = coverageLines(d, covers, base, sums.order(d))
	return s, rep, rep.arrange(in.Sort, wordsOf(in.Language))
}

// months returns each month of the period, also those without any incident.
func (s *selection) months(sums *sums, base Query) []MonthLine {
	lines := []MonthLine{}
	for at := s.filter.From; at.Before(s.filter.To); {
		next := time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, s.location)
		q, month := base, at.Format("2006-01")
		q.From, q.To = at.Format(time.DateOnly), earlier(next, s.filter.To).AddDate(0, 0, -1).Format(time.DateOnly)
		of := func(g Group) Figure {
			q := q
			q.Group = []Group{g}
			return figure(sums.months[month][g], q)
		}
		lines = append(lines, MonthLine{month, of(Hazard), of(Care), of(Equipment)})
		at = next
	}
	return lines
}

func earlier(x, y time.Time) time.Time {
	if x.Before(y) {
		return x
	}
	return y
}

func figure(n int, q Query) Figure { return Figure{n, q.values().Encode()} }
