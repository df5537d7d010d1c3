package sheet

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a document of any kind. No document of ours comes near them. The
// YAML library has none: its time and memory grow with the square of the depth,
// of the keys of a mapping and of the length of keys, so that a few KiB that
// mean harm could take all memory of a gateway.
const (
	// MaxDepth is how many lists and mappings may lie in one another.
	MaxDepth = 100
	// maxKeys is how many keys a mapping may have.
	maxKeys = 2000
	// maxMarks is how many brackets, commas, colons, quotes, line ends and the like
	// a document may have: what is read of each takes half a KiB.
	maxMarks = 500_000
	// maxPaths bounds in bytes what the library keeps for the path of every value,
	// such as $.duties[2].shifts[0].from.
	maxPaths = 64 << 20
)

// marks are the characters at which a word of YAML begins or ends.
const marks = "[]{},:?&*!|>%#@`'\"\n\r"

// Refusal says why a document is not read at all. Line and Column are where it
// became too much, from 1, or 0 where that is nowhere in particular.
type Refusal struct {
	Line, Column int
	Text         string
}

// Error returns the text with its place.
func (r *Refusal) Error() string {
	if r.Line == 0 {
		return r.Text
	}
	return fmt.Sprintf("line %d, column %d: %s", r.Line, r.Column, r.Text)
}

// Bounded refuses a document that would take too much time or memory to read. It
// must come before every other look at a document that somebody sends. The error
// is a *Refusal. Whether the document is YAML at all it does not say.
func Bounded(source []byte) error { return scan(source, true) }

// Plain is Bounded, and refuses aliases as well: a list that stands there once
// and is named a thousand times is a thousand lists once it was read. It must
// come before a document is read into Go values.
func Plain(source []byte) error { return scan(source, false) }

func scan(source []byte, aliases bool) (err error) {
	if n := count(source); n > maxMarks {
		return &Refusal{Text: fmt.Sprintf("there is too much in it for one document: %d brackets, commas, colons, quotes and lines, more than %d", n, maxMarks)}
	}
	defer func() {
		if p := recover(); p != nil {
			err = &Refusal{Text: fmt.Sprintf("this is no YAML that can be read: %v", p)}
		}
	}()
	var s stack
	for _, t := range lexer.Tokenize(string(source)) {
		if t.Position == nil {
			continue
		}
		text := ""
		if t.Type == token.AliasType && !aliases {
			text = "aliases (*name) are not understood here: write the value itself"
		} else if err := s.take(t); err != nil {
			text = err.Error()
		}
		if text != "" {
			return &Refusal{t.Position.Line, t.Position.Column, text}
		}
	}
	return nil
}

// count returns how many marks there are, and dashes that may begin a row.
func count(source []byte) (n int) {
	for i, c := range source {
		if c == '-' && (i+1 == len(source) || bytes.IndexByte([]byte(" \t\r\n"), source[i+1]) >= 0) || bytes.IndexByte([]byte(marks), c) >= 0 {
			n++
		}
	}
	return n
}

// The kinds of what is open.
const (
	blockMap = iota
	blockList
	flowMap
	flowList
)

// level is a list or a mapping that is open.
type level struct {
	kind, column int
	keys, path   int // how many keys it has had; the length of the present one
}

// stack is what is open at a place of a document.
type stack struct {
	levels      []level
	path, paths int             // the length of the path here, and of all until here
	before      [3]*token.Token // the last words, the latest first
}

var (
	errDeep  = fmt.Errorf("more than %d lists and mappings lie in one another", MaxDepth)
	errKeys  = fmt.Errorf("a mapping has more than %d keys", maxKeys)
	errPaths = errors.New("its keys are too long, for so much that lies below them")
)

// take goes on to the next word of the document.
func (s *stack) take(t *token.Token) error {
	inFlow := len(s.levels) > 0 && s.top().kind >= flowMap
	switch t.Type {
	case token.CommentType:
		return nil
	case token.SequenceStartType:
		s.open(flowList, 0)
	case token.MappingStartType:
		s.open(flowMap, 0)
	case token.SequenceEndType:
		s.closeFlow(flowList)
	case token.MappingEndType:
		s.closeFlow(flowMap)
	case token.CollectEntryType:
		if inFlow {
			s.key(0)
		}
	case token.SequenceEntryType:
		if !inFlow {
			s.block(blockList, t.Position.Column, s.marked(0, t))
		}
	case token.MappingKeyType:
		if !inFlow {
			s.block(blockMap, t.Position.Column, s.marked(0, t))
		}
	case token.MappingValueType:
		first, length := t, 0
		if key := s.before[0]; key != nil {
			length = len(key.Value)
			if key.Position.Line == t.Position.Line {
				first = key
			}
		}
		if !inFlow {
			s.block(blockMap, first.Position.Column, s.marked(1, first))
		}
		if len(s.levels) > 0 {
			s.key(length)
			s.top().keys++
		}
	}
	s.before = [3]*token.Token{t, s.before[0], s.before[1]}
	s.paths += s.path
	switch {
	case len(s.levels) > MaxDepth:
		return errDeep
	case s.paths > maxPaths:
		return errPaths
	case len(s.levels) > 0 && s.top().keys > maxKeys && s.top().kind != flowList:
		return errKeys
	}
	return nil
}

func (s *stack) top() *level { return &s.levels[len(s.levels)-1] }

// ofLevel is about what a path has for a level besides its key.
const ofLevel = 8

func (s *stack) open(kind, column int) {
	s.levels = append(s.levels, level{kind: kind, column: column, path: ofLevel})
	s.path += ofLevel
}

func (s *stack) pop() {
	s.path -= s.top().path
	s.levels = s.levels[:len(s.levels)-1]
}

// key notes under which key of the innermost level things stand now.
func (s *stack) key(length int) {
	s.path += length + ofLevel - s.top().path
	s.top().path = length + ofLevel
}

// closeFlow ends the innermost level if it is of the kind. What is closed but was
// never opened is a mistake that the library finds.
func (s *stack) closeFlow(kind int) {
	if len(s.levels) > 0 && s.top().kind == kind {
		s.pop()
	}
}

// block goes to the level of a column, which ends those further right. The rows
// of a list may stand in the column of the key that it belongs to. What is marked
// lies in what is open, wherever it stands.
func (s *stack) block(kind, column int, marked bool) {
	for !marked && len(s.levels) > 0 && (s.top().column > column || s.top().column == column && s.top().kind == blockList && kind == blockMap) {
		s.pop()
	}
	if marked || len(s.levels) == 0 || s.top().column != column || s.top().kind != kind {
		s.open(kind, column)
	}
}

// marked reports whether a tag, an anchor or the dash of an empty row on an
// earlier line is the nth last word before t: the library takes what follows for
// its value, even from a column further left.
func (s *stack) marked(n int, t *token.Token) bool {
	b := s.before
	if b[n] == nil || b[n].Position.Line == t.Position.Line {
		return false
	}
	switch b[n].Type {
	case token.TagType, token.SequenceEntryType, token.MappingKeyType:
		return true
	}
	return n+1 < len(b) && b[n+1] != nil && b[n+1].Type == token.AnchorType
}
