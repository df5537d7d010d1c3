package ladder

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// MaxSource is the greatest size of a document that Parse reads, in bytes.
const MaxSource = 1 << 20

// Parse reads and checks a book in YAML or JSON. Unknown fields are mistakes.
// The error shows every mistake, with its line where it has one.
func Parse(source []byte) (b Book, err error) {
	if len(source) > MaxSource {
		return Book{}, fmt.Errorf("the policies have %d bytes, more than %d", len(source), MaxSource)
	}
	// The YAML library panics on some broken documents (1.19.2: a tag before
	// an anchor). What somebody uploads must not end the gateway.
	defer func() {
		if p := recover(); p != nil {
			b, err = Book{}, fmt.Errorf("the policies are no YAML that can be read: %v", p)
		}
	}()
	if b, err = decode(source); err != nil {
		return Book{}, err
	}
	if err := b.Check(); err != nil {
		return Book{}, annotate(source, err)
	}
	return b, nil
}

func decode(source []byte) (Book, error) {
	var b Book
	if err := yaml.UnmarshalWithOptions(source, &b, yaml.Strict()); err != nil {
		return Book{}, fmt.Errorf("the policies are not right:\n%s", yaml.FormatError(err, false, true))
	}
	return b, nil
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
	return &shownError{"the policies are not right:" + out.String(), err}
}

// shownError is an error that shows more than its cause says.
type shownError struct {
	text  string
	cause error
}

func (e *shownError) Error() string { return e.text }
func (e *shownError) Unwrap() error { return e.cause }

// UnmarshalYAML takes a text, and also a mapping of one entry: "duty: carer"
// with a blank is easily written, and in a flow mapping the YAML library reads
// duty:carer without one as the same.
func (r *Recipient) UnmarshalYAML(unmarshal func(any) error) error {
	var pair map[string]string
	if err := unmarshal(&pair); err == nil && len(pair) == 1 {
		for kind, what := range pair {
			*r = Recipient(kind + ":" + what)
		}
		return nil
	}
	return unmarshal((*string)(r))
}
