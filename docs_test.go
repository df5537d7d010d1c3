package shouwang_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"shouwang.care/shouwang/alerts/care"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTheGlossaryHasEveryClass: what a carer reads on the board is what the
// glossary says.
func TestTheGlossaryHasEveryClass(t *testing.T) {
	text := read(t, "docs/glossary.md")
	for _, c := range care.Classes() {
		row := "| " + c.Words().ZH + " |"
		at := strings.Index(text, row)
		if at < 0 {
			t.Errorf("the glossary has no row of %s %q", c, c.Words().ZH)
			continue
		}
		line, _, _ := strings.Cut(text[at:], "\n")
		if !strings.Contains(line, "`"+string(c)+"`") || !strings.Contains(strings.ToLower(line), strings.ToLower(c.Words().EN)) {
			t.Errorf("the row of %s says %q; the board says %q", c, line, c.Words().EN)
		}
	}
	if strings.Count(text, "静默") != strings.Count(text, "never 静默") {
		t.Error("静默 is used; the word is 失联")
	}
}

// TestTheArchitectureNamesFilesThatExist keeps the life of an alarm true when
// files move.
func TestTheArchitectureNamesFilesThatExist(t *testing.T) {
	text := read(t, "docs/architecture.md")
	named := regexp.MustCompile("`((?:alerts|edge|gateway|dashboards|firmware-sim)/[a-z0-9/._-]*)`").FindAllStringSubmatch(text, -1)
	if len(named) < 20 {
		t.Fatalf("only %d paths are named", len(named))
	}
	for _, m := range named {
		if _, err := os.Stat(m[1]); err != nil {
			t.Errorf("the architecture names %s: %v", m[1], err)
		}
	}
}

func TestEachReadmeLeadsToTheOther(t *testing.T) {
	if !strings.Contains(read(t, "README.md"), "(README.zh.md)") || !strings.Contains(read(t, "README.zh.md"), "(README.md)") {
		t.Error("the readmes do not name each other")
	}
}
