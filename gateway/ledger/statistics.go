package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"shouwang.care/shouwang/alerts/care"
)

// IncidentsBetween returns the incidents of the sites, in whatever state, that
// were raised from one time, included, to another, not included, in the order
// in which they were raised. No sites select nothing.
func (s *Store) IncidentsBetween(ctx context.Context, sites []care.SiteID, from, to time.Time) ([]care.Incident, error) {
	if len(sites) == 0 {
		return []care.Incident{}, nil
	}
	rows, err := s.readQ.NewSelect().TableExpr("incident").ColumnExpr(incidentColumns).
		Where("site IN (?)", bun.List(sites)).
		Where("raised_at >= ?", micros(from)).Where("raised_at < ?", micros(to)).
		OrderExpr("raised_at, id").Rows(ctx)
	if err != nil {
		return nil, explain("read the incidents of a time", err)
	}
	found, err := collect(rows, scanIncident)
	return found, wrapIf("read the incidents of a time", err)
}

// EventCount says how often a class was activated at a point.
type EventCount struct {
	Site  care.SiteID
	Point care.PointID
	Class care.Class
	N     int
}

// EventsBetween counts the activations at the sites that happened from one
// time, included, to another, not included: every one, also those that alarmed
// nobody. They are in order of site, point and class; where there was none
// there is no count. No sites select nothing.
func (s *Store) EventsBetween(ctx context.Context, sites []care.SiteID, from, to time.Time) ([]EventCount, error) {
	if len(sites) == 0 {
		return []EventCount{}, nil
	}
	// An index of events by time alone would cost each alarm a page to write.
	// From each point (one that sends is always registered) its events of a time
	// are found by the index that is there; the cross join keeps that order.
	rows, err := s.readQ.NewSelect().TableExpr("point AS p CROSS JOIN event AS e").
		ColumnExpr("e.site, e.point, e.class, COUNT(*)").
		Where("p.site IN (?)", bun.List(sites)).
		Where("e.site = p.site").Where("e.point = p.id").Where("e.phase = ?", string(care.Active)).
		Where("e.time >= ?", micros(from)).Where("e.time < ?", micros(to)).
		GroupExpr("e.site, e.point, e.class").OrderExpr("e.site, e.point, e.class").Rows(ctx)
	if err != nil {
		return nil, explain("count the events of a time", err)
	}
	counts, err := collect(rows, func(r *sql.Rows) (c EventCount, err error) {
		err = r.Scan(&c.Site, &c.Point, &c.Class, &c.N)
		return c, err
	})
	return counts, wrapIf("count the events of a time", err)
}

// SuppressedCount says how often events of a point alarmed nobody, and why.
type SuppressedCount struct {
	Site   care.SiteID
	Point  care.PointID
	Reason string
	N      int
}

// SuppressedBetween counts the events at the sites that were kept from people
// from one time, included, to another, not included, in the order in which a
// site, point and reason first occurred. No sites select nothing.
func (s *Store) SuppressedBetween(ctx context.Context, sites []care.SiteID, from, to time.Time) ([]SuppressedCount, error) {
	counts := []SuppressedCount{}
	if len(sites) == 0 {
		return counts, nil
	}
	// The literal lets the planner use the index of these rows alone.
	rows, err := s.readQ.NewSelect().TableExpr("site_log").ColumnExpr("canonical").
		Where("kind = 'point.suppressed'").Where("site IN (?)", bun.List(sites)).
		Where("at >= ?", micros(from)).Where("at < ?", micros(to)).
		OrderExpr("at, site, number").Rows(ctx)
	if err != nil {
		return nil, explain("count the events that alarmed nobody", err)
	}
	place := make(map[SuppressedCount]int) // of a count without its number
	_, err = collect(rows, func(r *sql.Rows) (none struct{}, err error) {
		var (
			bytes []byte
			row   canonical
		)
		if err := r.Scan(&bytes); err != nil {
			return none, err
		}
		if err := json.Unmarshal(bytes, &row); err != nil {
			return none, fmt.Errorf("a row of the log is damaged, run gateway verify-ledger: %w", err)
		}
		c := SuppressedCount{Site: row.Site, Point: row.Point, Reason: row.Reason}
		n, known := place[c]
		if !known {
			n = len(counts)
			place[c], counts = n, append(counts, c)
		}
		counts[n].N++
		return none, nil
	})
	return counts, wrapIf("count the events that alarmed nobody", err)
}
