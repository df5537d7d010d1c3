package watch_test

import (
	"slices"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch"
)

// TestABoardThatHidesItTellsNobody: the carer on duty is one of the third floor,
// and her telephone is off. Her board never shows an SOS of the second, so it is
// no way to her, and the next person hears of it at once. What her board does
// show goes to it.
func TestABoardThatHidesItTellsNobody(t *testing.T) {
	for _, c := range []struct {
		name, floor string
		board       bool
	}{
		{"of another floor", "3", false},
		{"of her floor", "2", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			atNight(t, func(t *testing.T, n *night) {
				wang := n.store.Directory().Users["wang"]
				wang.Scope.Floors = []string{c.floor}
				if _, err := n.store.ApplyPlan(t.Context(), ledger.Plan{Users: []people.User{wang}}); err != nil {
					t.Fatal(err)
				}
				for _, p := range []*phones{n.sms, n.voice} {
					p.fail("wang", &notify.Failure{Reason: notify.Refused, Permanent: true})
				}
				n.sends("203-1-cord", care.SOS, care.Active, "")
				n.waits(3 * time.Second)
				n.hears("sms chen: SOS")
				entries, err := n.store.Entries(t.Context(), n.only().ID)
				if err != nil {
					t.Fatal(err)
				}
				// The gateway of this story has no boards, so that the way fails.
				tried := slices.ContainsFunc(entries, func(e care.Entry) bool {
					return e.Kind == care.EntryUndelivered && e.To == "wang" && e.Channel == watch.ScreenChannel
				})
				if tried != c.board {
					t.Errorf("her board was tried: %v, want %v", tried, c.board)
				}
				n.does(alerts.Resolve, "chen")
			})
		})
	}
}

// TestWhoIsCalledFromAnotherFloorSeesIt: the ladder reaches her by telephone, and from
// then on she may open what she is called to, with its re-alarms, and nothing else.
func TestWhoIsCalledFromAnotherFloorSeesIt(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		wang := n.store.Directory().Users["wang"]
		wang.Scope.Floors = []string{"3"}
		if _, err := n.store.ApplyPlan(t.Context(), ledger.Plan{Users: []people.User{wang}}); err != nil {
			t.Fatal(err)
		}
		sees := func(when string, want bool) {
			t.Helper()
			i, err := n.store.Incident(t.Context(), n.only().ID)
			if err != nil {
				t.Fatal(err)
			}
			if got := n.store.Directory().SeesIncident(wang, *i); got != want {
				t.Errorf("%s she sees it: %t, want %t", when, got, want)
			}
		}
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		sees("called", true)
		n.does(alerts.Accept, "chen")
		n.hears("sms wang: was taken by")
		sees("though another goes", true)
		n.does(alerts.Resolve, "chen")
		n.sms.forget()
	})
}
