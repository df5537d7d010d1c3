package ladder

import "time"

// Position is where an incident stands on its ladder: the step that was taken,
// or is due, of a policy.
type Position struct {
	Policy string `json:"policy"`
	Step   int    `json:"step"` // from 0
	// Round counts the times that the step was taken before, from 0.
	Round int `json:"round"`
}

// First returns the position at which an incident enters a policy. It is due
// when the incident is raised; see Due.
func First(p Policy) Position { return Position{Policy: p.ID} }

// Next returns the position after one that was taken, and how long after it
// that is due. It never ends: after its last step a policy repeats that step.
//
// The policy may have been edited in between. A position that it has no more
// becomes the nearest that it has; one of another policy begins this one, at
// once.
func Next(p Policy, at Position) (Position, time.Duration) {
	step, ok := p.at(at)
	if !ok {
		return First(p), 0
	}
	s := p.Steps[step]
	wait := time.Duration(s.WaitSeconds) * time.Second
	switch {
	case at.Round < s.Repeat:
		return Position{p.ID, step, max(at.Round, 0) + 1}, wait
	case step < len(p.Steps)-1:
		return Position{p.ID, step + 1, 0}, wait
	}
	return Position{p.ID, step, at.Round + 1}, time.Duration(p.AgainSeconds) * time.Second
}

// Skip is Next for a step at which nobody was there to be told: the next step
// is due at once and this one is not repeated. After the last step there is
// none, and it comes again when it would have.
func Skip(p Policy, at Position) (Position, time.Duration) {
	step, ok := p.at(at)
	switch {
	case !ok:
		return First(p), 0
	case step < len(p.Steps)-1:
		return Position{p.ID, step + 1, 0}, 0
	}
	return Position{p.ID, step, max(at.Round, p.Steps[step].Repeat) + 1}, time.Duration(p.AgainSeconds) * time.Second
}

// Step returns the step of a position, the nearest one where the policy was
// edited in between.
func (p Policy) Step(at Position) Step {
	step, ok := p.at(at)
	if !ok {
		step = 0
	}
	if len(p.Steps) == 0 {
		return Step{} // refused by Check
	}
	return p.Steps[step]
}

// at returns the number of a position's step in the policy, and false where
// the position is of another policy.
func (p Policy) at(at Position) (step int, ok bool) {
	if at.Policy != p.ID || len(p.Steps) == 0 {
		return 0, false
	}
	return min(max(at.Step, 0), len(p.Steps)-1), true
}

// Moment is one line of a timetable.
type Moment struct {
	After time.Duration // since the incident was raised
	Position
}

// Timetable lists when the steps of a policy are taken while nobody accepts,
// up to the first repetition that goes on without end. Quiet hours and steps
// without anybody are left out of account.
func Timetable(p Policy) []Moment {
	if len(p.Steps) == 0 {
		return nil
	}
	last := len(p.Steps) - 1
	all := []Moment{{Position: First(p)}}
	for m := all[0]; m.Step < last || m.Round <= p.Steps[last].Repeat; all = append(all, m) {
		next, wait := Next(p, m.Position)
		m = Moment{m.After + wait, next}
	}
	return all
}
