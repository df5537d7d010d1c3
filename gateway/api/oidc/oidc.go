// Package oidc lets people in whom an identity provider knows, by OpenID Connect:
// the authorization code flow with PKCE, state and nonce. Who they are here, and
// what they may do, is the gateway's own register; the provider only says who
// sits before the screen.
package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/oauth2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Settings are those of one provider. An empty Issuer means that there is none.
type Settings struct {
	Issuer, ClientID, ClientSecret string
	// Name stands on the button of the sign-in page.
	Name care.Text
	// LoginClaim is the claim with the login of somebody who is not tied to the
	// provider yet; empty ties nobody.
	LoginClaim string
	// PublicURL is where people reach the gateway.
	PublicURL string
}

// Users are the people who are registered.
type Users interface {
	// UserBySubject returns the user who is tied to a person at a provider, by the
	// issuer and the subject with a space between.
	UserBySubject(ctx context.Context, subject string) (u people.User, found bool, err error)
	// UserByLogin returns the user of a login name.
	UserByLogin(ctx context.Context, login string) (u people.User, found bool, err error)
	// SetSubject ties a user to a person at a provider.
	SetSubject(ctx context.Context, user care.UserID, subject string) error
}

// Room are the operations of signing in by a provider.
type Room struct {
	Settings Settings
	Users    Users

	client *client
	api    *api.API
}

// client is what is known of the provider: asked for once, and again after it
// was away.
type client struct {
	mu       sync.Mutex
	provider *oidc.Provider
}

// The texts that a session keeps while its person is at the provider.
const (
	keyState    = "oidc_state"
	keyNonce    = "oidc_nonce"
	keyVerifier = "oidc_verifier"
)

// patience is how long the provider may take for one answer.
const patience = 10 * time.Second

// The ends of a sign-in that failed, as the sign-in page is told.
const (
	troubleAway    = "oidc_away"    // the provider does not answer
	troubleRefused = "oidc_refused" // it let nobody in, or what it said does not hold
	troubleUnknown = "oidc_unknown" // he is not registered here
)

// WaysView says how one can sign in besides the password.
type WaysView struct {
	OIDC *care.Text `json:"oidc,omitempty" doc:"the name of the identity provider; absent without one"`
}

// redirect sends the browser on.
type redirect struct {
	Status       int
	Location     string `header:"Location"`
	CacheControl string `header:"Cache-Control"`
}

func to(location string) *redirect {
	return &redirect{Status: http.StatusSeeOther, Location: location, CacheControl: "no-store"}
}

func toSignIn(trouble string) *redirect { return to("/?trouble=" + trouble) }

// A house behind one address signs in by the provider so often at once, and once
// more each time that comesBack has passed.
const (
	attempts  = 30
	comesBack = 5 * time.Second
)

// beginRequest notes where a request came from.
type beginRequest struct{ remote string }

type callbackRequest struct {
	beginRequest
	State string `query:"state" maxLength:"256"`
	Code  string `query:"code" maxLength:"4096"`
	Error string `query:"error" maxLength:"256"`
}

// Resolve notes it.
func (r *beginRequest) Resolve(ctx huma.Context) []error {
	r.remote = api.RemoteOf(ctx)
	return nil
}

// Register enters the operations.
func (r Room) Register(a *api.API) {
	r.api, r.client = a, &client{}
	tags := []string{"session"}
	api.Opened(a, huma.Operation{
		OperationID: "ways-to-sign-in", Method: http.MethodGet, Path: "/api/session/ways", Tags: tags,
		Summary: "How one can sign in besides the password",
	}, r.ways)
	huma.Register(a.Huma(), huma.Operation{
		OperationID: "oidc-begin", Method: http.MethodGet, Path: "/api/session/oidc", Tags: tags,
		Summary: "Go to the identity provider", DefaultStatus: http.StatusSeeOther, Middlewares: huma.Middlewares{a.WithSession},
	}, r.begin)
	huma.Register(a.Huma(), huma.Operation{
		OperationID: "oidc-callback", Method: http.MethodGet, Path: "/api/session/oidc/callback", Tags: tags,
		Summary: "Come back from the identity provider", DefaultStatus: http.StatusSeeOther, Middlewares: huma.Middlewares{a.WithSession},
	}, r.callback)
}

func (r Room) ways(context.Context, *struct{}) (WaysView, error) {
	if r.Settings.Issuer == "" {
		return WaysView{}, nil
	}
	return WaysView{OIDC: &r.Settings.Name}, nil
}

func (r Room) begin(ctx context.Context, in *beginRequest) (*redirect, error) {
	if r.Settings.Issuer == "" {
		return toSignIn(troubleAway), nil
	}
	if _, err := r.api.Slow("oidc "+in.remote, attempts, comesBack); err != nil {
		return nil, err
	}
	config, _, err := r.provider(ctx)
	if err != nil {
		r.api.Log.ErrorContext(ctx, "the identity provider cannot be asked", "issuer", r.Settings.Issuer, "err", err)
		return toSignIn(troubleAway), nil
	}
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	r.api.Keep(ctx, keyState, state)
	r.api.Keep(ctx, keyNonce, nonce)
	r.api.Keep(ctx, keyVerifier, verifier)
	return to(config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier))), nil
}

// errRefused says that what came back is no proof of anybody.
var errRefused = errors.New("the sign-in at the identity provider does not hold")

func (r Room) callback(ctx context.Context, in *callbackRequest) (*redirect, error) {
	state, nonce, verifier := r.api.Take(ctx, keyState), r.api.Take(ctx, keyNonce), r.api.Take(ctx, keyVerifier)
	if state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(in.State)) != 1 || in.Error != "" || in.Code == "" {
		return toSignIn(troubleRefused), nil // he came by another way, or said no
	}
	if _, err := r.api.Slow("oidc callback "+in.remote, attempts, comesBack); err != nil {
		return nil, err
	}
	log := r.api.Log.With("issuer", r.Settings.Issuer, "remote", in.remote)
	who, err := r.exchange(ctx, in.Code, nonce, verifier)
	switch {
	case errors.Is(err, errRefused):
		log.WarnContext(ctx, "a sign-in by the identity provider failed", "err", err)
		if err := r.api.Refused(ctx, people.User{}, "oidc from "+in.remote); err != nil {
			return nil, err
		}
		return toSignIn(troubleRefused), nil
	case err != nil:
		log.ErrorContext(ctx, "the identity provider cannot be asked", "err", err)
		return toSignIn(troubleAway), nil
	}
	u, found, err := r.userOf(ctx, who)
	if err != nil {
		log.ErrorContext(ctx, "a user cannot be read", "err", err)
		return toSignIn(troubleAway), nil
	}
	if !found || u.Disabled || u.Station != "" {
		if err := r.api.Refused(ctx, u, "oidc, not registered, from "+in.remote); err != nil {
			return nil, err
		}
		return toSignIn(troubleUnknown), nil
	}
	if err := r.api.Begin(ctx, u, "oidc from "+in.remote); err != nil {
		return nil, err
	}
	log.InfoContext(ctx, "a person signed in by the identity provider", "user", u.ID, "role", u.Role)
	return to("/"), nil
}

// person is who sits before the screen, as the provider says.
type person struct {
	subject string // issuer and subject
	login   string // of the claim that the settings name; empty for none
}

// exchange turns a code into a person.
func (r Room) exchange(ctx context.Context, code, nonce, verifier string) (*person, error) {
	config, provider, err := r.provider(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	got, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return nil, fmt.Errorf("%w: %s", errRefused, refusal.ErrorCode)
	}
	if err != nil {
		return nil, err
	}
	raw, _ := got.Extra("id_token").(string)
	token, err := provider.Verifier(&oidc.Config{ClientID: r.Settings.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errRefused, err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1 {
		return nil, fmt.Errorf("%w: the nonce is another one", errRefused)
	}
	who := &person{subject: token.Issuer + " " + token.Subject}
	if r.Settings.LoginClaim == "" {
		return who, nil
	}
	if who.login = r.login(token.Claims); who.login == "" {
		// Many providers keep such claims out of the token.
		info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(got))
		if err == nil && info.Subject == token.Subject {
			who.login = r.login(info.Claims)
		}
	}
	return who, nil
}

// login reads the claim that the settings name.
func (r Room) login(claims func(any) error) string {
	var all map[string]any
	if err := claims(&all); err != nil {
		return ""
	}
	login, _ := all[r.Settings.LoginClaim].(string)
	return login
}

// userOf returns who somebody at the provider is here. Who is not tied yet is
// tied by his login, where the settings trust the provider with that, and only
// while the user is tied to nobody else.
func (r Room) userOf(ctx context.Context, who *person) (people.User, bool, error) {
	u, found, err := r.Users.UserBySubject(ctx, who.subject)
	if err != nil || found || who.login == "" {
		return u, found, err
	}
	u, found, err = r.Users.UserByLogin(ctx, who.login)
	if err != nil || !found || u.Subject != "" || u.Station != "" || u.Disabled {
		return people.User{}, false, err
	}
	if err := r.api.Record(ctx, u, care.AuditChanged, "user:"+string(u.ID), "tied to the identity provider"); err != nil {
		return people.User{}, false, err
	}
	return u, true, r.Users.SetSubject(ctx, u.ID, who.subject)
}

// provider returns how to talk to the provider.
func (r Room) provider(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	r.client.mu.Lock()
	defer r.client.mu.Unlock()
	if r.client.provider == nil {
		// Its keys are read with this context for as long as the gateway runs.
		ctx := oidc.ClientContext(context.WithoutCancel(ctx), &http.Client{Timeout: patience})
		p, err := oidc.NewProvider(ctx, r.Settings.Issuer)
		if err != nil {
			return nil, nil, err
		}
		r.client.provider = p
	}
	return &oauth2.Config{
		ClientID: r.Settings.ClientID, ClientSecret: r.Settings.ClientSecret, Endpoint: r.client.provider.Endpoint(),
		RedirectURL: r.Settings.PublicURL + "/api/session/oidc/callback", Scopes: []string{oidc.ScopeOpenID, "profile"},
	}, r.client.provider, nil
}
