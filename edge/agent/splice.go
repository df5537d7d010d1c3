package agent

import (
	"math"
	"time"

	"shouwang.care/shouwang/edge/detect"
	"shouwang.care/shouwang/edge/driver/adxl345"
)

const (
	// longestSplice is the loss during a fall that is bridged if the wearer lies
	// still after it.
	longestSplice = 5 * time.Second
	// stillFor is for how long that is looked at, and stillWithin in g by how much
	// an axis may then move.
	stillFor    = time.Second
	stillWithin = 0.2
)

// splice holds back what comes after a loss in the middle of a fall, until it is
// known whether the wearer lies still. If so he lay like that in the gap, too, and
// the fall is judged by it; else what lies on both sides does not belong together.
type splice struct {
	from time.Time // of the last sample before the gap
	held []sampleAt
}

type sampleAt struct {
	at time.Time
	v  detect.Vec
}

// add takes one sample and says whether there are enough.
func (s *splice) add(at time.Time, v detect.Vec) bool {
	s.held = append(s.held, sampleAt{at, v})
	return len(s.held) >= int(stillFor.Seconds()*adxl345.DefaultRate)
}

// still returns the mean of what is held, and whether it keeps still.
func (s *splice) still() (mean detect.Vec, still bool) {
	low := detect.Vec{math.Inf(1), math.Inf(1), math.Inf(1)}
	high := detect.Vec{math.Inf(-1), math.Inf(-1), math.Inf(-1)}
	for _, h := range s.held {
		for k, x := range h.v {
			low[k], high[k] = min(low[k], x), max(high[k], x)
			mean[k] += x / float64(len(s.held))
		}
	}
	still = true
	for k := range mean {
		still = still && high[k]-low[k] <= stillWithin
	}
	return mean, still
}

// tear begins a splice at a gap too long to be bridged otherwise, or forgets what
// was before it.
func (a *accelerometer) tear(missing time.Duration) {
	if a.splice == nil && missing <= longestSplice && a.fall.UnderWay() {
		a.splice = &splice{from: a.last}
		return
	}
	a.splice = nil
	a.fall.Reset()
}

// mend ends a splice.
func (a *accelerometer) mend() {
	s := a.splice
	a.splice = nil
	if mean, still := s.still(); still {
		for at := s.from.Add(period); at.Before(s.held[0].at); at = at.Add(period) {
			a.judge(at, mean)
		}
	} else {
		a.fall.Reset()
	}
	for _, h := range s.held {
		a.judge(h.at, h.v)
	}
}
