package health_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/health"
)

const second = time.Second

func TestAnswerTimes(t *testing.T) {
	before := arrived(accepted(raised(care.Call, "210-bell", 5*time.Hour), -2*second), -second) // she stood in the room
	r := health.Assess(night(
		arrived(accepted(raised(care.SOS, "201-cord", 0), 20*second), 100*second),
		arrived(accepted(raised(care.Fall, "202-radar", time.Hour), 60*second), 180*second),                       // just in time
		resolved(accepted(raised(care.Call, "203-bell", 2*time.Hour), 61*second), 10*time.Minute, care.CauseReal), // nobody proved to be there
		resolved(raised(care.Call, "204-bell", 3*time.Hour), 400*second, care.CauseReal),                          // accepted by resolving
		raised(care.SOS, "205-cord", 4*time.Hour),                                                                 // nobody ever came
		before,
		resolved(accepted(raised(care.Fire, "206-smoke", time.Hour), second), 2*second, care.CauseDrill), // was meant
		accepted(raised(care.Battery, "207-mat", time.Hour), 7*time.Hour),                                // nobody runs for it
	))
	want := health.Answer{
		Incidents: 6, Unanswered: 1,
		Accept: health.Times{Count: 5, Missing: 1, Median: 60 * second, P90: 400 * second, Max: 400 * second, Within60: 3. / 6, Within180: 4. / 6},
		Arrive: health.Times{Count: 3, Missing: 3, Median: 100 * second, P90: 180 * second, Max: 180 * second, Within60: 1. / 6, Within180: 3. / 6},
	}
	if diff := cmp.Diff(want, r.Answers.Overall); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	var classes []string
	for _, a := range r.Answers.ByClass {
		classes = append(classes, a.Key)
	}
	if diff := cmp.Diff([]string{"sos", "fall", "call", "battery"}, classes); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
	battery := r.Answers.ByClass[3]
	if battery.Accept.Max != 7*time.Hour || battery.Arrive != (health.Times{}) {
		t.Errorf("the battery was answered %+v", battery)
	}
}

// An alarm of the last seconds is not yet judged by limits that it may keep.
func TestWhoStillWaits(t *testing.T) {
	in := night(
		accepted(raised(care.SOS, "201-cord", time.Hour), 10*second),
		raised(care.SOS, "202-cord", 8*time.Hour-30*second),
		raised(care.SOS, "203-cord", 8*time.Hour-90*second),
	)
	for name, test := range map[string]struct {
		now                 time.Time
		within60, within180 float64
	}{
		"at the end of the interval": {time.Time{}, 1. / 2, 1},
		"two minutes later":          {at(8*time.Hour + 2*time.Minute), 1. / 3, 1. / 2},
		"an hour later":              {at(9 * time.Hour), 1. / 3, 1. / 3},
	} {
		t.Run(name, func(t *testing.T) {
			in.Now = test.now
			a := health.Assess(in).Answers.Overall
			if a.Unanswered != 2 || a.Accept.Missing != 2 || a.Accept.Within60 != test.within60 || a.Accept.Within180 != test.within180 {
				t.Errorf("the answer is %+v, want the shares %v and %v", a, test.within60, test.within180)
			}
		})
	}
}

// A cord is pulled at 23:00 and somebody accepts it, but nobody arrives: at
// 23:03:20 it is returned. Another carer accepts it at 23:05. The resident
// waited five minutes.
func TestAReturnedIncidentWaitsFromItsAlarm(t *testing.T) {
	returned := raised(care.SOS, "203-cord", 0) // as the core leaves it: raised, accepted by nobody
	a := health.Assess(night(accepted(returned, 5*time.Minute))).Answers.Overall
	if a.Accept.Median != 5*time.Minute || a.Realarmed != 0 {
		t.Errorf("the answer is %+v", a)
	}
}

// Of an incident that alarmed again the last wait is known, and it is said that
// there was another one.
func TestARealarmedIncidentIsMarked(t *testing.T) {
	i := accepted(again(raised(care.SOS, "203-cord", 0), time.Hour), 10*second)
	a := health.Assess(night(i)).Answers.Overall
	if a.Accept.Median != 10*second || a.Realarmed != 1 {
		t.Errorf("the answer is %+v", a)
	}
	// Its latest alarm belongs to the next interval, and so does its answer.
	in := night(i)
	in.To = at(30 * time.Minute)
	if a := health.Assess(in).Answers.Overall; a.Incidents != 0 {
		t.Errorf("before the latest alarm the answer is %+v", a)
	}
}

func TestAnswersBySiteAndShift(t *testing.T) {
	in := night(
		accepted(raised(care.SOS, "201-cord", time.Minute), 10*second),        // the night of Songhe
		accepted(raised(care.SOS, "201-cord", 8*time.Hour-second), 20*second), // 06:59:59
		accepted(raised(care.SOS, "201-cord", 8*time.Hour), 30*second),        // 07:00
		accepted(raised(care.SOS, "201-cord", 17*time.Hour), 40*second),       // 16:00
	)
	in.To = at(24 * time.Hour)
	qinghe := accepted(raised(care.Fall, "watch", 8*time.Hour), 50*second) // 23:00 in UTC, where it stands
	qinghe.Site = "qinghe"
	in.Incidents = append(in.Incidents, qinghe)
	in.Sites = append(in.Sites, health.Site{ID: "qinghe"}, health.Site{ID: "empty"})
	got := map[string]time.Duration{}
	a := health.Assess(in).Answers
	var order []string
	for _, group := range [][]health.Answer{a.BySite, a.ByShift} {
		for _, x := range group {
			order = append(order, x.Key)
			got[x.Key] = x.Accept.Max
		}
	}
	if diff := cmp.Diff([]string{"qinghe", "songhe", "day", "evening", "night"}, order); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	want := map[string]time.Duration{"songhe": 40 * second, "qinghe": 50 * second, "night": 50 * second, "day": 30 * second, "evening": 40 * second}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("longest waits (-want +got):\n%s", diff)
	}
}
