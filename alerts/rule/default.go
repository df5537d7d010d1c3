package rule

import (
	_ "embed"
	"sync"
)

//go:embed default.yaml
var defaultSource []byte

// DefaultSource returns the YAML of the rules that hold where none were
// written, with the sources of their limits. Staff begin from it.
func DefaultSource() []byte { return append([]byte(nil), defaultSource...) }

// Default returns those rules, ready to run.
var Default = sync.OnceValue(func() *Set {
	s, err := Parse("default.yaml", defaultSource)
	if err != nil {
		panic(err) // a test reads the same bytes
	}
	return s
})
