package detect

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Vec is an acceleration in g along the axes of the sensor.
type Vec [3]float64

func (v Vec) dot(w Vec) float64 { return v[0]*w[0] + v[1]*w[1] + v[2]*w[2] }
func (v Vec) norm() float64     { return math.Sqrt(v.dot(v)) }

// finite says that v can be a measurement: no sensor that a person wears reaches
// maxG, and squares of greater values would overflow into a fall without a body.
func (v Vec) finite() bool {
	for _, a := range v {
		if !(math.Abs(a) <= maxG) { // NaN too
			return false
		}
	}
	return true
}

// FallOptions are the settings of a fall detector worn at the waist.
//
// A fall is an impact, with the trunk thrown sideways, after which somebody who
// was upright lies. Each of the four conditions has one limit; a sensor that does
// not feel about 1 g afterwards is not believed. The sideways throw is the standard
// deviation of the horizontal acceleration over one second, called C8 by Sucerquia
// et al. (Sensors 2017, 17:198), who found it the best single feature; the limits
// were set on their recordings, which the test of this package measures.
type FallOptions struct {
	// Rate is the rate of the samples in Hz, 25 to 1000.
	Rate float64
	// Upright is what the sensor reads while its wearer stands, in g; zero means
	// (0, -1, 0): a sensor on the belt with its y axis upside down.
	Upright Vec
	// Impact is the least peak in g; 0 means 2.
	Impact float64
	// Throw is the least horizontal standard deviation in g; 0 means 0.4.
	Throw float64
	// Lying is the least angle from upright afterwards, in degrees; 0 means 50.
	Lying float64
	// Standing is the greatest angle from upright before, in degrees; 0 means 60.
	Standing float64
}

// Times around an impact, in seconds.
const (
	innerRate   = 50.0 // Hz, to which faster samples are averaged
	throwWindow = 1.0
	peakAlone   = 0.5 // an impact is the greatest peak this far around
	lookBack    = 3.0
	backUntil   = 1.5 // tilt before: 3 to 1.5 s before the impact
	restFrom    = 1.5 // tilt after: 1.5 to 3 s after it
	decideAfter = 3.0
	refractory  = 10.0 // one fall has several impacts
	maxG        = 1000 // g, beyond which a sample is no measurement
	// Whoever lies feels 1 g, and the mean over the rest of every fall in SisFall
	// is 0.5 to 1.26 g. A sensor that is stuck or has lost its supply feels something else.
	leastRest, mostRest = 0.3, 2.0
)

// FallVerdict says that somebody fell, and why that is believed. It is the
// evidence of a fall event.
type FallVerdict struct {
	// Reason is a sentence for a carer.
	Reason string `json:"reason"`
	// Ago is how long before the decision the impact was.
	Ago time.Duration `json:"-"`
	// Peak, Throw and FreeFall are in g: the impact, the horizontal standard
	// deviation around it, and the least acceleration in the second before it.
	Peak     float64 `json:"peak_g"`
	Throw    float64 `json:"throw_g"`
	FreeFall float64 `json:"free_fall_g"`
	// TiltBefore and TiltAfter are degrees from upright.
	TiltBefore float64 `json:"tilt_before_deg"`
	TiltAfter  float64 `json:"tilt_after_deg"`
	// Movement is the standard deviation after the impact, in g.
	Movement float64 `json:"movement_after_g"`
	Window   Window  `json:"window"`
}

// Window is the recording around an impact.
type Window struct {
	Rate float64 `json:"rate_hz"`
	// Start is the time of the first sample in seconds after the impact, so it
	// is negative.
	Start float64   `json:"start_s"`
	Unit  string    `json:"unit"` // "g"
	X     []float64 `json:"x"`
	Y     []float64 `json:"y"`
	Z     []float64 `json:"z"`
}

// Fall finds falls in the samples of one accelerometer. It is not safe for
// concurrent use.
type Fall struct {
	opts FallOptions
	up   Vec
	rate float64 // inner
	take int     // samples averaged into one

	sum   Vec
	peak  float64
	count int

	// Rings of the last seconds at the inner rate; n counts what went in.
	acc   []Vec
	peaks []float64 // greatest magnitude of the samples averaged
	throw []float64
	n     int
	quiet int // n until which nothing more is reported
}

// NewFall returns a detector. The error names what is wrong in the options.
func NewFall(o FallOptions) (*Fall, error) {
	if !(o.Rate >= 25 && o.Rate <= 1000) {
		return nil, fmt.Errorf("fall detector: a rate of %g Hz is not within 25 and 1000", o.Rate)
	}
	if o.Upright == (Vec{}) {
		o.Upright = Vec{0, -1, 0}
	}
	if !o.Upright.finite() || o.Upright.norm() < 0.1 {
		return nil, errors.New("fall detector: the upright direction is no direction")
	}
	for _, l := range []struct {
		value *float64
		def   float64
	}{{&o.Impact, 2}, {&o.Throw, 0.4}, {&o.Lying, 50}, {&o.Standing, 60}} {
		if *l.value == 0 {
			*l.value = l.def
		}
		if !(*l.value > 0 && *l.value < 180) {
			return nil, fmt.Errorf("fall detector: a limit of %g is not positive and below 180", *l.value)
		}
	}
	f := &Fall{opts: o, take: max(1, int(o.Rate/innerRate))}
	f.rate = o.Rate / float64(f.take)
	norm := o.Upright.norm()
	f.up = Vec{o.Upright[0] / norm, o.Upright[1] / norm, o.Upright[2] / norm}
	size := f.steps(lookBack+decideAfter) + 2
	f.acc, f.peaks, f.throw = make([]Vec, size), make([]float64, size), make([]float64, size)
	return f, nil
}

func (f *Fall) steps(seconds float64) int { return int(math.Round(seconds * f.rate)) }

// Reset forgets the past. It is for gaps so long that what lies on both sides
// does not belong together.
func (f *Fall) Reset() { f.sum, f.peak, f.count, f.n, f.quiet = Vec{}, 0, 0, 0, 0 }

// UnderWay reports whether there was an impact in the last seconds on which no
// verdict was given yet.
func (f *Fall) UnderWay() bool {
	for k := max(f.from(f.n-f.steps(decideAfter)), f.quiet); k < f.n; k++ {
		if f.peaks[f.at(k)] >= f.opts.Impact {
			return true
		}
	}
	return f.peak >= f.opts.Impact
}

// Push takes one sample. It returns a verdict 3 s after the impact of a fall;
// samples that are no numbers, or beyond 1000 g, are passed over.
func (f *Fall) Push(v Vec) (FallVerdict, bool) {
	if !v.finite() {
		return FallVerdict{}, false
	}
	for k := range v {
		f.sum[k] += v[k]
	}
	f.peak = max(f.peak, v.norm())
	if f.count++; f.count < f.take {
		return FallVerdict{}, false
	}
	for k := range f.sum {
		f.sum[k] /= float64(f.take)
	}
	i := f.n % len(f.acc)
	f.acc[i], f.peaks[i] = f.sum, f.peak
	f.n++
	f.wrap()
	f.throw[i] = f.thrown(f.n - 1)
	f.sum, f.peak, f.count = Vec{}, 0, 0
	return f.judge(f.n - 1 - f.steps(decideAfter))
}

// wrap keeps the counters small: an int of a 32-bit Raspberry Pi would be full
// after a bit more than a year. A whole number of turns leaves every place in the
// rings as it is.
func (f *Fall) wrap() {
	const many = 1 << 24 // four days at 50 Hz
	if f.n < many {
		return
	}
	turns := (f.n/len(f.acc) - 1) * len(f.acc)
	f.n, f.quiet = f.n-turns, max(0, f.quiet-turns)
}

// at returns the place in the rings of the sample with number n.
func (f *Fall) at(n int) int { return n % len(f.acc) }

// from returns the number of the oldest sample kept that is not before n.
func (f *Fall) from(n int) int { return max(n, f.n-len(f.acc), 0) }

// thrown is the horizontal standard deviation over the second that ends with
// sample n.
func (f *Fall) thrown(n int) float64 {
	var sum Vec
	var squares float64
	first := f.from(n - f.steps(throwWindow) + 1)
	for k := first; k <= n; k++ {
		v := f.acc[f.at(k)]
		along := v.dot(f.up)
		h := Vec{v[0] - along*f.up[0], v[1] - along*f.up[1], v[2] - along*f.up[2]}
		for j := range h {
			sum[j] += h[j]
		}
		squares += h.dot(h)
	}
	count := float64(n - first + 1)
	return math.Sqrt(max(0, squares/count-sum.dot(sum)/(count*count)))
}

// judge decides on the sample with number n as an impact.
func (f *Fall) judge(n int) (FallVerdict, bool) {
	if n < 0 || n < f.quiet {
		return FallVerdict{}, false
	}
	peak := f.peaks[f.at(n)]
	if peak < f.opts.Impact {
		return FallVerdict{}, false
	}
	for k := f.from(n - f.steps(peakAlone)); k <= n+f.steps(peakAlone); k++ {
		if p := f.peaks[f.at(k)]; p > peak || p == peak && k < n {
			return FallVerdict{}, false
		}
	}
	v := FallVerdict{Peak: peak, FreeFall: math.Inf(1), Ago: time.Duration(float64(f.n-1-n) / f.rate * float64(time.Second))}
	for k := n; k <= n+f.steps(throwWindow); k++ {
		v.Throw = max(v.Throw, f.throw[f.at(k)])
	}
	for k := f.from(n - f.steps(throwWindow)); k <= n; k++ {
		v.FreeFall = min(v.FreeFall, f.acc[f.at(k)].norm())
	}
	var rest float64
	v.TiltAfter, v.Movement, rest = f.tilt(n+f.steps(restFrom), f.n)
	if rest < leastRest || rest > mostRest {
		return FallVerdict{}, false
	}
	// Without a past, after the start, the wearer counts as having stood.
	if before, until := f.from(n-f.steps(lookBack)), n-f.steps(backUntil); until-before >= f.steps(0.5) {
		v.TiltBefore, _, _ = f.tilt(before, until)
	}
	if v.Throw < f.opts.Throw || v.TiltAfter < f.opts.Lying || v.TiltBefore > f.opts.Standing {
		return FallVerdict{}, false
	}
	f.quiet = n + f.steps(refractory)
	f.explain(&v, n)
	return v, true
}

// tilt returns the angle of the mean acceleration of samples from to until
// (excluded) from upright, in degrees, their standard deviation and the magnitude
// of that mean, in g.
func (f *Fall) tilt(from, until int) (degrees, deviation, mean float64) {
	var sum Vec
	var squares float64
	for k := from; k < until; k++ {
		v := f.acc[f.at(k)]
		for j := range v {
			sum[j] += v[j]
		}
		squares += v.dot(v)
	}
	count := float64(until - from)
	deviation = math.Sqrt(max(0, squares/count-sum.dot(sum)/(count*count)))
	norm := sum.norm()
	if norm == 0 {
		return 90, deviation, 0
	}
	return math.Acos(max(-1, min(1, sum.dot(f.up)/norm))) * 180 / math.Pi, deviation, norm / count
}

// explain adds what a person wants to see.
func (f *Fall) explain(v *FallVerdict, n int) {
	first := f.from(n - f.steps(2))
	v.Window = Window{Rate: f.rate, Start: round(float64(first-n)/f.rate, 100), Unit: "g"}
	for k := first; k < f.n; k++ {
		a := f.acc[f.at(k)]
		v.Window.X = append(v.Window.X, round(a[0], 1000))
		v.Window.Y = append(v.Window.Y, round(a[1], 1000))
		v.Window.Z = append(v.Window.Z, round(a[2], 1000))
	}
	v.Reason = fmt.Sprintf("impact of %.1f g with a sideways throw of %.2f g; trunk %.0f° from upright before and %.0f° after",
		v.Peak, v.Throw, v.TiltBefore, v.TiltAfter)
	if v.Movement < 0.05 {
		v.Reason += ", lying still"
	}
	v.Peak, v.Throw, v.FreeFall = round(v.Peak, 100), round(v.Throw, 1000), round(v.FreeFall, 1000)
	v.TiltBefore, v.TiltAfter, v.Movement = round(v.TiltBefore, 10), round(v.TiltAfter, 10), round(v.Movement, 1000)
}

func round(v, per float64) float64 { return math.Round(v*per) / per }
