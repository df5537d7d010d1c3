package app

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/people"
)

// rowsOfSeen is the table of last signs of life, which can be made to fail.
type rowsOfSeen struct {
	saved  map[people.SitePoint]time.Time
	writes int
	fail   error
}

func (r *rowsOfSeen) LastSeen(context.Context) (map[people.SitePoint]time.Time, error) {
	return maps.Clone(r.saved), nil
}

func (r *rowsOfSeen) FlushLastSeen(_ context.Context, seen map[people.SitePoint]time.Time) error {
	r.writes++
	if r.fail != nil {
		return r.fail
	}
	maps.Copy(r.saved, seen)
	return nil
}

// TestSignsOfLifeAreWrittenEveryTenSeconds lets a night pass in which a point
// is heard each second, the ledger fails for a minute, and the gateway ends.
func TestSignsOfLifeAreWrittenEveryTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old := people.SitePoint{Site: "songhe", Point: "old"}
		air := people.SitePoint{Site: "songhe", Point: "air"}
		began := time.Now()
		rows := &rowsOfSeen{saved: map[people.SitePoint]time.Time{old: began.Add(-time.Hour)}}
		c, err := newCoverage(t.Context(), rows, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.run(ctx) }()
		hear := func(d time.Duration) {
			for end := time.Now().Add(d); time.Now().Before(end); {
				c.Seen(air.Site, air.Point, time.Now())
				time.Sleep(time.Second)
			}
			synctest.Wait()
		}
		hear(time.Minute)
		if rows.writes < 5 || rows.writes > 7 {
			t.Errorf("written %d times in a minute", rows.writes)
		}
		rows.fail = errors.New("locked by a backup")
		hear(time.Minute)
		rows.fail = nil
		last := time.Now()
		c.Seen(air.Site, air.Point, last)
		c.Seen(air.Site, air.Point, last.Add(-time.Minute)) // late news
		c.Seen(air.Site, air.Point, last.Add(time.Hour))    // a clock that is ahead
		stop()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		want := map[people.SitePoint]time.Time{old: began.Add(-time.Hour), air: last}
		if diff := cmp.Diff(want, rows.saved); diff != "" {
			t.Errorf("in the ledger at the end (-want +got):\n%s", diff)
		}
		seen, err := c.LastSeen(t.Context())
		if diff := cmp.Diff(want, seen); diff != "" || err != nil {
			t.Errorf("shown at the end (-want +got), %v:\n%s", err, diff)
		}
	})
}
