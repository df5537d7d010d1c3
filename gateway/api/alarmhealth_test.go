package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/health"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

// healthOf is a path of /api/alarm-health.
func healthOf(site string, from, to time.Time) string {
	v := url.Values{"from": {from.Format(time.RFC3339)}}
	if site != "" {
		v.Set("site", site)
	}
	if !to.IsZero() {
		v.Set("to", to.Format(time.RFC3339))
	}
	return "/api/alarm-health?" + v.Encode()
}

// A cord is pulled three times by mistake, each time answered after 20 s; then
// Xu falls and nobody comes.
func (r *rig) wolf() {
	r.t.Helper()
	chen := r.as("chen")
	for range 3 {
		id := r.raise(songhe, "203-1-cord", care.SOS)
		time.Sleep(20 * time.Second)
		chen.post("/api/incidents/"+id+"/accept", nil).expect(r.t, 200)
		time.Sleep(time.Minute)
		chen.post("/api/incidents/"+id+"/arrive", nil).expect(r.t, 200)
		chen.post("/api/incidents/"+id+"/resolve", map[string]string{"cause": "false", "reason": "pressed_by_mistake"}).expect(r.t, 200)
	}
	r.raise(qinghe, "watch", care.Fall)
	time.Sleep(time.Hour)
}

func TestAlarmHealthOfANight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		began := time.Now()
		r.wolf()
		v := read[api.AlarmHealth](t, r.as("gao").get(healthOf("", began, time.Time{})))
		if v.Alarms != 4 || v.Incidents != 4 || v.Residents != 3 || len(v.Sites) != 2 || !v.To.Equal(time.Now()) {
			t.Errorf("%d alarms of %d incidents at %d sites with %d residents until %v", v.Alarms, v.Incidents, len(v.Sites), v.Residents, v.To)
		}
		want := api.AnswerView{
			Incidents: 4, Unanswered: 1,
			Accept: api.TimesView{Count: 3, Missing: 1, Median: 20, P90: 20, Max: 20, Within60: .75, Within180: .75},
			Arrive: api.TimesView{Count: 3, Missing: 1, Median: 80, P90: 80, Max: 80, Within180: .75},
		}
		if diff := cmp.Diff(want, v.Answers.Overall); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
		if len(v.Answers.BySite) != 2 || v.Answers.BySite[0].Key != "qinghe" || v.Answers.BySite[1].Accept.Max != 20 {
			t.Errorf("by site %+v", v.Answers.BySite)
		}
		advice := []api.AdviceView{{
			AlarmPoint: api.AlarmPoint{Site: songhe, Class: care.SOS, Point: "203-1-cord", Place: api.PlaceView{
				Floor: "2", Zone: new(text("203 房", "Room 203")), Bed: "1", Point: new(text("1 床拉绳", "Cord of bed 1")),
			}},
			// Bubbles begin at midnight UTC: eight in the morning at Songhe.
			Shift: "day", Day: "2000-01-01", FalseAlarms: 3, Turns: 1,
			Offers: []health.Offer{health.OfferMove, health.OfferRepair, health.OfferShelve},
		}}
		if diff := cmp.Diff(advice, v.Advice); diff != "" || v.AdviceCount != 1 {
			t.Errorf("%d pieces of advice (-want +got):\n%s", v.AdviceCount, diff)
		}
		if v.PerCarerHour != 0 || v.CarerHours != 0 {
			t.Errorf("without a roster there are %v carer-hours", v.CarerHours)
		}
		if one := read[api.AlarmHealth](t, r.as("gao").get(healthOf("qinghe", began, time.Time{}))); one.Alarms != 1 || one.Residents != 1 {
			t.Errorf("of one site there are %d alarms and %d residents", one.Alarms, one.Residents)
		}
	})
}

// An inspector reads how it went and neither where a resident lives nor that an
// alarm about him was false.
func TestAlarmHealthIsAsFarAsTheRoleSees(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		began := time.Now()
		r.wolf()
		r.raise(songhe, "203-smoke", care.Fire)
		time.Sleep(time.Second)
		for _, login := range []string{"zhou", "ops"} {
			v := read[api.AlarmHealth](t, r.as(login).get(healthOf("songhe", began, time.Time{})))
			var cord, detector api.FrequentView
			for _, f := range v.Top {
				if f.Class == care.SOS {
					cord = f
				} else {
					detector = f
				}
			}
			if diff := cmp.Diff(api.AlarmPoint{Site: songhe, Class: care.SOS}, cord.AlarmPoint); diff != "" || cord.Count != 3 {
				t.Errorf("%s sees the cord %d times (-want +got):\n%s", login, cord.Count, diff)
			}
			if detector.Point != "203-smoke" || detector.Place.Zone == nil {
				t.Errorf("%s does not see the smoke detector: %+v", login, detector)
			}
			if len(v.Advice) != 0 || v.AdviceCount != 0 {
				t.Errorf("%s is told of %+v", login, v.Advice)
			}
		}
		res := r.as("zhou").get(healthOf("", began, time.Time{}))
		if v := read[api.AlarmHealth](t, res); len(v.Sites) != 1 || v.Sites[0].ID != songhe {
			t.Errorf("an inspector of Xihu sees %+v", v.Sites)
		}
		for _, secret := range []string{"李秀兰", "203-1-cord", "徐", "陈静"} {
			if strings.Contains(string(res.body), secret) {
				t.Errorf("an inspector reads %s", secret)
			}
		}
	})
}

func TestWhatAlarmHealthIsNotFor(t *testing.T) {
	r := newRig(t)
	now := time.Now().UTC().Truncate(time.Second)
	day := 24 * time.Hour
	for name, test := range map[string]struct {
		login, path string
		status      int
		code        string
	}{
		"another site":           {"lin", healthOf("qinghe", now.Add(-day), now), 404, api.CodeNotFound},
		"an unknown site":        {"ops", healthOf("nowhere", now.Add(-day), now), 404, api.CodeNotFound},
		"no beginning":           {"gao", "/api/alarm-health", 422, api.CodeInvalid},
		"an end before it began": {"gao", healthOf("", now.Add(-day), now.Add(-2*day)), 422, api.CodeInvalid},
		"the future":             {"gao", healthOf("", now.Add(day), now.Add(2*day)), 422, api.CodeInvalid},
		"more than 92 days":      {"gao", healthOf("", now.Add(-92*day-2*time.Second), now.Add(-time.Second)), 422, api.CodeInvalid},
		"as far as a date goes":  {"gao", healthOf("", time.Time{}, time.Time{}), 422, api.CodeInvalid},
		"a carer":                {"chen", healthOf("", now.Add(-day), now), 403, api.CodeNotAllowed},
		"a family":               {"daughter", healthOf("", now.Add(-day), now), 403, api.CodeNotAllowed},
	} {
		t.Run(name, func(t *testing.T) { r.as(test.login).get(test.path).problem(t, test.status, test.code) })
	}
	r.as("gao").get(healthOf("", now.Add(-92*day), now)).expect(t, 200)
}

// Lists are never null, however calm it was.
func TestAlarmHealthOfNothing(t *testing.T) {
	r := newRig(t)
	res := r.as("gao").get(healthOf("", time.Now().Add(-time.Hour), time.Time{}))
	v := read[api.AlarmHealth](t, res)
	if v.Alarms != 0 || v.Peak != nil || strings.Contains(string(res.body), "null") {
		t.Errorf("a calm hour is %s", res.body)
	}
}

// What stands for weeks stands in the figures of today.
func TestAlarmHealthSeesWhatStands(t *testing.T) {
	r := newRig(t)
	now := time.Now().UTC().Truncate(time.Second)
	save := func(id string, point care.PointID, ago time.Duration, resolved *care.Act) {
		i := care.Incident{
			ID: id, Site: songhe, Class: care.Battery, Key: "point:" + string(point), Point: point, Severity: care.Low, State: care.Raised,
			HappenedAt: now.Add(-ago), RaisedAt: now.Add(-ago), AlarmedAt: now.Add(-ago), Alarms: 1, Evidence: json.RawMessage("{}"), Resolved: resolved,
		}
		if resolved != nil {
			i.State, i.Cause = care.Resolved, care.CauseReal
		}
		if err := r.store.Update(t.Context(), func(tx *ledger.Tx) error { return tx.SaveIncident(t.Context(), i) }); err != nil {
			t.Fatal(err)
		}
	}
	const day = 24 * time.Hour
	save("weeks", "203-smoke", 30*day, nil)
	save("ended", "203-1-cord", 3*day, &care.Act{By: "u-chen", At: now.Add(-time.Hour), Means: care.ByScreen})
	save("earlier", "203-2-cord", 3*day, &care.Act{By: "u-chen", At: now.Add(-day), Means: care.ByScreen})
	v := read[api.AlarmHealth](t, r.as("lin").get(healthOf("", now.Add(-2*time.Hour), now)))
	var got []string
	for _, s := range v.Standing {
		got = append(got, fmt.Sprint(s.Incident, " ", (time.Duration(s.For)*time.Second).String(), " ", s.Open))
	}
	if diff := cmp.Diff([]string{"weeks 720h0m0s true", "ended 71h0m0s false"}, got); diff != "" || v.StandingCount != 2 || v.Alarms != 0 {
		t.Errorf("it stands, of %d (-want +got):\n%s", v.StandingCount, diff)
	}
}

// crew is two carers round the clock at the sites that it names.
type crew []care.SiteID

func (c crew) CarerHours(_ context.Context, site care.SiteID, from, to time.Time) (float64, bool, error) {
	return 2 * to.Sub(from).Hours(), slices.Contains(c, site), nil
}

func TestAlarmsByCarerHour(t *testing.T) {
	for name, test := range map[string]struct {
		crew  crew
		hours float64
	}{
		"both sites have a roster":    {crew{songhe, qinghe}, 2 * 2 * 24},
		"what is known of one is not": {crew{songhe}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, func(o *api.Options) { o.Duty = test.crew })
				began := time.Now()
				r.raise(songhe, "203-1-cord", care.SOS)
				time.Sleep(24 * time.Hour)
				v := read[api.AlarmHealth](t, r.as("gao").get(healthOf("", began, time.Time{})))
				if v.CarerHours != test.hours || test.hours > 0 && v.PerCarerHour != 1/test.hours {
					t.Errorf("there are %v carer-hours and %v alarms in each", v.CarerHours, v.PerCarerHour)
				}
			})
		})
	}
}
