package api_test

import (
	"regexp"
	"testing"

	"shouwang.care/shouwang/gateway/api"
)

// TestAOneTimePasswordCanBeReadOut over the telephone, and is never the same.
func TestAOneTimePasswordCanBeReadOut(t *testing.T) {
	form := regexp.MustCompile(`^[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}$`)
	seen := map[string]bool{}
	for range 100 {
		p := api.OneTimePassword()
		if !form.MatchString(p) || seen[p] {
			t.Fatalf("%q after %d others", p, len(seen))
		}
		seen[p] = true
	}
}
