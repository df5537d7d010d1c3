// Package fleet runs many edge agents in one process, each on a simulated board
// of its own: for the demonstration, for tests and for measurements. The agents
// are the real ones; only the hardware is not.
//
// A fleet is also a stage for firmware-sim/scenario: a place is looked for on all
// its boards. What is played on it is left to the caller.
package fleet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"

	"shouwang.care/shouwang/edge/agent"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/board"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

// Spec lists the edges of a fleet, as a file has them.
type Spec struct {
	Edges []Files `yaml:"edges"`
}

// Files are the two files of one edge; relative paths count from the folder of
// the fleet's file.
type Files struct {
	// Config is the agent's configuration, as "edge --config" reads it.
	Config string `yaml:"config"`
	// Board is its hardware, as "edge --hardware sim:FILE" reads it.
	Board string `yaml:"board"`
}

// Member is one edge: what its agent is told, and its hardware.
type Member struct {
	Config config.Config
	Board  *board.Board
}

// Load reads the members of a spec whose relative paths count from dir. The
// error joins those of all members.
func Load(spec Spec, dir string, log *slog.Logger) ([]Member, error) {
	var members []Member
	var errs []error
	path := func(p string) string {
		if filepath.IsAbs(p) {
			return p
		}
		return filepath.Join(dir, p)
	}
	for _, files := range spec.Edges {
		cfg, err := config.Load(path(files.Config))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		b, err := board.Load(path(files.Board), log.With("site", cfg.Site, "edge", cfg.Edge))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		members = append(members, Member{*cfg, b})
	}
	return members, errors.Join(errs...)
}

// name of an edge: ids of edges are unique in their site only.
type name struct{ site, edge string }

// Fleet is a set of agents with their boards.
type Fleet struct {
	log    *slog.Logger
	lives  []*life
	places map[string]*life
}

var _ scenario.Stage = (*Fleet)(nil)

// New makes the agents; Run starts them. The error joins all that is wrong: a
// place or an edge that is there twice, an agent that cannot be made.
func New(members []Member, log *slog.Logger) (*Fleet, error) {
	f := &Fleet{log: log, places: map[string]*life{}}
	var errs []error
	seen := map[name]bool{}
	for _, m := range members {
		id := name{string(m.Config.Site), string(m.Config.Edge)}
		if seen[id] {
			errs = append(errs, fmt.Errorf("edge %s of site %s is in the fleet twice", id.edge, id.site))
			continue
		}
		seen[id] = true
		l, err := newLife(m, log)
		if err != nil {
			errs = append(errs, fmt.Errorf("edge %s of site %s: %w", id.edge, id.site, err))
			continue
		}
		for _, p := range m.Board.Places() {
			if f.places[p] != nil {
				errs = append(errs, fmt.Errorf("the place %s is on more than one board, one of them of edge %s of site %s; a scenario could not tell them apart", p, id.edge, id.site))
			}
			f.places[p] = l
		}
		f.lives = append(f.lives, l)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return f, nil
}

// Run runs all agents and the scenarios of their boards until ctx ends, and
// returns when the last one has ended. An agent that fails is logged and does not
// end the others; the error joins those of all that failed.
func (f *Fleet) Run(ctx context.Context) error {
	errs := make([]error, len(f.lives))
	var wg sync.WaitGroup
	for i, l := range f.lives {
		wg.Go(func() { _ = l.Board.Run(ctx) }) // logs its own failures
		wg.Go(func() {
			if err := l.run(ctx); err != nil {
				errs[i] = fmt.Errorf("edge %s of site %s: %w", l.Config.Edge, l.Config.Site, err)
				f.log.Error("an agent has ended", "site", l.Config.Site, "edge", l.Config.Edge, "error", err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Size returns the number of agents.
func (f *Fleet) Size() int { return len(f.lives) }

// Connected returns how many agents are connected to their broker now.
func (f *Fleet) Connected() int {
	n := 0
	for _, l := range f.lives {
		if l.current().Connected() {
			n++
		}
	}
	return n
}

// Agent returns the agent of an edge, and false if there is none. After an edge
// was offline it is another one.
func (f *Fleet) Agent(site, edge string) (*agent.Agent, bool) {
	for _, l := range f.lives {
		if string(l.Config.Site) == site && string(l.Config.Edge) == edge {
			return l.current(), true
		}
	}
	return nil, false
}

// Do lets one action happen now, in the words of a scenario, and returns when
// nothing is held any more.
func (f *Fleet) Do(ctx context.Context, place string, words ...string) error {
	p, err := scenario.ParsePlace(place)
	if err != nil {
		return err
	}
	return scenario.Do(ctx, f, p, words...)
}

// Check implements scenario.Stage.
func (f *Fleet) Check(p scenario.Place, a scenario.Action) error {
	l, err := f.life(p)
	if err != nil || a.Verb == scenario.Offline || a.Verb == scenario.Online {
		return err
	}
	return l.Board.Check(p, a)
}

// Perform implements scenario.Stage. That an edge dies and lives again is the
// business of the fleet, all else that of its board.
func (f *Fleet) Perform(p scenario.Place, a scenario.Action) error {
	l, err := f.life(p)
	if err != nil {
		return err
	}
	switch a.Verb {
	case scenario.Offline:
		l.die()
		return nil
	case scenario.Online:
		l.live()
		return nil
	}
	return l.Board.Perform(p, a)
}

// life returns the edge on whose board a place is.
func (f *Fleet) life(p scenario.Place) (*life, error) {
	if l := f.places[p.Label]; l != nil {
		return l, nil
	}
	return nil, fmt.Errorf("no board of the fleet has the place %s: %w", p.Label, scenario.ErrNoPlace)
}
