package ads1115

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2ctest"

	"shouwang.care/shouwang/edge/driver/drivertest"
)

// Transactions with the chip at its usual address: the configuration written and
// read, the conversion read.
func config(v uint16) i2ctest.IO {
	return i2ctest.IO{Addr: 0x48, W: []byte{0x01, byte(v >> 8), byte(v)}}
}

func reads(reg byte, v uint16) i2ctest.IO {
	return i2ctest.IO{Addr: 0x48, W: []byte{reg}, R: []byte{byte(v >> 8), byte(v)}}
}

// present is what New asks; the register has its reset value.
var present = reads(0x01, 0x8583)

func input(t testing.TB, bus i2c.Bus, o Options, channel int, r Range) *Input {
	t.Helper()
	d, err := New(bus, o)
	if err != nil {
		t.Fatal(err)
	}
	in, err := d.Input(channel, r)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// The fields of the configuration register (data sheet table 8): OS, MUX, PGA,
// MODE, DR and the comparator off.
func TestConfigurationWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		channel int
		rng     Range
		rate    int
		word    uint16
	}{
		{"AIN0, 6.144 V, 128 a second", 0, Range6V144, 0, 0b1_100_000_1_100_00011},
		{"AIN1, 4.096 V, 8 a second", 1, Range4V096, 8, 0b1_101_001_1_000_00011},
		{"AIN2, 2.048 V, 16 a second", 2, Range2V048, 16, 0b1_110_010_1_001_00011},
		{"AIN3, 1.024 V, 32 a second", 3, Range1V024, 32, 0b1_111_011_1_010_00011},
		{"AIN0, 0.512 V, 64 a second", 0, Range0V512, 64, 0b1_100_100_1_011_00011},
		{"AIN1, 0.256 V, 250 a second", 1, Range0V256, 250, 0b1_101_101_1_101_00011},
		{"AIN2, 4.096 V, 475 a second", 2, Range4V096, 475, 0b1_110_001_1_110_00011},
		{"AIN3, 4.096 V, 860 a second", 3, Range4V096, 860, 0b1_111_001_1_111_00011},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				bus := &i2ctest.Playback{Ops: []i2ctest.IO{
					present,
					config(tt.word), reads(0x01, tt.word), reads(0x00, 0x4000),
					config(tt.word &^ 0x8100), reads(0x01, tt.word&^0x8100), reads(0x00, 0xC000),
					config(tt.word&0x01E3 | 0x0100),
				}}
				in := input(t, bus, Options{Rate: tt.rate}, tt.channel, tt.rng)
				v, err := in.Sense(t.Context())
				if err != nil || v != tt.rng.Volts()/2 {
					t.Errorf("half the range reads %g V, error %v, want %g V", v, err, tt.rng.Volts()/2)
				}
				if err := in.Start(); err != nil {
					t.Fatal(err)
				}
				v, err = in.SenseContinuous(t.Context())
				if err != nil || v != -tt.rng.Volts()/2 {
					t.Errorf("half the range below ground reads %g V, error %v, want %g V", v, err, -tt.rng.Volts()/2)
				}
				if err := in.dev.Halt(); err != nil {
					t.Fatal(err)
				}
				if err := bus.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

const word = 0b1_110_001_1_100_00011 // AIN2, 4.096 V, 128 a second

func TestOutputCodes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		code      uint16
		volts     float64
		saturated bool
	}{
		{0x0000, 0, false},
		{0x0001, 0.000125, false},
		{0xFFFF, -0.000125, false},
		{0x1F40, 1, false},
		{0x7FFE, 4.09575, false},
		{0x7FFF, 4.095875, true},
		{0x8001, -4.095875, false},
		{0x8000, -4.096, true},
	} {
		t.Run(fmt.Sprintf("%04x", tt.code), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				in := input(t, &i2ctest.Playback{Ops: []i2ctest.IO{present, config(word), reads(0x01, word), reads(0x00, tt.code)}}, Options{}, 2, Range4V096)
				v, err := in.Sense(t.Context())
				if v != tt.volts {
					t.Errorf("it reads %g V, want %g V", v, tt.volts)
				}
				if tt.saturated {
					drivertest.Named(t, err, ErrSaturated, "ads1115 at i2c address 0x48")
				} else if err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// The OS bit says whether a conversion is under way.
func TestAConversionIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := reads(0x01, word&^0x8000)
		bus := &i2ctest.Playback{Ops: []i2ctest.IO{present, config(word), busy, busy, busy, reads(0x01, word), reads(0x00, 0x1F40)}}
		start := time.Now()
		if v, err := input(t, bus, Options{}, 2, Range4V096).Sense(t.Context()); err != nil || v != 1 {
			t.Errorf("it reads %g V, error %v, want 1 V", v, err)
		}
		// 7.8 ms, the tenth by which the chip may be slow, and three polls.
		if took := time.Since(start); took < 8600*time.Microsecond || took > 17*time.Millisecond {
			t.Errorf("it took %s, want 8.6 ms and three polls", took)
		}
		if err := bus.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAConversionThatNeverEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := []i2ctest.IO{present, config(word)}
		for range 8 {
			ops = append(ops, reads(0x01, word&^0x8000))
		}
		_, err := input(t, &i2ctest.Playback{Ops: ops}, Options{}, 2, Range4V096).Sense(t.Context())
		drivertest.Named(t, err, ErrTimeout, "ads1115 at i2c address 0x48")
	})
}

func TestSettingsThatAreGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := input(t, &i2ctest.Playback{Ops: []i2ctest.IO{
			present, config(word), present,
			config(word &^ 0x8100), present,
			config(word &^ 0x8100), reads(0x01, word&^0x8100), reads(0x00, 0x1F40),
		}}, Options{}, 2, Range4V096)
		_, err := in.Sense(t.Context())
		drivertest.Named(t, err, ErrReset, "ads1115 at i2c address 0x48")
		_, err = in.SenseContinuous(t.Context())
		drivertest.Named(t, err, ErrReset, "ads1115 at i2c address 0x48")
		if v, err := in.SenseContinuous(t.Context()); err != nil || v != 1 {
			t.Errorf("set up again it reads %g V, error %v, want 1 V", v, err)
		}
	})
}

func TestOptionsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"an address below":   {Addr: 0x47},
		"an address above":   {Addr: 0x4C},
		"a rate between two": {Rate: 100},
		"a negative rate":    {Rate: -8},
	} {
		bus := &i2ctest.Playback{DontPanic: true}
		if _, err := New(bus, o); err == nil || bus.Count != 0 {
			t.Errorf("%s: error %v after %d transactions", name, err, bus.Count)
		}
	}
	d, err := New(&i2ctest.Playback{Ops: []i2ctest.IO{present}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []struct {
		channel int
		rng     Range
	}{{-1, Range4V096}, {4, Range4V096}, {0, Range0V256 + 1}} {
		if _, err := d.Input(in.channel, in.rng); err == nil {
			t.Errorf("channel %d with range %d is no error", in.channel, in.rng)
		}
	}
}

func TestEveryCutIsAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := []i2ctest.IO{
			present, config(word), reads(0x01, word&^0x8000), reads(0x01, word), reads(0x00, 0x1F40),
			config(word &^ 0x8100), reads(0x01, word&^0x8100), reads(0x00, 0x1F40), config(0x0183),
		}
		drivertest.Cut(t, "ads1115", ops, func(bus i2c.Bus) error {
			d, err := New(bus, Options{})
			if err != nil {
				return err
			}
			in, err := d.Input(2, Range4V096)
			if err != nil {
				return err
			}
			if _, err := in.Sense(t.Context()); err != nil {
				return err
			}
			if _, err := in.SenseContinuous(t.Context()); err != nil {
				return err
			}
			return d.Halt()
		})
	})
}

func TestTheContextEndsAWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := input(t, &i2ctest.Playback{Ops: []i2ctest.IO{present, config(0b1_110_001_1_000_00011), config(0b0_110_001_0_000_00011)}}, Options{Rate: 8}, 2, Range4V096)
		stopped(t, "once", in.Sense)
		stopped(t, "continuous", in.SenseContinuous)
	})
}

func stopped(t *testing.T, name string, sense func(context.Context) (float64, error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := sense(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s: the error is %v, want %v", name, err, context.DeadlineExceeded)
	}
	if took := time.Since(start); took != 10*time.Millisecond {
		t.Errorf("%s: it ended after %s, want 10 ms", name, took)
	}
}
