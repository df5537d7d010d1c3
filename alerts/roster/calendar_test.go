package roster_test

import (
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/roster"
)

// TestCalendar reads the calendar of a night in Berlin as a calendar does.
func TestCalendar(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	now := local(t, "2026-03-28 12:00", berlin)
	turns := nights("u-wang").Turns(now, now.Add(24*time.Hour), berlin)
	text := roster.Calendar("songhe", "松鹤, 值班;\r\nX-EVIL:1", turns, func(turn roster.Turn) string {
		return "夜班，王芳；\r\n" + strings.Repeat("很长的名字", 20) + string(turn.User)
	}, now)

	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line is longer than RFC 5545 allows, or broken: %q", line)
		}
		if strings.HasPrefix(line, "X-EVIL") {
			t.Errorf("a name became a property: %q", line)
		}
	}
	c, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	events := c.Events()
	if len(events) != 1 {
		t.Fatalf("%d events, want 1", len(events))
	}
	from, err1 := events[0].GetStartAt()
	to, err2 := events[0].GetEndAt()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if diff := cmp.Diff([]time.Time{turns[0].From, turns[0].To}, []time.Time{from, to}); diff != "" {
		t.Errorf("the event is (-want +got):\n%s", diff)
	}
	if got := events[0].GetProperty(ics.ComponentPropertySummary).Value; !strings.HasSuffix(got, "很长的名字u-wang") {
		t.Errorf("the summary is %q", got)
	}
}

// TestUIDsAreStable: a turn keeps its UID when the calendar is made anew, and
// no other has it.
func TestUIDsAreStable(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	r := songhe(t)
	uids := func(site string, from, to string) map[string]bool {
		all := map[string]bool{}
		turns := r.Turns(local(t, from, shanghai), local(t, to, shanghai), shanghai)
		text := roster.Calendar("songhe", site, turns, func(roster.Turn) string { return "x" }, time.Now())
		for line := range strings.SplitSeq(text, "\r\n") {
			if uid, ok := strings.CutPrefix(line, "UID:"); ok {
				all[uid] = true
			}
		}
		if len(all) != len(turns) {
			t.Errorf("%d turns have %d UIDs", len(turns), len(all))
		}
		return all
	}
	days, week := uids("a", "2026-11-02 07:00", "2026-11-04 09:00"), uids("b", "2026-11-01 00:00", "2026-11-08 00:00")
	for uid := range days {
		if !week[uid] {
			t.Errorf("UID %s is not in the calendar of the week", uid)
		}
	}
}
