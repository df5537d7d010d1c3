package adxl345

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"shouwang.care/shouwang/edge/driver/drivertest"
	"shouwang.care/shouwang/firmware-sim/chip"
)

// bubble hides the deadline of a test from rapid, which has no place in a bubble.
type bubble struct{ rapid.TB }

// counter is a source whose n-th sample says n: X the low twelve bits, Y the rest.
type counter struct{ n int }

func (c *counter) Next() (chip.Sample, bool) {
	s := chip.Sample{X: int16(c.n & 0xFFF), Y: int16(c.n >> 12)}
	c.n++
	return s, true
}

func number(s Sample) int { return int(s.Y)<<12 | int(s.X) }

// rig is a driver over a bus that can fail, with the model of the chip behind.
func rig(t testing.TB, o Options) (*Dev, *drivertest.Faulty, *chip.ADXL345) {
	t.Helper()
	var bus chip.Bus
	model := chip.NewADXL345(1)
	if err := bus.Attach(Addr, model); err != nil {
		t.Fatal(err)
	}
	faulty := &drivertest.Faulty{Bus: &bus, At: -1}
	d, err := New(faulty, o)
	if err != nil {
		t.Fatal(err)
	}
	return d, faulty, model
}

// Whenever the host reads, whatever fails and however wrong the oscillator runs:
// samples come in order, none twice, and where one is missing there is a gap.
func TestNoSampleIsMissingWithoutAGap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(bubble{t}, func(rt *rapid.T) {
			d, bus, model := rig(t, Options{})
			model.SetRateError(rapid.Float64Range(-0.05, 0.05).Draw(rt, "rate error"))
			model.SetSource(&counter{})
			next := 0
			for range rapid.IntRange(1, 30).Draw(rt, "reads") {
				wait := rapid.SampledFrom([]int{1, 5, 50, 100, 150, 159, 160, 161, 165, 170, 300, 2000}).Draw(rt, "wait ms")
				time.Sleep(time.Duration(wait) * time.Millisecond)
				bus.Delay = rapid.SampledFrom([]time.Duration{0, 200 * time.Microsecond, time.Millisecond, 6 * time.Millisecond, 30 * time.Millisecond}).Draw(rt, "delay")
				if rapid.IntRange(0, 3).Draw(rt, "fault") == 0 {
					bus.Next(rapid.IntRange(0, 40).Draw(rt, "transaction"))
					bus.Heard = rapid.Bool().Draw(rt, "heard")
				}
				samples, gap, err := d.ReadFIFO(t.Context())
				if err != nil && !errors.Is(err, drivertest.ErrFault) {
					rt.Fatalf("error %v", err)
				}
				for i, s := range samples {
					n := number(s)
					if n < next {
						rt.Fatalf("sample %d comes after sample %d", n, next-1)
					}
					if n > next && !gap {
						rt.Fatalf("samples %d to %d are missing before number %d of those read, gap %v", next, n-1, i, gap)
					}
					next = n + 1
				}
			}
		})
	})
}

// A host that just keeps up, over a slow bus, is never told of a gap: a fall would
// be cut in two.
func TestNoGapWithoutALoss(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{25, 50, 100, 200, 400, 800} {
		synctest.Test(t, func(t *testing.T) {
			d, bus, model := rig(t, Options{Rate: rate})
			model.SetSource(&counter{})
			period := time.Second / time.Duration(rate)
			bus.Delay = period / 4 // four samples are read while one comes in
			next := 0
			for range 100 {
				time.Sleep(21 * period)
				samples, gap, err := d.ReadFIFO(t.Context())
				if err != nil || gap {
					t.Fatalf("%d Hz: gap %v, error %v after %d samples", rate, gap, err, next)
				}
				for _, s := range samples {
					if number(s) != next {
						t.Fatalf("%d Hz: sample %d where %d is due", rate, number(s), next)
					}
					next++
				}
			}
			if next < 2700 || d.Lost() != 0 {
				t.Errorf("%d Hz: read %d samples, want about 28 each time; %d count as lost", rate, next, d.Lost())
			}
		})
	}
}

// A fault takes the only sample there was: the chip is not to blame.
func TestAFaultIsNoStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, bus, _ := rig(t, Options{Rate: 25})
		time.Sleep(135 * time.Millisecond) // three samples
		bus.Heard = true
		bus.Next(2 + 2)
		if _, _, err := d.ReadFIFO(t.Context()); !errors.Is(err, drivertest.ErrFault) {
			t.Fatalf("the error is %v, want %v", err, drivertest.ErrFault)
		}
		if samples, _, err := d.ReadFIFO(t.Context()); err != nil || len(samples) > 0 {
			t.Errorf("then %d samples and error %v, want none", len(samples), err)
		}
	})
}

func TestAChipThatLostItsSupply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _, model := rig(t, Options{})
		model.PowerCycle()
		if _, _, err := d.ReadFIFO(t.Context()); err != nil {
			t.Errorf("at once, when a sample may just not be due yet: %v", err)
		}
		time.Sleep(100 * time.Millisecond)
		_, _, err := d.ReadFIFO(t.Context())
		drivertest.Named(t, err, ErrStopped, "adxl345 at i2c address 0x53")
		if err := d.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
		samples, gap, err := d.ReadFIFO(t.Context())
		if err != nil || !gap || len(samples) < 18 {
			t.Errorf("started again: %d samples, gap %v, error %v; want about 19 behind a gap", len(samples), gap, err)
		}
	})
}

// Whatever transaction of New, Start or ReadFIFO fails, the error names chip and
// cause, and the next attempt works.
func TestEveryFaultSurfacesAndPasses(t *testing.T) {
	t.Parallel()
	for _, heard := range []bool{false, true} {
		for at := range 20 {
			synctest.Test(t, func(t *testing.T) {
				d, bus, _ := rig(t, Options{})
				time.Sleep(52 * time.Millisecond)
				bus.Heard = heard
				bus.Next(at) // 8 transactions of Start, then up to 12 of ReadFIFO
				err := d.Start()
				if err == nil {
					time.Sleep(52 * time.Millisecond)
					_, _, err = d.ReadFIFO(t.Context())
				}
				drivertest.Named(t, err, drivertest.ErrFault, "adxl345 at i2c address 0x53")
				if err := d.Start(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(52 * time.Millisecond)
				if samples, gap, err := d.ReadFIFO(t.Context()); err != nil || !gap || len(samples) < 9 {
					t.Errorf("after a fault of transaction %d: %d samples, gap %v, error %v", at, len(samples), gap, err)
				}
			})
		}
	}
}

// What was read before a fault is gone from the chip and must not be lost.
func TestSamplesBeforeAFaultAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, bus, model := rig(t, Options{})
		model.SetSource(&counter{})
		time.Sleep(100 * time.Millisecond)
		bus.Heard = true
		bus.Next(2 + 5) // level, source, five entries
		samples, gap, err := d.ReadFIFO(t.Context())
		if !errors.Is(err, drivertest.ErrFault) || gap || len(samples) != 5 || number(samples[4]) != 4 {
			t.Fatalf("samples %v, gap %v, error %v; want the first five without a gap, and the fault", samples, gap, err)
		}
		samples, gap, err = d.ReadFIFO(t.Context())
		if err != nil || !gap || len(samples) == 0 || number(samples[0]) != 6 {
			t.Errorf("then samples %v, gap %v, error %v; want them from number 6 behind a gap", samples, gap, err)
		}
	})
}

func TestSelfTest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		x, y, z int
		supply  float64
		axis    string // that fails
	}{
		{name: "sound at 3.3 V", x: 300, y: -300, z: 450},
		{name: "sound at 2.0 V", x: 40, y: -40, z: 70, supply: 2.0},
		{name: "weak for 3.6 V", x: 100, y: -300, z: 450, supply: 3.6, axis: "axis X"},
		{name: "seized", axis: "axis X"},
		{name: "Y the wrong way round", x: 300, y: 300, z: 450, axis: "axis Y"},
		{name: "Z beyond its limit", x: 300, y: -300, z: 1400, axis: "axis Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d, _, model := rig(t, Options{Supply: tt.supply})
				model.SetSelfTestShift(tt.x, tt.y, tt.z)
				shift, err := d.SelfTest(t.Context())
				if tt.axis == "" && err != nil {
					t.Fatal(err)
				}
				if tt.axis != "" && (!errors.Is(err, ErrSelfTest) || !strings.Contains(err.Error(), tt.axis)) {
					t.Fatalf("the error is %v, want one of %s", err, tt.axis)
				}
				// The noise of the model is one count.
				for _, a := range []struct{ got, want float64 }{{shift.X, float64(tt.x)}, {shift.Y, float64(tt.y)}, {shift.Z, float64(tt.z)}} {
					if a.got < a.want-2 || a.got > a.want+2 {
						t.Errorf("the shift is %+v, want %d, %d, %d within 2 counts", shift, tt.x, tt.y, tt.z)
					}
				}
				restsAfter(t, d)
			})
		})
	}
}

// restsAfter checks that no sample taken under the force of the self-test comes out.
func restsAfter(t *testing.T, d *Dev) {
	t.Helper()
	time.Sleep(100 * time.Millisecond)
	samples, gap, err := d.ReadFIFO(t.Context())
	if err != nil || !gap || len(samples) == 0 {
		t.Fatalf("after the self-test: %d samples, gap %v, error %v; want some behind a gap", len(samples), gap, err)
	}
	for _, s := range samples {
		if s.X < -8 || s.X > 8 || s.Y < -264 || s.Y > -248 || s.Z < -8 || s.Z > 8 {
			t.Fatalf("after the self-test the sensor at rest reads %+v", s)
		}
	}
}

func TestSelfTestWithAStop(t *testing.T) {
	t.Parallel()
	for stop := 5 * time.Millisecond; stop < 230*time.Millisecond; stop += 20 * time.Millisecond {
		synctest.Test(t, func(t *testing.T) {
			d, _, _ := rig(t, Options{})
			ctx, cancel := context.WithTimeout(t.Context(), stop)
			defer cancel()
			if _, err := d.SelfTest(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("stopped after %s: error %v", stop, err)
			}
			restsAfter(t, d)
		})
	}
}

// The force must never stay on unnoticed: the sensor would report a person who
// leans for ever.
func TestSelfTestWithFaults(t *testing.T) {
	t.Parallel()
	for _, heard := range []bool{false, true} {
		for at := 0; ; at++ {
			done := false
			synctest.Test(t, func(t *testing.T) {
				d, bus, _ := rig(t, Options{})
				before := bus.Count()
				bus.Heard = heard
				bus.Next(at)
				_, err := d.SelfTest(t.Context())
				if done = at >= bus.Count()-before; done {
					if err != nil {
						t.Errorf("without a fault: %v", err)
					}
					return
				}
				faultNamed(t, err, at)
				if strings.Contains(err.Error(), "start the chip again") {
					if err := d.Start(); err != nil {
						t.Fatal(err)
					}
				}
				restsAfter(t, d)
			})
			if done || t.Failed() {
				break
			}
		}
	}
}

func faultNamed(t *testing.T, err error, at int) {
	t.Helper()
	if !errors.Is(err, drivertest.ErrFault) || !strings.Contains(err.Error(), "adxl345 at i2c address 0x53") {
		t.Errorf("transaction %d fails, the error is %v", at, err)
	}
}

func TestSelfTestOfAChipThatDoesNotMeasure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _, model := rig(t, Options{})
		model.PowerCycle()
		if _, err := d.SelfTest(t.Context()); !errors.Is(err, ErrStopped) {
			t.Errorf("the error is %v, want %v", err, ErrStopped)
		}
		slow, _, _ := rig(t, Options{Rate: 50})
		if _, err := slow.SelfTest(t.Context()); err == nil {
			t.Error("a self-test at 50 Hz is no error")
		}
	})
}
