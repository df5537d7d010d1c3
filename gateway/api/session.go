package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

const (
	sessionCookie = "shouwang_session"
	// sessionLife is long because a board on the wall must not sign itself out
	// at night. It is counted anew when half of it is over and the session is
	// used.
	sessionLife = 30 * 24 * time.Hour
)

// The values of a session. The credential ties it to the password and the
// second step with which it began: changing one ends the sessions before.
const (
	keyUser       = "user"
	keyCredential = "credential"
)

func newSessions(store scs.Store, tls bool, trouble func(http.ResponseWriter, *http.Request, error)) *scs.SessionManager {
	// Not scs.New: it begins a store in memory, with a goroutine that nobody ends.
	return &scs.SessionManager{
		Store: store, Lifetime: sessionLife, Codec: scs.GobCodec{}, ErrorFunc: trouble,
		Cookie: scs.SessionCookie{
			Name: sessionCookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: tls, Persist: true,
		},
	}
}

// ledgerTrouble answers when a session cannot be read or written.
func (a *API) ledgerTrouble(w http.ResponseWriter, r *http.Request, err error) {
	a.Log.ErrorContext(r.Context(), "a session cannot be read or written", "error", err)
	w.Header().Set("Retry-After", "2")
	writeProblem(w, NewProblem(http.StatusServiceUnavailable, CodeUnavailable,
		"the gateway cannot read its sessions now; try again in some seconds"))
}

// withSession is LoadAndSave of scs as a middleware of an operation.
func (a *API) withSession(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	a.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next(humago.NewContext(ctx.Operation(), r, w))
	})).ServeHTTP(w, r)
}

type userKey struct{}

// userOf returns the person that require has let in.
func userOf(ctx context.Context) people.User { return ctx.Value(userKey{}).(people.User) }

// require lets people of the roles in, everyone signed in when there are none.
func (a *API) require(roles []people.Role) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		u, ok, err := a.signedIn(ctx.Context())
		switch {
		case err != nil:
			a.Log.ErrorContext(ctx.Context(), "a user cannot be read", "error", err)
			huma.WriteErr(a.huma, ctx, http.StatusServiceUnavailable, "the gateway cannot read its users now; try again in some seconds")
		case !ok:
			huma.WriteErr(a.huma, ctx, http.StatusUnauthorized, "sign in first")
		default:
			var p *Problem
			if u.Station == people.AtStation {
				s := StationSession{Station: u, session: digest(a.sessions.Token(ctx.Context())), token: ctx.Header(HandHeader)}
				ctx = huma.WithValue(ctx, stationKey{}, s)
				u, p = a.actor(s, ctx.Operation())
			}
			if p == nil {
				p = admit(u, roles, ctx.Operation().OperationID)
			}
			if p != nil {
				refuse(ctx, a.huma, p)
				return
			}
			if err := a.lookAt(ctx, u); err != nil {
				a.Log.ErrorContext(ctx.Context(), "a look cannot be logged", "error", err)
				huma.WriteErr(a.huma, ctx, http.StatusServiceUnavailable, "the gateway cannot log that you look; try again in some seconds")
				return
			}
			if time.Until(a.sessions.Deadline(ctx.Context())) < sessionLife/2 {
				a.sessions.SetDeadline(ctx.Context(), time.Now().Add(sessionLife))
			}
			next(huma.WithValue(ctx, userKey{}, u))
		}
	}
}

// signedIn returns the person of the session that was loaded into ctx.
func (a *API) signedIn(ctx context.Context) (people.User, bool, error) {
	id := a.sessions.GetString(ctx, keyUser)
	if id == "" {
		return people.User{}, false, nil
	}
	u, found, err := a.Accounts.User(ctx, care.UserID(id))
	if err != nil || !found || u.Disabled {
		return people.User{}, false, err
	}
	return u, a.sessions.GetString(ctx, keyCredential) == credential(u), nil
}

// credential changes with the password and with the second step, and reveals
// neither.
func credential(u people.User) string { return digest(u.PasswordHash + u.TOTPSecret)[:32] }

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// viewer returns who sent a request that is not an operation of huma's.
func (a *API) viewer(r *http.Request) (Viewer, bool, error) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return Viewer{}, false, nil
	}
	token := cookie.Value
	check := func(ctx context.Context) (people.User, bool, error) {
		ctx, err := a.sessions.Load(ctx, token)
		if err != nil {
			return people.User{}, false, err
		}
		return a.signedIn(ctx)
	}
	u, ok, err := check(r.Context())
	ok = ok && !u.MustChange
	return Viewer{User: u, Session: digest(token), Check: check}, ok, err
}

// live hands a signed-in viewer to the hub.
func (a *API) live(w http.ResponseWriter, r *http.Request) {
	v, ok, err := a.viewer(r)
	switch {
	case err != nil:
		a.ledgerTrouble(w, r, err)
	case !ok:
		writeProblem(w, NewProblem(http.StatusUnauthorized, CodeSignedOut, "sign in first"))
	default:
		// The socket compares the origin with the host; one that the settings name
		// is as good.
		if slices.Contains(a.Origins, r.Header.Get("Origin")) {
			r = r.Clone(r.Context())
			r.Header.Del("Origin")
		}
		a.Live.ServeLive(w, r, v)
	}
}
