package inspect

import (
	"context"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// MaxRows is how many incidents a table or an Excel file has at most: the latest
// that its query holds.
const MaxRows = 50_000

// IncidentRow is an incident in a table, with what is computed of it.
type IncidentRow struct {
	Incident api.IncidentView `json:"incident"`
	Township care.Text        `json:"township" doc:"township or street; the site's own region where there is none"`
	Answer   Answer           `json:"answer,omitempty" enum:"in_time,late,waiting,overdue" doc:"absent where it is not judged: tests, drills, and what another incident explains"`
	Wait     float64          `json:"wait_s" doc:"seconds from the alarm to the answer, or until now; 0 where it is not judged"`
}

// IncidentTable is a page of a table.
type IncidentTable struct {
	Time   time.Time     `json:"time"`
	Rows   []IncidentRow `json:"rows"`
	Total  int           `json:"total" doc:"rows of the query; never above 50000"`
	Cut    bool          `json:"cut" doc:"there are older ones beyond those 50000"`
	Offset int           `json:"offset"`
}

// Order is how a table is sorted.
type Order struct {
	Sort     string `query:"sort" enum:"raised,state,class,severity,township,site,place,accepted,accepted_by,arrived,resolved,cause,answer,wait" default:"raised"`
	Order    string `query:"order" enum:"asc,desc" default:"desc"`
	Language string `query:"language" enum:"zh,en" default:"zh" doc:"by whose names places are sorted, and in which an Excel file is written"`
}

// latestFirst reports whether the rows are wanted as the ledger reads them.
func (o Order) latestFirst() bool { return o.Sort == "raised" && o.Order == "desc" }

type tableRequest struct {
	Query
	Order
	Offset int `query:"offset" minimum:"0" maximum:"50000"`
	Limit  int `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// each calls take with the rows of a selection, the latest first, not more
// than the room gives.
// cut says that there are more.
func (s *selection) each(ctx context.Context, take func(IncidentRow) error) (cut bool, err error) {
	d := s.room.api.Book.Directory()
	form := api.FormOf(s.user)
	n := 0
	var failed error
	err = s.room.api.EachIncident(ctx, s.user, s.filter, func(i care.Incident) bool {
		row := rowOf(d, form, i, s.now)
		if !s.holds(&row) {
			return true
		}
		if n == s.room.Most {
			cut = true
			return false
		}
		n++
		failed = take(row)
		return failed == nil
	})
	if failed != nil {
		return cut, failed
	}
	return cut, err
}

func rowOf(d *people.Directory, form api.Form, i care.Incident, now time.Time) IncidentRow {
	row := IncidentRow{Incident: api.Render(d, form, i), Township: d.Regions[township(d, d.Sites[i.Site].Region)].Name}
	answer, wait := judge(row.Incident, now)
	row.Answer, row.Wait = answer, wait.Seconds()
	return row
}

// township returns the township above a region, or the region itself where none is.
func township(d *people.Directory, region care.RegionID) care.RegionID {
	at := region
	for range len(d.Regions) + 1 {
		r, known := d.Regions[at]
		if !known {
			break
		}
		if r.Level == "township" {
			return at
		}
		at = r.Parent
	}
	return region
}

// sorted returns all rows in an order.
func (s *selection) sorted(ctx context.Context, o Order) (rows []IncidentRow, cut bool, err error) {
	cut, err = s.each(ctx, func(row IncidentRow) error {
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		return nil, cut, err
	}
	rows, err = sorted(incidentColumns, rows, o.Sort, o.Order == "desc", wordsOf(o.Language))
	return rows, cut, err
}

func (r *Room) table(ctx context.Context, u people.User, in *tableRequest) (IncidentTable, error) {
	s, err := r.selected(u, in.Query)
	if err != nil {
		return IncidentTable{}, err
	}
	t := IncidentTable{Time: s.now.UTC(), Rows: []IncidentRow{}, Offset: in.Offset}
	if in.latestFirst() {
		// Only the page is kept; the rest is counted.
		t.Cut, err = s.each(ctx, func(row IncidentRow) error {
			if t.Total >= in.Offset && len(t.Rows) < in.Limit {
				t.Rows = append(t.Rows, row)
			}
			t.Total++
			return nil
		})
		return t, err
	}
	rows, cut, err := s.sorted(ctx, in.Order)
	if err != nil {
		return IncidentTable{}, err
	}
	t.Total, t.Cut = len(rows), cut
	from := min(in.Offset, len(rows))
	t.Rows = append(t.Rows, rows[from:min(from+in.Limit, len(rows))]...)
	return t, nil
}
