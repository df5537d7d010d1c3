package agent

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/detect"
	"shouwang.care/shouwang/edge/driver/adxl345"
)

const (
	defaultFIFOInterval     = 120 * time.Millisecond
	defaultAccelerationTime = 10 * time.Minute
	// standard gravity, m/s² in 1 g.
	gravity = 9.80665
	// longestGap is the loss that is bridged with the last sample; for a longer one
	// see splice.
	longestGap = 500 * time.Millisecond
	// greatest is the end of ±16 g in counts. A count beyond it cannot come from
	// the chip, which has no checksums: bits were damaged on the bus.
	greatest = 4096
)

// accelerometer is a fall sensor: all samples of an ADXL345 go into the fall
// detector.
type accelerometer struct {
	d    *device
	dev  *adxl345.Dev
	fall *detect.Fall // nil without a point for falls
	test selfTest

	last     time.Time // when the FIFO was last read
	previous detect.Vec
	splice   *splice // after a long gap in a fall; else nil
	gap      bool    // samples may be missing before the next one
	peak     float64 // greatest magnitude since the last reading, g
}

func newAccelerometer(d *device) (session, error) {
	d.usual = orDefault(d.cfg.Interval, defaultFIFOInterval)
	d.report = orDefault(d.cfg.Report, defaultAccelerationTime)
	a := &accelerometer{d: d}
	if _, ok := d.cfg.Points[string(care.Fall)]; ok {
		var err error
		if a.fall, err = detect.NewFall(detect.FallOptions{Rate: adxl345.DefaultRate}); err != nil {
			return nil, err
		}
	}
	return d.poll(a), nil
}

func (a *accelerometer) open(context.Context) error {
	bus, err := a.d.agent.hw.Bus(a.d.cfg.Bus)
	if err != nil {
		return err
	}
	a.gap = true
	a.dev, err = adxl345.New(bus, adxl345.Options{Addr: a.d.cfg.Address})
	return err
}

func (a *accelerometer) sense(ctx context.Context) error {
	samples, gap, err := a.dev.ReadFIFO(ctx)
	now := time.Now()
	if ctx.Err() != nil {
		return err
	}
	for _, s := range samples {
		if max(s.X, s.Y, s.Z) >= greatest || min(s.X, s.Y, s.Z) < -greatest {
			// Nobody knows which of the others are damaged within the range.
			a.gap = true
			return fmt.Errorf("%s: a sample of %v counts is impossible: bits are damaged on the bus; check cable length and pull-up resistors", a.dev, s)
		}
	}
	if len(samples) > 0 {
		a.bridge(now, len(samples), gap || a.gap)
		a.gap, a.last = false, now
	}
	for i, s := range samples {
		v := detect.Vec{float64(s.X) * adxl345.Scale, float64(s.Y) * adxl345.Scale, float64(s.Z) * adxl345.Scale}
		a.peak = max(a.peak, math.Sqrt(v[0]*v[0]+v[1]*v[1]+v[2]*v[2]))
		at := now.Add(-period * time.Duration(len(samples)-1-i))
		a.test.push(at, v)
		a.push(at, v)
	}
	if len(samples) > 0 && a.d.due(now) {
		a.d.reading(care.Acceleration, now, a.peak*gravity)
		a.peak = 0
	}
	if err == nil && len(samples) == 0 {
		// The FIFO of a chip just set up is empty; that is no sign of life.
		return errNothing
	}
	if errors.Is(err, adxl345.ErrStopped) {
		err = errors.Join(err, errReopen)
	}
	if err == nil {
		err = a.testIfDue(ctx, now)
	}
	return err
}

const period = time.Second / adxl345.DefaultRate

// push takes one sample.
func (a *accelerometer) push(at time.Time, v detect.Vec) {
	a.previous = v
	switch {
	case a.fall == nil:
	case a.splice == nil:
		a.judge(at, v)
	case a.splice.add(at, v):
		a.mend()
	}
}

// judge gives the detector one sample and reports a fall, at the time of its
// impact.
func (a *accelerometer) judge(at time.Time, v detect.Vec) {
	if verdict, ok := a.fall.Push(v); ok {
		a.d.raise(care.Fall, at.Add(-verdict.Ago), verdict)
	}
}

// bridge fills a gap before n samples, so that the detector's sense of time
// stays right.
func (a *accelerometer) bridge(now time.Time, n int, gap bool) {
	if !gap || a.fall == nil || a.last.IsZero() {
		return
	}
	missing := now.Sub(a.last) - period*time.Duration(n)
	if missing > longestGap {
		a.tear(missing)
		return
	}
	first := now.Add(-period * time.Duration(n))
	for k := missing / period; k > 0; k-- {
		a.push(first.Add(-period*(k-1)), a.previous)
	}
}
