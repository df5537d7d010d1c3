package board

import (
	"math"
	"time"

	"shouwang.care/shouwang/firmware-sim/chip"
	"shouwang.care/shouwang/firmware-sim/chip/replay"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

// What a room does, of our own making and only to be plausible.
const (
	steamPeak   = 5.0              // %/m, below any alarm threshold
	steamDamp   = 30.0             // %RH that steam adds
	fireHeat    = 45.0             // K that a fire adds under the ceiling
	fadeTime    = 40 * time.Second // in which smoke thins to a third
	fadeEnd     = 6 * fadeTime
	smoulderEnd = 20 * time.Minute
	dayAndNight = 0.8 // K of daily swing
)

// chamber is a smoke chamber on an input of a converter.
type chamber struct {
	identity
	adc     *chip.ADS1115
	channel int
	model   replay.Chamber
	start   time.Time    // of the curve
	curve   replay.Curve // obscuration in %/m
}

func (b *Board) addChamber(adc *chip.ADS1115, s ChamberSpec, place string) error {
	c := &chamber{identity: identity{s.ID, place}, adc: adc, channel: s.Channel, model: replay.DefaultChamber}
	if s.CleanVolts != 0 {
		c.model.Clean, c.model.PerPercent, c.model.Max = s.CleanVolts, s.VoltsPerPercent, s.FullVolts
	}
	b.seed++
	c.model.Seed = b.seed
	b.devices = append(b.devices, c)
	return c.set(time.Now(), replay.CleanAir())
}

func (c *chamber) set(start time.Time, obscuration replay.Curve) error {
	c.start, c.curve = start, obscuration
	return c.adc.SetChannel(c.channel, c.model.Volts(start, obscuration))
}

func (c *chamber) can(a scenario.Action) bool {
	return a.Verb == scenario.Smoke || a.Verb == scenario.Steam || a.Verb == scenario.Replay && a.What == scenario.NIST
}

func (c *chamber) perform(b *Board, a scenario.Action) error {
	now := time.Now()
	level := c.curve.At(now.Sub(c.start))
	var smoke, heat, damp replay.Curve
	switch {
	case a.Verb == scenario.Steam:
		smoke, damp = replay.KitchenSteam(steamPeak, a.For, b.seed), rising(a.For, steamDamp)
		damp = append(damp, fading(steamDamp, damp.Duration())...)
	case a.Verb == scenario.Replay:
		smoke = retime(b.curves[recordingOf(a)], a.From, a.Times)
	case a.What == scenario.Flaming:
		smoke = replay.FlamingFire(0)
		top := smoke.At(smoke.Duration())
		heat = smoke.Map(func(percent float64) float64 { return fireHeat * percent / top })
	case a.What == scenario.Smouldering:
		smoke = rising(smoulderEnd, 30)
	default:
		smoke = append(replay.Curve{{Value: level}}, fading(level, 0)...)
	}
	for _, d := range b.devices {
		switch room, ok := d.(*air); {
		case !ok || room.place != c.place:
		case a.What == scenario.Cleared:
			room.fade(now)
		default:
			room.set(now, heat, damp)
		}
	}
	return c.set(now, smoke)
}

// fade lets the heat and damp of now go slowly.
func (a *air) fade(now time.Time) {
	ebb := func(c replay.Curve) replay.Curve {
		v := c.At(now.Sub(a.start))
		return append(replay.Curve{{Value: v}}, fading(v, 0)...)
	}
	a.set(now, ebb(a.heat), ebb(a.damp))
}

// rising goes evenly from 0 to v and stays there.
func rising(d time.Duration, v float64) replay.Curve {
	return replay.Curve{{}, {At: max(d, time.Millisecond), Value: v}}
}

// fading thins v out after a time, exponentially; its first point comes after
// that time.
func fading(v float64, after time.Duration) replay.Curve {
	var c replay.Curve
	for t := 5 * time.Second; t <= fadeEnd; t += 5 * time.Second {
		c = append(c, replay.Point{At: after + t, Value: v * math.Exp(-t.Seconds()/fadeTime.Seconds())})
	}
	return append(c, replay.Point{At: after + fadeEnd + time.Second})
}

// retime begins a recording at from and plays it faster; 0 times is as recorded.
func retime(c replay.Curve, from time.Duration, times float64) replay.Curve {
	if times <= 0 {
		times = 1
	}
	out := replay.Curve{{Value: c.At(from)}}
	for _, p := range c {
		if at := time.Duration(float64(p.At-from) / times); at > out.Duration() {
			out = append(out, replay.Point{At: at, Value: p.Value})
		}
	}
	return out
}

// air is the climate around an SHT3x.
type air struct {
	identity
	chip             *chip.SHT3x
	celsius, percent float64
	phase            uint64 // no two rooms swing together
	start            time.Time
	heat, damp       replay.Curve
}

func (*air) can(scenario.Action) bool              { return false }
func (*air) perform(*Board, scenario.Action) error { return nil }

// set gives the air heat in K and damp in %RH on top of its climate, which
// swings a little with the hour.
func (a *air) set(start time.Time, heat, damp replay.Curve) {
	a.start, a.heat, a.damp = start, heat, damp
	celsius, percent, phase := a.celsius, a.percent, float64(a.phase%24)
	a.chip.SetAir(func(t time.Time) (float64, float64) {
		day := math.Sin(2*math.Pi*(float64(t.Unix()%86400)/86400) + phase)
		quarter := math.Sin(2*math.Pi*float64(t.Unix()%900)/900 + phase)
		since := t.Sub(start)
		return celsius + dayAndNight*day + 0.1*quarter + heat.At(since),
			max(0, min(100, percent-3*day+0.5*quarter+damp.At(since)))
	})
}
