package ledgertest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

// Whatever order things happen in, and whichever transactions fail: at most
// one incident of a key is open, the feed has no gap, and the chain verifies.
func testInvariants(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		// Runs share a ledger and nothing in it: each has keys of its own.
		runs++
		run := fmt.Sprintf("run-%d-", runs)
		boom := errors.New("boom")
		start := must[uint64](t)(s.FeedHead(ctx))
		committed := uint64(0)
		open := make(map[string]string) // the model: key → incident
		count := 0

		step := func(key string, kind care.EntryKind, change func(*care.Incident)) {
			fails := rapid.Bool().Draw(rt, "fails")
			id := open[key]
			err := s.Update(ctx, func(tx *ledger.Tx) error {
				i, err := tx.OpenIncident(ctx, home, care.SOS, key)
				if err != nil {
					return err
				}
				if (i == nil) != (id == "") || i != nil && i.ID != id {
					rt.Fatalf("the open incident of %s is %v, want %q", key, i, id)
				}
				if i == nil {
					count++
					id = fmt.Sprint(run, count)
					i = new(raised(id, care.SOS, key))
				}
				change(i)
				err = errors.Join(
					tx.SaveIncident(ctx, *i),
					second(tx.Log(ctx, home, care.Entry{Kind: kind, Incident: id, Act: care.Act{Name: "李护士", At: now}})),
					tx.Feed(ctx, care.FeedRow{Site: home, Kind: kind, Ref: id}),
				)
				if fails {
					return errors.Join(err, boom)
				}
				return err
			})
			switch {
			case fails && errors.Is(err, boom):
			case fails || err != nil:
				rt.Fatal(err)
			default:
				committed++
				if open[key] = id; kind == care.EntryResolved {
					delete(open, key)
				}
			}
		}
		keys := rapid.SampledFrom([]string{"point:" + run + "a", "point:" + run + "b", "zone:" + run + "203"})
		rt.Repeat(map[string]func(*rapid.T){
			"raise": func(rt *rapid.T) {
				step(keys.Draw(rt, "key"), care.EntryRaised, func(i *care.Incident) { i.Alarms++ })
			},
			"accept": func(rt *rapid.T) {
				step(keys.Draw(rt, "key"), care.EntryAccepted, func(i *care.Incident) {
					i.State, i.Accepted = care.Accepted, &care.Act{By: "u-li", At: now}
				})
			},
			"resolve": func(rt *rapid.T) {
				step(keys.Draw(rt, "key"), care.EntryResolved, func(i *care.Incident) { resolve(i, now) })
			},
			"raise a second": func(rt *rapid.T) {
				key := keys.Draw(rt, "key")
				if open[key] == "" {
					rt.Skip("nothing is open")
				}
				err := s.Update(ctx, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, raised("second", care.SOS, key)) })
				if !errors.Is(err, ledger.ErrConflict) {
					rt.Fatalf("a second open incident gives %v", err)
				}
			},
			"": func(rt *rapid.T) {
				got := make(map[string]string)
				for _, i := range must[[]care.Incident](t)(s.OpenIncidents(ctx)) {
					if strings.HasPrefix(i.ID, run) {
						got[i.Key] = i.ID
					}
				}
				if diff := cmp.Diff(open, got); diff != "" {
					rt.Fatalf("open incidents (-want +got):\n%s", diff)
				}
				rows := must[[]care.FeedRow](t)(s.FeedAfter(ctx, start, 1<<20))
				for n, r := range rows {
					if r.Number != start+uint64(n)+1 {
						rt.Fatalf("row %d of the feed has number %d", n, r.Number)
					}
				}
				if uint64(len(rows)) != committed {
					rt.Fatalf("the feed has %d rows after %d commits", len(rows), committed)
				}
			},
		})
		if err := must[ledger.Report](t)(s.Verify(ctx)).Err(); err != nil {
			rt.Fatal(err)
		}
	})
}
