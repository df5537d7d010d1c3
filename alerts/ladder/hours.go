package ladder

import (
	"strings"
	"time"
)

// hours is a local time of day, in minutes of the day; its end is outside.
// Where the end is before the beginning it goes over midnight.
type hours struct{ from, to int }

const minutesOfDay = 24 * 60

// parseHours reads 22:00-06:00.
func parseHours(s string) (hours, bool) {
	a, b, ok := strings.Cut(s, "-")
	from, ok1 := parseClock(a)
	to, ok2 := parseClock(b)
	if !ok || !ok1 || !ok2 || from == minutesOfDay || from == to%minutesOfDay {
		return hours{}, false
	}
	return hours{from, to}, true
}

// parseClock reads 07:05 as minutes of the day; 24:00 is the end of it.
func parseClock(s string) (minutes int, ok bool) {
	if s == "24:00" {
		return minutesOfDay, true
	}
	t, err := time.Parse("15:04", s)
	// Parse would take 7:05 as well.
	if err != nil || len(s) != len("15:04") {
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

// hold reports whether a local time lies within the hours.
func (h hours) hold(local time.Time) bool {
	m := local.Hour()*60 + local.Minute()
	if h.from < h.to {
		return h.from <= m && m < h.to
	}
	return h.from <= m || m < h.to
}

// end returns when the hours that hold at a local time end.
func (h hours) end(local time.Time) time.Time {
	y, m, d := local.Date()
	if h.to < h.from && local.Hour()*60+local.Minute() >= h.from {
		d++
	}
	return time.Date(y, m, d, 0, h.to, 0, 0, local.Location())
}

// Due returns when a step that falls due at a time is taken, at a site in a
// time zone: then, or when the quiet hours of the policy end.
func (p Policy) Due(at time.Time, loc *time.Location) time.Time {
	h, ok := parseHours(p.Quiet)
	if !ok || !h.hold(at.In(loc)) {
		return at
	}
	// The end may lie in an hour that the clock skips; never go back for it.
	if end := h.end(at.In(loc)); end.After(at) {
		return end
	}
	return at
}
