// Package sheet reads the YAML documents that people edit, such as rosters and
// ladders, and shows their mistakes where they stand. What is a mistake is said
// by whoever the document belongs to.
package sheet

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// MaxSource is the greatest size of a document in bytes.
const MaxSource = 1 << 20

// Mistake is one thing that is wrong in a document. Path is its place, such as
// duties[2].shifts[0].from.
type Mistake struct{ Path, Text string }

// Error returns the place and what is wrong there.
func (m Mistake) Error() string { return m.Path + ": " + m.Text }

// Read reads a document in YAML or JSON. Unknown fields are mistakes, and so is
// what Plain refuses; the error has its *Refusal as its cause then. name is
// what the document is called in errors, such as "the roster is"; check finds
// what is wrong with what was read, joined, each a Mistake. The error shows
// every mistake, with its line where it has one, and has check's as its cause.
func Read[T any](name string, source []byte, check func(T) error) (v T, err error) {
	var none T
	if len(source) > MaxSource {
		return none, fmt.Errorf("%s too large: %d bytes, more than %d", name, len(source), MaxSource)
	}
	if err := Plain(source); err != nil {
		return none, fmt.Errorf("%s not right: %w", name, err)
	}
	// The YAML library panics on some broken documents (1.19.2: a tag before
	// an anchor). What somebody uploads must not end the gateway.
	defer func() {
		if p := recover(); p != nil {
			v, err = none, fmt.Errorf("%s no YAML that can be read: %v", name, p)
		}
	}()
	if err := yaml.UnmarshalWithOptions(source, &v, yaml.Strict()); err != nil {
		return none, fmt.Errorf("%s not right:\n%s", name, yaml.FormatError(err, false, true))
	}
	if err := check(v); err != nil {
		return none, annotate(name, source, err)
	}
	return v, nil
}

// annotate shows the line for each mistake that stands in the source, and
// keeps the mistakes as the cause.
func annotate(name string, source []byte, err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var out strings.Builder
	for _, e := range joined.Unwrap() {
		fmt.Fprintf(&out, "\n  %v", e)
		m, ok := errors.AsType[Mistake](e)
		if !ok {
			continue
		}
		p, err := yaml.PathString("$." + m.Path)
		if err != nil {
			continue
		}
		if shown, err := p.AnnotateSource(source, false); err == nil {
			fmt.Fprintf(&out, "\n%s", shown)
		}
	}
	return &shownError{name + " not right:" + out.String(), err}
}

// shownError is an error that shows more than its cause says.
type shownError struct {
	text  string
	cause error
}

func (e *shownError) Error() string { return e.text }
func (e *shownError) Unwrap() error { return e.cause }
