package roster

import (
	"cmp"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Turns lists the turns that overlap a time, each whole, ordered by their
// beginning. It costs time in proportion to the days that it is asked for.
// Parts of the document that Check refuses are left out.
func (r Roster) Turns(from, to time.Time, loc *time.Location) []Turn {
	if !from.Before(to) {
		return nil
	}
	var turns []Turn
	for _, d := range r.Duties {
		for n, s := range d.Shifts {
			s.times(from, to, loc, func(on day, i interval) {
				for _, user := range d.crew(n, on) {
					turns = append(turns, Turn{Duty: d.ID, Shift: s.ID, Floors: d.Floors, User: user, From: i.from, To: i.to})
				}
			})
		}
	}
	// All overrides, also those of other times: they may cut a turn that
	// reaches into this one, and a turn is the same whatever was asked for.
	for _, o := range r.Overrides {
		turns = o.apply(turns, loc)
	}
	turns = slices.DeleteFunc(turns, func(t Turn) bool { return !(interval{t.From, t.To}).overlaps(from, to) })
	slices.SortStableFunc(turns, func(a, b Turn) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), cmp.Compare(a.Duty, b.Duty),
			slices.Compare(a.Floors, b.Floors), cmp.Compare(a.User, b.User))
	})
	return turns
}

// On lists the turns of those who are on duty at a time.
func (r Roster) On(at time.Time, loc *time.Location) []Turn {
	return r.Turns(at, at.Add(1), loc)
}

// Who lists who is on duty, for a duty and a floor: those of the floor and
// those of the whole site. Where there are none, or the floor is not known (it
// is empty), everybody of the duty is listed: somebody from another floor is
// better than nobody. Nobody is listed twice.
func (r Roster) Who(duty, floor string, at time.Time, loc *time.Location) []care.UserID {
	var near, all []care.UserID
	for _, t := range r.On(at, loc) {
		if t.Duty != duty {
			continue
		}
		if floor != "" && t.covers(floor) && !slices.Contains(near, t.User) {
			near = append(near, t.User)
		}
		if !slices.Contains(all, t.User) {
			all = append(all, t.User)
		}
	}
	if len(near) > 0 {
		return near
	}
	return all
}

// covers reports whether the turn is for a floor.
func (t Turn) covers(floor string) bool {
	return len(t.Floors) == 0 || slices.Contains(t.Floors, floor)
}

// crew returns who takes the nth shift that begins on a day.
func (d Duty) crew(n int, on day) []care.UserID {
	var current *Rotation
	var start day
	for i := range d.Rotations {
		if s, ok := parseDay(d.Rotations[i].Start); ok && s <= on && (current == nil || s >= start) {
			current, start = &d.Rotations[i], s
		}
	}
	if current == nil {
		return nil
	}
	week := int(on-start) / current.every()
	if k := len(current.Order); k > 0 {
		// Who had the shift before this one a week ago has it now.
		return current.Order[((n-week)%k+k)%k:][:1]
	}
	if k := len(current.Weeks); k > 0 {
		return current.Weeks[week%k][d.Shifts[n].ID]
	}
	return nil
}

func (r Rotation) every() int {
	if r.Every <= 0 {
		return 7
	}
	return r.Every
}

// interval returns when the override holds, and false where that cannot be
// read.
func (o Override) interval(loc *time.Location) (interval, bool) {
	fromDay, from, ok1 := parseStamp(o.From)
	toDay, to, ok2 := parseStamp(o.To)
	if !ok1 || !ok2 {
		return interval{}, false
	}
	i := interval{fromDay.moment(from, loc), toDay.moment(to, loc)}
	return i, i.from.Before(i.to)
}

// apply returns the turns as the override makes them: a turn that it covers in
// part is cut.
func (o Override) apply(turns []Turn, loc *time.Location) []Turn {
	meant := func(t Turn) bool { return t.User == o.Who && (o.Duty == "" || o.Duty == t.Duty) }
	extra := o.Who == "" && o.Duty != "" && o.By != ""
	if !extra && (o.Who == "" || !slices.ContainsFunc(turns, meant)) {
		return turns
	}
	i, ok := o.interval(loc)
	switch {
	case !ok:
		return turns
	case extra:
		return append(turns, Turn{Duty: o.Duty, Floors: o.Floors, User: o.By, From: i.from, To: i.to})
	}
	out := make([]Turn, 0, len(turns)+2)
	for _, t := range turns {
		if !meant(t) || !i.overlaps(t.From, t.To) {
			out = append(out, t)
			continue
		}
		before, during, after := t, t, t
		if t.From.Before(i.from) {
			before.To, during.From = i.from, i.from
			out = append(out, before)
		}
		if i.to.Before(t.To) {
			after.From, during.To = i.to, i.to
			out = append(out, after)
		}
		if o.By != "" {
			during.User, during.Instead = o.By, o.Who
			out = append(out, during)
		}
	}
	return out
}
