package rule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// TestARestartInTheMiddle stops the gateway after each of the readings.
func TestARestartInTheMiddle(t *testing.T) {
	hour := strings.ReplaceAll(coldBedroom, "30m", "60m")
	for n := range 6 {
		t.Run(fmt.Sprintf("after %d readings", n+1), func(t *testing.T) {
			s := play(t, hour, "Asia/Shanghai", "2026-12-01 20:00")
			for i := range 6 {
				s.read(care.Temperature, 15.5)
				if i == n {
					s.crash()
				}
				s.wait(10 * time.Minute)
			}
			s.expect("12-01 21:00 cold")
		})
	}
	t.Run("just before the hours begin", func(t *testing.T) {
		s := play(t, one("class: vital", "quantity: temperature", "when: value < 16.0", "for: 10m", "hours: 22:00-06:00"), "Asia/Shanghai", "2026-12-01 21:47")
		for range 3 {
			s.read(care.Temperature, 15).wait(5 * time.Minute)
		}
		s.crash().read(care.Temperature, 15).wait(5*time.Minute).read(care.Temperature, 15).wait(5 * time.Minute)
		s.expect("12-01 22:10 r")
	})
}

func TestWhileTheGatewayWasAway(t *testing.T) {
	t.Run("a door stood open", func(t *testing.T) {
		s := play(t, nightDoor, "Asia/Shanghai", "2026-07-01 21:50")
		s.read(care.Contact, 1).crash().away(3 * time.Hour).due().expect("07-01 22:05 door (told 07-02 00:50)")
		s.crash().due().expect() // once
	})
	t.Run("a door was opened and the night ended", func(t *testing.T) {
		s := play(t, nightDoor, "Asia/Shanghai", "2026-07-01 21:50")
		s.read(care.Contact, 1).crash().away(12 * time.Hour).due().expect()
		s.until("2026-07-02 22:10").expect("07-02 22:05 door")
	})
	t.Run("an alarm ended with the night", func(t *testing.T) {
		s := play(t, nightDoor, "Asia/Shanghai", "2026-07-01 21:50")
		s.read(care.Contact, 1).wait(time.Hour).expect("07-01 22:05 door")
		s.crash().away(12 * time.Hour).due().expect("07-02 06:00 door ends (told 07-02 10:50)")
	})
	t.Run("a door stood open for a moment", func(t *testing.T) {
		// The readings come when the gateway is back; the alarm fell due
		// minutes ago.
		s := play(t, nightDoor, "Asia/Shanghai", "2026-07-01 21:50")
		s.read(care.Contact, 1).crash().away(20*time.Minute).readOf(care.Contact, 0, 2*time.Minute).
			expect("07-01 22:05 door (told 07-01 22:10)", "07-01 22:08 door ends (told 07-01 22:10)")
	})
	t.Run("a room grew cold", func(t *testing.T) {
		// What it was hours ago says nothing of now.
		s := play(t, coldBedroom, "Asia/Shanghai", "2026-12-01 20:00")
		for range 3 {
			s.read(care.Temperature, 15).wait(9 * time.Minute)
		}
		s.read(care.Temperature, 15).crash().away(3 * time.Hour).due().expect()
		s.read(care.Temperature, 15).wait(29 * time.Minute).expect()
		// The half hour began anew, and its readings must not be too old.
		s.read(care.Temperature, 15).wait(time.Minute).expect()
	})
}

func TestReadingsThatComeLate(t *testing.T) {
	t.Run("they do not unsay what a fresh one began", func(t *testing.T) {
		s := play(t, nightDoor, "Asia/Shanghai", "2026-07-01 23:00")
		s.read(care.Contact, 1).away(30*time.Minute).readOf(care.Contact, 1, 20*time.Minute).expect()
		s.due().expect("07-01 23:05 door (told 07-01 23:30)")
	})
	t.Run("they do not begin what the hour would raise", func(t *testing.T) {
		s := play(t, one("class: vital", "quantity: temperature", "stale: never", "for: 30m",
			"when: value > 1.5 && hour < 22 || value < 1.5 && hour == 23"), "Asia/Shanghai", "2026-07-01 21:00")
		s.read(care.Temperature, 2).away(25*time.Minute).readOf(care.Temperature, 1, 20*time.Minute).until("2026-07-02 12:00").expect()
	})
	t.Run("they raise nothing", func(t *testing.T) {
		s := play(t, gasAtOnce, "Asia/Shanghai", "2026-07-01 11:00")
		s.readOf(care.GasLevel, 50, 16*time.Minute).wait(time.Hour).expect()
		s.readOf(care.GasLevel, 50, 14*time.Minute).expect("07-01 11:46 gas (told 07-01 12:00)")
	})
	t.Run("they end what was raised", func(t *testing.T) {
		s := play(t, gasAtOnce, "Asia/Shanghai", "2026-07-01 11:00")
		s.read(care.GasLevel, 50).wait(time.Hour).readOf(care.GasLevel, 0, 30*time.Minute)
		s.expect("07-01 11:00 gas", "07-01 11:30 gas ends (told 07-01 12:00)")
	})
	t.Run("they count for how long it has been cold", func(t *testing.T) {
		s := play(t, coldBedroom, "Asia/Shanghai", "2026-12-01 20:00")
		s.read(care.Temperature, 15).away(50 * time.Minute).due().expect()
		for ago := 45; ago > 15; ago -= 5 {
			s.readOf(care.Temperature, 15, time.Duration(ago)*time.Minute).due().crash()
		}
		s.expect()
		s.readOf(care.Temperature, 15, 15*time.Minute).expect("12-01 20:35 cold (told 12-01 20:50)")
	})
	t.Run("they do not begin what time would raise", func(t *testing.T) {
		s := play(t, nightDoor, "Asia/Shanghai", "2026-07-01 23:00")
		s.readOf(care.Contact, 1, 20*time.Minute).wait(time.Hour).expect()
		s.read(care.Contact, 1).expect("07-02 00:00 door")
	})
	t.Run("they do not move a condition back", func(t *testing.T) {
		s := play(t, gasAtOnce, "Asia/Shanghai", "2026-07-01 11:00")
		s.read(care.GasLevel, 50).expect("07-01 11:00 gas")
		s.readOf(care.GasLevel, 0, time.Minute).expect()
		s.wait(5*time.Minute).read(care.GasLevel, 0).expect("07-01 11:05 gas ends")
		s.readOf(care.GasLevel, 50, time.Minute).expect()
	})
}
