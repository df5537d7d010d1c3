package roster_test

import (
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/roster"
)

// Two people take the nights by turns; one falls ill, and nobody comes for her.
func Example() {
	r, err := roster.Parse([]byte(`
duties:
  - id: carer
    name: {zh: 护理员, en: Carer}
    needed: [{from: "22:00", to: "06:00"}]
    shifts:
      - {id: night, name: {zh: 夜班, en: Night}, from: "22:00", to: "06:00"}
    rotations:
      - {start: 2026-11-02, order: [u-wang, u-li]}
overrides:
  - {from: 2026-11-10T00:00, to: 2026-11-11T03:00, who: u-li, note: 病假}
`), "Asia/Shanghai")
	if err != nil {
		fmt.Println(err)
		return
	}
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		fmt.Println(err)
		return
	}
	from := time.Date(2026, 11, 8, 12, 0, 0, 0, shanghai)
	to := from.AddDate(0, 0, 3)
	for _, t := range r.Turns(from, to, shanghai) {
		fmt.Println(t.User, t.From.Format("Mon 15:04"), "to", t.To.Format("Mon 15:04"))
	}
	for _, g := range r.Gaps(from, to, shanghai, nil) {
		fmt.Println("nobody", g.From.Format("Mon 15:04"), "to", g.To.Format("Mon 15:04"))
	}
	// Output:
	// u-wang Sun 22:00 to Mon 06:00
	// u-li Mon 22:00 to Tue 00:00
	// u-li Wed 03:00 to Wed 06:00
	// nobody Tue 00:00 to Tue 06:00
	// nobody Tue 22:00 to Wed 03:00
}
