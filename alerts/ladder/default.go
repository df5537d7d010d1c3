package ladder

import (
	_ "embed"
	"sync"

	"shouwang.care/shouwang/alerts/sheet"
)

// The policies that hold where a book has none. The last fits every incident.
//
//go:embed default.yaml
var defaultSource []byte

// defaults are shared and never changed.
var defaults = sync.OnceValue(func() []Policy { return Defaults() })

// Defaults returns a copy of the policies that are built in, as a start for
// one's own.
func Defaults() []Policy {
	b, err := sheet.Read("the built-in policies are", defaultSource, func(Book) error { return nil })
	if err != nil {
		panic("alerts/ladder: default.yaml, which is built in: " + err.Error())
	}
	return b.Policies
}
