package ledgertest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

// li and zhao are two carers of the home.
func li(at time.Time) care.Act {
	return care.Act{By: "u-li", Name: "李护士", At: at, Means: care.ByScreen}
}

func zhao(at time.Time) care.Act {
	return care.Act{By: "u-zhao", Name: "赵护士", At: at, Means: care.ByScreen}
}

// lastEntries returns the latest rows of the log of the home, oldest first.
func lastEntries(t *testing.T, s *ledger.Store, n int) []care.Entry {
	t.Helper()
	rows := must[[]care.Entry](t)(s.SiteLog(t.Context(), home, 0, n))
	for a, b := 0, len(rows)-1; a < b; a, b = a+1, b-1 {
		rows[a], rows[b] = rows[b], rows[a]
	}
	for i := range rows {
		rows[i].Number = 0
	}
	return rows
}

func testDrawings(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	first := care.Drawing{Site: home, Floor: "2", SVG: "<svg>1</svg>", Digest: "d1", By: li(now)}
	again := care.Drawing{Site: home, Floor: "2", SVG: "<svg>2</svg>", Digest: "d2", By: zhao(now.Add(time.Hour))}
	update(t, s, func(tx *ledger.Tx) error {
		return errors.Join(tx.SaveDrawing(ctx, first), tx.SaveDrawing(ctx, again))
	})
	listed := again
	listed.SVG = ""
	if diff := cmp.Diff([]care.Drawing{listed}, must[[]care.Drawing](t)(s.Drawings(ctx, home))); diff != "" {
		t.Errorf("the drawings (-want +got):\n%s", diff)
	}
	if got := must[string](t)(s.Drawing(ctx, home, "2")); got != again.SVG {
		t.Errorf("the drawing is %q", got)
	}
	update(t, s, func(tx *ledger.Tx) error {
		return tx.SaveDrawing(ctx, care.Drawing{Site: home, Floor: "2", By: li(now.Add(2 * time.Hour))})
	})
	if got := must[string](t)(s.Drawing(ctx, home, "2")); got != "" {
		t.Errorf("after it was removed it is %q", got)
	}
	want := []care.Entry{
		{Kind: care.EntryDrawing, Act: first.By, To: "2", Digest: "d1"},
		{Kind: care.EntryDrawing, Act: again.By, To: "2", Digest: "d2"},
		{Kind: care.EntryDrawing, Act: li(now.Add(2 * time.Hour)), To: "2"},
	}
	if diff := cmp.Diff(want, lastEntries(t, s, 3)); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

// testTicks: two tablets, one of which was away for a while. What is sent twice
// is one, and the time of the tick decides, not that of its coming.
func testTicks(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	tick := func(id string, out bool, by care.Act, received time.Time) care.Tick {
		return care.Tick{ID: id, Incident: "i-1", Site: home, Resident: "r-1", Out: out, By: by, ReceivedAt: received}
	}
	inside := tick("k-2", false, zhao(now.Add(2*time.Minute)), now.Add(2*time.Minute))
	out := tick("k-1", true, li(now.Add(time.Minute)), now.Add(9*time.Minute)) // was offline
	update(t, s, func(tx *ledger.Tx) error {
		i := raised("i-1", care.Fire, "zone:203")
		return tx.SaveIncident(ctx, i)
	})
	for _, k := range []struct {
		tick care.Tick
		want bool
	}{{inside, true}, {out, true}, {out, false}} {
		update(t, s, func(tx *ledger.Tx) error {
			fresh, err := tx.AddEvacuationTick(ctx, k.tick)
			if fresh != k.want {
				t.Errorf("tick %s is fresh: %t", k.tick.ID, fresh)
			}
			return err
		})
	}
	if diff := cmp.Diff([]care.Tick{out, inside}, must[[]care.Tick](t)(s.EvacuationTicks(ctx, "i-1"))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if i := must[*care.Incident](t)(s.Incident(ctx, "i-1")); i.Revision != 3 {
		t.Errorf("the incident has revision %d", i.Revision)
	}
	want := []care.Entry{
		{Kind: care.EntryInside, Incident: "i-1", Act: inside.By, To: "resident:r-1"},
		{Kind: care.EntryOut, Incident: "i-1", Act: out.By, To: "resident:r-1"},
	}
	if diff := cmp.Diff(want, lastEntries(t, s, 2)); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	err := s.Update(ctx, func(tx *ledger.Tx) error {
		k := out
		k.ID, k.Incident = "k-9", "none"
		_, err := tx.AddEvacuationTick(ctx, k)
		return err
	})
	if !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("a tick of no incident: %v", err)
	}
}

func testAway(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	for _, step := range []struct {
		away bool
		by   care.Act
	}{{true, li(now)}, {true, zhao(now.Add(time.Minute))}, {false, li(now.Add(time.Hour))}} {
		update(t, s, func(tx *ledger.Tx) error { return tx.SetAway(ctx, "r-1", step.away, step.by) })
		if got := s.Directory().Residents["r-1"].Away; got != step.away {
			t.Errorf("he is away: %t, want %t", got, step.away)
		}
	}
	want := []care.Entry{
		{Kind: care.EntryAway, Act: li(now), To: "resident:r-1"},
		{Kind: care.EntryBack, Act: li(now.Add(time.Hour)), To: "resident:r-1"},
	}
	if diff := cmp.Diff(want, lastEntries(t, s, 2)); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	err := s.Update(ctx, func(tx *ledger.Tx) error { return tx.SetAway(ctx, "nobody", true, li(now)) })
	if !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("of nobody: %v", err)
	}
}

// testHandovers: one is signed by both at one screen, one first by who goes.
func testHandovers(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	both := care.Handover{
		ID: "h-1", Site: home, From: now.Add(-12 * time.Hour), To: now, Note: "203 发热", Page: `{"a":1}`, Digest: "d1",
		Outgoing: li(now), Incoming: zhao(now.Add(time.Minute)),
	}
	half := care.Handover{
		ID: "h-2", Site: home, From: now, To: now.Add(12 * time.Hour), Page: `{"a":2}`, Digest: "d2",
		Outgoing: zhao(now.Add(12 * time.Hour)),
	}
	update(t, s, func(tx *ledger.Tx) error { return errors.Join(tx.AddHandover(ctx, both), tx.AddHandover(ctx, half)) })
	list := func(before time.Time, limit int) []care.Handover {
		return must[[]care.Handover](t)(s.Handovers(ctx, home, before, limit))
	}
	if diff := cmp.Diff([]care.Handover{half, both}, list(now.Add(24*time.Hour), 9)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := list(half.To, 9); len(got) != 1 || got[0].ID != "h-1" {
		t.Errorf("before the latest: %v", got)
	}
	later := now.Add(13 * time.Hour)
	for n, want := range []bool{true, false} {
		update(t, s, func(tx *ledger.Tx) error {
			signed, err := tx.SignHandover(ctx, "h-2", li(later))
			if signed != want {
				t.Errorf("signature %d counts: %t", n+1, signed)
			}
			return err
		})
	}
	half.Incoming = li(later)
	if diff := cmp.Diff(&half, must[*care.Handover](t)(s.Handover(ctx, "h-2"))); diff != "" {
		t.Errorf("signed by both (-want +got):\n%s", diff)
	}
	if got := must[*care.Handover](t)(s.Handover(ctx, "none")); got != nil {
		t.Errorf("of no id: %v", got)
	}
	want := []care.Entry{
		{Kind: care.EntryHandover, Act: both.Outgoing, Reason: care.SignedOut, To: "h-1", Digest: "d1"},
		{Kind: care.EntryHandover, Act: both.Incoming, Reason: care.SignedIn, To: "h-1", Digest: "d1"},
		{Kind: care.EntryHandover, Act: half.Outgoing, Reason: care.SignedOut, To: "h-2", Digest: "d2"},
		{Kind: care.EntryHandover, Act: half.Incoming, Reason: care.SignedIn, To: "h-2", Digest: "d2"},
	}
	if diff := cmp.Diff(want, lastEntries(t, s, 4)); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}
