package excel

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/xuri/excelize/v2"

	"shouwang.care/shouwang/gateway/siteplan"
)

// emptyRows is how many rows below the last one have lists to choose from.
const emptyRows = 500

// Write returns a workbook of the rows.
func Write(r siteplan.Rows) (_ []byte, err error) {
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("close the workbook: %w", e)
		}
	}()
	heading, err := f.NewStyle(&excelize.Style{
		Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF7"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"},
	})
	if err != nil {
		return nil, fmt.Errorf("make the headings: %w", err)
	}
	// @: what somebody types stays text, such as a telephone number.
	plain, err := f.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return nil, fmt.Errorf("make the cells: %w", err)
	}
	w := writer{f, heading, plain}
	for _, write := range []func() error{
		func() error { return put(w, sites, r.Sites) },
		func() error { return put(w, zones, r.Zones) },
		func() error { return put(w, edges, r.Edges) },
		func() error { return put(w, residents, r.Residents) },
		func() error { return put(w, points, r.Points) },
		func() error { return put(w, users, r.Users) },
		func() error { return put(w, regions, r.Regions) },
	} {
		if err := write(); err != nil {
			return nil, err
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		return nil, fmt.Errorf("take the empty sheet away: %w", err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, fmt.Errorf("write the workbook: %w", err)
	}
	return b.Bytes(), nil
}

type writer struct {
	*excelize.File
	heading, plain int
}

// put writes one sheet.
func put[R any](w writer, t table[R], rows []R) error {
	sheet := t.sheet()
	fail := func(err error) error { return fmt.Errorf("write the sheet %s: %w", sheet, err) }
	if _, err := w.NewSheet(sheet); err != nil {
		return fail(err)
	}
	last := len(rows) + 1 + emptyRows
	for n, c := range t.columns {
		name, err := excelize.ColumnNumberToName(n + 1)
		if err != nil {
			return fail(err)
		}
		if err := w.SetColWidth(sheet, name, name, c.width); err != nil {
			return fail(err)
		}
		if !c.number {
			if err := w.SetCellStyle(sheet, name+"2", name+strconv.Itoa(last), w.plain); err != nil {
				return fail(err)
			}
		}
		if err := w.SetCellStr(sheet, name+"1", c.zh+"\n"+c.en); err != nil {
			return fail(err)
		}
		if err := w.SetCellStyle(sheet, name+"1", name+"1", w.heading); err != nil {
			return fail(err)
		}
		if err := choices(w, sheet, name, last, c.words); err != nil {
			return fail(err)
		}
		for k := range rows {
			if err := cell(w, sheet, name+strconv.Itoa(k+2), c.get(&rows[k]), c.number); err != nil {
				return fail(err)
			}
		}
	}
	if err := w.SetRowHeight(sheet, 1, 36); err != nil {
		return fail(err)
	}
	err := w.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	if err != nil {
		return fail(err)
	}
	return nil
}

// cell writes text as text, whatever it begins with: a cell of ours is never a
// formula.
func cell(w writer, sheet, at, value string, number bool) error {
	if value == "" {
		return nil
	}
	if number {
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			return w.SetCellFloat(sheet, at, v, -1, 64)
		}
	}
	return w.SetCellStr(sheet, at, value)
}

// choices lets cells of a column be chosen from a list.
func choices(w writer, sheet, column string, last int, words []word) error {
	if len(words) == 0 {
		return nil
	}
	labels := make([]string, len(words))
	for n, one := range words {
		labels[n] = one.label()
	}
	v := excelize.NewDataValidation(true)
	v.SetSqref(column + "2:" + column + strconv.Itoa(last))
	if err := v.SetDropList(labels); err != nil {
		return err
	}
	return w.AddDataValidation(sheet, v)
}
