package ladder_test

import (
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/ladder"
)

// A fall at home, and when who is told of it while nobody accepts.
func Example() {
	site := care.Site{ID: "home-li", Kind: care.PrivateHome, TimeZone: "Asia/Shanghai"}
	fall := care.Incident{Site: site.ID, Class: care.Fall, Severity: care.Urgent}
	policy := ladder.Book{}.Find(site, fall, time.Now())
	fmt.Println(policy.Name.EN)
	for _, m := range ladder.Timetable(policy) {
		fmt.Println(m.After, policy.Step(m.Position).To)
	}
	// Output:
	// Home: SOS, fall and other emergencies
	// 0s [resident]
	// 1m0s [helper:neighbour]
	// 2m30s [helper:community duty:carer]
	// 4m30s [family]
	// 6m30s [inspector:township helper:neighbour helper:community duty:carer family]
	// 9m30s [inspector:township helper:neighbour helper:community duty:carer family]
}
