package agent

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/board"
)

// contactStory plays with one contact of a kind at 203-1.
func contactStory(t *testing.T, kind board.Kind, d config.Device, story func(*stage)) {
	t.Helper()
	play(t, board.Spec{Pins: []board.PinSpec{pinSpec("it", "GPIO5", kind)}}, []config.Device{d}, story)
}

func TestAShortPressIsACallAtTheTimeOfThePress(t *testing.T) {
	contactStory(t, board.Button, onPin("r203-1-call", "call", "sos"), func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203-1", "press", "hold", "2s")
		s.wait(time.Second)
		e, data := s.last()
		if want := "the call button was pressed"; data["reason"] != want {
			t.Errorf("the reason is %q, want %q", data["reason"], want)
		}
		if e.Source() != "/evergreen/room-203/contact" || len(e.ID) != 36 || e.ID[14] != '7' || e.Sequence == 0 {
			t.Errorf("the event is %+v, want its source, a UUIDv7 and a sequence", e)
		}
		s.expect("after a press", "10.0s call.active of r203-1-call")
	})
}

func TestALongPressIsAnSOSWhileTheButtonIsStillHeld(t *testing.T) {
	contactStory(t, board.Button, onPin("r203-1-call", "call", "sos"), func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203-1", "press", "hold", "0s")
		s.wait(2900 * time.Millisecond)
		s.expect("before the hold time")
		s.wait(200 * time.Millisecond)
		s.expect("at the hold time", "13.0s sos.active of r203-1-call")
		s.wait(time.Minute)
		s.do("203-1", "release")
		s.wait(time.Minute)
		s.expect("after it was let go")
	})
}

func TestTheHoldTimeIsConfigured(t *testing.T) {
	d := onPin("r203-1-call", "call", "sos")
	d.Hold = 6 * time.Second
	contactStory(t, board.Button, d, func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203-1", "press", "hold", "5s")
		s.wait(time.Second)
		s.do("203-1", "press", "hold", "7s")
		s.wait(time.Second)
		s.expect("a press under and one over six seconds", "10.0s call.active of r203-1-call", "22.0s sos.active of r203-1-call")
	})
}

func TestAButtonThatIsOneThingOnlyReportsAtOnce(t *testing.T) {
	for _, class := range []string{"sos", "call", "fall"} {
		t.Run(class, func(t *testing.T) {
			contactStory(t, board.Button, onPin("p", class), func(s *stage) {
				s.begin()
				s.wait(10 * time.Second)
				s.do("203-1", "press", "hold", "0s")
				s.wait(100 * time.Millisecond)
				s.expect("while it is held", "10.0s "+class+".active of p")
				s.do("203-1", "release")
				s.wait(time.Second)
				s.expect("after it was let go")
			})
		})
	}
}

func TestACordPulledWhileTheAgentWasOffIsAnSOSAtTheStart(t *testing.T) {
	contactStory(t, board.Cord, onPin("r203-cord", "sos"), func(s *stage) {
		s.do("203-1", "pull", "hold", "0s")
		s.begin()
		s.wait(time.Second)
		if _, data := s.last(); data["initial"] != true {
			t.Errorf("the evidence %v does not say that it was so at the start", data)
		}
		s.expect("at the start", "0.0s sos.active of r203-cord")
	})
}

func TestAPressAtTheEndOfTheAgentIsNotLost(t *testing.T) {
	contactStory(t, board.Button, onPin("r203-1-call", "call", "sos"), func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203-1", "press", "hold", "0s")
		s.wait(time.Second)
		s.stop()
		s.expect("the agent was stopped during a press", "10.0s call.active of r203-1-call")
	})
}

func TestTheDryContactOfASmokeAlarmRaisesAndClears(t *testing.T) {
	contactStory(t, board.DryContact, onPin("r203-alarm", "fire"), func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203-1", "trip", "hold", "0s")
		s.wait(50 * time.Second)
		s.do("203-1", "release")
		s.wait(time.Second)
		s.expect("an alarm of 50 s", "10.0s fire.active of r203-alarm", "60.0s fire.clear of r203-alarm")
	})
}

func TestAnAlarmThatIsOnAtTheStartIsRaised(t *testing.T) {
	for _, class := range []string{"fire", "gas", "carbon_monoxide", "water_leak", "tamper", "battery"} {
		t.Run(class, func(t *testing.T) {
			contactStory(t, board.DryContact, onPin("p", class), func(s *stage) {
				s.do("203-1", "trip", "hold", "0s")
				s.begin()
				s.wait(time.Second)
				s.expect("at the start", "0.0s "+class+".active of p")
			})
		})
	}
}

func TestTheEndOfAnAlarmIsReportedThoughTheAgentWasOffMeanwhile(t *testing.T) {
	contactStory(t, board.DryContact, onPin("r203-alarm", "fire"), func(s *stage) {
		s.begin()
		s.wait(time.Second)
		s.do("203-1", "trip", "hold", "0s")
		s.wait(time.Second)
		s.expect("the alarm", "1.0s fire.active of r203-alarm")
		s.stop()
		s.do("203-1", "release")
		s.begin()
		s.wait(time.Second)
		s.expect("after the restart", "0.0s fire.clear of r203-alarm")
		s.restart()
		s.wait(time.Second)
		s.expect("after another restart")
	})
}

func TestAnAlarmOfADeviceThatWasTakenOutEnds(t *testing.T) {
	contactStory(t, board.DryContact, onPin("r203-alarm", "fire"), func(s *stage) {
		s.do("203-1", "trip", "hold", "0s")
		s.begin()
		s.wait(time.Second)
		s.forget()
		s.stop()
		s.cfg.Devices = nil
		s.begin()
		s.wait(time.Second)
		if _, data := s.last(); data["reason"] != "the device was taken out of the configuration" {
			t.Errorf("the evidence is %v", data)
		}
		s.expect("without the device", "0.0s fire.clear of r203-alarm")
	})
}

// The bubble's clock begins at eight in the morning of Shanghai.
func TestADoorIsAnEventAtNightOnly(t *testing.T) {
	d := onPin("door", "wandering", "contact")
	d.Hours = &config.Hours{From: "08:30", To: "06:00"}
	contactStory(t, board.Door, d, func(s *stage) {
		s.begin()
		s.wait(time.Minute)
		s.do("203-1", "open-door")
		s.wait(time.Minute)
		s.do("203-1", "close-door")
		s.wait(time.Minute)
		s.expect("by day")
		s.wait(27 * time.Minute)
		s.do("203-1", "open-door")
		s.wait(30 * time.Second)
		s.do("203-1", "close-door")
		s.wait(time.Second)
		s.expect("at night", "1800.0s wandering.active of door", "1830.0s wandering.clear of door")
	})
}

func TestADoorReportsItsStateAndEachChange(t *testing.T) {
	contactStory(t, board.Door, onPin("door", "contact"), func(s *stage) {
		s.begin()
		s.wait(90 * time.Second)
		s.do("203-1", "open-door")
		s.wait(80 * time.Second)
		type value struct {
			Point    care.PointID
			Quantity care.Quantity
			Seconds  int
			Value    float64
		}
		var got []value
		for _, r := range s.readings(t) {
			got = append(got, value{r.Point, r.Quantity, int(r.Time.Sub(s.start).Seconds()), r.Value})
		}
		want := []value{{"door", care.Contact, 0, 0}, {"door", care.Contact, 60, 0}, {"door", care.Contact, 90, 1}, {"door", care.Contact, 150, 1}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("readings (-want +got):\n%s", diff)
		}
		s.expect("a door without events")
	})
}

func mat() config.Device {
	d := onPin("r203-1-mat", "bed_exit", "occupancy")
	d.Hours = &config.Hours{From: "20:30", To: "09:00"}
	return d
}

func TestABedExitAtNightAndTheReturn(t *testing.T) {
	contactStory(t, board.Mat, mat(), func(s *stage) {
		s.begin()
		s.wait(time.Minute)
		s.do("203-1", "leave-bed")
		s.wait(9 * time.Second)
		s.expect("turning over takes less than ten seconds")
		s.wait(2 * time.Second)
		s.expect("an exit, at the time of leaving", "60.0s bed_exit.active of r203-1-mat")
		s.wait(49 * time.Second)
		s.do("203-1", "return-bed")
		s.wait(10 * time.Second)
		s.expect("the return", "120.0s bed_exit.clear of r203-1-mat")
		var values []float64
		for _, r := range s.readings(t) {
			values = append(values, r.Value)
		}
		if diff := cmp.Diff([]float64{1, 1, 0, 0, 1}, values); diff != "" {
			t.Errorf("occupancy (-want +got):\n%s", diff)
		}
	})
}

func TestABedExitByDayIsNone(t *testing.T) {
	contactStory(t, board.Mat, mat(), func(s *stage) {
		s.begin()
		s.wait(2 * time.Hour) // ten o'clock
		s.do("203-1", "leave-bed")
		s.wait(time.Minute)
		s.do("203-1", "return-bed")
		s.wait(time.Minute)
		s.expect("by day")
	})
}

func TestTheReturnToBedIsReportedThoughTheAgentWasRestartedMeanwhile(t *testing.T) {
	contactStory(t, board.Mat, mat(), func(s *stage) {
		s.begin()
		s.wait(time.Minute)
		s.do("203-1", "leave-bed")
		s.wait(time.Minute)
		s.expect("the exit", "60.0s bed_exit.active of r203-1-mat")
		s.restart()
		s.wait(time.Minute)
		s.expect("the bed is still empty")
		s.do("203-1", "return-bed")
		s.wait(10 * time.Second)
		if diff := cmp.Diff([]string{"bed_exit.clear of r203-1-mat"}, s.classes()); diff != "" {
			t.Errorf("after the return (-want +got):\n%s", diff)
		}
	})
}
