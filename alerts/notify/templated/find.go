package templated

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"

	"shouwang.care/shouwang/alerts/notify"
)

// find is a Find that can be applied; the zero value finds nothing.
type find struct {
	path []step
	re   *regexp.Regexp
}

// step goes from a value into a field of it, or into one of a list when the
// name is empty.
type step struct {
	name  string
	index int
}

func (f Find) empty() bool { return f.JSON == "" && f.Regexp == "" }

func (f find) empty() bool { return f.path == nil && f.re == nil }

func (f Find) compile(m *notify.Mistakes, at string) find {
	var out find
	if f.JSON != "" && f.Regexp != "" {
		m.Add(at, "json and regexp exclude each other")
	}
	var err error
	if f.JSON != "" {
		if out.path, err = parsePath(f.JSON); err != nil {
			m.Add(at+".json", "%v", err)
		}
	}
	if f.Regexp != "" {
		if out.re, err = regexp.Compile(f.Regexp); err != nil {
			m.Add(at+".regexp", "%v", err)
		}
	}
	return out
}

var (
	fieldName = regexp.MustCompile(`^[^.\[\]]+`)
	listIndex = regexp.MustCompile(`^\[([0-9]{1,6})\]`)
)

// parsePath reads a path such as data.items[0].id.
func parsePath(s string) ([]step, error) {
	var path []step
	for rest := s; rest != ""; {
		if m := listIndex.FindStringSubmatch(rest); m != nil {
			n, err := strconv.Atoi(m[1])
			if err != nil {
				return nil, err
			}
			path, rest = append(path, step{index: n}), rest[len(m[0]):]
			continue
		}
		if path != nil {
			if rest[0] != '.' {
				return nil, fmt.Errorf("%q is not a path such as data.items[0].id: %q is no step", s, rest)
			}
			rest = rest[1:]
		}
		name := fieldName.FindString(rest)
		if name == "" {
			return nil, fmt.Errorf("%q is not a path such as data.items[0].id: %q is no step", s, rest)
		}
		path, rest = append(path, step{name: name}), rest[len(name):]
	}
	return path, nil
}

// in returns what is found in an answer. Texts, numbers, true and false are
// found; null, lists and objects are not.
func (f find) in(body []byte) (string, bool) {
	switch {
	case f.re != nil:
		m := f.re.FindSubmatch(body)
		if m == nil {
			return "", false
		}
		if len(m) > 1 {
			return string(m[1]), true
		}
		return string(m[0]), true
	case f.path != nil:
		return walk(body, f.path)
	}
	return "", false
}

func walk(body []byte, path []step) (string, bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber() // an id of 19 digits must stay whole
	var v any
	if d.Decode(&v) != nil {
		return "", false
	}
	if _, err := d.Token(); err != io.EOF {
		return "", false // more than one value
	}
	for _, s := range path {
		switch in := v.(type) {
		case map[string]any:
			if s.name == "" {
				return "", false
			}
			v = in[s.name]
		case []any:
			if s.name != "" || s.index >= len(in) {
				return "", false
			}
			v = in[s.index]
		default:
			return "", false
		}
	}
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// test is a Test that can be applied; the zero value is never true.
type test struct {
	find   find
	equals []string
}

func (t Test) compile(m *notify.Mistakes, at string) test {
	if t.JSON != "" && len(t.Equals) == 0 {
		m.Add(at+".equals", "what must the value at %s equal?", t.JSON)
	}
	if t.empty() && len(t.Equals) > 0 {
		m.Add(at, "what must equal it? Give json or regexp")
	}
	return test{t.Find.compile(m, at), t.Equals}
}

func (t test) match(body []byte) bool {
	found, ok := t.find.in(body)
	if !ok {
		return false
	}
	return len(t.equals) == 0 || slices.Contains(t.equals, found)
}
