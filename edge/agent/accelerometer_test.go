package agent

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/chip"
)

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

// Its wires came loose at the impact and hold again after some seconds, in which
// nothing was felt.
func TestAFallWithAGapIsFoundIfTheWearerLiesStillAfterIt(t *testing.T) {
	whole := fallAt(t, 0, func(*stage) {})
	for _, gap := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		t.Run(gap.String(), func(t *testing.T) {
			got := fallAt(t, whole+time.Second, func(s *stage) {
				s.do("203-1", "unplug", "adxl345")
				s.wait(gap)
				s.do("203-1", "plug", "adxl345")
			})
			if off := (got - whole).Abs(); got == 0 || off > 100*time.Millisecond {
				t.Errorf("the impact is at %s, want %s as without the gap", got, whole)
			}
		})
	}
}

func TestAFallWithAGapIsNotJudgedIfTheWearerGetsUpMeanwhile(t *testing.T) {
	whole := fallAt(t, 0, func(*stage) {})
	if at := fallAt(t, whole+time.Second, func(s *stage) {
		s.do("203-1", "unplug", "adxl345")
		s.do("203-1", "walk", "for", "1m")
		s.wait(2 * time.Second)
		s.do("203-1", "plug", "adxl345")
	}); at != 0 {
		t.Errorf("a fall was reported at %s", at)
	}
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
