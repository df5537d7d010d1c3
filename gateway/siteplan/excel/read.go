package excel

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"shouwang.care/shouwang/gateway/siteplan"
)

// Book is what a workbook says.
type Book struct {
	siteplan.Rows
	Mistakes []Mistake

	sheets map[string]*sheetOf
}

// sheetOf is where the rows of a register stand.
type sheetOf struct {
	name    string
	lines   []int          // of the sheet, by row
	columns map[string]int // by field, from 1
}

// Cell returns where a field of a row stands, such as points!C7; an empty field
// is the beginning of the row. It is empty for what is in no sheet.
func (b *Book) Cell(kind string, row int, field string) string {
	s := b.sheets[kind]
	if s == nil || row < 0 || row >= len(s.lines) {
		return ""
	}
	column := s.columns[field]
	for _, also := range []string{field + "_zh", "id", "login"} {
		if column == 0 {
			column = s.columns[also]
		}
	}
	at, err := excelize.CoordinatesToCellName(max(column, 1), s.lines[row])
	if err != nil {
		return ""
	}
	return s.name + "!" + at
}

// Read reads a workbook. Sheets of other names are left alone, and so are empty
// rows; a sheet that is missing names nothing.
func Read(data []byte) (b *Book) {
	b = &Book{sheets: map[string]*sheetOf{}}
	defer func() {
		// Odd files have made the library panic before.
		if r := recover(); r != nil {
			b.broken(fmt.Errorf("%v", r))
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped,
	})
	if err != nil {
		b.broken(err)
		return b
	}
	defer f.Close()
	b.Regions = take(b, f, regions)
	b.Sites = take(b, f, sites)
	b.Zones = take(b, f, zones)
	b.Edges = take(b, f, edges)
	b.Residents = take(b, f, residents)
	b.Points = take(b, f, points)
	b.Users = take(b, f, users)
	if len(b.sheets) == 0 && len(b.Mistakes) == 0 {
		b.broken(fmt.Errorf("it has none of the sheets of an export, such as %s", points.sheet()))
	}
	return b
}

// broken says that nothing can be read.
func (b *Book) broken(err error) {
	*b = Book{sheets: map[string]*sheetOf{}, Mistakes: []Mistake{{Kind: "file", Code: CodeBadFile, Text: "the file is no workbook that can be read: " + err.Error()}}}
}

// take reads one register.
func take[R any](b *Book, f *excelize.File, t table[R]) []R {
	sheet := sheetNamed(f, t.zh, t.en)
	if sheet == "" {
		return nil
	}
	s := &sheetOf{name: sheet, columns: map[string]int{}}
	b.sheets[t.kind] = s
	wrong := func(row int, field, code, at, format string, args ...any) {
		b.Mistakes = append(b.Mistakes, Mistake{t.kind, row, field, code, fmt.Sprintf(format, args...), sheet + "!" + at})
	}
	lines, err := f.Rows(sheet)
	if err != nil {
		wrong(0, "", CodeBadFile, "A1", "the sheet cannot be read: %v", err)
		return nil
	}
	defer lines.Close()
	var rows []R
	var columns []*column[R]
	for line := 1; lines.Next(); line++ {
		cells, err := lines.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			wrong(len(rows), "", CodeBadFile, "A"+strconv.Itoa(line), "the row cannot be read: %v", err)
			return rows
		}
		if line == 1 {
			columns = headings(t, s, cells, wrong)
			continue
		}
		if line > MaxRows+1 {
			wrong(len(rows), "", CodeTooMany, "A"+strconv.Itoa(line), "a sheet has at most %d rows; bring the rest in another file", MaxRows)
			return rows
		}
		if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue
		}
		var r R
		for n, c := range columns {
			if c == nil {
				continue
			}
			at, _ := excelize.CoordinatesToCellName(n+1, line)
			value := ""
			if n < len(cells) {
				value = strings.TrimSpace(cells[n])
			}
			if formula, _ := f.GetCellFormula(sheet, at); formula != "" {
				wrong(len(rows), c.field, CodeFormula, at, "a formula is not worked out; write its value instead")
				continue
			}
			if utf8.RuneCountInString(value) > maxCell {
				wrong(len(rows), c.field, CodeBadNumber, at, "the cell has more than %d characters", maxCell)
				continue
			}
			if err := c.set(&r, plainNumber(value)); err != nil {
				wrong(len(rows), c.field, CodeBadNumber, at, "%v", err)
			}
		}
		rows = append(rows, r)
		s.lines = append(s.lines, line)
	}
	if err := lines.Error(); err != nil {
		wrong(len(rows), "", CodeBadFile, "A1", "the sheet cannot be read to its end: %v", err)
	}
	return rows
}

// sheetNamed finds a sheet by its name in either language, or both.
func sheetNamed(f *excelize.File, zh, en string) string {
	for _, name := range f.GetSheetList() {
		trimmed := strings.TrimSpace(name)
		if trimmed == zh || strings.EqualFold(trimmed, en) || strings.EqualFold(trimmed, zh+" "+en) {
			return name
		}
	}
	return ""
}

// headings finds which field each column has. A column of no known heading is a
// mistake: what stands in it would be lost.
func headings[R any](t table[R], s *sheetOf, cells []string, wrong func(row int, field, code, at, format string, args ...any)) []*column[R] {
	columns := make([]*column[R], len(cells))
	for n, text := range cells {
		at, _ := excelize.CoordinatesToCellName(n+1, 1)
		text = strings.TrimSpace(strings.ReplaceAll(text, "\r", ""))
		if text == "" {
			continue
		}
		for k := range t.columns {
			c := &t.columns[k]
			if strings.EqualFold(text, c.zh+"\n"+c.en) || text == c.zh || strings.EqualFold(text, c.en) || strings.EqualFold(text, c.field) {
				columns[n] = c
			}
		}
		switch c := columns[n]; {
		case c == nil:
			wrong(0, "", CodeBadHeading, at, "no column has the heading %q; take it away", clip(text))
		case s.columns[c.field] != 0:
			wrong(0, c.field, CodeBadHeading, at, "the heading %q is there twice", clip(text))
			columns[n] = nil
		default:
			s.columns[c.field] = n + 1
		}
	}
	for _, c := range t.columns {
		// A column that is missing would empty what is registered.
		if s.columns[c.field] == 0 {
			wrong(0, c.field, CodeBadHeading, "A1", "the column %s (%s) is missing", c.en, c.zh)
		}
	}
	return columns
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// plainNumber turns a number that was typed without quotes, which a workbook may
// keep as 1.3812345678E10, into its digits.
func plainNumber(s string) string {
	if !strings.ContainsAny(s, "eE") || strings.Trim(s, "0123456789.eE+") != "" || strings.IndexAny(s, "0123456789") != 0 {
		return s
	}
	if v, err := strconv.ParseFloat(s, 64); err == nil && v < 1e15 && strings.Contains(s, "+") {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return s
}
