package board

import (
	"time"

	"shouwang.care/shouwang/firmware-sim/chip"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

// levels are what the words of a scenario mean, in percent.
var levels = map[string]float64{scenario.Low: 15, scenario.Empty: 2, scenario.Full: 100}

// battery is one on an input of a converter. Its level goes from one value to
// another in a straight line.
type battery struct {
	identity
	adc      *chip.ADS1115
	spec     BatterySpec
	from, to float64 // percent
	start    time.Time
	over     time.Duration
}

func (b *Board) addBattery(adc *chip.ADS1115, s BatterySpec, place string) error {
	c := &battery{identity: identity{s.ID, place}, adc: adc, spec: s, from: 100, to: 100, start: time.Now()}
	b.devices = append(b.devices, c)
	return c.connect()
}

// level is the percentage at a time.
func (c *battery) level(at time.Time) float64 {
	part := 1.0
	if c.over > 0 {
		part = min(1, max(0, at.Sub(c.start).Seconds()/c.over.Seconds()))
	}
	return c.from + part*(c.to-c.from)
}

func (c *battery) connect() error {
	now := *c // the converter asks while the board goes on
	return c.adc.SetChannel(c.spec.Channel, func(at time.Time) float64 {
		return now.spec.EmptyVolts + now.level(at)/100*(now.spec.FullVolts-now.spec.EmptyVolts)
	})
}

func (c *battery) can(a scenario.Action) bool { return a.Verb == scenario.Battery }

func (c *battery) perform(_ *Board, a scenario.Action) error {
	now := time.Now()
	c.from, c.to, c.start, c.over = c.level(now), levels[a.What], now, a.For
	return c.connect()
}
