package agent

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"shouwang.care/shouwang/edge/detect"
	"shouwang.care/shouwang/edge/driver/adxl345"
)

const (
	// testEvery is the time between two self-tests of an accelerometer that is
	// well, and testAgain that after one that failed.
	testEvery = time.Hour
	testAgain = time.Minute
	// testFails is how many have to fail in a row, since a movement can fail a
	// sound chip.
	testFails = 3
	// restFor is for how long the sensor must have kept still, within restWithin
	// in g on each axis: the test costs 0.3 s of samples, and nobody who has lain
	// still for a minute begins to fall in them.
	restFor    = time.Minute
	restWithin = 0.06
)

// selfTest decides when an accelerometer is tested and what the results mean. It
// is a pure state machine: time comes in with each call.
type selfTest struct {
	at     detect.Vec // where the sensor rests
	since  time.Time  // since when
	next   time.Time  // when the next test is due; zero: at the first rest
	failed int        // tests in a row
}

// push takes one sample.
func (s *selfTest) push(at time.Time, v detect.Vec) {
	for k := range v {
		if math.Abs(v[k]-s.at[k]) > restWithin {
			s.at, s.since = v, at
			return
		}
	}
}

// due says whether to test now.
func (s *selfTest) due(now time.Time) bool {
	return !s.since.IsZero() && now.Sub(s.since) >= restFor && !now.Before(s.next)
}

// done takes a result and returns whether the chip is to be believed broken, and
// whether it is known to be sound.
func (s *selfTest) done(now time.Time, passed bool) (broken, sound bool) {
	if passed {
		s.failed, s.next = 0, now.Add(testEvery)
		return false, true
	}
	s.failed++
	s.next = now.Add(testAgain)
	return s.failed >= testFails, false
}

// testIfDue lets the chip test itself when its wearer rests. One that fails three
// times in a row is reported as a fault and goes on watching: half a sensor is
// better than none. The error is of the bus.
func (a *accelerometer) testIfDue(ctx context.Context, now time.Time) error {
	if !a.test.due(now) {
		return nil
	}
	_, err := a.dev.SelfTest(ctx)
	if err != nil && !errors.Is(err, adxl345.ErrSelfTest) {
		return fmt.Errorf("the self-test could not be made: %w", err)
	}
	broken, sound := a.test.done(time.Now(), err == nil)
	switch {
	case broken:
		a.d.maintain("it may not feel a fall any more: " + err.Error())
	case sound:
		a.d.maintain("")
	default:
		a.d.log.Warn("the accelerometer failed its self-test; it is repeated at the next rest", "err", err)
	}
	return nil
}
