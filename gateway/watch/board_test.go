package watch_test

import (
	"slices"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// TestBoardIsLostWhileAnAlarmWaits: the loss is an incident of its own, and the
// ladder of what nobody sees goes on at once and once.
func TestBoardIsLostWhileAnAlarmWaits(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.hears("sms wang: Fall")
		fall := n.only()
		n.waits(10 * time.Second)
		since := time.Now().Add(-time.Minute)
		var asked []care.Class
		lose := func() {
			t.Helper()
			err := n.watch.BoardLost(t.Context(), "songhe", "2", since, func(i care.Incident) bool {
				asked = append(asked, i.Class)
				return true
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		lose()
		n.waits(time.Second)
		if want := []care.Class{care.Fall}; !slices.Equal(asked, want) {
			t.Errorf("asked about %v, want %v: the loss itself climbs its own ladder", asked, want)
		}
		if c := count(n.history(fall.ID), care.EntryUnshown); c != 1 {
			t.Errorf("the log of the fall says %d times that no board shows it", c)
		}
		lost, err := n.store.OpenIncidents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(lost, func(i care.Incident) bool { return i.Class == care.Silent })
		if i < 0 || lost[i].Point != care.BoardPoint("2") || lost[i].Severity != care.High || !lost[i].Active {
			t.Fatalf("the loss is no incident: %+v", lost)
		}
		n.hears("sms wang: Fall", "sms chen: Fall") // the next of the fall's ladder, and the first of the loss
		lose()
		n.waits(time.Second)
		if c := count(n.history(fall.ID), care.EntryUnshown); c != 1 {
			t.Errorf("one loss was counted %d times", c)
		}
		if err := n.watch.BoardBack(t.Context(), "songhe", "2"); err != nil {
			t.Fatal(err)
		}
		back, err := n.store.Incident(t.Context(), lost[i].ID)
		if err != nil || back.Active || back.ClearedAt == nil {
			t.Errorf("after it came back: %+v, %v", back, err)
		}
	})
}

// TestABoardThatDiesAtNight is told to who is awake at once, and not to the
// leader of the morning.
func TestABoardThatDiesAtNight(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		now := time.Now().UTC()
		n.dies(time.Date(now.Year(), now.Month(), now.Day(), 18, 0, 0, 0, time.UTC).Sub(now)) // two in the morning there
		if err := n.watch.BoardLost(t.Context(), "songhe", "2", time.Now(), func(care.Incident) bool { return true }); err != nil {
			t.Fatal(err)
		}
		n.waits(time.Second)
		n.hears("sms wang: Silent", "sms chen: Silent")
		n.does(alerts.Accept, "wang")
		n.hears("sms chen: was taken by")
	})
}

// TestAlarmThatNoBoardShows: the next person hears of it now and not after the
// wait of the step, once for an alarm.
func TestAlarmThatNoBoardShows(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		i := n.only()
		n.waits(10 * time.Second)
		unshown := func(alarms int) {
			t.Helper()
			if err := n.watch.Unshown(t.Context(), i.ID, alarms); err != nil {
				t.Fatal(err)
			}
			n.waits(time.Second)
		}
		unshown(1)
		n.hears("sms wang: SOS", "sms chen: SOS") // by the built-in ladder she would be told alone once more, after a minute
		unshown(1)
		n.hears()
		unshown(2) // it never alarmed twice
		n.does(alerts.Accept, "chen")
		n.hears("sms wang: was taken by")
		if c := count(n.history(i.ID), care.EntryUnshown); c != 1 {
			t.Errorf("the log says %d times that no board shows it", c)
		}
	})
}

// TestQuietIsOnTheRecord: whoever holds the sound of a station without saying who
// it is changes nothing but the log.
func TestQuietIsOnTheRecord(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		before := n.only()
		u := people.User{ID: "st2", Role: people.Carer, Station: people.AtStation, Scope: people.Scope{Sites: []care.SiteID{"songhe"}, Floors: []string{"2"}}}
		until := time.Now().Add(time.Minute).UTC()
		if err := n.watch.Quieted(t.Context(), u, care.Act{Means: care.ByScreen}, until); err != nil {
			t.Fatal(err)
		}
		entries, err := n.store.Entries(t.Context(), before.ID)
		if err != nil {
			t.Fatal(err)
		}
		last := entries[len(entries)-1]
		if last.Kind != care.EntryQuieted || last.To != "st2" || last.Act.By != "" || !last.Until.Equal(until) {
			t.Errorf("the log ends with %+v", last)
		}
		if i := n.only(); i.State != care.Raised || i.Revision != before.Revision {
			t.Errorf("the incident has changed: %+v", i)
		}
		n.does(alerts.Accept, "wang")
	})
}
