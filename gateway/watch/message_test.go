package watch_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
)

func TestStormIsOneMessage(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		var events []care.Received
		for _, p := range []care.PointID{"203-1-bed", "203-1-call", "203-1-cord", "203-1-fall"} {
			class := map[care.PointID]care.Class{"203-1-bed": care.WaterLeak, "203-1-call": care.Vital, "203-1-cord": care.SOS, "203-1-fall": care.Fall}[p]
			events = append(events, n.event(p, class, care.Active))
		}
		n.commits(events...)
		n.hears("sms wang: 4 alarms that nobody has accepted: Fall 1, SOS 1, Vital sign 1, Water leak 1")
		for _, i := range n.open() {
			a := act(alerts.Resolve, i.ID, "chen")
			a.Cause, a.Reason = care.CauseFalse, "other"
			if _, err := n.watch.Act(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		n.waits(time.Minute)
		n.sms.forget() // that they were taken
	})
}

func TestAcceptByLink(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-fall", care.Fall, care.Active, "")
		synctest.Wait()
		message, _ := n.sms.first()
		link := message.Link
		token, found := strings.CutPrefix(link, "https://care.example.org/a/")
		if !found {
			t.Fatalf("the link is %q", link)
		}
		n.hears("sms wang: Fall")
		if l, err := n.watch.Linked(t.Context(), token); err != nil || len(l.Incidents) != 1 || l.Incidents[0].State != care.Raised {
			t.Fatalf("to look at the link changed or told nothing: %+v, %v", l, err)
		}
		if _, err := n.watch.AcceptLink(t.Context(), token+"x", ""); err == nil {
			t.Error("a damaged link was taken")
		}
		if _, err := n.watch.AcceptLink(t.Context(), token, ""); err != nil {
			t.Fatal(err)
		}
		if i := n.only(); i.State != care.Accepted || i.Accepted.By != "wang" || i.Accepted.Means != care.ByLink {
			t.Errorf("accepted: %+v", i.Accepted)
		}
		n.does(alerts.Resolve, "wang")
		n.waits(13 * time.Hour)
		if _, err := n.watch.Linked(t.Context(), token); err == nil {
			t.Error("an old link is still valid")
		}
	})
}

func TestAcceptByKey(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sms.fail("wang", &notify.Failure{Reason: notify.Refused, Permanent: true})
		n.voice.mute("wang")
		n.sends("203-1-fall", care.Fall, care.Active, "")
		synctest.Wait()
		message, _ := n.voice.first()
		key := message.Key
		n.hears("voice wang: Fall")
		n.waits(20 * time.Second)
		if err := n.watch.Receipt(t.Context(), "voice", notify.Receipt{ID: key, Proof: notify.Accepted, At: time.Now()}, notify.Accepted); err != nil {
			t.Fatal(err)
		}
		if i := n.only(); i.State != care.Accepted || i.Accepted.Means != care.ByPhone {
			t.Errorf("the incident is %s, accepted %+v", i.State, i.Accepted)
		}
		n.does(alerts.Resolve, "wang")
	})
}

// TestSenderDies: a message whose sender died on the way goes out again, with
// the key that it had, so that a service which knows keys delivers it once.
func TestSenderDies(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.stop()
		ctx, cancel := context.WithCancel(t.Context())
		var looking sync.WaitGroup
		looking.Go(func() { _ = n.watch.Run(ctx) })
		n.commits(n.event("203-1-fall", care.Fall, care.Active))
		job := <-n.watch.Jobs()
		p, err := n.watch.Take(t.Context(), job.Notice, func(string) bool { return true })
		if err != nil || p == nil {
			t.Fatalf("there is nothing to send: %v", err)
		}
		cancel()
		looking.Wait()
		n.goes() // the sender is gone; nobody knows whether the service has it
		n.waits(55 * time.Second)
		n.hears()
		n.waits(10 * time.Second)
		if m, ok := n.sms.first(); !ok || m.Key != p.Key {
			t.Fatalf("it did not go out again with the key %s: %+v", p.Key, m)
		}
		n.sms.forget()
		n.does(alerts.Resolve, "wang")
		n.sms.forget()
	})
}

// TestNoLimitMutesAnSOS: whoever is called by many is called for each person
// who needs help within seconds, while a full bin may wait.
func TestNoLimitMutesAnSOS(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		n.waits(time.Second)
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.hears()
		n.waits(2 * time.Second)
		n.hears("sms wang: Fall")
		n.sends("203-1-call", care.Call, care.Active, "")
		n.waits(29 * time.Second)
		n.hears()
		n.waits(time.Second)
		n.hears("sms wang: Call")
		for _, i := range n.open() {
			a := act(alerts.Resolve, i.ID, "wang")
			a.Cause = care.CauseReal
			if _, err := n.watch.Act(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestACallDoesNotHoldBackAnSOS that waits for the same person at the same
// moment.
func TestACallDoesNotHoldBackAnSOS(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-call", care.Call, care.Active, "")
		n.hears("sms wang: Call")
		n.waits(5 * time.Second)
		n.commits(n.event("203-1-bed", care.BedExit, care.Active), n.event("203-1-fall", care.Fall, care.Active))
		n.hears("sms wang: 2 alarms that nobody has accepted: Fall 1, Bed exit 1")
		for _, i := range n.open() {
			a := act(alerts.Resolve, i.ID, "wang")
			a.Cause, a.Reason = care.CauseFalse, "other"
			if _, err := n.watch.Act(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		n.sends("203-1-bed", care.BedExit, care.Clear, "")
	})
}

// TestPressedTwiceIsOneIncident also in the message that both presses share.
func TestPressedTwiceIsOneIncident(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.hears("sms wang: Fall")
		n.waits(time.Second)
		n.commits(n.event("203-1-cord", care.SOS, care.Active))
		n.commits(n.event("203-1-cord", care.SOS, care.Active))
		n.waits(2 * time.Second)
		n.hears("sms wang: SOS at ")
		for _, i := range n.open() {
			a := act(alerts.Resolve, i.ID, "wang")
			a.Cause = care.CauseReal
			if _, err := n.watch.Act(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
	})
}
