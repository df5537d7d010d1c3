package health

import "time"

// Shift is a part of the day at a site, by the clock on its wall.
type Shift struct {
	// Name is a code such as day, or what the site calls it.
	Name string
	// From and To are minutes after midnight, 0 to 1439. A shift whose end is not
	// after its beginning goes on past midnight.
	From, To int
}

// DefaultShifts are the three that are usual in homes: day (白班) from 07:00,
// evening (小夜班) from 15:00 and night (大夜班) from 23:00.
func DefaultShifts() []Shift {
	return []Shift{{"day", 7 * 60, 15 * 60}, {"evening", 15 * 60, 23 * 60}, {"night", 23 * 60, 7 * 60}}
}

// Turn returns the first of the shifts in which a time lies, and the local day
// on which that turn of it began, as midnight UTC of that date. The name is
// empty for a time that lies in none; a turn then is the day.
func Turn(shifts []Shift, at time.Time, zone *time.Location) (name string, day time.Time) {
	local := at.In(zone)
	year, month, date := local.Date()
	day = time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
	minute := local.Hour()*60 + local.Minute()
	for _, s := range shifts {
		switch {
		case s.From < s.To && s.From <= minute && minute < s.To, s.From >= s.To && minute >= s.From:
			return s.Name, day
		case s.From >= s.To && minute < s.To:
			return s.Name, day.AddDate(0, 0, -1)
		}
	}
	return "", day
}
