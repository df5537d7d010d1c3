package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Opened registers an operation for people who need not be signed in, such as
// one that signs them in: the session of the request can be begun in it, and
// nobody is asked for. Guessing is for do to slow down.
func Opened[I, O any](a *API, op huma.Operation, do func(ctx context.Context, in *I) (O, error)) {
	op.BodyReadTimeout = requestTime
	op.Middlewares = append(huma.Middlewares{a.withSession}, op.Middlewares...)
	op.Errors = append(op.Errors, http.StatusServiceUnavailable)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*body[O], error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, a.explain(ctx, op.OperationID, err)
		}
		return answer(out), nil
	})
}

// Begin makes the session of the request that of u and writes it into the audit
// log; how says by what he proved who he is, such as password or oidc, and from
// where he came. The request must be one of an operation made by Opened or
// Viewed.
func (a *API) Begin(ctx context.Context, u people.User, how string) error {
	if err := a.Record(ctx, u, care.AuditSignedIn, "user:"+string(u.ID), how); err != nil {
		return err
	}
	// A new token, so that nobody can plant one before the sign-in.
	if err := a.sessions.RenewToken(ctx); err != nil {
		return err
	}
	a.sessions.SetDeadline(ctx, time.Now().Add(sessionLife))
	a.sessions.Put(ctx, keyUser, string(u.ID))
	a.sessions.Put(ctx, keyCredential, credential(u))
	return nil
}

// Refused writes a failed attempt to sign in into the audit log. u is empty for
// a login that nobody has; what was typed is not kept, since it may be a
// password.
func (a *API) Refused(ctx context.Context, u people.User, how string) error {
	about := "user:" + string(u.ID)
	if u.ID == "" {
		about = "user"
	}
	return a.Record(ctx, u, care.AuditRefused, about, how)
}

// MeOf is what a person is told about himself when he has signed in.
func (a *API) MeOf(u people.User) Me { return a.me(u) }

// WithSession is the middleware that loads the session of a request and saves it
// afterwards, for operations that neither Viewed nor Opened fits.
func (a *API) WithSession(ctx huma.Context, next func(huma.Context)) { a.withSession(ctx, next) }

// strangerLife is how long the session of somebody who is not signed in is kept:
// the time to sign in elsewhere and come back.
const strangerLife = 15 * time.Minute

// Keep puts a text into the session of the request until it is taken.
func (a *API) Keep(ctx context.Context, key, text string) {
	if a.sessions.GetString(ctx, keyUser) == "" {
		a.sessions.SetDeadline(ctx, time.Now().Add(strangerLife))
	}
	a.sessions.Put(ctx, key, text)
}

// Take returns a text that was kept in the session of the request and removes
// it; empty for none.
func (a *API) Take(ctx context.Context, key string) string { return a.sessions.PopString(ctx, key) }

// RemoteOf returns the address from which a request came.
func RemoteOf(ctx huma.Context) string { return remote(request(ctx)) }
