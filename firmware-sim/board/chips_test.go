package board

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"shouwang.care/shouwang/edge/driver/ads1115"
	"shouwang.care/shouwang/edge/driver/adxl345"
	"shouwang.care/shouwang/edge/driver/sht3x"
	"shouwang.care/shouwang/edge/driver/smokechamber"
	"shouwang.care/shouwang/firmware-sim/chip"
	"shouwang.care/shouwang/firmware-sim/chip/replay"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

func TestTheSHT3xIsDisturbedUnpluggedAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := room(t)
		bus, err := b.Bus("")
		if err != nil {
			t.Fatal(err)
		}
		dev, err := sht3x.New(t.Context(), bus, sht3x.Addr)
		if err != nil {
			t.Fatal(err)
		}
		sense := func() error {
			r, err := dev.Sense(t.Context())
			if err == nil && (r.Temperature < 22 || r.Temperature > 25 || r.Humidity < 40 || r.Humidity > 56) {
				t.Errorf("the room has %+v, want about 23.5 °C and 48 %%RH", r)
			}
			return err
		}
		if err := sense(); err != nil {
			t.Fatal(err)
		}
		do(t, b, "203", "unplug", "sht3x")
		if err := sense(); !errors.Is(err, chip.ErrNACK) {
			t.Errorf("unplugged: got %v, want %v", err, chip.ErrNACK)
		}
		do(t, b, "203", "plug", "sht3x")
		if err := sense(); err != nil {
			t.Errorf("plugged in again: %v", err)
		}
		if err := b.Perform(scenario.Place{Label: "203"}, scenario.Action{Verb: scenario.Noise, What: "sht3x"}); err != nil {
			t.Fatal(err)
		}
		if err := sense(); !errors.Is(err, sht3x.ErrChecksum) {
			t.Errorf("noise: got %v, want %v", err, sht3x.ErrChecksum)
		}
		do(t, b, "203", "quiet")
		if err := sense(); err != nil {
			t.Errorf("quiet again: %v", err)
		}
	})
}

func TestASupplyFailureStopsTheAccelerometer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := room(t)
		accel := accelerometer(t, b, adxl345.AddrAlt)
		do(t, b, "203-2", "unplug", "adxl345")
		do(t, b, "203-2", "plug", "adxl345")
		time.Sleep(time.Second)
		if _, _, err := accel.ReadFIFO(t.Context()); !errors.Is(err, adxl345.ErrStopped) {
			t.Errorf("got %v, want %v", err, adxl345.ErrStopped)
		}
	})
}

func accelerometer(t *testing.T, b *Board, addr uint16) *adxl345.Dev {
	t.Helper()
	bus, err := b.Bus("")
	if err != nil {
		t.Fatal(err)
	}
	dev, err := adxl345.New(bus, adxl345.Options{Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	return dev
}

// record reads the FIFO for a time as an agent does.
func record(t *testing.T, dev *adxl345.Dev, d time.Duration) []adxl345.Sample {
	t.Helper()
	var all []adxl345.Sample
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
		samples, gap, err := dev.ReadFIFO(t.Context())
		if err != nil || gap {
			t.Fatalf("read the FIFO: gap %t, %v", gap, err)
		}
		all = append(all, samples...)
	}
	return all
}

// peak returns the greatest magnitude in counts.
func peak(samples []adxl345.Sample) float64 {
	var m float64
	for _, s := range samples {
		m = max(m, float64(s.X)*float64(s.X)+float64(s.Y)*float64(s.Y)+float64(s.Z)*float64(s.Z))
	}
	return m
}

func TestAFallHitsTheFloorAndASitHitsAChair(t *testing.T) {
	g2 := func(g float64) float64 { return g * g * chip.CountsPerG * chip.CountsPerG }
	for verb, want := range map[string]struct{ low, high float64 }{
		"fall":     {g2(3), g2(8)},
		"sit-down": {g2(1.5), g2(3.2)},
		"walk":     {g2(1.1), g2(2)},
		"stand":    {g2(0.9), g2(1.3)},
		"lie-down": {g2(0.9), g2(1.4)},
	} {
		t.Run(verb, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := room(t)
				dev := accelerometer(t, b, adxl345.Addr)
				do(t, b, "203-1", verb)
				if got := peak(record(t, dev, 10*time.Second)); got < want.low || got > want.high {
					t.Errorf("the greatest magnitude is %.0f counts², want %.0f to %.0f", got, want.low, want.high)
				}
			})
		})
	}
}

func chamberOf(t *testing.T, b *Board) *smokechamber.Chamber {
	t.Helper()
	bus, err := b.Bus("")
	if err != nil {
		t.Fatal(err)
	}
	adc, err := ads1115.New(bus, ads1115.Options{})
	if err != nil {
		t.Fatal(err)
	}
	in, err := adc.Input(2, ads1115.Range4V096)
	if err != nil {
		t.Fatal(err)
	}
	c, err := smokechamber.New(in, smokechamber.Config{CleanVolts: 0.5, VoltsPerPercent: 0.1, FullVolts: 2.8, Saturated: ads1115.ErrSaturated})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSmokeGrowsAndClears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := room(t)
		c := chamberOf(t, b)
		obscuration := func() float64 {
			r, err := c.Sense(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return r.Obscuration
		}
		if got := obscuration(); got > 0.3 {
			t.Errorf("clean air has %.1f %%/m", got)
		}
		do(t, b, "203", "smoke", "flaming")
		time.Sleep(time.Minute)
		if got := obscuration(); got < 8 || got > 12 {
			t.Errorf("after a minute of fire there are %.1f %%/m, want about 10", got)
		}
		do(t, b, "203", "smoke", "clear")
		if got := obscuration(); got < 7 {
			t.Errorf("smoke was gone at once: %.1f %%/m", got)
		}
		time.Sleep(5 * time.Minute)
		if got := obscuration(); got > 0.3 {
			t.Errorf("after five minutes there are still %.1f %%/m", got)
		}
		do(t, b, "203", "steam")
		var most float64
		for range 180 {
			time.Sleep(time.Second)
			most = max(most, obscuration())
		}
		if most < 1 || most > 6 {
			t.Errorf("steam reaches %.1f %%/m, want 1 to 6", most)
		}
	})
}

func TestAFireHeatsTheRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := room(t)
		bus, err := b.Bus("")
		if err != nil {
			t.Fatal(err)
		}
		dev, err := sht3x.New(t.Context(), bus, sht3x.Addr)
		if err != nil {
			t.Fatal(err)
		}
		temperature := func() float64 {
			r, err := dev.Sense(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return r.Temperature
		}
		before := temperature()
		do(t, b, "203", "smoke", "flaming")
		time.Sleep(5 * time.Minute)
		hot := temperature()
		if hot < before+20 {
			t.Errorf("the fire heats from %.1f to %.1f °C only", before, hot)
		}
		do(t, b, "203", "smoke", "clear")
		if now := temperature(); now < hot-5 {
			t.Errorf("the heat was gone at once: %.1f °C", now)
		}
		time.Sleep(10 * time.Minute)
		if now := temperature(); now > before+3 {
			t.Errorf("the room is still at %.1f °C", now)
		}
	})
}

func TestRunPlaysTheScenarioOfTheBoard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := room(t)
		if err := b.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		door, err := b.Pin("GPIO20")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if door.Read() != gpio.Low {
			t.Error("the door of the last line is not open")
		}
	})
}

// shared finds recorded data beside the repository, or skips.
func shared(t *testing.T, path string) string {
	t.Helper()
	root := os.Getenv("SHOUWANG_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	path = filepath.Join(root, path)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the recordings are not here (set SHOUWANG_SHARED to their folder): %v", err)
	}
	return path
}

func TestARecordedFallComesOutOfTheFIFOAsItWasRecorded(t *testing.T) {
	path := shared(t, "data/sisfall/adxl345/SA01.csv.gz")
	want, err := replay.LoadSisFall(path, "F05", "R01")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		b := room(t)
		dev := accelerometer(t, b, adxl345.Addr)
		do(t, b, "203-1", "replay", "sisfall", path, "F05", "R01")
		got := record(t, dev, time.Duration(len(want.Samples))*time.Second/replay.Rate+time.Second)
		// The recording begins after what the FIFO held and ends before the rest.
		start := slices.Index(got, adxl345.Sample(want.Samples[0]))
		if start < 0 || len(got) < start+len(want.Samples) {
			t.Fatalf("read %d samples, of which the recording of %d begins at %d", len(got), len(want.Samples), start)
		}
		for i, s := range want.Samples {
			if got[start+i] != adxl345.Sample(s) {
				t.Fatalf("sample %d is %v, want %v", i, got[start+i], s)
			}
		}
	})
}

func TestARecordedFireDrivesTheChamber(t *testing.T) {
	path := shared(t, "data/nist_tn1455/NIST_Smoke_Alarms_SDC02.csv.gz")
	density, err := replay.LoadNIST(path, "SMA_1")
	if err != nil {
		t.Fatal(err)
	}
	curve := replay.Obscuration(density)
	synctest.Test(t, func(t *testing.T) {
		// Half a minute of the script is a minute of the fire.
		b := room(t)
		c := chamberOf(t, b)
		do(t, b, "203", "replay", "nist", path, "SMA_1", "from", "30s", "times", "2")
		time.Sleep(30 * time.Second)
		r, err := c.Sense(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := min(23, curve.At(90*time.Second))
		if r.Obscuration < want-1 || r.Obscuration > want+1 {
			t.Errorf("90 s into the fire there are %.1f %%/m, want %.1f", r.Obscuration, want)
		}
	})
}
