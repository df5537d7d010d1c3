package agent

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/board"
	"shouwang.care/shouwang/firmware-sim/chip"
)

// calibration is the chamber of all boards here.
var calibration = config.Chamber{CleanVolts: 0.6, VoltsPerPercent: 0.12, FullVolts: 3}

// roomSpec is a room with one of each chip.
var roomSpec = board.Spec{Seed: 7, Buses: []board.BusSpec{{Name: "1", Chips: []board.ChipSpec{
	{ID: "waist", Model: board.ADXL345, Place: "203-1"},
	{ID: "air", Model: board.SHT3x, Place: "203"},
	{ID: "adc", Model: board.ADS1115, Place: "203", Chambers: []board.ChamberSpec{{ID: "smoke", CleanVolts: 0.6, VoltsPerPercent: 0.12, FullVolts: 3}}},
}}}}

func waist() config.Device {
	return config.Device{ID: "waist", Driver: config.ADXL345, Points: map[string]care.PointID{"fall": "r203-1-fall", "acceleration": "r203-1-fall"}}
}

func chamber() config.Device {
	return config.Device{ID: "smoke", Driver: config.ADS1115Smoke, Chamber: &calibration, Points: map[string]care.PointID{"fire": "r203-smoke", "obscuration": "r203-smoke"}}
}

func air(keys ...string) config.Device {
	d := config.Device{ID: "air", Driver: config.SHT3x, Points: map[string]care.PointID{}}
	for _, k := range keys {
		d.Points[k] = "r203-air"
	}
	return d
}

func TestAFallIsReportedAtItsImpactWithTheRecording(t *testing.T) {
	play(t, roomSpec, []config.Device{waist()}, func(s *stage) {
		s.begin()
		s.wait(30 * time.Second)
		s.do("203-1", "fall")
		s.wait(15 * time.Second)
		e, data := s.last()
		if diff := cmp.Diff([]string{"fall.active of r203-1-fall"}, s.classes()); diff != "" {
			t.Fatalf("reported (-want +got):\n%s", diff)
		}
		arrived := s.arrived[0]
		// The detector decides 3 s after the impact, on samples that are at most an
		// interval old.
		if late := arrived.Sub(e.Time); late < 2900*time.Millisecond || late > 3400*time.Millisecond {
			t.Errorf("the fall was reported %s after its time, want 3 s after the impact", late)
		}
		window, _ := data["window"].(map[string]any)
		start, _ := window["start_s"].(float64)
		rate, _ := window["rate_hz"].(float64)
		y, _ := window["y"].([]any)
		if rate != 50 || start > -1.5 || len(y) < 200 {
			t.Fatalf("the evidence is %v, want the recording around the impact", data)
		}
		// The greatest value of the recording is at the impact, which is its zero.
		peak, at := 0.0, 0
		for i := range y {
			m := 0.0
			for _, axis := range []string{"x", "y", "z"} {
				v := window[axis].([]any)[i].(float64)
				m += v * v
			}
			if m > peak {
				peak, at = m, i
			}
		}
		if second := start + float64(at)/rate; math.Abs(second) > 0.1 {
			t.Errorf("the recording has its peak at %.2f s, want 0", second)
		}
		if reason, _ := data["reason"].(string); !strings.Contains(reason, "impact of") {
			t.Errorf("the reason is %q", reason)
		}
	})
}

func TestDailyLifeIsNoFall(t *testing.T) {
	for _, verb := range []string{"walk", "sit-down", "lie-down"} {
		t.Run(verb, func(t *testing.T) {
			play(t, roomSpec, []config.Device{waist()}, func(s *stage) {
				s.begin()
				s.wait(30 * time.Second)
				s.do("203-1", verb)
				s.wait(30 * time.Second)
				s.expect("after " + verb)
			})
		})
	}
}

func TestAccelerationIsReportedEveryTenMinutesAsItsGreatestMagnitude(t *testing.T) {
	play(t, roomSpec, []config.Device{waist()}, func(s *stage) {
		s.begin()
		s.wait(time.Minute)
		s.do("203-1", "sit-down")
		s.wait(21 * time.Minute)
		got := s.readings(t)
		if len(got) != 3 {
			t.Fatalf("there are %d readings, want 3 in 22 minutes", len(got))
		}
		for i, want := range []struct{ low, high float64 }{{9, 10.5}, {15, 32}, {9, 10.5}} { // m/s²: rest, the chair, rest
			if v := got[i].Value; v < want.low || v > want.high {
				t.Errorf("reading %d is %.1f m/s², want %g to %g", i, v, want.low, want.high)
			}
		}
	})
}

func TestAFallAfterThePowerOfTheSensorFailedIsFound(t *testing.T) {
	play(t, roomSpec, []config.Device{waist()}, func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203-1", "unplug", "adxl345")
		s.wait(time.Second)
		s.do("203-1", "plug", "adxl345") // its registers are empty now
		s.wait(10 * time.Second)
		s.expect("a second without the sensor is no fault")
		s.do("203-1", "fall")
		s.wait(15 * time.Second)
		if diff := cmp.Diff([]string{"fall.active of r203-1-fall"}, s.classes()); diff != "" {
			t.Errorf("reported (-want +got):\n%s", diff)
		}
	})
}

// loud is an accelerometer behind wires that damage a high bit of each sample,
// and nothing else.
type loud struct{ chip.Device }

func (l loud) Tx(w, r []byte) error {
	err := l.Device.Tx(w, r)
	if err == nil && len(w) == 1 && w[0] == 0x32 && len(r) == 6 {
		r[1] ^= 0x40
	}
	return err
}

func TestSamplesThatTheChipCannotGiveAreAFault(t *testing.T) {
	play(t, func() *bench {
		b := &bench{}
		if err := b.bus.Attach(0x53, loud{chip.NewADXL345(1)}); err != nil {
			t.Fatal(err)
		}
		return b
	}, []config.Device{waist()}, func(s *stage) {
		s.begin()
		s.wait(30 * time.Second)
		if diff := cmp.Diff([]string{"fault.active of r203-1-fall"}, s.classes()); diff != "" {
			t.Errorf("damaged samples (-want +got):\n%s", diff)
		}
	})
}

// fallAt plays a fall, and something a time after its impact; it returns the
// time of the event since the fall began, or 0 if none came.
func fallAt(t *testing.T, after time.Duration, then func(*stage)) (at time.Duration) {
	t.Helper()
	play(t, roomSpec, []config.Device{waist()}, func(s *stage) {
		s.begin()
		s.wait(30 * time.Second)
		began := time.Now()
		s.do("203-1", "fall")
		s.wait(after)
		then(s)
		s.wait(time.Minute)
		for _, e := range s.heard {
			if e.Class == care.Fall {
				at = e.Time.Sub(began)
			}
		}
	})
	return at
}

func TestASpikeOnTheBusAfterTheImpactMovesNothing(t *testing.T) {
	want := fallAt(t, 0, func(*stage) {})
	if want == 0 {
		t.Fatal("a fall was not found")
	}
	got := fallAt(t, want+400*time.Millisecond, func(s *stage) {
		bus, err := s.hw.Bus("")
		if err != nil {
			t.Fatal(err)
		}
		bus.(*chip.Bus).FailNext(0x53, 2, errors.New("a spike")) // 360 ms, of which the FIFO keeps 165
	})
	if off := (got - want).Abs(); got == 0 || off > 60*time.Millisecond {
		t.Errorf("the impact is at %s, want %s as without the spike", got, want)
	}
}

// Its sensor lost power at the impact and came back half a minute later: there is
// no telling what lies between.
func TestAMovementTornApartByALongGapIsNotJudged(t *testing.T) {
	whole := fallAt(t, 0, func(*stage) {})
	if at := fallAt(t, whole+500*time.Millisecond, func(s *stage) {
		s.do("203-1", "unplug", "adxl345")
		s.wait(30 * time.Second)
		s.do("203-1", "plug", "adxl345")
	}); at != 0 {
		t.Errorf("a fall was reported at %s", at)
	}
}

func TestNoiseOnTheBusIsAFaultAndNoFall(t *testing.T) {
	for model, d := range map[string]config.Device{"adxl345": waist(), "sht3x": air("temperature"), "ads1115": chamber()} {
		t.Run(model, func(t *testing.T) {
			play(t, roomSpec, []config.Device{d}, func(s *stage) {
				s.begin()
				s.wait(30 * time.Second)
				place := "203"
				if model == "adxl345" {
					place = "203-1"
				}
				s.do(place, "noise", model, "for", "20s")
				point := s.device(d.ID).Points[0]
				s.wait(30 * time.Second)
				if diff := cmp.Diff([]string{"fault.active of " + string(point), "fault.clear of " + string(point)}, s.classes()); diff != "" {
					t.Errorf("reported (-want +got):\n%s", diff)
				}
				if model == "sht3x" && !strings.Contains(string(s.heard[0].Data), "checksum") {
					t.Errorf("the evidence %s does not name the checksum", s.heard[0].Data)
				}
			})
		})
	}
}

func TestAnUnpluggedSensorIsAFaultOfAllItsPointsAndWellAgainWhenItWorks(t *testing.T) {
	d := air("temperature")
	d.Interval = time.Second
	d.Points["humidity"] = "r203-damp"
	play(t, roomSpec, []config.Device{d}, func(s *stage) {
		s.begin()
		s.wait(30 * time.Second)
		s.forget()
		s.do("203", "unplug", "sht3x")
		s.wait(20 * time.Second)
		// It fails from the next measurement on, and that for five seconds.
		s.expect("unplugged", "35.0s fault.active of r203-air", "35.0s fault.active of r203-damp")
		state := s.device("air")
		if !strings.Contains(state.Fault, "no acknowledge") || s.announced == 0 {
			t.Errorf("the inventory says %+v, announced %d times; want the fault", state, s.announced)
		}
		if age := time.Since(state.Seen); age < 20*time.Second || age > 22*time.Second {
			t.Errorf("the device was last seen %s ago, want before it was unplugged", age)
		}
		s.do("203", "plug", "sht3x")
		s.wait(4 * time.Second)
		s.expect("plugged in for four seconds")
		s.wait(10 * time.Second)
		if diff := cmp.Diff([]string{"fault.clear of r203-air", "fault.clear of r203-damp"}, s.classes()); diff != "" {
			t.Errorf("plugged in (-want +got):\n%s", diff)
		}
		if fault := s.device("air").Fault; fault != "" {
			t.Errorf("the inventory still says %q", fault)
		}
	})
}

func TestASensorThatIsMissingAtTheStartIsAFault(t *testing.T) {
	play(t, roomSpec, []config.Device{air("temperature"), {ID: "door", Driver: config.Contact, Pin: "GPIO5", Points: map[string]care.PointID{"contact": "door"}}}, func(s *stage) {
		s.do("203", "unplug", "sht3x")
		s.begin()
		s.wait(time.Minute)
		got := s.said()
		slices.Sort(got) // both at the same time
		if diff := cmp.Diff([]string{"5.0s fault.active of door", "5.0s fault.active of r203-air"}, got); diff != "" {
			t.Errorf("reported (-want +got):\n%s", diff)
		}
		if fault := s.device("door").Fault; !strings.Contains(fault, `no pin "GPIO5"`) {
			t.Errorf("the fault of the door is %q, want it to name the pin", fault)
		}
	})
}

func TestAFaultThatWasReportedBeforeARestartEnds(t *testing.T) {
	play(t, roomSpec, []config.Device{air("temperature")}, func(s *stage) {
		s.do("203", "unplug", "sht3x")
		s.begin()
		s.wait(10 * time.Second)
		s.expect("unplugged", "5.0s fault.active of r203-air")
		s.stop()
		s.do("203", "plug", "sht3x")
		s.begin()
		s.wait(10 * time.Second)
		if diff := cmp.Diff([]string{"fault.clear of r203-air"}, s.classes()); diff != "" {
			t.Errorf("after the restart (-want +got):\n%s", diff)
		}
	})
}

func TestSingleFailuresOnTheBusAreNoFault(t *testing.T) {
	dev := air("temperature")
	dev.Interval = time.Second
	b := func() *bench {
		b := &bench{}
		if err := b.bus.Attach(0x44, chip.NewSHT3x()); err != nil {
			t.Fatal(err)
		}
		return b
	}
	play(t, b, []config.Device{dev}, func(s *stage) {
		s.begin()
		for range 60 {
			s.wait(5 * time.Second)
			s.hw.(*bench).bus.FailNext(0x44, 2, errors.New("a spike"))
		}
		s.wait(10 * time.Second)
		s.expect("a spike every five seconds")
	})
}

func TestAFireIsReportedAndItsEnd(t *testing.T) {
	play(t, roomSpec, []config.Device{chamber()}, func(s *stage) {
		s.begin()
		s.wait(30 * time.Second)
		s.do("203", "smoke", "flaming")
		s.wait(2 * time.Minute)
		_, data := s.last()
		if percent, _ := data["obscuration_percent_per_m"].(float64); percent < 8 {
			t.Errorf("the evidence %v has no obscuration above the limit", data)
		}
		if diff := cmp.Diff([]string{"fire.active of r203-smoke"}, s.classes()); diff != "" {
			t.Fatalf("in the fire (-want +got):\n%s", diff)
		}
		s.forget()
		s.do("203", "smoke", "clear")
		s.wait(10 * time.Minute)
		if diff := cmp.Diff([]string{"fire.clear of r203-smoke"}, s.classes()); diff != "" {
			t.Errorf("after the fire (-want +got):\n%s", diff)
		}
	})
}

func TestSteamIsNoFire(t *testing.T) {
	play(t, roomSpec, []config.Device{chamber()}, func(s *stage) {
		s.begin()
		s.wait(30 * time.Second)
		s.do("203", "steam")
		s.wait(10 * time.Minute)
		s.expect("steam")
	})
}

func TestTheEndOfAFireIsReportedThoughTheAgentWasOffMeanwhile(t *testing.T) {
	play(t, roomSpec, []config.Device{chamber(), air("fire")}, func(s *stage) {
		s.begin()
		s.do("203", "smoke", "flaming")
		s.wait(5 * time.Minute)
		got := s.classes()
		slices.Sort(got)
		if diff := cmp.Diff([]string{"fire.active of r203-air", "fire.active of r203-smoke"}, got); diff != "" {
			t.Fatalf("in the fire (-want +got):\n%s", diff)
		}
		s.stop()
		s.forget()
		s.do("203", "smoke", "clear")
		s.wait(10 * time.Minute)
		s.begin()
		s.wait(2 * time.Minute)
		got = s.classes()
		slices.Sort(got)
		if diff := cmp.Diff([]string{"fire.clear of r203-air", "fire.clear of r203-smoke"}, got); diff != "" {
			t.Errorf("after the restart (-want +got):\n%s", diff)
		}
	})
}

func TestHeatIsAFireWhereItIsConfigured(t *testing.T) {
	for name, want := range map[string][]string{
		"fire":        {"fire.active of r203-air", "fire.clear of r203-air"},
		"temperature": {},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, roomSpec, []config.Device{air(name)}, func(s *stage) {
				s.begin()
				s.do("203", "smoke", "flaming")
				s.wait(5 * time.Minute)
				s.do("203", "smoke", "clear")
				s.wait(20 * time.Minute)
				if diff := cmp.Diff(want, s.classes()); diff != "" {
					t.Errorf("reported (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// converterBench is an ADS1115 with a voltage that a test sets.
func converterBench(t *testing.T, volts func(since time.Duration) float64) func() *bench {
	return func() *bench {
		b, adc, start := &bench{}, chip.NewADS1115(), time.Now()
		adc.SetSupply(5.5)
		if err := errors.Join(b.bus.Attach(0x48, adc), adc.SetChannel(0, func(at time.Time) float64 { return volts(at.Sub(start)) })); err != nil {
			t.Fatal(err)
		}
		return b
	}
}

// Smoke so dense that the amplifier leaves its range, and then the converter's.
func TestASaturatedConverterDoesNotHideAFire(t *testing.T) {
	rising := func(since time.Duration) float64 {
		return 0.6 + max(0, since.Seconds()-30)*0.5 // 4 %/m more each second, without end
	}
	for name, full := range map[string]float64{"beyond the chamber's range": 2.6, "beyond the converter's range": 3.7, "at the end of the widest range": 5.4} {
		t.Run(name, func(t *testing.T) {
			d := chamber()
			d.Chamber = &config.Chamber{CleanVolts: 0.6, VoltsPerPercent: 0.12, FullVolts: full}
			play(t, converterBench(t, rising), []config.Device{d}, func(s *stage) {
				s.begin()
				s.wait(time.Minute)
				if !slices.Contains(s.classes(), "fire.active of r203-smoke") {
					t.Errorf("reported %q, want the fire", s.said())
				}
				if slices.Contains(s.classes(), "fire.clear of r203-smoke") {
					t.Errorf("reported %q, but the fire burns", s.said())
				}
			})
		})
	}
}

func TestAShortCircuitIsAFaultAndNoFire(t *testing.T) {
	for name, volts := range map[string]float64{"short circuit": 5, "broken wire": 0} {
		t.Run(name, func(t *testing.T) {
			play(t, converterBench(t, func(since time.Duration) float64 {
				if since > 30*time.Second {
					return volts
				}
				return 0.6
			}), []config.Device{chamber()}, func(s *stage) {
				s.begin()
				s.wait(2 * time.Minute)
				if diff := cmp.Diff([]string{"fault.active of r203-smoke"}, s.classes()); diff != "" {
					t.Errorf("reported (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Dust lifts the chamber's output by 4 %/m within a day, and is wiped out after
// two.
func TestASoiledChamberIsReportedUntilItIsCleaned(t *testing.T) {
	d := chamber()
	d.Interval = 10 * time.Second
	d.Points = map[string]care.PointID{"fire": "r203-smoke"}
	play(t, converterBench(t, func(since time.Duration) float64 {
		if since > 48*time.Hour {
			return 0.6
		}
		noise := 0.002 * math.Sin(since.Seconds()) // which must not make it come and go
		return 0.6 + 0.12*4*min(1, since.Hours()/24) + noise
	}), []config.Device{d}, func(s *stage) {
		s.begin()
		s.wait(47 * time.Hour)
		if diff := cmp.Diff([]string{"fault.active of r203-smoke"}, s.classes()); diff != "" {
			t.Fatalf("soiled (-want +got):\n%s", diff)
		}
		if fault := s.device("smoke").Fault; !strings.Contains(fault, "soiled") {
			t.Errorf("the inventory says %q, want that the chamber is soiled", fault)
		}
		s.forget()
		s.wait(6 * time.Hour)
		if diff := cmp.Diff([]string{"fault.clear of r203-smoke"}, s.classes()); diff != "" {
			t.Errorf("cleaned (-want +got):\n%s", diff)
		}
	})
}

func TestTwoChambersShareAConverter(t *testing.T) {
	spec := board.Spec{Buses: []board.BusSpec{{Name: "1", Chips: []board.ChipSpec{
		{ID: "adc", Model: board.ADS1115, Place: "203", Chambers: []board.ChamberSpec{{ID: "hall"}, {ID: "kitchen", Channel: 1}}},
	}}}}
	hall, kitchen := chamber(), chamber()
	hall.ID, hall.Points = "hall", map[string]care.PointID{"fire": "hall"}
	kitchen.ID, kitchen.Channel, kitchen.Points = "kitchen", 1, map[string]care.PointID{"fire": "kitchen"}
	play(t, spec, []config.Device{hall, kitchen}, func(s *stage) {
		s.begin()
		s.wait(time.Minute)
		s.do("203/kitchen", "smoke", "flaming")
		s.wait(2 * time.Minute)
		if diff := cmp.Diff([]string{"fire.active of kitchen"}, s.classes()); diff != "" {
			t.Errorf("reported (-want +got):\n%s", diff)
		}
	})
}

func TestReadingsComeOnceAMinuteInOnePack(t *testing.T) {
	play(t, roomSpec, []config.Device{air("temperature", "humidity"), chamber()}, func(s *stage) {
		s.begin()
		s.wait(2*time.Minute + 15*time.Second)
		if packs := len(s.spool.Packs(0, 100)); packs != 3 {
			t.Errorf("there are %d packs, want one at the start and one after each minute", packs)
		}
		count := map[care.Quantity]int{}
		for _, r := range s.readings(t) {
			count[r.Quantity]++
			switch {
			case r.Quantity == care.Temperature && (r.Value < 18 || r.Value > 26),
				r.Quantity == care.Humidity && (r.Value < 40 || r.Value > 60),
				r.Quantity == care.Obscuration && r.Value > 0.5:
				t.Errorf("%s of %s is %g", r.Quantity, r.Point, r.Value)
			}
		}
		if diff := cmp.Diff(map[care.Quantity]int{care.Temperature: 3, care.Humidity: 3, care.Obscuration: 3}, count); diff != "" {
			t.Errorf("readings (-want +got):\n%s", diff)
		}
	})
}

func TestReadingsInHandAreKeptAtTheEnd(t *testing.T) {
	play(t, roomSpec, []config.Device{air("temperature")}, func(s *stage) {
		s.begin()
		s.wait(time.Second)
		s.restart()
		if got := s.readings(t); len(got) != 1 {
			t.Errorf("there are %d readings after a restart, want the one of before", len(got))
		}
	})
}

func TestARecordedFallIsFound(t *testing.T) {
	path := shared(t, "data/sisfall/adxl345/SA01.csv.gz")
	play(t, roomSpec, []config.Device{waist()}, func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203-1", "replay", "sisfall", path, "F05", "R01")
		s.wait(time.Minute)
		if diff := cmp.Diff([]string{"fall.active of r203-1-fall"}, s.classes()); diff != "" {
			t.Errorf("reported (-want +got):\n%s", diff)
		}
	})
}

func TestARecordedActivityIsNoFall(t *testing.T) {
	path := shared(t, "data/sisfall/adxl345/SA01.csv.gz")
	play(t, roomSpec, []config.Device{waist()}, func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203-1", "replay", "sisfall", path, "D01", "R01")
		s.wait(2 * time.Minute)
		s.expect("a recorded walk")
	})
}

func TestARecordedFireIsFound(t *testing.T) {
	path := shared(t, "data/nist_tn1455/NIST_Smoke_Alarms_SDC02.csv.gz")
	play(t, roomSpec, []config.Device{chamber()}, func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203", "replay", "nist", path, "SMA_1")
		s.wait(10 * time.Minute)
		if got := s.classes(); len(got) == 0 || got[0] != "fire.active of r203-smoke" {
			t.Errorf("reported %q, want the fire first", got)
		}
	})
}
