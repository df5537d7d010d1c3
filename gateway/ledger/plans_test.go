package ledger

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// What an alarm or a tick asks of the ledger must not slow down with the years:
// no statement reads a whole table.
func TestHotStatementsUseIndexes(t *testing.T) {
	s := opened(t)
	ctx := t.Context()
	err := s.Update(ctx, func(tx *Tx) error {
		for name, ask := range map[string]func() error{
			"due timers":       func() error { _, err := tx.DueTimers(ctx, time.Now(), 100); return err },
			"timer":            func() error { _, err := tx.Timer(ctx, alerts.TimerLadder, "i"); return err },
			"set timer":        func() error { return tx.SetTimer(ctx, alerts.Timer{}) },
			"drop timer":       func() error { return tx.DropTimer(ctx, alerts.TimerLadder, "i") },
			"notice":           func() error { _, err := tx.Notice(ctx, "n"); return err },
			"save notice":      func() error { return tx.SaveNotice(ctx, alerts.Notice{ID: "n", State: alerts.NoticeWaiting}) },
			"incident notices": func() error { _, err := tx.IncidentNotices(ctx, "i"); return err },
			"by sent":          func() error { _, err := tx.NoticesBySent(ctx, "s"); return err },
			"by service":       func() error { _, err := tx.NoticesByService(ctx, "sms", "s"); return err },
			"waiting":          func() error { _, err := tx.WaitingNotices(ctx, "u"); return err },
			"shelf":            func() error { _, err := tx.Shelf(ctx, "s", "p", care.Fire); return err },
			"presence":         func() error { _, err := tx.PresenceUntil(ctx, "s", "z"); return err },
			"condition":        func() error { _, err := tx.Condition(ctx, "r", "s", "p"); return err },
			"of a site":        func() error { _, err := tx.SiteIncidents(ctx, "s"); return err },
			"of a class":       func() error { _, err := tx.OpenOfClass(ctx, "s", care.Fire); return err },
			"children":         func() error { _, err := tx.ChildrenOf(ctx, "i"); return err },
			"open incident":    func() error { _, err := tx.OpenIncident(ctx, "s", care.Fire, "zone:1"); return err },
			"point state":      func() error { _, err := tx.PointState(ctx, "s", "p", care.Fire); return err },
			"active points":    func() error { _, err := tx.ActivePoints(ctx, "s", care.Fire, "zone:1"); return err },
		} {
			if err := ask(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.NextTimer(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PruneNotices(ctx, time.Now()); err != nil {
		t.Fatal(err)
	}
	queries := slices.Concat(slices.Collect(maps.Keys(s.write.stmts)), slices.Collect(maps.Keys(s.read.stmts)))
	if len(queries) < 20 {
		t.Fatalf("%d statements were kept, fewer than were asked: this test proves nothing", len(queries))
	}
	parameter := regexp.MustCompile(`\$\d+`)
	for _, query := range queries {
		args := make([]any, len(slices.Compact(slices.Sorted(slices.Values(parameter.FindAllString(query, -1))))))
		rows, err := s.read.db.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, args...)
		if err != nil {
			t.Fatal(query, err)
		}
		for rows.Next() {
			var (
				id, parent, unused int
				step               string
			)
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "USING") {
				t.Errorf("%s\n\treads a whole table: %s", query, step)
			}
			if strings.Contains(step, "TEMP B-TREE") && strings.Contains(query, "FROM timer") {
				t.Errorf("%s\n\tsorts all that is due: %s", query, step)
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
