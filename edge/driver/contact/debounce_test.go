package contact

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// However the contact moves and whenever it is read: the first event is the initial
// state, active and inactive take turns, a long press comes at most once between
// them, no time is in the future or before the last change, and a contact that
// keeps still is reported as what it is, in time.
func TestDebouncer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cfg := Config{
			Debounce: time.Duration(rapid.IntRange(1, 100).Draw(t, "debounce ms")) * time.Millisecond,
			Hold:     time.Duration(rapid.IntRange(0, 400).Draw(t, "hold ms")) * time.Millisecond,
		}
		start := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
		now := start
		level := rapid.Bool().Draw(t, "level")
		d := debouncer{cfg: cfg, raw: level, moved: now, departed: now}
		var known, active, held bool
		var changed time.Time
		step := func() {
			for _, e := range d.step(level, now) {
				switch {
				case e.Initial == known:
					t.Fatalf("an event %s is initial: %v, after others: %v", e.Kind, e.Initial, known)
				case e.At.After(now) || e.At.Before(start):
					t.Fatalf("an event %s at %s is reported at %s", e.Kind, e.At.Sub(start), now.Sub(start))
				case e.Kind == LongPress && (!active || held || cfg.Hold == 0):
					t.Fatalf("a long press, while active %v, held %v, hold %s", active, held, cfg.Hold)
				case e.Kind != LongPress && known && (e.Kind == Active) == active:
					t.Fatalf("%s twice", e.Kind)
				case e.Kind != LongPress && e.At.Before(changed):
					t.Fatalf("%s at %s, the change before it was at %s", e.Kind, e.At.Sub(start), changed.Sub(start))
				}
				if held = e.Kind == LongPress; !held {
					known, active, changed = true, e.Kind == Active, e.At
				}
			}
			if w := d.wait(now); w < 0 {
				t.Fatalf("the wait is %s", w)
			}
		}
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			step()
			now = now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "ms")) * time.Millisecond)
			if rapid.Bool().Draw(t, "moves") {
				level = !level
			}
		}
		// It keeps still; from now on it is read only when the debouncer wants it.
		still := now
		step()
		for wait := d.wait(now); wait < time.Minute; wait = d.wait(now) {
			now = now.Add(max(1, wait))
			step()
		}
		if took := now.Sub(still); took > cfg.Debounce+cfg.Hold+2 {
			t.Fatalf("it took %s until all was reported", took)
		}
		if !known || active != level {
			t.Fatalf("the contact is active %v, reported is %v (known %v)", level, active, known)
		}
		if level && cfg.Hold > 0 && !held {
			t.Fatal("the contact is held for ever and there is no long press")
		}
	})
}
