package channels

import (
	"net/http"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/aliyun"
	"shouwang.care/shouwang/alerts/notify/dingtalk"
	"shouwang.care/shouwang/alerts/notify/feishu"
	"shouwang.care/shouwang/alerts/notify/mail"
	"shouwang.care/shouwang/alerts/notify/post"
	"shouwang.care/shouwang/alerts/notify/shoutrrr"
	"shouwang.care/shouwang/alerts/notify/templated"
	"shouwang.care/shouwang/alerts/notify/tencent"
	"shouwang.care/shouwang/alerts/notify/webhook"
	"shouwang.care/shouwang/alerts/notify/webpush"
	"shouwang.care/shouwang/alerts/notify/wechat"
	"shouwang.care/shouwang/alerts/notify/wecom"
)

// client is shared by the channels that speak HTTP, so that connections are.
var client = post.NewClient()

// kinds are the types of channels that a file can name.
var kinds = map[string]func(ast.Node) (notify.Channel, error){
	"aliyun_sms":    kind(overHTTP(aliyun.NewSMS)),
	"aliyun_voice":  kind(overHTTP(aliyun.NewVoice)),
	"tencent_sms":   kind(overHTTP(tencent.NewSMS)),
	"tencent_voice": kind(overHTTP(tencent.NewVoice)),
	"http":          kind(overHTTP(templated.New)),
	"wechat":        kind(overHTTP(wechat.New)),
	"wecom":         kind(never(wecom.NewApp)),
	"wecom_robot":   kind(never(wecom.NewRobot)),
	"dingtalk":      kind(never(dingtalk.New)),
	"dingtalk_work": kind(never(dingtalk.NewWork)),
	"feishu":        kind(never(feishu.New)),
	"webhook":       kind(never(webhook.New)),
	"mail":          kind(mail.New),
	"webpush":       kind(never(webpush.New)),
	"shoutrrr":      kind(func(o shoutrrr.Options) (notify.Channel, error) { return shoutrrr.New(o), nil }),
}

// options are settings that can tell their mistakes.
type options interface{ Check() error }

// kind reads the options of a channel, checks them and makes it.
func kind[O options](make func(O) (notify.Channel, error)) func(ast.Node) (notify.Channel, error) {
	return func(n ast.Node) (notify.Channel, error) {
		var o O
		if n != nil {
			if err := yaml.NodeToValue(n, &o, yaml.Strict()); err != nil {
				return nil, err
			}
		}
		if err := o.Check(); err != nil {
			return nil, err
		}
		return make(o)
	}
}

// overHTTP gives a channel the client.
func overHTTP[O any, C notify.Channel](make func(O, *http.Client) (C, error)) func(O) (notify.Channel, error) {
	return func(o O) (notify.Channel, error) {
		c, err := make(o, client)
		if err != nil {
			return nil, err
		}
		return c, nil
	}
}

// never is overHTTP for channels that cannot fail to be made.
func never[O any](make func(O, *http.Client) notify.Channel) func(O) (notify.Channel, error) {
	return func(o O) (notify.Channel, error) { return make(o, client), nil }
}
