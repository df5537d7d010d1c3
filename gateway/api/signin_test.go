package api_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

const cookieName = "shouwang_session"

// cookie returns the session cookie that an answer sets, nil when it sets none.
func cookie(res response) *http.Cookie {
	for _, c := range res.Cookies() {
		if c.Name == cookieName {
			return c
		}
	}
	return nil
}

func TestSignInSaysWhoOneIs(t *testing.T) {
	r := newRig(t).serve()
	chen := r.nobody()
	chen.get("/api/me").problem(t, 401, api.CodeSignedOut)
	me := read[api.Me](t, chen.signIn("chen", password))
	want := api.Me{
		User: people.User{ID: "u-chen", Login: "chen", Name: "陈静", Role: people.Carer, Scope: people.Scope{Sites: []care.SiteID{songhe}}},
		Sites: []api.SiteView{{
			ID: songhe, Kind: care.NursingHome, Name: text("松鹤养老院", "Songhe Home"),
			Region: text("北山街道", "Beishan"), Address: text("北山路 8 号", "8 Beishan Rd"), TimeZone: "Asia/Shanghai",
		}},
		Watched: []api.ResidentView{}, Version: "1.2.3",
	}
	if diff := cmp.Diff(want, me); diff != "" {
		t.Errorf("the answer to the sign-in (-want +got):\n%s", diff)
	}
	again := chen.get("/api/me")
	if diff := cmp.Diff(want, read[api.Me](t, again)); diff != "" {
		t.Errorf("/api/me (-want +got):\n%s", diff)
	}
	if strings.Contains(string(again.body), "argon2id") {
		t.Error("the hash of the password leaves the gateway")
	}
}

func TestFamilySeesWhomItWatches(t *testing.T) {
	r := newRig(t)
	me := read[api.Me](t, r.as("daughter").get("/api/me"))
	if diff := cmp.Diff([]api.ResidentView{{ID: "r-li", Name: "李秀兰"}}, me.Watched); diff != "" {
		t.Errorf("watched (-want +got):\n%s", diff)
	}
}

func TestSessionCookie(t *testing.T) {
	for name, tls := range map[string]bool{"plain": false, "TLS": true} {
		t.Run(name, func(t *testing.T) {
			c := cookie(newRig(t, func(o *api.Options) { o.TLS = tls }).nobody().signIn("chen", password))
			if c == nil {
				t.Fatal("the sign-in sets no cookie")
			}
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != tls {
				t.Errorf("the cookie is %v", c)
			}
			if len(c.Value) < 32 {
				t.Errorf("the token has %d characters, too few for 128 bits", len(c.Value))
			}
			if life := time.Duration(c.MaxAge) * time.Second; life < 29*24*time.Hour {
				t.Errorf("the cookie lives %v: the board on the wall would sign itself out", life)
			}
		})
	}
}

func TestWrongCredentialsAreAllAlike(t *testing.T) {
	r := newRig(t)
	wrong := r.nobody().signIn("chen", "guess")
	unknown := r.nobody().signIn("nobody", "guess")
	wrong.problem(t, 401, api.CodeBadCredentials)
	if diff := cmp.Diff(string(wrong.body), string(unknown.body)); diff != "" {
		t.Errorf("the answers tell who has a login (-wrong password +unknown login):\n%s", diff)
	}
	if cookie(wrong) != nil || cookie(unknown) != nil {
		t.Error("a failed sign-in begins a session")
	}
	if !r.log.has("a sign-in failed", "login=chen", "remote=192.0.2.7") {
		t.Error("the log has no line with the login and the address")
	}
}

func TestMistakesOfASignInRepeatNothing(t *testing.T) {
	r := newRig(t)
	for name, test := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"no JSON":           {`{"login":"chen","password":"hunter2"`, 400, api.CodeInvalid},
		"no login":          {`{"password":"hunter2"}`, 422, api.CodeInvalid},
		"a long password":   {`{"login":"chen","password":"hunter2` + strings.Repeat("x", 300) + `"}`, 422, api.CodeInvalid},
		"a number":          {`{"login":"chen","password":7777777}`, 422, api.CodeInvalid},
		"more than it says": {`{"login":"chen","password":"hunter2","remember":true}`, 422, api.CodeInvalid},
		"too large":         {`{"login":"chen","password":"hunter2` + strings.Repeat("x", 5000) + `"}`, 413, api.CodeTooLarge},
		"nothing":           {``, 400, api.CodeInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			res := r.nobody().post("/api/session", test.body)
			res.problem(t, test.status, test.code)
			if strings.Contains(string(res.body), "hunter2") || strings.Contains(string(res.body), "7777777") {
				t.Errorf("the password is in the answer: %s", res.body)
			}
		})
	}
}

func TestASessionCannotBePlanted(t *testing.T) {
	r := newRig(t)
	chen := r.as("chen")
	before := cookie(chen.signIn("chen", password))
	after := cookie(chen.signIn("wu", password))
	if after == nil || before.Value == after.Value {
		t.Fatal("the sign-in keeps the token that was there before it")
	}
	victim := r.nobody()
	victim.do("GET", "/api/me", nil, "Cookie", cookieName+"="+before.Value).problem(t, 401, api.CodeSignedOut)
	planted := r.nobody().do("POST", "/api/session", map[string]string{"login": "chen", "password": password}, "Cookie", cookieName+"=planted-by-a-stranger")
	if c := cookie(planted); c == nil || c.Value == "planted-by-a-stranger" {
		t.Errorf("the sign-in takes the token of a stranger: %v", c)
	}
}

func TestSignOut(t *testing.T) {
	r := newRig(t)
	chen, board := r.as("chen"), r.as("chen")
	token := cookie(chen.signIn("chen", password)).Value
	res := chen.do("DELETE", "/api/session", nil).expect(t, 204)
	if c := cookie(res); c == nil || c.MaxAge >= 0 || c.Value != "" {
		t.Errorf("the cookie is not taken back: %v", c)
	}
	r.nobody().do("GET", "/api/me", nil, "Cookie", cookieName+"="+token).problem(t, 401, api.CodeSignedOut)
	board.get("/api/me").expect(t, 200) // her other session goes on
	chen.do("DELETE", "/api/session", nil).problem(t, 401, api.CodeSignedOut)
}

// change registers a changed user.
func (r *rig) change(login string, how func(*people.User)) {
	r.t.Helper()
	u, found, err := r.store.UserByLogin(r.t.Context(), login)
	if err != nil || !found {
		r.t.Fatalf("user %s: %v, %v", login, found, err)
	}
	how(&u)
	if _, err := r.store.ApplyPlan(r.t.Context(), ledger.Plan{Users: []people.User{u}}); err != nil {
		r.t.Fatal(err)
	}
}

func TestAChangedPasswordEndsTheSessionsOfTheOldOne(t *testing.T) {
	r := newRig(t)
	chen, wu := r.as("chen"), r.as("wu")
	fresh, err := api.HashPassword("new password")
	if err != nil {
		t.Fatal(err)
	}
	r.change("chen", func(u *people.User) { u.PasswordHash = fresh })
	chen.get("/api/me").problem(t, 401, api.CodeSignedOut)
	wu.get("/api/me").expect(t, 200)
	chen.signIn("chen", password).problem(t, 401, api.CodeBadCredentials)
	chen.signIn("chen", "new password").expect(t, 200)
	chen.get("/api/me").expect(t, 200)
}

func TestANewRoleHoldsAtOnce(t *testing.T) {
	r := newRig(t)
	p := r.as("chen")
	p.get("/api/quarantine").problem(t, 403, api.CodeNotAllowed)
	r.change("chen", func(u *people.User) { u.Role, u.Scope = people.Operator, people.Scope{} })
	p.get("/api/quarantine").expect(t, 200)
}

func TestSessionLife(t *testing.T) {
	const day = 24 * time.Hour
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		used, unused := r.as("chen"), r.as("wu")
		time.Sleep(14 * day)
		if c := cookie(used.get("/api/me").expect(t, 200)); c != nil {
			t.Error("the session is written anew in its first half, which costs a commit for each request")
		}
		time.Sleep(2 * day)
		if c := cookie(used.get("/api/me").expect(t, 200)); c == nil {
			t.Fatal("the session is not prolonged in its second half")
		}
		time.Sleep(15 * day)
		used.get("/api/me").expect(t, 200)
		unused.get("/api/me").problem(t, 401, api.CodeSignedOut)
	})
}

func TestALedgerThatDoesNotAnswerIsNoSignOut(t *testing.T) {
	r := newRig(t)
	chen := r.as("chen")
	r.store.Close()
	for _, res := range []response{chen.get("/api/me"), chen.get("/api/board"), chen.signIn("chen", password), chen.get("/api/live")} {
		res.problem(t, 503, api.CodeUnavailable)
		if res.Header.Get("Retry-After") == "" {
			t.Errorf("%s %s does not say when to try again", res.Request.Method, res.Request.URL.Path)
		}
		if cookie(res) != nil {
			t.Errorf("%s %s takes the cookie away", res.Request.Method, res.Request.URL.Path)
		}
	}
	chen.get("/").expect(t, 404) // no web app is built; with one it is the sign-in page
}
