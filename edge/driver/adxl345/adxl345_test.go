package adxl345

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2ctest"

	"shouwang.care/shouwang/edge/driver/drivertest"
)

// w and rd are transactions with the chip at its usual address, register first.
func w(b ...byte) i2ctest.IO { return i2ctest.IO{Addr: 0x53, W: b} }

func rd(reg byte, answer ...byte) i2ctest.IO {
	return i2ctest.IO{Addr: 0x53, W: []byte{reg}, R: answer}
}

// started is what the data sheet wants written for full resolution at ±16 g
// (DATA_FORMAT 0x0B), 200 Hz (BW_RATE 0x0B) and a FIFO in stream mode with its
// watermark at 16 (FIFO_CTL 0x90), in standby and then measuring (POWER_CTL 0x08).
func started() []i2ctest.IO {
	return []i2ctest.IO{
		rd(0x00, 0xE5),
		w(0x2D, 0x00), w(0x2E, 0x00), w(0x2C, 0x0B), w(0x31, 0x0B), w(0x38, 0x00), w(0x38, 0x90), w(0x2D, 0x08),
	}
}

func TestNewWritesWhatTheDataSheetSays(t *testing.T) {
	t.Parallel()
	bus := &i2ctest.Playback{Ops: started()}
	d, err := New(bus, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := d.String(), "ADXL345 at i2c address 0x53"; got != want {
		t.Errorf("it is called %q, want %q", got, want)
	}
	if d.Rate() != 200 {
		t.Errorf("the rate is %d Hz, want 200", d.Rate())
	}
	if err := bus.Close(); err != nil {
		t.Error(err)
	}
}

// BW_RATE codes of data sheet table 7.
func TestRateCodes(t *testing.T) {
	t.Parallel()
	for rate, code := range map[int]byte{25: 0x08, 50: 0x09, 100: 0x0A, 200: 0x0B, 400: 0x0C, 800: 0x0D} {
		ops := started()
		ops[3] = w(0x2C, code)
		ops[6] = w(0x38, 0x9F)
		for i := range ops {
			ops[i].Addr = 0x1D
		}
		bus := &i2ctest.Playback{Ops: ops, DontPanic: true}
		if _, err := New(bus, Options{Addr: AddrAlt, Rate: rate, Watermark: 31}); err != nil {
			t.Errorf("%d Hz: %v", rate, err)
		}
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"a rate between two":     {Rate: 201},
		"a rate too fast":        {Rate: 1600},
		"a negative rate":        {Rate: -200},
		"a watermark beyond":     {Watermark: 32},
		"a negative watermark":   {Watermark: -1},
		"a supply of 5 V":        {Supply: 5},
		"a supply that is tired": {Supply: 1.9},
	} {
		bus := &i2ctest.Playback{DontPanic: true}
		if _, err := New(bus, o); err == nil || bus.Count != 0 {
			t.Errorf("%s: error %v after %d transactions, want one before the first", name, err, bus.Count)
		}
	}
}

// An ADXL343 or MMA8452 at the address, or a bus that floats.
func TestAnotherChip(t *testing.T) {
	t.Parallel()
	for _, id := range []byte{0x00, 0xFF, 0x2A, 0xE4} {
		_, err := New(&i2ctest.Playback{Ops: []i2ctest.IO{rd(0x00, id)}}, Options{})
		drivertest.Named(t, err, ErrWrongDevice, "adxl345 at i2c address 0x53")
	}
}

func TestReadFIFOOfTwoEntries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bus := &i2ctest.Playback{Ops: append(started(),
			rd(0x39, 0x82), // FIFO_TRIG, two entries
			rd(0x30, 0x83&^0x01),
			rd(0x32, 0x00, 0xFF, 0x01, 0x00, 0xFF, 0x0F), // -256, 1, 4095
			rd(0x32, 0x00, 0xF0, 0xFF, 0xFF, 0x00, 0x01), // -4096, -1, 256
		)}
		d, err := New(bus, Options{})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
		got, gap, err := d.ReadFIFO(t.Context())
		if err != nil || gap {
			t.Fatalf("gap %v, error %v", gap, err)
		}
		if d := cmp.Diff([]Sample{{-256, 1, 4095}, {-4096, -1, 256}}, got); d != "" {
			t.Errorf("samples (-want +got):\n%s", d)
		}
		if err := bus.Close(); err != nil {
			t.Error(err)
		}
	})
}

// The overrun bit of INT_SOURCE says that the FIFO was full.
func TestReadFIFOThatWasFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := append(started(), rd(0x39, 0x20), rd(0x30, 0x83))
		for range 32 {
			ops = append(ops, rd(0x32, 0, 0, 0, 0, 0, 1))
		}
		d, err := New(&i2ctest.Playback{Ops: ops}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // 200 samples at 200 Hz
		got, gap, err := d.ReadFIFO(t.Context())
		if err != nil || !gap || len(got) != 32 {
			t.Errorf("%d samples, gap %v, error %v; want 32 with a gap", len(got), gap, err)
		}
		if lost := d.Lost(); lost != 168 {
			t.Errorf("%d samples count as lost, want 168", lost)
		}
	})
}

func TestReadFIFOAnImpossibleLevel(t *testing.T) {
	t.Parallel()
	d, err := New(&i2ctest.Playback{Ops: append(started(), rd(0x39, 0xFF))}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	samples, _, err := d.ReadFIFO(t.Context())
	if err == nil || len(samples) > 0 {
		t.Errorf("%d samples and error %v of a bus that floats high", len(samples), err)
	}
}

func TestReadFIFOWhenTheContextHasEnded(t *testing.T) {
	t.Parallel()
	bus := &i2ctest.Playback{Ops: started()}
	d, err := New(bus, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.ReadFIFO(drivertest.Canceled()); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want %v", err, context.Canceled)
	}
	if bus.Count != len(bus.Ops) {
		t.Errorf("the bus was touched %d times after the set-up", bus.Count-len(bus.Ops))
	}
}

func TestHaltIsStandby(t *testing.T) {
	t.Parallel()
	bus := &i2ctest.Playback{Ops: append(started(), w(0x2D, 0x00))}
	d, err := New(bus, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Halt(), bus.Close()); err != nil {
		t.Error(err)
	}
}

// A recording of the set-up and two reads, cut off after each transaction.
func TestEveryCutIsAnError(t *testing.T) {
	t.Parallel()
	ops := append(started(),
		rd(0x39, 0x02), rd(0x30, 0x80), rd(0x32, 1, 0, 2, 0, 3, 0), rd(0x32, 4, 0, 5, 0, 6, 0),
		rd(0x39, 0x01), rd(0x30, 0x80), rd(0x32, 7, 0, 8, 0, 9, 0))
	drivertest.Cut(t, "adxl345", ops, func(bus i2c.Bus) error {
		d, err := New(bus, Options{})
		for range 2 {
			if err == nil {
				_, _, err = d.ReadFIFO(t.Context())
			}
		}
		return err
	})
}

func ExampleDev_ReadFIFO() {
	bus := &i2ctest.Playback{Ops: append(started(), rd(0x39, 0x01), rd(0x30, 0x80), rd(0x32, 0, 0, 0, 0xFF, 0, 0))}
	d, err := New(bus, Options{Rate: 200})
	if err != nil {
		fmt.Println(err)
		return
	}
	samples, _, err := d.ReadFIFO(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range samples {
		fmt.Printf("%g %g %g g\n", Scale*float64(s.X), Scale*float64(s.Y), Scale*float64(s.Z))
	}
	// Output: 0 -1 0 g
}
