// Package scenario is the text language in which a night is written down, and
// the player that lets it happen.
//
//	# The night of the demonstration.
//	22:14    203       fall
//	+12s     203-1     press
//	+20s     305       smoke flaming
//	+1m      203-1     press hold 4s
//	+5s      210       unplug sht3x
//
// One line is one thing that happens: time, place, what. A time is either a
// time of day (22:14 or 22:14:30) or a distance to the line before (+12s).
// The clock of a script stands where its first time of day says, so a script is
// played at once and not at that hour; "speed 60" on a line of its own lets an
// hour of the lines after it pass in a minute. What a person or a fire does
// takes its own time at any speed: a button held for four seconds is held for
// four. A place is a label such as 203-1, with the id of a device after a slash
// where a place has several of a kind: 203-1/pendant. What can happen is listed
// by Help.
//
// Which hardware stands at a place, and what an action does to it, is left to
// the stage that a script is played on: see firmware-sim/board.
package scenario

import (
	"fmt"
	"strings"
	"time"
)

// Script is a night: what happens, in order of time.
type Script struct {
	// Name is where it was read from; mistakes begin with it.
	Name string
	// Steps in the order of the file, which is the order of time.
	Steps []Step
}

// Step is one line of a script.
type Step struct {
	// Line counts from 1.
	Line int
	// Stamp is the time as written.
	Stamp Stamp
	// Speed is how much faster than real time the wait before this step goes.
	Speed float64
	// After is when the step is due, in real time since the beginning.
	After time.Duration
	// Place is where.
	Place Place
	// Action is what.
	Action Action

	placeColumn, actionColumn int
}

// Stamp is the time of a line as it is written.
type Stamp struct {
	// Clock says that D is a time of day; otherwise it is the distance to the
	// line before.
	Clock bool
	D     time.Duration
}

// String returns the stamp as it is written in a script.
func (s Stamp) String() string {
	if !s.Clock {
		return "+" + short(s.D)
	}
	text := fmt.Sprintf("%02d:%02d", int(s.D.Hours()), int(s.D.Minutes())%60)
	if sec := int(s.D.Seconds()) % 60; sec != 0 {
		text += fmt.Sprintf(":%02d", sec)
	}
	return text
}

// Place is a label of a board, perhaps with the id of one device there.
type Place struct {
	// Label is 1 to 40 of [a-z0-9-], such as 203-1.
	Label string
	// Device is the id of a device, of the same alphabet; empty where the action
	// says enough.
	Device string
}

// String returns label or label/device.
func (p Place) String() string {
	if p.Device == "" {
		return p.Label
	}
	return p.Label + "/" + p.Device
}

// String returns the script in the form in which Parse reads it, without
// comments. Parsing it again gives the same steps but for their line numbers.
func (s *Script) String() string {
	var b strings.Builder
	speed := 1.0
	for _, step := range s.Steps {
		if step.Speed != speed {
			speed = step.Speed
			fmt.Fprintf(&b, "speed %g\n", speed)
		}
		fmt.Fprintf(&b, "%s\n", step)
	}
	return b.String()
}

// String returns the line of the step.
func (s Step) String() string { return fmt.Sprintf("%s %s %s", s.Stamp, s.Place, s.Action) }

// short prints a duration without the zero units of time.Duration.String: 1m
// instead of 1m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Mistake is one thing wrong with a script.
type Mistake struct {
	// Line and Column count from 1, Column in characters.
	Line, Column int
	// Text says what was found and what was expected.
	Text string
}

// Error is the error of a script with mistakes; it holds all of them in order.
type Error struct {
	Name     string
	Mistakes []Mistake
}

// Error shows one mistake a line, as compilers do.
func (e *Error) Error() string {
	lines := make([]string, len(e.Mistakes))
	for i, m := range e.Mistakes {
		lines[i] = fmt.Sprintf("%s:%d:%d: %s", e.Name, m.Line, m.Column, m.Text)
	}
	return strings.Join(lines, "\n")
}
