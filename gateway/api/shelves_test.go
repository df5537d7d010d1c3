package api_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
)

// TestADetectorUnderRepair is shelved with a person who keeps watch, and whoever
// asks what is under repair is told what that person is.
func TestADetectorUnderRepair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		lin, chen, zhou := r.as("lin"), r.as("chen"), r.as("zhou")
		shelve := func(point, class string, minutes int, watch string) response {
			return lin.post("/api/shelves", map[string]any{"site": songhe, "point": point, "class": class, "minutes": minutes, "reason": "换探头", "watch": watch})
		}
		shelve("203-smoke", "fire", 60, "").problem(t, 409, "watch_needed")
		shelve("203-smoke", "fire", 721, "u-chen").problem(t, 422, api.CodeInvalid)
		shelve("nowhere", "fire", 60, "u-chen").problem(t, 404, api.CodeNotFound)
		s := read[api.ShelfView](t, shelve("203-smoke", "fire", 60, "u-chen"))
		if !s.Repair || s.Watch != "陈静" || s.By.Name != "林芳" || !s.Until.Equal(time.Now().Add(time.Hour)) || !s.CanEnd {
			t.Errorf("the shelf is %+v", s)
		}
		shelve("203-1-cord", "call", 30, "").expect(t, 200)

		r.event(songhe, "203-smoke", care.Fire, care.Active)
		if n := len(read[api.Board](t, chen.get("/api/board")).Incidents); n != 0 {
			t.Errorf("the dust of the work raised %d incidents", n)
		}
		if got := read[api.ShelvesView](t, chen.get("/api/shelves?site=songhe")).Shelves; len(got) != 2 || got[1].CanEnd || got[1].Watch != "陈静" {
			t.Errorf("a carer sees %+v", got)
		}
		res := zhou.get("/api/shelves")
		got := read[api.ShelvesView](t, res).Shelves
		if len(got) != 1 || !got[0].Repair || got[0].Guard == nil || *got[0].Guard != text("护理员", "carer") || got[0].Place.Zone == nil {
			t.Errorf("the inspector sees %+v", got)
		}
		for _, name := range []string{"陈静", "林芳"} {
			if strings.Contains(string(res.body), name) {
				t.Errorf("the inspector is told the name %s", name)
			}
		}
		if got := read[api.ShelvesView](t, r.as("ma").get("/api/shelves")).Shelves; len(got) != 0 {
			t.Errorf("the inspector of another district sees %+v", got)
		}

		path := "/api/shelves?site=songhe&point=203-smoke&class=fire"
		left := read[api.ShelvesView](t, lin.do("DELETE", path, nil)).Shelves
		if len(left) != 1 || left[0].Class != care.Call {
			t.Errorf("after its end there are %+v", left)
		}
		lin.do("DELETE", path, nil).problem(t, 409, "not_shelved")
		r.as("gao").do("DELETE", "/api/shelves?site=nowhere&point=x&class=fire", nil).problem(t, 404, api.CodeNotFound)
	})
}

// TestAnOpenAlarmIsNotShelvedAway: somebody has to look first.
func TestAnOpenAlarmIsNotShelvedAway(t *testing.T) {
	r := newRig(t)
	r.raise(songhe, "203-1-cord", care.Call)
	body := map[string]any{"site": songhe, "point": "203-1-cord", "class": "call", "minutes": 30, "reason": "又按了"}
	r.as("lin").post("/api/shelves", body).problem(t, 409, "open_incident")
	body["site"] = qinghe // not hers
	r.as("lin").post("/api/shelves", body).problem(t, 404, api.CodeNotFound)
	if diff := cmp.Diff([]api.ShelfView{}, read[api.ShelvesView](t, r.as("lin").get("/api/shelves")).Shelves); diff != "" {
		t.Errorf("shelves (-want +got):\n%s", diff)
	}
}
