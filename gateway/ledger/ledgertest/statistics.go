package ledgertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

// both are the sites of the plan.
var both = []care.SiteID{"qiutao", home}

func testIncidentsBetween(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	update(t, s, func(tx *ledger.Tx) error {
		for n := range 5 {
			i := raised(fmt.Sprint("i-", n), care.SOS, fmt.Sprint("point:", n))
			i.RaisedAt = now.Add(time.Duration(n) * time.Minute)
			switch n {
			case 1:
				resolve(&i, now.Add(time.Hour))
			case 2:
				i.Site = "qiutao"
			}
			if err := tx.SaveIncident(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
	for _, test := range []struct {
		name     string
		sites    []care.SiteID
		from, to time.Time
		want     []string
	}{
		{"from the first to before the last", both, now, now.Add(4 * time.Minute), []string{"i-0", "i-1", "i-2", "i-3"}},
		{"after the first", both, now.Add(time.Microsecond), now.Add(time.Hour), []string{"i-1", "i-2", "i-3", "i-4"}},
		{"of one site", []care.SiteID{home}, now, now.Add(time.Hour), []string{"i-0", "i-1", "i-3", "i-4"}},
		{"of no site", nil, now, now.Add(time.Hour), nil},
	} {
		var got []string
		for _, i := range must[[]care.Incident](t)(s.IncidentsBetween(ctx, test.sites, test.from, test.to)) {
			got = append(got, i.ID)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func testEventsBetween(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	update(t, s, func(tx *ledger.Tx) error {
		// As an alarm from there does.
		if err := tx.RegisterPoint(ctx, care.Point{Site: "qiutao", ID: "203-call", Unregistered: true}); err != nil {
			return err
		}
		for n, change := range []func(*care.Received){
			func(e *care.Received) { e.Time = now.Add(-time.Microsecond) }, // before
			func(*care.Received) {},
			func(e *care.Received) { e.ReceivedAt = now.Add(24 * time.Hour) }, // came late: counted when it happened
			func(e *care.Received) { e.Class = care.Call },
			func(e *care.Received) { e.Point = "203-smoke-1" },
			func(e *care.Received) { e.Phase = care.Clear },
			func(e *care.Received) { e.Phase = care.Test },
			func(e *care.Received) { e.Site = "qiutao" },
			func(e *care.Received) { e.Time = now.Add(time.Hour) }, // after
		} {
			r := event(fmt.Sprint(n))
			change(&r)
			if _, err := tx.RecordEvent(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
	atHome := []ledger.EventCount{
		{Site: home, Point: "203-call", Class: care.Call, N: 1},
		{Site: home, Point: "203-call", Class: care.SOS, N: 2},
		{Site: home, Point: "203-smoke-1", Class: care.SOS, N: 1},
	}
	for _, test := range []struct {
		name  string
		sites []care.SiteID
		want  []ledger.EventCount
	}{
		{"of one site", []care.SiteID{home}, atHome},
		{"of both", both, append(atHome, ledger.EventCount{Site: "qiutao", Point: "203-call", Class: care.SOS, N: 1})},
		{"of no site", nil, []ledger.EventCount{}},
	} {
		got := must[[]ledger.EventCount](t)(s.EventsBetween(ctx, test.sites, now, now.Add(time.Hour)))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func testSuppressedBetween(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	update(t, s, func(tx *ledger.Tx) error {
		for _, row := range []struct {
			site   care.SiteID
			point  care.PointID
			reason string
			at     time.Time
		}{
			{home, "203-call", care.SuppressedShelved, now.Add(-time.Microsecond)}, // before
			{home, "203-call", care.SuppressedPresence, now},
			{home, "203-call", care.SuppressedShelved, now.Add(time.Second)},
			{home, "203-call", care.SuppressedPresence, now.Add(2 * time.Second)},
			{home, "203-smoke-1", care.SuppressedPresence, now.Add(3 * time.Second)},
			{"qiutao", "203-call", care.SuppressedPresence, now.Add(4 * time.Second)},
			{home, "203-call", care.SuppressedShelved, now.Add(time.Hour)}, // after
		} {
			entry := care.Entry{Kind: care.EntrySuppressed, Point: row.point, Reason: row.reason, Act: care.Act{At: row.at}}
			if _, err := tx.Log(ctx, row.site, entry); err != nil {
				return err
			}
		}
		return second(tx.Log(ctx, home, care.Entry{Kind: care.EntryTested, Point: "203-call", Act: care.Act{At: now}}))
	})
	atHome := []ledger.SuppressedCount{
		{Site: home, Point: "203-call", Reason: care.SuppressedPresence, N: 2},
		{Site: home, Point: "203-call", Reason: care.SuppressedShelved, N: 1},
		{Site: home, Point: "203-smoke-1", Reason: care.SuppressedPresence, N: 1},
	}
	for _, test := range []struct {
		name  string
		sites []care.SiteID
		want  []ledger.SuppressedCount
	}{
		{"of one site", []care.SiteID{home}, atHome},
		{"of both", both, append(atHome, ledger.SuppressedCount{Site: "qiutao", Point: "203-call", Reason: care.SuppressedPresence, N: 1})},
		{"of no site", nil, []ledger.SuppressedCount{}},
	} {
		got := must[[]ledger.SuppressedCount](t)(s.SuppressedBetween(ctx, test.sites, now, now.Add(time.Hour)))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
