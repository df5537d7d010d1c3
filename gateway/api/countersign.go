package api

import (
	"context"
	"net/http"

	"shouwang.care/shouwang/alerts/people"
)

// Countersign checks that somebody who stands at another person's screen is who
// she says: by her password or her PIN. It is throttled like the tiles of a
// station, and begins no session.
func (a *API) Countersign(ctx context.Context, u people.User, secret string) error {
	// A PIN is as short here as at a station, and is guessed no faster.
	refund, wait := a.throttle.takeOne("countersign "+string(u.ID), limitTile)
	if wait > 0 {
		return retryAfter(NewProblem(http.StatusTooManyRequests, CodeThrottled, "too many failed attempts; try again later"), wait)
	}
	was, found, err := a.Accounts.User(ctx, u.ID)
	if err != nil {
		refund()
		return err
	}
	if !found || was.Disabled {
		was = people.User{}
	}
	for _, hash := range []string{was.PINHash, was.PasswordHash} {
		if hash == "" && was.PINHash+was.PasswordHash != "" {
			continue
		}
		ok, err := a.gate.check(ctx, secret, hash)
		if err != nil {
			refund()
			return err
		}
		if ok {
			refund()
			return nil
		}
	}
	if err := a.Refused(ctx, u, "signature at another screen"); err != nil {
		return err
	}
	return NewProblem(http.StatusForbidden, CodeBadCredentials, "the password or PIN is wrong")
}
