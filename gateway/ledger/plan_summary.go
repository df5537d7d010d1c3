package ledger

import "shouwang.care/shouwang/alerts/care"

// Count says what a plan did to one register.
type Count struct {
	Added, Changed, Unchanged int
}

// Summary says what a plan did.
type Summary struct {
	Regions, Sites, Zones, Points, Edges, Residents, Users Count
	// Removed is how many regions are registered no more.
	Removed int
	// ChangedSites are the sites whose log has a row about it, in order.
	ChangedSites []care.SiteID
	// Rows says of each row of the plan what became of it, register by register.
	Rows []PlanRow
}

// PlanRow is what a plan does to one row.
type PlanRow struct {
	Kind string // as Mistake.Kind
	Row  int    // its place in its list of the plan, from 0
	// State is added, changed, unchanged or, of a region of Plan.Removed, removed.
	State RowState
}

// RowState says what becomes of a row.
type RowState string

// The states.
const (
	RowAdded     RowState = "added"
	RowChanged   RowState = "changed"
	RowUnchanged RowState = "unchanged"
	RowRemoved   RowState = "removed"
)

// changed reports whether the plan wrote anything.
func (s Summary) changed() bool {
	for _, n := range []Count{s.Regions, s.Sites, s.Zones, s.Points, s.Edges, s.Residents, s.Users} {
		if n.Added+n.Changed > 0 {
			return true
		}
	}
	return s.Removed > 0
}
