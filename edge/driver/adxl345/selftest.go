package adxl345

import (
	"context"
	"fmt"
	"math"
	"time"
)

// selfTestTime is how long each of the two averages of the self-test is taken
// over: 0.1 s, as the data sheet's section "Using self-test" advises.
const selfTestTime = 100 * time.Millisecond

// Shift is by how many counts the outputs moved when the self-test force was
// switched on.
type Shift struct {
	X, Y, Z float64
}

// limits are the smallest and greatest shift, in counts of full resolution, of
// a sound chip.
type limits struct {
	min, max Shift
}

// selfTestLimits scales table 15 of the data sheet (X 50 to 540, Y -540 to -50,
// Z 75 to 875 LSB at 2.5 V) to a supply voltage with the factors of table 14,
// interpolated between its four voltages.
func selfTestLimits(supply float64) limits {
	xy := interpolate(supply, [4]float64{0.64, 1.00, 1.77, 2.11})
	z := interpolate(supply, [4]float64{0.8, 1.00, 1.47, 1.69})
	return limits{
		min: Shift{X: 50 * xy, Y: -540 * xy, Z: 75 * z},
		max: Shift{X: 540 * xy, Y: -50 * xy, Z: 875 * z},
	}
}

func interpolate(supply float64, factors [4]float64) float64 {
	volts := [4]float64{2.0, 2.5, 3.3, 3.6}
	for i := 1; i < len(volts); i++ {
		if supply <= volts[i] || i == len(volts)-1 {
			f := (supply - volts[i-1]) / (volts[i] - volts[i-1])
			return factors[i-1] + f*(factors[i]-factors[i-1])
		}
	}
	return factors[0]
}

// SelfTest moves the sensing element by electrostatic force and compares the
// shift with the limits of the data sheet. It takes about 0.3 s, in which no
// samples are delivered: the next ReadFIFO reports a gap. The sensor must lie
// still; movement can fail a sound chip, so a caller repeats a failed test when
// the wearer is at rest. Only rates of 100 Hz to 800 Hz can be tested.
//
// A shift outside the limits gives ErrSelfTest. The chip measures normally again
// when SelfTest returns, also when ctx ended it; if the bus prevents that, the
// error says so and Start must be called.
func (d *Dev) SelfTest(ctx context.Context) (shift Shift, err error) {
	if d.opts.Rate < 100 {
		return Shift{}, fmt.Errorf("adxl345: the self-test needs a rate of at least 100 Hz, not %d", d.opts.Rate)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gap = true
	rest, err := d.average(ctx)
	if err != nil {
		return Shift{}, err
	}
	if err := d.write(regDataFormat, fullRes16g|selfTestBit); err != nil {
		return Shift{}, d.restored(err)
	}
	forced, err := d.average(ctx)
	if err := d.restored(err); err != nil {
		return Shift{}, err
	}
	shift = Shift{X: forced.X - rest.X, Y: forced.Y - rest.Y, Z: forced.Z - rest.Z}
	return shift, d.judge(shift)
}

// restored takes the self-test force away, whatever happened before, and throws
// away the samples taken under it: they must not reach a fall detector.
func (d *Dev) restored(cause error) error {
	err := d.write(regDataFormat, fullRes16g)
	if err == nil {
		err = d.settle(context.Background()) // a few milliseconds, never cut short
	}
	switch {
	case err == nil:
		return cause
	case cause == nil:
		return fmt.Errorf("end the self-test, start the chip again: %w", err)
	default:
		return fmt.Errorf("%w; and the self-test could not be ended, start the chip again: %w", cause, err)
	}
}

func (d *Dev) judge(s Shift) error {
	l := selfTestLimits(d.opts.Supply)
	for _, a := range []struct {
		axis           string
		got, low, high float64
	}{
		{"X", s.X, l.min.X, l.max.X},
		{"Y", s.Y, l.min.Y, l.max.Y},
		{"Z", s.Z, l.min.Z, l.max.Z},
	} {
		if a.got < a.low || a.got > a.high {
			return fmt.Errorf("adxl345 at i2c address 0x%02x: %w: axis %s moved by %.0f counts, a sound chip moves by %.0f to %.0f; replace it if it fails at rest too",
				d.dev.Addr, ErrSelfTest, a.axis, math.Round(a.got)+0, a.low, a.high) // + 0: no "-0"
		}
	}
	return nil
}

// settle waits out the filter (four samples) and empties the FIFO.
func (d *Dev) settle(ctx context.Context) error {
	if err := pause(ctx, 4*d.period+time.Millisecond); err != nil {
		return err
	}
	_, err := d.drain()
	return err
}

// average returns the mean of the samples of selfTestTime, after the outputs
// have settled.
func (d *Dev) average(ctx context.Context) (Shift, error) {
	if err := d.settle(ctx); err != nil {
		return Shift{}, err
	}
	var sum Shift
	var n float64
	want := math.Ceil(selfTestTime.Seconds() * float64(d.opts.Rate))
	for n < want {
		if err := pause(ctx, 4*d.period); err != nil {
			return Shift{}, err
		}
		samples, err := d.drain()
		if err != nil {
			return Shift{}, err
		}
		for _, s := range samples {
			sum.X, sum.Y, sum.Z = sum.X+float64(s.X), sum.Y+float64(s.Y), sum.Z+float64(s.Z)
			n++
		}
	}
	return Shift{X: sum.X / n, Y: sum.Y / n, Z: sum.Z / n}, nil
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("adxl345: the self-test was stopped: %w", context.Cause(ctx))
	case <-t.C:
		return nil
	}
}
