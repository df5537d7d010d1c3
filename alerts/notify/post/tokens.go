package post

import (
	"context"
	"time"

	"shouwang.care/shouwang/alerts/notify"
)

// Tokens keeps the access token of a service that gives one out for some
// hours, and fetches the next one when it is needed. Its methods may be called
// from several goroutines, of which one fetches.
type Tokens struct {
	fetch func(ctx context.Context) (token string, good time.Duration, err error)
	turn  chan struct{} // holds one element while somebody looks or fetches
	token string
	until time.Time
}

// NewTokens returns Tokens that fetch by a function; it returns a token and how
// long that is good for.
func NewTokens(fetch func(ctx context.Context) (token string, good time.Duration, err error)) *Tokens {
	return &Tokens{fetch: fetch, turn: make(chan struct{}, 1)}
}

// Get returns a token that is good for a minute at least and is not refused,
// the one that the service no longer knows; "" refuses none. The error is that
// of the function, or Unreachable when ctx ends while others fetch.
func (t *Tokens) Get(ctx context.Context, refused string) (string, error) {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", notify.Failed(notify.Unreachable, "the time was up while waiting for an access token: %v", context.Cause(ctx))
	}
	if t.token != "" && t.token != refused && time.Now().Before(t.until) {
		return t.token, nil
	}
	token, good, err := t.fetch(ctx)
	if err != nil {
		return "", err
	}
	t.token, t.until = token, time.Now().Add(good-time.Minute)
	return token, nil
}
