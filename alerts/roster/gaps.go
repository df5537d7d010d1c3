package roster

import (
	"cmp"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Gaps lists when, between two times, somebody must be on duty and nobody is,
// ordered by their beginning. It looks at each floor that the duties of an id
// name; where they name none, at the site as a whole. Floors that miss the same
// duty at the same time are one gap. A turn of somebody whom there reports not to
// be there any more, such as one whose account was disabled, fills nothing; nil
// takes everybody to be there.
func (r Roster) Gaps(from, to time.Time, loc *time.Location, there func(care.UserID) bool) []Gap {
	turns := r.Turns(from, to, loc)
	if there != nil {
		turns = slices.DeleteFunc(turns, func(t Turn) bool { return !there(t.User) })
	}
	var gaps []Gap
	for n, d := range r.Duties {
		if slices.ContainsFunc(r.Duties[:n], func(e Duty) bool { return e.ID == d.ID }) {
			continue // seen with the first duty of the id
		}
		for _, floor := range r.floors(d.ID) {
			open := r.needed(d.ID, floor, from, to, loc)
			for _, t := range turns {
				if t.Duty == d.ID && t.covers(floor) {
					open = without(open, t)
				}
			}
			for _, i := range open {
				gaps = addGap(gaps, Gap{Duty: d.ID, From: i.from, To: i.to}, floor)
			}
		}
	}
	slices.SortStableFunc(gaps, func(a, b Gap) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), cmp.Compare(a.Duty, b.Duty))
	})
	return gaps
}

// floors lists the floors on which somebody of the duty must be; one empty name
// for the site as a whole.
func (r Roster) floors(id string) []string {
	var all []string
	for _, d := range r.Duties {
		for _, f := range d.Floors {
			if d.ID == id && !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}
	if len(all) == 0 {
		return []string{""}
	}
	return all
}

// needed lists when somebody must be on duty for a floor, in order, without
// overlaps, and within the two times.
func (r Roster) needed(id, floor string, from, to time.Time, loc *time.Location) []interval {
	if !from.Before(to) {
		return nil
	}
	var all []interval
	for _, d := range r.Duties {
		if d.ID != id || floor != "" && !slices.Contains(d.Floors, floor) {
			continue
		}
		if len(d.Needed) == 0 {
			return []interval{{from, to}}
		}
		for _, s := range d.Needed {
			s.times(from, to, loc, func(_ day, i interval) {
				all = append(all, interval{later(from, i.from), earlier(to, i.to)})
			})
		}
	}
	slices.SortFunc(all, func(a, b interval) int { return a.from.Compare(b.from) })
	var merged []interval
	for _, i := range all {
		if n := len(merged) - 1; n >= 0 && !i.from.After(merged[n].to) {
			merged[n].to = later(merged[n].to, i.to)
		} else {
			merged = append(merged, i)
		}
	}
	return merged
}

// without returns what a turn leaves open.
func without(open []interval, t Turn) []interval {
	var left []interval
	for _, i := range open {
		if !i.overlaps(t.From, t.To) {
			left = append(left, i)
			continue
		}
		if i.from.Before(t.From) {
			left = append(left, interval{i.from, t.From})
		}
		if t.To.Before(i.to) {
			left = append(left, interval{t.To, i.to})
		}
	}
	return left
}

// addGap adds a gap of a floor, to the same gap of another floor if there is
// one.
func addGap(gaps []Gap, g Gap, floor string) []Gap {
	if floor == "" {
		return append(gaps, g)
	}
	for n := range gaps {
		if gaps[n].Duty == g.Duty && gaps[n].From.Equal(g.From) && gaps[n].To.Equal(g.To) {
			gaps[n].Floors = append(gaps[n].Floors, floor)
			return gaps
		}
	}
	g.Floors = []string{floor}
	return append(gaps, g)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
