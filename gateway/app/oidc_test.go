package app_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
	"shouwang.care/shouwang/gateway/config"
)

// provider starts a real OpenID Connect provider that knows the inspector of the
// plan, somebody else, and a gateway at an address.
func provider(t *testing.T, gateway string) (issuer string) {
	t.Helper()
	// The provider logs each request by the default of the process.
	before := slog.Default()
	slog.SetDefault(discard)
	t.Cleanup(func() { slog.SetDefault(before) })
	path := filepath.Join(t.TempDir(), "people.json")
	known, err := json.Marshal(map[string]storage.User{
		"4711": {ID: "4711", Username: "inspector", Password: "one for all offices"},
		"4712": {ID: "4712", Username: "nobody-here", Password: "one for all offices"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, known, 0o600); err != nil {
		t.Fatal(err)
	}
	users, err := storage.StoreFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	storage.RegisterClients(storage.WebClient("shouwang", "between the two of us", gateway+"/api/session/oidc/callback"))
	s := httptest.NewUnstartedServer(nil)
	issuer = "http://" + s.Listener.Addr().String()
	s.Config.Handler = exampleop.SetupServer(issuer, storage.NewStorage(users), nil, false)
	s.Start()
	t.Cleanup(s.Close)
	return issuer
}

// TestAnInspectorComesByHisAuthority signs in at the provider of an authority,
// and is the person of that name here.
func TestAnInspectorComesByHisAuthority(t *testing.T) {
	var target *url.URL
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}})
	t.Cleanup(front.Close)
	c := settings(t)
	c.Web.PublicURL = front.URL
	c.SignIn.OIDC = config.OIDC{
		Issuer: provider(t, front.URL), ClientID: "shouwang", ClientSecret: "between the two of us",
		NameZH: "政务统一身份认证", NameEN: "Government sign-in", LoginClaim: "preferred_username",
	}
	a := start(t, c)
	var err error
	if target, err = url.Parse(a.Web()); err != nil {
		t.Fatal(err)
	}

	// signIn follows the browser's way and returns where it ends.
	signIn := func(name string) (*http.Client, string) {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		browser := &http.Client{Jar: jar}
		form, err := browser.Get(front.URL + "/api/session/oidc")
		if err != nil {
			t.Fatal(err)
		}
		defer form.Body.Close()
		page, err := io.ReadAll(form.Body)
		if err != nil {
			t.Fatal(err)
		}
		id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindSubmatch(page)
		if id == nil {
			t.Fatalf("the browser is at %s, not at the form of the provider: %s", form.Request.URL, page)
		}
		done, err := browser.PostForm(form.Request.URL.Scheme+"://"+form.Request.URL.Host+"/login/username", url.Values{
			"id": {string(id[1])}, "username": {name}, "password": {"one for all offices"},
		})
		if err != nil {
			t.Fatal(err)
		}
		done.Body.Close()
		return browser, done.Request.URL.String()
	}
	whoAmI := func(browser *http.Client) (int, api.Me) {
		resp, err := browser.Get(front.URL + "/api/me")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var me api.Me
		_ = json.NewDecoder(resp.Body).Decode(&me) // a problem has other fields
		return resp.StatusCode, me
	}

	for _, time := range []string{"the first time, by the login", "again, by the subject"} {
		browser, end := signIn("inspector")
		if status, me := whoAmI(browser); status != http.StatusOK || me.User.Login != "inspector" || end != front.URL+"/inspect/" {
			t.Errorf("%s: ends at %s as %q (%d)", time, end, me.User.Login, status)
		}
	}
	browser, end := signIn("nobody-here")
	if status, _ := whoAmI(browser); status != http.StatusUnauthorized || !strings.HasSuffix(end, "/?trouble=oidc_unknown") {
		t.Errorf("somebody who is not registered ends at %s with %d", end, status)
	}

	// A link with a code of somebody else's sign-in has no state of this browser.
	fresh, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).
		Get(front.URL + "/api/session/oidc/callback?state=planted&code=planted")
	if err != nil {
		t.Fatal(err)
	}
	fresh.Body.Close()
	if got := fresh.Header.Get("Location"); got != "/?trouble=oidc_refused" {
		t.Errorf("a planted code leads to %q", got)
	}

	var log api.AuditView
	apptest.SignIn(t, a.Web(), "operator").Call("GET", "/api/audit", "", &log)
	var ways []string
	for _, r := range log.Rows {
		if r.Kind != care.AuditSignedOut && strings.HasPrefix(r.Detail, "oidc") {
			ways = append(ways, string(r.Kind))
		}
	}
	if got, want := strings.Join(ways, " "), "audit.sign_in_refused audit.signed_in audit.signed_in"; got != want {
		t.Errorf("the log of the gateway has %q, want %q", got, want)
	}
}

// TestTheFirstOperatorIsToldHisPasswordOnce is the first start of all.
func TestTheFirstOperatorIsToldHisPasswordOnce(t *testing.T) {
	c := settings(t)
	var told []string
	begin := func() *app.App {
		a, err := app.Start(t.Context(), app.Options{Config: c, Version: "test", Log: discard, Tell: func(s string) { told = append(told, s) }})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := begin()
	if err := a.Stop(); err != nil {
		t.Fatal(err)
	}
	a = begin()
	t.Cleanup(func() { a.Stop() })
	if len(told) != 1 {
		t.Fatalf("two starts tell %d times: %q", len(told), told)
	}
	password := regexp.MustCompile(`[a-z2-9]{4}(-[a-z2-9]{4}){2}`).FindString(told[0])
	nobody := apptest.Nobody(t, a.Web())
	var me api.Me
	if status := nobody.Call("POST", "/api/session", `{"login":"operator","password":"`+password+`"}`, &me); status != 200 || !me.User.MustChange {
		t.Errorf("what was told (%q) signs in with %d, must change: %v", told[0], status, me.User.MustChange)
	}

	again, err := app.OneTimePassword(t.Context(), c, "operator", true)
	if err != nil {
		t.Fatal(err)
	}
	if status := nobody.Call("POST", "/api/session", `{"login":"operator","password":"`+again+`"}`, nil); status != 200 {
		t.Errorf("the password of the command signs in with %d", status)
	}
	if _, err := app.OneTimePassword(t.Context(), c, "who", false); err == nil || !strings.Contains(err.Error(), `no user with the login "who"`) {
		t.Errorf("an unknown login gets %v", err)
	}
}
