package rule

import (
	"fmt"
	"strings"
)

// Mistake is one thing that is wrong in a file of rules.
type Mistake struct {
	// Path is the place in the document, such as rules[2].when.
	Path string `json:"path,omitempty"`
	// Line and Column count from 1; they are 0 where there is no place.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Text is what is wrong and what would be right.
	Text string `json:"text"`
	// Source is the line of the file.
	Source string `json:"source,omitempty"`
}

// Error is the error of a file of rules; it holds every mistake.
type Error struct {
	File     string
	Mistakes []Mistake
}

// Error shows each mistake with its line and a caret under the place.
func (e *Error) Error() string {
	var b strings.Builder
	if len(e.Mistakes) == 1 {
		fmt.Fprintf(&b, "one mistake in the rules of %s:", e.File)
	} else {
		fmt.Fprintf(&b, "%d mistakes in the rules of %s:", len(e.Mistakes), e.File)
	}
	for _, m := range e.Mistakes {
		b.WriteString("\n  ")
		if m.Line > 0 {
			fmt.Fprintf(&b, "%s:%d:%d: ", e.File, m.Line, m.Column)
		}
		if m.Path != "" {
			b.WriteString(m.Path + ": ")
		}
		b.WriteString(m.Text)
		if m.Source != "" {
			fmt.Fprintf(&b, "\n    | %s\n    | %s^", m.Source, under(m.Source, m.Column-1))
		}
	}
	return b.String()
}

// under returns blanks as wide as the first characters of a line: a Chinese one
// is two columns wide.
func under(line string, n int) string {
	var b strings.Builder
	for i, c := range []rune(line) {
		if i >= n {
			break
		}
		switch {
		case c == '\t':
			b.WriteByte('\t')
		case c >= 0x1100:
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}
