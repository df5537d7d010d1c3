package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/sheet"
)

// The fields of a rule and of a name, in the order in which people write them.
var (
	ruleFields = []string{"id", "name", "class", "severity", "quantity", "where", "when", "until", "for", "hours", "season", "stale"}
	nameFields = []string{"zh", "en"}
	needed     = []string{"id", "name", "class", "quantity", "when"}
)

// Parse reads, checks and compiles a file of rules. The name is that of the file
// in messages. The error is an *Error with every mistake.
func Parse(name string, source []byte) (s *Set, err error) {
	if len(source) > MaxSource {
		return nil, &Error{name, []Mistake{{Text: fmt.Sprintf("the file has %d bytes, more than %d", len(source), MaxSource)}}}
	}
	// The YAML library panics on some broken documents (1.19.2: a tag before an
	// anchor). What somebody uploads must not end the gateway.
	defer func() {
		if p := recover(); p != nil {
			s, err = nil, &Error{name, []Mistake{{Text: fmt.Sprintf("this is no YAML that can be read: %v", p)}}}
		}
	}()
	// A lone carriage return ends a line in YAML, too.
	r := &reader{lines: strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(source)), "\n")}
	if wrong, ok := errors.AsType[*sheet.Refusal](sheet.Bounded(source)); ok {
		r.bad(position{wrong.Line, wrong.Column}, "", "%s", wrong.Text)
		return nil, &Error{name, r.found}
	}
	set := new(Set)
	if body := r.body(source); body != nil {
		r.set(body, set)
	}
	if len(r.found) > 0 {
		slices.SortStableFunc(r.found, func(a, b Mistake) int { return a.Line - b.Line })
		return nil, &Error{name, r.found}
	}
	return set, nil
}

// set reads the document.
func (r *reader) set(body ast.Node, set *Set) {
	given := false
	r.fields("", body, []string{"rules"}, func(_, path string, v ast.Node) {
		given = true
		list, ok := v.(*ast.SequenceNode)
		switch {
		case !ok:
			r.bad(at(v), path, "a list is wanted here (lines that begin with \"- \")")
			return
		case len(list.Values) > MaxRules:
			r.bad(at(v), path, "%d rules are more than %d", len(list.Values), MaxRules)
			return
		}
		ids := map[string]bool{}
		for n, v := range list.Values {
			set.rules = append(set.rules, r.rule(fmt.Sprintf("%s[%d]", path, n), v, ids))
		}
	})
	if !given && len(r.found) == 0 {
		r.bad(at(body), "", "there are no rules; write \"rules: []\" for none at all")
	}
}

// rule reads one rule.
func (r *reader) rule(path string, n ast.Node, ids map[string]bool) *compiled {
	c := &compiled{}
	seen := map[string]ast.Node{}
	values := map[string]string{}
	before := len(r.found)
	r.fields(path, n, ruleFields, func(key, path string, v ast.Node) {
		seen[key] = v
		if key == "name" {
			c.Name = r.name(path, v)
			return
		}
		if text, ok := r.text(path, v); ok {
			values[key] = text
		}
	})
	if len(seen) == 0 {
		if len(r.found) == before {
			r.bad(at(n), path, "a rule is wanted here")
		}
		return c
	}
	for _, key := range needed {
		if seen[key] == nil && !slices.ContainsFunc(r.found[before:], func(m Mistake) bool { return m.Path == path+"."+key }) {
			r.bad(at(n), path, "%s is missing", key)
		}
	}
	// In the order of the fields, so that mistakes of one line come in one order.
	for _, key := range ruleFields {
		if text, ok := values[key]; ok {
			r.field(c, key, path+"."+key, text, seen[key], ids)
		}
	}
	if _, given := seen["stale"]; !given {
		c.Stale = usualStale(c.Quantity)
	}
	r.reachable(c, path+".when", seen["when"])
	for _, e := range []*expression{c.when, c.until} {
		c.clock = c.clock || e != nil && e.clock
	}
	c.id = c.version()
	return c
}

func (r *reader) name(path string, n ast.Node) (t care.Text) {
	before := len(r.found)
	r.fields(path, n, nameFields, func(key, path string, v ast.Node) {
		text, _ := r.text(path, v)
		if key == "zh" {
			t.ZH = strings.TrimSpace(text)
		} else {
			t.EN = strings.TrimSpace(text)
		}
	})
	if len(r.found) == before && (t.ZH == "" || t.EN == "") {
		r.bad(at(n), path, "a name is needed in both languages, zh and en")
	}
	return t
}

// field reads one value.
func (r *reader) field(c *compiled, key, path, text string, n ast.Node, ids map[string]bool) {
	bad := func(format string, args ...any) { r.bad(at(n), path, format, args...) }
	var err error
	switch key {
	case "id":
		switch c.ID = text; {
		case !care.ValidID(text):
			bad("%q is no id: 1 to 40 of a-z, 0-9 and - are needed", text)
		case ids[text]:
			bad("there is a rule %s already", text)
		}
		ids[text] = true
	case "class":
		c.Class = care.Class(text)
		if c.Class.Severity() == 0 {
			bad("%q is no class of alarms; they are %s", text, list(care.Classes()))
		}
	case "severity":
		for s := care.Low; s <= care.Urgent; s++ {
			if s.String() == text {
				c.Severity = s
			}
		}
		if c.Severity == 0 {
			bad("%q is none of low, medium, high and urgent", text)
		}
	case "quantity":
		c.Quantity = care.Quantity(text)
		if _, ok := care.UnitOf(c.Quantity); !ok {
			bad("%q is nothing that sensors report; such are temperature, gas_level and contact", text)
		}
	case "where":
		c.Where, c.where = text, r.condition(path, text, n, false)
	case "when":
		c.When, c.when = text, r.condition(path, text, n, true)
	case "until":
		c.Until, c.until = text, r.condition(path, text, n, true)
	case "for":
		c.For, err = time.ParseDuration(text)
		if err != nil || c.For < 0 || c.For > MaxFor {
			bad("%q is no time from 0s to %.0fh such as 30m", text, MaxFor.Hours())
		}
	case "hours":
		if c.Hours, err = ParseHours(text); err != nil {
			bad("%v", err)
		}
	case "season":
		if c.Season, err = ParseSeason(text); err != nil {
			bad("%v", err)
		}
	case "stale":
		if text == "never" {
			c.Stale = Never
			return
		}
		c.Stale, err = time.ParseDuration(text)
		if err != nil || c.Stale < time.Minute || c.Stale > MaxFor {
			bad("%q is no time from 1m to %.0fh such as 15m, and not never", text, MaxFor.Hours())
		}
	}
}

// condition compiles a text and reports what is wrong with it where it stands.
func (r *reader) condition(path, text string, n ast.Node, reading bool) *expression {
	e, flaws := compile(text, reading)
	for _, f := range flaws {
		r.bad(r.within(n, text, f.line, f.column), path, "%s", f.text)
	}
	return e
}

// reachable refuses a condition on a quantity that is 0 or 1, or between, that
// no reading can meet. It would never be missed.
func (r *reader) reachable(c *compiled, path string, n ast.Node) {
	if unit, _ := care.UnitOf(c.Quantity); unit != "/" || c.when == nil || !c.when.valueOnly {
		return
	}
	for percent := range 101 {
		if c.when.holds(&scope{value: float64(percent) / 100}) {
			return
		}
	}
	r.bad(at(n), path, "%s is 0 to 1, and no such reading meets this", c.Quantity)
}

// usualStale is how long a reading of a quantity counts where the rule does not
// say. A door, a bed and a motion sensor report what changes.
func usualStale(q care.Quantity) time.Duration {
	switch q {
	case care.Contact, care.Occupancy, care.Motion:
		return Never
	}
	return DefaultStale
}

func list(classes []care.Class) string {
	words := make([]string, len(classes))
	for i, c := range classes {
		words[i] = string(c)
	}
	return strings.Join(words, ", ")
}
