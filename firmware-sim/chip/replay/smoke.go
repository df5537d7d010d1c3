package replay

import (
	"math"
	"math/rand/v2"
	"time"
)

// Obscuration converts a curve of optical density in 1/m (base 10) to the share
// of light in % that one metre takes away: 100·(1 − 10^−d). Negative densities
// are the noise of a meter in clean air and give 0.
func Obscuration(density Curve) Curve {
	return density.Map(func(d float64) float64 { return max(0, -100*math.Expm1(-d*math.Ln10)) })
}

// Chamber is an analogue photoelectric smoke chamber: what it makes of
// obscuration.
type Chamber struct {
	Clean      float64 // volts in clean air
	PerPercent float64 // volts for 1 %/m
	Max        float64 // volts at which the amplifier saturates
	Noise      float64 // standard deviation in volts; 0 is a chamber without noise
	Seed       uint64  // of the noise
}

// DefaultChamber has values as they are usual of chambers supplied with 3.3 V.
var DefaultChamber = Chamber{Clean: 0.6, PerPercent: 0.12, Max: 3.0, Noise: 0.002}

// Volts returns the chamber's voltage as a function of time when the obscuration
// (in %/m) begins at start; it is what chip.ADS1115.SetChannel takes. Before
// start the air is as at the beginning of the curve. The same instant always has
// the same noise, however often it is measured.
func (c Chamber) Volts(start time.Time, obscuration Curve) func(time.Time) float64 {
	return func(t time.Time) float64 {
		v := c.Clean + c.PerPercent*obscuration.At(t.Sub(start))
		if c.Noise > 0 {
			v += c.Noise * rand.New(rand.NewPCG(c.Seed, uint64(t.UnixNano()))).NormFloat64()
		}
		return max(0, min(c.Max, v))
	}
}

// smokeStep is the distance of points of the synthetic curves.
const smokeStep = time.Second

// CleanAir is obscuration for ever 0.
func CleanAir() Curve { return Curve{{}} }

// FlamingFire is the obscuration in %/m at a room's ceiling above a flaming fire
// of our own making: nothing until the plume reaches the ceiling after delay,
// then growth with the square of time, as the heat of such fires grows
// (t-squared fire), to 10 %/m at one minute after that, and levelling off
// towards 60 %/m.
func FlamingFire(delay time.Duration) Curve {
	const top = 60.0
	return synthesise(delay+10*time.Minute, func(t time.Duration) float64 {
		s := (t - delay).Seconds()
		if s <= 0 {
			return 0
		}
		return top * -math.Expm1(-10*(s/60)*(s/60)/top)
	})
}

// KitchenSteam is the obscuration in %/m of a nuisance of our own making: steam
// from a pot or a shower that comes in puffs, reaches the given peak several
// times and blows away within half a minute each time, for the given duration.
func KitchenSteam(peak float64, duration time.Duration, seed uint64) Curve {
	rng := rand.New(rand.NewPCG(seed, 0x57ea))
	type puff struct{ at, rise, fall, height float64 }
	var puffs []puff
	for at := 5.0; at < duration.Seconds()-30; at += 40 + 30*rng.Float64() {
		puffs = append(puffs, puff{at: at, rise: 3 + 4*rng.Float64(), fall: 6 + 5*rng.Float64(), height: peak * (0.5 + 0.5*rng.Float64())})
	}
	return synthesise(duration, func(t time.Duration) float64 {
		var v float64
		for _, p := range puffs {
			switch s := t.Seconds() - p.at; {
			case s < 0:
			case s < p.rise:
				v += p.height * s / p.rise
			default:
				v += p.height * math.Exp(-(s-p.rise)/p.fall)
			}
		}
		return min(peak, v)
	})
}

func synthesise(duration time.Duration, f func(time.Duration) float64) Curve {
	var c Curve
	for t := time.Duration(0); t <= duration; t += smokeStep {
		c = append(c, Point{At: t, Value: f(t)})
	}
	return c
}
