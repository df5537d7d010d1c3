package watch_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

// disables takes the account of a user away, or gives it back.
func (n *night) disables(id care.UserID, yes bool) {
	n.t.Helper()
	u := n.store.Directory().Users[id]
	u.Disabled = yes
	if _, err := n.store.ApplyPlan(n.t.Context(), ledger.Plan{Users: []people.User{u}}); err != nil {
		n.t.Fatal(err)
	}
	synctest.Wait()
}

// TestWhoWasDisabledIsNotCalled: the night's carer has left the house. The alarm
// goes to the next at once, and not into a telephone that is somebody's no more.
func TestWhoWasDisabledIsNotCalled(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.disables("wang", true)
		n.disables("daughter", true)
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.waits(3 * time.Second)
		n.hears("sms chen: SOS")
		n.does(alerts.Accept, "chen")
		n.does(alerts.Arrive, "chen")
		n.hears() // the daughter neither
		n.does(alerts.Resolve, "chen")
	})
}

// TestDisabledWhileAMessageWaits: what is on its way to her ends, and the next
// person is told at once.
func TestDisabledWhileAMessageWaits(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sms.fail("wang", &notify.Failure{Reason: notify.Unreachable, Detail: "no line"})
		n.voice.fail("wang", &notify.Failure{Reason: notify.Unreachable, Detail: "no line"})
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.waits(time.Second)
		n.disables("wang", true)
		n.sms.fail("wang", nil)
		n.voice.fail("wang", nil)
		n.waits(15 * time.Second)
		n.hears("sms chen: SOS")
		n.does(alerts.Resolve, "chen")
	})
}

// TestDisabledDoesNotCountAsTold: whoever was told and disabled afterwards is
// nobody when it is asked whether anybody was told.
func TestDisabledDoesNotCountAsTold(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		for _, who := range []string{"chen", "sun"} {
			n.sms.fail(who, &notify.Failure{Reason: notify.Refused, Permanent: true})
		}
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.hears("sms wang: Fall")
		m := n.only()
		n.disables("wang", true)
		n.waits(3 * time.Minute)
		if n.only().UntoldAt == nil {
			t.Errorf("nobody who is still there was told, and the incident does not say so: %v", n.history(m.ID))
		}
		n.does(alerts.Resolve, "chen")
		n.hears()
	})
}

// TestALinkOfSomebodyDisabled opens and accepts nothing.
func TestALinkOfSomebodyDisabled(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-cord", care.SOS, care.Active, "")
		synctest.Wait()
		m, ok := n.sms.first()
		if !ok {
			t.Fatal("nobody was told")
		}
		n.sms.forget()
		n.disables("wang", true)
		_, err := n.watch.AcceptLink(t.Context(), m.Link[strings.LastIndex(m.Link, "/")+1:], "")
		if wrong, is := errors.AsType[*alerts.IllegalError](err); !is || wrong.Code != alerts.CodeNotFound {
			t.Errorf("by her link: %v", err)
		}
		if i := n.only(); i.State != care.Raised {
			t.Errorf("it is %s", i.State)
		}
		n.does(alerts.Resolve, "chen")
		n.sms.forget()
	})
}
