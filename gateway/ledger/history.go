package ledger

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"shouwang.care/shouwang/alerts/care"
)

// MaxHistory is the greatest number of incidents that one call of
// IncidentHistory returns.
const MaxHistory = 1000

// IncidentFilter says which incidents a history holds. Sites and Residents are
// the viewer's scope and are taken literally: an empty one without its All
// selects nothing, so that a scope that was forgotten shows nobody's data. The
// other fields narrow only when they are set.
type IncidentFilter struct {
	AllSites bool
	Sites    []care.SiteID
	// OnlyResidents narrows to Residents, which may then not be empty.
	OnlyResidents bool
	Residents     []care.ResidentID

	States  []care.IncidentState
	Classes []care.Class
	// From and To bound RaisedAt: From included, To not.
	From, To time.Time
	// Before is the id of the last incident of the page before.
	Before string
	// Limit is at most MaxHistory, which 0 means too.
	Limit int
}

// IncidentHistory returns incidents, the latest raised first.
func (s *Store) IncidentHistory(ctx context.Context, f IncidentFilter) ([]care.Incident, error) {
	if (!f.AllSites && len(f.Sites) == 0) || (f.OnlyResidents && len(f.Residents) == 0) {
		return []care.Incident{}, nil
	}
	q := s.readQ.NewSelect().TableExpr("incident").ColumnExpr(shownColumns)
	if !f.AllSites {
		q.Where("site IN (?)", bun.List(f.Sites))
	}
	if f.OnlyResidents {
		q.Where("resident IN (?)", bun.List(f.Residents))
	}
	if len(f.States) > 0 {
		q.Where("state IN (?)", bun.List(f.States))
	}
	if len(f.Classes) > 0 {
		q.Where("class IN (?)", bun.List(f.Classes))
	}
	if !f.From.IsZero() {
		q.Where("raised_at >= ?", micros(f.From))
	}
	if !f.To.IsZero() {
		q.Where("raised_at < ?", micros(f.To))
	}
	if f.Before != "" {
		q.Where("(raised_at, id) < (SELECT b.raised_at, b.id FROM incident b WHERE b.id = ?)", f.Before)
	}
	limit := f.Limit
	if limit <= 0 || limit > MaxHistory {
		limit = MaxHistory
	}
	rows, err := q.OrderExpr("raised_at DESC, id DESC").Limit(int64(limit)).Rows(ctx)
	if err != nil {
		return nil, explain("read the history of incidents", err)
	}
	found, err := collect(rows, scanShown)
	return found, wrapIf("read the history of incidents", err)
}
