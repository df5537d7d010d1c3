package inspect

import (
	"context"
	"fmt"
	"strings"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

type exportRequest struct {
	Query
	Order
	Column []string `query:"column,explode" enum:"raised,state,class,severity,township,site,place,accepted,accepted_by,arrived,resolved,cause,answer,wait" maxItems:"20" doc:"the columns in their order; all when none is named"`
}

// export answers with the rows of a query as an Excel file. It is whole before the
// first byte is sent, so that what fails is refused and not cut off; excelize keeps
// what is large in a file of its own meanwhile.
func (r *Room) export(ctx context.Context, u people.User, in *exportRequest) (api.File, error) {
	s, err := r.selected(u, in.Query)
	if err != nil {
		return api.File{}, err
	}
	t := tableOf[IncidentRow]{name: "incidents", sheet: sheetNames.incidents, columns: incidentColumns, language: in.Language, keys: in.Column}
	return exported(ctx, s, t, func(to *sheet[IncidentRow]) error { return s.fill(ctx, in.Order, to) })
}

// tableOf is a table that is to be exported.
type tableOf[R any] struct {
	name     string // in the name of the file and in the log
	sheet    care.Text
	columns  []column[R]
	language string
	keys     []string // of the columns that are wanted
}

// exported makes the Excel file of a table, which fill fills and ends.
func exported[R any](ctx context.Context, s *selection, t tableOf[R], fill func(*sheet[R]) error) (api.File, error) {
	columns, err := columnsOf(t.columns, t.keys)
	if err != nil {
		return api.File{}, err
	}
	sheet, err := newSheet(wordsOf(t.language), t.sheet, columns)
	if err != nil {
		return api.File{}, err
	}
	if err := fill(sheet); err != nil {
		sheet.file.Close()
		return api.File{}, err
	}
	// Rows leave the gateway: that is logged before they do.
	about := "site:" + string(s.Site)
	if s.Site == "" {
		about = "region:" + string(s.Region)
	}
	if s.Site == "" && s.Region == "" {
		about = "user:" + string(s.user.ID)
	}
	if err := s.room.api.Record(ctx, s.user, care.AuditExported, about, fmt.Sprintf("%s, %d rows", t.name, sheet.rows)); err != nil {
		sheet.file.Close()
		return api.File{}, err
	}
	name := "shouwang-" + strings.ReplaceAll(t.name, " ", "-") + "-" + s.now.In(s.location).Format("20060102-1504") + ".xlsx"
	return api.File{Name: name, Type: sheetType, Write: sheet.write}, nil
}

// all fills a sheet with rows that are there, and ends it.
func all[R any](rows []R, whole *R, said care.Text) func(*sheet[R]) error {
	return func(to *sheet[R]) error {
		for _, row := range rows {
			if err := to.add(row); err != nil {
				return err
			}
		}
		return to.end(whole, said)
	}
}

// fill writes the rows of a selection into a sheet: as they come where the order
// allows it, else all are sorted first.
func (s *selection) fill(ctx context.Context, o Order, to *sheet[IncidentRow]) error {
	var cut bool
	var err error
	if o.latestFirst() {
		cut, err = s.each(ctx, to.add)
	} else {
		var rows []IncidentRow
		rows, cut, err = s.sorted(ctx, o)
		for _, row := range rows {
			if err == nil {
				err = to.add(row)
			}
		}
	}
	if err != nil {
		return err
	}
	return to.end(nil, saidIf(cut, cutWords))
}

// saidIf returns a sentence where there is reason for it.
func saidIf(reason bool, said care.Text) care.Text {
	if reason {
		return said
	}
	return care.Text{}
}
