package health_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/health"
)

// The night of 24 November 2026 at Songhe, whose clock is eight hours ahead.
var (
	shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)
	dusk     = time.Date(2026, 11, 24, 23, 0, 0, 0, shanghai)
)

// at is a time after dusk.
func at(d time.Duration) time.Time { return dusk.Add(d) }

// night is what a test changes: eight hours of Songhe with ten residents.
func night(incidents ...care.Incident) health.Input {
	return health.Input{
		From: dusk, To: at(8 * time.Hour), Incidents: incidents,
		Sites: []health.Site{{ID: "songhe", Location: shanghai, Residents: 10}},
	}
}

var number int

// raised is an incident that alarmed once, at a time after dusk.
func raised(class care.Class, point care.PointID, after time.Duration) care.Incident {
	number++
	return care.Incident{
		ID: fmt.Sprint("i-", number), Site: "songhe", Class: class, Point: point, Severity: class.Severity(),
		State: care.Raised, HappenedAt: at(after), RaisedAt: at(after), AlarmedAt: at(after), Alarms: 1,
	}
}

// again alarms once more, some time after dusk; who had taken it is forgotten.
func again(i care.Incident, after time.Duration) care.Incident {
	i.Alarms++
	i.AlarmedAt, i.State, i.Accepted, i.Arrived = at(after), care.Raised, nil, nil
	return i
}

// act is somebody's deed, a wait after the latest alarm.
func act(i care.Incident, wait time.Duration) *care.Act {
	return &care.Act{By: "u-chen", Name: "陈静", At: i.AlarmedAt.Add(wait), Means: care.ByScreen}
}

func accepted(i care.Incident, wait time.Duration) care.Incident {
	i.State, i.Accepted = care.Accepted, act(i, wait)
	return i
}

func arrived(i care.Incident, wait time.Duration) care.Incident {
	i.State, i.Arrived = care.Arrived, act(i, wait)
	return i
}

func resolved(i care.Incident, wait time.Duration, cause care.Cause) care.Incident {
	i.State, i.Resolved, i.Cause = care.Resolved, act(i, wait), cause
	if i.Accepted == nil {
		i.Accepted = i.Resolved
	}
	return i
}

func TestAlarmsAreCounted(t *testing.T) {
	explained := raised(care.Silent, "203-mat", 2*time.Hour)
	explained.Under = "i-outage"
	surfaced := raised(care.Silent, "204-mat", -time.Hour)
	surfaced.AlarmedAt = at(time.Hour)
	elsewhere := raised(care.Fall, "watch", time.Hour)
	elsewhere.Site = "qinghe"
	in := night(
		resolved(raised(care.Call, "203-bell", 0), time.Minute, care.CausePending),                                   // at the very beginning
		again(again(again(raised(care.SOS, "203-cord", time.Hour), 61*time.Minute), 62*time.Minute), 63*time.Minute), // four
		resolved(raised(care.Fire, "203-smoke", 3*time.Hour), time.Minute, care.CauseDrill),
		again(raised(care.Call, "204-bell", -time.Minute), time.Minute), // its first alarm was before
		raised(care.Call, "205-bell", 8*time.Hour),                      // the next shift's
		explained, surfaced, elsewhere,
	)
	in.CarerHours = 16
	r := health.Assess(in)
	type numbers struct{ Incidents, Alarms, Estimated, Explained, Exercises, Pending, Residents int }
	got := numbers{r.Incidents, r.Alarms, r.Estimated, r.Explained, r.Exercises, r.Pending, r.Residents}
	if diff := cmp.Diff(numbers{5, 8, 2, 1, 1, 1, 10}, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
	if r.PerCarerHour != 0.5 || r.Average != 8./48 {
		t.Errorf("there are %v alarms a carer-hour and %v in ten minutes", r.PerCarerHour, r.Average)
	}
}

func TestAnEmptyIntervalHasNothing(t *testing.T) {
	fall := raised(care.Fall, "203-radar", time.Hour)
	for name, change := range map[string]func(*health.Input){
		"no time": func(in *health.Input) { in.To = in.From },
		"no site": func(in *health.Input) { in.Sites = nil },
	} {
		t.Run(name, func(t *testing.T) {
			in := night(fall)
			change(&in)
			want := health.Report{From: in.From, To: in.To, Residents: 10 * len(in.Sites)}
			if diff := cmp.Diff(want, health.Assess(in), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTurnsOfShifts(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("this machine has no time zones:", err)
	}
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	lunch := []health.Shift{{Name: "lunch", From: 11 * 60, To: 13 * 60}}
	for name, test := range map[string]struct {
		shifts []health.Shift
		at     time.Time
		zone   *time.Location
		shift  string
		day    time.Time
	}{
		"the first minute of the day shift":     {nil, time.Date(2026, 11, 24, 7, 0, 0, 0, shanghai), shanghai, "day", day(24)},
		"the last of the night shift":           {nil, time.Date(2026, 11, 24, 6, 59, 59, 0, shanghai), shanghai, "night", day(23)},
		"the night before midnight":             {nil, time.Date(2026, 11, 24, 23, 30, 0, 0, shanghai), shanghai, "night", day(24)},
		"UTC is not what the wall shows":        {nil, time.Date(2026, 11, 24, 22, 0, 0, 0, time.UTC), shanghai, "night", day(24)},
		"the hour that comes twice":             {nil, time.Date(2026, 11, 1, 6, 30, 0, 0, time.UTC), newYork, "night", day(0)},
		"when nobody has a shift":               {lunch, time.Date(2026, 11, 24, 13, 0, 0, 0, shanghai), shanghai, "", day(24)},
		"in a shift that a site has of its own": {lunch, time.Date(2026, 11, 24, 12, 0, 0, 0, shanghai), shanghai, "lunch", day(24)},
	} {
		t.Run(name, func(t *testing.T) {
			if test.shifts == nil {
				test.shifts = health.DefaultShifts()
			}
			shift, began := health.Turn(test.shifts, test.at, test.zone)
			if shift != test.shift || !began.Equal(test.day) {
				t.Errorf("it is the shift %q of %s, want %q of %s", shift, began.Format(time.DateOnly), test.shift, test.day.Format(time.DateOnly))
			}
		})
	}
}
