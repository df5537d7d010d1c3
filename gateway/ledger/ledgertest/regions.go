package ledgertest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

// wrongOf lists what is wrong with a plan, as id field code.
func wrongOf(err error) []string {
	list := []string{}
	if wrong, ok := errors.AsType[*ledger.PlanError](err); ok {
		for _, m := range wrong.Mistakes {
			list = append(list, m.ID+" "+m.Field+" "+string(m.Code))
		}
	}
	return list
}

// testPlanRegions holds levels against those of the regions around them.
func testPlanRegions(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	must[ledger.Summary](t)(s.ApplyPlan(ctx, ledger.Plan{Regions: []care.Region{
		{ID: "city", Level: "city"}, {ID: "district", Level: "district", Parent: "city"}, {ID: "village", Level: "village", Parent: "district"},
	}}))
	for name, test := range map[string]struct {
		regions []care.Region
		want    []string
	}{
		"a word that is no level":             {[]care.Region{{ID: "x", Level: "county"}}, []string{"x level bad_value"}},
		"as wide as its parent":               {[]care.Region{{ID: "x", Level: "district", Parent: "district"}}, []string{"x level bad_level"}},
		"wider than its parent":               {[]care.Region{{ID: "x", Level: "city", Parent: "village"}}, []string{"x level bad_level"}},
		"in one that is not there":            {[]care.Region{{ID: "x", Level: "village", Parent: "moon"}}, []string{"x parent not_registered"}},
		"in itself":                           {[]care.Region{{ID: "city", Level: "city", Parent: "village"}}, []string{"city parent circle"}},
		"no longer above what lies in it":     {[]care.Region{{ID: "district", Level: "village", Parent: "city"}}, []string{"district level bad_level"}},
		"a level may be left out between":     {[]care.Region{{ID: "x", Level: "village", Parent: "city"}}, []string{}},
		"both change and fit each other":      {[]care.Region{{ID: "district", Level: "township", Parent: "city"}, {ID: "village", Level: "village", Parent: "district"}}, []string{}},
		"one of an old ledger without levels": {[]care.Region{{ID: "x", Parent: "village"}}, []string{}},
	} {
		_, err := s.ApplyPlan(ctx, ledger.Plan{Regions: test.regions, DryRun: true})
		if diff := cmp.Diff(test.want, wrongOf(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// testPlanRegionRemoved removes a region once nothing stands in it.
func testPlanRegionRemoved(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	must[ledger.Summary](t)(s.ApplyPlan(ctx, ledger.Plan{
		Regions: []care.Region{{ID: "old", Level: "township"}, {ID: "old-village", Level: "village", Parent: "old"}},
		Sites:   []care.Site{{ID: "far", Kind: care.DayCare, Region: "old", TimeZone: "Asia/Shanghai"}},
		Users:   []people.User{{Login: "sun", Role: people.Inspector, Scope: people.Scope{Regions: []care.RegionID{"old"}}}},
	}))
	removed := func(p ledger.Plan) []string {
		t.Helper()
		p.Removed = append(p.Removed, "old")
		_, err := s.ApplyPlan(ctx, p)
		if err != nil && len(wrongOf(err)) == 0 {
			t.Fatal(err)
		}
		return wrongOf(err)
	}
	if diff := cmp.Diff([]string{"old  in_use", "old  in_use", "old  in_use"}, removed(ledger.Plan{})); diff != "" {
		t.Errorf("with a village, a home and an inspector (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"x parent not_registered", "old  in_use", "old  in_use", "old  in_use"},
		removed(ledger.Plan{Regions: []care.Region{{ID: "x", Level: "village", Parent: "old"}}})); diff != "" {
		t.Errorf("while one is put into it (-want +got):\n%s", diff)
	}
	if _, there := s.Directory().Regions["old"]; !there {
		t.Fatal("it was removed in spite of what stands in it")
	}
	before := must[uint64](t)(s.FeedHead(ctx))
	// The village goes with it, the home and the inspector get another one.
	if diff := cmp.Diff([]string{}, removed(ledger.Plan{
		Removed: []care.RegionID{"old-village"},
		Sites:   []care.Site{{ID: "far", Kind: care.DayCare, Region: "beishan", TimeZone: "Asia/Shanghai"}},
		Users:   []people.User{{Login: "sun", Role: people.Inspector, Scope: people.Scope{Regions: []care.RegionID{"xihu"}}}},
	})); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	for _, id := range []care.RegionID{"old", "old-village"} {
		if _, there := s.Directory().Regions[id]; there {
			t.Errorf("the region %s is still there", id)
		}
	}
	if now := must[uint64](t)(s.FeedHead(ctx)); now == before {
		t.Error("the home that moved was not told in the feed")
	}
	if diff := cmp.Diff([]string{"old id not_registered"}, removed(ledger.Plan{})); diff != "" {
		t.Errorf("a second time (-want +got):\n%s", diff)
	}
}
