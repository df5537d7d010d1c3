package supervise

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// evidence is the data of an event, as JSON.
type evidence struct {
	// Reason is not_heard, offline, outage, region, spool, clock
	// or battery, and of a clear event also heard, retired or another_outage.
	Reason          string           `json:"reason"`
	Since           time.Time        `json:"since,omitzero"`
	LastSeen        time.Time        `json:"last_seen,omitzero"`
	DeadlineSeconds int              `json:"deadline_s,omitempty"`
	Count           int              `json:"count,omitempty"`  // of points
	Points          []string         `json:"points,omitempty"` // at most evidencePoints of them, as site/point
	Spool           *care.SpoolState `json:"spool,omitempty"`
	OffsetSeconds   float64          `json:"offset_s,omitempty"`
	Value           *float64         `json:"value,omitempty"`
	Unit            string           `json:"unit,omitempty"`
}

// evidencePoints bounds how many points an event names.
const evidencePoints = 50

// evidence names the points of an outage.
func (o *outage) evidence(reason string) evidence {
	v := evidence{Reason: reason, Count: len(o.members)}
	for i, key := range slices.SortedFunc(maps.Keys(o.members), comparePoints) {
		if i == evidencePoints {
			break
		}
		v.Points = append(v.Points, string(key.Site)+"/"+string(key.Point))
	}
	return v
}

func timeOf(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func comparePoints(a, b people.SitePoint) int {
	return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Point, b.Point))
}

func compareTargets(a, b target) int {
	return cmp.Or(cmp.Compare(a.site, b.site), cmp.Compare(a.point, b.point), cmp.Compare(a.class, b.class))
}

// sortLosses puts the first to fall silent first.
func sortLosses(losses []loss) {
	slices.SortFunc(losses, func(a, b loss) int {
		return cmp.Or(cmp.Compare(a.since, b.since), comparePoints(a.key, b.key))
	})
}
