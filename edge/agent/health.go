package agent

import "time"

// Times of trying again.
const (
	firstRetry   = 250 * time.Millisecond
	longestRetry = 5 * time.Second
	// eagerRetry is the longest until it is a fault: whoever falls while a wire is
	// loose is found if the sensor is back soon.
	eagerRetry = time.Second
)

// health judges from failures and successes whether a device is at fault. It is
// a pure state machine: time comes in with each call.
type health struct {
	after time.Duration // of failing, or of working, without pause

	failing time.Time // since when it fails; zero while it works
	working time.Time // since when it works; zero while it fails
	tries   int       // failures in a row
	fault   string    // why it is at fault; empty while it is not
	proven  bool      // it has worked for long enough since it last failed
}

// failed takes a failure. raised says that the device is at fault from now on.
func (h *health) failed(now time.Time, why string) (raised bool) {
	if h.failing.IsZero() {
		h.failing, h.working, h.tries, h.proven = now, time.Time{}, 0, false
	}
	h.tries++
	if h.fault != "" {
		h.fault = why // the newest reason is shown
		return false
	}
	if now.Sub(h.failing) < h.after {
		return false
	}
	h.fault = why
	return true
}

// worked takes a success. well says that the device has worked for long enough,
// once after each failure and once after the start.
func (h *health) worked(now time.Time) (well bool) {
	if h.working.IsZero() {
		h.working, h.failing, h.tries = now, time.Time{}, 0
	}
	if h.proven || now.Sub(h.working) < h.after {
		return false
	}
	h.proven, h.fault = true, ""
	return true
}

// retry is for how long to wait after a failure: longer with each, but not
// beyond the moment at which it becomes a fault. usual is the device's own
// interval; a single failure of a quick device must not cost it samples.
func (h *health) retry(now time.Time, usual time.Duration) time.Duration {
	wait := min(usual, firstRetry) << min(max(h.tries-1, 0), 8)
	wait = min(wait, longestRetry)
	if h.fault == "" {
		wait = min(wait, eagerRetry)
	}
	if due := h.failing.Add(h.after).Sub(now); h.fault == "" && due > 0 {
		wait = min(wait, due)
	}
	return wait
}

// calm measures for how long something has been quiet without pause.
type calm struct{ since time.Time }

// lasts takes whether it is quiet now, and returns for how long it has been.
func (c *calm) lasts(at time.Time, quiet bool) time.Duration {
	switch {
	case !quiet:
		c.since = time.Time{}
		return 0
	case c.since.IsZero():
		c.since = at
	}
	return at.Sub(c.since)
}
