package ledgertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

func testLastTests(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	update(t, s, func(tx *ledger.Tx) error {
		for _, p := range []care.Point{
			{Site: home, ID: "tested", Kind: care.FireDetector}, {Site: home, ID: "alarmed", Kind: care.GasDetector},
			{Site: home, ID: "never", Kind: care.FireDetector}, {Site: home, ID: "bed"},
			{Site: "qiutao", ID: "tested", Kind: care.ManualCallPoint},
		} {
			if err := tx.RegisterPoint(ctx, p); err != nil {
				return err
			}
		}
		for n, one := range []struct {
			site  care.SiteID
			point care.PointID
			class care.Class
			phase care.Phase
			after time.Duration
		}{
			{home, "tested", care.Fire, care.Test, time.Hour},
			{home, "tested", care.Fire, care.Test, time.Minute}, // came later, happened before
			{home, "tested", care.Fire, care.Clear, 2 * time.Hour},
			{home, "tested", care.Battery, care.Active, 3 * time.Hour}, // says nothing of its chamber
			{home, "alarmed", care.Gas, care.Active, time.Second},
			{home, "bed", care.BedExit, care.Test, time.Second},
			{"qiutao", "tested", care.Fire, care.Active, 4 * time.Hour},
		} {
			r := event(fmt.Sprint("test-", n))
			r.Site, r.Point, r.Class, r.Phase, r.Time = one.site, one.point, one.class, one.phase, now.Add(one.after)
			if _, err := tx.RecordEvent(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
	at := func(site care.SiteID, point care.PointID) people.SitePoint {
		return people.SitePoint{Site: site, Point: point}
	}
	atHome := map[people.SitePoint]time.Time{at(home, "tested"): now.Add(time.Hour), at(home, "alarmed"): now.Add(time.Second)}
	for _, test := range []struct {
		name  string
		sites []care.SiteID
		want  map[people.SitePoint]time.Time
	}{
		{"of one site", []care.SiteID{home}, atHome},
		{"of another", []care.SiteID{"qiutao"}, map[people.SitePoint]time.Time{at("qiutao", "tested"): now.Add(4 * time.Hour)}},
		{"of no site", nil, map[people.SitePoint]time.Time{}},
	} {
		got := must[map[people.SitePoint]time.Time](t)(s.LastTests(ctx, test.sites))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
