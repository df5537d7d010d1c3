package replay

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"shouwang.care/shouwang/edge/detect"
	"shouwang.care/shouwang/edge/driver/ads1115"
	"shouwang.care/shouwang/edge/driver/adxl345"
	"shouwang.care/shouwang/edge/driver/smokechamber"
	"shouwang.care/shouwang/firmware-sim/chip"
)

// falls returns the verdicts of the fall detector on samples.
func falls(t *testing.T, samples []chip.Sample) []detect.FallVerdict {
	t.Helper()
	f, err := detect.NewFall(detect.FallOptions{Rate: Rate})
	if err != nil {
		t.Fatal(err)
	}
	var out []detect.FallVerdict
	for _, s := range samples {
		if v, ok := f.Push(detect.Vec{float64(s.X) / chip.CountsPerG, float64(s.Y) / chip.CountsPerG, float64(s.Z) / chip.CountsPerG}); ok {
			out = append(out, v)
		}
	}
	return out
}

// movements are the made-up movements with the number of falls that there are.
var movements = map[string]struct {
	make  func(seed uint64) Motion
	falls int
}{
	"fall":          {func(seed uint64) Motion { return Fall(5*time.Second, seed) }, 1},
	"sit down hard": {func(seed uint64) Motion { return SitDownHard(5*time.Second, seed) }, 0},
	"walk":          {func(seed uint64) Motion { return Walk(20*time.Second, seed) }, 0},
	"lie down":      {func(seed uint64) Motion { return LieDown(5*time.Second, seed) }, 0},
	"stand":         {func(seed uint64) Motion { return Stand(10*time.Second, seed) }, 0},
}

// Whatever the seed: the fall is found, once, and nothing else is one.
func TestWhatTheDetectorMakesOfMadeUpMovements(t *testing.T) {
	t.Parallel()
	for name, m := range movements {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(100) {
				motion := m.make(seed)
				if motion.Activity != name {
					t.Fatalf("it calls itself %q", motion.Activity)
				}
				got := falls(t, motion.Samples)
				if len(got) != m.falls {
					t.Fatalf("seed %d: %d falls, want %d: %+v", seed, len(got), m.falls, got)
				}
				if !slices.Equal(motion.Samples, m.make(seed).Samples) {
					t.Fatalf("seed %d makes two movements", seed)
				}
			}
		})
	}
}

// The same through the register model of the chip and the driver, polled as the
// edge polls: nothing of a movement is lost on the way.
func TestMadeUpMovementsThroughTheChip(t *testing.T) {
	t.Parallel()
	for name, m := range movements {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var bus chip.Bus
				model := chip.NewADXL345(1)
				if err := bus.Attach(adxl345.Addr, model); err != nil {
					t.Fatal(err)
				}
				dev, err := adxl345.New(&bus, adxl345.Options{Rate: Rate})
				if err != nil {
					t.Fatal(err)
				}
				motion := m.make(7)
				model.SetSource(motion.Source())
				var read []chip.Sample
				for len(read) < len(motion.Samples) {
					time.Sleep(120 * time.Millisecond)
					samples, gap, err := dev.ReadFIFO(t.Context())
					if err != nil || gap {
						t.Fatalf("gap %v, error %v", gap, err)
					}
					for _, s := range samples {
						read = append(read, chip.Sample(s))
					}
				}
				if !slices.Equal(motion.Samples, read[:len(motion.Samples)]) {
					t.Fatal("what comes out of the FIFO is not what went in")
				}
				// After its end the body rests as it lies, which adds no fall.
				if got := falls(t, read); len(got) != m.falls {
					t.Errorf("%d falls, want %d", len(got), m.falls)
				}
			})
		})
	}
}

// smoke returns the seconds at which a fire begins or ends, measured once a second
// through chamber, converter, driver and detector.
func smoke(t *testing.T, seconds int, c Curve) (news []int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var bus chip.Bus
		model := chip.NewADS1115()
		if err := bus.Attach(ads1115.Addr, model); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := model.SetChannel(0, DefaultChamber.Volts(start, c)); err != nil {
			t.Fatal(err)
		}
		adc, err := ads1115.New(&bus, ads1115.Options{})
		if err != nil {
			t.Fatal(err)
		}
		in, err := adc.Input(0, ads1115.Range4V096)
		if err != nil {
			t.Fatal(err)
		}
		chamber, err := smokechamber.New(in, smokechamber.Config{
			CleanVolts: DefaultChamber.Clean, VoltsPerPercent: DefaultChamber.PerPercent, FullVolts: DefaultChamber.Max, Saturated: ads1115.ErrSaturated,
		})
		if err != nil {
			t.Fatal(err)
		}
		d, err := detect.NewSmoke(detect.SmokeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for s := range seconds {
			time.Sleep(time.Duration(s)*time.Second - time.Since(start))
			r, err := chamber.Sense(t.Context())
			if err != nil {
				t.Fatalf("second %d: %v", s, err)
			}
			if _, ok := d.Push(time.Now(), r.Obscuration); ok {
				news = append(news, s)
			}
		}
	})
	return news
}

func TestWhatTheDetectorMakesOfMadeUpSmoke(t *testing.T) {
	t.Parallel()
	if got := smoke(t, 3600, CleanAir()); len(got) > 0 {
		t.Errorf("clean air: news at %v s, want none", got)
	}
	for seed := range uint64(20) {
		if got := smoke(t, 600, KitchenSteam(6, 10*time.Minute, seed)); len(got) > 0 {
			t.Errorf("steam of seed %d: news at %v s, want none", seed, got)
		}
	}
	// 8 %/m comes 56 s after the plume has reached the ceiling, and must last 4 s.
	for _, delay := range []time.Duration{0, 45 * time.Second} {
		want := int(delay.Seconds()) + 60
		if got := smoke(t, 600, FlamingFire(delay)); len(got) != 1 || got[0] < want-2 || got[0] > want+2 {
			t.Errorf("a fire whose plume arrives after %s: news at %v s, want one alarm at about %d s", delay, got, want)
		}
	}
}

// The noise of the chamber is the same for the same instant, and its voltage stays
// within its amplifier.
func TestChamberVolts(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	v := DefaultChamber.Volts(start, FlamingFire(0))
	differs := false
	for s := range 700 {
		at := start.Add(time.Duration(s) * time.Second)
		a, b := v(at), v(at)
		if a != b {
			t.Fatalf("second %d has %g and %g V", s, a, b)
		}
		if a < 0.55 || a > DefaultChamber.Max {
			t.Fatalf("second %d has %g V, want 0.6 to 3", s, a)
		}
		differs = differs || a != v(at.Add(time.Microsecond))
	}
	if !differs {
		t.Error("there is no noise")
	}
	quiet := Chamber{Clean: 0.5, PerPercent: 0.1, Max: 2}
	for at, want := range map[time.Duration]float64{-time.Minute: 0.6, 0: 0.6, time.Second: 1.1, 2 * time.Second: 1.6, time.Hour: 1.6} {
		if got := quiet.Volts(start, Curve{{0, 1}, {2 * time.Second, 11}})(start.Add(at)); got < want-1e-9 || got > want+1e-9 {
			t.Errorf("at %s there are %g V, want %g", at, got, want)
		}
	}
	if got := quiet.Volts(start, Curve{{0, 99}})(start); got != 2 {
		t.Errorf("dense smoke gives %g V, want the 2 V of the amplifier", got)
	}
}
