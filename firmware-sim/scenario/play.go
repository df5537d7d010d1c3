package scenario

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Stage is where a script is played: a board, or a fleet of them.
type Stage interface {
	// Check says why an action is impossible at a place: no such place, no such
	// hardware there, a recording that cannot be read. It changes nothing. An
	// error that concerns the place wraps ErrNoPlace.
	Check(Place, Action) error
	// Perform makes the action begin, now, and does not wait for its end. Hold
	// and the For of noise are the player's business: it performs Release and
	// Quiet when they are over.
	Perform(Place, Action) error
}

// ErrNoPlace means that the stage has no such place, or that the place does not
// have the hardware for an action.
var ErrNoPlace = errors.New("not at this place")

// Check asks the stage about every step. The error is an *Error with the
// position of each step that is impossible.
func (s *Script) Check(stage Stage) error {
	var found []Mistake
	for _, step := range s.Steps {
		err := stage.Check(step.Place, step.Action)
		if err == nil {
			continue
		}
		column := step.actionColumn
		if errors.Is(err, ErrNoPlace) {
			column = step.placeColumn
		}
		// Mistakes stand on one line each, whatever a cause has to say.
		found = append(found, Mistake{step.Line, column, strings.ReplaceAll(err.Error(), "\n", "; ")})
	}
	if len(found) > 0 {
		return &Error{Name: s.Name, Mistakes: found}
	}
	return nil
}

// move is one thing the stage is told, at a time since the beginning.
type move struct {
	after  time.Duration
	step   Step
	action Action
	whole  bool // the step itself, not the end of it
}

// held names what is let go after each verb that holds something.
var held = map[Verb]string{Press: Button, Pull: Cord, Trip: DryContact, Presence: Attendance}

// moves puts steps and the ends of what they hold in order of time. What begins
// goes before what ends at the same moment in the order of the lines.
func (s *Script) moves() []move {
	var all []move
	for _, step := range s.Steps {
		all = append(all, move{step.After, step, step.Action, true})
		switch a := step.Action; {
		case a.Verb == Cancel && a.Hold > 0:
			all = append(all, move{step.After + a.Hold, step, Action{Verb: Release, What: a.What}, false})
		case a.Hold > 0:
			all = append(all, move{step.After + a.Hold, step, Action{Verb: Release, What: held[a.Verb]}, false})
		case a.Verb == Noise:
			all = append(all, move{step.After + a.For, step, Action{Verb: Quiet, What: a.What}, false})
		case a.Verb == Offline:
			all = append(all, move{step.After + a.For, step, Action{Verb: Online}, false})
		}
	}
	slices.SortStableFunc(all, func(a, b move) int { return cmp.Compare(a.after, b.after) })
	return all
}

// Play lets the script happen on the stage from now on and returns when its last
// step has happened and nothing is held any more, or with the cause when ctx
// ends before. Each step is told as it happens, from the calling goroutine, with
// the stage's error if it has failed; the night goes on after a failure. A nil
// tell is allowed.
func (s *Script) Play(ctx context.Context, stage Stage, tell func(Step, error)) error {
	start := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for _, m := range s.moves() {
		timer.Reset(time.Until(start.Add(m.after)))
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-timer.C:
		}
		if ctx.Err() != nil { // both were ready: the end goes first
			return context.Cause(ctx)
		}
		err := stage.Perform(m.step.Place, m.action)
		if tell != nil && (m.whole || err != nil) {
			tell(m.step, err)
		}
	}
	return nil
}

// Do lets one action happen on the stage now and returns when nothing is held
// any more: the words are those of a script, for instance "press", "hold", "4s".
func Do(ctx context.Context, stage Stage, place Place, words ...string) error {
	a, err := ParseAction(words...)
	if err != nil {
		return err
	}
	if err := stage.Check(place, a); err != nil {
		return err
	}
	var failed []error
	one := Script{Name: "action", Steps: []Step{{Line: 1, Speed: 1, Place: place, Action: a}}}
	err = one.Play(ctx, stage, func(_ Step, err error) { failed = append(failed, err) })
	return errors.Join(append(failed, err)...)
}

// ParsePlace reads a place such as 203-1 or 203-1/pendant. The error is an
// *Error.
func ParsePlace(s string) (Place, error) {
	p := parser{line: 1}
	place, ok := p.place(token{s, 1})
	if !ok {
		return Place{}, &Error{Name: "place", Mistakes: p.found}
	}
	return place, nil
}
