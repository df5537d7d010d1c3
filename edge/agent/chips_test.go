package agent

import (
	"errors"
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
