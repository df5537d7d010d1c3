package chip

import "math/rand/v2"

// CountsPerG is the sensitivity that a Source counts in: 256 LSB/g, the typical
// value of the ADXL345 in full resolution (data sheet rev. E, table 1). It is
// the same as the 32 g over 13 bits that published recordings use.
const CountsPerG = 256

// Sample is an acceleration on three axes in counts of 1/256 g, before the
// chip's range and format are applied.
type Sample struct {
	X, Y, Z int16
}

// Source feeds the ADXL345 model. Next is called once for each sample that the
// chip takes, in order; it says false when it has no more, after which the chip
// rests in the attitude that the source ended in. A Source need not be safe for
// concurrent use: one chip is its only caller.
type Source interface {
	Next() (Sample, bool)
}

// Standing is gravity as a belt-worn sensor with its Y axis up measures it
// while a person stands.
var Standing = Sample{Y: -CountsPerG}

// Rest is a source without end: a constant acceleration with a little noise
// (standard deviation one count, about what the data sheet gives for ±16 g at
// 100 Hz), the same for the same seed.
type Rest struct {
	at  Sample
	rng *rand.Rand
}

// NewRest returns a resting source around the given attitude.
func NewRest(at Sample, seed uint64) *Rest {
	return &Rest{at: at, rng: rand.New(rand.NewPCG(seed, 0x5eed))}
}

// Next implements Source.
func (r *Rest) Next() (Sample, bool) {
	return Sample{
		X: r.noisy(r.at.X),
		Y: r.noisy(r.at.Y),
		Z: r.noisy(r.at.Z),
	}, true
}

func (r *Rest) noisy(v int16) int16 {
	return saturate16(int(v) + int(r.rng.NormFloat64()))
}

// saturate16 limits v to what an int16 holds.
func saturate16(v int) int16 {
	return int16(max(-1<<15, min(1<<15-1, v)))
}

// attitude follows the slow part of what a source says, so that the chip knows
// how the body lay when the source ended. A window of 64 samples (a third of a
// second at 200 Hz) is short enough to have forgotten an impact.
type attitude struct {
	window [64]Sample
	n      int
}

func (a *attitude) add(s Sample) {
	a.window[a.n%len(a.window)] = s
	a.n++
}

// mean returns the average of the window and false if nothing was added yet.
func (a *attitude) mean() (Sample, bool) {
	n := min(a.n, len(a.window))
	if n == 0 {
		return Sample{}, false
	}
	var x, y, z int
	for _, s := range a.window[:n] {
		x, y, z = x+int(s.X), y+int(s.Y), z+int(s.Z)
	}
	return Sample{X: int16(x / n), Y: int16(y / n), Z: int16(z / n)}, true
}
