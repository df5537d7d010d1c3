package agent

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/gpio"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/edge/driver/sounder"
	"shouwang.care/shouwang/edge/spool"
	"shouwang.care/shouwang/firmware-sim/board"
	"shouwang.care/shouwang/firmware-sim/chip"
)

// hornSpec is a room with an alarm contact, a button and a sounder.
var hornSpec = board.Spec{Pins: []board.PinSpec{
	pinSpec("alarm", "GPIO5", board.DryContact), pinSpec("button", "GPIO6", board.Button), pinSpec("horn", "GPIO22", board.Sounder),
}}

func hornDevices(h config.Device) []config.Device {
	h.ID, h.Driver, h.Pin = "horn", config.Sounder, "GPIO22"
	button := onPin("r203-1-call", "sos")
	button.ID, button.Pin = "button", "GPIO6"
	return []config.Device{onPin("r203-alarm", "fire"), button, h}
}

// edges returns when the horn was switched, in tenths of a second since from,
// within d: positive on, negative off.
func (s *stage) edges(from time.Time, d time.Duration) []int {
	s.t.Helper()
	p, err := s.hw.Pin("GPIO22")
	if err != nil {
		s.t.Fatal(err)
	}
	var got []int
	for _, c := range p.(*chip.Pin).History() {
		if at := c.At.Sub(from); at > 0 && at <= d {
			tenths := int(at.Round(100*time.Millisecond) / (100 * time.Millisecond))
			if c.Level == gpio.Low {
				tenths = -tenths
			}
			got = append(got, tenths)
		}
	}
	return got
}

func TestAFireSoundsTheEvacuationSignalUntilItIsClear(t *testing.T) {
	play(t, hornSpec, hornDevices(config.Device{}), func(s *stage) {
		s.begin()
		s.wait(10 * time.Second)
		start := time.Now()
		s.do("203-1", "trip", "hold", "0s")
		s.wait(5 * time.Second)
		if diff := cmp.Diff([]int{-5, 10, -15, 20, -25, 40, -45}, s.edges(start.Add(50*time.Millisecond), 5*time.Second)); diff != "" {
			t.Errorf("three blows every four seconds (-want +got):\n%s", diff)
		}
		s.wait(10 * time.Minute)
		if now := time.Now(); len(s.edges(now.Add(-4*time.Second), 4*time.Second)) != 6 {
			t.Error("it has stopped after ten minutes, but the fire is not clear")
		}
		s.do("203-1", "release", "contact")
		s.wait(time.Second)
		clear := time.Now()
		s.wait(time.Minute)
		if got := s.edges(clear, time.Minute); got != nil {
			t.Errorf("it sounds after the fire is clear: %v", got)
		}
	})
}

func TestAnSOSSoundsForItsTime(t *testing.T) {
	for name, c := range map[string]struct {
		horn config.Device
		want []int
	}{
		"as usual":                {config.Device{}, []int{-300}},
		"as configured":           {config.Device{SoundFor: 5 * time.Second}, []int{-50}},
		"not at all":              {config.Device{Classes: []care.Class{care.Fire}}, nil},
		"on a board of low level": {config.Device{ActiveLow: true}, []int{300}},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, hornSpec, hornDevices(c.horn), func(s *stage) {
				s.begin()
				s.wait(10 * time.Second)
				start := time.Now()
				s.do("203-1", "press")
				s.wait(time.Minute)
				if diff := cmp.Diff(c.want, s.edges(start.Add(50*time.Millisecond), time.Minute)); diff != "" {
					t.Errorf("switched (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A disk that takes nothing, and no gateway: the sounder needs neither.
func TestTheSounderSoundsWithoutDiskAndGateway(t *testing.T) {
	play(t, hornSpec, hornDevices(config.Device{}), func(s *stage) {
		s.listener = &listener{keep: true}
		s.opts = []Option{func(a *Agent) {
			a.files = func(string) (spool.Files, error) { return spool.NoDisk{}, nil }
		}}
		s.begin()
		s.wait(10 * time.Second)
		start := time.Now()
		s.do("203-1", "trip", "hold", "0s")
		s.wait(4 * time.Second)
		if got := s.edges(start, 4*time.Second); len(got) != 6 {
			t.Errorf("switched %v, want the evacuation signal", got)
		}
		s.expect("and the event waits in memory", "10.0s fire.active of r203-alarm")
	})
}

func TestASounderWhosePinFailsIsAFaultAndSoundsWhenItIsBack(t *testing.T) {
	play(t, hornSpec, hornDevices(config.Device{}), func(s *stage) {
		s.begin()
		p, err := s.hw.Pin("GPIO22")
		if err != nil {
			t.Fatal(err)
		}
		s.wait(10 * time.Second)
		p.(*chip.Pin).Fail(errors.New("the port expander is gone"))
		s.do("203-1", "trip", "hold", "0s")
		s.wait(20 * time.Second)
		if fault := s.device("horn").Fault; fault == "" {
			t.Error("the inventory shows no fault")
		}
		p.(*chip.Pin).Fail(nil)
		s.wait(20 * time.Second)
		if fault := s.device("horn").Fault; fault != "" {
			t.Errorf("the inventory still says %q", fault)
		}
		if now := time.Now(); len(s.edges(now.Add(-4*time.Second), 4*time.Second)) != 6 {
			t.Error("the fire that lasts does not sound")
		}
	})
}

func TestFireSoundsBeforeCarbonMonoxideBeforeAllElse(t *testing.T) {
	for name, c := range map[string]struct {
		classes []care.Class
		want    sounder.Pattern
	}{
		"nothing":                  {nil, sounder.Off},
		"gas":                      {[]care.Class{care.Gas}, sounder.Temporal3},
		"carbon monoxide and fall": {[]care.Class{care.Fall, care.CarbonMonoxide}, sounder.Temporal4},
		"all":                      {[]care.Class{care.Fall, care.CarbonMonoxide, care.Fire}, sounder.Temporal3},
		"a fall":                   {[]care.Class{care.Fall}, sounder.Continuous},
		"a leak, which is silent":  {[]care.Class{care.WaterLeak}, sounder.Off},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSiren(&device{})
			for _, class := range c.classes {
				s.note(condition{"d", class, "p"}, care.Active)
			}
			if got, _ := s.pattern(time.Now()); got != c.want {
				t.Errorf("it sounds %s, want %s", got, c.want)
			}
		})
	}
}
