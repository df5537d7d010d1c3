package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Mistake is one thing wrong with a configuration.
type Mistake struct {
	// Path is the place, such as devices[2].pin.
	Path string
	// Line and Column count from 1; they are 0 when the configuration did not
	// come from a file.
	Line, Column int
	// Text is what is wrong and what would be right.
	Text string
	// Source is the line of the file.
	Source string
}

// Error is the error of a configuration with mistakes; it holds all of them.
type Error struct {
	File     string
	Mistakes []Mistake
}

// Error shows each mistake with its line and a caret under the place.
func (e *Error) Error() string {
	var b strings.Builder
	name := e.File
	if name == "" {
		name = "the configuration"
	}
	plural := "s"
	if len(e.Mistakes) == 1 {
		plural = ""
	}
	fmt.Fprintf(&b, "%s has %d mistake%s:", name, len(e.Mistakes), plural)
	for _, m := range e.Mistakes {
		b.WriteString("\n  ")
		if m.Line > 0 {
			fmt.Fprintf(&b, "line %d: ", m.Line)
		}
		if m.Path != "" {
			fmt.Fprintf(&b, "%s: ", m.Path)
		}
		b.WriteString(m.Text)
		if m.Source != "" {
			fmt.Fprintf(&b, "\n    | %s\n    | %s^", m.Source, strings.Repeat(" ", max(0, m.Column-1)))
		}
	}
	return b.String()
}

// Load reads and checks a file. The error is an *Error when the file could be
// read but is not right.
func Load(path string) (*Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	c, err := Parse(b)
	if e, ok := errors.AsType[*Error](err); ok {
		e.File = path
	}
	return c, err
}

// Parse reads and checks a YAML configuration. The error is an *Error with every
// mistake: unknown fields, values of the wrong kind and broken rules alike.
func Parse(source []byte) (c *Config, err error) {
	d := &decoder{lines: strings.Split(string(source), "\n"), at: map[string]position{}}
	// The YAML library has panicked on odd input before; a typing error must not
	// end the agent with a stack trace.
	defer func() {
		if p := recover(); p != nil {
			c, err = nil, &Error{Mistakes: []Mistake{{Text: fmt.Sprintf("the YAML cannot be read: %v", p)}}}
		}
	}()
	file, perr := parser.ParseBytes(source, 0)
	if perr != nil {
		m := Mistake{Text: "the YAML cannot be read: " + perr.Error()}
		var ye yaml.Error
		if errors.As(perr, &ye) && ye.GetToken() != nil {
			m.Text = "the YAML cannot be read: " + ye.GetMessage()
			d.place(&m, position{ye.GetToken().Position.Line, ye.GetToken().Position.Column})
		}
		return nil, &Error{Mistakes: []Mistake{m}}
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, &Error{Mistakes: []Mistake{{Text: "the file must hold one YAML document with site, edge, gateway, data and devices"}}}
	}
	c = new(Config)
	d.decode("", file.Docs[0].Body, reflect.ValueOf(c).Elem())
	for _, m := range c.mistakes() {
		// A value that could not be read is zero; its own mistake is enough.
		if !slices.ContainsFunc(d.found, func(f Mistake) bool { return f.Path == m.Path }) {
			d.report(m.Path, m.Text)
		}
	}
	if len(d.found) > 0 {
		slices.SortStableFunc(d.found, func(a, b Mistake) int { return a.Line - b.Line })
		return nil, &Error{Mistakes: d.found}
	}
	return c, nil
}

// Validate checks a configuration that was made by a program. The error is an
// *Error without lines.
func (c *Config) Validate() error {
	if m := c.mistakes(); len(m) > 0 {
		return &Error{Mistakes: m}
	}
	return nil
}

type position struct{ line, column int }

// decoder fills a struct from YAML and goes on after a mistake, which the
// library's own strict mode does not.
type decoder struct {
	lines []string
	at    map[string]position
	found []Mistake
}

// report adds a mistake at a path, or at the nearest place around it that the
// file has.
func (d *decoder) report(path, text string) {
	m := Mistake{Path: path, Text: text}
	for p := path; ; {
		if pos, ok := d.at[p]; ok {
			d.place(&m, pos)
			break
		}
		i := strings.LastIndexAny(p, ".[")
		if i < 0 {
			break
		}
		p = p[:i]
	}
	d.found = append(d.found, m)
}

func (d *decoder) place(m *Mistake, pos position) {
	m.Line, m.Column = pos.line, pos.column
	if pos.line >= 1 && pos.line <= len(d.lines) {
		m.Source = strings.TrimRight(d.lines[pos.line-1], "\r")
		// A secret must not get into a log by way of its own mistake.
		if strings.Contains(m.Source, "secret") {
			m.Source = ""
		}
	}
}

func (d *decoder) decode(path string, node ast.Node, v reflect.Value) {
	if t := node.GetToken(); t != nil && d.at[path] == (position{}) {
		d.at[path] = position{t.Position.Line, t.Position.Column}
	}
	if _, ok := node.(*ast.NullNode); ok {
		return // "devices:" with nothing after it is the same as leaving it out
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(path, node, v.Elem())
	case reflect.Struct:
		d.decodeStruct(path, node, v)
	case reflect.Map:
		d.decodeMap(path, node, v)
	case reflect.Slice:
		seq, ok := node.(*ast.SequenceNode)
		if !ok {
			d.report(path, "a list is wanted here (lines that begin with \"- \")")
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
		for i, n := range seq.Values {
			d.decode(fmt.Sprintf("%s[%d]", path, i), n, v.Index(i))
		}
	default:
		d.decodeScalar(path, node, v)
	}
}

// entries returns the keys and values of a mapping, or reports that it is none.
func (d *decoder) entries(path string, node ast.Node) []*ast.MappingValueNode {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	d.report(path, "\"name: value\" pairs are wanted here")
	return nil
}

// key returns the text of a key and notes where it is. Anchors and merge keys
// have no place in so small a file.
func (d *decoder) key(path string, n *ast.MappingValueNode) (name, sub string, ok bool) {
	t := n.Key.GetToken()
	if t == nil || n.Value == nil {
		d.report(path, "a plain name is wanted as key")
		return "", "", false
	}
	name = t.Value
	sub = strings.TrimPrefix(path+"."+name, ".")
	pos := position{t.Position.Line, t.Position.Column}
	if _, twice := d.at[sub]; twice {
		d.found = append(d.found, Mistake{Path: sub, Text: "this is given twice"})
		d.place(&d.found[len(d.found)-1], pos)
		return "", "", false
	}
	d.at[sub] = pos
	return name, sub, true
}

func (d *decoder) decodeStruct(path string, node ast.Node, v reflect.Value) {
	fields := map[string]int{}
	var names []string
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		fields[name] = i
		names = append(names, name)
	}
	for _, n := range d.entries(path, node) {
		name, sub, ok := d.key(path, n)
		if !ok {
			continue
		}
		i, known := fields[name]
		if !known {
			d.report(sub, fmt.Sprintf("%q is not known here; known are %s", name, strings.Join(names, ", ")))
			continue
		}
		d.decode(sub, n.Value, v.Field(i))
	}
}

func (d *decoder) decodeMap(path string, node ast.Node, v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	for _, n := range d.entries(path, node) {
		name, sub, ok := d.key(path, n)
		if !ok {
			continue
		}
		value := reflect.New(v.Type().Elem()).Elem()
		d.decode(sub, n.Value, value)
		v.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), value)
	}
}

func (d *decoder) decodeScalar(path string, node ast.Node, v reflect.Value) {
	switch node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		d.report(path, "a single value is wanted here")
		return
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		d.report(path, "anchors, aliases and tags are not understood here: write the value itself")
		return
	}
	err := yaml.NodeToValue(node, v.Addr().Interface())
	if err == nil {
		return
	}
	text := err.Error()
	if ye, ok := errors.AsType[yaml.Error](err); ok {
		text = ye.GetMessage()
	}
	v.SetZero()
	d.report(path, fmt.Sprintf("%s is wanted here: %s", kindName(v), text))
}

func kindName(v reflect.Value) string {
	switch v.Interface().(type) {
	case interface{ Seconds() float64 }:
		return "a duration such as 30s or 500ms"
	}
	switch v.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float64:
		return "a number"
	}
	return "a whole number"
}
