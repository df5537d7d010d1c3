package api_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pquerna/otp/totp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// TestAOneTimePasswordOpensNothingButItsChange is the first morning of an
// operator: she signs in with what was printed, and may do nothing before she has
// a password of her own.
func TestAOneTimePasswordOpensNothingButItsChange(t *testing.T) {
	r := newRig(t)
	if err := (secrets{r.store}).SetPassword(t.Context(), "u-ops", hashed(), true); err != nil {
		t.Fatal(err)
	}
	ops := r.as("ops")
	me := read[api.Me](t, ops.get("/api/me"))
	if !me.User.MustChange {
		t.Error("the page is not told that the password has to be changed")
	}
	ops.do("GET", "/api/board", nil).problem(t, 403, api.CodeMustChange)
	ops.do("GET", "/api/live", nil).expect(t, 401)
	ops.do("PUT", "/api/me/password", map[string]string{"current": "wrong", "new": "nobody expects this"}).problem(t, 403, api.CodeBadCredentials)
	ops.do("PUT", "/api/me/password", map[string]string{"current": password, "new": "12345678"}).problem(t, 422, api.CodeWeak)
	ops.do("PUT", "/api/me/password", map[string]string{"current": password, "new": "nobody expects this"}).expect(t, 200)
	ops.do("GET", "/api/board", nil).expect(t, 200)
}

func TestAChangedPasswordEndsTheOtherSessions(t *testing.T) {
	r := newRig(t)
	desk, phone := r.as("chen"), r.as("chen")
	desk.do("PUT", "/api/me/password", map[string]string{"current": password, "new": "nobody expects this"}).expect(t, 200)
	desk.do("GET", "/api/me", nil).expect(t, 200)
	phone.do("GET", "/api/me", nil).problem(t, 401, api.CodeSignedOut)
}

// TestASecondStep has an authenticator: its code lets in once, and not without
// the password.
func TestASecondStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		chen := r.as("chen")
		offer := read[api.SecondStepView](t, chen.do("POST", "/api/me/second-step", map[string]string{"password": password}))
		chen.do("POST", "/api/me/second-step", map[string]string{"password": "wrong"}).problem(t, 403, api.CodeBadCredentials)
		code := func() string {
			c, err := totp.GenerateCode(offer.Secret, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		chen.do("PUT", "/api/me/second-step", map[string]string{"code": "000000"}).problem(t, 403, api.CodeBadCode)
		chen.do("PUT", "/api/me/second-step", map[string]string{"code": code()}).expect(t, 200)
		chen.do("GET", "/api/board", nil).expect(t, 200)

		signIn := func(password, code string) response {
			return r.nobody().do("POST", "/api/session", map[string]string{"login": "chen", "password": password, "code": code})
		}
		signIn(password, "").problem(t, 401, api.CodeNeedsCode)
		signIn("wrong", code()).problem(t, 401, api.CodeBadCredentials)
		signIn(password, code()).problem(t, 401, api.CodeBadCode) // it confirmed the offer
		time.Sleep(30 * time.Second)
		once := code()
		signIn(password, once).expect(t, 200)
		signIn(password, once).problem(t, 401, api.CodeBadCode)

		chen.do("DELETE", "/api/me/second-step", map[string]string{"password": "wrong"}).problem(t, 403, api.CodeBadCredentials)
		chen.do("DELETE", "/api/me/second-step", map[string]string{"password": password}).expect(t, 200)
		signIn(password, "").expect(t, 200)
	})
}

// TestTheLogOfTheGateway reads what the story of one morning leaves behind.
func TestTheLogOfTheGateway(t *testing.T) {
	r := newRig(t)
	r.nobody().do("POST", "/api/session", map[string]string{"login": "chen", "password": "wrong"}).expect(t, 401)
	r.nobody().do("POST", "/api/session", map[string]string{"login": "my secret", "password": "wrong"}).expect(t, 401)
	r.as("chen").do("DELETE", "/api/session", nil).expect(t, 204)
	v := read[api.AuditView](t, r.as("ops").get("/api/audit?limit=5"))
	type row struct {
		kind  care.EntryKind
		about string
	}
	var got []row
	for _, r := range v.Rows {
		got = append(got, row{r.Kind, r.About})
	}
	want := []row{
		{care.AuditSignedIn, "user:u-ops"}, {care.AuditSignedOut, "user:u-chen"}, {care.AuditSignedIn, "user:u-chen"},
		{care.AuditRefused, "user"}, {care.AuditRefused, "user:u-chen"},
	}
	if len(got) != len(want) {
		t.Fatalf("the log has %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("row %d is %v, want %v", i, got[i], want[i])
		}
	}
	if v.Rows[4].AboutName == "" {
		t.Errorf("whom the refusal is about is not named: %+v", v.Rows[4])
	}
	report, err := r.store.Verify(t.Context())
	if err = errors.Join(err, report.Err()); err != nil {
		t.Errorf("the chain does not verify: %v", err)
	}
}

func TestWeakPasswordsAndPINs(t *testing.T) {
	u := people.User{Login: "chen"}
	for password, weak := range map[string]bool{
		"short": true, "aaaaaaaa": true, "12345678": true, "87654321": true, "abcdefgh": true, "password": true, "Password123": true,
		"chen2024": true, "shouwang1!": true, "67890123": true, "correct horse": false, "松鹤楼前有两棵树": false, "zt7!kw93": false,
	} {
		if got := api.WeakPassword(password, u); got != weak {
			t.Errorf("%q is weak: %v, want %v", password, got, weak)
		}
	}
	for pin, weak := range map[string]bool{
		"1234": true, "0000": true, "9876": true, "7890": true, "1212": true, "1953": true, "123": true, "12a4": true, "123456789": true, "": true,
		"2580": false, "7305": false, "904817": false,
	} {
		if got := api.WeakPIN(pin); got != weak {
			t.Errorf("PIN %q is weak: %v, want %v", pin, got, weak)
		}
	}
}
