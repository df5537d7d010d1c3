package agent

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/board"
)

func TestAResidentTakesAnSOSBackByHoldingTheButtonAgain(t *testing.T) {
	contactStory(t, board.Button, onPin("r203-1-call", "call", "sos"), func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203-1", "press", "hold", "4s")
		s.expect("a long press", "13.0s sos.active of r203-1-call")
		s.wait(16 * time.Second)
		s.do("203-1", "cancel")
		s.wait(time.Second)
		_, data := s.last()
		want := map[string]any{
			"reason": "the resident takes the SOS back: the button or cord was held again for 6.0 s",
			"cancel": true, "held_s": 6.0,
		}
		if diff := cmp.Diff(want, data); diff != "" {
			t.Errorf("evidence (-want +got):\n%s", diff)
		}
		s.expect("held again for 6 s", "36.0s sos.clear of r203-1-call")
		s.do("203-1", "press", "hold", "4s")
		s.wait(time.Second)
		s.expect("the next long press is an SOS like any other", "40.0s sos.active of r203-1-call")
	})
}

func TestASecondLongPullOfTheCordTakesTheSOSBack(t *testing.T) {
	contactStory(t, board.Cord, onPin("r203-cord", "sos"), func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203-1", "pull")
		s.wait(20 * time.Second)
		s.do("203-1", "cancel", "cord")
		s.wait(time.Second)
		s.expect("pulled twice", "10.0s sos.active of r203-cord", "37.0s sos.clear of r203-cord")
	})
}

// Whoever is in need pulls and pulls, and does not count seconds.
func TestEveryOtherPullAfterAnSOSIsAnotherSOS(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration
		hold  string
		want  []string
	}{
		"a short one, when it is let go":            {20 * time.Second, "1s", []string{"30.0s sos.active of r203-cord"}},
		"one that is nearly long enough":            {20 * time.Second, "4900ms", []string{"30.0s sos.active of r203-cord"}},
		"one that is caught somewhere, after 15 s":  {20 * time.Second, "1h", []string{"45.0s sos.active of r203-cord"}},
		"one that begins too late, at once":         {70 * time.Second, "6s", []string{"80.0s sos.active of r203-cord"}},
		"one that is let go a little after the end": {20 * time.Second, "15100ms", []string{"45.0s sos.active of r203-cord"}},
	} {
		t.Run(name, func(t *testing.T) {
			contactStory(t, board.Cord, onPin("r203-cord", "sos"), func(s *stage) {
				s.begin()
				s.wait(10 * time.Second)
				s.do("203-1", "pull")
				s.expect("the first pull", "10.0s sos.active of r203-cord")
				s.wait(c.after - time.Second)
				s.do("203-1", "pull", "hold", c.hold)
				s.wait(time.Minute)
				s.expect(name, c.want...)
			})
		})
	}
}

// Somebody has fallen and lies on the cord, or has pulled it before the agent
// was there: holding on takes nothing back.
func TestThePressThatRaisedAnSOSNeverTakesItBack(t *testing.T) {
	for _, hold := range []string{"6s", "40s"} {
		t.Run(hold, func(t *testing.T) {
			contactStory(t, board.Cord, onPin("r203-cord", "sos"), func(s *stage) {
				s.begin()
				s.wait(10 * time.Second)
				s.do("203-1", "pull", "hold", hold)
				s.wait(time.Minute)
				s.expect("held on", "10.0s sos.active of r203-cord")
			})
		})
	}
	t.Run("over a restart", func(t *testing.T) {
		contactStory(t, board.Cord, onPin("r203-cord", "sos"), func(s *stage) {
			s.begin()
			s.wait(10 * time.Second)
			s.do("203-1", "pull", "hold", "0s")
			s.wait(time.Second)
			s.expect("pulled", "10.0s sos.active of r203-cord")
			s.restart()
			s.wait(7 * time.Second)
			s.do("203-1", "release")
			s.wait(time.Minute)
			s.expect("found pulled after the restart", "0.0s sos.active of r203-cord")
		})
	})
}

func TestAShortPressWithinTheTimeIsStillACall(t *testing.T) {
	contactStory(t, board.Button, onPin("r203-1-call", "call", "sos"), func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203-1", "press", "hold", "4s")
		s.wait(6 * time.Second)
		s.do("203-1", "press")
		s.wait(9600 * time.Millisecond)
		s.do("203-1", "press", "hold", "4s")
		s.wait(time.Second)
		s.expect("an SOS, a call and an SOS", "13.0s sos.active of r203-1-call", "20.0s call.active of r203-1-call", "33.0s sos.active of r203-1-call")
	})
}

func TestTheEndOfTheAgentDuringASecondPressIsAnotherSOS(t *testing.T) {
	contactStory(t, board.Cord, onPin("r203-cord", "sos"), func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		s.do("203-1", "pull")
		s.wait(9 * time.Second)
		s.do("203-1", "pull", "hold", "0s")
		s.wait(7 * time.Second)
		s.stop()
		s.expect("nobody knows how long it was held", "10.0s sos.active of r203-cord", "20.0s sos.active of r203-cord")
	})
}

func TestHowAnSOSIsTakenBackIsConfigured(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*config.Device)
		want   []string
	}{
		"a longer hold":       {func(d *config.Device) { d.CancelHold = 8 * time.Second }, []string{"30.0s sos.active of r203-cord"}},
		"within a short time": {func(d *config.Device) { d.CancelWithin = 10 * time.Second }, []string{"30.0s sos.active of r203-cord"}},
		"never":               {func(d *config.Device) { d.NoCancel = true }, []string{"30.0s sos.active of r203-cord"}},
		"as usual":            {func(*config.Device) {}, []string{"36.0s sos.clear of r203-cord"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := onPin("r203-cord", "sos")
			c.change(&d)
			contactStory(t, board.Cord, d, func(s *stage) {
				s.begin()
				s.wait(10 * time.Second)
				s.do("203-1", "pull")
				s.forget()
				s.wait(19 * time.Second)
				s.do("203-1", "cancel", "cord")
				s.wait(time.Second)
				s.expect(name, c.want...)
			})
		})
	}
}

// The tone of the SOS gives way: one beep says "let go", three say "done", and
// then it is quiet. A fire goes before all of it.
func TestTheSounderAnswersTheHandAtTheButton(t *testing.T) {
	for name, c := range map[string]struct {
		horn config.Device
		want []int // tenths of a second since the second press
	}{
		"while the SOS sounds": {config.Device{}, []int{-54, 60, -61, 62, -63, 64, -65}},
		"where it does not":    {config.Device{SoundFor: time.Second}, []int{51, -54, 60, -61, 62, -63, 64, -65}},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, hornSpec, hornDevices(c.horn), func(s *stage) {
				s.begin()
				s.wait(10 * time.Second)
				s.do("203-1", "press")
				s.wait(5 * time.Second)
				start := time.Now()
				s.do("203-1", "cancel")
				s.wait(time.Minute)
				if diff := cmp.Diff(c.want, s.edges(start, time.Minute)); diff != "" {
					t.Errorf("switched (-want +got):\n%s", diff)
				}
			})
		})
	}
	t.Run("during a fire", func(t *testing.T) {
		play(t, hornSpec, hornDevices(config.Device{}), func(s *stage) {
			s.begin()
			s.wait(10 * time.Second)
			s.do("203-1", "press")
			s.wait(5 * time.Second)
			start := time.Now()
			s.do("203-1", "trip", "hold", "0s")
			s.do("203-1", "cancel")
			s.wait(6 * time.Second)
			if n := len(s.edges(start.Add(50*time.Millisecond), 12*time.Second)); n != 17 {
				t.Errorf("switched %d times after the begin of three cycles of the evacuation signal, want 17", n)
			}
		})
	})
}

func TestACarersPresenceButtonSaysThatSheIsThere(t *testing.T) {
	contactStory(t, board.Presence, onPin("r203-here", "presence"), func(s *stage) {
		s.do("203-1", "presence", "hold", "0s")
		s.begin()
		s.wait(10 * time.Second)
		s.expect("a button that is stuck at the start is nobody")
		s.do("203-1", "release", "presence")
		s.wait(10 * time.Second)
		s.do("203-1", "presence")
		s.wait(time.Second)
		if _, data := s.last(); len(data) != 1 || data["means"] != "button" {
			t.Errorf("the evidence is %v, want the means", data)
		}
		s.expect("pressed", "20.0s presence.active of r203-here")
	})
}
