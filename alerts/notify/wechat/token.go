package wechat

import (
	"context"
	"time"

	"shouwang.care/shouwang/alerts/notify"
)

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
