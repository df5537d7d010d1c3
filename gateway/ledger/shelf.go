package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

const selectShelves = `SELECT site, point, class, repair, watch, by_id, by_name, by_at, by_means, ends_at, reason FROM shelf `

func scanShelf(r *sql.Rows) (alerts.Shelf, error) {
	var (
		s        alerts.Shelf
		at, ends int64
	)
	err := r.Scan(&s.Site, &s.Point, &s.Class, &s.Repair, &s.Watch, &s.By.By, &s.By.Name, &at, &s.By.Means, &ends, &s.Reason)
	s.By.At, s.Until = fromMicros(at), fromMicros(ends)
	return s, err
}

// SaveShelf inserts the shelf, or replaces the one of its point and class. When
// its time is over is for the caller to notice.
func (t *Tx) SaveShelf(ctx context.Context, s alerts.Shelf) error {
	return t.exec(ctx, "shelve "+s.Ref(),
		`INSERT INTO shelf (site, point, class, repair, watch, by_id, by_name, by_at, by_means, ends_at, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (site, point, class) DO UPDATE SET
			repair = excluded.repair, watch = excluded.watch, by_id = excluded.by_id, by_name = excluded.by_name,
			by_at = excluded.by_at, by_means = excluded.by_means, ends_at = excluded.ends_at, reason = excluded.reason`,
		string(s.Site), string(s.Point), string(s.Class), s.Repair, s.Watch,
		string(s.By.By), s.By.Name, micros(s.By.At), string(s.By.Means), micros(s.Until), s.Reason)
}

// DropShelf removes a shelf. It does nothing where there is none.
func (t *Tx) DropShelf(ctx context.Context, site care.SiteID, point care.PointID, class care.Class) error {
	return t.exec(ctx, "end the shelf "+alerts.PointRef(site, point, class),
		`DELETE FROM shelf WHERE site = $1 AND point = $2 AND class = $3`, string(site), string(point), string(class))
}

// Shelf returns the shelf of a class at a point, nil when there is none.
func (t *Tx) Shelf(ctx context.Context, site care.SiteID, point care.PointID, class care.Class) (*alerts.Shelf, error) {
	var s alerts.Shelf
	found, err := first(ctx, t, func(r *sql.Rows) (err error) {
		s, err = scanShelf(r)
		return err
	}, selectShelves+`WHERE site = $1 AND point = $2 AND class = $3`, string(site), string(point), string(class))
	if err != nil || !found {
		return nil, wrapIf("read the shelf "+alerts.PointRef(site, point, class), err)
	}
	return &s, nil
}

// Shelves returns every shelf, in order of site, point and class.
func (s *Store) Shelves(ctx context.Context) ([]alerts.Shelf, error) {
	shelves, err := all(ctx, s.read, scanShelf, selectShelves+`ORDER BY site, point, class`)
	return shelves, wrapIf("read the shelves", err)
}

// SavePresence keeps who was last shown to be in a room, and until when that
// counts.
func (t *Tx) SavePresence(ctx context.Context, site care.SiteID, zone care.ZoneID, by care.Act, until time.Time) error {
	return t.exec(ctx, "save who is in zone "+string(zone)+" of site "+string(site),
		`INSERT INTO presence (site, zone, by_id, by_name, by_at, by_means, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (site, zone) DO UPDATE SET by_id = excluded.by_id, by_name = excluded.by_name,
			by_at = excluded.by_at, by_means = excluded.by_means, ends_at = excluded.ends_at`,
		string(site), string(zone), string(by.By), by.Name, micros(by.At), string(by.Means), micros(until))
}

// PresenceUntil returns until when somebody counts as being in a room, which
// may be over; the zero time when nobody ever was.
func (t *Tx) PresenceUntil(ctx context.Context, site care.SiteID, zone care.ZoneID) (time.Time, error) {
	var ends int64
	found, err := first(ctx, t, func(r *sql.Rows) error { return r.Scan(&ends) },
		`SELECT ends_at FROM presence WHERE site = $1 AND zone = $2`, string(site), string(zone))
	if err != nil || !found {
		return time.Time{}, wrapIf("read who is in zone "+string(zone)+" of site "+string(site), err)
	}
	return fromMicros(ends), nil
}

// ConditionRow is what a rule for readings remembers of a point.
type ConditionRow struct {
	Rule  string
	Site  care.SiteID
	Point care.PointID
	Body  json.RawMessage
}

// SaveCondition keeps what a rule remembers of a point.
func (t *Tx) SaveCondition(ctx context.Context, rule string, site care.SiteID, point care.PointID, body json.RawMessage) error {
	return t.exec(ctx, "save the condition of rule "+rule+" at point "+string(point)+" of site "+string(site),
		`INSERT INTO rule_condition (rule, site, point, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (rule, site, point) DO UPDATE SET body = excluded.body`, rule, string(site), string(point), string(body))
}

// DropCondition removes what a rule remembers of a point. It does nothing where
// there is nothing.
func (t *Tx) DropCondition(ctx context.Context, rule string, site care.SiteID, point care.PointID) error {
	return t.exec(ctx, "drop the condition of rule "+rule+" at point "+string(point)+" of site "+string(site),
		`DELETE FROM rule_condition WHERE rule = $1 AND site = $2 AND point = $3`, rule, string(site), string(point))
}

// Condition returns what a rule remembers of a point, nil when nothing.
func (t *Tx) Condition(ctx context.Context, rule string, site care.SiteID, point care.PointID) (json.RawMessage, error) {
	var body string
	found, err := first(ctx, t, func(r *sql.Rows) error { return r.Scan(&body) },
		`SELECT body FROM rule_condition WHERE rule = $1 AND site = $2 AND point = $3`, rule, string(site), string(point))
	if err != nil || !found {
		return nil, wrapIf("read the condition of rule "+rule+" at point "+string(point)+" of site "+string(site), err)
	}
	return json.RawMessage(body), nil
}

// Conditions returns what all rules remember, in order of rule, site and point.
func (s *Store) Conditions(ctx context.Context) ([]ConditionRow, error) {
	rows, err := all(ctx, s.read, func(r *sql.Rows) (ConditionRow, error) {
		var (
			c    ConditionRow
			body string
		)
		err := r.Scan(&c.Rule, &c.Site, &c.Point, &body)
		c.Body = json.RawMessage(body)
		return c, err
	}, `SELECT rule, site, point, body FROM rule_condition ORDER BY rule, site, point`)
	return rows, wrapIf("read the conditions of rules", err)
}
