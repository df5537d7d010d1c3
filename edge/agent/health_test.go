package agent

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A device that fails and works at random is at fault exactly from when it has
// failed for long enough without pause until it has worked for as long.
func TestHealthFollowsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const after = 5 * time.Second
		h := &health{after: after}
		now := time.Unix(1_800_000_000, 0)
		var state, began = "", now // "failing" or "working", and since when
		fault := false
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "ms")) * time.Millisecond)
			next := rapid.SampledFrom([]string{"failing", "working"}).Draw(t, "state")
			if next != state {
				state, began = next, now
			}
			long := now.Sub(began) >= after
			if state == "failing" {
				raised := h.failed(now, "x")
				if raised != (long && !fault) {
					t.Fatalf("a fault was raised: %t, after %s of failing with a fault: %t", raised, now.Sub(began), fault)
				}
				fault = fault || long
				if wait := h.retry(now, time.Second); wait <= 0 || wait > longestRetry || !fault && now.Add(wait).After(began.Add(after)) {
					t.Fatalf("the next try is after %s, failing for %s", wait, now.Sub(began))
				}
			} else {
				well := h.worked(now)
				if well && !long {
					t.Fatalf("it is well after %s of working", now.Sub(began))
				}
				if fault && long && !well {
					t.Fatalf("it is not well after %s of working", now.Sub(began))
				}
				fault = fault && !long
			}
			if fault != (h.fault != "") {
				t.Fatalf("at fault: %q, want %t", h.fault, fault)
			}
		}
	})
}

// A single failure of an accelerometer must not cost it samples, and until it is a
// fault it is tried every second; then there is time.
func TestTheFirstRetryIsQuick(t *testing.T) {
	h := &health{after: 4 * time.Second}
	now := time.Unix(1_800_000_000, 0)
	var waits []time.Duration
	for range 8 {
		h.failed(now, "x")
		w := h.retry(now, 120*time.Millisecond)
		waits, now = append(waits, w), now.Add(w)
	}
	want := []time.Duration{120, 240, 480, 960, 1000, 1000, 200, 5000}
	for i := range want {
		if waits[i] != want[i]*time.Millisecond {
			t.Fatalf("the waits are %v, want %v ms", waits, want)
		}
	}
}
