package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/config"
	"shouwang.care/shouwang/gateway/ledger"
)

// firstLogin is that of the operator whom the first start makes.
const firstLogin = "operator"

// firstOperator makes an operator where nobody is registered at all, so that
// somebody can sign in and enter the others, and tells his one-time password
// once.
func (a *App) firstOperator(ctx context.Context) error {
	if len(a.store.Directory().Users) > 0 {
		return nil
	}
	password, hash, err := oneTimePassword()
	if err != nil {
		return fmt.Errorf("make the first operator: %w", err)
	}
	plan := ledger.Plan{
		Users: []people.User{{Login: firstLogin, Name: "系统管理员", Role: people.Operator, PasswordHash: hash, MustChange: true}},
		By:    care.Act{Name: "gateway", At: time.Now(), Means: care.BySystem},
	}
	if _, err := a.store.ApplyPlan(ctx, plan); err != nil {
		return fmt.Errorf("make the first operator: %w", err)
	}
	if a.opts.Tell != nil {
		a.opts.Tell(fmt.Sprintf("首次启动：请用账号 %[1]s 和一次性密码 %[2]s 登录（只显示这一次），登录后设置自己的密码。\n"+
			"First start: sign in as %[1]s with the one-time password %[2]s (shown only now) and set one of your own.", firstLogin, password))
	}
	return nil
}

// OneTimePassword gives the user of a login a one-time password and returns it.
// It works beside a running gateway and without one, for whoever has the machine:
// an operator who has forgotten his password has no other way in. endSecondStep
// ends his second step, too, for one whose telephone is lost.
func OneTimePassword(ctx context.Context, c config.Config, login string, endSecondStep bool) (password string, err error) {
	store, err := ledger.Open(ctx, LedgerFile(c))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	u, found, err := store.UserByLogin(ctx, login)
	if err != nil {
		return "", err
	}
	if !found {
		return "", fmt.Errorf("there is no user with the login %q", login)
	}
	password, hash, err := oneTimePassword()
	if err != nil {
		return "", err
	}
	return password, store.Update(ctx, func(tx *ledger.Tx) error {
		by := care.Act{Name: "gateway password", At: time.Now(), Means: care.BySystem}
		if _, err := tx.Log(ctx, ledger.AuditLog, care.Entry{Kind: care.AuditChanged, Act: by, To: "user:" + string(u.ID), Reason: "one-time password"}); err != nil {
			return err
		}
		if endSecondStep {
			if err := tx.SetSecondStep(ctx, u.ID, ""); err != nil {
				return err
			}
		}
		return tx.SetPassword(ctx, u.ID, hash, true)
	})
}

// oneTimePassword returns a password and its hash.
func oneTimePassword() (password, hash string, err error) {
	password = api.OneTimePassword()
	hash, err = api.HashPassword(password)
	return password, hash, err
}
