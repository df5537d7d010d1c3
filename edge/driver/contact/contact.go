// Package contact reads contacts on GPIO pins: call button, pull cord, bed mat,
// door contact, the dry contact of a smoke alarm. It takes away the bouncing of
// the contact, knows normally open from normally closed, and recognises a long
// press.
//
// There is no chip and no data sheet. Mechanical contacts bounce for 1 to 10 ms,
// bad ones for 20 ms; the default debounce time of 30 ms covers them and is a
// third of the shortest press that people make.
//
// The package leaves to edge/agent which event an active contact means, and what
// to make of one that never changes. Two changes that happen while the host does
// not run at all, both within one debounce time, are not seen: no input is
// latched in hardware.
package contact

import (
	"context"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Wiring says what a closed contact does to the pin.
type Wiring uint8

const (
	// ToGround is a contact between pin and ground; the pin is pulled up, so
	// closed reads Low. A wire that breaks reads as an open contact.
	ToGround Wiring = iota
	// ToSupply is a contact between pin and supply; the pin is pulled down, so
	// closed reads High.
	ToSupply
)

// Normally is the state of the contact while nothing happens.
type Normally uint8

const (
	// Open contacts close to report: call buttons, most pull cords and mats.
	Open Normally = iota
	// Closed contacts open to report, so that a broken wire reports too: fire
	// contacts, door magnets, supervised cords.
	Closed
)

// Config is how one contact is wired and read; the zero value is a button to
// ground with the defaults.
type Config struct {
	Wiring   Wiring
	Normally Normally
	// ExternalPull leaves the pin's own pull resistor off: the board has one.
	ExternalPull bool
	// Debounce is for how long the contact must keep still to be believed; 0
	// means 30 ms.
	Debounce time.Duration
	// Hold is for how long the contact must stay active to count as a long
	// press; 0 means that there is none.
	Hold time.Duration
}

const (
	defaultDebounce = 30 * time.Millisecond
	// pollEdges is how often the level is read in spite of edge detection: an
	// edge that the kernel lost costs this long, and so does the end of ctx.
	pollEdges = 50 * time.Millisecond
	// pollPlain is how often it is read on pins without edge detection.
	pollPlain = 5 * time.Millisecond
)

// Kind is what happened to the contact.
type Kind uint8

const (
	// Inactive: the contact went back to its normal state.
	Inactive Kind = iota + 1
	// Active: the contact left its normal state (pressed, pulled, occupied), or
	// moves without end: a contact that has not kept still for ten debounce times
	// counts as active.
	Active
	// LongPress: the contact has been active for the Hold time. It comes once
	// for each activation, after Active and before Inactive.
	LongPress
)

// String returns the kind in lower case.
func (k Kind) String() string {
	switch k {
	case Inactive:
		return "inactive"
	case Active:
		return "active"
	case LongPress:
		return "long press"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Event is a debounced change of the contact.
type Event struct {
	Kind Kind
	// At is when it happened: the first movement of the contact, not the end of
	// its bouncing; for a LongPress, when the Hold time was over.
	At time.Time
	// Initial marks the state found when Run began. A cord that was pulled while
	// the edge was off is an initial Active.
	Initial bool
	// Unsteady marks an Active of a contact that moves without end: it may be a
	// loose wire and no hand.
	Unsteady bool
}

// Contact is one contact on a pin.
type Contact struct {
	pin gpio.PinIn
	cfg Config
}

// New checks the configuration. The pin is set up by Run.
func New(pin gpio.PinIn, cfg Config) (*Contact, error) {
	if pin == nil {
		return nil, errors.New("contact: no pin given; check the pin's name")
	}
	if cfg.Debounce == 0 {
		cfg.Debounce = defaultDebounce
	}
	switch {
	case cfg.Wiring > ToSupply:
		return nil, fmt.Errorf("contact on %s: wiring %d is unknown", pin, cfg.Wiring)
	case cfg.Normally > Closed:
		return nil, fmt.Errorf("contact on %s: normal state %d is unknown", pin, cfg.Normally)
	case cfg.Debounce < 0 || cfg.Debounce > time.Second:
		return nil, fmt.Errorf("contact on %s: a debounce time of %s is not within 0 to 1s", pin, cfg.Debounce)
	case cfg.Hold < 0:
		return nil, fmt.Errorf("contact on %s: a hold time of %s is negative", pin, cfg.Hold)
	}
	return &Contact{pin: pin, cfg: cfg}, nil
}

// Run reads the contact until ctx ends and hands each event to handle, in order,
// from the calling goroutine; it starts no other. The first event is the initial
// state. While handle works the contact is not read, so it must be quick. Run
// returns nil when ctx ended, within 50 ms, or the error of a pin that cannot be
// set up.
func (c *Contact) Run(ctx context.Context, handle func(Event)) error {
	edges, err := c.setUp()
	if err != nil {
		return err
	}
	now := time.Now()
	active := c.active()
	d := debouncer{cfg: c.cfg, raw: active, moved: now, departed: now}
	for ctx.Err() == nil {
		for _, e := range d.step(c.active(), time.Now()) {
			handle(e)
		}
		if wait := d.wait(time.Now()); edges {
			c.pin.WaitForEdge(min(wait, pollEdges))
		} else {
			pause(ctx, min(wait, pollPlain))
		}
	}
	return nil
}

// setUp configures the pin as input and says whether it reports edges.
func (c *Contact) setUp() (edges bool, err error) {
	pull := gpio.PullUp
	switch {
	case c.cfg.ExternalPull:
		pull = gpio.Float
	case c.cfg.Wiring == ToSupply:
		pull = gpio.PullDown
	}
	if err := c.pin.In(pull, gpio.BothEdges); err == nil {
		return true, nil
	}
	if err := c.pin.In(pull, gpio.NoEdge); err != nil {
		return false, fmt.Errorf("contact on %s: set the pin up as input with %s: %w", c.pin, pull, err)
	}
	return false, nil
}

// active reads the contact.
func (c *Contact) active() bool {
	closed := c.pin.Read() == gpio.Level(c.cfg.Wiring == ToSupply)
	return closed != (c.cfg.Normally == Closed)
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
