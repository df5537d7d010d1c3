package health_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/health"
)

func where(class care.Class, point care.PointID) health.Where {
	return health.Where{Site: "songhe", Point: point, Class: class}
}

// A door contact that is loose opens three times within a minute, twice in the
// night. The bell beside it is pressed three times in two minutes.
func TestChatteringFromAlarms(t *testing.T) {
	door := again(again(raised(care.Intrusion, "door", 0), 30*time.Second), time.Minute)
	later := again(again(again(raised(care.Intrusion, "door", time.Hour), time.Hour+time.Second), time.Hour+2*time.Second), time.Hour+3*time.Second)
	bell := again(again(raised(care.Call, "bell", 0), time.Minute), 2*time.Minute)
	got := health.Assess(night(later, bell, door)).Chattering
	want := []health.Chatter{{Where: where(care.Intrusion, "door"), Bursts: 2, Most: 4, Last: at(time.Hour + 3*time.Second)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("chattering (-want +got):\n%s", diff)
	}
}

// What a point really did is known better than what alarmed: a shelved point
// chatters as well.
func TestChatteringFromActivations(t *testing.T) {
	in := night(again(again(raised(care.Call, "bell", 0), time.Second), 2*time.Second))
	in.Activations = []health.Activation{
		{Site: "songhe", Point: "mat", Class: care.BedExit, At: at(59 * time.Second)},
		{Site: "songhe", Point: "mat", Class: care.BedExit, At: at(0)},
		{Site: "songhe", Point: "mat", Class: care.BedExit, At: at(-time.Second)}, // before
		{Site: "songhe", Point: "mat", Class: care.BedExit, At: at(30 * time.Second)},
		{Site: "qinghe", Point: "mat", Class: care.BedExit, At: at(30 * time.Second)}, // elsewhere
	}
	want := []health.Chatter{{Where: where(care.BedExit, "mat"), Bursts: 1, Most: 3, Last: at(59 * time.Second)}}
	if diff := cmp.Diff(want, health.Assess(in).Chattering); diff != "" {
		t.Errorf("chattering (-want +got):\n%s", diff)
	}
}

func TestFleeting(t *testing.T) {
	cleared := func(i care.Incident, after time.Duration) care.Incident {
		i.ClearedAt = new(i.AlarmedAt.Add(after))
		return i
	}
	late := cleared(raised(care.Fire, "204-smoke", time.Hour), time.Second)
	late.Late = true
	got := health.Assess(night(
		cleared(raised(care.Fire, "203-smoke", 0), 10*time.Second),
		cleared(raised(care.Fire, "203-smoke", time.Hour), time.Second),
		cleared(raised(care.Fire, "205-smoke", time.Hour), 11*time.Second), // long enough to look
		cleared(raised(care.Fire, "206-smoke", time.Hour), 0),              // had ended before it came
		late,
		cleared(raised(care.Fire, "208-smoke", time.Hour), time.Second),
		raised(care.Fire, "207-smoke", time.Hour), // lasts
	)).Fleeting
	if diff := cmp.Diff([]health.Fleeting{{Where: where(care.Fire, "203-smoke"), Count: 2}, {Where: where(care.Fire, "208-smoke"), Count: 1}}, got); diff != "" {
		t.Errorf("fleeting (-want +got):\n%s", diff)
	}
}

func TestStanding(t *testing.T) {
	const day = 24 * time.Hour
	open := raised(care.Battery, "203-mat", -3*day)
	open.Active = true
	just := raised(care.Battery, "204-mat", 8*time.Hour-day)
	// Resolved as false and still active, it was over only in the night.
	lasting := resolved(raised(care.Fault, "panel", -2*day), time.Hour, care.CauseFalse)
	lasting.ClearedAt = new(at(time.Hour))
	before := resolved(raised(care.Fault, "lift", -3*day), 2*day, care.CauseReal)
	// A morning later somebody resolved it: that night it stood.
	since := resolved(raised(care.Silent, "205-mat", -2*day), 3*day, care.CauseReal)
	explained := raised(care.Silent, "206-mat", -3*day)
	explained.Under = "i-outage"

	got := health.Assess(night(just, lasting, before, since, explained, open)).Standing
	want := []health.Standing{
		{Where: where(care.Battery, "203-mat"), Incident: open.ID, Since: at(-3 * day), For: 3*day + 8*time.Hour, Open: true, Active: true},
		{Where: where(care.Silent, "205-mat"), Incident: since.ID, Since: at(-2 * day), For: 2*day + 8*time.Hour, Open: true},
		{Where: where(care.Fault, "panel"), Incident: lasting.ID, Since: at(-2 * day), For: 2*day + time.Hour},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("standing (-want +got):\n%s", diff)
	}
}

func TestTopTen(t *testing.T) {
	var incidents []care.Incident
	for n := range 12 {
		for k := range n + 1 {
			incidents = append(incidents, raised(care.Call, care.PointID(fmt.Sprintf("bell-%02d", n)), time.Duration(60*n+k)*time.Second))
		}
	}
	top := health.Assess(night(incidents...)).Top
	if len(top) != 10 {
		t.Fatalf("there are %d", len(top))
	}
	want := health.Frequent{Where: where(care.Call, "bell-11"), Count: 12, Share: 12. / 78}
	if diff := cmp.Diff(want, top[0]); diff != "" {
		t.Errorf("the first (-want +got):\n%s", diff)
	}
	if top[9].Point != "bell-02" || top[9].Count != 3 {
		t.Errorf("the tenth is %+v", top[9])
	}
}

func TestSeverities(t *testing.T) {
	got := health.Assess(night(
		raised(care.Fire, "203-smoke", 0), raised(care.Call, "bell", 0), raised(care.Call, "bell", time.Hour), raised(care.Battery, "mat", 0),
	)).Severities
	want := []health.SeverityShare{
		{Severity: care.Urgent, Count: 1, Share: .25, Recommended: .01}, {Severity: care.High, Recommended: .05},
		{Severity: care.Medium, Count: 2, Share: .5, Recommended: .15}, {Severity: care.Low, Count: 1, Share: .25, Recommended: .8},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("severities (-want +got):\n%s", diff)
	}
}
