package ledger

import (
	"context"
	"database/sql"
	"time"

	"github.com/uptrace/bun"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// LastTests returns when each point of the sites that finds hazards was last shown
// to alarm: the time of its latest test, or of its latest alarm, which shows it as
// well. A point that never had one is absent. No sites select nothing.
func (s *Store) LastTests(ctx context.Context, sites []care.SiteID) (map[people.SitePoint]time.Time, error) {
	last := map[people.SitePoint]time.Time{}
	if len(sites) == 0 {
		return last, nil
	}
	var kinds []care.PointKind
	for _, k := range care.PointKinds() {
		if k.LifeSafety() {
			kinds = append(kinds, k)
		}
	}
	// As in EventsBetween: from the few detectors to their events by the index.
	rows, err := s.readQ.NewSelect().TableExpr("point AS p CROSS JOIN event AS e").
		ColumnExpr("e.site, e.point, MAX(e.time)").
		Where("p.site IN (?)", bun.List(sites)).Where("p.kind IN (?)", bun.List(kinds)).
		Where("e.site = p.site").Where("e.point = p.id").
		Where("e.phase IN (?)", bun.List([]care.Phase{care.Active, care.Test})).
		Where("e.class IN (?)", bun.List([]care.Class{care.Fire, care.Gas, care.CarbonMonoxide})).
		GroupExpr("e.site, e.point").Rows(ctx)
	if err != nil {
		return nil, explain("read when detectors were last tested", err)
	}
	_, err = collect(rows, func(r *sql.Rows) (none struct{}, err error) {
		var (
			key people.SitePoint
			at  int64
		)
		err = r.Scan(&key.Site, &key.Point, &at)
		last[key] = fromMicros(at)
		return none, err
	})
	if err != nil {
		return nil, wrapIf("read when detectors were last tested", err)
	}
	return last, nil
}
