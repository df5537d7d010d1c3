package rule_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/rule"
)

// TestTheRulesThatAreShipped has a day of each quantity, at a place where the
// rule looks and at one where it does not.
func TestTheRulesThatAreShipped(t *testing.T) {
	text := func(zh, en string) care.Text { return care.Text{ZH: zh, EN: en} }
	for _, c := range []struct {
		name     string
		zone     care.Text
		point    care.Text
		kind     care.SiteKind
		quantity care.Quantity
		value    float64
		start    string
		want     []string
	}{
		{name: "a warm room", zone: text("203房", "Room 203"), quantity: care.Temperature, value: 21, start: "2026-12-01 10:00"},
		{name: "a cold room", zone: text("203房", "Room 203"), quantity: care.Temperature, value: 14, start: "2026-12-01 10:00", want: []string{"12-01 10:30 room-cold"}},
		{name: "a cold room in May", zone: text("203房", "Room 203"), quantity: care.Temperature, value: 14, start: "2026-05-01 10:00"},
		{name: "a cold balcony", zone: text("南阳台", "South balcony"), quantity: care.Temperature, value: 2, start: "2026-12-01 10:00"},
		{name: "a refrigerator", zone: text("客厅", "Living room"), point: text("冰箱温度", "Fridge"), quantity: care.Temperature, value: 4, start: "2026-12-01 10:00"},
		{name: "a hot room", zone: text("客厅", "Living room"), quantity: care.Temperature, value: 34, start: "2026-07-20 14:00", want: []string{"07-20 15:00 room-hot"}},
		{name: "a hot kitchen", zone: text("厨房", "Kitchen"), quantity: care.Temperature, value: 34, start: "2026-07-20 14:00"},
		{name: "gas", zone: text("厨房", "Kitchen"), quantity: care.GasLevel, value: 12, start: "2026-07-20 14:00", want: []string{"07-20 14:00 gas"}},
		{name: "a trace of gas", zone: text("厨房", "Kitchen"), quantity: care.GasLevel, value: 8, start: "2026-07-20 14:00"},
		{name: "much carbon monoxide", quantity: care.COLevel, value: 350, start: "2026-12-01 10:00", want: []string{"12-01 10:00 co-300", "12-01 10:10 co-100", "12-01 11:00 co-50"}},
		{name: "some carbon monoxide", quantity: care.COLevel, value: 60, start: "2026-12-01 10:00", want: []string{"12-01 11:00 co-50"}},
		{name: "a trace of carbon monoxide", quantity: care.COLevel, value: 20, start: "2026-12-01 10:00"},
		{name: "the front door at night", point: text("入户门", "Front door"), quantity: care.Contact, value: 1, start: "2026-07-20 23:00", want: []string{"07-20 23:05 door-open-at-night"}},
		{name: "the front door by day", point: text("入户门", "Front door"), quantity: care.Contact, value: 1, start: "2026-07-20 09:00"},
		{name: "the door of a cupboard at night", point: text("药柜门", "Medicine cabinet"), quantity: care.Contact, value: 1, start: "2026-07-20 23:00"},
		{name: "in bed until eleven at home", kind: care.PrivateHome, quantity: care.Occupancy, value: 1, start: "2026-07-20 09:30", want: []string{"07-20 12:30 still-in-bed"}},
		{name: "in bed at night", kind: care.PrivateHome, quantity: care.Occupancy, value: 1, start: "2026-07-20 22:00"},
		{name: "in bed in a nursing home", kind: care.NursingHome, quantity: care.Occupancy, value: 1, start: "2026-07-20 09:30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := play(t, string(rule.DefaultSource()), "Asia/Shanghai", c.start)
			s.place.Site.Kind, s.place.Zone.Name, s.place.Point.Name = c.kind, c.zone, c.point
			for range 200 {
				s.read(c.quantity, c.value).wait(60e9)
			}
			s.expect(c.want...)
		})
	}
}

// TestTheBuiltInRulesAreTheFile keeps what runs and what people edit the same.
func TestTheBuiltInRulesAreTheFile(t *testing.T) {
	written := parse(t, string(rule.DefaultSource()))
	same := cmp.Options{cmp.Comparer(func(a, b rule.Hours) bool { return a == b }), cmp.Comparer(func(a, b rule.Season) bool { return a == b })}
	if diff := cmp.Diff(written.Rules(), rule.Default().Rules(), same); diff != "" {
		t.Errorf("rules (-written +built in):\n%s", diff)
	}
}
