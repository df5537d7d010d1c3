package ingest

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestCorrect(t *testing.T) {
	for _, test := range []struct {
		name   string
		sent   time.Time
		offset time.Duration
		want   time.Time
		mark   care.ClockMark
	}{
		{"a right clock", noon.Add(-time.Second), 0, noon.Add(-time.Second), care.ClockTrusted},
		{"a right clock and a spool of two days", noon.Add(-48 * time.Hour), 0, noon.Add(-48 * time.Hour), care.ClockTrusted},
		{"5 s off is the network", noon.Add(-7 * time.Second), 5 * time.Second, noon.Add(-7 * time.Second), care.ClockTrusted},
		{"a little more is not", noon.Add(-7 * time.Second), 5001 * time.Millisecond, noon.Add(-1999 * time.Millisecond), care.ClockOffset},
		{"5 s ahead is tolerated", noon.Add(5 * time.Second), -5 * time.Second, noon.Add(5 * time.Second), care.ClockTrusted},
		{"an hour behind", noon.Add(-time.Hour - time.Minute), time.Hour, noon.Add(-time.Minute), care.ClockOffset},
		{"an hour ahead", noon.Add(time.Hour - time.Minute), -time.Hour, noon.Add(-time.Minute), care.ClockOffset},
		{"corrected to a little ahead", noon.Add(time.Hour + time.Second), -time.Hour, noon, care.ClockOffset},
		{"1970 by an offset", time.Unix(600, 0), noon.Sub(time.Unix(660, 0)), noon.Add(-time.Minute), care.ClockOffset},
		{"1970 without an offset", time.Unix(600, 0), 0, noon, care.ClockReceived},
		{"no time", time.Time{}, 0, noon, care.ClockReceived},
		{"no time, in spite of an offset", time.Time{}, time.Hour, noon, care.ClockReceived},
		{"2 min ahead", noon.Add(2 * time.Minute), 0, noon.Add(2 * time.Minute), care.ClockTrusted},
		{"more than 2 min ahead", noon.Add(2*time.Minute + 1), 0, noon, care.ClockReceived},
		{"30 days old", noon.Add(-30 * 24 * time.Hour), 0, noon.Add(-30 * 24 * time.Hour), care.ClockTrusted},
		{"more than 30 days old", noon.Add(-30*24*time.Hour - 1), 0, noon, care.ClockReceived},
		{"the clock was set between event and state", time.Unix(600, 0), time.Second, noon, care.ClockReceived},
		{"an offset that leads into the future", noon, time.Hour, noon, care.ClockReceived},
		{"the year 9999", time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), 0, noon, care.ClockReceived},
	} {
		t.Run(test.name, func(t *testing.T) {
			at, mark := correct(test.sent, noon, test.offset)
			if !at.Equal(test.want) || mark != test.mark {
				t.Errorf("got %s marked %q, want %s marked %q", at, mark, test.want, test.mark)
			}
		})
	}
}

// Whatever an edge's clock says, an event is neither far ahead of its receipt
// nor beyond belief, and a trusted time is never changed.
func TestCorrectNeverMakesAnImpossibleTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := time.UnixMilli(rapid.Int64Range(-62135596800000, 253402300799000).Draw(t, "sent"))
		offset := time.Duration(rapid.Int64().Draw(t, "offset"))
		at, mark := correct(sent, noon, offset)
		if at.Sub(noon) > aheadTolerated || noon.Sub(at) > ageTolerated {
			t.Fatalf("corrected to %s", at)
		}
		if mark == care.ClockTrusted && !at.Equal(sent) {
			t.Fatalf("a trusted time was changed from %s to %s", sent, at)
		}
		if mark == care.ClockReceived && !at.Equal(noon) {
			t.Fatalf("the time of receipt is %s, not %s", noon, at)
		}
	})
}

func TestMeasure(t *testing.T) {
	type step struct {
		boot    string
		at      time.Duration // of receipt, after noon
		behind  time.Duration // receipt less the time in the state
		backlog bool
		want    time.Duration
	}
	for _, test := range []struct {
		name  string
		steps []step
	}{
		{"a live state is believed", []step{{"a", 0, time.Hour, false, time.Hour}}},
		{"the last one counts", []step{{"a", 0, time.Hour, false, time.Hour}, {"a", time.Minute, time.Second, false, time.Second}}},
		{"what may have waited is not believed", []step{{"a", 0, time.Hour, true, 0}}},
		{"a backlog comes in one go and confirms nothing", []step{
			{"a", 0, 3 * time.Minute, true, 0}, {"a", 0, 2 * time.Minute, true, 0},
			{"a", 0, time.Minute, true, 0}, {"a", 0, time.Second, true, time.Second}}},
		{"two that agree are believed", []step{{"a", 0, time.Hour, true, 0}, {"a", time.Minute, time.Hour + time.Second, true, time.Hour + time.Second}}},
		{"nothing makes a clock seem ahead", []step{{"a", 0, -time.Hour, true, -time.Hour}}},
		{"a new boot is a new clock", []step{{"a", 0, time.Hour, false, time.Hour}, {"b", time.Minute, 2 * time.Hour, true, 0}}},
		{"a state that waited does not spoil what is known", []step{{"a", 0, time.Second, false, time.Second}, {"a", time.Hour, time.Hour, true, time.Second}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := clocks{edges: map[people.SiteEdge]clock{}}
			edge := people.SiteEdge{Site: "evergreen", Edge: "room-203"}
			for i, s := range test.steps {
				received := noon.Add(s.at)
				got := c.measure(edge, care.State{Online: true, Boot: s.boot, Time: received.Add(-s.behind)}, received, s.backlog)
				if got != s.want || c.get(edge) != s.want {
					t.Errorf("after state %d the offset is %s (%s kept), want %s", i, got, c.get(edge), s.want)
				}
			}
		})
	}
}

func TestAStateWithoutATimeMeasuresNothing(t *testing.T) {
	c := clocks{edges: map[people.SiteEdge]clock{}}
	if got := c.measure(people.SiteEdge{}, care.State{Online: true, Boot: "a"}, noon, false); got != 0 {
		t.Errorf("the offset is %s", got)
	}
}
