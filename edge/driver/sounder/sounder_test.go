package sounder

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

// rig is a sounder that runs until stop is called, which returns Run's error.
func rig(t testing.TB, activeLow bool) (s *Sounder, pin *chip.Pin, stop func() error) {
	t.Helper()
	pin = chip.NewPin("GPIO26", 26)
	s, err := New(pin, activeLow)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	return s, pin, func() error {
		cancel()
		return <-done
	}
}

// played writes the history of a pin as the seconds at which it switched, "+" on
// and "-" off.
func played(pin *chip.Pin, start time.Time, on gpio.Level) []string {
	var out []string
	for _, c := range pin.History() {
		sign := "-"
		if c.Level == on {
			sign = "+"
		}
		out = append(out, fmt.Sprintf("%s%g", sign, c.At.Sub(start).Seconds()))
	}
	return out
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern Pattern
		seconds float64
		want    string
	}{
		{Off, 10, "-0 -10"},
		{Continuous, 10, "-0 +0 -10"},
		// ISO 8201: half seconds, the third pause 1.5 s, again after 4 s.
		{Temporal3, 9.2, "-0 +0 -0.5 +1 -1.5 +2 -2.5 +4 -4.5 +5 -5.5 +6 -6.5 +8 -8.5 +9 -9.2"},
		// UL 2034: tenths, four times, 5 s of pause, again after 5.8 s.
		{Temporal4, 6.05, "-0 +0 -0.1 +0.2 -0.3 +0.4 -0.5 +0.6 -0.7 +5.8 -5.9 +6 -6.05"},
		{Reminder, 31, "-0 +0 -0.1 +0.3 -0.4 +30 -30.1 +30.3 -30.4"},
		{Beep, 4, "-0 +0 -0.3 +3 -3.3"},
		{TripleBeep, 3.05, "-0 +0 -0.1 +0.2 -0.3 +0.4 -0.5 +3 -3.05"},
	} {
		for _, activeLow := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, active low %v", tt.pattern, activeLow), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					start := time.Now()
					s, pin, stop := rig(t, activeLow)
					if err := s.Set(tt.pattern); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Duration(tt.seconds * float64(time.Second)))
					if err := stop(); err != nil {
						t.Fatal(err)
					}
					want := strings.Fields(tt.want)
					if tt.pattern == Off {
						want = want[:1] // it was off all the time
					}
					if d := cmp.Diff(want, played(pin, start, gpio.Level(!activeLow))); d != "" {
						t.Errorf("seconds (-want +got):\n%s", d)
					}
				})
			})
		}
	}
}

func TestANewPatternSoundsAtOnceAndTheSameOneGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s, pin, stop := rig(t, false)
		set := func(p Pattern) {
			t.Helper()
			if err := s.Set(p); err != nil {
				t.Fatal(err)
			}
			if s.Pattern() != p {
				t.Errorf("the pattern is %s, want %s", s.Pattern(), p)
			}
		}
		set(Temporal4)
		time.Sleep(3 * time.Second) // in the long pause
		set(Temporal3)
		time.Sleep(700 * time.Millisecond)
		set(Temporal3) // in its first pause
		time.Sleep(500 * time.Millisecond)
		set(Continuous)
		time.Sleep(time.Second)
		set(Off)
		time.Sleep(time.Second)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		want := strings.Fields("-0 +0 -0.1 +0.2 -0.3 +0.4 -0.5 +0.6 -0.7 +3 -3.5 +4 -5.2")
		if d := cmp.Diff(want, played(pin, start, gpio.High)); d != "" {
			t.Errorf("seconds (-want +got):\n%s", d)
		}
	})
}

func TestItIsOffBeforeAndAfterItRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, pin, stop := rig(t, true)
		if pin.Read() != gpio.High {
			t.Error("a sounder that is low active sounds after New")
		}
		if err := s.Set(Continuous); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if pin.Read() != gpio.Low {
			t.Error("it does not sound")
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if pin.Read() != gpio.High {
			t.Error("it sounds on after Run has ended")
		}
		// Run again goes on with the pattern.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		synctest.Wait()
		if pin.Read() != gpio.Low {
			t.Error("it does not sound when it runs again")
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// slow is a pin behind a port expander on a busy bus.
type slow struct{ *chip.Pin }

func (s slow) Out(l gpio.Level) error {
	time.Sleep(7 * time.Millisecond)
	return s.Pin.Out(l)
}

// The evacuation signal keeps its beat for an hour, however slow the pin is.
func TestTheRhythmDoesNotDrift(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pin := chip.NewPin("GPIO26", 26)
		s, err := New(slow{pin}, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Set(Temporal3); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := s.Run(ctx); err != nil {
			t.Fatal(err)
		}
		h := pin.History()
		late := h[len(h)-1].At.Sub(start) - (time.Hour - 1500*time.Millisecond)
		if late < 0 || late > 20*time.Millisecond || h[len(h)-1].Level != gpio.Low {
			t.Errorf("after an hour the last change, to %s, is %s late; want at most two calls of the pin", h[len(h)-1].Level, late)
		}
	})
}

func TestAPinThatFails(t *testing.T) {
	t.Parallel()
	gone := errors.New("the pin is gone")
	named := func(t *testing.T, err error) {
		t.Helper()
		if !errors.Is(err, gone) || !strings.Contains(err.Error(), "sounder on GPIO26") {
			t.Errorf("the error is %v, want %v and the pin named", err, gone)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		broken := chip.NewPin("GPIO26", 26)
		broken.Fail(gone)
		_, err := New(broken, false)
		named(t, err)
		for _, p := range []Pattern{Temporal3, Continuous} {
			pin := chip.NewPin("GPIO26", 26)
			s, err := New(pin, false)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Set(p); err != nil {
				t.Fatal(err)
			}
			pin.Fail(gone)
			named(t, s.Run(t.Context()))
			// The pin is well again: so is the sounder.
			pin.Fail(nil)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := s.Run(ctx); err != nil || len(pin.History()) < 3 {
				t.Errorf("after the fault: error %v, history %v", err, pin.History())
			}
		}
	})
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := New(nil, false); err == nil {
		t.Error("no pin is no error")
	}
	s, err := New(chip.NewPin("GPIO26", 26), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Set(Temporal4); err != nil {
		t.Fatal(err)
	}
	if err := s.Set(TripleBeep + 1); err == nil || s.Pattern() != Temporal4 {
		t.Errorf("an unknown pattern: error %v, and now it is %s", err, s.Pattern())
	}
}
