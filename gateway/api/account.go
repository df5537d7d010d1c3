package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Credentials are the secrets of people, as the ledger changes them.
type Credentials interface {
	// SetPassword replaces the hash of a user's password. oneTime says that it is
	// good for setting another one only.
	SetPassword(ctx context.Context, user care.UserID, hash string, oneTime bool) error
	// SetSecondStep replaces the secret of the second step; empty ends it.
	SetSecondStep(ctx context.Context, user care.UserID, secret string) error
}

type ownPasswordRequest struct {
	Body struct {
		Current string `json:"current" minLength:"1" maxLength:"256"`
		New     string `json:"new" minLength:"1" maxLength:"256"`
	}
}

type stepRequest struct {
	Body struct {
		Code string `json:"code" minLength:"6" maxLength:"16" doc:"that the authenticator shows now"`
	}
}

type stepPasswordRequest struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"256"`
	}
}

// SecondStepView is a secret that is offered: it counts once a code of it was
// given back.
type SecondStepView struct {
	Secret string `json:"secret" doc:"base 32, to type where no camera is"`
	URL    string `json:"url" doc:"otpauth address"`
	SVG    string `json:"svg" doc:"the address as a QR code"`
}

// keyStep holds the secret that is offered until it is confirmed.
const keyStep = "second_step"

func (a *API) registerAccount() {
	tags := []string{"session"}
	Viewed(a, huma.Operation{
		OperationID: "change-password", Method: http.MethodPut, Path: "/api/me/password", Tags: tags,
		Summary: "Set one's own password; every other session of the person ends", MaxBodyBytes: 4 << 10,
		Errors: []int{http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests},
	}, nil, a.changePassword)
	Viewed(a, huma.Operation{
		OperationID: "offer-second-step", Method: http.MethodPost, Path: "/api/me/second-step", Tags: tags,
		Summary:      "Get a secret for the second step of one's sign-in; it counts once it is confirmed",
		MaxBodyBytes: 4 << 10, Errors: []int{http.StatusForbidden, http.StatusTooManyRequests},
	}, nil, a.offerSecondStep)
	Viewed(a, huma.Operation{
		OperationID: "confirm-second-step", Method: http.MethodPut, Path: "/api/me/second-step", Tags: tags,
		Summary: "Confirm the secret with a code of it; every other session of the person ends", MaxBodyBytes: 4 << 10,
		Errors: []int{http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests},
	}, nil, a.confirmSecondStep)
	Viewed(a, huma.Operation{
		OperationID: "end-second-step", Method: http.MethodDelete, Path: "/api/me/second-step", Tags: tags,
		Summary: "Sign in without a second step from now on", MaxBodyBytes: 4 << 10,
		Errors: []int{http.StatusForbidden, http.StatusTooManyRequests},
	}, nil, a.endSecondStep)
}

// prove asks a signed-in person for the password once more, so that a screen
// that was left alone gives nobody the account. It is throttled like a sign-in.
func (a *API) prove(ctx context.Context, u people.User, password string) error {
	refund, wait := a.throttle.takeOne("prove "+string(u.ID), limitPair)
	if wait > 0 {
		return retryAfter(NewProblem(http.StatusTooManyRequests, CodeThrottled, "too many failed attempts; try again later"), wait)
	}
	// The user of the request comes without his hash where a picture served him.
	was, _, err := a.Accounts.User(ctx, u.ID)
	if err != nil {
		refund()
		return err
	}
	ok, err := a.gate.check(ctx, password, was.PasswordHash)
	if err != nil {
		refund()
		return err
	}
	if !ok {
		if err := a.Refused(ctx, u, "password asked for again"); err != nil {
			return err
		}
		return NewProblem(http.StatusForbidden, CodeBadCredentials, "the present password is wrong")
	}
	refund()
	return nil
}

func (a *API) changePassword(ctx context.Context, u people.User, in *ownPasswordRequest) (Me, error) {
	if u.Station != "" {
		return Me{}, NewProblem(http.StatusForbidden, CodeNotAllowed, "the password of a screen is set by who administers it")
	}
	if err := a.prove(ctx, u, in.Body.Current); err != nil {
		return Me{}, err
	}
	if in.Body.New == in.Body.Current || WeakPassword(in.Body.New, u) {
		return Me{}, NewProblem(http.StatusUnprocessableEntity, CodeWeak,
			"the new password is the old one, is too short or is easy to guess: take at least eight characters that nobody expects")
	}
	hash, err := HashPassword(in.Body.New)
	if err != nil {
		return Me{}, err
	}
	if err := a.Record(ctx, u, care.AuditChanged, "user:"+string(u.ID), "password"); err != nil {
		return Me{}, err
	}
	if err := a.Credentials.SetPassword(ctx, u.ID, hash, false); err != nil {
		return Me{}, err
	}
	return a.goOn(ctx, u)
}

// offerSecondStep asks for the password: who finds a screen unlocked must not put
// an authenticator of his own in the place of hers.
func (a *API) offerSecondStep(ctx context.Context, u people.User, in *stepPasswordRequest) (SecondStepView, error) {
	if err := a.prove(ctx, u, in.Body.Password); err != nil {
		return SecondStepView{}, err
	}
	secret, address, err := newSecondStep(u, "守望 Shouwang")
	if err != nil {
		return SecondStepView{}, err
	}
	svg, err := qrCode(address)
	if err != nil {
		return SecondStepView{}, err
	}
	a.sessions.Put(ctx, keyStep, secret)
	return SecondStepView{Secret: secret, URL: address, SVG: svg}, nil
}

func (a *API) confirmSecondStep(ctx context.Context, u people.User, in *stepRequest) (Me, error) {
	secret := a.sessions.GetString(ctx, keyStep)
	if secret == "" {
		return Me{}, NewProblem(http.StatusConflict, CodeStale, "no secret was offered in this session: begin again")
	}
	refund, wait := a.throttle.takeOne("second step "+string(u.ID), limitPair)
	if wait > 0 {
		return Me{}, retryAfter(NewProblem(http.StatusTooManyRequests, CodeThrottled, "too many wrong codes; try again later"), wait)
	}
	u.TOTPSecret = secret
	if !a.steps.check(u, in.Body.Code) {
		return Me{}, NewProblem(http.StatusForbidden, CodeBadCode, "the code is wrong: check that the clock of the telephone is right")
	}
	refund()
	if err := a.Record(ctx, u, care.AuditChanged, "user:"+string(u.ID), "second step begun"); err != nil {
		return Me{}, err
	}
	if err := a.Credentials.SetSecondStep(ctx, u.ID, secret); err != nil {
		return Me{}, err
	}
	a.sessions.Remove(ctx, keyStep)
	return a.goOn(ctx, u)
}

func (a *API) endSecondStep(ctx context.Context, u people.User, in *stepPasswordRequest) (Me, error) {
	if err := a.prove(ctx, u, in.Body.Password); err != nil {
		return Me{}, err
	}
	if err := a.Record(ctx, u, care.AuditChanged, "user:"+string(u.ID), "second step ended"); err != nil {
		return Me{}, err
	}
	if err := a.Credentials.SetSecondStep(ctx, u.ID, ""); err != nil {
		return Me{}, err
	}
	return a.goOn(ctx, u)
}

// goOn keeps the session of the request when the credential has changed, under a
// new token; every other session of the person has ended by that change.
func (a *API) goOn(ctx context.Context, u people.User) (Me, error) {
	is, found, err := a.Accounts.User(ctx, u.ID)
	if err != nil {
		return Me{}, err
	}
	if !found {
		return Me{}, NewProblem(http.StatusUnauthorized, CodeSignedOut, "sign in first")
	}
	before := digest(a.sessions.Token(ctx))
	if err := a.sessions.RenewToken(ctx); err != nil {
		return Me{}, err
	}
	a.sessions.Put(ctx, keyCredential, credential(is))
	a.Live.SignedOut(before)
	return a.me(is), nil
}
