package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

type signInRequest struct {
	remote string
	Body   struct {
		Login    string `json:"login" minLength:"1" maxLength:"64"`
		Password string `json:"password" minLength:"1" maxLength:"256"`
		Code     string `json:"code,omitempty" maxLength:"16" doc:"of the second step, where the account has one"`
	}
}

// Resolve notes where the request came from.
func (r *signInRequest) Resolve(ctx huma.Context) []error {
	r.remote = remote(request(ctx))
	return nil
}

func (a *API) registerSession() {
	tags := []string{"session"}
	huma.Register(a.huma, huma.Operation{
		OperationID: "sign-in", Method: http.MethodPost, Path: "/api/session", Tags: tags,
		Summary: "Sign in", MaxBodyBytes: 4 << 10, BodyReadTimeout: requestTime,
		Middlewares: huma.Middlewares{a.withSession},
		Errors:      []int{http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}, a.signIn)
	Viewed(a, huma.Operation{
		OperationID: "me", Method: http.MethodGet, Path: "/api/me", Tags: tags,
		Summary: "Who is signed in, and what he sees",
	}, nil, func(_ context.Context, u people.User, _ *struct{}) (Me, error) { return a.me(u), nil })
	huma.Register(a.huma, huma.Operation{
		OperationID: "sign-out", Method: http.MethodDelete, Path: "/api/session", Tags: tags,
		Summary: "Sign out; the live sockets of the session are closed", DefaultStatus: http.StatusNoContent,
		Security:    []map[string][]string{{"session": {}}},
		Middlewares: huma.Middlewares{a.withSession, a.require(nil)},
		Errors:      []int{http.StatusUnauthorized, http.StatusServiceUnavailable},
	}, a.signOut)
}

func (a *API) signIn(ctx context.Context, in *signInRequest) (*body[Me], error) {
	login := in.Body.Login
	log := a.Log.With("login", login, "remote", in.remote)
	refund, wait := a.throttle.take(login, in.remote)
	if wait > 0 {
		log.WarnContext(ctx, "a sign-in is put off after too many failures", "wait", wait)
		return nil, retryAfter(NewProblem(http.StatusTooManyRequests, CodeThrottled,
			fmt.Sprintf("too many failed attempts; try again in %d s", seconds(wait))), wait)
	}
	u, found, err := a.Accounts.UserByLogin(ctx, login)
	if err != nil {
		refund()
		return nil, a.explain(ctx, "sign-in", err)
	}
	if !found || u.Disabled {
		u = people.User{}
	}
	ok, err := a.gate.check(ctx, in.Body.Password, u.PasswordHash)
	if err != nil {
		refund()
		return nil, a.explain(ctx, "sign-in", err)
	}
	if !ok {
		log.WarnContext(ctx, "a sign-in failed")
		if err := a.Refused(ctx, u, "password from "+in.remote); err != nil {
			return nil, a.explain(ctx, "sign-in", err)
		}
		return nil, NewProblem(http.StatusUnauthorized, CodeBadCredentials, "the login name or the password is wrong")
	}
	how := "password from " + in.remote
	if u.TOTPSecret != "" {
		if in.Body.Code == "" { // the password is right, so this was no guess
			refund()
			return nil, NewProblem(http.StatusUnauthorized, CodeNeedsCode, "this account asks for the code of its second step")
		}
		if !a.steps.check(u, in.Body.Code) {
			log.WarnContext(ctx, "a second step failed")
			if err := a.Refused(ctx, u, "second step from "+in.remote); err != nil {
				return nil, a.explain(ctx, "sign-in", err)
			}
			return nil, NewProblem(http.StatusUnauthorized, CodeBadCode, "the code of the second step is wrong or was used already")
		}
		how = "password and second step from " + in.remote
	}
	refund()
	if err := a.Begin(ctx, u, how); err != nil {
		return nil, a.explain(ctx, "sign-in", err)
	}
	log.InfoContext(ctx, "a person signed in", "user", u.ID, "role", u.Role)
	return answer(a.me(u)), nil
}

func (a *API) signOut(ctx context.Context, _ *struct{}) (*struct{}, error) {
	u := userOf(ctx)
	about := u
	if s, ok := StationOf(ctx); ok { // which a person signs out
		about = s.Station
	}
	if err := a.Record(ctx, u, care.AuditSignedOut, "user:"+string(about.ID), ""); err != nil {
		return nil, a.explain(ctx, "sign-out", err)
	}
	session := digest(a.sessions.Token(ctx))
	if err := a.sessions.Destroy(ctx); err != nil {
		return nil, a.explain(ctx, "sign-out", err)
	}
	a.Live.SignedOut(session)
	return nil, nil
}

func (a *API) me(u people.User) Me {
	d := a.Book.Directory()
	me := Me{User: u, Sites: []SiteView{}, Watched: []ResidentView{}, Version: a.Version, SecondStep: u.TOTPSecret != ""}
	for _, s := range d.Sites {
		if d.SeesSite(u, s.ID) {
			me.Sites = append(me.Sites, renderSite(d, s.ID))
		}
	}
	slices.SortFunc(me.Sites, func(x, y SiteView) int { return cmp.Compare(x.ID, y.ID) })
	if u.Role == people.Family {
		for _, id := range u.Scope.Residents {
			if r, ok := d.Residents[id]; ok {
				me.Watched = append(me.Watched, ResidentView{ID: r.ID, Name: r.Name})
			}
		}
	}
	return me
}
