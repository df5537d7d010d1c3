package wechat

import (
	"context"
	"time"

	"shouwang.care/shouwang/alerts/notify"
)

// tokens keeps the access token, and has one of those who need it fetch it.
type tokens struct {
	fetch func(ctx context.Context) (token string, good time.Duration, err error)
	// turn is full while somebody has the fields below; a channel, because
	// those who wait have deadlines.
	turn  chan struct{}
	token string
	until time.Time
}

func (t *tokens) init(fetch func(context.Context) (string, time.Duration, error)) {
	t.fetch, t.turn = fetch, make(chan struct{}, 1)
}

// get returns a token that is not the old one, which WeChat refused; an empty
// old one is none.
func (t *tokens) get(ctx context.Context, old string) (string, error) {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", notify.Failed(notify.Unreachable, "the time was up while waiting for an access token of WeChat")
	}
	if t.token != "" && t.token != old && time.Now().Before(t.until) {
		return t.token, nil
	}
	token, good, err := t.fetch(ctx)
	if err != nil {
		return "", err
	}
	t.token, t.until = token, time.Now().Add(good)
	return token, nil
}

// early is how long before the end of a token WeChat gives out the next one.
// From then on both are good.
const early = 5 * time.Minute

// fetch asks for the stable access token, which does not change with each
// demand: other programs of the same account, and other gateways, get the same
// one, https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.
// It never forces a new one, which is allowed 20 times a day.
func (c *Channel) fetch(ctx context.Context) (string, time.Duration, error) {
	var a answer
	err := c.post(ctx, "/cgi-bin/stable_token", map[string]any{
		"grant_type": "client_credential", "appid": c.o.AppID, "secret": string(c.o.AppSecret),
	}, &a)
	if err != nil {
		return "", 0, err
	}
	if err := a.failure(string(c.o.AppSecret)); err != nil {
		return "", 0, err
	}
	if a.Token == "" {
		return "", 0, notify.Failed(notify.Unreachable, "WeChat answers without an access token")
	}
	return a.Token, time.Duration(a.Expires)*time.Second - early, nil
}
