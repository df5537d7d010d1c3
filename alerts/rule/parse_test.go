package rule_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/rule"
)

// parse returns the rules of a text.
func parse(t testing.TB, source string) *rule.Set {
	t.Helper()
	s, err := rule.Parse("rules.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// one returns a file with one rule, of lines that are indented under it.
func one(lines ...string) string {
	return "rules:\n  - id: r\n    name: {zh: 规则, en: Rule}\n    " + strings.Join(lines, "\n    ") + "\n"
}

func TestARuleIsReadWhole(t *testing.T) {
	s := parse(t, `
rules:
  - id: bedroom-cold
    name: {zh: 卧室过冷, en: Bedroom too cold}
    class: vital
    severity: low
    quantity: temperature
    where: zone.name.en.contains("Bedroom")
    when: value < 16
    until: value > 17.5
    for: 30m
    hours: 22:00-06:00
    season: 11-15..03-15
    stale: 1h
`)
	hours, _ := rule.ParseHours("22:00-06:00")
	season, _ := rule.ParseSeason("11-15..03-15")
	want := []rule.Rule{{
		ID: "bedroom-cold", Name: care.Text{ZH: "卧室过冷", EN: "Bedroom too cold"},
		Class: care.Vital, Severity: care.Low, Quantity: care.Temperature,
		Where: `zone.name.en.contains("Bedroom")`, When: "value < 16", Until: "value > 17.5",
		For: 30 * time.Minute, Hours: hours, Season: season, Stale: time.Hour,
	}}
	if diff := cmp.Diff(want, s.Rules(), cmp.AllowUnexported(rule.Hours{}, rule.Season{}), cmp.Comparer(func(a, b rule.Season) bool { return a == b })); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

// TestWhatIsNotSaid has the usual values of what a rule leaves out.
func TestWhatIsNotSaid(t *testing.T) {
	for _, c := range []struct {
		name, quantity string
		stale          time.Duration
	}{
		{"a temperature is reported again and again", "temperature", rule.DefaultStale},
		{"a door when it moves", "contact", rule.Never},
		{"a bed when somebody leaves it", "occupancy", rule.Never},
		{"motion when it begins and ends", "motion", rule.Never},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := parse(t, one("class: wandering", "quantity: "+c.quantity, "when: value > 0.5")).Rules()[0]
			if got.Stale != c.stale {
				t.Errorf("stale is %s, want %s", got.Stale, c.stale)
			}
			if got.Severe() != care.Wandering.Severity() {
				t.Errorf("severity is %s, want that of the class", got.Severe())
			}
		})
	}
}

// TestMistakesAreShownWhereTheyAre compares all that is said of broken files.
func TestMistakesAreShownWhereTheyAre(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no broken files: %v", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			source, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			_, err = rule.Parse("r.yaml", source)
			if err == nil {
				t.Fatal("nothing is wrong with it")
			}
			golden := strings.TrimSuffix(f, ".yaml") + ".txt"
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err2 := os.ReadFile(golden)
			if err2 != nil {
				t.Fatal(err2)
			}
			if diff := cmp.Diff(string(want), err.Error()+"\n"); diff != "" {
				t.Errorf("the error (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPlacesOfMistakes has one mistake in a condition, written in every way in
// which YAML can write a text.
func TestPlacesOfMistakes(t *testing.T) {
	for _, c := range []struct{ name, when, want string }{
		{"plain", "when: value < nothing", "7:19"},
		{"in quotes", `when: "value < nothing"`, "7:20"},
		{"in single quotes", "when: 'value < nothing'", "7:20"},
		{"after Chinese", `when: zone.name.zh == "卧室" && nothing`, "7:35"},
		{"below a bar", "when: |\n      value < 3.0\n      || value > nothing", "9:18"},
		{"with more room in front", "when: |\n        value < nothing", "8:17"},
		{"folded, on the first line", "when: >-\n      value < nothing\n      || value > 3.0", "7:11"},
		{"with escapes", `when: "value < \u006eothing"`, "7:11"},
	} {
		t.Run(c.name, func(t *testing.T) {
			source := one("class: vital", "quantity: temperature") + "    # a remark\n    " + c.when + "\n"
			_, err := rule.Parse("rules.yaml", []byte(source))
			e, ok := errors.AsType[*rule.Error](err)
			if !ok || len(e.Mistakes) != 1 {
				t.Fatalf("error is %v, want one mistake", err)
			}
			if got := fmt.Sprintf("%d:%d", e.Mistakes[0].Line, e.Mistakes[0].Column); got != c.want {
				t.Errorf("the mistake is at %s, want %s:\n%v", got, c.want, err)
			}
		})
	}
}

// TestConditionsThatAreRefused lists what a condition cannot do, so that none
// can spin or fail when a reading comes.
func TestConditionsThatAreRefused(t *testing.T) {
	for _, c := range []struct{ name, when, want string }{
		{"no condition", "value", "a condition such as value < 16.0 is wanted"},
		{"a name that does not exist", "valu < 16.0", "known are value, hour"},
		{"a whole number where one compares", "value == 1", "as 1.0"},
		{"a text beside a number", `value < "16"`, "no matching overload"},
		{"a loop", "[1.0, 2.0].exists(x, x < value)", "undeclared reference"},
		{"a conversion", `int("x") > hour`, "undeclared reference"},
		{"a division of whole numbers", "hour / 0 == 1", "no matching overload"},
		{"an index", "[1.0][hour] < value", "undeclared reference"},
		{"a pattern that is none", `point.id.matches("(")`, "no regular expression"},
		{"a pattern from elsewhere", "point.id.matches(zone.id)", "must be a text in quotes"},
		{"a pattern from elsewhere, the other way", "matches('x', zone.id)", "must be a text in quotes"},
		{"one that is far too much work", strings.TrimSuffix(strings.Repeat(`point.id.matches("(a|b|c)*d") || `, 25), " || "), "make it simpler"},
		{"one that never ends", strings.Repeat("!", 1000) + "true", "size"},
		{"a door that is open tenfold", "value > 10.0", "no such reading"},
		{"a place that depends on the reading", "where", "undeclared reference to 'value'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			condition := "when: '" + strings.ReplaceAll(c.when, "'", "''") + "'"
			if c.when == "where" {
				condition = "when: value > 0.5\n    where: value > 0.5"
			}
			_, err := rule.Parse("rules.yaml", []byte(one("class: wandering", "quantity: contact", condition)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want one with %q", err, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(rule.DefaultSource())
	f.Add([]byte(one("class: vital", "quantity: temperature", "when: |\n      value <\n      16.0")))
	files, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		s, err := rule.Parse("fuzz.yaml", source)
		if err != nil {
			e, ok := errors.AsType[*rule.Error](err)
			if !ok || len(e.Mistakes) == 0 {
				t.Fatalf("the error is %#v, want mistakes", err)
			}
			lines := 1 + strings.Count(string(source), "\n") + strings.Count(string(source), "\r")
			for _, m := range e.Mistakes {
				if m.Text == "" || m.Line < 0 || m.Line > lines+1 || (m.Line > 0) != (m.Column > 0) {
					t.Errorf("a mistake is at no place of the file: %+v", m)
				}
			}
			return
		}
		for _, r := range s.Rules() {
			if !care.ValidID(r.ID) || r.Name.ZH == "" || r.Name.EN == "" || r.Severe() == 0 || r.When == "" {
				t.Errorf("a rule was taken that is not whole: %+v", r)
			}
		}
	})
}
