package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// position is a place in a file, from 1.
type position struct{ line, column int }

// reader walks through a YAML file and goes on after a mistake, so that all of
// them are shown at once. The library's strict mode ends at the first.
type reader struct {
	lines []string
	found []Mistake
}

func (r *reader) bad(at position, path, format string, args ...any) {
	m := Mistake{Path: path, Line: at.line, Column: at.column, Text: fmt.Sprintf(format, args...)}
	if at.line >= 1 && at.line <= len(r.lines) {
		m.Source = r.lines[at.line-1]
	}
	r.found = append(r.found, m)
}

// body returns the document, or nil after a mistake.
func (r *reader) body(source []byte) ast.Node {
	file, err := parser.ParseBytes(source, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		var at position
		text := err.Error()
		if e, ok := errors.AsType[yaml.Error](err); ok {
			text = e.GetMessage()
			if t := e.GetToken(); t != nil && t.Position != nil {
				at = position{t.Position.Line, t.Position.Column}
			}
		}
		r.bad(at, "", "this is no YAML that can be read: %s", text)
		return nil
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		r.bad(position{}, "", "one YAML document with a list of rules is wanted")
		return nil
	}
	return file.Docs[0].Body
}

func at(n ast.Node) position {
	if n == nil {
		return position{}
	}
	// The token of a mapping is the colon after its first key.
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 && m.Start != nil && m.Start.Value != "{" {
		n = m.Values[0].Key
	} else if v, ok := n.(*ast.MappingValueNode); ok {
		n = v.Key
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return position{}
	}
	return position{t.Position.Line, t.Position.Column}
}

// fields calls each with the value of every key of a mapping. Keys that are not
// known, or stand there twice, are mistakes.
func (r *reader) fields(path string, n ast.Node, known []string, each func(key, path string, v ast.Node)) {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		r.bad(at(n), path, "\"name: value\" pairs are wanted here: %s", strings.Join(known, ", "))
		return
	}
	var seen []string
	for _, v := range values {
		if v.Key == nil || v.Key.GetToken() == nil {
			r.bad(at(n), path, "a plain name is wanted as key")
			continue
		}
		key := v.Key.GetToken().Value
		sub := strings.TrimPrefix(path+"."+key, ".")
		switch {
		case !slices.Contains(known, key):
			r.bad(at(v.Key), sub, "%q is not known here; known are %s", key, strings.Join(known, ", "))
		case slices.Contains(seen, key):
			r.bad(at(v.Key), sub, "this is given twice")
		default:
			seen = append(seen, key)
			if _, null := v.Value.(*ast.NullNode); null || v.Value == nil {
				r.bad(at(v.Key), sub, "there is nothing after %s:", key)
				continue
			}
			each(key, sub, v.Value)
		}
	}
}

// text returns a single value as it was written.
func (r *reader) text(path string, n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		r.bad(at(n), path, "anchors, aliases and tags are not understood here: write the value itself")
	default:
		r.bad(at(n), path, "a single value is wanted here")
	}
	return "", false
}

// within returns where a line and column of a text lie that was written as the
// node; where that cannot be told, as in a folded text, where the node begins.
func (r *reader) within(n ast.Node, text string, line, column int) position {
	start := at(n)
	if l, ok := n.(*ast.LiteralNode); ok && l.Start != nil && l.Start.Position != nil {
		start = position{l.Start.Position.Line, l.Start.Position.Column}
	}
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) || strings.TrimSpace(lines[line-1]) == "" {
		return start
	}
	row := start.line
	if _, block := n.(*ast.LiteralNode); block {
		row += line // the text begins below its mark
	} else if len(lines) > 1 {
		return start
	}
	if row < 1 || row > len(r.lines) {
		return start
	}
	shown := r.lines[row-1]
	from := 0
	if row == start.line {
		runes := []rune(shown)
		if start.column < 1 || start.column > len(runes) {
			return start
		}
		from = len(string(runes[:start.column-1]))
	}
	before := strings.Index(shown[from:], lines[line-1])
	if before < 0 {
		return start
	}
	return position{row, len([]rune(shown[:from+before])) + column}
}
