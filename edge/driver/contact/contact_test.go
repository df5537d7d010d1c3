package contact

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/gpio"

	"shouwang.care/shouwang/firmware-sim/chip"
)

// watch runs a contact and returns a function that ends it and gives what it
// reported, as kind@seconds since the start, with a ! for the initial state and a ~ for a
// contact that moves without end.
func watch(t testing.TB, pin gpio.PinIn, cfg Config) (stop func() []string) {
	t.Helper()
	c, err := New(pin, cfg)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	ctx, cancel := context.WithCancel(t.Context())
	events := []string{}
	done := make(chan error, 1)
	go func() {
		done <- c.Run(ctx, func(e Event) {
			s := fmt.Sprintf("%s@%g", e.Kind, e.At.Sub(start).Seconds())
			if e.Initial {
				s += "!"
			}
			if e.Unsteady {
				s += "~"
			}
			events = append(events, s)
		})
	}()
	return func() []string {
		cancel()
		ended := time.Now()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if took := time.Since(ended); took > 50*time.Millisecond {
			t.Errorf("Run ended %s after its context", took)
		}
		return events
	}
}

func button() *chip.Pin {
	p := chip.NewPin("GPIO17", 17)
	p.Release()
	return p
}

// press closes a contact to ground for so long.
func press(p *chip.Pin, d time.Duration) {
	p.Drive(gpio.Low)
	time.Sleep(d)
	p.Release()
}

// All ways to wire: what is read with the contact closed and open.
func TestWiring(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		cfg          Config
		pull         gpio.Pull
		closedLevel  gpio.Level
		closedActive bool
	}{
		{"to ground, normally open", Config{}, gpio.PullUp, gpio.Low, true},
		{"to ground, normally closed", Config{Normally: Closed}, gpio.PullUp, gpio.Low, false},
		{"to supply, normally open", Config{Wiring: ToSupply}, gpio.PullDown, gpio.High, true},
		{"to supply, normally closed", Config{Wiring: ToSupply, Normally: Closed}, gpio.PullDown, gpio.High, false},
	} {
		for _, external := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, external pull %v", tt.name, external), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					pin := chip.NewPin("GPIO17", 17)
					tt.cfg.ExternalPull = external
					open := func() {
						if external { // the resistor of the board
							pin.Drive(!tt.closedLevel)
						} else {
							pin.Release()
						}
					}
					open()
					stop := watch(t, pin, tt.cfg)
					time.Sleep(time.Second)
					want := tt.pull
					if external {
						want = gpio.Float
					}
					if pin.Pull() != want {
						t.Errorf("the pull resistor is %s, want %s", pin.Pull(), want)
					}
					pin.Drive(tt.closedLevel)
					time.Sleep(time.Second)
					open()
					time.Sleep(time.Second)
					events := []string{"inactive@0!", "active@1", "inactive@2"}
					if !tt.closedActive {
						events = []string{"active@0!", "inactive@1", "active@2"}
					}
					if d := cmp.Diff(events, stop()); d != "" {
						t.Errorf("events (-want +got):\n%s", d)
					}
				})
			})
		}
	}
}

func TestPresses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		cfg  Config
		play func(p *chip.Pin)
		want []string
	}{
		{"a press", Config{}, func(p *chip.Pin) { press(p, 200*time.Millisecond) }, []string{"inactive@0!", "active@1", "inactive@1.2"}},
		{"a press of a hundredth", Config{}, func(p *chip.Pin) { press(p, 10*time.Millisecond) }, []string{"inactive@0!"}},
		{"a press that is hardly one", Config{}, func(p *chip.Pin) { press(p, 40*time.Millisecond) }, []string{"inactive@0!", "active@1", "inactive@1.04"}},
		{"two presses", Config{}, func(p *chip.Pin) {
			press(p, 100*time.Millisecond)
			time.Sleep(100 * time.Millisecond)
			press(p, 100*time.Millisecond)
		}, []string{"inactive@0!", "active@1", "inactive@1.1", "active@1.2", "inactive@1.3"}},
		{"a long press", Config{Hold: 3 * time.Second}, func(p *chip.Pin) { press(p, 5*time.Second) },
			[]string{"inactive@0!", "active@1", "long press@4", "inactive@6"}},
		{"a press that is not long enough", Config{Hold: 3 * time.Second}, func(p *chip.Pin) { press(p, 2900*time.Millisecond) },
			[]string{"inactive@0!", "active@1", "inactive@3.9"}},
		{"a press that is let go at the last moment", Config{Hold: 3 * time.Second}, func(p *chip.Pin) { press(p, 2990*time.Millisecond) },
			[]string{"inactive@0!", "active@1", "inactive@3.99"}},
		{"a hold that a wobble does not begin anew", Config{Hold: 3 * time.Second}, func(p *chip.Pin) {
			press(p, 2*time.Second)
			time.Sleep(10 * time.Millisecond)
			press(p, 2*time.Second)
		}, []string{"inactive@0!", "active@1", "long press@4", "inactive@5.01"}},
		{"a debounce of a fifth of a second", Config{Debounce: 200 * time.Millisecond}, func(p *chip.Pin) {
			press(p, 150*time.Millisecond)
			time.Sleep(time.Second)
			press(p, 250*time.Millisecond)
		}, []string{"inactive@0!", "active@2.15", "inactive@2.4"}},
	} {
		for _, edges := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, edges %v", tt.name, edges), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					pin := button()
					if !edges {
						pin.DenyEdges()
					}
					stop := watch(t, pin, tt.cfg)
					time.Sleep(time.Second)
					tt.play(pin)
					time.Sleep(time.Second)
					got := stop()
					if !edges {
						sameKinds(t, tt.want, got)
						return
					}
					if d := cmp.Diff(tt.want, got); d != "" {
						t.Errorf("events (-want +got):\n%s", d)
					}
				})
			})
		}
	}
}

// sameKinds compares without the times, which a polled pin knows to 5 ms only.
func sameKinds(t *testing.T, want, got []string) {
	t.Helper()
	kinds := func(events []string) (out []string) {
		for _, e := range events {
			kind, _, _ := strings.Cut(e, "@")
			out = append(out, kind)
		}
		return out
	}
	if d := cmp.Diff(kinds(want), kinds(got)); d != "" {
		t.Errorf("kinds of events (-want +got):\n%s", d)
	}
}

// A bad contact bounces for 20 ms at each change: one event a change, at its first
// movement.
func TestBounceTrains(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			pin := button()
			stop := watch(t, pin, Config{Hold: time.Second})
			time.Sleep(time.Second)
			for range 3 {
				pin.Bounce(gpio.Low, 10, 20*time.Millisecond, seed)
				time.Sleep(500 * time.Millisecond)
				pin.Bounce(gpio.High, 10, 20*time.Millisecond, seed)
				time.Sleep(500 * time.Millisecond)
			}
			want := []string{"inactive@0!", "active@1", "inactive@1.5", "active@2", "inactive@2.5", "active@3", "inactive@3.5"}
			if d := cmp.Diff(want, stop()); d != "" {
				t.Errorf("seed %d: events (-want +got):\n%s", seed, d)
			}
		})
	}
}

// A cord that was pulled while the edge was off, and that hangs on something: it is
// reported once, and never again until it comes loose.
func TestAContactThatIsStuck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pin := button()
		pin.Drive(gpio.Low)
		stop := watch(t, pin, Config{Hold: 3 * time.Second})
		time.Sleep(time.Hour)
		pin.Release()
		time.Sleep(time.Second)
		if d := cmp.Diff([]string{"active@0!", "long press@3", "inactive@3600"}, stop()); d != "" {
			t.Errorf("events (-want +got):\n%s", d)
		}
	})
}

// A loose wire that never keeps still is taken for a call, once.
func TestAContactThatNeverKeepsStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pin := button()
		stop := watch(t, pin, Config{})
		time.Sleep(time.Second)
		for range 100 {
			press(pin, 10*time.Millisecond)
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		got := stop()
		if len(got) != 3 || got[1] != "active@1~" || !strings.HasPrefix(got[2], "inactive@") || got[2] == "inactive@1" {
			t.Errorf("events are %v, want one active at 1 and one inactive after it", got)
		}
	})
}

// The same from the start, when no state is known yet.
func TestAContactThatNeverKeptStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pin := button()
		pin.Bounce(gpio.High, 50, time.Second, 1)
		stop := watch(t, pin, Config{Debounce: 100 * time.Millisecond})
		time.Sleep(3 * time.Second)
		got := stop()
		if len(got) != 2 || !strings.HasPrefix(got[0], "active@") || !strings.HasSuffix(got[0], "!~") || !strings.HasPrefix(got[1], "inactive@") {
			t.Errorf("events are %v, want an initial active and then an inactive", got)
		}
	})
}

// deaf is a pin whose edges never arrive: the kernel lost them.
type deaf struct{ *chip.Pin }

func (d deaf) WaitForEdge(timeout time.Duration) bool {
	time.Sleep(timeout)
	return false
}

func TestEdgesThatAreLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pin := button()
		stop := watch(t, deaf{pin}, Config{Hold: 3 * time.Second})
		time.Sleep(990 * time.Millisecond)
		press(pin, 120*time.Millisecond)
		time.Sleep(time.Second)
		press(pin, 4*time.Second)
		time.Sleep(time.Second)
		sameKinds(t, []string{"inactive@", "active@", "inactive@", "active@", "long press@", "inactive@"}, stop())
	})
}

// What happens while the handler works is not lost if it lasts.
func TestAHandlerThatTakesItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pin := button()
		c, err := New(pin, Config{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var kinds []Kind
		done := make(chan error, 1)
		go func() {
			done <- c.Run(ctx, func(e Event) {
				kinds = append(kinds, e.Kind)
				time.Sleep(200 * time.Millisecond)
			})
		}()
		time.Sleep(time.Second)
		press(pin, 100*time.Millisecond) // let go while the press is handled
		time.Sleep(time.Second)
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]Kind{Inactive, Active, Inactive}, kinds); d != "" {
			t.Errorf("events (-want +got):\n%s", d)
		}
	})
}

func TestAPinThatCannotBeSetUp(t *testing.T) {
	t.Parallel()
	gone := errors.New("the pin is gone")
	pin := button()
	pin.Fail(gone)
	c, err := New(pin, Config{})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Run(t.Context(), func(e Event) { t.Errorf("event %s", e.Kind) })
	if !errors.Is(err, gone) || !strings.Contains(err.Error(), "contact on GPIO17") {
		t.Errorf("the error is %v, want %v and the pin named", err, gone)
	}
}

func TestConfigurationsThatAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := New(nil, Config{}); err == nil {
		t.Error("no pin is no error")
	}
	for name, cfg := range map[string]Config{
		"unknown wiring":       {Wiring: ToSupply + 1},
		"unknown normal state": {Normally: Closed + 1},
		"a negative debounce":  {Debounce: -1},
		"a debounce of 2 s":    {Debounce: 2 * time.Second},
		"a negative hold":      {Hold: -1},
	} {
		if _, err := New(button(), cfg); err == nil || !strings.Contains(err.Error(), "contact on GPIO17") {
			t.Errorf("%s: the error is %v, want one that names the pin", name, err)
		}
	}
}
