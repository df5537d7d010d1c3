package app

import (
	"strings"
	"testing"
	"time"
)

func TestMoment(t *testing.T) {
	shanghai := time.FixedZone("Asia/Shanghai", 8*60*60)
	now := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"30d":                       now.Add(-30 * 24 * time.Hour),
		"12h":                       now.Add(-12 * time.Hour),
		"1w1d12h30m":                now.Add(-(8*24+12)*time.Hour - 30*time.Minute),
		"0d":                        now,
		"3660d":                     now.Add(-maxAgo),
		"2026-11-01":                time.Date(2026, 11, 1, 0, 0, 0, 0, shanghai),
		"2026-11-01T22:00:00+01:00": time.Date(2026, 11, 1, 21, 0, 0, 0, time.UTC),
	} {
		m, err := ParseMoment(now, text)
		if err != nil || !m.In(shanghai).Equal(want) {
			t.Errorf("%q is %v (%v), want %v", text, m.In(shanghai), err, want)
		}
	}
	for _, text := range []string{"", "d", "30", "-1d", "1.5d", "30s", "30d ", "３０d", "3661d", "99999999999999999999d", "3000d3000d", "2026-13-01", "2026-02-30", "yesterday"} {
		if m, err := ParseMoment(now, text); err == nil || !strings.Contains(err.Error(), "30d") {
			t.Errorf("%q is %v (%v), want an error that shows what is right", text, m, err)
		}
	}
}

func FuzzParseMoment(f *testing.F) {
	for _, text := range []string{"30d", "1w1d12h30m", "2026-11-01", "2026-11-01T22:00:00+08:00", "153722867280m", "-1d", ""} {
		f.Add(text)
	}
	now := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		ago, ok := parseAgo(text)
		if ok && (ago < 0 || ago > maxAgo) {
			t.Errorf("%q is %v ago", text, ago)
		}
		m, err := ParseMoment(now, text)
		if ok && (err != nil || m.In(time.UTC).After(now)) {
			t.Errorf("%q is %v (%v), after now", text, m.In(time.UTC), err)
		}
		// A day begins on that day, whatever the place.
		if err == nil && m.wall && m.In(time.FixedZone("", 14*60*60)).Format(time.DateOnly) != text {
			t.Errorf("%q begins at %v", text, m.In(time.FixedZone("", 14*60*60)))
		}
	})
}
