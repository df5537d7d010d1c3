package ads1115

import (
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"shouwang.care/shouwang/edge/driver/drivertest"
	"shouwang.care/shouwang/firmware-sim/chip"
)

// rig is a driver over a bus that can fail, with the model of the chip behind and
// a steady voltage on AIN2.
func rig(t testing.TB, volts float64) (*Dev, *drivertest.Faulty, *chip.ADS1115, *chip.Bus) {
	t.Helper()
	bus := new(chip.Bus)
	model := chip.NewADS1115()
	if err := errors.Join(bus.Attach(Addr, model), model.SetChannel(2, func(time.Time) float64 { return volts })); err != nil {
		t.Fatal(err)
	}
	faulty := &drivertest.Faulty{Bus: bus, At: -1}
	d, err := New(faulty, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d, faulty, model, bus
}

func channel(t testing.TB, d *Dev, n int, r Range) *Input {
	t.Helper()
	in, err := d.Input(n, r)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestVoltagesThroughEachRange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, volts := range []float64{0, 0.0001, 0.1, 0.2559, 0.3, 0.511, 0.9, 1.5, 2.0, 2.5, 3.2} {
			d, _, _, _ := rig(t, volts)
			for r := Range6V144; r <= Range0V256; r++ {
				v, err := channel(t, d, 2, r).Sense(t.Context())
				lsb := r.Volts() / (1 << 15)
				if volts > r.Volts()-lsb {
					if !errors.Is(err, ErrSaturated) || v != r.Volts()-lsb {
						t.Errorf("%g V in the range of %g V read %g V, error %v; want its end and %v", volts, r.Volts(), v, err, ErrSaturated)
					}
					continue
				}
				if err != nil || math.Abs(v-volts) > lsb/2+1e-12 {
					t.Errorf("%g V in the range of %g V read %g V, error %v", volts, r.Volts(), v, err)
				}
			}
		}
	})
}

// Several sensors share the one converter: nobody gets the voltage of another. It
// runs in real time, because who waits for a mutex is not idle in a bubble.
func TestInputsAtTheSameTime(t *testing.T) {
	t.Parallel()
	var bus chip.Bus
	model := chip.NewADS1115()
	if err := bus.Attach(Addr, model); err != nil {
		t.Fatal(err)
	}
	d, err := New(&bus, Options{Rate: 860})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for n := range 4 {
		volts := 0.5 + 0.5*float64(n)
		if err := model.SetChannel(n, func(time.Time) float64 { return volts }); err != nil {
			t.Fatal(err)
		}
		in := channel(t, d, n, Range4V096)
		sense := in.Sense
		if n%2 == 1 {
			sense = in.SenseContinuous
		}
		wait.Go(func() {
			for range 20 {
				if v, err := sense(t.Context()); err != nil || math.Abs(v-volts) > 0.0001 {
					t.Errorf("%s reads %g V, error %v, want %g V", in, v, err, volts)
				}
			}
		})
	}
	wait.Wait()
}

// The result that SenseContinuous gives is one of the voltage after Start.
func TestContinuousFollowsTheVoltage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _, model, _ := rig(t, 0)
		start := time.Now()
		if err := model.SetChannel(2, func(at time.Time) float64 { return at.Sub(start).Seconds() }); err != nil {
			t.Fatal(err)
		}
		in := channel(t, d, 2, Range4V096)
		for range 20 {
			time.Sleep(100 * time.Millisecond)
			v, err := in.SenseContinuous(t.Context())
			if age := time.Since(start).Seconds() - v; err != nil || age < -0.001 || age > 0.01 {
				t.Errorf("the voltage is of %.4f s ago, error %v; want at most one conversion of 7.8 ms", age, err)
			}
		}
	})
}

func TestEveryFaultSurfacesAndPasses(t *testing.T) {
	t.Parallel()
	for _, heard := range []bool{false, true} {
		for at := range 6 {
			synctest.Test(t, func(t *testing.T) {
				d, bus, _, _ := rig(t, 1)
				in := channel(t, d, 2, Range4V096)
				bus.Heard = heard
				bus.Next(at) // three transactions of Sense, three of SenseContinuous
				_, err := in.Sense(t.Context())
				if err == nil {
					_, err = in.SenseContinuous(t.Context())
				}
				drivertest.Named(t, err, drivertest.ErrFault, "ads1115 at i2c address 0x48")
				if v, err := in.SenseContinuous(t.Context()); err != nil || math.Abs(v-1) > 0.0001 {
					t.Errorf("after a fault of transaction %d, continuous: %g V, error %v, want 1 V", at, v, err)
				}
				if v, err := in.Sense(t.Context()); err != nil || math.Abs(v-1) > 0.0001 {
					t.Errorf("after a fault of transaction %d, once: %g V, error %v, want 1 V", at, v, err)
				}
			})
		}
	}
}

// A brown-out gives the channel pair and the range of the reset value: the voltage
// of something else. It must never pass for a measurement.
func TestABrownOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _, model, _ := rig(t, 1)
		in := channel(t, d, 2, Range4V096)
		if _, err := in.SenseContinuous(t.Context()); err != nil {
			t.Fatal(err)
		}
		model.PowerCycle()
		_, err := in.SenseContinuous(t.Context())
		drivertest.Named(t, err, ErrReset, "ads1115 at i2c address 0x48")
		if v, err := in.SenseContinuous(t.Context()); err != nil || math.Abs(v-1) > 0.0001 {
			t.Errorf("the next one: %g V, error %v, want 1 V", v, err)
		}

		var brownOut sync.WaitGroup
		brownOut.Go(func() {
			time.Sleep(3 * time.Millisecond)
			model.PowerCycle()
		})
		_, err = in.Sense(t.Context())
		drivertest.Named(t, err, ErrReset, "ads1115 at i2c address 0x48")
		brownOut.Wait()
		if v, err := in.Sense(t.Context()); err != nil || math.Abs(v-1) > 0.0001 {
			t.Errorf("the next one: %g V, error %v, want 1 V", v, err)
		}
	})
}

func TestUnpluggedAndBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _, model, bus := rig(t, 1)
		in := channel(t, d, 2, Range4V096)
		bus.Detach(Addr)
		_, err := in.Sense(t.Context())
		drivertest.Named(t, err, chip.ErrNACK, "ads1115 at i2c address 0x48")
		model.PowerCycle()
		if err := bus.Attach(Addr, model); err != nil {
			t.Fatal(err)
		}
		if v, err := in.Sense(t.Context()); err != nil || math.Abs(v-1) > 0.0001 {
			t.Errorf("plugged in again: %g V, error %v, want 1 V", v, err)
		}
	})
}

// A bit that flips in the configuration read back shows.
func TestADisturbedConfiguration(t *testing.T) {
	t.Parallel()
	for bit := 1; bit < 16; bit++ { // bit 0 is OS
		synctest.Test(t, func(t *testing.T) {
			d, _, _, bus := rig(t, 1)
			in := channel(t, d, 2, Range4V096)
			bus.FlipNext(Addr, 1, bit)
			if _, err := in.Sense(t.Context()); !errors.Is(err, ErrReset) {
				t.Errorf("bit %d: the error is %v, want %v", bit, err, ErrReset)
			}
		})
	}
}
