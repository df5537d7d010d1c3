package app

import (
	"cmp"
	"context"
	"strings"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/oidc"
	"shouwang.care/shouwang/gateway/ledger"
)

func (a *App) oidcRoom() api.Room {
	c := a.opts.Config
	o := c.SignIn.OIDC
	return oidc.Room{Users: oidcUsers{a.store}, Settings: oidc.Settings{
		Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: string(o.ClientSecret), LoginClaim: o.LoginClaim,
		Name:      care.Text{ZH: cmp.Or(o.NameZH, "统一身份认证"), EN: cmp.Or(o.NameEN, "single sign-on")},
		PublicURL: strings.TrimRight(c.Web.PublicURL, "/"),
	}}
}

// oidcUsers are the users as a provider ties them.
type oidcUsers struct{ *ledger.Store }

// SetSubject ties a user to a person at a provider.
func (s oidcUsers) SetSubject(ctx context.Context, user care.UserID, subject string) error {
	return s.Update(ctx, func(tx *ledger.Tx) error { return tx.SetSubject(ctx, user, subject) })
}
