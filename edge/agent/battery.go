package agent

import (
	"context"
	"fmt"
	"math"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/driver/ads1115"
)

const (
	defaultBatteryInterval = 10 * time.Second
	// lowBelow and goodAbove are percent. The gap between them keeps a battery
	// that recovers a little when its load is gone from being low again and again.
	lowBelow  = 20.0
	goodAbove = 30.0
	// batteryLasts is for how long it must be so: a radio or a sounder that
	// switches on pulls the voltage down for a moment.
	batteryLasts = time.Minute
)

// battery is a battery, through a divider if need be, on an input of an ADS1115.
type battery struct {
	d     *device
	in    *channel
	since calm
}

// batteryEvidence is what the events of a battery show.
type batteryEvidence struct {
	Reason string  `json:"reason"`
	Level  float64 `json:"level_percent"`
	Volts  float64 `json:"volts"`
}

func newBattery(d *device) session {
	d.usual = orDefault(d.cfg.Interval, defaultBatteryInterval)
	return d.poll(&battery{d: d})
}

func (b *battery) open(context.Context) error {
	bus, err := b.d.agent.hw.Bus(b.d.cfg.Bus)
	if err != nil {
		return err
	}
	adc, err := b.d.agent.converters.get(bus, orDefault(b.d.cfg.Address, ads1115.Addr))
	if err != nil {
		return err
	}
	b.in, err = adc.input(b.d.cfg.Channel, rangeFor(b.d.cfg.Cell.FullVolts))
	return err
}

func (b *battery) sense(ctx context.Context) error {
	volts, err := b.in.Sense(ctx)
	if err != nil {
		return err
	}
	cell := b.d.cfg.Cell
	if volts < cell.EmptyVolts/2 {
		return fmt.Errorf("%s: %.2f V is no battery, %.2f V would be an empty one: see whether it is connected", b.in.in, volts, cell.EmptyVolts)
	}
	now := time.Now()
	level := min(100, max(0, 100*(volts-cell.EmptyVolts)/(cell.FullVolts-cell.EmptyVolts)))
	b.judge(now, level, volts)
	if b.d.due(now) {
		b.d.reading(care.BatteryLevel, now, level)
	}
	return nil
}

// judge reports a battery that is low, or good again. What was reported is the
// only state, so that a restart changes nothing.
func (b *battery) judge(now time.Time, level, volts float64) {
	point, ok := b.d.cfg.Points[string(care.Battery)]
	if !ok {
		return
	}
	low := b.d.reported(care.Battery)
	turns := level <= lowBelow
	if low {
		turns = level >= goodAbove
	}
	if b.since.lasts(now, turns) < batteryLasts {
		return
	}
	b.since = calm{}
	e := batteryEvidence{
		Reason: fmt.Sprintf("the battery is low: %.0f %%", level),
		Level:  math.Round(level*10) / 10, Volts: math.Round(volts*1000) / 1000,
	}
	if low {
		e.Reason = fmt.Sprintf("the battery is charged or replaced: %.0f %%", level)
		b.d.end(care.Battery, point, now, e)
		return
	}
	b.d.begin(care.Battery, point, now, e)
}
