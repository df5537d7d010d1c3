// Package sounder drives a sounder, beacon or relay on a GPIO pin with the
// evacuation signals that people know.
//
// There is no chip: the pin switches a transistor. The signals are the
// temporal-three pattern of ISO 8201 (fire: leave the building), the
// temporal-four pattern of UL 2034 and NFPA 72 (carbon monoxide), and a
// continuous tone for everything else. Three quiet ones of our own are no alarms
// and cannot be taken for one, because none of them repeats within a second or
// two: a reminder, and two answers to somebody at a button.
//
// Which alarm sounds, which of several goes first and who may silence it is left
// to edge/agent. The sounder belongs to the gateway's own equipment: certified
// fire equipment is never driven.
package sounder

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Pattern is a signal in time.
type Pattern uint8

const (
	// Off is silence.
	Off Pattern = iota
	// Temporal3 is 0.5 s on and 0.5 s off three times, the last pause being
	// 1.5 s: ISO 8201, one cycle in 4 s.
	Temporal3
	// Temporal4 is 0.1 s on and 0.1 s off four times and then 5 s of pause: one
	// cycle in 5.8 s.
	Temporal4
	// Continuous is on without pause.
	Continuous
	// Reminder is two blips every 30 s: something is not as it should be, and
	// nobody need run.
	Reminder
	// Beep is one tone of 0.3 s, LongCycle apart: let go now.
	Beep
	// TripleBeep is three short tones, LongCycle apart: it has been done.
	TripleBeep
)

// LongCycle is the cycle of Beep and TripleBeep. Whoever wants one of them once
// sets another pattern before it is over.
const LongCycle = 3 * time.Second

// String returns the name of the pattern in lower case.
func (p Pattern) String() string {
	switch p {
	case Off:
		return "off"
	case Temporal3:
		return "temporal-3"
	case Temporal4:
		return "temporal-4"
	case Continuous:
		return "continuous"
	case Reminder:
		return "reminder"
	case Beep:
		return "beep"
	case TripleBeep:
		return "triple beep"
	}
	return fmt.Sprintf("pattern %d", uint8(p))
}

const (
	half  = 500 * time.Millisecond
	tenth = 100 * time.Millisecond
)

// steps returns the durations of on, off, on, off … of one cycle; nil for
// patterns that do not change.
func (p Pattern) steps() []time.Duration {
	switch p {
	case Temporal3:
		return []time.Duration{half, half, half, half, half, 3 * half}
	case Temporal4:
		return []time.Duration{tenth, tenth, tenth, tenth, tenth, tenth, tenth, tenth + 5*time.Second}
	case Reminder:
		return []time.Duration{tenth, 2 * tenth, tenth, 30*time.Second - 4*tenth}
	case Beep:
		return []time.Duration{3 * tenth, LongCycle - 3*tenth}
	case TripleBeep:
		return []time.Duration{tenth, tenth, tenth, tenth, tenth, LongCycle - 5*tenth}
	}
	return nil
}

// Sounder is one sounder on a pin.
type Sounder struct {
	pin       gpio.PinOut
	activeLow bool

	mu      sync.Mutex
	pattern Pattern
	changed chan struct{} // holds one token after a change of pattern
}

// New switches the sounder off and returns it. activeLow is for boards on which
// Low sounds, as most relay modules have it.
func New(pin gpio.PinOut, activeLow bool) (*Sounder, error) {
	if pin == nil {
		return nil, errors.New("sounder: no pin given; check the pin's name")
	}
	s := &Sounder{pin: pin, activeLow: activeLow, changed: make(chan struct{}, 1)}
	if err := s.out(false); err != nil {
		return nil, err
	}
	return s, nil
}

// Set chooses the pattern; it starts at its beginning at once if Run runs, else
// as soon as Run does. Setting the pattern that already sounds does not disturb
// its rhythm. An unknown pattern is an error and changes nothing.
func (s *Sounder) Set(p Pattern) error {
	if p > TripleBeep {
		return fmt.Errorf("sounder on %s: there is no %s", s.pin, p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p == s.pattern {
		return nil
	}
	s.pattern = p
	select {
	case s.changed <- struct{}{}:
	default: // a token is waiting already; the loop will read the newest pattern
	}
	return nil
}

// Pattern returns what was set last.
func (s *Sounder) Pattern() Pattern {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pattern
}

// Run sounds what Set chose until ctx ends, and switches the sounder off before
// it returns. It returns nil then, or the error of the pin; the pattern is kept,
// so that calling Run again goes on with it. It is called once at a time.
func (s *Sounder) Run(ctx context.Context) (err error) {
	defer func() {
		err = errors.Join(err, s.out(false))
	}()
	for ctx.Err() == nil {
		if err := s.play(ctx, s.Pattern()); err != nil {
			return err
		}
	}
	return nil
}

// play sounds one pattern until another one is set or ctx ends.
func (s *Sounder) play(ctx context.Context, p Pattern) error {
	steps := p.steps()
	if steps == nil {
		if err := s.out(p == Continuous); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-s.changed:
		}
		return nil
	}
	// Each step ends at its place in the pattern, not after its length, so that
	// a late host does not stretch the rhythm; one that slept starts it afresh
	// instead of making up for the cycles missed.
	end := time.Now()
	for i := 0; ; i = (i + 1) % len(steps) {
		if err := s.out(i%2 == 0); err != nil {
			return err
		}
		if time.Since(end) > time.Second {
			end = time.Now()
		}
		end = end.Add(steps[i])
		t := time.NewTimer(time.Until(end))
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-s.changed:
			t.Stop()
			return nil
		case <-t.C:
		}
	}
}

func (s *Sounder) out(on bool) error {
	if err := s.pin.Out(gpio.Level(on != s.activeLow)); err != nil {
		return fmt.Errorf("sounder on %s: switch it %s: %w", s.pin, map[bool]string{true: "on", false: "off"}[on], err)
	}
	return nil
}
