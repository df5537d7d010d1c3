package roster_test

import (
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/roster"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func songhe(t testing.TB) roster.Roster {
	t.Helper()
	source, err := os.ReadFile("testdata/songhe.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, err := roster.Parse(source, "Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// local reads a local time such as 2026-11-04 23:00.
func local(t testing.TB, s string, loc *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestWhoIsOnDuty asks for people at moments of November in the home.
func TestWhoIsOnDuty(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	r := songhe(t)
	for _, c := range []struct {
		name, duty, floor, at string
		want                  []care.UserID
	}{
		{"floor 3, first week, early", "carer", "3", "2026-11-02 06:00", []care.UserID{"u-wang"}},
		{"the last minute of early", "carer", "3", "2026-11-02 13:59", []care.UserID{"u-wang"}},
		{"the first minute of late", "carer", "3", "2026-11-02 14:00", []care.UserID{"u-li"}},
		{"floor 3, second week, early", "carer", "3", "2026-11-09 06:00", []care.UserID{"u-li"}},
		{"floor 3, third week is the first again", "carer", "3", "2026-11-16 06:00", []care.UserID{"u-wang"}},
		{"floor 4, first week, early", "carer", "4", "2026-11-02 06:00", []care.UserID{"u-chen"}},
		{"floor 4, first week, late", "carer", "4", "2026-11-02 15:00", []care.UserID{"u-zhao"}},
		{"floor 4, second week: early has become late", "carer", "4", "2026-11-09 15:00", []care.UserID{"u-chen"}},
		{"floor 4, second week: who was off is early", "carer", "4", "2026-11-09 06:00", []care.UserID{"u-sun"}},
		{"floor 4, third week: late has become off", "carer", "4", "2026-11-16 15:00", []care.UserID{"u-sun"}},
		{"night for both floors", "carer", "4", "2026-11-02 23:00", []care.UserID{"u-ma"}},
		{"the same night after midnight", "carer", "3", "2026-11-03 05:59", []care.UserID{"u-ma"}},
		{"the next night is another's", "carer", "3", "2026-11-03 22:00", []care.UserID{"u-hu"}},
		{"a night that was swapped", "carer", "3", "2026-11-05 03:00", []care.UserID{"u-liu"}},
		{"a floor that no duty names: everybody", "carer", "9", "2026-11-02 06:00", []care.UserID{"u-wang", "u-chen"}},
		{"no floor known: everybody", "carer", "", "2026-11-02 06:00", []care.UserID{"u-wang", "u-chen"}},
		{"on leave: the other floor is better than nobody", "carer", "3", "2026-11-11 06:00", []care.UserID{"u-sun"}},
		{"on leave, and help has come", "carer", "3", "2026-11-10 11:00", []care.UserID{"u-xu"}},
		{"the leader on a weekday", "leader", "3", "2026-11-06 17:59", []care.UserID{"u-qian"}},
		{"no leader on Saturday", "leader", "3", "2026-11-07 12:00", nil},
		{"a manager of the whole day and week", "manager", "", "2026-11-08 03:00", []care.UserID{"u-zhou"}},
		{"the week of a shift is that of its first day", "manager", "", "2026-11-09 07:59", []care.UserID{"u-zhou"}},
		{"the manager of the next week", "manager", "", "2026-11-09 08:00", []care.UserID{"u-wu"}},
		{"before the rotation began", "manager", "", "2026-11-02 07:59", nil},
		{"a duty that there is not", "cook", "", "2026-11-02 12:00", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := r.Who(c.duty, c.floor, local(t, c.at, shanghai), shanghai)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("on duty (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOverridesInOrder lets Li take Wang's night and then fall ill in the
// middle of it; Chen comes for the rest.
func TestOverridesInOrder(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	r := nights("u-wang")
	r.Overrides = []roster.Override{
		{Duty: "carer", From: "2026-11-10T22:00", To: "2026-11-11T06:00", Who: "u-wang", By: "u-li"},
		{From: "2026-11-11T02:00", To: "2026-11-20T00:00", Who: "u-li"},
		{Duty: "carer", From: "2026-11-11T02:30", To: "2026-11-11T06:00", By: "u-chen"},
	}
	if err := r.Check("Asia/Shanghai"); err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time { return local(t, s, shanghai) }
	want := []roster.Turn{
		{Duty: "carer", Shift: "night", User: "u-li", Instead: "u-wang", From: at("2026-11-10 22:00"), To: at("2026-11-11 02:00")},
		{Duty: "carer", User: "u-chen", From: at("2026-11-11 02:30"), To: at("2026-11-11 06:00")},
	}
	if diff := cmp.Diff(want, r.Turns(at("2026-11-10 12:00"), at("2026-11-11 12:00"), shanghai)); diff != "" {
		t.Errorf("turns (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[1:], r.On(at("2026-11-11 03:00"), shanghai)); diff != "" {
		t.Errorf("at three o'clock (-want +got):\n%s", diff)
	}
}

// TestExchange lets two people of one duty take each other's night.
func TestExchange(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	r := nights()
	r.Duties[0].Rotations[0] = roster.Rotation{Start: "2026-11-09", Every: 1, Order: []care.UserID{"u-li", "u-wang"}}
	r.Overrides = []roster.Override{
		{From: "2026-11-10T22:00", To: "2026-11-11T06:00", Who: "u-wang", By: "u-li"},
		{From: "2026-11-11T22:00", To: "2026-11-12T06:00", Who: "u-li", By: "u-wang"},
	}
	for night, want := range map[string]care.UserID{
		"2026-11-09 23:00": "u-li", "2026-11-10 23:00": "u-li", "2026-11-11 23:00": "u-wang", "2026-11-12 23:00": "u-wang",
	} {
		if got := r.Who("carer", "", local(t, night, shanghai), shanghai); !cmp.Equal(got, []care.UserID{want}) {
			t.Errorf("in the night of %s: %v, want %s", night, got, want)
		}
	}
}

// TestNextYearsRotation has a second rotation, entered before it begins.
func TestNextYearsRotation(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	r := nights("u-old")
	r.Duties[0].Rotations = append(r.Duties[0].Rotations, roster.Rotation{Start: "2027-01-01", Order: []care.UserID{"u-new"}})
	for at, want := range map[string]care.UserID{
		"2026-12-31 23:00": "u-old", "2027-01-01 05:59": "u-old", "2027-01-01 22:00": "u-new",
	} {
		if got := r.Who("carer", "", local(t, at, shanghai), shanghai); !cmp.Equal(got, []care.UserID{want}) {
			t.Errorf("at %s: %v, want %s", at, got, want)
		}
	}
}

// TestLeapDay counts the 29th of February as any day of the rotation.
func TestLeapDay(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	r := nights("u-1", "u-2", "u-3")
	r.Duties[0].Rotations[0] = roster.Rotation{Start: "2028-02-28", Every: 1, Order: []care.UserID{"u-1", "u-2", "u-3"}}
	for at, want := range map[string]care.UserID{
		"2028-02-28 23:00": "u-1", "2028-02-29 23:00": "u-3", "2028-03-01 05:00": "u-3", "2028-03-01 23:00": "u-2", "2028-03-02 23:00": "u-1",
	} {
		if got := r.Who("carer", "", local(t, at, shanghai), shanghai); !cmp.Equal(got, []care.UserID{want}) {
			t.Errorf("at %s: %v, want %s", at, got, want)
		}
	}
}

// nights is a roster of one night shift since November 2026.
func nights(order ...care.UserID) roster.Roster {
	return roster.Roster{Duties: []roster.Duty{{
		ID: "carer", Name: care.Text{ZH: "护理员", EN: "Carer"},
		Shifts: []roster.Shift{{
			ID: "night", Name: care.Text{ZH: "夜班", EN: "Night"}, Span: roster.Span{From: "22:00", To: "06:00"},
		}},
		Rotations: []roster.Rotation{{Start: "2020-01-01", Order: order}},
	}}}
}
