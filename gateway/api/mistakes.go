package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	bounds "shouwang.care/shouwang/alerts/sheet"
)

// maxDocument bounds the text of a document in bytes.
const maxDocument = 256 << 10

// sheet is a YAML document that somebody has written. It gathers what is wrong
// with it, each with its line.
type sheet struct {
	lines    []string
	file     *ast.File
	mistakes []Mistake
}

// readSheet reads a document into v, strictly. Where that fails, or the document
// would take too much to read, the mistake is noted.
func readSheet(text string, v any) (s *sheet) {
	s = &sheet{lines: strings.Split(text, "\n")}
	if r, ok := errors.AsType[*bounds.Refusal](bounds.Plain([]byte(text))); ok {
		s.add("", r.Line, r.Column, r.Text)
		return s
	}
	// The YAML library panics on some broken documents (1.19.2: a tag before an
	// anchor). What somebody writes must not end the gateway.
	defer func() {
		if p := recover(); p != nil {
			s.add("", 0, 0, fmt.Sprintf("this is no YAML that can be read: %v", p))
		}
	}()
	err := yaml.UnmarshalWithOptions([]byte(text), v, yaml.Strict())
	if err == nil {
		s.file, err = parser.ParseBytes([]byte(text), 0)
	}
	if err == nil {
		return s
	}
	line, column, message := 0, 0, err.Error()
	if e, ok := errors.AsType[yaml.Error](err); ok {
		message = e.GetMessage()
		if t := e.GetToken(); t != nil && t.Position != nil {
			line, column = t.Position.Line, t.Position.Column
		}
	}
	s.add("", line, column, message)
	return s
}

// at notes a mistake at a path such as duties[2].shifts[0].from, or where as
// much of it stands as there is.
func (s *sheet) at(path, format string, args ...any) {
	line, column := s.find(path)
	s.add(path, line, column, fmt.Sprintf(format, args...))
}

func (s *sheet) add(path string, line, column int, message string) {
	m := Mistake{Location: path, Message: message, Line: line, Column: column}
	if line >= 1 && line <= len(s.lines) {
		m.Source = s.lines[line-1]
	}
	s.mistakes = append(s.mistakes, m)
}

// find returns where a path stands, from 1; zeros when nothing of it does.
func (s *sheet) find(path string) (line, column int) {
	defer func() { _ = recover() }() // as above; then there is no place
	for s.file != nil && path != "" {
		if p, err := yaml.PathString("$." + path); err == nil {
			if n, err := p.FilterFile(s.file); err == nil && n != nil {
				return nodeAt(n)
			}
		}
		cut := strings.LastIndexAny(path, ".[")
		path = path[:max(cut, 0)]
	}
	return 0, 0
}

func nodeAt(n ast.Node) (line, column int) {
	// The token of a mapping is the colon after its first key.
	switch m := n.(type) {
	case *ast.MappingNode:
		if len(m.Values) > 0 {
			n = m.Values[0].Key
		}
	case *ast.MappingValueNode:
		n = m.Key
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line, t.Position.Column
	}
	return 0, 0
}

// eachError calls do with every error that was joined into err.
func eachError(err error, do func(error)) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			eachError(e, do)
		}
		return
	}
	if err != nil {
		do(err)
	}
}

// problem is the answer with the mistakes, nil where there are none.
func (s *sheet) problem() error { return errMistakes(s.mistakes) }

func errMistakes(mistakes []Mistake) error {
	if len(mistakes) == 0 {
		return nil
	}
	p := NewProblem(http.StatusUnprocessableEntity, CodeMistakes, fmt.Sprintf("nothing was saved, there are mistakes: %d", len(mistakes)))
	p.Errors = mistakes
	return p
}
