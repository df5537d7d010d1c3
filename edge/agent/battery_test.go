package agent

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/board"
)

// batteryStory plays with a battery on the converter of a smoke chamber.
func batteryStory(t *testing.T, story func(*stage)) {
	t.Helper()
	spec := board.Spec{Buses: []board.BusSpec{{Name: "1", Chips: []board.ChipSpec{{
		ID: "adc", Model: board.ADS1115, Place: "203",
		Chambers:  []board.ChamberSpec{{ID: "smoke"}},
		Batteries: []board.BatterySpec{{ID: "cell", Channel: 1, EmptyVolts: 2, FullVolts: 3}},
	}}}}}
	cell := config.Device{
		ID: "cell", Driver: config.ADS1115Battery, Channel: 1, Cell: &config.Cell{EmptyVolts: 2, FullVolts: 3},
		Points: map[string]care.PointID{"battery": "r203-pendant", "battery_level": "r203-pendant"},
	}
	play(t, spec, []config.Device{chamber(), cell}, story)
}

func TestABatteryThatGoesDownIsLowUntilItIsChargedOverARestart(t *testing.T) {
	batteryStory(t, func(s *stage) {
		s.cfg.Devices = s.cfg.Devices[1:] // a chamber would make it wait for its turn, now and then
		s.begin()
		s.wait(5 * time.Minute)
		s.expect("a full battery")
		s.do("203", "battery", "low", "over", "85s") // one percent a second
		s.wait(4 * time.Minute)
		_, data := s.last()
		if diff := cmp.Diff(map[string]any{"reason": "the battery is low: 15 %", "level_percent": 15.0, "volts": 2.15}, data); diff != "" {
			t.Errorf("evidence (-want +got):\n%s", diff)
		}
		// 20 % are reached after 80 s, seen within 10 s, and have to last a minute.
		s.expect("low", "445.0s battery.active of r203-pendant")
		s.restart()
		s.wait(5 * time.Minute)
		s.expect("still low after a restart is no news")
		s.do("203", "battery", "full", "over", "1s")
		s.wait(2 * time.Minute)
		s.expect("charged", "365.0s battery.clear of r203-pendant")
	})
}

func TestTheLevelOfABatteryIsReported(t *testing.T) {
	batteryStory(t, func(s *stage) {
		s.begin()
		s.wait(90 * time.Second)
		s.do("203", "battery", "empty", "over", "1s")
		s.wait(60 * time.Second)
		var got []string
		for _, r := range s.readings(t) {
			if r.Quantity == care.BatteryLevel {
				got = append(got, fmt.Sprintf("%.0f of %s", r.Value, r.Point))
			}
		}
		if diff := cmp.Diff([]string{"100 of r203-pendant", "100 of r203-pendant", "2 of r203-pendant"}, got); diff != "" {
			t.Errorf("levels (-want +got):\n%s", diff)
		}
	})
}

func TestABatteryThatIsNotConnectedIsAFaultAndNotLow(t *testing.T) {
	batteryStory(t, func(s *stage) {
		s.cfg.Devices[1].Channel = 3 // to which nothing is wired
		s.begin()
		s.wait(5 * time.Minute)
		if diff := cmp.Diff([]string{"fault.active of r203-pendant"}, s.classes()); diff != "" {
			t.Errorf("reported (-want +got):\n%s", diff)
		}
	})
}
