package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/roster"
)

const (
	// gapAhead is how long before a gap in a roster people are warned of it.
	gapAhead = 24 * time.Hour
	// gapEvery is how often rosters are looked at.
	gapEvery = 10 * time.Minute
)

// gapEvidence is what a warning of a gap shows.
type gapEvidence struct {
	Kind   string    `json:"kind"` // roster_gap
	Duty   string    `json:"duty"`
	Floors []string  `json:"floors,omitempty"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// warnOfGaps raises a fault for each duty of a roster that nobody stands for
// within the next day, and clears it once somebody does. It is judged from the
// roster, from who is still there and from what is recorded, so a restart changes
// nothing.
func (w *Watch) warnOfGaps(ctx context.Context) {
	now := time.Now()
	if now.Sub(w.gapsAt) < gapEvery && now.After(w.gapsAt) {
		return
	}
	w.gapsAt = now
	d := w.ledger.Directory()
	for site, r := range w.plans.allRosters() {
		s := w.site(site)
		there := func(u care.UserID) bool { return d.Serves(u, site) }
		next := map[string]roster.Gap{}
		for _, g := range r.Gaps(now, now.Add(gapAhead), s.Location(), there) {
			if first, ok := next[g.Duty]; !ok || g.From.Before(first.From) {
				next[g.Duty] = g
			}
		}
		for _, duty := range duties(r) {
			g, gap := next[duty]
			if err := w.warnOfGap(ctx, site, duty, g, gap); err != nil && ctx.Err() == nil {
				w.log.Error("a gap in a roster could not be reported, trying again", "site", site, "duty", duty, "next_try", gapEvery, "error", err)
			}
		}
	}
}

// duties lists the duties of a roster, each once.
func duties(r roster.Roster) []string {
	var all []string
	for _, d := range r.Duties {
		if !slices.Contains(all, d.ID) {
			all = append(all, d.ID)
		}
	}
	return all
}

// warnOfGap brings what is recorded of a duty in line with its roster.
func (w *Watch) warnOfGap(ctx context.Context, site care.SiteID, duty string, g roster.Gap, gap bool) error {
	point := care.RosterPoint(duty)
	return w.update(ctx, func(t *turn) error {
		was, err := t.tx.PointState(ctx, site, point, care.Fault)
		if err != nil || was.Active == gap {
			return err
		}
		e := care.Received{
			Event: care.Event{
				Site: site, Edge: "core", Device: "roster", ID: care.NewIDAt(t.now),
				Class: care.Fault, Phase: care.Clear, Point: point, Time: t.now,
			},
			ReceivedAt: t.now, SentTime: t.now, Via: ViaCore,
		}
		if gap {
			e.Phase = care.Active
			if e.Data, err = json.Marshal(gapEvidence{"roster_gap", duty, g.Floors, g.From, g.To}); err != nil {
				return fmt.Errorf("describe a gap of the duty %s: %w", duty, err)
			}
		}
		_, err = t.commitOne(ctx, e)
		return err
	})
}
