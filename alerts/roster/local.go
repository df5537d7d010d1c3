package roster

import (
	"slices"
	"strings"
	"time"
)

// weekdays are the names of days in documents, in the order of time.Weekday.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

const minutesOfDay = 24 * 60

// day is a civil day, counted from 1970-01-01. Days are added and compared
// without any clock, so that no change of the clocks disturbs a rotation.
type day int

func dayOf(t time.Time) day {
	y, m, d := t.Date()
	return day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 3600))
}

// parseDay reads 2026-11-25.
func parseDay(s string) (day, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1970 {
		return 0, false
	}
	return dayOf(t), true
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

// parseStamp reads 2026-11-25T22:00, with a blank for the T as people write it.
func parseStamp(s string) (d day, minutes int, ok bool) {
	date, clock, ok := strings.Cut(strings.Replace(s, " ", "T", 1), "T")
	if !ok {
		return 0, 0, false
	}
	d, ok = parseDay(date)
	if !ok {
		return 0, 0, false
	}
	minutes, ok = parseClock(clock)
	return d, minutes, ok
}

// moment returns when the clock on the wall shows the minute of the day, which
// may lie beyond its end.
func (d day) moment(minutes int, loc *time.Location) time.Time {
	wall := time.Unix(int64(d)*24*3600+int64(minutes)*60, 0).UTC()
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, loc)
	start, end := t.ZoneBounds()
	shown := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	switch {
	case shown.After(wall): // skipped, and t lies after the change
		return start
	case shown.Before(wall): // skipped, and t lies before the change
		return end
	case !start.IsZero():
		// The same time may have been shown before the clock was set back.
		_, before := start.Add(-1).Zone()
		if first := time.Unix(wall.Unix()-int64(before), 0).In(loc); first.Before(start) {
			return first
		}
	}
	return t
}

// on reports whether the span begins on a day.
func (s Span) on(d day) bool {
	// 1970-01-01 was a Thursday.
	return len(s.Days) == 0 || slices.Contains(s.Days, weekdays[((int(d)+4)%7+7)%7])
}

// minutes returns the beginning and the end in minutes of the day on which the
// span begins, and false where they cannot be read.
func (s Span) minutes() (from, to int, ok bool) {
	from, ok1 := parseClock(s.From)
	to, ok2 := parseClock(s.To)
	if !ok1 || !ok2 || from == minutesOfDay {
		return 0, 0, false
	}
	if to <= from {
		to += minutesOfDay
	}
	return from, to, true
}

// interval is a stretch of time, without its end.
type interval struct{ from, to time.Time }

func (i interval) overlaps(from, to time.Time) bool { return i.from.Before(to) && from.Before(i.to) }

// times lists when the span is, as far as it overlaps a time. An interval is
// whole also where it reaches beyond.
func (s Span) times(from, to time.Time, loc *time.Location, each func(day, interval)) {
	begin, end, ok := s.minutes()
	if !ok || !from.Before(to) {
		return
	}
	// Two days back: one for a span over midnight, one for a zone that once
	// skipped a whole day.
	last := dayOf(to.In(loc))
	for d := dayOf(from.In(loc)) - 2; d <= last; d++ {
		if !s.on(d) {
			continue
		}
		i := interval{d.moment(begin, loc), d.moment(end, loc)}
		if i.from.Before(i.to) && i.overlaps(from, to) {
			each(d, i)
		}
	}
}
