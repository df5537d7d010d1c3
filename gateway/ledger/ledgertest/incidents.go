package ledgertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

func testIncidentFields(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	bare := raised("i-bare", care.Fall, "point:203-smoke-1")
	full := care.Incident{
		ID: "i-full", Site: home, Class: care.Fire, Key: "zone:203", Point: "203-smoke-1", Zone: "203", Resident: "r-1",
		Severity: care.Urgent, State: care.Resolved, Active: true,
		HappenedAt: now, RaisedAt: now.Add(1 * time.Second), AlarmedAt: now.Add(2 * time.Second), Alarms: 3,
		ClearedAt: new(now.Add(3 * time.Second)),
		Accepted:  &care.Act{By: "u-li", Name: "李护士", At: now.Add(4 * time.Second), Means: care.ByButton},
		Arrived:   &care.Act{By: "u-zhao", Name: "赵护士", At: now.Add(5 * time.Second), Means: care.ByTag},
		Resolved:  &care.Act{At: now.Add(6 * time.Second), Means: care.BySystem},
		Cause:     care.CauseFalse, Reason: "cooking", Note: "锅烧干了 \" ' \n", Late: true, Clock: care.ClockReceived,
		Evidence: json.RawMessage(`{"obscuration":[1.5,8.2]}`), Revision: 9,
		ConfirmedAt: new(now.Add(7 * time.Second)), ConfirmedBy: "203-smoke-2",
		CancelledAt: new(now.Add(8 * time.Second)), Under: "i-outage", UntoldAt: new(now.Add(9 * time.Second)),
	}
	for _, want := range []care.Incident{bare, full} {
		update(t, s, func(tx *ledger.Tx) error {
			if err := tx.SaveIncident(ctx, want); err != nil {
				return err
			}
			got, err := tx.Incident(ctx, want.ID)
			if diff := cmp.Diff(&want, got); diff != "" {
				t.Errorf("%s in the transaction (-want +got):\n%s", want.ID, diff)
			}
			return err
		})
		got := must[*care.Incident](t)(s.Incident(ctx, want.ID))
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("%s after it (-want +got):\n%s", want.ID, diff)
		}
	}
	// A row that exists is replaced in everything but its place.
	changed := full
	changed.ID, changed.Site, changed.Class, changed.Key = bare.ID, bare.Site, bare.Class, bare.Key
	update(t, s, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, changed) })
	if diff := cmp.Diff(&changed, must[*care.Incident](t)(s.Incident(ctx, bare.ID))); diff != "" {
		t.Errorf("after the change (-want +got):\n%s", diff)
	}
	if got := must[*care.Incident](t)(s.Incident(ctx, "no such id")); got != nil {
		t.Errorf("an unknown id gives %v, want nil", got)
	}
}

func testOneOpen(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	first, second := raised("i-1", care.SOS, "point:203-call"), raised("i-2", care.SOS, "point:203-call")
	open := func() (found *care.Incident) {
		update(t, s, func(tx *ledger.Tx) (err error) {
			found, err = tx.OpenIncident(ctx, home, care.SOS, "point:203-call")
			return err
		})
		return found
	}
	if got := open(); got != nil {
		t.Fatalf("an empty ledger has the open incident %v", got)
	}
	update(t, s, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, first) })
	if diff := cmp.Diff(&first, open()); diff != "" {
		t.Errorf("the open incident (-want +got):\n%s", diff)
	}
	err := s.Update(ctx, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, second) })
	if !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("a second open incident gives %v, want %v", err, ledger.ErrConflict)
	}
	if _, refused := care.AsRefusal(err); refused {
		t.Error("a second open incident is refused for ever; its event would be lost")
	}
	other := raised("i-3", care.Call, "point:203-call")
	update(t, s, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, other) })
	resolve(&first, now)
	update(t, s, func(tx *ledger.Tx) error {
		return errors.Join(tx.SaveIncident(ctx, first), tx.SaveIncident(ctx, second))
	})
	if diff := cmp.Diff(&second, open()); diff != "" {
		t.Errorf("after the first was resolved (-want +got):\n%s", diff)
	}
}

// Twenty copies of an alarm on twenty connections make exactly one incident,
// and every event is on record.
func testRaisedByMany(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	const copies = 20
	var (
		wg   sync.WaitGroup
		errs [copies]error
	)
	for n := range copies {
		wg.Go(func() {
			errs[n] = s.Update(ctx, func(tx *ledger.Tx) error {
				if _, err := tx.RecordEvent(ctx, event(fmt.Sprint(n))); err != nil {
					return err
				}
				i, err := tx.OpenIncident(ctx, home, care.SOS, "point:203-call")
				if err != nil {
					return err
				}
				kind := care.EntryRealarmed
				if i == nil {
					kind, i = care.EntryRaised, new(raised(fmt.Sprint("i-", n), care.SOS, "point:203-call"))
				} else {
					i.Alarms++
					i.Revision++
				}
				if err := tx.SaveIncident(ctx, *i); err != nil {
					return err
				}
				_, err = tx.Log(ctx, home, care.Entry{Kind: kind, Incident: i.ID, Point: i.Point, Event: fmt.Sprint(n)})
				return err
			})
		})
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	open := must[[]care.Incident](t)(s.OpenIncidents(ctx))
	if len(open) != 1 || open[0].Alarms != copies {
		t.Fatalf("%d incidents are open, want one with %d alarms: %v", len(open), copies, open)
	}
	entries := must[[]care.Entry](t)(s.Entries(ctx, open[0].ID))
	if len(entries) != copies || entries[0].Kind != care.EntryRaised {
		t.Errorf("the log has %d rows from %s, want %d from %s", len(entries), entries[0].Kind, copies, care.EntryRaised)
	}
}

func testIncidentLists(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	late := raised("i-late", care.SOS, "point:a")
	late.AlarmedAt = now.Add(time.Minute)
	early := raised("i-early", care.SOS, "point:b")
	done, old := raised("i-done", care.SOS, "point:c"), raised("i-old", care.SOS, "point:d")
	resolve(&done, now)
	resolve(&old, now.Add(-time.Hour))
	update(t, s, func(tx *ledger.Tx) error {
		for _, i := range []care.Incident{late, early, done, old} {
			if err := tx.SaveIncident(ctx, i); err != nil {
				return err
			}
		}
		return tx.Feed(ctx, care.FeedRow{Site: home, Kind: care.EntryRaised, Ref: "i-late"})
	})
	if diff := cmp.Diff([]care.Incident{early, late}, must[[]care.Incident](t)(s.OpenIncidents(ctx))); diff != "" {
		t.Errorf("open (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]care.Incident{done}, must[[]care.Incident](t)(s.RecentlyResolved(ctx, now))); diff != "" {
		t.Errorf("resolved lately (-want +got):\n%s", diff)
	}
	number, incidents, err := s.Snapshot(ctx, now.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if head := must[uint64](t)(s.FeedHead(ctx)); number != head {
		t.Errorf("the snapshot is at number %d, the head of the feed at %d", number, head)
	}
	if diff := cmp.Diff([]care.Incident{early, late, done, old}, incidents); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
}

func testIncidentHistory(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	update(t, s, func(tx *ledger.Tx) error {
		for n := range 6 {
			i := raised(fmt.Sprint("i-", n), care.SOS, fmt.Sprint("point:", n))
			// 0 and 1 were raised at the same instant: pages split them.
			i.RaisedAt = now.Add(time.Duration(max(n, 1)) * time.Minute)
			switch n {
			case 2:
				i.Class = care.Fire
			case 3:
				i.Site = "qiutao"
			case 4:
				i.Resident = ""
			case 5:
				resolve(&i, now)
			}
			if err := tx.SaveIncident(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
	everywhere := func(f ledger.IncidentFilter) ledger.IncidentFilter { f.AllSites = true; return f }
	for _, test := range []struct {
		name   string
		filter ledger.IncidentFilter
		want   []string
	}{
		{"an empty scope sees nothing", ledger.IncidentFilter{}, nil},
		{"a family of nobody sees nothing", everywhere(ledger.IncidentFilter{OnlyResidents: true}), nil},
		{"all", everywhere(ledger.IncidentFilter{}), []string{"i-5", "i-4", "i-3", "i-2", "i-1", "i-0"}},
		{"of a site", ledger.IncidentFilter{Sites: []care.SiteID{"qiutao"}}, []string{"i-3"}},
		{"of a resident", everywhere(ledger.IncidentFilter{OnlyResidents: true, Residents: []care.ResidentID{"r-1"}}), []string{"i-5", "i-3", "i-2", "i-1", "i-0"}},
		{"in a state", everywhere(ledger.IncidentFilter{States: []care.IncidentState{care.Resolved}}), []string{"i-5"}},
		{"of classes", everywhere(ledger.IncidentFilter{Classes: []care.Class{care.Fire, care.Gas}}), []string{"i-2"}},
		{"from and to", everywhere(ledger.IncidentFilter{From: now.Add(2 * time.Minute), To: now.Add(4 * time.Minute)}), []string{"i-3", "i-2"}},
		{"first page", everywhere(ledger.IncidentFilter{Limit: 5}), []string{"i-5", "i-4", "i-3", "i-2", "i-1"}},
		{"second page", everywhere(ledger.IncidentFilter{Limit: 5, Before: "i-1"}), []string{"i-0"}},
		{"a quote is no SQL", ledger.IncidentFilter{Sites: []care.SiteID{"x') OR ('1'='1"}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, i := range must[[]care.Incident](t)(s.IncidentHistory(ctx, test.filter)) {
				got = append(got, i.ID)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func testIncidentsOfASite(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	outage, silent := raised("i-outage", care.Silent, "edge:floor-2"), raised("i-silent", care.Silent, "point:203-call")
	silent.Under, silent.AlarmedAt = "i-outage", now.Add(-time.Minute)
	done, fire := raised("i-done", care.Silent, "point:203-smoke-1"), raised("i-fire", care.Fire, "zone:203")
	done.Under = "i-outage"
	resolve(&done, now)
	elsewhere := raised("i-elsewhere", care.Silent, "point:p")
	elsewhere.Site = "qiutao"
	update(t, s, func(tx *ledger.Tx) error {
		for _, i := range []care.Incident{outage, silent, done, fire, elsewhere} {
			if err := tx.SaveIncident(ctx, i); err != nil {
				return err
			}
		}
		for name, test := range map[string]struct {
			find func() ([]care.Incident, error)
			want []care.Incident
		}{
			"of the site":   {func() ([]care.Incident, error) { return tx.SiteIncidents(ctx, home) }, []care.Incident{silent, fire, outage}},
			"of the class":  {func() ([]care.Incident, error) { return tx.OpenOfClass(ctx, home, care.Silent) }, []care.Incident{silent, outage}},
			"under another": {func() ([]care.Incident, error) { return tx.ChildrenOf(ctx, "i-outage") }, []care.Incident{silent}},
			"under none":    {func() ([]care.Incident, error) { return tx.ChildrenOf(ctx, "") }, []care.Incident{}},
		} {
			got, err := test.find()
			if err != nil {
				return err
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		return nil
	})
}
