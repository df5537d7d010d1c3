package detect

import (
	"fmt"
	"math"
	"time"
)

// Limits of a heat detector. EN 54-5 class A1 responds at a static temperature of
// 54 to 65 °C; 10 K/min is the slowest rise at which its table of response times
// asks class R for an early answer.
const (
	heatFixed    = 57.0 // °C
	heatRise     = 10.0 // K within a minute
	heatRiseFrom = 38.0 // °C: a heater switched on in a cold room is no fire
	heatClear    = 45.0 // °C
	heatClearFor = time.Minute
	heatMax      = 1000.0 // °C: no sensor in a room survives it
)

// HeatVerdict says that a fire was felt or that it is over. It is the evidence of
// a fire event.
type HeatVerdict struct {
	Active      bool    `json:"-"`
	Reason      string  `json:"reason"`
	Temperature float64 `json:"temperature_cel"`
	Rise        float64 `json:"rise_last_minute"`
	Trace       Trace   `json:"window"`
}

// Heat finds fires in the temperature of one sensor, by its height and its rise.
// It is not safe for concurrent use.
type Heat struct {
	active bool
	since  time.Time
	trace  trace
}

// Push takes a temperature in °C at a time; what is no number, or beyond 1000 °C, is
// passed over. ok says that the verdict is news.
func (h *Heat) Push(at time.Time, celsius float64) (v HeatVerdict, ok bool) {
	if !(math.Abs(celsius) <= heatMax) { // NaN too
		return v, false
	}
	rise := h.trace.rise(at, celsius)
	h.trace.add(at, celsius)
	v = HeatVerdict{Temperature: round(celsius, 10), Rise: round(rise, 10)}
	switch {
	case !h.active && celsius >= heatFixed:
		v.Reason = fmt.Sprintf("heat: %.1f °C, above %g °C", celsius, heatFixed)
	case !h.active && celsius >= heatRiseFrom && rise >= heatRise:
		v.Reason = fmt.Sprintf("heat: %.1f °C, risen by %.1f °C within a minute", celsius, rise)
	case h.active && celsius < heatClear:
		if h.since.IsZero() {
			h.since = at
		}
		if at.Sub(h.since) < heatClearFor {
			return v, false
		}
		v.Reason = fmt.Sprintf("the heat is gone: below %g °C for %s", heatClear, heatClearFor)
	default:
		h.since = time.Time{}
		return v, false
	}
	h.active, h.since = !h.active, time.Time{}
	v.Active, v.Trace = h.active, h.trace.export(at, "Cel")
	return v, true
}
