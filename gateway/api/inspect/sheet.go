package inspect

import (
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"shouwang.care/shouwang/alerts/care"
)

// sheetType is the media type of an Excel file.
const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// sheet is an Excel file in the making.
type sheet[R any] struct {
	words
	columns []column[R]
	file    *excelize.File
	to      *excelize.StreamWriter
	name    string
	rows    int
	style   struct{ head, text, time, share, length int }
}

// newSheet begins a file with its heading, which stays in sight and is printed on
// each page.
func newSheet[R any](w words, name care.Text, columns []column[R]) (*sheet[R], error) {
	s := &sheet[R]{words: w, columns: columns, file: excelize.NewFile(), name: w.of(name)}
	if err := s.begin(); err != nil {
		s.file.Close()
		return nil, fmt.Errorf("begin the Excel file: %w", err)
	}
	return s, nil
}

func (s *sheet[R]) begin() error {
	if err := s.file.SetSheetName("Sheet1", s.name); err != nil {
		return err
	}
	seconds, length := "yyyy-mm-dd hh:mm:ss", "[h]:mm:ss"
	for _, style := range []struct {
		id *int
		of excelize.Style
	}{
		{&s.style.head, excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: textFormat, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
		{&s.style.text, excelize.Style{NumFmt: textFormat, Alignment: &excelize.Alignment{Vertical: "top"}}},
		{&s.style.time, excelize.Style{CustomNumFmt: &seconds, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left"}}},
		{&s.style.share, excelize.Style{NumFmt: percentFormat, Alignment: &excelize.Alignment{Vertical: "top"}}},
		{&s.style.length, excelize.Style{CustomNumFmt: &length, Alignment: &excelize.Alignment{Vertical: "top"}}},
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
// edits it, also where it begins with = + - or @. percentFormat is 0%.
const (
	textFormat    = 49
	percentFormat = 9
)

// print sets the file up for A4, all columns on one page.
func (s *sheet[R]) print() error {
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
func (s *sheet[R]) add(row R) error {
	s.rows++
	return s.put(s.rows+1, &row)
}

func (s *sheet[R]) put(line int, row *R) error {
	cells := make([]any, len(s.columns))
	for n, c := range s.columns {
		v := c.value(s.words, row)
		if none(v) && c.lack != nil {
			v = s.of(c.lack(row))
		}
		switch v := v.(type) {
		case nil:
		case time.Time:
			cells[n] = excelize.Cell{StyleID: s.style.time, Value: v}
		case int:
			cells[n] = v
		case share:
			cells[n] = excelize.Cell{StyleID: s.style.share, Value: float64(v)}
		case time.Duration:
			cells[n] = excelize.Cell{StyleID: s.style.length, Value: v.Hours() / 24} // days, as Excel counts
		case string:
			if v != "" {
				cells[n] = excelize.Cell{StyleID: s.style.text, Value: v}
			}
		}
	}
	return s.to.SetRow(fmt.Sprint("A", line), cells)
}

// end finishes the sheet: with a line of the whole, which no filter hides, where
// there is one, and with a sentence where something was left out.
func (s *sheet[R]) end(whole *R, said care.Text) error {
	line := s.rows + 2
	if whole != nil {
		if err := s.put(line, whole); err != nil {
			return err
		}
		line++
	}
	if said != (care.Text{}) {
		if err := s.to.SetRow(fmt.Sprint("A", line+1), []any{excelize.Cell{StyleID: s.style.text, Value: s.of(said)}}); err != nil {
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

func (s *sheet[R]) write(w io.Writer) error {
	defer s.file.Close()
	if err := s.file.Write(w); err != nil {
		return fmt.Errorf("send the Excel file: %w", err)
	}
	return nil
}
