package api_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
)

func TestANightCallFromTheCordToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		chen, lin := r.as("chen"), r.as("lin")
		began := time.Now().UTC()
		id := r.raise(songhe, "203-1-cord", care.SOS)
		path := "/api/incidents/" + id

		i := read[api.Board](t, chen.get("/api/board")).Incidents[0]
		if i.State != care.Raised || !slices.Equal(i.Can, []string{"accept", "arrive", "resolve", "note"}) {
			t.Errorf("it begins %s and chen can %v", i.State, i.Can)
		}
		time.Sleep(20 * time.Second)
		i = read[api.IncidentView](t, chen.post(path+"/accept", nil))
		accepted := began.Add(20 * time.Second)
		if diff := cmp.Diff(&api.ActView{Name: "陈静", By: "u-chen", At: accepted, Means: care.ByScreen}, i.Accepted); diff != "" || i.State != care.Accepted {
			t.Errorf("accepted, %s (-want +got):\n%s", i.State, diff)
		}
		if !slices.Equal(i.Can, []string{"arrive", "resolve", "note"}) {
			t.Errorf("chen can %v", i.Can)
		}

		// Lin comes later, and is told who goes and since when.
		time.Sleep(5 * time.Second)
		p := lin.post(path+"/accept", nil).problem(t, 409, "already_accepted")
		if p.Who != "陈静" || p.At == nil || !p.At.Equal(accepted) {
			t.Errorf("lin is told %q at %v, want 陈静 at %v", p.Who, p.At, accepted)
		}

		time.Sleep(time.Minute)
		i = read[api.IncidentView](t, chen.post(path+"/arrive", nil))
		if i.State != care.Arrived || i.Arrived == nil || i.Arrived.Name != "陈静" {
			t.Errorf("after the arrival it is %s, %+v", i.State, i.Arrived)
		}
		lin.post(path+"/note", map[string]string{"note": "带了血压计"}).expect(t, 200)
		i = read[api.IncidentView](t, chen.post(path+"/resolve", map[string]string{"cause": "real", "reason": "toilet", "note": "扶去洗手间"}))
		if i.State != care.Resolved || i.Cause != care.CauseReal || i.Reason != "toilet" || i.Note != "扶去洗手间" || !slices.Equal(i.Can, []string{"note"}) {
			t.Errorf("in the end it is %+v", i)
		}
		p = lin.post(path+"/arrive", nil).problem(t, 409, "already_resolved")
		if p.Who != "陈静" || p.At == nil {
			t.Errorf("lin is told %q at %v", p.Who, p.At)
		}

		d := read[api.IncidentDetail](t, lin.get(path))
		var kinds []care.EntryKind
		for _, e := range d.Entries {
			kinds = append(kinds, e.Kind)
		}
		if diff := cmp.Diff([]care.EntryKind{care.EntryRaised, care.EntryAccepted, care.EntryArrived, care.EntryNoted, care.EntryResolved}, kinds); diff != "" {
			t.Errorf("history (-want +got):\n%s", diff)
		}
		if !strings.Contains(string(d.Evidence), "7.5") {
			t.Errorf("the evidence is %s", d.Evidence)
		}

		// It stays on the board for an hour, then only in the history.
		if n := len(read[api.Board](t, chen.get("/api/board")).Incidents); n != 1 {
			t.Errorf("there are %d incidents on the board", n)
		}
		time.Sleep(api.RecentFor + time.Second)
		if n := len(read[api.Board](t, chen.get("/api/board")).Incidents); n != 0 {
			t.Errorf("after an hour there are %d incidents on the board", n)
		}
		if n := len(read[api.History](t, chen.get("/api/incidents?state=resolved")).Incidents); n != 1 {
			t.Errorf("the history has %d incidents", n)
		}
	})
}

func TestWhatAnIncidentDoesNotAllow(t *testing.T) {
	r := newRig(t)
	chen := r.as("chen")
	fire := "/api/incidents/" + r.raise(songhe, "203-smoke", care.Fire)
	long := strings.Repeat("字", 2001)
	for name, test := range map[string]struct {
		act, code string
		status    int
		body      map[string]string
	}{
		"no cause":                          {"resolve", "invalid", 422, map[string]string{}},
		"a cause that there is not":         {"resolve", "invalid", 422, map[string]string{"cause": "boredom"}},
		"a false alarm without its reason":  {"resolve", "reason_needed", 409, map[string]string{"cause": "false"}},
		"a reason that there is not":        {"resolve", "reason_unknown", 409, map[string]string{"cause": "false", "reason": "ghosts"}},
		"the reason of another cause":       {"resolve", "reason_unknown", 409, map[string]string{"cause": "false", "reason": "toilet"}},
		"a real fire while it still smokes": {"resolve", "still_active", 409, map[string]string{"cause": "real"}},
		"an empty note":                     {"note", "note_needed", 409, map[string]string{"note": " \n"}},
		"a note that is too long":           {"note", "note_too_long", 409, map[string]string{"note": long}},
		"a novel":                           {"note", "too_large", 413, map[string]string{"note": strings.Repeat(long, 20)}},
		"a note without a note":             {"note", "invalid", 422, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			chen.post(fire+"/"+test.act, test.body).problem(t, test.status, test.code)
		})
	}
	if d := read[api.IncidentDetail](t, chen.get(fire)); d.Incident.Revision != 1 || d.Incident.State != care.Raised {
		t.Errorf("the incident was changed: %+v", d.Incident)
	}
	chen.post(fire+"/note", map[string]string{"note": strings.Repeat("字", 2000)}).expect(t, 200)
	chen.post(fire+"/resolve", map[string]string{"cause": "false", "reason": "cooking"}).expect(t, 200)
	for _, act := range []string{"accept", "arrive", "note", "resolve"} {
		body := map[string]any{"note": map[string]string{"note": "n"}, "resolve": map[string]string{"note": "n", "cause": "real"}}[act]
		chen.post("/api/incidents/"+care.NewID()+"/"+act, body).problem(t, 404, api.CodeNotFound)
	}
}

// TestAFormLeftOpenDoesNotEndANewAlarm: she opened the sheet after the first
// pull of the cord, and a second one came while she looked for the cause.
func TestAFormLeftOpenDoesNotEndANewAlarm(t *testing.T) {
	r := newRig(t).serve()
	chen := r.as("chen")
	cord := "/api/incidents/" + r.raise(songhe, "203-cord", care.SOS)
	r.raise(songhe, "203-cord", care.SOS)
	chen.post(cord+"/resolve", map[string]any{"cause": "real", "alarms": 1}).problem(t, 409, "realarmed")
	chen.post(cord+"/resolve", map[string]any{"cause": "real", "alarms": 2}).expect(t, 200)
}

// TestAPressThatWaitedForTheGateway: she pressed while it was away, and the cord
// was pulled again before her press came through. Twice sent is once written.
func TestAPressThatWaitedForTheGateway(t *testing.T) {
	r := newRig(t).serve()
	chen, lin := r.as("chen"), r.as("lin")
	cord := "/api/incidents/" + r.raise(songhe, "203-cord", care.SOS)
	r.raise(songhe, "203-cord", care.SOS)
	for _, act := range []string{"accept", "arrive"} {
		chen.post(cord+"/"+act, map[string]any{"alarms": 1}).problem(t, 409, "realarmed")
	}
	first := read[api.IncidentView](t, chen.post(cord+"/accept", map[string]any{"alarms": 2}))
	if p := chen.post(cord+"/accept", map[string]any{"alarms": 2}).problem(t, 409, "already_accepted"); p.By != first.Accepted.By {
		t.Errorf("sent again, it is the act of %q, want her own %q", p.By, first.Accepted.By)
	}
	if p := lin.post(cord+"/accept", map[string]any{"alarms": 1}).problem(t, 409, "already_accepted"); p.By != first.Accepted.By {
		t.Errorf("lin is told of %q, want %q", p.By, first.Accepted.By)
	}
	accepted := 0
	for _, e := range read[api.IncidentDetail](t, lin.get(cord)).Entries {
		if e.Kind == care.EntryAccepted {
			accepted++
		}
	}
	if accepted != 1 {
		t.Errorf("the log has %d acceptances, want 1", accepted)
	}
	chen.post(cord+"/accept", map[string]any{"alarms": 0}).problem(t, 422, api.CodeInvalid)
}

// TestOfManyAtTheSameInstantOneAccepts is the night when every carer's phone
// rings at once.
func TestOfManyAtTheSameInstantOneAccepts(t *testing.T) {
	r := newRig(t).serve()
	carers := []*person{r.as("chen"), r.as("lin"), r.as("gao"), r.as("chen")}
	for round := range 5 {
		id := r.raise(songhe, care.PointID(fmt.Sprint("pendant-", round)), care.SOS)
		answers := make([]response, len(carers))
		var wg sync.WaitGroup
		start := make(chan struct{})
		for n, p := range carers {
			wg.Go(func() {
				<-start
				var err error
				if answers[n], err = p.try("POST", "/api/incidents/"+id+"/accept", nil); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		wg.Wait()
		if t.Failed() {
			return
		}
		winner := slices.IndexFunc(answers, func(r response) bool { return r.StatusCode == 200 })
		if winner < 0 {
			t.Fatalf("nobody accepted: %s", answers[0].body)
		}
		won := read[api.IncidentView](t, answers[winner]).Accepted
		for n, res := range answers {
			if n == winner {
				continue
			}
			p := res.problem(t, 409, "already_accepted")
			if p.Who != won.Name || p.At == nil || !p.At.Equal(won.At) {
				t.Errorf("the loser is told %q at %v, want %q at %v", p.Who, p.At, won.Name, won.At)
			}
		}
	}
}

func TestHistoryPages(t *testing.T) {
	r := newRig(t)
	lin, wu := r.as("lin"), r.as("wu")
	var ids []string
	for n := range 7 {
		ids = append(ids, r.raise(songhe, care.PointID(fmt.Sprint("pendant-", n)), care.SOS))
		r.raise(qinghe, care.PointID(fmt.Sprint("pendant-", n)), care.Fall) // somebody else's between
	}
	slices.Reverse(ids)
	var got []string
	pages := 0
	for next := "start"; next != ""; pages++ {
		path := "/api/incidents?limit=3"
		if next != "start" {
			path += "&before=" + next
		}
		h := read[api.History](t, lin.get(path))
		for _, i := range h.Incidents {
			got = append(got, i.ID)
		}
		if pages > 5 {
			t.Fatal("the pages do not end")
		}
		next = h.Next
	}
	if diff := cmp.Diff(ids, got); diff != "" || pages != 3 {
		t.Errorf("%d pages, want 3; incidents (-want +got):\n%s", pages, diff)
	}
	lin.post("/api/incidents/"+ids[0]+"/accept", nil).expect(t, 200)
	from := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	for query, want := range map[string]int{
		"state=accepted": 1, "state=raised": 6, "state=raised&state=accepted": 7, "state=resolved": 0,
		"class=sos": 7, "class=fall": 0, "class=fall&class=sos": 7, "site=songhe": 7,
		"from=" + from: 7, "to=" + from: 0, "before=" + care.NewID(): 0, "limit=500": 7,
	} {
		h := read[api.History](t, lin.get("/api/incidents?"+query))
		if len(h.Incidents) != want || h.Next != "" {
			t.Errorf("%s has %d incidents and the next page %q, want %d and none", query, len(h.Incidents), h.Next, want)
		}
	}
	// The id of a page may be one that the viewer must not see.
	if n := len(read[api.History](t, wu.get("/api/incidents?before="+ids[0])).Incidents); n != 6 {
		t.Errorf("before somebody else's incident there are %d of qinghe, want 6", n)
	}
	for _, query := range []string{"limit=0", "limit=501", "limit=x", "state=asleep", "class=ufo", "from=yesterday", "site=" + strings.Repeat("x", 41)} {
		lin.get("/api/incidents?"+query).problem(t, 422, api.CodeInvalid)
	}
}

func TestAnEmptyPictureIsAList(t *testing.T) {
	r := newRig(t)
	for _, login := range []string{"chen", "son"} {
		p := r.as(login)
		for _, path := range []string{"/api/board", "/api/incidents"} {
			if res := p.get(path).expect(t, 200); !strings.Contains(string(res.body), `"incidents":[]`) {
				t.Errorf("%s of %s is %s", path, login, res.body)
			}
		}
	}
}
