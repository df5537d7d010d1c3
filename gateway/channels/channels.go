// Package channels makes the notification channels of a gateway from a file of
// settings: which services reach people, with which accounts. The services
// themselves are the job of the packages under alerts/notify.
package channels

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"shouwang.care/shouwang/alerts/notify"
)

// ScreenName is the channel of those who look at a board. It is built in; a
// file cannot name one so.
const ScreenName = "screen"

// name is what a channel may be called; contacts name it so.
var name = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// Load reads a file of channels:
//
//	sms:
//	  type: aliyun_sms
//	  options: {...}
//
// The error shows every mistake, with its line, and no secret. Others than its
// owner must not be able to read the file.
func Load(path string) (map[string]notify.Channel, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read the channels: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("the file of channels %s holds secrets and others can read it (mode %s): chmod 600 %s", path, fs.FileMode(mode), path)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the channels: %w", err)
	}
	return Parse(path, source)
}

// Parse makes the channels of a file; its name stands in front of mistakes.
func Parse(file string, source []byte) (made map[string]notify.Channel, err error) {
	defer func() {
		// The YAML library has panicked on odd input before.
		if r := recover(); r != nil {
			made, err = nil, fmt.Errorf("%s names no channels: the YAML cannot be read: %v", file, r)
		}
	}()
	tree, err := parser.ParseBytes(source, 0)
	if err != nil {
		return nil, fmt.Errorf("%s is no YAML: %s", file, firstLine(err))
	}
	entries, err := mapping(tree)
	if err != nil {
		return nil, fmt.Errorf("%s names no channels: %w", file, err)
	}
	made = map[string]notify.Channel{}
	var mistakes []error
	for _, e := range entries {
		c, err := e.channel()
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		if _, twice := made[e.name]; twice {
			mistakes = append(mistakes, fmt.Errorf("line %d: there is a channel %q already", e.line, e.name))
		}
		made[e.name] = c
	}
	if len(mistakes) > 0 {
		return nil, fmt.Errorf("the channels in %s are not right:\n  %s", file, strings.ReplaceAll(errors.Join(mistakes...).Error(), "\n", "\n  "))
	}
	return made, nil
}

// entry is one channel of the file.
type entry struct {
	name  string
	line  int
	value ast.Node
}

// mapping returns the channels of a document.
func mapping(tree *ast.File) ([]entry, error) {
	var entries []entry
	for _, doc := range tree.Docs {
		switch body := doc.Body.(type) {
		case nil:
		case *ast.MappingNode:
			for _, v := range body.Values {
				entries = append(entries, entryOf(v))
			}
		case *ast.MappingValueNode:
			entries = append(entries, entryOf(body))
		default:
			return nil, errors.New("it is no mapping of names to channels")
		}
	}
	return entries, nil
}

func entryOf(v *ast.MappingValueNode) entry {
	return entry{strings.Trim(v.Key.String(), `"'`), v.Key.GetToken().Position.Line, v.Value}
}

// channel makes the channel of an entry. The error names each mistake with its
// line.
func (e entry) channel() (notify.Channel, error) {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("line %d: %s: %s", e.line, e.name, fmt.Sprintf(format, args...))
	}
	if !name.MatchString(e.name) {
		return nil, bad("a name has 1 to 40 of a-z, 0-9 and -")
	}
	if e.name == ScreenName {
		return nil, bad("this name is of the boards on screens, which need no settings")
	}
	var head struct {
		Type    string `yaml:"type"`
		Options any    `yaml:"options"`
	}
	if err := yaml.NodeToValue(e.value, &head, yaml.Strict()); err != nil {
		return nil, bad("it needs a type and options: %s", firstLine(err))
	}
	kind, ok := kinds[head.Type]
	if !ok {
		return nil, bad("there is no type %q; there are %s", head.Type, strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
	}
	options := find(e.value, "options")
	c, err := kind(options)
	if err == nil {
		return c, nil
	}
	var all []error
	for _, m := range split(err) {
		line := e.line
		text := firstLine(m)
		if mistake, ok := errors.AsType[notify.Mistake](m); ok {
			if n := find(options, strings.Split(mistake.Path, ".")...); n != nil {
				line = n.GetToken().Position.Line
			}
		}
		all = append(all, fmt.Errorf("line %d: %s: %s", line, e.name, text))
	}
	return nil, errors.Join(all...)
}

// split returns the errors that were joined.
func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// find follows keys through mappings, nil where one is missing.
func find(n ast.Node, keys ...string) ast.Node {
	for _, key := range keys {
		var values []*ast.MappingValueNode
		switch m := n.(type) {
		case *ast.MappingNode:
			values = m.Values
		case *ast.MappingValueNode:
			values = []*ast.MappingValueNode{m}
		}
		at := slices.IndexFunc(values, func(v *ast.MappingValueNode) bool { return v.Key.String() == key })
		if at < 0 {
			return nil
		}
		n = values[at].Value
	}
	return n
}

// firstLine leaves out the excerpt of the source that the YAML library adds,
// because it may hold a secret.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
