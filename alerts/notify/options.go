package notify

import (
	"errors"
	"fmt"
)

// Secret is a key or password of a channel. It does not print itself;
// string(s) is its text.
type Secret string

// String hides the secret.
func (Secret) String() string { return "(secret)" }

// GoString hides the secret.
func (Secret) GoString() string { return "(secret)" }

// MarshalYAML hides the secret.
func (Secret) MarshalYAML() (any, error) { return "(secret)", nil }

// Mistake is one wrong value in the settings of a channel.
type Mistake struct {
	// Path is where it stands within the channel's settings, such as "secret".
	Path string
	// Text says what is wrong and what is right.
	Text string
}

// Error returns path and text.
func (m Mistake) Error() string { return m.Path + ": " + m.Text }

// Mistakes collects what is wrong with the settings of a channel, so that all
// of it is shown at once.
type Mistakes struct{ errs []error }

// Add notes a mistake.
func (m *Mistakes) Add(path, format string, args ...any) {
	m.errs = append(m.errs, Mistake{path, fmt.Sprintf(format, args...)})
}

// Need notes a mistake when a text is empty; what says what it is.
func (m *Mistakes) Need(path, text, what string) {
	if text == "" {
		m.Add(path, "%s is needed", what)
	}
}

// Err returns every mistake joined, each a Mistake; nil when there is none.
func (m *Mistakes) Err() error { return errors.Join(m.errs...) }
