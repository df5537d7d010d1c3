package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
)

// TestRenderingOfEveryRole pins what each role is sent of one night: a call for
// help, a fire that was none, and a detector that is broken.
func TestRenderingOfEveryRole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		people := map[string]*person{}
		for _, login := range []string{"chen", "lin", "zhou", "ops", "daughter"} {
			people[login] = r.as(login)
		}
		// The bubble begins in 2000; a night shift passes in no time.
		act := func(login, id, act string, body map[string]string) {
			t.Helper()
			time.Sleep(15 * time.Second)
			var b any
			if body != nil {
				b = body
			}
			people[login].post("/api/incidents/"+id+"/"+act, b).expect(t, 200)
		}
		sos := r.raise(songhe, "203-1-cord", care.SOS)
		act("chen", sos, "accept", nil)
		time.Sleep(10 * time.Second)
		r.event(songhe, "203-1-cord", care.SOS, care.Active)
		act("lin", sos, "arrive", nil)
		act("lin", sos, "note", map[string]string{"note": "李奶奶要求换房"})
		act("lin", sos, "resolve", map[string]string{"cause": "real", "reason": "first_aid", "note": "额头擦伤"})

		fire := r.raise(songhe, "203-smoke", care.Fire)
		time.Sleep(3 * time.Second)
		r.event(songhe, "203-smoke", care.Fire, care.Clear)
		act("chen", fire, "accept", nil)
		act("chen", fire, "resolve", map[string]string{"cause": "false", "reason": "cooking", "note": "隔壁在炒菜"})

		fault := r.raise(songhe, "203-1-cord", care.Fault)
		act("lin", fault, "note", map[string]string{"note": "换过电池"})

		type seen struct {
			Board  json.RawMessage   `json:"board"`
			Detail []json.RawMessage `json:"details"`
		}
		for role, test := range map[string]struct {
			login  string
			never  []string // what must not be in it, whatever the golden file says
			always []string
		}{
			"staff":     {"chen", nil, []string{"李秀兰", "高跌倒风险", "陈静", "额头擦伤", "隔壁在炒菜", "203 房", "first_aid", "7.5"}},
			"inspector": {"zhou", []string{"李秀兰", "高跌倒风险", "额头擦伤", "换房", "隔壁", "换过电池", "first_aid", "1 床", `"bed"`, "7.5"}, []string{"203 房", "陈静", "cooking"}},
			"operator":  {"ops", []string{"李秀兰", "高跌倒风险", "额头擦伤", "换房", "隔壁", "换过电池", "first_aid", "陈静", "林芳"}, []string{"203 房", "1 床", "cooking"}},
			"family":    {"daughter", []string{"203", "房\"", "1 床", `"floor"`, `"bed"`, "陈静", "林芳", "额头擦伤", "换房", "first_aid", "高跌倒风险", "fire", "fault", "7.5"}, []string{"李秀兰", `"real"`, "arrived"}},
		} {
			p := people[test.login]
			s := seen{Board: p.get("/api/board").expect(t, 200).body}
			for _, id := range []string{sos, fire, fault} {
				if res := p.get("/api/incidents/" + id); res.StatusCode == 200 {
					s.Detail = append(s.Detail, res.body)
				} else if role != "family" || id == sos {
					res.expect(t, 200)
				}
			}
			got, err := json.MarshalIndent(s, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			for _, word := range test.never {
				if strings.Contains(string(got), word) {
					t.Errorf("%s is told %q", role, word)
				}
			}
			for _, word := range test.always {
				if !strings.Contains(string(got), word) {
					t.Errorf("%s is not told %q", role, word)
				}
			}
			golden(t, "render/"+role+".json", append(got, '\n'))
		}
	})
}

// A point that nobody has entered still has a name, or its alarm would be of
// nowhere.
func TestAPointThatNobodyEnteredHasAName(t *testing.T) {
	r := newRig(t)
	chen := r.as("chen")
	id := r.raise(songhe, "new-pendant", care.SOS)
	i := read[api.IncidentDetail](t, chen.get("/api/incidents/"+id)).Incident
	if i.Place.Point == nil || *i.Place.Point != text("new-pendant", "new-pendant") {
		t.Errorf("its place is %+v", i.Place)
	}
	for _, p := range read[api.CoverageView](t, chen.get("/api/points")).Points {
		if p.Unregistered != (p.ID == "new-pendant") {
			t.Errorf("the coverage list says of %s that it is unregistered: %v", p.ID, p.Unregistered)
		}
	}
}
