package rule_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/rule"
)

// TestThresholds has a condition of each kind, and where it holds.
func TestThresholds(t *testing.T) {
	rules := func(when, more string) string {
		return fmt.Sprintf(`
rules:
  - id: one
    name: {zh: 一, en: One}
    class: vital
    quantity: temperature
    when: %q
    for: 10m
%s`, when, more)
	}
	shipped := string(rule.DefaultSource())
	for _, c := range []struct {
		name     string
		source   string
		zone     care.Text
		quantity care.Quantity
		at       string
		want     []string
	}{
		{name: "a room in winter", source: shipped, quantity: care.Temperature, at: "2026-12-01 10:00", want: []string{"room-cold below 16", "room-hot above 32"}},
		{name: "a room in summer", source: shipped, quantity: care.Temperature, at: "2026-07-01 10:00", want: []string{"room-hot above 32"}},
		{name: "a kitchen", source: shipped, zone: care.Text{ZH: "厨房", EN: "Kitchen"}, quantity: care.Temperature, at: "2026-12-01 10:00"},
		{name: "gas", source: shipped, quantity: care.GasLevel, at: "2026-12-01 10:00", want: []string{"gas above 10"}},
		{name: "carbon monoxide", source: shipped, quantity: care.COLevel, at: "2026-12-01 10:00", want: []string{"co-50 at_least 50", "co-100 at_least 100", "co-300 at_least 300"}},
		{name: "a door has none", source: shipped, quantity: care.Contact, at: "2026-12-01 23:00"},
		{name: "without a rule", source: shipped, quantity: care.Humidity, at: "2026-12-01 10:00"},
		{name: "written the other way round", source: rules("30.0 < value", ""), at: "2026-12-01 10:00", want: []string{"one above 30"}},
		{name: "denied", source: rules("!(value < 30.0)", ""), at: "2026-12-01 10:00", want: []string{"one at_least 30"}},
		{name: "either side", source: rules("value <= -5.0 || value > 35.0", ""), at: "2026-12-01 10:00", want: []string{"one at_most -5", "one above 35"}},
		{name: "a number of the clock is none", source: rules("value > 30.0 && hour >= 20", ""), at: "2026-12-01 21:00", want: []string{"one above 30"}},
		{name: "at another hour", source: rules("value > 30.0 && hour >= 20", ""), at: "2026-12-01 10:00"},
		{name: "within its hours", source: rules("value > 30.0", "    hours: 22:00-06:00\n"), at: "2026-12-01 23:00", want: []string{"one above 30"}},
		{name: "outside its hours", source: rules("value > 30.0", "    hours: 22:00-06:00\n"), at: "2026-12-01 10:00"},
		{name: "a value alone", source: rules("value == 30.0", ""), at: "2026-12-01 10:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := rule.Place{Site: care.Site{ID: "home", TimeZone: "Asia/Shanghai"}, Zone: care.Zone{Name: c.zone}}
			at, err := time.ParseInLocation("2006-01-02 15:04", c.at, p.Site.Location())
			if err != nil {
				t.Fatal(err)
			}
			q := c.quantity
			if q == "" {
				q = care.Temperature
			}
			var got []string
			for _, th := range parse(t, c.source).Thresholds(p, q, at.UTC()) {
				got = append(got, fmt.Sprint(th.Rule.ID, " ", th.Side, " ", th.Value))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
