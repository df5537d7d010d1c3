package people

import (
	"errors"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Wants is what a member of a family asks to be told, and when. The zero value
// is everything at any hour. It never decides alone: whoever tells people sees
// to it that the last one who can be told is told, see alerts/ladder.
type Wants struct {
	// UrgentOnly leaves out everything but fire, gas, carbon monoxide, SOS, falls,
	// and what the rules of the house call urgent.
	UrgentOnly bool `json:"urgent_only,omitempty"`
	// Quiet are the hours in which she is not to be disturbed.
	Quiet []Quiet `json:"quiet,omitempty"`
}

// Quiet are hours of one day of the week, local to the home of the elder.
type Quiet struct {
	// Day is the one on which they begin: 1 (Monday) to 7 (Sunday).
	Day int `json:"day" minimum:"1" maximum:"7" doc:"on which they begin: 1 (Monday) to 7 (Sunday)"`
	// From and To are such as 22:00 and 07:00; where To is not later than From, it
	// is of the next day. Two that are the same are a whole day.
	From string `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"22:00"`
	To   string `json:"to" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"07:00"`
}

// MaxQuiet bounds the list of quiet hours: two for each day.
const MaxQuiet = 14

// Check returns every mistake.
func (w Wants) Check() error {
	var errs []error
	if len(w.Quiet) > MaxQuiet {
		errs = append(errs, fmt.Errorf("there are %d quiet hours, not at most %d", len(w.Quiet), MaxQuiet))
	}
	for n, q := range w.Quiet {
		_, ok := minutes(q.From)
		_, ok2 := minutes(q.To)
		if q.Day < 1 || q.Day > 7 || !ok || !ok2 {
			errs = append(errs, fmt.Errorf("the quiet hours %d are not a day from 1 to 7 with two times such as 22:00", n+1))
		}
	}
	return errors.Join(errs...)
}

// Hears reports whether she asks to be told now, at a time local to the home of
// her elder, of an incident of a class and a severity: what a rule has made
// urgent is an emergency, whatever its class, and an emergency by its class stays
// one, also after somebody made less of it.
//
// asked says that she is asked to do something, or was in this incident: that
// she is on its ladder. Then an emergency reaches her at any hour, because by
// then nobody who is nearer has come. Fire, gas, carbon monoxide and SOS do so
// always. Of a fall somebody has taken care of already she need not be woken;
// her page tells it in the morning.
func (w Wants) Hears(c care.Class, severity care.Severity, asked bool, local time.Time) bool {
	emergency := max(c.Severity(), severity) == care.Urgent
	if emergency && (asked || c != care.Fall) {
		return true
	}
	return (emergency || !w.UrgentOnly) && !w.quiet(local)
}

// quiet reports whether a local time lies in the quiet hours.
func (w Wants) quiet(local time.Time) bool {
	now := local.Hour()*60 + local.Minute()
	day := (int(local.Weekday())+6)%7 + 1 // Monday is 1
	for _, q := range w.Quiet {
		from, ok := minutes(q.From)
		to, ok2 := minutes(q.To)
		if !ok || !ok2 {
			continue // nobody is left untold because of hours that cannot be read
		}
		switch {
		case from < to && day == q.Day && from <= now && now < to:
			return true
		case from >= to && (day == q.Day && from <= now || day == q.Day%7+1 && now < to):
			return true
		}
	}
	return false
}

// minutes reads 22:05 as minutes of the day.
func minutes(s string) (int, bool) {
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil && len(s) == len("15:04")
}
