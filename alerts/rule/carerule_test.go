package rule_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/rule"
)

// TestWhatAlarmsForAResident asks about something that began at one time, at
// another; all times are local.
func TestWhatAlarmsForAResident(t *testing.T) {
	at := func(s string, loc *time.Location) time.Time {
		t.Helper()
		v, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	night := rule.CareRule{Class: care.BedExit, On: true, Hours: "22:00-06:00", DelaySeconds: 900}
	noon := rule.CareRule{Class: care.BedExit, On: true, Hours: "12:30-14:00", DelaySeconds: 3600}
	off := rule.CareRule{Class: care.BedExit}
	slow := rule.CareRule{Class: care.Inactivity, On: true, DelaySeconds: 3 * 3600}
	hospital := rule.Away{From: at("2026-07-01 09:00", time.UTC).Add(-8 * time.Hour), Reason: rule.InHospital} // 09:00 in Shanghai
	leave := rule.Away{From: at("2026-07-01 00:00", time.UTC), To: at("2026-07-03 02:00", time.UTC), Reason: rule.OnLeave}
	longer := rule.Away{From: at("2026-07-03 02:00", time.UTC), To: at("2026-07-04 02:00", time.UTC), Reason: rule.OnLeave}
	for _, c := range []struct {
		name       string
		rules      []rule.CareRule
		away       []rule.Away
		class      care.Class
		since, now string
		want       string // the reason, and when to ask again
		zone       string
	}{
		{name: "without a rule", class: care.BedExit, since: "2026-07-01 12:00", now: "2026-07-01 12:00", want: "alarms"},
		{name: "a rule of another class", rules: []rule.CareRule{slow}, class: care.BedExit, since: "2026-07-01 12:00", now: "2026-07-01 12:00", want: "alarms"},
		{name: "switched off", rules: []rule.CareRule{off}, class: care.BedExit, since: "2026-07-01 12:00", now: "2026-07-01 12:00", want: "off"},
		{name: "off by day, on by night", rules: []rule.CareRule{off, night}, class: care.BedExit, since: "2026-07-01 23:00", now: "2026-07-01 23:20", want: "alarms"},
		{name: "by day", rules: []rule.CareRule{night}, class: care.BedExit, since: "2026-07-01 10:00", now: "2026-07-01 10:00", want: "hours 07-01 22:00"},
		{name: "at night, for a moment", rules: []rule.CareRule{night}, class: care.BedExit, since: "2026-07-01 23:00", now: "2026-07-01 23:00", want: "delayed 07-01 23:15"},
		{name: "at night, long enough", rules: []rule.CareRule{night}, class: care.BedExit, since: "2026-07-01 23:00", now: "2026-07-01 23:15", want: "alarms"},
		{name: "out of bed before the watch begins", rules: []rule.CareRule{night}, class: care.BedExit, since: "2026-07-01 21:50", now: "2026-07-01 21:50", want: "hours 07-01 22:00"},
		{name: "and still when it begins", rules: []rule.CareRule{night}, class: care.BedExit, since: "2026-07-01 21:50", now: "2026-07-01 22:00", want: "delayed 07-01 22:15"},
		{name: "and a quarter of an hour later", rules: []rule.CareRule{night}, class: care.BedExit, since: "2026-07-01 21:50", now: "2026-07-01 22:15", want: "alarms"},
		{name: "up at the end of the night", rules: []rule.CareRule{night}, class: care.BedExit, since: "2026-07-02 05:50", now: "2026-07-02 05:55", want: "delayed 07-02 06:00"},
		{name: "and up in the morning", rules: []rule.CareRule{night}, class: care.BedExit, since: "2026-07-02 05:50", now: "2026-07-02 06:05", want: "hours 07-02 22:00"},
		{name: "of two rules the one that counts", rules: []rule.CareRule{night, noon}, class: care.BedExit, since: "2026-07-01 12:00", now: "2026-07-01 12:40", want: "delayed 07-01 13:30"},
		{name: "the same the other way round", rules: []rule.CareRule{noon, night}, class: care.BedExit, since: "2026-07-01 12:00", now: "2026-07-01 12:40", want: "delayed 07-01 13:30"},
		{name: "between two rules", rules: []rule.CareRule{night, noon}, class: care.BedExit, since: "2026-07-01 08:00", now: "2026-07-01 08:00", want: "hours 07-01 12:30"},
		{name: "a short rule that begins before a long one is over", rules: []rule.CareRule{night, {Class: care.BedExit, On: true, DelaySeconds: 12 * 3600}}, class: care.BedExit, since: "2026-07-01 20:00", now: "2026-07-01 20:00", want: "delayed 07-01 22:00"},
		{name: "always, after hours", rules: []rule.CareRule{slow}, class: care.Inactivity, since: "2026-07-01 08:00", now: "2026-07-01 09:00", want: "delayed 07-01 11:00"},
		{name: "in hospital", rules: []rule.CareRule{night}, away: []rule.Away{hospital}, class: care.BedExit, since: "2026-07-01 23:00", now: "2026-07-01 23:30", want: "away"},
		{name: "in hospital, no rule", away: []rule.Away{hospital}, class: care.Vital, since: "2026-07-01 23:00", now: "2026-07-01 23:30", want: "away"},
		{name: "the day before hospital", away: []rule.Away{hospital}, class: care.Vital, since: "2026-06-30 23:00", now: "2026-06-30 23:30", want: "alarms"},
		{name: "away before the delay is over", rules: []rule.CareRule{slow}, away: []rule.Away{hospital}, class: care.Inactivity, since: "2026-07-01 08:00", now: "2026-07-01 08:30", want: "delayed 07-01 09:00"},
		{name: "on leave", away: []rule.Away{leave}, class: care.Wandering, since: "2026-07-02 23:00", now: "2026-07-02 23:30", want: "away 07-03 10:00"},
		{name: "on leave that was prolonged", away: []rule.Away{longer, leave}, class: care.Wandering, since: "2026-07-02 23:00", now: "2026-07-02 23:30", want: "away 07-04 10:00"},
		{name: "back from leave", rules: []rule.CareRule{slow}, away: []rule.Away{leave}, class: care.Inactivity, since: "2026-07-01 08:00", now: "2026-07-03 10:00", want: "delayed 07-03 13:00"},
		{name: "back from leave, long enough", rules: []rule.CareRule{slow}, away: []rule.Away{leave}, class: care.Inactivity, since: "2026-07-01 08:00", now: "2026-07-03 13:00", want: "alarms"},
		{name: "a night in which Berlin goes forward", rules: []rule.CareRule{{Class: care.BedExit, On: true, Hours: "02:30-06:00"}}, class: care.BedExit, since: "2026-03-28 23:00", now: "2026-03-29 01:30", want: "hours 03-29 03:00", zone: "Europe/Berlin"},
		{name: "a night in which New York goes back", rules: []rule.CareRule{night}, class: care.BedExit, since: "2026-11-01 05:50", now: "2026-11-01 05:50", want: "delayed 11-01 06:00", zone: "America/New_York"},
		{name: "hours that cannot be read hold nothing back", rules: []rule.CareRule{{Class: care.BedExit, On: true, Hours: "at night"}}, class: care.BedExit, since: "2026-07-01 12:00", now: "2026-07-01 12:00", want: "alarms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.zone == "" {
				c.zone = "Asia/Shanghai"
			}
			loc, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			v := rule.CareRules{Rules: c.rules, Away: c.away}.Decide(c.class, at(c.since, loc), at(c.now, loc), loc)
			got := v.Reason
			if v.Raise {
				got += "alarms"
			}
			if !v.Again.IsZero() {
				got += " " + v.Again.In(loc).Format("01-02 15:04")
			}
			if got != c.want {
				t.Errorf("verdict is %q, want %q", got, c.want)
			}
		})
	}
}

// TestHazardsAndCallsAlwaysAlarm has a resident in hospital for whom everything
// is off: a fire in his room is a fire.
func TestHazardsAndCallsAlwaysAlarm(t *testing.T) {
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	rules := rule.CareRules{Away: []rule.Away{{From: now.Add(-time.Hour), Reason: rule.InHospital}}}
	for _, c := range care.Classes() {
		rules.Rules = append(rules.Rules, rule.CareRule{Class: c})
	}
	var held []care.Class
	for _, c := range care.Classes() {
		if !rules.Decide(c, now, now, time.UTC).Raise {
			held = append(held, c)
		}
	}
	if diff := cmp.Diff([]care.Class{care.Vital, care.BedExit, care.Wandering, care.Inactivity}, held); diff != "" {
		t.Errorf("classes that are held back (-want +got):\n%s", diff)
	}
}

func TestCareRulesInJSONAndYAML(t *testing.T) {
	want := rule.CareRules{
		Rules: []rule.CareRule{{Class: care.BedExit, On: true, Hours: "22:00-06:00", DelaySeconds: 900}, {Class: care.Wandering}},
		Away: []rule.Away{
			{From: time.Date(2026, 7, 1, 1, 0, 0, 0, time.UTC), Reason: rule.InHospital},
			{From: time.Date(2026, 5, 1, 1, 0, 0, 0, time.UTC), To: time.Date(2026, 5, 5, 1, 0, 0, 0, time.UTC), Reason: rule.OnLeave},
		},
	}
	for name, c := range map[string]struct {
		write func(any) ([]byte, error)
		read  func([]byte, any) error
	}{
		"json": {json.Marshal, json.Unmarshal},
		"yaml": {yaml.Marshal, func(b []byte, v any) error { return yaml.UnmarshalWithOptions(b, v, yaml.Strict()) }},
	} {
		b, err := c.write(want)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got rule.CareRules
		if err := c.read(b, &got); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, b)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, there and back (-want +got):\n%s\n%s", name, diff, b)
		}
	}
	if err := want.Check(); err != nil {
		t.Errorf("they are refused: %v", err)
	}
}

func TestCareRulesThatAreRefused(t *testing.T) {
	now := time.Date(2026, 7, 1, 1, 0, 0, 0, time.UTC)
	err := rule.CareRules{
		Rules: []rule.CareRule{{Class: care.Fire}, {Class: care.BedExit, Hours: "22-6"}, {Class: care.Vital, DelaySeconds: 86401}, {Class: care.Vital, DelaySeconds: -1}},
		Away:  []rule.Away{{Reason: rule.OnLeave}, {From: now, To: now, Reason: rule.OnLeave}, {From: now, Reason: "holiday"}},
	}.Check()
	want := []string{
		`rules[0].class: "fire" is none of bed_exit, wandering, inactivity and vital; other classes always alarm`,
		`rules[1].hours: "22-6" is no part of the day such as 22:00-06:00`,
		`rules[2].delay_s: 86401 is not 0 to 86400 seconds`,
		`rules[3].delay_s: -1 is not 0 to 86400 seconds`,
		`away[0].from: the time from which the resident is away is missing`,
		`away[1].to: 2026-07-01T01:00:00Z is not after 2026-07-01T01:00:00Z`,
		`away[2].reason: "holiday" is neither leave nor hospital`,
	}
	if err == nil {
		t.Fatal("they are taken")
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}
