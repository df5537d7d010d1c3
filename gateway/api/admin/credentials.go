package admin

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// OnceView is a secret that is told this once.
type OnceView struct {
	Login  string `json:"login,omitempty" doc:"whose it is"`
	Edge   string `json:"edge,omitempty" doc:"site/edge, which is its name at the broker"`
	Secret string `json:"secret" doc:"cannot be read again"`
}

type resetPasswordRequest struct {
	User care.UserID `path:"user" maxLength:"128"`
	Body struct {
		SecondStep bool `json:"second_step,omitempty" doc:"the telephone with the second step is lost: end it as well"`
	}
}

type pinRequest struct {
	User care.UserID `path:"user" maxLength:"128"`
}

type secretRequest struct {
	Site care.SiteID `path:"site" maxLength:"40"`
	Edge care.EdgeID `path:"edge" maxLength:"40"`
}

// other returns a user whose credentials the viewer may replace. His own he
// changes himself, with the one before.
func (m room) other(u people.User, id care.UserID) (people.User, error) {
	d, _ := m.Picture()
	other, known := d.Users[id]
	switch {
	case !known || !sees(d, u, other):
		return people.User{}, api.ErrNotFound("user")
	case id == u.ID:
		return people.User{}, api.NewProblem(http.StatusConflict, CodeYourself, "change your own on your own page, with the one before")
	case !edits(d, u, other):
		return people.User{}, api.NewProblem(http.StatusConflict, CodeScopeWider, "this user can do more than you, or works elsewhere, too")
	}
	return other, nil
}

func (m room) resetPassword(ctx context.Context, u people.User, in *resetPasswordRequest) (OnceView, error) {
	other, err := m.other(u, in.User)
	if err != nil {
		return OnceView{}, err
	}
	secret := api.OneTimePassword()
	hash, err := m.Hash(secret)
	if err != nil {
		return OnceView{}, err
	}
	detail := "password"
	if in.Body.SecondStep {
		detail = "password and second step"
	}
	log := api.Record{Kind: care.AuditChanged, By: api.ActOf(u), About: "user:" + string(other.ID), Detail: detail}
	if err := m.SetPassword(ctx, other.ID, hash, in.Body.SecondStep, log); err != nil {
		return OnceView{}, err
	}
	return OnceView{Login: other.Login, Secret: secret}, nil
}

func (m room) resetPIN(ctx context.Context, u people.User, in *pinRequest) (OnceView, error) {
	other, err := m.other(u, in.User)
	if err != nil {
		return OnceView{}, err
	}
	if !other.Role.Staff() || other.Station != "" {
		return OnceView{}, api.NewProblem(http.StatusConflict, CodeNotOfRole, "only people who answer alarms have a PIN")
	}
	secret := newPIN()
	hash, err := m.Hash(secret)
	if err != nil {
		return OnceView{}, err
	}
	log := api.Record{Kind: care.AuditChanged, By: api.ActOf(u), About: "user:" + string(other.ID), Detail: "pin"}
	if err := m.SetPIN(ctx, other.ID, hash, log); err != nil {
		return OnceView{}, err
	}
	return OnceView{Login: other.Login, Secret: secret}, nil
}

func (m room) rotateSecret(ctx context.Context, u people.User, in *secretRequest) (OnceView, error) {
	if _, err := m.InScope(u, in.Site); err != nil {
		return OnceView{}, err
	}
	d, _ := m.Picture()
	edge, known := d.Edges[people.SiteEdge{Site: in.Site, Edge: in.Edge}]
	if !known {
		return OnceView{}, api.ErrNotFound("edge")
	}
	name := string(in.Site) + "/" + string(in.Edge)
	log := api.Record{Kind: care.AuditChanged, By: api.ActOf(u), About: "edge:" + name, Detail: "secret"}
	secret, err := m.SetEdgeSecret(ctx, edge, log)
	if err != nil {
		return OnceView{}, err
	}
	return OnceView{Edge: name, Secret: secret}, nil
}

// newPIN returns six random digits that are none of the first to be tried.
func newPIN() string {
	for {
		n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
		if err != nil { // never
			continue
		}
		if pin := fmt.Sprintf("%06d", n); !api.WeakPIN(pin) {
			return pin
		}
	}
}
