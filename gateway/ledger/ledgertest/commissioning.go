package ledgertest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

func testCommissioned(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	button, smoke := people.SitePoint{Site: home, Point: "203-call"}, people.SitePoint{Site: home, Point: "203-smoke-1"}
	read := func() map[people.SitePoint]time.Time {
		return must[map[people.SitePoint]time.Time](t)(s.Commissioned(ctx))
	}
	if got := read(); len(got) != 0 {
		t.Errorf("of a new ledger %v", got)
	}
	update(t, s, func(tx *ledger.Tx) error {
		return errors.Join(tx.Commission(ctx, home, "203-call", now), tx.Commission(ctx, home, "203-call", now.Add(time.Hour)))
	})
	later := map[people.SitePoint]time.Time{button: now.Add(time.Hour), smoke: now.Add(time.Minute)}
	if err := s.FlushCommissioned(ctx, later); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[people.SitePoint]time.Time{button: now, smoke: now.Add(time.Minute)}, read()); diff != "" {
		t.Errorf("only the first time counts (-want +got):\n%s", diff)
	}
	update(t, s, func(tx *ledger.Tx) error { return tx.Decommission(ctx, home, "203-call") })
	if diff := cmp.Diff(map[people.SitePoint]time.Time{smoke: now.Add(time.Minute)}, read()); diff != "" {
		t.Errorf("after the button was replaced (-want +got):\n%s", diff)
	}
}

func testWalkTests(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	walk := alerts.WalkTest{
		ID: "w-1", Site: home, Floor: "2", By: care.Act{By: "u-li", Name: "李护士", At: now, Means: care.ByScreen}, Until: now.Add(time.Hour),
	}
	upstairs := walk
	upstairs.ID, upstairs.Floor = "w-2", "3"
	press := alerts.Tick{Test: "w-1", Point: "203-call", Class: care.SOS, At: now, LastAt: now, Times: 1, Event: event("e-1")}
	update(t, s, func(tx *ledger.Tx) error {
		if got, err := tx.Walk(ctx, "w-1"); got != nil || err != nil {
			t.Errorf("before there is any: %v, %v", got, err)
		}
		if err := errors.Join(tx.SaveWalk(ctx, walk), tx.SaveWalk(ctx, upstairs)); err != nil {
			return err
		}
		if diff := cmp.Diff([]alerts.WalkTest{walk, upstairs}, must[[]alerts.WalkTest](t)(tx.RunningWalks(ctx, home))); diff != "" {
			t.Errorf("under way (-want +got):\n%s", diff)
		}
		if got, err := tx.Tick(ctx, "w-1", "203-call", care.SOS); got != nil || err != nil {
			t.Errorf("before it was pressed: %v, %v", got, err)
		}
		return tx.SaveTick(ctx, press)
	})
	again := press
	again.LastAt, again.Times, again.Alarmed, again.Event = now.Add(time.Minute), 2, true, event("e-2")
	update(t, s, func(tx *ledger.Tx) error {
		if diff := cmp.Diff(&press, must[*alerts.Tick](t)(tx.Tick(ctx, "w-1", "203-call", care.SOS))); diff != "" {
			t.Errorf("pressed once (-want +got):\n%s", diff)
		}
		walk.EndedAt = new(now.Add(30 * time.Minute))
		return errors.Join(tx.SaveTick(ctx, again), tx.SaveWalk(ctx, walk))
	})
	if diff := cmp.Diff([]alerts.Tick{again}, must[[]alerts.Tick](t)(s.Ticks(ctx, "w-1"))); diff != "" {
		t.Errorf("the sheet (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&walk, must[*alerts.WalkTest](t)(s.Walk(ctx, "w-1"))); diff != "" {
		t.Errorf("after its end (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]alerts.WalkTest{upstairs, walk}, must[[]alerts.WalkTest](t)(s.Walks(ctx, now))); diff != "" {
		t.Errorf("of today (-want +got):\n%s", diff)
	}
	if got := must[[]alerts.WalkTest](t)(s.Walks(ctx, now.Add(time.Second))); len(got) != 1 || got[0].ID != "w-2" {
		t.Errorf("later: %+v, want the one that has not ended", got)
	}
	twice := upstairs
	twice.ID = "w-3"
	if err := s.Update(ctx, func(tx *ledger.Tx) error { return tx.SaveWalk(ctx, twice) }); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("a second test of the floor: %v, want ErrConflict", err)
	}
}

func testPlanTried(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	before, revision := s.Picture()
	p := plan()
	p.Residents[0].Name = "张兰英"
	p.Zones = append(p.Zones, care.Zone{Site: home, ID: "204", Floor: "2"})
	p.Left = map[care.ResidentID]bool{"r-1": true}
	p.By = care.Act{By: "u-admin", Name: "管理员", At: now, Means: care.ByScreen}
	p.Audit = []care.Entry{{Kind: care.AuditChanged, Act: p.By, To: "site:" + string(home)}}
	p.Revision, p.DryRun = revision, true
	tried := must[ledger.Summary](t)(s.ApplyPlan(ctx, p))
	if s.Directory() != before {
		t.Error("a plan that was only tried changed the directory")
	}
	p.DryRun = false
	applied := must[ledger.Summary](t)(s.ApplyPlan(ctx, p))
	if diff := cmp.Diff(tried, applied); diff != "" {
		t.Errorf("(-tried +applied):\n%s", diff)
	}
	var news []ledger.PlanRow
	for _, r := range applied.Rows {
		if r.State != ledger.RowUnchanged {
			news = append(news, r)
		}
	}
	if diff := cmp.Diff([]ledger.PlanRow{{Kind: "zone", Row: 1, State: ledger.RowAdded}, {Kind: "resident", State: ledger.RowChanged}}, news); diff != "" {
		t.Errorf("what is new (-want +got):\n%s", diff)
	}
	if got := s.Directory().Residents["r-1"].LeftAt; got == nil || !got.Equal(now) {
		t.Errorf("the resident left at %v, want %v", got, now)
	}
	if h := must[[]ledger.Head](t)(s.Heads(ctx)); len(h) != 3 {
		t.Errorf("%d logs have a head, want those of two sites and of the gateway itself", len(h))
	}
	if _, err := s.ApplyPlan(ctx, p); !errors.Is(err, ledger.ErrStale) {
		t.Errorf("the plan of a picture that has passed: %v, want ErrStale", err)
	}
	p.Revision, p.Left = "", map[care.ResidentID]bool{"r-1": false}
	if _, err := s.ApplyPlan(ctx, p); err != nil || s.Directory().Residents["r-1"].LeftAt != nil {
		t.Errorf("he did not leave after all: %v, %+v", err, s.Directory().Residents["r-1"])
	}
}

func testPlanMistakesByField(t *testing.T, e Engine) {
	s := furnished(t, e)
	_, err := s.ApplyPlan(t.Context(), ledger.Plan{
		Zones:  []care.Zone{{Site: home, ID: "9"}, {Site: home, ID: "Ten"}},
		Points: []care.Point{{Site: home, ID: "p-1"}, {Site: home, ID: "p-2", Zone: "cellar"}},
	})
	wrong, ok := errors.AsType[*ledger.PlanError](err)
	if !ok {
		t.Fatalf("the error is %v", err)
	}
	want := []*ledger.Mistake{
		{Kind: "zone", ID: "hupan/Ten", Row: 1, Field: "id", Code: ledger.MistakeID, Text: "the id must match [a-z0-9-]{1,40}"},
		{Kind: "point", ID: "hupan/p-2", Row: 1, Field: "zone", Code: ledger.MistakeUnknown, Text: `its zone "cellar" is not registered`},
	}
	if diff := cmp.Diff(want, wrong.Mistakes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
