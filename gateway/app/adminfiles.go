package app

import (
	"fmt"

	"shouwang.care/shouwang/gateway/api/admin"
	"shouwang.care/shouwang/gateway/siteplan"
	"shouwang.care/shouwang/gateway/siteplan/excel"
)

// adminFiles writes and reads the registers as files.
type adminFiles struct{}

// Write writes a file.
func (adminFiles) Write(f admin.Format, c admin.Change) ([]byte, error) {
	rows := siteplan.Rows{
		Regions: c.Regions, Sites: c.Sites, Zones: c.Zones, Edges: c.Edges, Residents: c.Residents, Points: c.Points, Users: c.Users,
	}
	if f == admin.Excel {
		return excel.Write(rows)
	}
	return siteplan.Format(rows.Plan())
}

// Read reads a file.
func (adminFiles) Read(f admin.Format, data []byte) (admin.Sheet, error) {
	if f == admin.Excel {
		return readExcel(data), nil
	}
	return readYAML(data), nil
}

func readExcel(data []byte) admin.Sheet {
	book := excel.Read(data)
	s := admin.Sheet{Change: changeOf(book.Rows), Cell: func(k admin.Kind, row int, field string) string { return book.Cell(string(k), row, field) }}
	for _, m := range book.Mistakes {
		s.Mistakes = append(s.Mistakes, admin.RowMistake{
			Kind: admin.Kind(m.Kind), Row: m.Row, ID: s.ID(admin.Kind(m.Kind), m.Row), Field: m.Field, Code: m.Code, Text: m.Text, Cell: m.Cell,
		})
	}
	return s
}

func readYAML(data []byte) admin.Sheet {
	line := siteplan.Lines(data)
	p, err := siteplan.Parse("the file", data)
	if err != nil {
		return admin.Sheet{
			Cell:     func(admin.Kind, int, string) string { return "" },
			Mistakes: []admin.RowMistake{{Kind: "file", Code: admin.CodeBadFile, Text: err.Error()}},
		}
	}
	rows, places, secrets := p.Rows()
	mistakes := tooMany(changeOf(rows))
	if len(mistakes) > 0 {
		rows, secrets = siteplan.Rows{}, nil
	}
	at := func(path string) string {
		if n := line(path); n > 0 {
			return fmt.Sprintf("line %d", n)
		}
		return ""
	}
	s := admin.Sheet{Change: changeOf(rows), Mistakes: mistakes, Cell: func(k admin.Kind, row int, field string) string {
		if list := places[string(k)]; row >= 0 && row < len(list) {
			if field == "" {
				return at(list[row])
			}
			return at(list[row] + "." + field)
		}
		return ""
	}}
	for _, path := range secrets {
		s.Mistakes = append(s.Mistakes, admin.RowMistake{
			Kind: "file", Code: admin.CodeSecret, Cell: at(path),
			Text: "a secret, a password or a subject of an identity provider is not brought in by this page; take the line away: secrets are made for each user or edge, and a subject comes by signing in at the provider or by gateway import",
		})
	}
	return s
}

// tooMany bounds a file as a workbook is bounded.
func tooMany(c admin.Change) (mistakes []admin.RowMistake) {
	for kind, n := range c.Sizes() {
		if n > excel.MaxRows {
			mistakes = append(mistakes, admin.RowMistake{
				Kind: kind, Row: excel.MaxRows, Code: admin.CodeTooMany,
				Text: fmt.Sprintf("a file has at most %d rows of a register; bring the rest in another file", excel.MaxRows),
			})
		}
	}
	return mistakes
}

func changeOf(r siteplan.Rows) admin.Change {
	return admin.Change{
		Regions: r.Regions, Sites: r.Sites, Zones: r.Zones, Edges: r.Edges, Residents: r.Residents, Points: r.Points, Users: r.Users,
	}
}
