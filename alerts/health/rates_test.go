package health_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/health"
)

// calls are incidents at so many seconds after dusk, each of a point of its own.
func calls(seconds ...int) []care.Incident {
	var list []care.Incident
	for n, s := range seconds {
		list = append(list, raised(care.Call, care.PointID(fmt.Sprint("bell-", n)), time.Duration(s)*time.Second))
	}
	return list
}

// every is n times, some seconds apart.
func every(from, step, n int) []int {
	var list []int
	for k := range n {
		list = append(list, from+k*step)
	}
	return list
}

func TestFloods(t *testing.T) {
	for name, test := range map[string]struct {
		seconds []int
		floods  []health.Flood
		peak    int
	}{
		"ten in ten minutes are no flood":            {every(0, 60, 10), nil, 10},
		"eleven are, and it ends with the fifth":     {every(0, 59, 11), []health.Flood{{From: at(0), To: at((6*59 + 600) * time.Second), Alarms: 11}}, 11},
		"an alarm ten minutes old is over":           {append([]int{0}, every(600, 1, 10)...), nil, 10},
		"five in ten minutes keep it going":          {append(every(0, 10, 11), every(220, 120, 6)...), []health.Flood{{From: at(0), To: at(940 * time.Second), Alarms: 17}}, 15},
		"two in one night":                           {append(every(0, 1, 11), every(3600, 1, 12)...), []health.Flood{{From: at(0), To: at(606 * time.Second), Alarms: 11}, {From: at(time.Hour), To: at(time.Hour + 607*time.Second), Alarms: 12}}, 12},
		"the end of the interval cuts a flood short": {every(8*3600-11, 1, 11), []health.Flood{{From: at(8*time.Hour - 11*time.Second), To: at(8 * time.Hour), Ongoing: true, Alarms: 11}}, 11},
	} {
		t.Run(name, func(t *testing.T) {
			r := health.Assess(night(calls(test.seconds...)...))
			for k := range test.floods {
				test.floods[k].Site = "songhe"
			}
			if diff := cmp.Diff(test.floods, r.Floods); diff != "" {
				t.Errorf("floods (-want +got):\n%s", diff)
			}
			if r.Peak.Count != test.peak || r.Peak.Site != "songhe" {
				t.Errorf("the peak is %+v, want %d", r.Peak, test.peak)
			}
		})
	}
}

// Eleven alarms of two homes overwhelm nobody.
func TestAFloodIsOfOneSite(t *testing.T) {
	incidents := calls(every(0, 10, 11)...)
	for k := range incidents[:5] {
		incidents[k].Site = "qinghe"
	}
	in := night(incidents...)
	in.Sites = append(in.Sites, health.Site{ID: "qinghe"})
	r := health.Assess(in)
	if len(r.Floods) > 0 || r.Peak.Count != 6 || r.FloodShare != 0 || r.Average != 11./48/2 {
		t.Errorf("the floods are %+v, the peak %+v, the average %v", r.Floods, r.Peak, r.Average)
	}
}

// TestFloodsAreWhatTheirDefinitionSays compares with the definition, second by
// second.
func TestFloodsAreWhatTheirDefinitionSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const length = 8 * 3600
		gaps := rapid.SliceOfN(rapid.IntRange(1, 220), 0, 60).Draw(t, "gaps")
		var seconds []int
		for now := 0; len(gaps) > 0 && now < length; gaps = gaps[1:] {
			now += gaps[0]
			seconds = append(seconds, now)
		}
		// within is the number of alarms in the ten minutes up to a second.
		within := func(s int) (n int) {
			for _, at := range seconds {
				if at > s-600 && at <= s {
					n++
				}
			}
			return n
		}
		var ends []time.Time
		flood := false
		for s := range length {
			switch n := within(s); {
			case !flood && n > 10:
				flood = true
			case flood && n < 5:
				flood = false
				ends = append(ends, at(time.Duration(s)*time.Second))
			}
		}
		var got []time.Time
		alarms := 0
		for _, f := range health.Assess(night(calls(seconds...)...)).Floods {
			got = append(got, f.To)
			alarms += f.Alarms
			if n := slices.IndexFunc(seconds, func(s int) bool { return at(time.Duration(s) * time.Second).Equal(f.From) }); n < 0 {
				t.Errorf("a flood begins without an alarm, at %v", f.From)
			}
		}
		if diff := cmp.Diff(ends, got); diff != "" || alarms > len(seconds) {
			t.Errorf("the floods of %v end (-want +got), with %d alarms:\n%s", seconds, alarms, diff)
		}
	})
}
