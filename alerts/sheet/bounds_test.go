package sheet_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/sheet"
)

// The lengths of documents in bytes: the greatest that the API takes, and one that
// is quickly split into words.
const (
	longest = 256 << 10
	long    = 16 << 10
)

// steps returns lines each of which lies deeper than the one before.
func steps(n int, indent, line string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(indent, i) + line + "\n")
	}
	return b.String()
}

func keys(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// Each of these took gigabytes, or minutes, of the library.
func TestWhatWouldTakeAllMemoryIsRefused(t *testing.T) {
	deep, many, wide := "more than 100 lists and mappings", "more than 2000 keys", "keys are too long"
	for _, c := range []struct {
		name, text   string
		line, column int
		want         string
	}{
		{"brackets", strings.Repeat("[", longest), 1, 101, deep},
		{"brackets that are closed", strings.Repeat("[", long/2) + strings.Repeat("]", long/2), 1, 101, deep},
		{"brackets, and closed ones in quotes", strings.Repeat(`["]",`, long/5), 1, 501, deep},
		{"brackets, and closed ones in notes", strings.Repeat("[ # ]\n", long/6), 101, 1, deep},
		{"brackets that are closed by others", strings.Repeat("[}", long/2), 1, 201, deep},
		{"mappings", strings.Repeat("{a: ", long/4), 1, 401, deep},
		{"lists in one line", strings.Repeat("- ", long/2) + "a", 1, 201, deep},
		{"lists behind a key", "a:\n  " + strings.Repeat("- ", long/2) + "a", 2, 201, deep},
		{"keys in one line", strings.Repeat("? ", long/2) + "a", 1, 201, deep},
		{"keys and lists in one line", strings.Repeat("? - ", long/4) + "a", 1, 201, deep},
		{"lists in a list", steps(200, " ", "-"), 101, 101, deep},
		{"mappings in a mapping", steps(200, " ", "a:"), 101, 102, deep},
		{"lists in mappings in one column", "a:\n" + steps(200, "  ", "- a:"), 51, 102, deep},
		{"tags of nothing", strings.Repeat("- - !a\n", long/7), 51, 1, deep},
		{"empty rows and keys", strings.Repeat("a:\n-\n", long/5), 101, 2, deep},
		{"a long list below a long key", strings.Repeat("k", longest/2) + ": [" + strings.Repeat("1,", long/4) + "]", 1, 0, wide},
		{"long keys in one another", "{" + strings.Repeat(strings.Repeat("k", 1000)+": {", 80) + strings.Repeat("a: 1,", long/10), 1, 0, wide},
		{"many keys", keys(2_500, "k%d: 1\n"), 2001, 6, many},
		{"many keys in one line", "{" + keys(2_500, "k%d: 1, ") + "}", 1, 0, many},
		{"many keys in a row of a list", "- a: 1\n" + keys(2_500, "  k%d: 1\n"), 2001, 8, many},
		{"an alias", "a: &x [1]\nb: *x\n", 2, 4, "aliases"},
		{"8 MiB of commas", "[" + strings.Repeat(",", 8<<20), 0, 0, "too much in it"},
		{"8 MiB of lines", strings.Repeat("-\n", 4<<20), 0, 0, "too much in it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused, ok := errors.AsType[*sheet.Refusal](sheet.Plain([]byte(c.text)))
			if !ok {
				t.Fatal("it is not refused")
			}
			if refused.Line != c.line || c.column > 0 && refused.Column != c.column || !strings.Contains(refused.Text, c.want) {
				t.Errorf("refused with %q, want line %d, column %d, %q", refused, c.line, c.column, c.want)
			}
		})
	}
}

func TestWhatPeopleWriteIsRead(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":               "",
		"a hundred lists":       strings.Repeat("[", 100) + strings.Repeat("]", 100),
		"many rows in one line": "[" + strings.Repeat("{a: [1], b: {c: 1}},", 5000) + "]",
		"many rows":             "rows:\n" + strings.Repeat("  - a: 1\n    b:\n    - c: {d: 1}\n    e: [1, 2]\n", 5000),
		"rows of rows":          strings.Repeat("- - - 1\n    - 2\n", 5000),
		"brackets in quotes":    "a: \"" + strings.Repeat("[", 1000) + "\"\nb: '" + strings.Repeat("{", 1000) + "'\n",
		"brackets in a note":    "# " + strings.Repeat("[{", 1000) + "\na: 1\n",
		"brackets in a text":    "a: |\n  " + strings.Repeat("[ - ", 1000) + "\nb: a" + strings.Repeat("[", 1000) + "\n",
		"far to the right":      "a:\n" + strings.Repeat(" ", 1000) + "- b\n",
		"many documents":        strings.Repeat("---\na:\n  b:\n    c: 1\n", 1000),
		"no YAML":               "a: [}",
	} {
		t.Run(name, func(t *testing.T) {
			if err := sheet.Plain([]byte(text)); err != nil {
				t.Error(err)
			}
		})
	}
	if err := sheet.Bounded([]byte("a: &x [1]\nb: *x\n")); err != nil {
		t.Errorf("who does not follow aliases may read them: %v", err)
	}
}

// The refusal is told with its place and stays the cause.
func TestReadRefuses(t *testing.T) {
	_, err := sheet.Read("the roster is", []byte(strings.Repeat("[", longest)), func([]string) error { return nil })
	if _, ok := errors.AsType[*sheet.Refusal](err); !ok {
		t.Fatalf("the cause is %T", err)
	}
	want := "the roster is not right: line 1, column 101: more than 100 lists and mappings lie in one another"
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// depth returns how many lists and mappings of what was read lie in one another.
func depth(n ast.Node) int {
	deepest := 0
	below := func(list ...ast.Node) {
		for _, v := range list {
			if v != nil {
				deepest = max(deepest, depth(v))
			}
		}
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			below(v.Key, v.Value)
		}
		return deepest + 1
	case *ast.MappingValueNode:
		below(n.Key, n.Value)
		return deepest + 1
	case *ast.SequenceNode:
		below(n.Values...)
		return deepest + 1
	case *ast.MappingKeyNode:
		below(n.Value)
	case *ast.AnchorNode:
		below(n.Value)
	case *ast.TagNode:
		below(n.Value)
	}
	return deepest
}

// FuzzBounded holds the depth that is counted before against that of the library.
func FuzzBounded(f *testing.F) {
	for _, text := range []string{
		"a: [b, {c: d}]\n", "- - - a\n", "? a\n: - b\n", "a:\n- b:\n  - c\n", "&a [!!str b, *a]", `["]", '}']`, "a: |\n  [[\nb: {\n", "--- [\n--- ]\n",
		"- a: 1\n  b: 2\n", "{a: {b: [c, d: e]}, \"f\": g}", "a: # [\n  b: >-\n   c\n", "[a\n, - b]", "\ta: [\r- b", "a : b :\n c : d",
		// The library lets these lie in one another.
		"- - !0\n", "- &a\n", "0:\n-\n",
	} {
		for _, times := range []uint8{1, 60, 120} {
			f.Add(text, times)
		}
	}
	f.Fuzz(func(t *testing.T, text string, times uint8) {
		text = strings.Repeat(text, int(times))
		if len(text) > 20_000 || sheet.Bounded([]byte(text)) != nil {
			return
		}
		defer func() { _ = recover() }() // of the library
		file, err := parser.ParseBytes([]byte(text), 0)
		if err != nil {
			return
		}
		for _, d := range file.Docs {
			if n := depth(d.Body); n > sheet.MaxDepth {
				t.Errorf("%d lists and mappings lie in one another", n)
			}
		}
	})
}
