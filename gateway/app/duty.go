package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/roster"
	"shouwang.care/shouwang/gateway/ledger"
)

// rosters knows by the rosters in the ledger who worked, as they are now: of a
// rotation that was changed in the meantime the new one counts.
type rosters struct{ store *ledger.Store }

// CarerHours adds up the hours that the carers and leaders of a site were on
// duty. Known is false when the site has no roster.
func (r rosters) CarerHours(ctx context.Context, site care.SiteID, from, to time.Time) (hours float64, known bool, err error) {
	saved, found, err := r.store.Document(ctx, site, alerts.DocumentRoster, "")
	if err != nil || !found {
		return 0, false, err
	}
	d := r.store.Directory()
	plan, err := roster.Parse(saved.Body, d.Sites[site].TimeZone)
	if err != nil {
		return 0, false, fmt.Errorf("read the roster of site %s: %w", site, err)
	}
	var turns []roster.Turn
	for _, t := range plan.Turns(from, to, d.Sites[site].Location()) {
		if role := d.Users[t.User].Role; role == people.Carer || role == people.Leader {
			turns = append(turns, t)
		}
	}
	return worked(turns, from, to).Hours(), true, nil
}

// worked adds up the parts of turns that lie between two times. Who stands for
// two duties at once works once.
func worked(turns []roster.Turn, from, to time.Time) time.Duration {
	slices.SortFunc(turns, func(a, b roster.Turn) int { return a.From.Compare(b.From) })
	until := map[care.UserID]time.Time{}
	var total time.Duration
	for _, t := range turns {
		begin, end := t.From, t.To
		for _, bound := range []time.Time{from, until[t.User]} {
			if begin.Before(bound) {
				begin = bound
			}
		}
		if end.After(to) {
			end = to
		}
		if begin.Before(end) {
			total += end.Sub(begin)
			until[t.User] = end
		}
	}
	return total
}
