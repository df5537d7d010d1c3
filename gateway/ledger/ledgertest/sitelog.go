package ledgertest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

// story logs the four rows of an incident and returns them as they must be
// read. The log of the home has a row of the plan before them.
func story(t *testing.T, s *ledger.Store) []care.Entry {
	t.Helper()
	ctx := t.Context()
	li := care.Act{By: "u-li", Name: "李护士", At: now, Means: care.ByScreen}
	entries := []care.Entry{
		{Kind: care.EntryRaised, Incident: "i-1", Point: "203-call", Event: "e-1", Act: care.Act{At: now, Means: care.BySensor}},
		{Kind: care.EntryAccepted, Incident: "i-1", Act: li},
		{Kind: care.EntryNoted, Incident: "i-1", Act: li, Note: "扶起，无外伤 <ok> & \"quiet\""},
		{Kind: care.EntryResolved, Incident: "i-1", Act: li, Cause: care.CauseReal, Reason: "comforted"},
	}
	update(t, s, func(tx *ledger.Tx) error {
		for n, entry := range entries {
			logged, err := tx.Log(ctx, home, entry)
			if err != nil {
				return err
			}
			entries[n].Number = uint64(n) + 2
			if diff := cmp.Diff(entries[n], logged); diff != "" {
				t.Errorf("Log returned (-want +got):\n%s", diff)
			}
		}
		return nil
	})
	return entries
}

func testEntries(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	want := story(t, s)
	told := care.Entry{
		Number: 7, Kind: care.EntryNotified, Incident: "i-1", Act: care.Act{At: now, Means: care.BySystem}, To: "resident:r-1",
		Channel: "voice", Reason: "ok", Until: new(now.Add(time.Hour)), Digest: strings.Repeat("ab", 32),
	}
	want = append(want, told)
	update(t, s, func(tx *ledger.Tx) error {
		if _, err := tx.Log(ctx, home, care.Entry{Kind: care.EntryTested, Point: "203-call", Act: care.Act{At: now}}); err != nil {
			return err
		}
		// Finer than the ledger keeps it, and in the time of the site.
		told.Until = new(told.Until.Add(999).In(time.FixedZone("", 8*3600)))
		logged, err := tx.Log(ctx, home, told)
		if diff := cmp.Diff(want[4], logged); diff != "" {
			t.Errorf("Log returned (-want +got):\n%s", diff)
		}
		return err
	})
	if diff := cmp.Diff(want, must[[]care.Entry](t)(s.Entries(ctx, "i-1"))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, id := range []string{"", "no such id"} {
		if got := must[[]care.Entry](t)(s.Entries(ctx, id)); len(got) != 0 {
			t.Errorf("the id %q has the entries %v", id, got)
		}
	}
	numbers := func(before uint64, limit int) (got []uint64) {
		for _, e := range must[[]care.Entry](t)(s.SiteLog(ctx, home, before, limit)) {
			got = append(got, e.Number)
		}
		return got
	}
	if diff := cmp.Diff([][]uint64{{7, 6, 5}, {4, 3, 2}, {1}, nil}, [][]uint64{numbers(0, 3), numbers(5, 3), numbers(2, 3), numbers(1, 3)}); diff != "" {
		t.Errorf("the pages of the log (-want +got):\n%s", diff)
	}
	report := must[ledger.Report](t)(s.Verify(ctx))
	if err := report.Err(); err != nil || report.Rows != 8 || report.Erased != 0 {
		t.Errorf("the report is %+v, want 8 rows and no break", report)
	}
	if diff := cmp.Diff(must[[]ledger.Head](t)(s.Heads(ctx)), report.Heads); diff != "" {
		t.Errorf("the recomputed heads differ from the recorded ones:\n%s", diff)
	}
}

// Whatever a forger changes behind the ledger's back, the verification names
// the first row that is not as it was written.
func testTampered(t *testing.T, e Engine) {
	const at = ` WHERE site = 'hupan' AND number = 3`
	flipped := strings.Repeat("x", 32)
	for _, test := range []struct {
		name    string
		queries []string
		args    []any
		number  uint64
		why     string
	}{
		{"canonical bytes", []string{`UPDATE site_log SET canonical = $1` + at}, []any{[]byte(`{"v":1}`)}, 3, "do not give the hash"},
		{"hash", []string{`UPDATE site_log SET hash = $1` + at}, []any{[]byte(flipped)}, 3, "do not give the hash"},
		{"hash of the row before", []string{`UPDATE site_log SET prev = $1` + at}, []any{[]byte(flipped)}, 3, "chained to"},
		{"time", []string{`UPDATE site_log SET at = at + 1` + at}, nil, 3, "column at"},
		{"kind", []string{`UPDATE site_log SET kind = 'incident.resolved'` + at}, nil, 3, "column kind"},
		{"incident", []string{`UPDATE site_log SET incident = 'i-2'` + at}, nil, 3, "column incident"},
		{"number of the last row", []string{`UPDATE site_log SET number = 9 WHERE site = 'hupan' AND number = 5`}, nil, 5, "missing"},
		{"moved to another site", []string{`UPDATE site_log SET site = 'other' WHERE site = 'qiutao'`}, nil, 1, "of site qiutao"},
		{"deleted row", []string{`DELETE FROM site_log` + at}, nil, 3, "missing"},
		{"deleted first row", []string{`DELETE FROM site_log WHERE site = 'hupan' AND number = 1`}, nil, 1, "missing"},
		{"deleted last row", []string{`DELETE FROM site_log WHERE site = 'hupan' AND number = 5`}, nil, 5, "missing"},
		{"added row", []string{`INSERT INTO site_log SELECT site, 6, at, kind, incident, canonical, prev, hash FROM site_log WHERE site = 'hupan' AND number = 5`}, nil, 6, "chained to"},
		{"name", []string{`UPDATE site_log_private SET text = '赵护士'` + at}, nil, 3, "name of the row"},
		{"salt", []string{`UPDATE site_log_private SET salt = $1` + at}, []any{[]byte(flipped[:16])}, 3, "name of the row"},
		{"note", []string{`UPDATE site_log_private SET text = 'x' WHERE field = 'note'`}, nil, 4, "note of the row"},
		{"note where there was none", []string{`UPDATE site_log_private SET field = 'note'` + at}, nil, 3, "note of the row"},
		{"personal data of no row", []string{`UPDATE site_log_private SET number = 99` + at}, nil, 99, "does not exist"},
		{"head: number", []string{`UPDATE site_head SET number = 4 WHERE site = 'hupan'`}, nil, 5, "ends at row 4"},
		{"head: hash", []string{`UPDATE site_head SET hash = $1 WHERE site = 'hupan'`}, []any{[]byte(flipped)}, 5, "another hash"},
		{"head: deleted", []string{`DELETE FROM site_head WHERE site = 'hupan'`}, nil, 5, "no recorded head"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := furnished(t, e)
			story(t, s)
			for _, q := range test.queries {
				e.Tamper(t, s, q, test.args...)
			}
			report := must[ledger.Report](t)(s.Verify(t.Context()))
			if len(report.Breaks) == 0 || report.Err() == nil {
				t.Fatal("the forgery was not found")
			}
			b := report.Breaks[0]
			if b.Number != test.number || !strings.Contains(b.Why, test.why) {
				t.Errorf("the first break is at row %d of site %s (%s), want row %d (…%s…)", b.Number, b.Site, b.Why, test.number, test.why)
			}
		})
	}
}

func testErased(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	want := story(t, s)
	open := raised("i-1", care.SOS, "point:203-call")
	open.Note = "扶起"
	open.Accepted = &care.Act{By: "u-li", Name: "李护士", At: now, Means: care.ByScreen}
	update(t, s, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, open) })
	by := care.Act{By: "u-admin", At: now, Means: care.ByScreen}
	if err := s.EraseIncident(ctx, "i-1", by); err == nil {
		t.Error("an open incident was erased")
	}
	if err := s.EraseIncident(ctx, "no such id", by); err == nil {
		t.Error("an incident that does not exist was erased")
	}
	resolve(&open, now)
	told, other := notice("n-1", "i-1"), notice("n-2", "i-2")
	update(t, s, func(tx *ledger.Tx) error {
		return errors.Join(tx.SaveIncident(ctx, open), tx.SaveNotice(ctx, told), tx.SaveNotice(ctx, other))
	})
	if err := s.EraseIncident(ctx, "i-1", by); err != nil {
		t.Fatal(err)
	}

	for n := range want {
		want[n].Act.Name, want[n].Note = "", ""
	}
	want = append(want, care.Entry{Number: 6, Kind: ledger.EntryErased, Incident: "i-1", Act: by})
	if diff := cmp.Diff(want, must[[]care.Entry](t)(s.Entries(ctx, "i-1"))); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	told.Contacts, told.Detail = nil, ""
	for _, want := range []alerts.Notice{told, other} {
		got := must[[]alerts.Notice](t)(s.IncidentNotices(ctx, want.Incident))
		if diff := cmp.Diff([]alerts.Notice{want}, got); diff != "" {
			t.Errorf("the notices of %s (-want +got):\n%s", want.Incident, diff)
		}
	}
	i := must[*care.Incident](t)(s.Incident(ctx, "i-1"))
	if i.Note != "" || i.Accepted.Name != "" || i.Resolved.Name != "" || i.Accepted.By != "u-li" {
		t.Errorf("the incident still says %q, %v, %v", i.Note, i.Accepted, i.Resolved)
	}
	report := must[ledger.Report](t)(s.Verify(ctx))
	if err := errors.Join(report.Err()); err != nil || report.Erased != 4 {
		t.Errorf("%d personal data are erased and the chain says %v, want 4 and no break", report.Erased, err)
	}
}
