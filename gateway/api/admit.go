package api

import (
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/people"
)

// The operations that stay open to those who may do little else.
var (
	// withOneTimePassword may be done before a one-time password was replaced.
	withOneTimePassword = []string{"me", "sign-out", "change-password"}
	// onWall is what a screen on the wall asks for. Whoever passes can read it,
	// so nothing with a name is in it.
	onWall = []string{"me", "sign-out", "board", "floor-plan", "floor-drawing"}
)

// admit says whether a signed-in user may do an operation; the problem says why
// not. It knows nothing of where his scope ends: the operations do.
func admit(u people.User, roles []people.Role, operation string) *Problem {
	switch {
	case u.MustChange && !slices.Contains(withOneTimePassword, operation):
		return NewProblem(http.StatusForbidden, CodeMustChange, "the password is good for one sign-in only: set one of your own first")
	case len(roles) > 0 && !slices.Contains(roles, u.Role):
		return NewProblem(http.StatusForbidden, CodeNotAllowed, "the role "+string(u.Role)+" may not do this")
	case u.Station == people.OnWall && !slices.Contains(onWall, operation):
		return NewProblem(http.StatusForbidden, CodeNotAllowed, "a screen on the wall may not do this")
	}
	return nil
}

// refuse writes a problem as the answer of an operation.
func refuse(ctx huma.Context, api huma.API, p *Problem) {
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetHeader("Cache-Control", "no-store")
	ctx.SetStatus(p.Status)
	api.Marshal(ctx.BodyWriter(), "application/json", p)
}
