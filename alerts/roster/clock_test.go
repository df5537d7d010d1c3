package roster_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/roster"
)

// TestNightsInWhichClocksChange has a night shift in each, by the clock on the
// wall from 22:00 to 06:00.
func TestNightsInWhichClocksChange(t *testing.T) {
	for _, c := range []struct {
		name, zone, evening string
		hours               float64
	}{
		{"Berlin goes forward", "Europe/Berlin", "2026-03-28", 7},
		{"Berlin goes back", "Europe/Berlin", "2026-10-24", 9},
		{"New York goes forward", "America/New_York", "2026-03-07", 7},
		{"New York goes back", "America/New_York", "2026-10-31", 9},
		{"Shanghai never", "Asia/Shanghai", "2026-03-28", 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			loc := zone(t, c.zone)
			evening := local(t, c.evening+" 22:00", loc)
			turns := nights("u-wang").On(evening, loc)
			if len(turns) != 1 {
				t.Fatalf("%d turns at 22:00, want 1", len(turns))
			}
			if got := turns[0].To.In(loc).Format("15:04"); got != "06:00" {
				t.Errorf("the shift ends at %s by the clock, want 06:00", got)
			}
			if got := turns[0].To.Sub(turns[0].From).Hours(); got != c.hours {
				t.Errorf("the shift lasts %g h, want %g", got, c.hours)
			}
		})
	}
}

// TestShiftsThatChangeInTheSkippedOrRepeatedHour hands over at 02:30, which
// the clock skips in spring and shows twice in autumn: there is no gap, and
// never are both on duty.
func TestShiftsThatChangeInTheSkippedOrRepeatedHour(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	r := nights("u-wang", "u-li")
	d := &r.Duties[0]
	d.Shifts = []roster.Shift{d.Shifts[0], d.Shifts[0]}
	d.Shifts[0].Span = roster.Span{From: "14:30", To: "02:30"}
	d.Shifts[1].Span = roster.Span{From: "02:30", To: "14:30"}
	d.Shifts[1].ID = "morning"
	for day, handover := range map[string]time.Time{
		"2026-03-29": time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC),   // 03:00 summer time, the moment of the change
		"2026-10-25": time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), // the first 02:30
	} {
		start := local(t, day+" 00:00", berlin)
		turns := r.Turns(start, start.Add(6*time.Hour), berlin)
		if len(turns) != 2 || !turns[0].To.Equal(handover) || !turns[1].From.Equal(handover) {
			t.Errorf("on %s turns are %v, want two that meet at %s", day, turns, handover)
		}
		if gaps := r.Gaps(start, start.Add(24*time.Hour), berlin, nil); gaps != nil {
			t.Errorf("on %s there are gaps: %v", day, gaps)
		}
	}
}

// TestADayThatNeverWas is in Samoa, which went over the date line in 2011 and
// had no 30th of December.
func TestADayThatNeverWas(t *testing.T) {
	apia := zone(t, "Pacific/Apia")
	r := nights("u-wang")
	r.Duties[0].Rotations[0].Start = "2011-01-01"
	r.Duties[0].Shifts[0].Span = roster.Span{From: "22:00", To: "22:00"}
	if gaps := r.Gaps(local(t, "2011-12-28 00:00", apia), local(t, "2012-01-02 00:00", apia), apia, nil); gaps != nil {
		t.Errorf("there are gaps: %v", gaps)
	}
}

// TestGaps has the gaps of a week in the home: the leave of Li, and what help
// covers of it. The leader is not needed at night.
func TestGaps(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	at := func(s string) time.Time { return local(t, s, shanghai) }
	r := songhe(t)
	got := r.Gaps(at("2026-11-09 00:00"), at("2026-11-16 00:00"), shanghai, nil)
	want := []roster.Gap{
		{Duty: "carer", Floors: []string{"3"}, From: at("2026-11-10 06:00"), To: at("2026-11-10 10:00")},
		{Duty: "carer", Floors: []string{"3"}, From: at("2026-11-10 12:00"), To: at("2026-11-10 14:00")},
		{Duty: "carer", Floors: []string{"3"}, From: at("2026-11-11 06:00"), To: at("2026-11-11 14:00")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}

	// Whoever has left fills nothing, though the roster still names her.
	gone := r.Gaps(at("2026-11-02 12:00"), at("2026-11-03 12:00"), shanghai, func(u care.UserID) bool { return false })
	if len(gone) == 0 {
		t.Error("a roster of people who have left has no gap")
	}

	// Nobody takes the nights of both floors: that is one gap a night.
	r.Duties[2].Rotations = nil
	got = r.Gaps(at("2026-11-02 12:00"), at("2026-11-03 12:00"), shanghai, nil)
	want = []roster.Gap{
		{Duty: "carer", Floors: []string{"3", "4"}, From: at("2026-11-02 22:00"), To: at("2026-11-03 06:00")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("gaps without nights (-want +got):\n%s", diff)
	}
}

// TestGapsOfADayCentre has a duty that is needed in the morning and, on
// Wednesdays, from noon; the leader is ill from ten to one on a Wednesday.
func TestGapsOfADayCentre(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	at := func(s string) time.Time { return local(t, s, shanghai) }
	r := nights("u-wang")
	d := &r.Duties[0]
	d.Needed = []roster.Span{{From: "08:00", To: "12:00"}, {Days: []string{"wed"}, From: "12:00", To: "17:00"}}
	d.Shifts[0].Span = roster.Span{From: "08:00", To: "16:00"}
	r.Overrides = []roster.Override{{From: "2026-11-11T10:00", To: "2026-11-11T13:00", Who: "u-wang"}}
	got := r.Gaps(at("2026-11-10 00:00"), at("2026-11-13 00:00"), shanghai, nil)
	want := []roster.Gap{
		{Duty: "carer", From: at("2026-11-11 10:00"), To: at("2026-11-11 13:00")},
		{Duty: "carer", From: at("2026-11-11 16:00"), To: at("2026-11-11 17:00")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}
