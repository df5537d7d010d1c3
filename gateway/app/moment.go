package app

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Moment is a time as somebody types it: so long ago (30d, 1d12h), the
// beginning of a day by the clock of each site (2026-11-01), or an exact time
// (2026-11-01T22:00:00+08:00).
type Moment struct {
	at time.Time
	// wall says that of at the year, month and day count only.
	wall bool
}

// maxAgo is further back than any time series is kept.
const maxAgo = 10 * 366 * 24 * time.Hour

// momentUnits are those of a time that has passed.
var momentUnits = map[byte]time.Duration{'w': 7 * 24 * time.Hour, 'd': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute}

// ParseMoment reads a moment; a time that has passed is counted back from now.
// The error shows what can be typed.
func ParseMoment(now time.Time, text string) (Moment, error) {
	if ago, ok := parseAgo(text); ok {
		return Moment{at: now.Add(-ago)}, nil
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return Moment{at: t, wall: true}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return Moment{at: t}, nil
	}
	return Moment{}, fmt.Errorf("%q is no time: write how long ago it was (30d, 12h, at most 10 years), a date (2026-11-01), or a time with its zone (2026-11-01T22:00:00+08:00)", text)
}

// MomentAt is an exact time.
func MomentAt(t time.Time) Moment { return Moment{at: t} }

// In returns the moment where the clocks are those of a location.
func (m Moment) In(loc *time.Location) time.Time {
	if m.wall {
		y, month, d := m.at.Date()
		return time.Date(y, month, d, 0, 0, 0, 0, loc)
	}
	return m.at.In(loc)
}

// parseAgo reads numbers that are each followed by a unit, such as 1d12h.
func parseAgo(text string) (sum time.Duration, ok bool) {
	for rest := text; ; {
		end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if end < 1 {
			return 0, false
		}
		n, err := strconv.ParseUint(rest[:end], 10, 24)
		unit, known := momentUnits[rest[end]]
		if err != nil || !known || time.Duration(n) > maxAgo/unit {
			return 0, false
		}
		if sum += time.Duration(n) * unit; sum > maxAgo {
			return 0, false
		}
		if rest = rest[end+1:]; rest == "" {
			return sum, true
		}
	}
}
