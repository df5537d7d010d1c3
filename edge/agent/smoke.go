package agent

import (
	"context"
	"errors"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/detect"
	"shouwang.care/shouwang/edge/driver/ads1115"
	"shouwang.care/shouwang/edge/driver/smokechamber"
)

const (
	defaultSmokeInterval = time.Second
	defaultAlarm         = 8.0 // %/m
	// restoredAfter is for how long there must be no sign of a fire that was
	// reported before a restart until it counts as over.
	restoredAfter = time.Minute
	// believeFor is how old the smoke may be that makes a signal beyond the range
	// dense smoke and not a short circuit.
	believeFor = 15 * time.Second
	// cleanFor keeps the report of a soiled chamber from coming and going with
	// the noise.
	cleanFor = time.Hour
)

// smoke is an analogue smoke chamber on an input of an ADS1115.
type smoke struct {
	d       *device
	alarm   float64
	detect  *detect.Smoke // nil without a point for fires
	known   bool          // how soiled it was has been looked up
	chamber *smokechamber.Chamber

	rising   time.Time // when there was last smoke
	restored calm
	clean    calm
}

func newSmoke(d *device) (session, error) {
	d.usual = orDefault(d.cfg.Interval, defaultSmokeInterval)
	s := &smoke{d: d, alarm: orDefault(d.cfg.Chamber.AlarmPercent, defaultAlarm)}
	if _, ok := d.cfg.Points[string(care.Fire)]; ok {
		var err error
		if s.detect, err = detect.NewSmoke(detect.SmokeOptions{Alarm: s.alarm}); err != nil {
			return nil, err
		}
	}
	return d.poll(s), nil
}

func (s *smoke) open(context.Context) error {
	cfg := s.d.cfg
	bus, err := s.d.agent.hw.Bus(cfg.Bus)
	if err != nil {
		return err
	}
	adc, err := s.d.agent.converters.get(bus, orDefault(cfg.Address, ads1115.Addr))
	if err != nil {
		return err
	}
	calibration := smokechamber.Config{
		CleanVolts: cfg.Chamber.CleanVolts, VoltsPerPercent: cfg.Chamber.VoltsPerPercent,
		FullVolts: cfg.Chamber.FullVolts, Saturated: ads1115.ErrSaturated,
	}
	in, err := adc.input(cfg.Channel, rangeFor(cfg.Chamber.FullVolts))
	if err != nil {
		return err
	}
	if s.detect != nil && !s.known {
		s.known = true
		before := s.d.agent.soiled.get(s.d.cfg.ID)
		if s.detect, err = detect.NewSmoke(detect.SmokeOptions{Alarm: s.alarm, Baseline: before}); err != nil {
			return err
		}
	}
	s.chamber, err = smokechamber.New(in, calibration)
	return err
}

// rangeFor returns the finest range in which a chamber that saturates at a
// voltage can still be told from a short circuit, or the widest.
func rangeFor(full float64) ads1115.Range {
	best := ads1115.Range6V144
	for _, r := range []ads1115.Range{ads1115.Range4V096, ads1115.Range2V048, ads1115.Range1V024, ads1115.Range0V512, ads1115.Range0V256} {
		if r.Volts() > 1.1*full {
			best = r
		}
	}
	return best
}

func (s *smoke) sense(ctx context.Context) error {
	r, err := s.chamber.Sense(ctx)
	now := time.Now()
	if errors.Is(err, smokechamber.ErrShort) && s.detect != nil && (s.detect.Active() || now.Sub(s.rising) <= believeFor) {
		// Smoke was seen to rise until here: believe the fire. The chamber is
		// reported all the same, because it cannot see the end of it.
		s.push(now, r.Obscuration)
		return err
	}
	if err != nil {
		return err
	}
	s.push(now, r.Obscuration)
	if s.d.due(now) {
		s.d.reading(care.Obscuration, now, r.Obscuration)
	}
	return nil
}

// push gives the detector one value and reports what it says.
func (s *smoke) push(now time.Time, percent float64) {
	if s.detect == nil {
		return
	}
	if percent >= s.alarm/2 {
		s.rising = now
	}
	point := s.d.cfg.Points[string(care.Fire)]
	if v, ok := s.detect.Push(now, percent); ok && v.Active {
		s.d.begin(care.Fire, point, now, v)
	} else if ok {
		s.d.end(care.Fire, point, now, v)
	}
	quiet := s.d.reported(care.Fire) && !s.detect.Active() && percent < s.alarm/2
	if s.restored.lasts(now, quiet) >= restoredAfter {
		s.d.end(care.Fire, point, now, evidence{Reason: "no smoke since the agent was started again"})
	}
	s.d.agent.soiled.set(s.d.cfg.ID, s.detect.Baseline())
	soiled := s.detect.Soiled()
	if soiled {
		s.d.maintain("the smoke chamber is soiled and its alarm comes early: clean or replace it")
	}
	if s.clean.lasts(now, !soiled) >= cleanFor {
		s.d.maintain("")
	}
}
