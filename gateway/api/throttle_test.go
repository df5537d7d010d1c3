package api_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"shouwang.care/shouwang/gateway/api"
)

// from is a browser at an address.
func (r *rig) from(remote string) *person {
	r.transport = direct{r.api, remote}
	return r.nobody()
}

// wait returns how long the answer tells to wait.
func (r response) wait(t *testing.T) time.Duration {
	t.Helper()
	s, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if err != nil || s < 1 {
		t.Fatalf("Retry-After is %q", r.Header.Get("Retry-After"))
	}
	return time.Duration(s) * time.Second
}

func TestGuessingAPasswordIsSlowedDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		stranger := r.from("192.0.2.1:1000")
		for range 5 {
			stranger.signIn("chen", "guess").problem(t, 401, api.CodeBadCredentials)
		}
		res := stranger.signIn("chen", "guess")
		res.problem(t, 429, api.CodeThrottled)
		wait := res.wait(t)
		if wait > 20*time.Second {
			t.Errorf("the first wait is %v", wait)
		}
		if !r.log.has("a sign-in is put off", "login=chen", "remote=192.0.2.1") {
			t.Error("the log says nothing of it")
		}
		// The right password opens no sooner: else the wait would be no limit.
		stranger.signIn("chen", password).problem(t, 429, api.CodeThrottled)
		// Others are not made to wait: chen elsewhere, somebody else here.
		r.from("192.0.2.2:1000").signIn("chen", password).expect(t, 200)
		r.from("192.0.2.1:2000").signIn("wu", password).expect(t, 200)

		time.Sleep(wait)
		stranger.signIn("chen", "guess").problem(t, 401, api.CodeBadCredentials)
		stranger.signIn("chen", "guess").problem(t, 429, api.CodeThrottled)
		time.Sleep(20 * time.Second)
		stranger.signIn("chen", password).expect(t, 200)
	})
}

func TestWhoForgetsOnceIsNotSlowedDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chen := newRig(t).from("192.0.2.1:1000")
		for range 7 { // a carer and a shared tablet: in, out, in …
			chen.signIn("chen", password).expect(t, 200)
		}
		chen.signIn("chen", "slip").problem(t, 401, api.CodeBadCredentials)
		chen.signIn("chen", password).expect(t, 200)
	})
}

// TestBehindAProxy has every request come from the proxy on the same machine,
// which says for whom it asks.
func TestBehindAProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		proxy := r.from("127.0.0.1:1000")
		guess := func(forwarded string) response {
			return proxy.do("POST", "/api/session", map[string]string{"login": "chen", "password": "guess"}, "X-Forwarded-For", forwarded)
		}
		for range 5 {
			guess("203.0.113.9").problem(t, 401, api.CodeBadCredentials)
		}
		guess("203.0.113.9").problem(t, 429, api.CodeThrottled)
		// What the sender himself wrote stands before what the proxy wrote.
		guess("10.0.0.1, 203.0.113.9").problem(t, 429, api.CodeThrottled)
		guess("203.0.113.10").problem(t, 401, api.CodeBadCredentials)

		// Who does not come from this machine is not believed.
		stranger := r.from("203.0.113.9:1000")
		stranger.do("POST", "/api/session", map[string]string{"login": "chen", "password": "guess"},
			"X-Forwarded-For", "203.0.113.77").problem(t, 429, api.CodeThrottled)
	})
}
