package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
	"shouwang.care/shouwang/gateway/series/embedded"
)

// coldRules are what a leader wrote.
const coldRules = `rules:
  - id: room-cold
    name: {zh: 房间过冷, en: Room too cold}
    class: vital
    severity: medium
    quantity: temperature
    when: value < 16.0
    until: value >= 17.0
    for: 30m
    season: 11-15..03-15
  - id: gas
    name: {zh: 燃气, en: Gas}
    class: gas
    quantity: gas_level
    when: value > 10.0
  - id: cellar
    name: {zh: 地下室, en: Cellar}
    class: vital
    quantity: temperature
    where: zone.floor == "-1"
    when: value > 30.0
`

// write makes a file of a folder.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// typed is a person at a terminal whose gateway keeps its data in a folder.
func typed(t *testing.T, data string) func(args ...string) (string, error) {
	return func(args ...string) (string, error) {
		var out, said strings.Builder
		err := run(t.Context(), args, &out, &said, func(key string) string { return map[string]string{"SHOUWANG_DATA": data}[key] })
		return out.String(), err
	}
}

// golden compares a text with a file, or writes it when UPDATE_GOLDEN is set.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; UPDATE_GOLDEN=1 takes it over):\n%s", path, diff)
	}
}

// coldWeek is the temperature of room 203 in the week from Monday, 12 January
// 2026: 20 °C, but from 02:00 on Wednesday until 06:30, for 20 min on Thursday,
// and from 15:00 on Saturday until 15:00 on Sunday it is cold. On Sunday evening
// it begins again and lasts beyond the week. It is cold at the beginning, too,
// since Sunday 20:00.
func coldWeek() []care.Reading {
	shanghai := time.FixedZone("Asia/Shanghai", 8*60*60)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 1, day, hour, minute, 0, 0, shanghai) }
	cold := [][2]time.Time{
		{at(11, 20, 0), at(12, 3, 0)}, {at(14, 2, 0), at(14, 6, 30)}, {at(15, 9, 0), at(15, 9, 20)},
		{at(17, 15, 0), at(18, 15, 0)}, {at(18, 21, 45), at(19, 3, 0)},
	}
	var out []care.Reading
	for t := at(11, 12, 0); t.Before(at(19, 3, 0)); t = t.Add(time.Minute) {
		value := 20.0
		for _, c := range cold {
			if !t.Before(c[0]) && t.Before(c[1]) {
				value = 15.2
			}
		}
		out = append(out, care.Reading{Site: apptest.Site, Point: apptest.Air, Quantity: care.Temperature, Time: t, Value: value})
	}
	return out
}

// cold is a data folder with the plan of apptest and a cold week.
func cold(t *testing.T, dir string) (data string) {
	t.Helper()
	data = filepath.Join(dir, "data")
	if _, err := typed(t, data)("import", apptest.PlanFile(t, dir)); err != nil {
		t.Fatal(err)
	}
	series, err := embedded.Open(filepath.Join(data, "series"), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := series.Append(t.Context(), coldWeek()); err != nil {
		t.Fatal(err)
	}
	if err := series.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

// TestALeaderTriesARule: before she saves it, she wants to know how often it
// would have woken the night carer.
func TestALeaderTriesARule(t *testing.T) {
	dir := t.TempDir()
	data := cold(t, dir)
	t.Chdir(dir) // so that the report names no folder of this run
	write(t, dir, "cold.yaml", coldRules)
	do := typed(t, data)
	home := func(name, got string) {
		t.Helper()
		t.Chdir(repo)
		golden(t, name, got)
		t.Chdir(dir)
	}

	out, err := do("rules", "check", "cold.yaml")
	if err != nil {
		t.Fatal(err)
	}
	home("rules-check.txt", out)

	week := []string{"rules", "test", "cold.yaml", "--since", "2026-01-12", "--until", "2026-01-19"}
	if out, err = do(week...); err != nil {
		t.Fatal(err)
	}
	home("rules-test.txt", out)

	if out, err = do(append(week, "--json", "--site", string(apptest.Site))...); err != nil {
		t.Fatal(err)
	}
	var report app.RulesReport
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	home("rules-test.json", out)

	// A night of it, by exact times.
	out, err = do("rules", "test", "cold.yaml", "--since", "2026-01-13T22:00:00+08:00", "--until", "2026-01-14T08:00:00+08:00")
	if err != nil || !strings.Contains(out, "It would have raised 1 alarm, all at night (22:00 to 06:00); the first on Wed 2026-01-14 02:30") {
		t.Errorf("one night: %v\n%s", err, out)
	}
	// The last month, with the rules that are built in.
	write(t, dir, "built-in.yaml", builtIn(t, do))
	out, err = do("rules", "test", "built-in.yaml")
	if err != nil || !strings.Contains(out, "Not tried: no co_level is stored in this time of any of the 5 points that it is for.") {
		t.Errorf("the last month: %v\n%s", err, out)
	}
}

func builtIn(t *testing.T, do func(args ...string) (string, error)) string {
	t.Helper()
	out, err := do("rules", "default")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// repo is the folder of this package.
var repo = func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return dir
}()

// TestRulesMistyped is what somebody reads who made a mistake.
func TestRulesMistyped(t *testing.T) {
	dir := t.TempDir()
	data := cold(t, dir)
	good := write(t, dir, "cold.yaml", coldRules)
	wrong := write(t, dir, "wrong.yaml", strings.NewReplacer("value > 10.0", "valeu > 10.0", "for: 30m", "for: 30 minutes").Replace(coldRules))
	none := write(t, dir, "none.yaml", "rules: []\n")
	for _, c := range []struct {
		name string
		args []string
		data string
		out  string
		err  []string
	}{
		{"nothing", []string{"rules"}, data, "", []string{"rules needs to be told what to do: check FILE, default or test FILE"}},
		{"something else", []string{"rules", "chekc"}, data, "", []string{`does not know what to do with "chekc"; it knows check, default and test`}},
		{"check without a file", []string{"rules", "check"}, data, "", []string{"rules check needs a file of rules: gateway rules check FILE"}},
		{"a file that is not there", []string{"rules", "check", filepath.Join(dir, "no.yaml")}, data, "", []string{"read the rules", "no such file"}},
		{"no rules at all", []string{"rules", "check", none}, data, "it has no rules, so readings raise nothing", nil},
		{
			"two mistakes are shown at once", []string{"rules", "check", wrong}, data, "",
			[]string{"2 mistakes in the rules of", "wrong.yaml:9:10: rules[0].for", `"30 minutes" is no time`, "wrong.yaml:15:11: rules[1].when", "    |     when: valeu > 10.0\n    |           ^"},
		},
		{"a test shows them, too", []string{"rules", "test", wrong}, data, "", []string{"2 mistakes in the rules of"}},
		{"default takes nothing", []string{"rules", "default", "x"}, data, "", []string{`does not know what to do with "x"`}},
		{"a time that is none", []string{"rules", "test", good, "--since", "a month"}, data, "", []string{`--since: "a month" is no time: write how long ago it was (30d`}},
		{"an end that is none", []string{"rules", "test", good, "--until", "now"}, data, "", []string{`--until: "now" is no time`}},
		{"the end before the beginning", []string{"rules", "test", good, "--since", "2026-01-19", "--until", "2026-01-12"}, data, "", []string{"so there is nothing in it; give an earlier --since or a later --until"}},
		{"a site that is none", []string{"rules", "test", good, "--site", "elsewhere"}, data, "", []string{`there is no site "elsewhere"; registered are [songhe]`}},
		{"no gateway has been here", []string{"rules", "test", good}, filepath.Join(dir, "nowhere"), "", []string{"nothing is registered in", "import a site plan first"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := typed(t, c.data)(c.args...)
			if (err != nil) != (c.err != nil) {
				t.Fatalf("got the error %v, want %q", err, c.err)
			}
			for _, want := range c.err {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got the error %v, want %q", err, want)
				}
			}
			if !strings.Contains(out, c.out) {
				t.Errorf("printed %q, want %q", out, c.out)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a dry run has made a data directory")
	}
}

func TestNothingWasEverReported(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	rules := write(t, dir, "cold.yaml", coldRules)
	do := typed(t, data)
	if _, err := do("import", apptest.PlanFile(t, dir)); err != nil {
		t.Fatal(err)
	}
	if _, err := do("rules", "test", rules); err == nil || !strings.Contains(err.Error(), "it begins when the gateway runs for the first time") {
		t.Errorf("got the error %v, want that there is no time series yet", err)
	}
}

// TestRulesBesideARunningGateway: a dry run disturbs nothing, and sees what the
// gateway has taken in.
func TestRulesBesideARunningGateway(t *testing.T) {
	p := prepared(t)
	dir := t.TempDir()
	p.data = cold(t, dir)
	p.start()
	rules := write(t, dir, "cold.yaml", coldRules)
	for range 2 {
		out := p.do("rules", "test", rules, "--since", "2026-01-12", "--until", "2026-01-19")
		if !strings.Contains(out, "It would have raised 3 alarms, 2 at night (22:00 to 06:00)") {
			t.Errorf("beside the gateway:\n%s", out)
		}
	}
	// What an edge sends now is in the next dry run, though the gateway has it
	// in its log only.
	pack, err := care.EncodePack([]care.Reading{{Site: apptest.Site, Point: apptest.Air, Quantity: care.GasLevel, Time: time.Now().Add(-time.Minute), Value: 12}})
	if err != nil {
		t.Fatal(err)
	}
	apptest.Connect(t, p.MQTT, apptest.Edge).Publish(care.Topic(apptest.Site, apptest.Edge, care.KindReading), pack)
	const want = "It would have raised 1 alarm"
	for deadline := time.Now().Add(apptest.Patience); ; {
		out := p.do("rules", "test", rules, "--since", "1h")
		if strings.Contains(out, want) && strings.Contains(out, "12 %") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the reading of a minute ago is not in it:\n%s", out)
		}
	}
	left, err := filepath.Glob(filepath.Join(p.data, "series-snapshot-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("it has left %v (%v)", left, err)
	}
}
