package inspect

import (
	"cmp"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// sums gathers what a report counts.
type sums struct {
	directory *people.Directory
	location  *time.Location
	total     *tally
	classes   map[care.Class]*tally
	townships map[care.RegionID]*tally
	sites     map[care.SiteID]*tally
	months    map[string]map[Group]int
}

func newSums(d *people.Directory, s *selection) *sums {
	t := &sums{
		directory: d, location: s.location, total: &tally{},
		classes: map[care.Class]*tally{}, townships: map[care.RegionID]*tally{},
		sites: map[care.SiteID]*tally{}, months: map[string]map[Group]int{},
	}
	// A site without any incident is a line, too: that is what is asked about it.
	for _, id := range s.filter.Sites {
		t.sites[id] = &tally{}
		t.townships[township(d, d.Sites[id].Region)] = &tally{}
	}
	return t
}

// order returns the townships by name.
func (t *sums) order(d *people.Directory) []care.RegionID {
	var ids []care.RegionID
	for id := range t.townships {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(x, y care.RegionID) int {
		return cmp.Or(cmp.Compare(d.Regions[x].Name.ZH, d.Regions[y].Name.ZH), cmp.Compare(x, y))
	})
	return ids
}

func (t *sums) add(row IncidentRow) error {
	v := &row.Incident
	class := t.classes[v.Class]
	if class == nil {
		// A line of a class of the equipment is about nothing else.
		class = &tally{equipment: v.Class.Equipment()}
		t.classes[v.Class] = class
	}
	site := t.directory.Sites[v.Site.ID]
	for _, to := range []*tally{t.total, class, t.townships[township(t.directory, site.Region)], t.sites[v.Site.ID]} {
		to.add(&row)
	}
	month := v.RaisedAt.In(t.location).Format("2006-01")
	if t.months[month] == nil {
		t.months[month] = map[Group]int{}
	}
	t.months[month][groupOf(v.Class)]++
	return nil
}

// tally counts for one line.
type tally struct {
	equipment                        bool // answers of the equipment count
	incidents, hazards, judged, late int
	causes                           map[care.Cause]int
	waits                            []float64 // of what was taken
}

func (t *tally) add(row *IncidentRow) {
	v := &row.Incident
	t.incidents++
	if v.Class.LifeSafety() {
		t.hazards++
	}
	if v.Cause != "" {
		if t.causes == nil {
			t.causes = map[care.Cause]int{}
		}
		t.causes[v.Cause]++
	}
	if v.Class.Equipment() && !t.equipment {
		return
	}
	switch row.Answer {
	case InTime, Late:
		t.judged++
		t.waits = append(t.waits, row.Wait)
	case Overdue:
		t.judged++
	}
	if row.Answer == Late || row.Answer == Overdue {
		t.late++
	}
}

// line returns the figures; q is the query of all its incidents.
func (t *tally) line(key string, name *care.Text, q Query) ReportLine {
	caused := func(causes ...care.Cause) Figure {
		n := 0
		for _, c := range causes {
			n += t.causes[c]
		}
		q := q
		q.Cause = causes
		return figure(n, q)
	}
	answered := func(n int, answers ...Answer) Figure {
		q := q
		if q.Answer = answers; !t.equipment {
			q.Group = []Group{Hazard, Care}
		}
		return figure(n, q)
	}
	hazards := q
	hazards.Group = []Group{Hazard}
	l := ReportLine{
		Key: key, Name: name, Incidents: figure(t.incidents, q), Hazards: figure(t.hazards, hazards),
		Real: caused(care.CauseReal), False: caused(care.CauseFalse), Test: caused(care.CauseTest, care.CauseDrill), Pending: caused(care.CausePending),
		Judged: answered(t.judged, InTime, Late, Overdue), Late: answered(t.late, Late, Overdue),
	}
	if t.judged > 0 {
		l.LateShare = float64(t.late) / float64(t.judged)
	}
	if n := len(t.waits); n > 0 {
		slices.Sort(t.waits)
		l.Taken = n
		// The nearest rank, as in alerts/health: each is a wait that somebody had.
		l.Median, l.P90 = t.waits[(n*50+99)/100-1], t.waits[(n*90+99)/100-1]
	}
	return l
}
