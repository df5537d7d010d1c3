package rule_test

import (
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/rule"
)

// A door that is opened before the night and stands open when it has begun.
func Example() {
	rules, err := rule.Parse("rules.yaml", []byte(`
rules:
  - id: door
    name: {zh: 夜间门开, en: Door open at night}
    class: wandering
    quantity: contact
    when: value == 1.0
    for: 5m
    hours: 22:00-06:00
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	home := rule.Place{Site: care.Site{ID: "home", TimeZone: "Asia/Shanghai"}, Point: care.Point{ID: "front-door"}}
	opened := time.Date(2026, 7, 1, 21, 50, 0, 0, home.Site.Location())

	none := func(string) (rule.Condition, bool) { return rule.Condition{}, false }
	changes := rules.Observe(opened, home, none, care.Reading{Quantity: care.Contact, Time: opened, Value: 1})
	for len(changes) > 0 && !changes[len(changes)-1].Fire {
		c := changes[len(changes)-1].Condition
		fmt.Println(c.State, "until", c.Due.In(home.Site.Location()).Format("15:04"))
		changes = rules.Due(c.Due, c, home)
	}
	fmt.Println(changes[0].Condition.State, changes[0].Condition.Class)
	// Output:
	// idle until 22:00
	// pending until 22:05
	// active wandering
}
