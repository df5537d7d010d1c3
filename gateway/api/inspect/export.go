package inspect

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// sheetType is the media type of an Excel file.
const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

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
	sheet, err := newSheet(words{english: in.Language == "en"}, columnsOf(in.Column))
	if err != nil {
		return api.File{}, err
	}
	if err := s.fill(ctx, in.Order, sheet); err != nil {
		sheet.file.Close()
		return api.File{}, err
	}
	// Rows leave the gateway: that is logged before they do.
	about := "site:" + string(in.Site)
	if in.Site == "" {
		about = "region:" + string(in.Region)
	}
	if in.Site == "" && in.Region == "" {
		about = "user:" + string(u.ID)
	}
	if err := r.api.Record(ctx, u, care.AuditExported, about, fmt.Sprintf("incidents, %d rows", sheet.rows)); err != nil {
		sheet.file.Close()
		return api.File{}, err
	}
	return api.File{Name: "shouwang-incidents-" + s.now.In(s.location).Format("20060102-1504") + ".xlsx", Type: sheetType, Write: sheet.write}, nil
}

// fill writes the rows of a selection into a sheet: as they come where the order
// allows it, else all are sorted first.
func (s *selection) fill(ctx context.Context, o Order, sheet *sheet) error {
	var cut bool
	var err error
	if o.latestFirst() {
		cut, err = s.each(ctx, sheet.add)
	} else {
		var rows []IncidentRow
		rows, cut, err = s.sorted(ctx, o)
		for _, row := range rows {
			if err == nil {
				err = sheet.add(row)
			}
		}
	}
	if err != nil {
		return err
	}
	return sheet.end(cut)
}

// sheet is an Excel file in the making.
type sheet struct {
	words
	columns []column
	file    *excelize.File
	to      *excelize.StreamWriter
	name    string
	rows    int
	style   struct{ head, text, time int }
}

// newSheet begins a file with its heading, which stays in sight and is printed on
// each page.
func newSheet(w words, columns []column) (*sheet, error) {
	s := &sheet{words: w, columns: columns, file: excelize.NewFile(), name: w.of(sheetName)}
	if err := s.begin(); err != nil {
		s.file.Close()
		return nil, fmt.Errorf("begin the Excel file: %w", err)
	}
	return s, nil
}

func (s *sheet) begin() error {
	if err := s.file.SetSheetName("Sheet1", s.name); err != nil {
		return err
	}
	seconds := "yyyy-mm-dd hh:mm:ss"
	for _, style := range []struct {
		id *int
		of excelize.Style
	}{
		{&s.style.head, excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: textFormat, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
		{&s.style.text, excelize.Style{NumFmt: textFormat, Alignment: &excelize.Alignment{Vertical: "top"}}},
		{&s.style.time, excelize.Style{CustomNumFmt: &seconds, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left"}}},
	} {
		var err error
		if *style.id, err = s.file.NewStyle(&style.of); err != nil {
			return err
		}
	}
	if err := s.print(); err != nil {
		return err
	}
	var err error
	if s.to, err = s.file.NewStreamWriter(s.name); err != nil {
		return err
	}
	for n, c := range s.columns {
		if err := s.to.SetColWidth(n+1, n+1, c.width); err != nil {
			return err
		}
	}
	if err := s.to.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]any, len(s.columns))
	for n, c := range s.columns {
		head[n] = excelize.Cell{StyleID: s.style.head, Value: s.of(c.head)}
	}
	return s.to.SetRow("A1", head)
}

// textFormat is the number format @ of Excel: a cell of it stays text when somebody
// edits it, also where it begins with = + - or @.
const textFormat = 49

// print sets the file up for A4, all columns on one page.
func (s *sheet) print() error {
	a4, landscape, wide, long, fit := 9, "landscape", 1, 0, true
	if err := s.file.SetPageLayout(s.name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &wide, FitToHeight: &long}); err != nil {
		return err
	}
	if err := s.file.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	if err := s.file.SetHeaderFooter(s.name, &excelize.HeaderFooterOptions{OddFooter: "&L&A&R&P / &N"}); err != nil {
		return err
	}
	return s.file.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: "'" + s.name + "'!$1:$1", Scope: s.name,
	})
}

// add writes one row.
func (s *sheet) add(row IncidentRow) error {
	cells := make([]any, len(s.columns))
	for n, c := range s.columns {
		switch v := c.value(s.words, &row).(type) {
		case nil:
		case time.Time:
			cells[n] = excelize.Cell{StyleID: s.style.time, Value: v}
		case int:
			cells[n] = v
		case string:
			if v != "" {
				cells[n] = excelize.Cell{StyleID: s.style.text, Value: v}
			}
		}
	}
	s.rows++
	return s.to.SetRow(fmt.Sprint("A", s.rows+1), cells)
}

// end finishes the sheet, with a sentence where older rows were left out.
func (s *sheet) end(cut bool) error {
	if cut {
		if err := s.to.SetRow(fmt.Sprint("A", s.rows+3), []any{excelize.Cell{StyleID: s.style.text, Value: s.of(cutWords)}}); err != nil {
			return err
		}
	}
	if err := s.to.Flush(); err != nil {
		return fmt.Errorf("write the Excel file: %w", err)
	}
	last, err := excelize.CoordinatesToCellName(len(s.columns), s.rows+1)
	if err != nil {
		return err
	}
	return s.file.AutoFilter(s.name, "A1:"+last, nil)
}

func (s *sheet) write(w io.Writer) error {
	defer s.file.Close()
	if err := s.file.Write(w); err != nil {
		return fmt.Errorf("send the Excel file: %w", err)
	}
	return nil
}
