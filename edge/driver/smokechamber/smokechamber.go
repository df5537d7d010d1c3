// Package smokechamber reads an analogue photoelectric smoke chamber: a light
// source and a photodiode behind an amplifier, whose voltage rises in proportion
// to the light that smoke scatters. It turns volts into obscuration, the share of
// light that one metre of the air takes away, in per cent (%/m).
//
// Sensitivity of point smoke detectors is laid down in optical units by EN 54-7
// and GB 4715 (dB/m) and by UL 217 (%/ft, %/m); OpticalDensity and Obscuration
// convert. Accuracy is the chamber's: a photoelectric chamber sees grey, large
// smoke particles better than black, small ones, and its clean-air voltage drifts
// upwards with dust. CleanVolts and VoltsPerPercent come from its calibration.
//
// The package judges whether the voltage is one that a sound chamber can give. It
// leaves to edge/detect what is a fire, and to edge/agent that a chamber in fault
// is reported. It does not follow drift: that is a detector's job, which sees days.
package smokechamber

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// Errors that callers tell apart with errors.Is.
var (
	// ErrOpen means that the voltage is lower than clean air gives: a broken
	// wire, or a light source that has failed. The chamber is blind.
	ErrOpen = errors.New("the smoke chamber gives no signal")
	// ErrShort means that the voltage is higher than smoke can drive it: a short
	// circuit, or water or soil in the chamber. Because dense smoke comes before
	// it in a fire, the reading that comes with the error is the full scale, and
	// a caller who saw smoke rise until here should believe the smoke.
	ErrShort = errors.New("the signal of the smoke chamber is above its range")
)

// Voltmeter is the analogue input that the chamber is wired to, for instance
// *ads1115.Input. Sense returns volts; with an error the volts count for nothing
// unless the error is the Config's Saturated, which says that the voltage is at
// or beyond the one returned.
type Voltmeter interface {
	Sense(ctx context.Context) (volts float64, err error)
}

// Config is the calibration of one chamber. All voltages are in volts at the
// Voltmeter, that is after a divider, if there is one.
type Config struct {
	// CleanVolts is the voltage in clean air.
	CleanVolts float64
	// VoltsPerPercent is the rise for 1 %/m of obscuration; it is positive.
	VoltsPerPercent float64
	// OpenBelow is the voltage under which the chamber counts as open; it lies
	// between 0 and CleanVolts. 0 means half of CleanVolts.
	OpenBelow float64
	// FullVolts is the greatest voltage that smoke can cause, where the
	// amplifier saturates: readings are limited to what it stands for.
	FullVolts float64
	// ShortAbove is the voltage over which the input counts as shorted; it is not
	// below FullVolts. 0 means 5 % above FullVolts.
	ShortAbove float64
	// Saturated is the Voltmeter's error for a voltage beyond its range, for
	// instance ads1115.ErrSaturated; nil if it has none.
	Saturated error
}

// Reading is one measurement.
type Reading struct {
	// Obscuration is in % over 1 m, 0 to 100. Less than clean air is 0.
	Obscuration float64
	// Volts is the voltage it was computed from.
	Volts float64
	// Full says that the chamber is at the end of its range: there is at least
	// this much smoke.
	Full bool
}

// Chamber is one smoke chamber.
type Chamber struct {
	meter Voltmeter
	cfg   Config
	full  float64 // obscuration at FullVolts
}

// New returns a chamber on the given input. Every mistake in cfg is reported.
func New(meter Voltmeter, cfg Config) (*Chamber, error) {
	if cfg.OpenBelow == 0 {
		cfg.OpenBelow = cfg.CleanVolts / 2
	}
	if cfg.ShortAbove == 0 {
		cfg.ShortAbove = 1.05 * cfg.FullVolts
	}
	var errs []error
	for _, v := range []struct {
		ok   bool
		rule string
	}{
		{finite(cfg.CleanVolts, cfg.VoltsPerPercent, cfg.OpenBelow, cfg.FullVolts, cfg.ShortAbove), "all values must be finite numbers"},
		{cfg.VoltsPerPercent > 0, "the rise for 1 %/m must be positive"},
		{cfg.CleanVolts > 0, "the voltage in clean air must be positive"},
		{cfg.OpenBelow > 0 && cfg.OpenBelow < cfg.CleanVolts, "the open limit must lie between 0 and the voltage in clean air"},
		{cfg.FullVolts > cfg.CleanVolts, "the full voltage must be above the voltage in clean air"},
		{cfg.ShortAbove >= cfg.FullVolts, "the short limit must not be below the full voltage"},
	} {
		if !v.ok {
			errs = append(errs, errors.New("smokechamber: "+v.rule))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c := &Chamber{meter: meter, cfg: cfg}
	c.full = min(100, (cfg.FullVolts-cfg.CleanVolts)/cfg.VoltsPerPercent)
	return c, nil
}

func finite(vs ...float64) bool {
	for _, v := range vs {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// Sense measures once. ErrOpen and ErrShort report a chamber that cannot see;
// other errors are those of the input.
func (c *Chamber) Sense(ctx context.Context) (Reading, error) {
	volts, err := c.meter.Sense(ctx)
	beyond := err != nil && c.cfg.Saturated != nil && errors.Is(err, c.cfg.Saturated) && volts > 0
	if err != nil && !beyond {
		return Reading{}, fmt.Errorf("smoke chamber: %w", err)
	}
	switch {
	case volts < c.cfg.OpenBelow:
		return Reading{Volts: volts}, fmt.Errorf("%w: %.3f V is below %.3f V; check wire and light source", ErrOpen, volts, c.cfg.OpenBelow)
	case volts > c.cfg.ShortAbove:
		return Reading{Obscuration: c.full, Volts: volts, Full: true},
			fmt.Errorf("%w: %.3f V is above %.3f V; look for fire first, then for a short circuit or water", ErrShort, volts, c.cfg.ShortAbove)
	}
	return Reading{
		Obscuration: max(0, min(c.full, (volts-c.cfg.CleanVolts)/c.cfg.VoltsPerPercent)),
		Volts:       volts,
		Full:        volts >= c.cfg.FullVolts || beyond,
	}, nil
}

// Obscuration converts an optical density to the obscuration over one metre in
// per cent: 100·(1 − 10^−d), where d is in 1/m to the base 10 (Bouguer's law; so
// defined in NIST Technical Note 1455 and in UL 217). Negative densities, the
// noise of a meter in clean air, give 0.
func Obscuration(density float64) float64 {
	return max(0, 100*(1-math.Pow(10, -density)))
}

// OpticalDensity is the inverse of Obscuration: -log10(1 − percent/100), in 1/m;
// ten times it is the dB/m of EN 54. Values below 0 give 0, 100 and more give +Inf.
func OpticalDensity(percent float64) float64 {
	switch {
	case percent <= 0:
		return 0
	case percent >= 100:
		return math.Inf(1)
	}
	return -math.Log10(1 - percent/100)
}
