package watch_test

import (
	"slices"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

func TestConfirmedByTheGlassInTheCorridor(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-smoke-a", care.Fire, care.Active, "")
		n.hears("sms wang: Fire")
		n.sends("corridor-glass", care.Fire, care.Active, "")
		n.waits(3 * time.Second)
		if i := n.only(); i.ConfirmedAt == nil || i.ConfirmedBy != "corridor-glass" {
			t.Errorf("the fire is not confirmed: %+v", i)
		}
		n.hears("sms wang: Confirmed fire", "sms chen: Confirmed", "sms sun: Confirmed", "sms town: Confirmed")
		n.sends("301-smoke", care.Fire, care.Active, "")
		if open := n.open(); len(open) != 2 {
			t.Errorf("a fire on another floor was taken for the same: %d open", len(open))
		}
		n.waits(3 * time.Second)
		n.hears("sms wang: Fire")
		for _, i := range n.open() {
			a := act(alerts.Resolve, i.ID, "chen")
			a.Cause, a.Reason = care.CauseFalse, "cooking"
			if _, err := n.watch.Act(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		n.waits(3 * time.Second)
		n.sms.forget()
		n.sends("203-smoke-a", care.Fire, care.Clear, "")
		n.sends("corridor-glass", care.Fire, care.Clear, "")
		n.sends("301-smoke", care.Fire, care.Clear, "")
	})
}

func TestPresenceButton(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		n.does(alerts.Accept, "wang")
		n.sends("203-presence", care.Presence, care.Active, `{"means":"button"}`)
		if i := n.only(); i.State != care.Arrived || i.Arrived.By != "wang" || i.Arrived.Means != care.ByButton {
			t.Errorf("the incident is %s, arrived %+v", i.State, i.Arrived)
		}
		n.hears("sms daughter: Somebody is with")
		n.does(alerts.Resolve, "wang")

		n.sends("203-1-bed", care.BedExit, care.Active, "")
		if open := n.open(); len(open) != 0 {
			t.Fatalf("a bed exit beside a carer alarmed: %+v", open)
		}
		n.waits(20*time.Minute - time.Second)
		n.hears()
		n.waits(time.Second)
		n.hears("sms wang: Bed exit") // she has gone, and the bed is still empty
		n.does(alerts.Resolve, "wang")
		n.sends("203-1-bed", care.BedExit, care.Clear, "")
	})
}

func TestCancelledByTheResident(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		n.waits(10 * time.Second)
		n.sends("203-1-cord", care.SOS, care.Clear, `{"cancel":true}`)
		i := n.only()
		if i.CancelledAt == nil || i.State != care.Raised || i.Severity != care.Medium {
			t.Fatalf("cancelled: %+v", i)
		}
		n.waits(30 * time.Second)
		n.hears("sms wang: taken back by the resident")
		n.does(alerts.Resolve, "wang")
	})
}

func TestShelvedPoint(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		s := alerts.Shelf{Site: "songhe", Point: "203-1-bed", Class: care.BedExit, Until: time.Now().Add(2 * time.Hour), Reason: "new mat",
			By: care.Act{By: "chen", Name: "Chen", Means: care.ByScreen}}
		if _, err := n.watch.Shelve(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		n.sends("203-1-bed", care.BedExit, care.Active, "")
		n.waits(time.Hour)
		n.hears()
		n.dies(time.Minute)
		n.waits(59 * time.Minute)
		n.hears("sms wang: Bed exit")
		n.does(alerts.Resolve, "wang")
		n.sends("203-1-bed", care.BedExit, care.Clear, "")
	})
}

func TestOutageTakesWhatItExplains(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		edge := n.event(care.EdgePoint("floor-2", ""), care.Silent, care.Active)
		n.sends("203-1-bed", care.Silent, care.Active, "")
		n.commits(edge)
		n.sends("203-1-cord", care.Silent, care.Active, "")
		n.sends("203-smoke-a", care.Fire, care.Active, "")
		var top []care.Incident
		for _, i := range n.open() {
			if i.Under == "" {
				top = append(top, i)
			}
		}
		if len(top) != 2 {
			t.Fatalf("%d incidents stand for themselves, not the outage and the fire: %+v", len(top), top)
		}
		n.hears("sms wang: Fire", "sms chen: Silent")
	})
}

// TestWhatAnOutageLeavesSilent stands for itself once everything behind the
// edge has had its time, though nobody has closed the outage.
func TestWhatAnOutageLeavesSilent(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-bed", care.Silent, care.Active, "")
		n.sends("203-1-cord", care.Silent, care.Active, "")
		edge := care.EdgePoint("floor-2", "")
		n.commits(n.event(edge, care.Silent, care.Active))
		n.waits(time.Minute) // the messages of the evening, gathered
		n.sms.forget()
		alone := func() (points []care.PointID) {
			for _, i := range n.open() {
				if i.Under == "" {
					points = append(points, i.Point)
				}
			}
			return points
		}
		if got := alone(); len(got) != 1 || got[0] != edge {
			t.Fatalf("%v stand for themselves, not the edge", got)
		}
		n.commits(n.event(edge, care.Silent, care.Clear))
		n.sends("203-1-bed", care.Silent, care.Clear, "")
		n.waits(care.MainsDeadline - time.Second)
		if got := alone(); len(got) != 1 {
			t.Fatalf("%v stand for themselves too early", got)
		}
		n.waits(time.Second)
		if got := alone(); len(got) != 2 || !slices.Contains(got, "203-1-cord") {
			t.Fatalf("%v stand for themselves, not the cord that did not come back", got)
		}
		n.hears("sms chen: Silent")
	})
}

func count(kinds []care.EntryKind, kind care.EntryKind) int {
	n := 0
	for _, k := range kinds {
		if k == kind {
			n++
		}
	}
	return n
}
