package agent

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/chip"
)

// counting counts how often the self-test force of an accelerometer is switched
// on.
type counting struct {
	*chip.ADXL345
	tests *[]time.Time
}

func (c counting) Tx(w, r []byte) error {
	if len(w) == 2 && w[0] == 0x31 && w[1]&0x80 != 0 {
		*c.tests = append(*c.tests, time.Now())
	}
	return c.ADXL345.Tx(w, r)
}

// testedStory plays with a fall sensor that lies still, whose tests are counted.
func testedStory(t *testing.T, story func(s *stage, c *chip.ADXL345, tests *[]time.Time)) {
	t.Helper()
	var c *chip.ADXL345
	var tests []time.Time
	play(t, func() *bench {
		b := &bench{}
		c = chip.NewADXL345(1)
		if err := b.bus.Attach(0x53, counting{c, &tests}); err != nil {
			t.Fatal(err)
		}
		return b
	}, []config.Device{waist()}, func(s *stage) { story(s, c, &tests) })
}

func TestAnAccelerometerThatRestsTestsItselfEveryHour(t *testing.T) {
	testedStory(t, func(s *stage, _ *chip.ADXL345, tests *[]time.Time) {
		s.begin()
		s.wait(3*time.Hour + 30*time.Minute)
		var got []string
		for _, at := range *tests {
			got = append(got, at.Sub(s.start).Truncate(time.Minute).String())
		}
		if diff := cmp.Diff([]string{"1m0s", "1h1m0s", "2h1m0s", "3h1m0s"}, got); diff != "" {
			t.Errorf("tested (-want +got):\n%s", diff)
		}
		s.expect("a sound chip")
	})
}

func TestAnAccelerometerWhoseElementIsStuckIsAFaultUntilItMoves(t *testing.T) {
	testedStory(t, func(s *stage, c *chip.ADXL345, tests *[]time.Time) {
		s.begin()
		s.wait(30 * time.Minute)
		c.SetSelfTestShift(0, 0, 0)
		s.wait(31*time.Minute + 30*time.Second)
		s.expect("one test that fails may be a movement")
		s.wait(2 * time.Minute)
		if diff := cmp.Diff([]string{"fault.active of r203-1-fall"}, s.classes()); diff != "" {
			t.Errorf("three that fail (-want +got):\n%s", diff)
		}
		s.forget()
		if fault := s.device("waist").Fault; !strings.Contains(fault, "axis X moved by 0 counts") {
			t.Errorf("the inventory says %q, want the test", fault)
		}
		c.SetSelfTestShift(300, -300, 450)
		s.wait(2 * time.Minute)
		if diff := cmp.Diff([]string{"fault.clear of r203-1-fall"}, s.classes()); diff != "" {
			t.Errorf("it moves (-want +got):\n%s", diff)
		}
	})
}

// restless turns a little every half minute, as in a bad night.
type restless struct{ n int }

func (r *restless) Next() (chip.Sample, bool) {
	r.n++
	if r.n/6000%2 == 0 {
		return chip.Sample{Y: -240, Z: 40}, true
	}
	return chip.Sample{Y: -240, Z: 80}, true
}

func TestAnAccelerometerIsNeverTestedWhileItsWearerMoves(t *testing.T) {
	testedStory(t, func(s *stage, c *chip.ADXL345, tests *[]time.Time) {
		c.SetSource(&restless{})
		s.begin()
		s.wait(2 * time.Hour)
		if len(*tests) > 0 {
			t.Errorf("it was tested %d times", len(*tests))
		}
		c.SetSource(nil)
		s.wait(2 * time.Minute)
		if len(*tests) != 1 {
			t.Errorf("it was tested %d times after two minutes of rest, want once", len(*tests))
		}
	})
}
