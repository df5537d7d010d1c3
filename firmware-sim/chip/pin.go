package chip

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// Change is a level that a pin took at a time.
type Change struct {
	At    time.Time
	Level gpio.Level
}

// pinHistory is how many changes of an output a Pin remembers: an hour of the
// temporal-three signal.
const pinHistory = 6000

// Pin models one general-purpose pin. As an input its level is set by the
// simulation with Drive, Bounce and Release, and reaches a driver through Read
// and WaitForEdge; as an output it records what the driver did. It implements
// gpio.PinIO and is safe for concurrent use, with one goroutine at a time in
// WaitForEdge.
//
// Edges that happen while nobody waits are remembered as one, like the edge
// files of Linux do.
type Pin struct {
	name   string
	number int

	mu      sync.Mutex
	output  bool
	pull    gpio.Pull
	edge    gpio.Edge
	driven  bool       // something outside holds the level
	outside gpio.Level // that level
	out     gpio.Level
	plan    []Change // future levels from outside, in order of time
	pending bool     // an edge nobody has waited for yet
	epoch   int      // counts In and Halt: they end a wait
	wake    chan struct{}
	history []Change
	fail    error
	noEdges bool
}

var _ gpio.PinIO = (*Pin)(nil)

// NewPin returns an input pin without pull resistor that nothing drives.
func NewPin(name string, number int) *Pin {
	return &Pin{name: name, number: number, pull: gpio.Float, wake: make(chan struct{})}
}

// Drive sets the level from outside, now, and drops what Bounce had planned.
func (p *Pin) Drive(l gpio.Level) {
	p.change(func(time.Time) { p.plan, p.driven, p.outside = nil, true, l })
}

// Release lets go of the pin: its level follows the pull resistor, as when a
// contact to ground opens.
func (p *Pin) Release() {
	p.change(func(time.Time) { p.plan, p.driven = nil, false })
}

// Bounce changes the level to l like a mechanical contact: it takes level l now,
// falls back and returns n times within the given time, and stays at l. The same
// seed bounces the same way.
func (p *Pin) Bounce(l gpio.Level, n int, within time.Duration, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0xb0))
	at := make([]time.Duration, 2*n)
	for i := range at {
		at[i] = 1 + time.Duration(rng.Int64N(int64(max(1, within))))
	}
	slices.Sort(at)
	p.change(func(now time.Time) {
		p.plan, p.driven, p.outside = nil, true, l
		level := l
		for _, d := range at {
			level = !level
			p.plan = append(p.plan, Change{At: now.Add(d), Level: level})
		}
	})
}

// Fail makes In and Out fail with err until it is called with nil: the pin's
// controller is gone.
func (p *Pin) Fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = err
}

// DenyEdges makes In refuse edge detection, like the pins of a port expander
// without interrupt line.
func (p *Pin) DenyEdges() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noEdges = true
}

// History returns the levels that a driver put out, oldest first, without
// repetitions; the oldest are dropped after 6,000.
func (p *Pin) History() []Change {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.history)
}

// change applies what f does to the outside world at one moment, notes the edge
// and wakes a waiter.
func (p *Pin) change(f func(now time.Time)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.advance(now)
	before := p.level()
	f(now)
	p.note(before)
	p.signal()
}

// advance applies planned levels that are due.
func (p *Pin) advance(now time.Time) {
	for len(p.plan) > 0 && !p.plan[0].At.After(now) {
		before := p.level()
		p.outside = p.plan[0].Level
		p.plan = p.plan[1:]
		p.note(before)
	}
}

// note remembers an edge if the level has changed and edges like it are wanted.
func (p *Pin) note(before gpio.Level) {
	if now := p.level(); now != before && !p.output {
		if now == gpio.High && p.edge&gpio.RisingEdge != 0 || now == gpio.Low && p.edge&gpio.FallingEdge != 0 {
			p.pending = true
		}
	}
}

// signal wakes whoever waits for an edge; they look again.
func (p *Pin) signal() {
	close(p.wake)
	p.wake = make(chan struct{})
}

func (p *Pin) level() gpio.Level {
	switch {
	case p.output:
		return p.out
	case p.driven:
		return p.outside
	default:
		return gpio.Level(p.pull == gpio.PullUp)
	}
}

// In implements gpio.PinIn.
func (p *Pin) In(pull gpio.Pull, edge gpio.Edge) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return p.fail
	}
	if p.noEdges && edge != gpio.NoEdge {
		return fmt.Errorf("%s has no edge detection", p.name)
	}
	p.advance(time.Now())
	p.output, p.edge, p.pending = false, edge, false
	if pull != gpio.PullNoChange {
		p.pull = pull
	}
	p.epoch++
	p.signal()
	return nil
}

// Read implements gpio.PinIn.
func (p *Pin) Read() gpio.Level {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance(time.Now())
	return p.level()
}

// WaitForEdge implements gpio.PinIn. A negative timeout waits for ever; In and
// Halt end the wait with false.
func (p *Pin) WaitForEdge(timeout time.Duration) bool {
	start := time.Now()
	p.mu.Lock()
	epoch := p.epoch
	for {
		now := time.Now()
		p.advance(now)
		if p.epoch != epoch {
			p.mu.Unlock()
			return false
		}
		if p.pending {
			p.pending = false
			p.mu.Unlock()
			return true
		}
		wait := time.Duration(-1)
		if timeout >= 0 {
			if wait = timeout - now.Sub(start); wait <= 0 {
				p.mu.Unlock()
				return false
			}
		}
		if len(p.plan) > 0 {
			if d := p.plan[0].At.Sub(now); wait < 0 || d < wait {
				wait = d
			}
		}
		wake := p.wake
		p.mu.Unlock()
		sleep(wait, wake)
		p.mu.Lock()
	}
}

// sleep waits for d (for ever if it is negative) or until wake is closed.
func sleep(d time.Duration, wake <-chan struct{}) {
	if d < 0 {
		<-wake
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-wake:
	case <-t.C:
	}
}

// Pull implements gpio.PinIn.
func (p *Pin) Pull() gpio.Pull {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pull
}

// DefaultPull implements gpio.PinIn.
func (p *Pin) DefaultPull() gpio.Pull { return gpio.Float }

// Out implements gpio.PinOut.
func (p *Pin) Out(l gpio.Level) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return p.fail
	}
	if !p.output || p.out != l {
		p.history = append(p.history, Change{At: time.Now(), Level: l})
		if len(p.history) > pinHistory {
			p.history = slices.Delete(p.history, 0, len(p.history)-pinHistory)
		}
	}
	p.output, p.out = true, l
	return nil
}

// PWM implements gpio.PinOut; the simulated pin has none.
func (p *Pin) PWM(gpio.Duty, physic.Frequency) error {
	return errors.New(p.name + " has no pulse-width modulation")
}

// Halt implements conn.Resource: it ends edge detection and any wait.
func (p *Pin) Halt() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.edge, p.pending = gpio.NoEdge, false
	p.epoch++
	p.signal()
	return nil
}

// String implements conn.Resource.
func (p *Pin) String() string { return fmt.Sprintf("%s(%d)", p.name, p.number) }

// Name implements pin.Pin.
func (p *Pin) Name() string { return p.name }

// Number implements pin.Pin.
func (p *Pin) Number() int { return p.number }

// Function implements pin.Pin.
func (p *Pin) Function() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.output {
		return "Out/" + p.out.String()
	}
	p.advance(time.Now())
	return "In/" + p.level().String()
}
