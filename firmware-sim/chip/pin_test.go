package chip

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/gpio"
)

func inputPin(t testing.TB, pull gpio.Pull, edge gpio.Edge) *Pin {
	t.Helper()
	p := NewPin("GPIO4", 4)
	if err := p.In(pull, edge); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPinLevels(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pull gpio.Pull
		free gpio.Level
	}{{gpio.PullUp, gpio.High}, {gpio.PullDown, gpio.Low}, {gpio.Float, gpio.Low}} {
		p := inputPin(t, tt.pull, gpio.NoEdge)
		if l := p.Read(); l != tt.free {
			t.Errorf("%s: free it reads %s, want %s", tt.pull, l, tt.free)
		}
		for _, l := range []gpio.Level{gpio.High, gpio.Low, gpio.High} {
			if p.Drive(l); p.Read() != l {
				t.Errorf("%s: driven %s it reads %s", tt.pull, l, p.Read())
			}
		}
		if p.Release(); p.Read() != tt.free {
			t.Errorf("%s: released it reads %s, want %s", tt.pull, p.Read(), tt.free)
		}
		if err := p.In(gpio.PullNoChange, gpio.NoEdge); err != nil || p.Pull() != tt.pull {
			t.Errorf("%s: PullNoChange makes it %s, error %v", tt.pull, p.Pull(), err)
		}
	}
}

// Edges while nobody waits are one; only the wanted kind counts.
func TestPinEdges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		edge  gpio.Edge
		press bool // Low wakes
		free  bool // High wakes
	}{{gpio.BothEdges, true, true}, {gpio.FallingEdge, true, false}, {gpio.RisingEdge, false, true}, {gpio.NoEdge, false, false}} {
		t.Run(tt.edge.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := inputPin(t, gpio.PullUp, tt.edge)
				wait := func(what string, want bool) {
					t.Helper()
					start := time.Now()
					if got := p.WaitForEdge(time.Second); got != want {
						t.Errorf("%s: an edge is %v, want %v", what, got, want)
					}
					if took := time.Since(start); !want && took != time.Second {
						t.Errorf("%s: it gave up after %s", what, took)
					}
				}
				wait("nothing moves", false)
				p.Drive(gpio.Low)
				wait("pressed", tt.press)
				p.Drive(gpio.Low)
				wait("pressed on", false)
				p.Release()
				wait("let go", tt.free)
				for range 3 {
					p.Drive(gpio.Low)
					p.Release()
				}
				wait("three presses", tt.press || tt.free)
				wait("no more", false)
				go func() {
					time.Sleep(300 * time.Millisecond)
					p.Drive(gpio.Low)
				}()
				start := time.Now()
				if got := p.WaitForEdge(time.Second); got != tt.press || got && time.Since(start) != 300*time.Millisecond {
					t.Errorf("pressed while it waits: %v after %s", got, time.Since(start))
				}
			})
		})
	}
}

func TestPinBounces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := inputPin(t, gpio.PullUp, gpio.BothEdges)
		record := func() (changes []time.Duration) {
			p.Release()
			for p.WaitForEdge(time.Second) { // of the time before
			}
			start := time.Now()
			p.Bounce(gpio.Low, 5, 20*time.Millisecond, 7)
			for p.WaitForEdge(time.Second) {
				changes = append(changes, time.Since(start))
			}
			return changes
		}
		first := record()
		if len(first) < 5 || len(first) > 11 || first[0] != 0 || first[len(first)-1] > 20*time.Millisecond || p.Read() != gpio.Low {
			t.Errorf("edges at %v and then %s, want up to eleven from 0 to 20 ms and Low", first, p.Read())
		}
		if d := cmp.Diff(first, record()); d != "" {
			t.Errorf("the same seed bounces otherwise (-first +second):\n%s", d)
		}
		p.Bounce(gpio.High, 5, 20*time.Millisecond, 7)
		p.Drive(gpio.Low)
		time.Sleep(time.Second)
		if p.Read() != gpio.Low {
			t.Error("Drive leaves the bounces that were planned")
		}
	})
}

func TestPinEndsAWait(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*Pin) error{
		"halt": (*Pin).Halt,
		"in":   func(p *Pin) error { return p.In(gpio.PullUp, gpio.BothEdges) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := inputPin(t, gpio.PullUp, gpio.BothEdges)
				got := make(chan bool)
				go func() { got <- p.WaitForEdge(-1) }()
				time.Sleep(time.Hour)
				if err := end(p); err != nil {
					t.Fatal(err)
				}
				if <-got {
					t.Error("the wait ends with an edge")
				}
			})
		})
	}
}

func TestPinOutput(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPin("GPIO4", 4)
		start := time.Now()
		for _, l := range []gpio.Level{gpio.Low, gpio.High, gpio.High, gpio.Low} {
			if err := p.Out(l); err != nil || p.Read() != l {
				t.Errorf("put out %s it reads %s, error %v", l, p.Read(), err)
			}
			time.Sleep(time.Second)
		}
		want := []Change{{start, gpio.Low}, {start.Add(time.Second), gpio.High}, {start.Add(3 * time.Second), gpio.Low}}
		if d := cmp.Diff(want, p.History()); d != "" {
			t.Errorf("history (-want +got):\n%s", d)
		}
		if p.Function() != "Out/Low" || p.String() != "GPIO4(4)" || p.Name() != "GPIO4" || p.Number() != 4 {
			t.Errorf("it is %s, %s, %s, %d", p.Function(), p, p.Name(), p.Number())
		}
		for i := range 2 * pinHistory {
			if err := p.Out(gpio.Level(i%2 == 0)); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(p.History()); n != pinHistory {
			t.Errorf("the history has %d changes, want %d", n, pinHistory)
		}
		gone := errors.New("the pin is gone")
		p.Fail(gone)
		if err := p.Out(gpio.High); !errors.Is(err, gone) || p.Read() != gpio.Low {
			t.Errorf("a broken pin: error %v, level %s", err, p.Read())
		}
		if err := p.In(gpio.PullUp, gpio.NoEdge); !errors.Is(err, gone) {
			t.Errorf("a broken pin as input: error %v", err)
		}
		p.Fail(nil)
		p.DenyEdges()
		if p.In(gpio.PullUp, gpio.BothEdges) == nil || p.In(gpio.PullUp, gpio.NoEdge) != nil {
			t.Error("a pin without edges gives them, or cannot be read")
		}
		if p.Function() != "In/High" {
			t.Errorf("it is %s, want In/High", p.Function())
		}
		if p.PWM(gpio.DutyHalf, 1) == nil {
			t.Error("it has PWM")
		}
	})
}
