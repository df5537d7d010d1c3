package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

// reachable gives people a telephone.
func (r *rig) reachable(users ...care.UserID) {
	r.t.Helper()
	err := r.store.Update(r.t.Context(), func(tx *ledger.Tx) error {
		for _, u := range users {
			if err := tx.SetUserContacts(r.t.Context(), u, []people.Contact{{Channel: "sms", Address: "+8613800138000"}}, "zh"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// TestTheCauseIsToldAtTheHandOver: the next cord was pulled while she still
// stood at the first bed.
func TestTheCauseIsToldAtTheHandOver(t *testing.T) {
	r := newRig(t)
	chen, daughter := r.as("chen"), r.as("daughter")
	cord := "/api/incidents/" + r.raise(songhe, "203-1-cord", care.SOS)
	chen.post(cord+"/explain", map[string]string{"cause": "real"}).problem(t, 409, "not_pending")
	i := read[api.IncidentView](t, chen.post(cord+"/resolve", map[string]string{"cause": "pending"}))
	if i.State != care.Resolved || i.Cause != care.CausePending || !slices.Equal(i.Can, []string{"explain", "note"}) {
		t.Errorf("after resolving it is %s, %s, and she can %v", i.State, i.Cause, i.Can)
	}
	if got := read[api.IncidentDetail](t, daughter.get(cord)).Incident.Cause; got != care.CausePending {
		t.Errorf("the daughter is told the cause %q", got)
	}
	chen.post(cord+"/explain", map[string]string{"cause": "pending"}).problem(t, 422, api.CodeInvalid)
	chen.post(cord+"/explain", map[string]string{"cause": "false"}).problem(t, 409, "reason_needed")
	i = read[api.IncidentView](t, chen.post(cord+"/explain", map[string]string{"cause": "real", "reason": "toilet", "note": "扶去洗手间"}))
	if i.Cause != care.CauseReal || i.Reason != "toilet" || i.Note != "扶去洗手间" || !slices.Equal(i.Can, []string{"note"}) {
		t.Errorf("in the end it is %+v", i)
	}
	chen.post(cord+"/explain", map[string]string{"cause": "real"}).problem(t, 409, "not_pending")
}

// TestASecondDetectorConfirmsAFire: what it was is shown to whoever sees rooms.
func TestASecondDetectorConfirmsAFire(t *testing.T) {
	r := newRig(t)
	if _, err := r.store.ApplyPlan(t.Context(), ledger.Plan{Points: []care.Point{
		{Site: songhe, ID: "203-heat", Edge: "floor-2", Zone: "room-203", Name: text("温感", "Heat detector")},
	}}); err != nil {
		t.Fatal(err)
	}
	fire := "/api/incidents/" + r.raise(songhe, "203-smoke", care.Fire)
	r.event(songhe, "203-heat", care.Fire, care.Active)
	for _, login := range []string{"chen", "zhou", "ops"} {
		c := read[api.IncidentDetail](t, r.as(login).get(fire)).Incident.Confirmed
		if c == nil || c.At.IsZero() || c.Point == nil || c.Point.EN != "Heat detector" {
			t.Errorf("%s sees that it was confirmed by %+v", login, c)
		}
	}
}

// TestWhatTheCoreWatchesHasAName: an edge, its spool and clock, a village and a
// duty are places, too, and what an edge explains is under it.
func TestWhatTheCoreWatchesHasAName(t *testing.T) {
	r := newRig(t)
	if _, err := r.store.ApplyPlan(t.Context(), ledger.Plan{Edges: []ledger.PlanEdge{
		{Edge: care.Edge{Site: songhe, ID: "ledge", Name: text("203房边缘终端", "Edge of room 203")}, SecretHash: ledger.HashSecret("another")},
	}}); err != nil {
		t.Fatal(err)
	}
	chen := r.as("chen")
	for point, want := range map[care.PointID]care.Text{
		care.EdgePoint("floor-2", ""):               text("边缘终端 二楼", "Edge Floor 2"),
		care.EdgePoint("floor-2", care.DetailSpool): text("边缘终端 二楼：待发队列", "Edge Floor 2: events wait on its disk"),
		care.EdgePoint("floor-2", care.DetailClock): text("边缘终端 二楼：时钟", "Edge Floor 2: its clock"),
		care.EdgePoint("attic", ""):                 text("边缘终端 attic", "Edge attic"),
		care.EdgePoint("ledge", ""):                 text("203房边缘终端", "Edge of room 203"),
		care.RegionPoint("beishan"):                 text("北山街道 多户", "Beishan, several homes"),
		care.RosterPoint("carer"):                   text("值班：护理员", "Duty: carer"),
		care.RosterPoint("night-nurse"):             text("值班：night-nurse", "Duty: night-nurse"),
	} {
		i := read[api.IncidentDetail](t, chen.get("/api/incidents/"+r.raise(songhe, point, care.Fault))).Incident
		if diff := cmp.Diff(&want, i.Place.Point); diff != "" {
			t.Errorf("%s (-want +got):\n%s", point, diff)
		}
	}
	edge := r.raise(songhe, care.EdgePoint("floor-2", ""), care.Silent)
	below := r.raise(songhe, "203-smoke", care.Silent)
	if got := read[api.IncidentDetail](t, chen.get("/api/incidents/"+below)).Incident.Under; got != edge {
		t.Errorf("the silent detector is under %q, want the edge's %s", got, edge)
	}
}

// TestWhoWasTold follows the messages of one call: one number is wrong, and
// then nobody at all can be told.
func TestWhoWasTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		people := map[string]*person{}
		for _, login := range []string{"chen", "zhou", "ops", "daughter"} {
			people[login] = r.as(login)
		}
		r.reachable("u-chen", "u-lin")
		r.run(r.watch.Run)
		id := r.raise(songhe, "203-1-cord", care.SOS)
		for range 40 { // the ladder climbs, and every way to everybody fails
			time.Sleep(5 * time.Second)
			synctest.Wait()
			notices, err := r.store.IncidentNotices(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range notices {
				p, err := r.watch.Take(t.Context(), n.ID, func(string) bool { return true })
				if err != nil {
					t.Fatal(err)
				}
				if p == nil {
					continue
				}
				if err := r.watch.Sent(t.Context(), *p, notify.Sent{}, notify.Delivered, notify.Hopeless(notify.BadAddress, "no subscriber")); err != nil {
					t.Fatal(err)
				}
			}
		}
		path := "/api/incidents/" + id
		see := map[string]api.IncidentDetail{}
		for login, p := range people {
			res := p.get(path)
			see[login] = read[api.IncidentDetail](t, res)
			if strings.Contains(string(res.body), "13800138000") {
				t.Errorf("%s is told a telephone number: %s", login, res.body)
			}
		}
		called := map[string]bool{}
		for _, n := range see["chen"].Notices {
			called[n.Name] = true
			if n.Phrase != "alarm" || n.State == "done" || n.Reason == "" && n.State == "failed" {
				t.Errorf("a message is %+v", n)
			}
		}
		if !called["陈静"] || !called["林芳"] {
			t.Errorf("the carer sees that these were called: %v", called)
		}
		if see["chen"].Incident.UntoldAt == nil || see["zhou"].Incident.UntoldAt == nil {
			t.Error("it is not shown that nobody could be told")
		}
		told := func(login string) (to, channels int) {
			for _, e := range see[login].Entries {
				if e.Kind == care.EntryUndelivered && e.Channel == "sms" && e.Reason == "bad_address" {
					channels++
				}
				if e.To != "" {
					to++
				}
			}
			return to, channels
		}
		if to, channels := told("chen"); to == 0 || channels == 0 {
			t.Errorf("the history of the carer names %d people and %d channels", to, channels)
		}
		for _, login := range []string{"zhou", "ops"} {
			if to, channels := told(login); to != 0 || channels == 0 {
				t.Errorf("the history of %s names %d people and %d channels", login, to, channels)
			}
			for _, n := range see[login].Notices {
				if n.Name != "" || n.Role == "" {
					t.Errorf("%s is told of %+v", login, n)
				}
			}
			if len(see[login].Notices) != len(see["chen"].Notices) {
				t.Errorf("%s sees %d messages", login, len(see[login].Notices))
			}
		}
		family, err := json.Marshal(see["daughter"])
		if err != nil {
			t.Fatal(err)
		}
		for _, never := range []string{"untold", "under", "undelivered", "channel", "bad_address", "sms", "step"} {
			if strings.Contains(string(family), never) {
				t.Errorf("the daughter is told %q: %s", never, family)
			}
		}
	})
}

// TestACallThatWasTakenBack is shown to the family, too, and closes nothing.
func TestACallThatWasTakenBack(t *testing.T) {
	r := newRig(t)
	id := r.raise(songhe, "203-1-cord", care.SOS)
	r.send(songhe, "203-1-cord", care.SOS, care.Clear, `{"cancel":true,"held_s":5.2}`)
	for _, login := range []string{"chen", "zhou", "daughter"} {
		d := read[api.IncidentDetail](t, r.as(login).get("/api/incidents/"+id))
		if d.Incident.CancelledAt == nil || d.Incident.State != care.Raised {
			t.Errorf("%s sees it %s, taken back at %v", login, d.Incident.State, d.Incident.CancelledAt)
		}
		if last := d.Entries[len(d.Entries)-1].Kind; last != care.EntryCancelled {
			t.Errorf("%s sees %s last", login, last)
		}
	}
}

// TestANeighbourDoesNotLearnWhoElseIsCalled, and a family not how the gateway
// goes about it.
func TestANeighbourDoesNotLearnWhoElseIsCalled(t *testing.T) {
	r := newRig(t)
	if _, err := r.store.ApplyPlan(t.Context(), ledger.Plan{Users: []people.User{{
		ID: "u-neighbour", Login: "neighbour", Name: "邻居王阿姨", Role: people.Helper, Relation: people.Neighbour,
		Scope: people.Scope{Residents: []care.ResidentID{"r-xu"}}, PasswordHash: hashed(),
	}}}); err != nil {
		t.Fatal(err)
	}
	id := r.raise(qinghe, "watch", care.SOS)
	r.message(alerts.Notice{Incident: id, Site: qinghe, Owner: "u-wu"})
	r.message(alerts.Notice{Incident: id, Site: qinghe, Owner: "resident:r-xu"})
	p := r.as("neighbour")
	if d := read[api.IncidentDetail](t, p.get("/api/incidents/"+id)); len(d.Notices) != 0 || len(d.Incident.Can) != 0 {
		t.Errorf("the neighbour sees %+v and can %v", d.Notices, d.Incident.Can)
	}
	roles := []string{}
	for _, n := range read[api.IncidentDetail](t, r.as("ma").get("/api/incidents/"+id)).Notices {
		roles = append(roles, n.Role)
	}
	if diff := cmp.Diff([]string{"carer", "resident"}, roles); diff != "" {
		t.Errorf("the inspector sees the roles (-want +got):\n%s", diff)
	}
	p.get("/api/shelves").problem(t, 403, api.CodeNotAllowed)
	p.get("/api/me/contacts").expect(t, 200)

	for kind, want := range map[care.EntryKind]care.EntryKind{
		care.EntryUntold: "", care.EntryMerged: "", care.EntryUndelivered: "", care.EntryReturned: "",
		care.EntryCancelled: care.EntryCancelled, care.EntryArrived: care.EntryArrived,
	} {
		if got := api.KindFor(api.FormFamily, kind); got != want {
			t.Errorf("a family hears of %s as %q", kind, got)
		}
		if got := api.KindFor(api.FormInspector, kind); got != kind {
			t.Errorf("an inspector hears of %s as %q", kind, got)
		}
	}
}
