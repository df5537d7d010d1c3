package detect

import (
	"fmt"
	"math"
	"time"
)

// SmokeOptions are the settings of a smoke detector on an analogue chamber.
type SmokeOptions struct {
	// Alarm is the obscuration above clean air, in %/m, that is a fire, 2 to 20;
	// 0 means 8. UL 217 asks smoke alarms to respond between 1.6 and 12.5 %/m
	// (0.5 to 4 %/ft), depending on the smoke.
	Alarm float64
	// Persist is for how long it must last; 0 means 4 s. Steam and dust puff.
	Persist time.Duration
	// ClearAfter is for how long there must be less than half of it to be over;
	// 0 means 1 min.
	ClearAfter time.Duration
	// Baseline is where the drift compensation stood before a restart, 0 to 4
	// %/m. If the first sample is below it, the chamber has been cleaned or
	// replaced, and the baseline falls to that at once: an alarm must not come late.
	Baseline float64
}

// Drift compensation: dust lifts the output over months. The baseline follows by
// at most driftRate, so that a fire that smoulders for two hours is not taken for
// dust, and to at most driftMax, where the chamber has to be cleaned.
const (
	driftRate = 0.25 // %/m in an hour
	driftMax  = 4.0  // %/m
	// A sample this long after the one before it proves nothing about the time
	// between them.
	smokeGap = 15 * time.Second
	// traceLength is how many samples of at least a second the evidence has.
	traceLength = 120
)

// SmokeVerdict says that a fire began or ended. It is the evidence of a fire
// event.
type SmokeVerdict struct {
	Active bool   `json:"-"`
	Reason string `json:"reason"`
	// Obscuration and Baseline are in %/m; the alarm limit is above the baseline.
	Obscuration float64 `json:"obscuration_percent_per_m"`
	Baseline    float64 `json:"baseline_percent_per_m"`
	Limit       float64 `json:"limit_percent_per_m"`
	// Rise is over the last minute, in %/m.
	Rise  float64 `json:"rise_last_minute"`
	Trace Trace   `json:"window"`
}

// Trace is the recent past of one value.
type Trace struct {
	Unit string `json:"unit"`
	// Seconds are relative to the decision, so they are not positive.
	Seconds []float64 `json:"seconds"`
	Values  []float64 `json:"values"`
}

// Smoke finds fires in the obscuration of one chamber. It is not safe for
// concurrent use.
type Smoke struct {
	opts     SmokeOptions
	baseline float64
	active   bool
	last     time.Time
	since    time.Time // above the limit, or when active below half of it; zero: not
	trace    trace
}

// NewSmoke returns a detector. The error names what is wrong in the options.
func NewSmoke(o SmokeOptions) (*Smoke, error) {
	if o.Alarm == 0 {
		o.Alarm = 8
	}
	if o.Persist == 0 {
		o.Persist = 4 * time.Second
	}
	if o.ClearAfter == 0 {
		o.ClearAfter = time.Minute
	}
	if !(o.Alarm >= 2 && o.Alarm <= 20) || o.Persist < 0 || o.ClearAfter < 0 {
		return nil, fmt.Errorf("smoke detector: a limit of %g %%/m is not within 2 and 20, or a time is negative", o.Alarm)
	}
	if !(o.Baseline >= 0 && o.Baseline <= driftMax) {
		return nil, fmt.Errorf("smoke detector: a baseline of %g %%/m is not within 0 and %g", o.Baseline, driftMax)
	}
	return &Smoke{opts: o, baseline: o.Baseline}, nil
}

// Push takes the obscuration in %/m at a time; what is below 0 or above 100 counts
// as that, and what is no number is passed over. ok says that the verdict is news:
// a fire has begun or ended.
func (s *Smoke) Push(at time.Time, obscuration float64) (v SmokeVerdict, ok bool) {
	if math.IsNaN(obscuration) || math.IsInf(obscuration, 0) {
		return v, false
	}
	obscuration = max(0, min(100, obscuration))
	if s.last.IsZero() {
		s.baseline = min(s.baseline, obscuration)
	}
	gap := at.Sub(s.last)
	if gap < 0 || gap > smokeGap {
		s.since = time.Time{}
	}
	s.trace.add(at, obscuration)
	above := obscuration - s.baseline
	if !s.active && above < s.opts.Alarm/2 && gap > 0 && gap <= smokeGap {
		step := driftRate * gap.Hours()
		s.baseline = min(driftMax, max(0, s.baseline+max(-step, min(step, above))))
	}
	s.last = at
	limit, wait := above >= s.opts.Alarm, s.opts.Persist
	if s.active {
		limit, wait = above < s.opts.Alarm/2, s.opts.ClearAfter
	}
	if !limit {
		s.since = time.Time{}
		return v, false
	}
	if s.since.IsZero() {
		s.since = at
	}
	if at.Sub(s.since) < wait {
		return v, false
	}
	s.active, s.since = !s.active, time.Time{}
	return s.verdict(at, obscuration), true
}

func (s *Smoke) verdict(at time.Time, obscuration float64) SmokeVerdict {
	v := SmokeVerdict{
		Active: s.active, Obscuration: round(obscuration, 100), Baseline: round(s.baseline, 100),
		Limit: s.opts.Alarm, Rise: round(s.trace.rise(at, obscuration), 100), Trace: s.trace.export(at, "%/m"),
	}
	if s.active {
		v.Reason = fmt.Sprintf("smoke: %.1f %%/m obscuration, above the limit of %g for %s; %+.1f %%/m in the last minute",
			v.Obscuration, s.opts.Alarm, s.opts.Persist, v.Rise)
	} else {
		v.Reason = fmt.Sprintf("the smoke is gone: below %g %%/m for %s", s.opts.Alarm/2, s.opts.ClearAfter)
	}
	return v
}

// Active reports whether there is a fire by the last sample.
func (s *Smoke) Active() bool { return s.active }

// Baseline returns where the drift compensation stands, in %/m.
func (s *Smoke) Baseline() float64 { return s.baseline }

// Soiled reports that the drift compensation is at its end: the chamber has to be
// cleaned or replaced, and its alarm begins to come early.
func (s *Smoke) Soiled() bool { return s.baseline >= driftMax }

// trace keeps the last samples that are a second apart.
type trace struct {
	at     []time.Time
	values []float64
}

func (t *trace) add(at time.Time, v float64) {
	if n := len(t.at); n > 0 && at.Sub(t.at[n-1]) < time.Second && at.After(t.at[n-1]) {
		return
	}
	if len(t.at) == traceLength {
		t.at, t.values = append(t.at[:0], t.at[1:]...), append(t.values[:0], t.values[1:]...)
	}
	t.at, t.values = append(t.at, at), append(t.values, v)
}

// rise returns by how much v, measured at a time, is above the value a minute
// before it. Where that is older, as between rare samples or after an outage, it is
// what the rise comes to in a minute; where there is no older one, it is the rise
// since the oldest.
func (t *trace) rise(at time.Time, v float64) float64 {
	for i := len(t.at) - 1; i >= 0; i-- {
		if age := at.Sub(t.at[i]); age >= time.Minute || i == 0 {
			return (v - t.values[i]) * min(1, float64(time.Minute)/float64(max(1, age)))
		}
	}
	return 0
}

func (t *trace) export(at time.Time, unit string) Trace {
	out := Trace{Unit: unit}
	for i := range t.at {
		out.Seconds = append(out.Seconds, round(t.at[i].Sub(at).Seconds(), 10))
		out.Values = append(out.Values, round(t.values[i], 100))
	}
	return out
}
