package replay

import (
	"math"
	"math/rand/v2"
	"time"

	"shouwang.care/shouwang/firmware-sim/chip"
)

// tape writes a synthetic movement: accelerations in g in the frame of a sensor
// on the belt, Y up along the body, Z forward.
type tape struct {
	samples []chip.Sample
	rng     *rand.Rand
}

// vec is an acceleration in g.
type vec struct{ x, y, z float64 }

// What gravity looks like to the sensor in three attitudes. Sitting, the belt
// leans back a little.
var (
	upright = vec{y: -1}
	seated  = vec{y: -0.94, z: 0.34}
	supine  = vec{z: 1}
	onSide  = vec{x: 1}
	prone   = vec{z: -1}
)

func newTape(seed uint64) *tape { return &tape{rng: rand.New(rand.NewPCG(seed, 0xfa11))} }

// add appends d of movement; f gets the time since its beginning in s and, as a
// share from 0 to 1, how much of it is over. Tremor is a standard deviation in g.
func (t *tape) add(d time.Duration, tremor float64, f func(s, part float64) vec) {
	n := int(d.Seconds() * Rate)
	for i := range n {
		v := f(float64(i)/Rate, float64(i)/float64(n))
		t.samples = append(t.samples, chip.Sample{X: t.count(v.x, tremor), Y: t.count(v.y, tremor), Z: t.count(v.z, tremor)})
	}
}

// count converts g to counts with noise, limited to the ±16 g of the chip.
func (t *tape) count(g, tremor float64) int16 {
	c := math.Round((g + tremor*t.rng.NormFloat64()) * chip.CountsPerG)
	return int16(max(-16*chip.CountsPerG, min(16*chip.CountsPerG-1, c)))
}

// still holds an attitude.
func (t *tape) still(d time.Duration, tremor float64, at vec) {
	t.add(d, tremor, func(float64, float64) vec { return at })
}

// turn goes evenly from one attitude to another, with gravity at full strength.
func (t *tape) turn(d time.Duration, tremor float64, from, to vec) {
	t.add(d, tremor, func(_, part float64) vec { return blend(from, to, part).unit() })
}

// blow is an impact: a half sine of the given peak in g along an attitude, on top
// of gravity there, that rings once.
func (t *tape) blow(d time.Duration, peak float64, at vec) {
	t.add(d, 0.05, func(_, part float64) vec {
		return at.times(1 + (peak-1)*math.Sin(math.Pi*part))
	})
	t.add(3*d, 0.05, func(_, part float64) vec {
		return at.times(1 + 0.4*math.Sin(2*math.Pi*part)*(1-part))
	})
}

func blend(a, b vec, f float64) vec {
	return vec{a.x + f*(b.x-a.x), a.y + f*(b.y-a.y), a.z + f*(b.z-a.z)}
}

func (v vec) times(f float64) vec { return vec{v.x * f, v.y * f, v.z * f} }

func (v vec) unit() vec {
	n := math.Sqrt(v.x*v.x + v.y*v.y + v.z*v.z)
	if n == 0 {
		return v
	}
	return v.times(1 / n)
}

func (t *tape) motion(name string) Motion { return Motion{Activity: name, Samples: t.samples} }

// Fall is a person who stands, loses balance, drops for about 0.4 s, hits the
// floor with 4 to 6 g and stays lying for the given time, face up, face down or
// on the side as the seed has it.
func Fall(lying time.Duration, seed uint64) Motion {
	t := newTape(seed)
	end := []vec{supine, onSide, prone}[t.rng.IntN(3)]
	peak := 4 + 2*t.rng.Float64()
	tilted := blend(upright, end, 0.25).unit()
	t.still(2*time.Second, 0.02, upright)
	t.turn(300*time.Millisecond, 0.05, upright, tilted)
	// The body rotates while it drops; a waist is never quite weightless.
	t.add(400*time.Millisecond, 0.04, func(_, part float64) vec {
		return blend(tilted, end, 0.7*part).unit().times(0.25 + 0.5*(1-part)*(1-part))
	})
	t.blow(50*time.Millisecond, peak, blend(tilted, end, 0.9).unit())
	t.turn(500*time.Millisecond, 0.1, blend(tilted, end, 0.9).unit(), end)
	t.still(lying, 0.008, end)
	return t.motion("fall")
}

// SitDownHard is a person who drops onto a chair: a short loss of weight, a blow
// of 2 to 2.8 g along the body, and sitting still for the given time.
func SitDownHard(sitting time.Duration, seed uint64) Motion {
	t := newTape(seed)
	peak := 2 + 0.8*t.rng.Float64()
	t.still(2*time.Second, 0.02, upright)
	t.add(350*time.Millisecond, 0.03, func(_, part float64) vec {
		return blend(upright, seated, part).unit().times(1 - 0.45*math.Sin(math.Pi*part))
	})
	t.blow(60*time.Millisecond, peak, seated)
	t.still(sitting, 0.01, seated)
	return t.motion("sit down hard")
}

// Walk is a person who walks for the given time with about 1.8 steps a second,
// 1.3 to 1.5 g at each heel strike.
func Walk(d time.Duration, seed uint64) Motion {
	t := newTape(seed)
	steps := 1.7 + 0.2*t.rng.Float64()
	lift := 0.3 + 0.2*t.rng.Float64()
	t.add(d, 0.04, func(s, _ float64) vec {
		phase := 2 * math.Pi * steps * s
		return vec{
			x: 0.15 * math.Sin(phase/2), // the hip sways once in two steps
			y: -1 - lift*math.Sin(phase),
			z: 0.12 * math.Sin(phase+1),
		}
	})
	return t.motion("walk")
}

// LieDown is a person who sits down slowly and lies down within three seconds,
// as one goes to bed: the attitude of a fall without its blow.
func LieDown(lying time.Duration, seed uint64) Motion {
	t := newTape(seed)
	t.still(2*time.Second, 0.02, upright)
	t.turn(1500*time.Millisecond, 0.04, upright, seated)
	t.turn(1500*time.Millisecond, 0.05, seated, supine)
	t.still(lying, 0.008, supine)
	return t.motion("lie down")
}

// Stand is a person who stands, or sits upright, and does nothing.
func Stand(d time.Duration, seed uint64) Motion {
	t := newTape(seed)
	t.still(d, 0.02, upright)
	return t.motion("stand")
}
