// Package drivertest breaks the bus under a driver, one transaction at a time, in
// the ways a real bus breaks. It is for tests of the drivers beside it; the chips
// themselves are modelled in firmware-sim/chip.
package drivertest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2ctest"
)

// ErrFault is the error of a transaction that Faulty breaks.
var ErrFault = errors.New("the bus failed")

// Faulty is a bus on which one transaction fails. It is not safe for concurrent
// use.
type Faulty struct {
	i2c.Bus
	// At is the number of the transaction that fails, from 0; negative is none.
	At int
	// Heard says that the chip has heard the transaction and acted on it, and only
	// its answer is lost, as when noise hits the last byte.
	Heard bool
	// Delay is what each transaction takes before the chip sees it.
	Delay time.Duration

	count int
}

// Tx implements i2c.Bus.
func (f *Faulty) Tx(addr uint16, w, r []byte) error {
	n := f.count
	f.count++
	if f.Delay > 0 {
		time.Sleep(f.Delay)
	}
	if n != f.At {
		return f.Bus.Tx(addr, w, r)
	}
	if f.Heard {
		if err := f.Bus.Tx(addr, w, make([]byte, len(r))); err != nil {
			return err
		}
	}
	return ErrFault
}

// Count returns how many transactions there were.
func (f *Faulty) Count() int { return f.count }

// Next breaks the transaction that is n after the present one; 0 is the next.
func (f *Faulty) Next(n int) { f.At = f.count + n }

// Cut plays a recording to the driver, cut off after each of its transactions: run
// must return an error that begins with the driver's name, and must not panic.
// With the whole recording it must return nil.
func Cut(t *testing.T, name string, ops []i2ctest.IO, run func(bus i2c.Bus) error) {
	t.Helper()
	for n := range len(ops) + 1 {
		bus := &i2ctest.Playback{Ops: ops[:n], DontPanic: true}
		err := run(bus)
		switch {
		case n == len(ops) && err != nil:
			t.Errorf("the whole recording gives the error %v", err)
		case n < len(ops) && err == nil:
			t.Errorf("cut off after %d of %d transactions there is no error", n, len(ops))
		case n < len(ops) && !strings.HasPrefix(err.Error(), name+" at i2c address 0x"):
			t.Errorf("cut off after %d of %d transactions the error does not name the chip: %v", n, len(ops), err)
		}
		if err := bus.Close(); err != nil {
			t.Errorf("cut off after %d of %d transactions: %v", n, len(ops), err)
		}
	}
}

// Named fails unless err wraps want and names the chip.
func Named(t *testing.T, err, want error, name string) {
	t.Helper()
	if !errors.Is(err, want) || !strings.HasPrefix(err.Error(), name) {
		t.Errorf("the error is %v, want one of %s that wraps: %v", err, name, want)
	}
}

// Canceled returns a context that has ended.
func Canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
