package people_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// TestWhatAFamilyAsksFor has a daughter who sleeps from 22:30 to 7:00 in the
// night to a Saturday, and at noon on Wednesdays.
func TestWhatAFamilyAsksFor(t *testing.T) {
	sleeps := []people.Quiet{{Day: 5, From: "22:30", To: "07:00"}, {Day: 3, From: "12:00", To: "13:00"}}
	for _, c := range []struct {
		name  string
		wants people.Wants
		class care.Class
		asked bool
		at    string // a day of November 2026; the 27th is a Friday
		hears bool
	}{
		{"nothing said: everything", people.Wants{}, care.Wandering, false, "27 23:00", true},
		{"before she sleeps", people.Wants{Quiet: sleeps}, care.Wandering, false, "27 22:29", true},
		{"she sleeps", people.Wants{Quiet: sleeps}, care.Wandering, false, "27 22:30", false},
		{"after midnight", people.Wants{Quiet: sleeps}, care.Wandering, false, "28 06:59", false},
		{"in the morning", people.Wants{Quiet: sleeps}, care.Wandering, false, "28 07:00", true},
		{"another night", people.Wants{Quiet: sleeps}, care.Wandering, false, "26 23:00", true},
		{"the morning of the day before", people.Wants{Quiet: sleeps}, care.Wandering, false, "27 06:00", true},
		{"at noon", people.Wants{Quiet: sleeps}, care.Inactivity, false, "25 12:30", false},
		{"her ladder, and no emergency", people.Wants{Quiet: sleeps}, care.Wandering, true, "27 23:00", false},
		{"a fire wakes her", people.Wants{Quiet: sleeps}, care.Fire, false, "27 23:00", true},
		{"an SOS wakes her", people.Wants{UrgentOnly: true, Quiet: sleeps}, care.SOS, false, "27 23:00", true},
		{"a fall that is seen to does not", people.Wants{Quiet: sleeps}, care.Fall, false, "27 23:00", false},
		{"a fall that climbed to her does", people.Wants{Quiet: sleeps}, care.Fall, true, "27 23:00", true},
		{"urgent only, by day", people.Wants{UrgentOnly: true}, care.Fall, false, "27 12:00", true},
		{"urgent only, of something else", people.Wants{UrgentOnly: true}, care.Vital, true, "27 12:00", false},
		{"hours that cannot be read disturb nothing", people.Wants{Quiet: []people.Quiet{{Day: 5, From: "2230", To: "07:00"}}}, care.Vital, false, "27 23:00", true},
		{"a whole day", people.Wants{Quiet: []people.Quiet{{Day: 5, From: "08:00", To: "08:00"}}}, care.Vital, false, "28 07:59", false},
		{"from Sunday to Monday", people.Wants{Quiet: []people.Quiet{{Day: 7, From: "22:00", To: "06:00"}}}, care.Vital, false, "30 05:00", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := time.Parse("2006-01 02 15:04", "2026-11 "+c.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.wants.Hears(c.class, c.class.Severity(), c.asked, at); got != c.hears {
				t.Errorf("she is told: %v, want %v", got, c.hears)
			}
		})
	}
}

// TestEmergenciesAreAlwaysHeard draws what she asks for and when: an emergency
// for which she is called always reaches her, as do fire and SOS.
func TestEmergenciesAreAlwaysHeard(t *testing.T) {
	clock := rapid.Custom(func(t *rapid.T) string {
		return time.Date(2026, 1, 1, 0, rapid.IntRange(0, 1439).Draw(t, "minute"), 0, 0, time.UTC).Format("15:04")
	})
	rapid.Check(t, func(t *rapid.T) {
		w := people.Wants{UrgentOnly: rapid.Bool().Draw(t, "urgent only")}
		for range rapid.IntRange(0, people.MaxQuiet).Draw(t, "quiet hours") {
			w.Quiet = append(w.Quiet, people.Quiet{Day: rapid.IntRange(1, 7).Draw(t, "day"), From: clock.Draw(t, "from"), To: clock.Draw(t, "to")})
		}
		if err := w.Check(); err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(1_800_000_000, 1_801_000_000).Draw(t, "at"), 0).UTC()
		c := rapid.SampledFrom([]care.Class{care.Fire, care.Gas, care.CarbonMonoxide, care.SOS, care.Fall}).Draw(t, "class")
		severity := care.Severity(rapid.IntRange(0, 4).Draw(t, "severity"))
		if !w.Hears(c, severity, true, at) {
			t.Fatalf("%s for which she is called does not reach her", c)
		}
		if c != care.Fall && !w.Hears(c, severity, false, at) {
			t.Fatalf("of %s she is not told", c)
		}
	})
}

// TestWhatARuleCallsUrgent has rules of the house that make a heart urgent: who
// sleeps is woken by it, as by a fire.
func TestWhatARuleCallsUrgent(t *testing.T) {
	sleeps := people.Wants{UrgentOnly: true, Quiet: []people.Quiet{{Day: 5, From: "00:00", To: "00:00"}}}
	at := time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)
	if !sleeps.Hears(care.Vital, care.Urgent, true, at) || !sleeps.Hears(care.Vital, care.Urgent, false, at) {
		t.Error("an urgent vital sign does not wake her")
	}
	if sleeps.Hears(care.Vital, care.High, true, at) {
		t.Error("a vital sign that is not urgent does")
	}
}

func TestMistakesOfWants(t *testing.T) {
	for _, q := range []people.Quiet{{}, {Day: 8, From: "22:00", To: "07:00"}, {Day: 1, From: "24:00", To: "07:00"}, {Day: 1, From: "22:00", To: "7:00"}} {
		if (people.Wants{Quiet: []people.Quiet{q}}).Check() == nil {
			t.Errorf("%+v passes", q)
		}
	}
	if (people.Wants{Quiet: make([]people.Quiet, people.MaxQuiet+1)}).Check() == nil {
		t.Error("more than two a day pass")
	}
}
