package sht3x

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2ctest"

	"shouwang.care/shouwang/edge/driver/drivertest"
	"shouwang.care/shouwang/firmware-sim/chip"
)

// The example of the data sheet, table 20: 0xBEEF has the checksum 0x92. The status
// after a reset, 0x8010, has 0xE1, a word of zeros 0x81 and one of ones 0xAC.
func TestChecksum(t *testing.T) {
	t.Parallel()
	for word, want := range map[uint16]byte{0xBEEF: 0x92, 0x8010: 0xE1, 0x0000: 0x81, 0xFFFF: 0xAC} {
		if got := crc8([]byte{byte(word >> 8), byte(word)}); got != want {
			t.Errorf("0x%04x has the checksum 0x%02x, want 0x%02x", word, got, want)
		}
	}
}

func w(b ...byte) i2ctest.IO      { return i2ctest.IO{Addr: 0x44, W: b} }
func r(b ...byte) i2ctest.IO      { return i2ctest.IO{Addr: 0x44, R: b} }
func status(b ...byte) i2ctest.IO { return i2ctest.IO{Addr: 0x44, W: []byte{0xF3, 0x2D}, R: b} }
func reset() []i2ctest.IO {
	return []i2ctest.IO{w(0x30, 0xA2), status(0x80, 0x10, 0xE1), w(0x30, 0x41)}
}
func measured(b ...byte) []i2ctest.IO { return append(reset(), w(0x24, 0x00), r(b...)) }

// 0xBEEF is 85.5230 °C and 74.5846 %: -45 + 175·48879/65535 and 100·48879/65535.
func TestSenseReadsWhatTheDataSheetSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			answer  []byte
			celsius float64
			percent float64
		}{
			{[]byte{0xBE, 0xEF, 0x92, 0x00, 0x00, 0x81}, 85.52300, 0},
			{[]byte{0x00, 0x00, 0x81, 0xBE, 0xEF, 0x92}, -45, 74.58457},
			{[]byte{0xFF, 0xFF, 0xAC, 0xFF, 0xFF, 0xAC}, 130, 100},
		} {
			bus := &i2ctest.Playback{Ops: measured(tt.answer...)}
			d, err := New(t.Context(), bus, 0)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			m, err := d.Sense(t.Context())
			if err != nil || math.Abs(m.Temperature-tt.celsius) > 1e-4 || math.Abs(m.Humidity-tt.percent) > 1e-4 {
				t.Errorf("%x is %+v, error %v, want %g °C and %g %%", tt.answer, m, err, tt.celsius, tt.percent)
			}
			if took := time.Since(start); took < 15*time.Millisecond {
				t.Errorf("it was read after %s: the sensor needs 15 ms", took)
			}
			if err := bus.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestStatusBits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bus := &i2ctest.Playback{Ops: append(reset(), status(0x80, 0x10, 0xE1), status(0x20, 0x02, crc8([]byte{0x20, 0x02})), status(0, 0, 0x81))}
		d, err := New(t.Context(), bus, Addr)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range [][4]bool{{true, false, true, false}, {false, true, false, true}, {}} {
			s, err := d.Status(t.Context())
			if got := [4]bool{s.AlertPending(), s.HeaterOn(), s.ResetDetected(), s.CommandFailed()}; err != nil || got != want {
				t.Errorf("status 0x%04x: alert, heater, reset, command are %v, error %v, want %v", uint16(s), got, err, want)
			}
		}
	})
}

func TestEveryCutIsAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := append(measured(0xBE, 0xEF, 0x92, 0xBE, 0xEF, 0x92), status(0, 0, 0x81))
		for i := range ops {
			ops[i].Addr = 0x45
		}
		drivertest.Cut(t, "sht3x", ops, func(bus i2c.Bus) error {
			d, err := New(t.Context(), bus, AddrAlt)
			if err == nil {
				_, err = d.Sense(t.Context())
			}
			if err == nil {
				_, err = d.Status(t.Context())
			}
			return err
		})
	})
}

// rig is a driver over a bus that can fail, with the model of the chip behind, in
// air of 22 °C and 50 %.
func rig(t testing.TB) (*Dev, *drivertest.Faulty, *chip.SHT3x, *chip.Bus) {
	t.Helper()
	bus, model := new(chip.Bus), chip.NewSHT3x()
	if err := bus.Attach(Addr, model); err != nil {
		t.Fatal(err)
	}
	faulty := &drivertest.Faulty{Bus: bus, At: -1}
	d, err := New(t.Context(), faulty, 0)
	if err != nil {
		t.Fatal(err)
	}
	return d, faulty, model, bus
}

func works(t *testing.T, d *Dev) {
	t.Helper()
	m, err := d.Sense(t.Context())
	if err != nil || math.Abs(m.Temperature-22) > 0.01 || math.Abs(m.Humidity-50) > 0.01 {
		t.Errorf("it reads %+v, error %v, want 22 °C and 50 %%", m, err)
	}
}

// whileItMeasures calls f after the command of the next measurement and before its
// first read. The bubble waits for the goroutine.
func whileItMeasures(f func()) {
	go func() {
		time.Sleep(10 * time.Millisecond)
		f()
	}()
}

// One bit of any byte, checksum included, and the measurement is dropped.
func TestEveryFlippedBitShows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _, _, bus := rig(t)
		for bit := range 48 {
			bus.FlipNext(Addr, 1, bit)
			m, err := d.Sense(t.Context())
			drivertest.Named(t, err, ErrChecksum, "sht3x at i2c address 0x44")
			if m != (Measurement{}) {
				t.Errorf("bit %d: the damaged measurement %+v is given out", bit, m)
			}
		}
		for bit := range 24 {
			bus.FlipNext(Addr, 1, bit)
			_, err := d.Status(t.Context())
			drivertest.Named(t, err, ErrChecksum, "sht3x at i2c address 0x44")
			bus.FlipNext(Addr, 1, bit)
			drivertest.Named(t, d.Reset(t.Context()), ErrChecksum, "sht3x at i2c address 0x44")
		}
		works(t, d)
	})
}

func TestEveryFaultSurfacesAndPasses(t *testing.T) {
	t.Parallel()
	// Reset, status, clear, measure, status; a failed read of a measurement is
	// tried again, so it has a test of its own.
	for _, heard := range []bool{false, true} {
		for _, at := range []int{0, 1, 2, 3, 5} {
			synctest.Test(t, func(t *testing.T) {
				d, bus, _, _ := rig(t)
				bus.Heard = heard
				bus.Next(at)
				err := d.Reset(t.Context())
				if err == nil {
					_, err = d.Sense(t.Context())
				}
				if err == nil {
					_, err = d.Status(t.Context())
				}
				drivertest.Named(t, err, drivertest.ErrFault, "sht3x at i2c address 0x44")
				time.Sleep(20 * time.Millisecond) // a command that was heard is carried out
				works(t, d)
			})
		}
	}
}

// A sensor that is slow to measure is asked again; the error of one that never
// answers is that of the bus.
func TestAMeasurementThatCannotBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _, _, bus := rig(t)
		start := time.Now()
		whileItMeasures(func() { bus.FailNext(Addr, 5, nil) })
		works(t, d)
		if took := time.Since(start); took < 25*time.Millisecond || took > 30*time.Millisecond {
			t.Errorf("it took %s, want 15.5 ms and five times 2 ms", took)
		}
		whileItMeasures(func() { bus.FailNext(Addr, 6, nil) })
		_, err := d.Sense(t.Context())
		drivertest.Named(t, err, chip.ErrNACK, "sht3x at i2c address 0x44")
		works(t, d)
	})
}

func TestASupplyThatFailsWhileItMeasures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _, model, _ := rig(t)
		if s, err := d.Status(t.Context()); err != nil || s.ResetDetected() {
			t.Fatalf("after New the status is 0x%04x, error %v, want it without reset", uint16(s), err)
		}
		whileItMeasures(model.PowerCycle)
		_, err := d.Sense(t.Context())
		drivertest.Named(t, err, chip.ErrNACK, "sht3x at i2c address 0x44")
		if s, err := d.Status(t.Context()); err != nil || !s.ResetDetected() {
			t.Errorf("the status is 0x%04x, error %v, want the reset in it", uint16(s), err)
		}
		works(t, d)
	})
}

func TestUnpluggedAndBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _, model, bus := rig(t)
		bus.Detach(Addr)
		_, err := d.Sense(t.Context())
		drivertest.Named(t, err, chip.ErrNACK, "sht3x at i2c address 0x44")
		if _, err := New(t.Context(), bus, 0); err == nil {
			t.Error("a sensor that is not there is no error")
		}
		model.PowerCycle()
		if err := bus.Attach(Addr, model); err != nil {
			t.Fatal(err)
		}
		works(t, d)
	})
}

func TestTheContextEndsAMeasurement(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, bus, _, _ := rig(t)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		defer cancel()
		if _, err := d.Sense(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v, want %v", err, context.DeadlineExceeded)
		}
		before := bus.Count()
		if _, err := d.Sense(ctx); !errors.Is(err, context.DeadlineExceeded) || bus.Count() != before {
			t.Errorf("the error is %v after %d transactions, want none", err, bus.Count()-before)
		}
		if _, err := d.Status(ctx); !errors.Is(err, context.DeadlineExceeded) || bus.Count() != before {
			t.Errorf("the error is %v after %d transactions, want none", err, bus.Count()-before)
		}
		time.Sleep(15 * time.Millisecond) // until it has measured the sensor hears nothing
		works(t, d)
	})
}
