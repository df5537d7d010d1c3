package smokechamber

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"shouwang.care/shouwang/edge/driver/ads1115"
	"shouwang.care/shouwang/firmware-sim/chip"
)

var (
	errRange  = errors.New("beyond the range")
	errBroken = errors.New("the input is broken")
)

// meter is an input with a fixed answer.
type meter struct {
	volts float64
	err   error
}

func (m meter) Sense(context.Context) (float64, error) { return m.volts, m.err }

// usual is a chamber with 0.6 V in clean air and 0.12 V for 1 %/m that saturates at
// 3 V, which is 20 %/m; open under 0.3 V, short over 3.15 V.
var usual = Config{CleanVolts: 0.6, VoltsPerPercent: 0.12, FullVolts: 3, Saturated: errRange}

func TestSense(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		meter meter
		want  Reading
		err   error
	}{
		{"clean air", meter{0.6, nil}, Reading{0, 0.6, false}, nil},
		{"cleaner than clean", meter{0.5, nil}, Reading{0, 0.5, false}, nil},
		{"just not open", meter{0.3, nil}, Reading{0, 0.3, false}, nil},
		{"open", meter{0.299, nil}, Reading{0, 0.299, false}, ErrOpen},
		{"no voltage", meter{0, nil}, Reading{0, 0, false}, ErrOpen},
		{"below ground", meter{-0.3, nil}, Reading{0, -0.3, false}, ErrOpen},
		{"a third of smoke", meter{1.56, nil}, Reading{8, 1.56, false}, nil},
		{"full", meter{3, nil}, Reading{20, 3, true}, nil},
		{"over full", meter{3.1, nil}, Reading{20, 3.1, true}, nil},
		{"just not short", meter{3.15, nil}, Reading{20, 3.15, true}, nil},
		{"short", meter{3.2, nil}, Reading{20, 3.2, true}, ErrShort},
		{"the meter is at its end within the range", meter{2.048, fmt.Errorf("adc: %w", errRange)}, Reading{12.06667, 2.048, true}, nil},
		{"the meter is at its end above the range", meter{4.096, errRange}, Reading{20, 4.096, true}, ErrShort},
		{"the meter is at its end below ground", meter{-4.096, errRange}, Reading{}, errRange},
		{"the meter is broken", meter{1, errBroken}, Reading{}, errBroken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := New(tt.meter, usual)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Sense(t.Context())
			if !errors.Is(err, tt.err) {
				t.Errorf("the error is %v, want %v", err, tt.err)
			}
			if math.Abs(got.Obscuration-tt.want.Obscuration) > 1e-4 || got.Volts != tt.want.Volts || got.Full != tt.want.Full {
				t.Errorf("it reads %+v, want %+v", got, tt.want)
			}
		})
	}
}

// A meter without an error for the end of its range has any error for a fault.
func TestSenseWithoutAnEnd(t *testing.T) {
	t.Parallel()
	cfg := usual
	cfg.Saturated = nil
	c, err := New(meter{2, errRange}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := c.Sense(t.Context()); !errors.Is(err, errRange) || r != (Reading{}) {
		t.Errorf("it reads %+v, error %v, want nothing but %v", r, err, errRange)
	}
}

func TestCalibrationsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		spoil func(*Config)
		rules []string
	}{
		{"nothing is set", func(c *Config) { *c = Config{} },
			[]string{"the rise for 1 %/m must be positive", "the voltage in clean air must be positive", "the open limit", "the full voltage must be above"}},
		{"falls with smoke", func(c *Config) { c.VoltsPerPercent = -0.12 }, []string{"the rise for 1 %/m must be positive"}},
		{"full in clean air", func(c *Config) { c.FullVolts = 0.6 }, []string{"the full voltage must be above"}},
		{"open in clean air", func(c *Config) { c.OpenBelow = 0.6 }, []string{"the open limit"}},
		{"never open", func(c *Config) { c.OpenBelow = -1 }, []string{"the open limit"}},
		{"short before full", func(c *Config) { c.ShortAbove = 2.9 }, []string{"the short limit"}},
		{"no number", func(c *Config) { c.CleanVolts = math.NaN() }, []string{"finite"}},
		{"infinite", func(c *Config) { c.FullVolts = math.Inf(1) }, []string{"finite"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := usual
			tt.spoil(&cfg)
			_, err := New(meter{}, cfg)
			if err == nil {
				t.Fatal("no error")
			}
			for _, rule := range tt.rules {
				if !strings.Contains(err.Error(), rule) {
					t.Errorf("the error does not say %q: %v", rule, err)
				}
			}
		})
	}
}

// More smoke never reads as less, and what is read is within 0 and 100 %.
func TestMoreSmokeReadsAsMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		clean := rapid.Float64Range(0.01, 2).Draw(t, "clean")
		cfg := Config{
			CleanVolts:      clean,
			VoltsPerPercent: rapid.Float64Range(0.001, 1).Draw(t, "rise"),
			FullVolts:       clean + rapid.Float64Range(0.01, 4).Draw(t, "span"),
		}
		last := -1.0
		a, b := rapid.Float64Range(-1, 10).Draw(t, "volts"), rapid.Float64Range(-1, 10).Draw(t, "more volts")
		for _, v := range []float64{min(a, b), max(a, b)} {
			c, err := New(meter{volts: v}, cfg)
			if err != nil {
				t.Fatal(err)
			}
			r, _ := c.Sense(context.Background())
			if r.Obscuration < last || r.Obscuration < 0 || r.Obscuration > 100 {
				t.Fatalf("%g V read %g %%/m, less volts %g", v, r.Obscuration, last)
			}
			last = r.Obscuration
		}
	})
}

// 1 m of d = 1/m passes a tenth of the light; 0.06 dB/m is d = 0.006/m.
func TestUnits(t *testing.T) {
	t.Parallel()
	for density, percent := range map[float64]float64{0: 0, 1: 90, 2: 99, 0.006: 1.37205, 0.0362122: 8} {
		if got := Obscuration(density); math.Abs(got-percent) > 1e-4 {
			t.Errorf("%g/m is %g %%/m, want %g", density, got, percent)
		}
		if got := OpticalDensity(percent); math.Abs(got-density) > 1e-5 {
			t.Errorf("%g %%/m is %g/m, want %g", percent, got, density)
		}
	}
	if got := Obscuration(-0.01); got != 0 {
		t.Errorf("the noise of a meter in clean air is %g %%/m, want 0", got)
	}
	for percent, want := range map[float64]float64{-1: 0, 100: math.Inf(1), 101: math.Inf(1)} {
		if got := OpticalDensity(percent); got != want {
			t.Errorf("%g %%/m is %g/m, want %g", percent, got, want)
		}
	}
}

// The real converter in between, with the model of its chip.
func TestThroughTheConverter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var bus chip.Bus
		model := chip.NewADS1115()
		if err := bus.Attach(ads1115.Addr, model); err != nil {
			t.Fatal(err)
		}
		adc, err := ads1115.New(&bus, ads1115.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			volts   float64
			rng     ads1115.Range
			percent float64
			full    bool
			err     error
		}{
			{0.6, ads1115.Range4V096, 0, false, nil},
			{1.56, ads1115.Range4V096, 8, false, nil},
			{2.9, ads1115.Range2V048, 12.06641, true, nil}, // the end of the range is smoke enough
			{3.3, ads1115.Range4V096, 20, true, ErrShort},
			{0, ads1115.Range4V096, 0, false, ErrOpen},
		} {
			if err := model.SetChannel(1, func(time.Time) float64 { return tt.volts }); err != nil {
				t.Fatal(err)
			}
			in, err := adc.Input(1, tt.rng)
			if err != nil {
				t.Fatal(err)
			}
			cfg := usual
			cfg.Saturated = ads1115.ErrSaturated
			c, err := New(in, cfg)
			if err != nil {
				t.Fatal(err)
			}
			r, err := c.Sense(t.Context())
			if !errors.Is(err, tt.err) || math.Abs(r.Obscuration-tt.percent) > 0.002 || r.Full != tt.full {
				t.Errorf("%g V read %+v, error %v, want %g %%/m, full %v, %v", tt.volts, r, err, tt.percent, tt.full, tt.err)
			}
		}
		bus.FailNext(ads1115.Addr, 1, nil)
		in, err := adc.Input(1, ads1115.Range4V096)
		if err != nil {
			t.Fatal(err)
		}
		c, err := New(in, usual)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Sense(t.Context()); !errors.Is(err, chip.ErrNACK) || !strings.Contains(err.Error(), "smoke chamber: ads1115 at i2c address 0x48") {
			t.Errorf("a fault of the bus gives the error %v, want it wrapped and the chip named", err)
		}
	})
}
