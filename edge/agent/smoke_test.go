package agent

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/edge/detect"
	"shouwang.care/shouwang/firmware-sim/board"
	"shouwang.care/shouwang/firmware-sim/chip"
)

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

// 3.5 %/m of dust within a day, and 9.5 %/m in the kitchen after the restart: with
// the dust a fire for a chamber that has forgotten it, and none for one that has not.
func TestTheDustOfAChamberIsRememberedOverARestart(t *testing.T) {
	d := chamber()
	d.Interval = 10 * time.Second
	d.Points = map[string]care.PointID{"fire": "r203-smoke"}
	story := func(forget bool, want ...string) {
		t.Helper()
		play(t, converterBench(t, func(since time.Duration) float64 {
			percent := 3.5 * min(1, since.Hours()/24)
			if since > 30*time.Hour+time.Minute && since < 30*time.Hour+3*time.Minute {
				percent = 9.5
			}
			return 0.6 + 0.12*percent
		}), []config.Device{d}, func(s *stage) {
			s.begin()
			s.wait(30 * time.Hour)
			s.stop()
			if forget {
				if err := os.Remove(filepath.Join(s.cfg.Data, baselinesFile)); err != nil {
					t.Fatal(err)
				}
			}
			s.begin()
			s.wait(2 * time.Minute)
			if diff := cmp.Diff(append([]string{}, want...), s.classes()); diff != "" {
				t.Errorf("forgotten: %t (-want +got):\n%s", forget, diff)
			}
		})
	}
	story(false)
	story(true, "fire.active of r203-smoke")
}

func FuzzParseBaselines(f *testing.F) {
	for _, s := range []string{`{"smoke":1.5}`, `{"smoke":-1}`, `{"smoke":1e9}`, `null`, `[]`, `{"a":`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		of, err := parseBaselines(raw)
		for id, v := range of {
			if _, derr := detect.NewSmoke(detect.SmokeOptions{Baseline: v}); err != nil || derr != nil {
				t.Fatalf("%q of %s was taken: %v, %v", id, raw, err, derr)
			}
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
