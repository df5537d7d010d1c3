package agent

import (
	"context"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/detect"
	"shouwang.care/shouwang/edge/driver/sht3x"
)

const (
	defaultClimateInterval = 10 * time.Second
	// coolBelow is the temperature in °C under which a room is not on fire.
	coolBelow = 45
)

// climate is an SHT3x: two readings and, if configured, a heat detector.
type climate struct {
	d   *device
	dev *sht3x.Dev

	heat     detect.Heat
	hot      bool // by the detector's last verdict
	restored calm
}

func newClimate(d *device) session {
	d.usual = orDefault(d.cfg.Interval, defaultClimateInterval)
	return d.poll(&climate{d: d})
}

func (c *climate) open(ctx context.Context) error {
	bus, err := c.d.agent.hw.Bus(c.d.cfg.Bus)
	if err != nil {
		return err
	}
	c.dev, err = sht3x.New(ctx, bus, c.d.cfg.Address)
	return err
}

func (c *climate) sense(ctx context.Context) error {
	m, err := c.dev.Sense(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	if point, ok := c.d.cfg.Points[string(care.Fire)]; ok {
		c.push(now, point, m.Temperature)
	}
	if c.d.due(now) {
		c.d.reading(care.Temperature, now, m.Temperature)
		c.d.reading(care.Humidity, now, m.Humidity)
	}
	return nil
}

// push gives the heat detector one temperature and reports what it says.
func (c *climate) push(now time.Time, point care.PointID, celsius float64) {
	if v, ok := c.heat.Push(now, celsius); ok {
		c.hot = v.Active
		if v.Active {
			c.d.begin(care.Fire, point, now, v)
		} else {
			c.d.end(care.Fire, point, now, v)
		}
	}
	quiet := c.d.reported(care.Fire) && !c.hot && celsius < coolBelow
	if c.restored.lasts(now, quiet) >= restoredAfter {
		c.d.end(care.Fire, point, now, evidence{Reason: "no heat since the agent was started again"})
	}
}
