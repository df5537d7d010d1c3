package rule

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

const minutesOfDay = 24 * 60

// Hours is a part of each day, without its end. The zero value is always.
type Hours struct {
	from, to int // minutes of the day; the end may lie on the next one
}

// ParseHours reads a part of the day such as 22:00-06:00, which ends on the
// next day where its end is not after its beginning. The end may be 24:00; an
// empty text is always.
func ParseHours(s string) (Hours, error) {
	if s == "" {
		return Hours{}, nil
	}
	first, last, _ := strings.Cut(s, "-")
	from, ok1 := parseClock(first)
	to, ok2 := parseClock(last)
	switch {
	case !ok1 || !ok2 || from == minutesOfDay:
		return Hours{}, fmt.Errorf("%q is no part of the day such as 22:00-06:00", s)
	case from == to || to-from == minutesOfDay:
		return Hours{}, fmt.Errorf("%q is the whole day; leave the hours out for that", s)
	case to < from:
		to += minutesOfDay
	}
	return Hours{from, to}, nil
}

// parseClock reads 07:05 as minutes of the day; 24:00 is the end of it.
func parseClock(s string) (int, bool) {
	t, err := time.Parse("15:04", s)
	switch {
	case s == "24:00":
		return minutesOfDay, true
	case err != nil || len(s) != len("15:04"): // Parse would take 7:05 as well
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

// String returns the hours as ParseHours reads them.
func (h Hours) String() string {
	if h == (Hours{}) {
		return ""
	}
	to := h.to
	if to > minutesOfDay {
		to -= minutesOfDay
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", h.from/60, h.from%60, to/60, to%60)
}

// at reports whether a time lies within the hours, and when that changes next;
// never where the hours are always.
func (h Hours) at(t time.Time, loc *time.Location) (in bool, next time.Time) {
	if h == (Hours{}) {
		return true, time.Time{}
	}
	var s search
	y, m, d := t.In(loc).Date()
	// Two days on either side: one for the hours over midnight, one for a zone
	// that once skipped a whole day.
	for n := -2; n <= 2; n++ {
		s.look(t, wall(y, m, d+n, h.from, loc), wall(y, m, d+n, h.to, loc))
	}
	return s.in, s.next
}

// began returns when the hours began in which a time lies; zero where they are
// always.
func (h Hours) began(t time.Time, loc *time.Location) (began time.Time) {
	if h == (Hours{}) {
		return time.Time{}
	}
	y, m, d := t.In(loc).Date()
	for n := -2; n <= 2; n++ {
		if from := wall(y, m, d+n, h.from, loc); !from.After(t) {
			began = from
		}
	}
	return began
}

// Season is a part of each year, both its days included. The zero value is
// always.
type Season struct {
	from, to date
}

type date struct {
	month time.Month
	day   int
}

// ParseSeason reads a part of the year such as 11-15..03-15, which goes over
// the turn of the year where its end is before its beginning. The 29th of
// February counts as the 28th in years without one. An empty text is always.
func ParseSeason(s string) (Season, error) {
	if s == "" {
		return Season{}, nil
	}
	first, last, _ := strings.Cut(s, "..")
	from, ok1 := parseDate(first)
	to, ok2 := parseDate(last)
	if !ok1 || !ok2 {
		return Season{}, fmt.Errorf("%q is no part of the year such as 11-15..03-15 (month-day, both included)", s)
	}
	return Season{from, to}, nil
}

func parseDate(s string) (date, bool) {
	// A leap year has every day.
	t, err := time.Parse(time.DateOnly, "2024-"+s)
	return date{t.Month(), t.Day()}, err == nil
}

// String returns the season as ParseSeason reads it.
func (s Season) String() string {
	if s == (Season{}) {
		return ""
	}
	return fmt.Sprintf("%02d-%02d..%02d-%02d", s.from.month, s.from.day, s.to.month, s.to.day)
}

// at is like Hours.at.
func (s Season) at(t time.Time, loc *time.Location) (in bool, next time.Time) {
	if s == (Season{}) {
		return true, time.Time{}
	}
	var found search
	over := 0
	if s.to.month < s.from.month || s.to.month == s.from.month && s.to.day < s.from.day {
		over = 1
	}
	for y := t.In(loc).Year() - 1; y <= t.In(loc).Year()+1; y++ {
		found.look(t, s.from.in(y, 0, loc), s.to.in(y+over, 1, loc))
	}
	return found.in, found.next
}

// in returns the beginning of the day in a year, or of the one after it.
func (d date) in(year, after int, loc *time.Location) time.Time {
	day := min(d.day, time.Date(year, d.month+1, 0, 0, 0, 0, 0, time.UTC).Day())
	return wall(year, d.month, day+after, 0, loc)
}

// search gathers where a time lies among intervals.
type search struct {
	in   bool
	next time.Time
}

func (s *search) look(t, from, to time.Time) {
	if !from.Before(to) {
		return // the clock skipped all of it
	}
	s.in = s.in || !t.Before(from) && t.Before(to)
	for _, edge := range []time.Time{from, to} {
		if edge.After(t) {
			s.next = earliest(s.next, edge)
		}
	}
}

// earliest returns the earlier of two times, of which a zero one is never.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// wall returns when the clock shows a time of a day. Months, days and minutes
// may lie outside their ranges.
func wall(y int, m time.Month, d, minutes int, loc *time.Location) time.Time {
	shown := time.Date(y, m, d, 0, minutes, 0, 0, time.UTC)
	// No zone is a day away from UTC, so that these two are the offsets before
	// and after whatever happens around the time.
	before := shown.Add(-offset(shown.Add(-24*time.Hour), loc))
	after := shown.Add(-offset(shown.Add(24*time.Hour), loc))
	switch {
	case before.Add(offset(before, loc)).Equal(shown):
		return before // the first, where it is shown twice
	case after.Add(offset(after, loc)).Equal(shown):
		return after
	}
	change, _ := before.In(loc).ZoneBounds()
	return change.UTC()
}

func offset(t time.Time, loc *time.Location) time.Duration {
	_, seconds := t.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}

// nextHour returns when the clock shows another hour.
func nextHour(t time.Time, loc *time.Location) time.Time {
	local := t.In(loc)
	past := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	_, change := local.ZoneBounds()
	next := t.Add(time.Hour - past)
	if !change.IsZero() && change.Before(next) {
		next = change
	}
	return next.UTC()
}

// weekdays are the names of days in conditions, in the order of time.Weekday.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// locations keeps the time zones that were asked for, since loading one reads
// a file. There are some hundreds of them in the world.
var locations sync.Map // name → *time.Location

func locationOf(s care.Site) *time.Location {
	if loc, ok := locations.Load(s.TimeZone); ok {
		return loc.(*time.Location)
	}
	loc := s.Location()
	if loc.String() == s.TimeZone { // not one that had to stand in
		locations.Store(s.TimeZone, loc)
	}
	return loc
}
