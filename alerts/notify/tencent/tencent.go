// Package tencent reaches people over Tencent Cloud (腾讯云): text messages
// (SMS, SendSms) and telephone calls that are accepted by pressing a key (VMS,
// SendTtsVoice). What becomes of text messages is learnt by asking or from
// callbacks, what becomes of calls from callbacks only.
//
// Neither service knows an idempotency key: a message whose answer was lost
// and that is sent again may arrive twice. Both carry the key of the message
// as SessionContext, by which an operator finds it in their console, and
// PullSmsSendStatusByPhoneNumber repeats it.
//
// Requests are signed here (TC3-HMAC-SHA256) rather than by Tencent's SDK,
// whose modules are many for one small signature.
package tencent

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/post"
)

// Account is how a channel signs in.
type Account struct {
	// SecretID and SecretKey are those of a sub-account that may use the one
	// service and nothing else.
	SecretID  string        `yaml:"secret_id"`
	SecretKey notify.Secret `yaml:"secret_key"`
	// AppID is the SdkAppId of the application in the service's console, such
	// as 1400006666.
	AppID string `yaml:"app_id"`
	// Region is the region of the service; empty is ap-guangzhou.
	Region string `yaml:"region"`
	// Endpoint is the address of the service; empty is its public one.
	Endpoint string `yaml:"endpoint"`
}

func (a Account) check(m *notify.Mistakes) {
	m.Need("secret_id", a.SecretID, "the id of an API key")
	m.Need("secret_key", string(a.SecretKey), "the secret of the API key")
	m.Need("app_id", a.AppID, "the SdkAppId of the application")
	if strings.Trim(a.AppID, "0123456789") != "" {
		m.Add("app_id", "%q is not a number such as 1400006666", a.AppID)
	}
	if a.Endpoint != "" {
		if err := post.CheckURL(a.Endpoint, false); err != nil {
			m.Add("endpoint", "%v", err)
		}
	}
}

// service is one API of Tencent Cloud.
type service struct {
	account       Account
	name, version string
	client        *http.Client
}

func newService(a Account, name, version string, client *http.Client) service {
	if a.Endpoint == "" {
		a.Endpoint = "https://" + name + ".tencentcloudapi.com"
	}
	if a.Region == "" {
		a.Region = "ap-guangzhou"
	}
	if client == nil {
		client = post.NewClient()
	}
	return service{account: a, name: name, version: version, client: client}
}

// call does one action and unpacks what is under Response in the answer. The
// error is a *notify.Failure without the texts of hide in its detail.
func (s service) call(ctx context.Context, action string, params, answer any, hide ...string) error {
	payload, err := json.Marshal(params)
	if err != nil {
		return notify.Hopeless(notify.Refused, "the message cannot be written as JSON: %v", err)
	}
	r, err := http.NewRequest(http.MethodPost, s.account.Endpoint, bytes.NewReader(payload))
	if err != nil {
		return notify.Hopeless(notify.Misconfigured, "the endpoint is not a URL")
	}
	r.URL.Path = "/"
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("X-TC-Action", action)
	r.Header.Set("X-TC-Version", s.version)
	r.Header.Set("X-TC-Region", s.account.Region)
	sign(r, s.account, s.name, payload, time.Now())

	status, body, err := post.Do(ctx, s.client, r)
	hide = append(hide, string(s.account.SecretKey))
	if err != nil {
		return notify.AsFailure(err).Hide(hide...)
	}
	var envelope struct{ Response json.RawMessage }
	var head struct {
		RequestID string
		Error     struct{ Code, Message string }
	}
	if json.Unmarshal(body, &envelope) != nil || len(envelope.Response) == 0 || json.Unmarshal(envelope.Response, &head) != nil || head.RequestID == "" {
		return notify.Failed(notify.Unreachable, "the answer with status %d is not one of Tencent Cloud; is there a proxy in between? It begins %.80q", status, body).Hide(hide...)
	}
	if head.Error.Code != "" {
		return failure(head.Error.Code, head.Error.Message).Hide(hide...)
	}
	if err := json.Unmarshal(envelope.Response, answer); err != nil {
		return notify.Failed(notify.Unreachable, "the answer to %s cannot be read: %v", action, err).Hide(hide...)
	}
	return nil
}

// thanks is what the services want to hear.
var thanks = notify.Answer{ContentType: "application/json; charset=utf-8", Body: []byte(`{"result":0,"errmsg":"OK"}`)}
