package api

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// The deep buckets are tried without passwords, whose hashes are slow on
// purpose.

// guesses counts how many attempts pass before the first that has to wait, and
// returns that wait.
func guesses(t *testing.T, th *throttle, attempt func(n int) (login, remote string)) (int, time.Duration) {
	t.Helper()
	for n := range 1000 {
		if _, wait := th.take(attempt(n)); wait > 0 {
			return n, wait
		}
	}
	t.Fatal("nothing slows a thousand guesses down")
	return 0, 0
}

func TestOneAddressCannotTryManyLogins(t *testing.T) {
	for name, address := range map[string]func(n int) string{
		"IPv4":            func(int) string { return "192.0.2.1:1000" },
		"an IPv6 network": func(n int) string { return fmt.Sprintf("[2001:db8::%x]:1000", n) },
		"IPv4 in IPv6":    func(n int) string { return []string{"192.0.2.1:1000", "[::ffff:192.0.2.1]:1000"}[n%2] },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				th := newThrottle()
				from := func(n int) string { return remote(&http.Request{RemoteAddr: address(n)}) }
				passed, wait := guesses(t, th, func(n int) (string, string) { return fmt.Sprint("login-", n), from(n) })
				if passed != 30 || wait > 2*time.Second {
					t.Errorf("%d guesses passed, then there is a wait of %v; want 30 and at most 2 s", passed, wait)
				}
				if _, wait := th.take("chen", remote(&http.Request{RemoteAddr: "[2001:db8:0:1::1]:1000"})); wait > 0 {
					t.Errorf("another network has to wait %v", wait)
				}
				time.Sleep(wait)
				if _, wait := th.take("login-x", from(0)); wait > 0 {
					t.Errorf("after the wait there is one of %v", wait)
				}
			})
		})
	}
}

// A stranger who fails on purpose keeps the owner of the login out for seconds,
// not for hours.
func TestOneLoginCannotBeTriedFromManyAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle()
		passed, wait := guesses(t, th, func(n int) (string, string) { return "chen", fmt.Sprint("198.51.100.", n) })
		if passed != 60 || wait > 5*time.Second {
			t.Errorf("%d guesses passed, then there is a wait of %v; want 60 and at most 5 s", passed, wait)
		}
		if _, wait := th.take("wu", "198.51.100.1"); wait > 0 {
			t.Errorf("somebody else has to wait %v", wait)
		}
	})
}

func TestASuccessGivesTheAttemptBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle()
		for range 200 {
			refund, wait := th.take("chen", "192.0.2.1")
			if wait > 0 {
				t.Fatalf("who always succeeds has to wait %v", wait)
			}
			refund()
		}
	})
}

// Logins that somebody makes up must not fill the memory.
func TestMadeUpLoginsDoNotFillTheMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle()
		for n := range 3 * maxBuckets {
			th.take(fmt.Sprint("made-up-", n), "192.0.2.1")
			if n%100 == 0 {
				time.Sleep(time.Second)
			}
		}
		if n := len(th.buckets); n > maxBuckets+3 {
			t.Errorf("there are %d buckets, more than %d", n, maxBuckets)
		}
	})
}
