package agent

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// However a button is pressed: each press means one thing at most, an SOS is
// never taken back by the press that raised it, nor by one that is stuck, found
// or unsteady, nor later than the time allowed, nor twice; and whatever is not
// taken back is said in the end.
func TestPresses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := presses{
			decides:    rapid.Bool().Draw(t, "call and sos"),
			cancelHold: time.Duration(rapid.IntRange(3000, 8000).Draw(t, "cancel hold ms")) * time.Millisecond,
		}
		if rapid.IntRange(0, 4).Draw(t, "can be cancelled") > 0 {
			p.cancelWithin = time.Duration(rapid.IntRange(10, 90).Draw(t, "cancel within s")) * time.Second
		}
		hold := time.Duration(rapid.IntRange(1000, int(p.cancelHold.Milliseconds())-1).Draw(t, "hold ms")) * time.Millisecond
		now := time.Unix(1_800_000_000, 0)
		var sos time.Time // the latest that was not taken back
		var ms = func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(1, most).Draw(t, name)) * time.Millisecond
		}
		for range rapid.IntRange(1, 12).Draw(t, "presses") {
			now = now.Add(ms("pause", 100_000))
			initial := rapid.IntRange(0, 5).Draw(t, "found at the start") == 0
			unsteady := rapid.IntRange(0, 5).Draw(t, "unsteady") == 0
			unseen := rapid.IntRange(0, 5).Draw(t, "let go unseen") == 0
			length := ms("length", 40_000)
			began, end := now, now.Add(length)
			before := sos
			said := map[meant]int{}
			take := func(list []meaning) {
				for _, m := range list {
					said[m.what]++
					switch m.what {
					case meantSOS:
						sos = m.at
						if m.at.Before(began) || m.at.After(now) {
							t.Fatalf("an SOS of %s, in a press from %s, at %s", m.at, began, now)
						}
					case meantCall:
						if !p.decides {
							t.Fatal("a call of a button that is an SOS only")
						}
					case meantCancel:
						switch {
						case before.IsZero():
							t.Fatal("a cancel without an SOS before the press")
						case p.cancelWithin == 0 || began.Sub(before) > p.cancelWithin:
							t.Fatalf("a cancel by a press %s after the SOS, allowed is %s", began.Sub(before), p.cancelWithin)
						case initial || unsteady || unseen:
							t.Fatalf("a cancel by a press found %t, unsteady %t, let go unseen %t", initial, unsteady, unseen)
						case length < p.cancelHold || length > stuckAfter*p.cancelHold || m.held != length:
							t.Fatalf("a cancel by a press of %s, said to be of %s; %s is asked for", length, m.held, p.cancelHold)
						}
						sos = time.Time{}
					}
				}
			}
			// Time passes as the follower lets it: at due times, and at the hold time.
			take(p.begin(began, initial, unsteady))
			longAt := began.Add(hold)
			for longDone := !p.decides; ; {
				next := end
				if at, ok := p.due(); ok && at.Before(next) {
					next = at
				}
				if !longDone && longAt.Before(next) {
					next = longAt
				}
				now = next
				if now.Equal(end) {
					break
				}
				if !longDone && now.Equal(longAt) {
					longDone = true
					take(p.held(now))
				}
				take(p.check(now))
			}
			if rapid.IntRange(0, 9).Draw(t, "the agent stops") == 0 {
				take(p.stop())
			} else {
				take(p.end(now, unseen))
			}
			if n := said[meantCall] + said[meantSOS] + said[meantCancel]; n != 1 {
				t.Fatalf("a press of %s came to mean %d things: %v", length, n, said)
			}
			if said[meantCall] > 0 && length > hold && !unseen {
				t.Fatalf("a press of %s is a call, though %s is an SOS", length, hold)
			}
			if said[meantEnough] > 1 || said[meantCancel] > 0 && length > p.cancelHold+answerAfter && said[meantEnough] == 0 {
				t.Fatalf("its holder was told %d times that it is long enough", said[meantEnough])
			}
		}
	})
}
