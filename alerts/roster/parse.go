package roster

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// MaxSource is the greatest size of a document that Parse reads, in bytes.
const MaxSource = 1 << 20

// Parse reads and checks a roster in YAML or JSON, for a site in a time zone.
// Unknown fields are mistakes. The error shows every mistake, with its line
// where it has one.
func Parse(source []byte, zone string) (r Roster, err error) {
	if len(source) > MaxSource {
		return Roster{}, fmt.Errorf("the roster has %d bytes, more than %d", len(source), MaxSource)
	}
	// The YAML library panics on some broken documents (1.19.2: a tag before
	// an anchor). What somebody uploads must not end the gateway.
	defer func() {
		if p := recover(); p != nil {
			r, err = Roster{}, fmt.Errorf("the roster is no YAML that can be read: %v", p)
		}
	}()
	if err := yaml.UnmarshalWithOptions(source, &r, yaml.Strict()); err != nil {
		return Roster{}, fmt.Errorf("the roster is not right:\n%s", yaml.FormatError(err, false, true))
	}
	if err := r.Check(zone); err != nil {
		return Roster{}, annotate(source, err)
	}
	return r, nil
}

// annotate shows the line for each mistake that stands in the source, and
// keeps the mistakes as the cause.
func annotate(source []byte, err error) error {
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
	return &shownError{"the roster is not right:" + out.String(), err}
}

// shownError is an error that shows more than its cause says.
type shownError struct {
	text  string
	cause error
}

func (e *shownError) Error() string { return e.text }
func (e *shownError) Unwrap() error { return e.cause }
