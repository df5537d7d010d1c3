// Package board is a simulated edge board: chips of firmware-sim/chip on named
// I²C buses and pins, each with the place where it stands, and a stage on which
// firmware-sim/scenario plays what happens there. To an edge agent it is the
// hardware; the agent's own drivers run against it unchanged.
//
// What the registers of a chip do is left to firmware-sim/chip, what a fall or a
// fire looks like to firmware-sim/chip/replay, and when something happens to the
// scenario.
package board

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"

	"shouwang.care/shouwang/firmware-sim/chip"
	"shouwang.care/shouwang/firmware-sim/chip/replay"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

// Board is a simulated board. It is safe for concurrent use.
type Board struct {
	log    *slog.Logger
	script *scenario.Script // nil for a night in which nothing happens

	first   string // name of the first bus
	buses   map[string]*chip.Bus
	pins    map[string]*chip.Pin
	devices []device

	mu      sync.Mutex // guards what follows and what performs does
	seed    uint64
	motions map[recording]replay.Motion
	curves  map[recording]replay.Curve
}

var _ scenario.Stage = (*Board)(nil)

// recording names what was read from a file.
type recording struct{ file, part, trial string }

// Load makes the board of a file and checks its scenario against it. The error
// holds every mistake of the board, or else every mistake of the scenario.
func Load(path string, log *slog.Logger) (*Board, error) {
	spec, err := Read(path)
	if err != nil {
		return nil, err
	}
	if spec.Scenario != "" && !filepath.IsAbs(spec.Scenario) {
		spec.Scenario = filepath.Join(filepath.Dir(path), spec.Scenario)
	}
	b, err := New(spec, log)
	if err != nil {
		return nil, fmt.Errorf("board %s: %w", path, err)
	}
	return b, nil
}

// New makes a board. The error is an *Error when the spec is wrong, a
// *scenario.Error when its scenario is.
func New(spec Spec, log *slog.Logger) (*Board, error) {
	if found := spec.check(); len(found) > 0 {
		e := &Error{Name: "the spec"}
		for _, m := range found {
			e.Mistakes = append(e.Mistakes, strings.TrimPrefix(m.path, "$.")+": "+m.text)
		}
		return nil, e
	}
	b := &Board{
		log: log, seed: spec.Seed,
		buses: map[string]*chip.Bus{}, pins: map[string]*chip.Pin{},
		motions: map[recording]replay.Motion{}, curves: map[recording]replay.Curve{},
	}
	for i, bus := range spec.Buses {
		if i == 0 {
			b.first = bus.Name
		}
		b.buses[bus.Name] = new(chip.Bus)
		for _, c := range bus.Chips {
			if err := b.addChip(b.buses[bus.Name], c); err != nil {
				return nil, err
			}
		}
	}
	for i, p := range spec.Pins {
		b.addPin(i, p)
	}
	if spec.Scenario != "" {
		script, err := scenario.Load(spec.Scenario)
		if err != nil {
			return nil, err
		}
		if err := script.Check(b); err != nil {
			return nil, err
		}
		b.script = script
	}
	return b, nil
}

// Bus returns an I²C bus; the empty name is the first one.
func (b *Board) Bus(name string) (i2c.Bus, error) {
	if name == "" {
		name = b.first
	}
	if bus, ok := b.buses[name]; ok {
		return bus, nil
	}
	return nil, fmt.Errorf("the simulated board has no bus %q, only %v; correct the device's bus or the board's file", name, slices.Sorted(maps.Keys(b.buses)))
}

// Pin returns a GPIO pin; it is a *chip.Pin.
func (b *Board) Pin(name string) (gpio.PinIO, error) {
	if p, ok := b.pins[name]; ok {
		return p, nil
	}
	return nil, fmt.Errorf("the simulated board has no pin %q, only %v; correct the device's pin or the board's file", name, slices.Sorted(maps.Keys(b.pins)))
}

// Places returns the labels of the places that have something, sorted.
func (b *Board) Places() []string {
	var labels []string
	for _, d := range b.devices {
		labels = append(labels, d.about().place)
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

// Run plays the scenario of the board and returns when it is over, at once if
// there is none, or when ctx ends. What fails is logged and does not end the
// night: Run returns nil.
func (b *Board) Run(ctx context.Context) error {
	if b.script == nil {
		return nil
	}
	// The only error is that of ctx, which the caller knows.
	_ = b.script.Play(ctx, b, func(s scenario.Step, err error) {
		if err != nil {
			b.log.Error("scenario step failed", "line", s.Line, "step", s.String(), "error", err)
			return
		}
		b.log.Info("scenario", "place", s.Place.String(), "action", s.Action.String())
	})
	return nil
}

// Do lets one action happen now, in the words of a scenario: Do(ctx, "203-1",
// "press", "hold", "4s"). It returns when nothing is held any more; a fire it
// does not wait for.
func (b *Board) Do(ctx context.Context, place string, words ...string) error {
	p, err := scenario.ParsePlace(place)
	if err != nil {
		return err
	}
	return scenario.Do(ctx, b, p, words...)
}

// Check implements scenario.Stage. It reads the recordings that an action needs,
// so that they are at hand when it happens.
func (b *Board) Check(p scenario.Place, a scenario.Action) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := b.find(p, a); err != nil {
		return err
	}
	return b.read(a)
}

// Perform implements scenario.Stage.
func (b *Board) Perform(p scenario.Place, a scenario.Action) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, err := b.find(p, a)
	if err != nil {
		return err
	}
	if err := b.read(a); err != nil {
		return err
	}
	b.seed++
	return d.perform(b, a)
}

// find returns the device that an action is about: at the place itself, or, if
// there is none, the only one at a place below it (203 stands for 203-1).
func (b *Board) find(p scenario.Place, a scenario.Action) (device, error) {
	var here, below []device
	known := false
	for _, d := range b.devices {
		about := d.about()
		at, under := about.place == p.Label, strings.HasPrefix(about.place, p.Label+"-")
		known = known || at || under
		switch {
		case p.Device != "" && p.Device != about.id, !d.can(a):
		case at:
			here = append(here, d)
		case under:
			below = append(below, d)
		}
	}
	if len(here) == 0 {
		here = below
	}
	switch {
	case len(here) == 1:
		return here[0], nil
	case !known:
		return nil, placeErrorf("there is no place %s here", p.Label)
	case len(here) == 0:
		return nil, placeErrorf("nothing at %s fits %s", p, a.Verb)
	}
	var names []string
	for _, d := range here {
		names = append(names, d.about().place+"/"+d.about().id)
	}
	return nil, placeErrorf("%s at %s could be any of %s; write which", a.Verb, p, strings.Join(names, ", "))
}

// placeError is an error that is scenario.ErrNoPlace without repeating it.
type placeError string

func placeErrorf(format string, args ...any) error { return placeError(fmt.Sprintf(format, args...)) }

func (e placeError) Error() string        { return string(e) }
func (e placeError) Is(target error) bool { return target == scenario.ErrNoPlace }

// read loads the recording of an action, once.
func (b *Board) read(a scenario.Action) (err error) {
	if a.Verb != scenario.Replay {
		return nil
	}
	key := recordingOf(a)
	switch _, motion := b.motions[key]; {
	case a.What == scenario.SisFall && !motion:
		var m replay.Motion
		if m, err = replay.LoadSisFall(a.File, a.Activity, a.Trial); err == nil {
			b.motions[key] = m
		}
	case a.What == scenario.NIST && b.curves[key] == nil:
		var c replay.Curve
		if c, err = replay.LoadNIST(a.File, a.Column); err == nil {
			b.curves[key] = replay.Obscuration(c)
		}
	}
	return err
}

func recordingOf(a scenario.Action) recording {
	return recording{a.File, a.Activity + a.Column, a.Trial}
}
