// Package aliyun reaches people over Alibaba Cloud (阿里云): text messages
// (Dysmsapi, SendSms) and telephone calls that are accepted by pressing a key
// (Dyvmsapi, IvrCall). What becomes of them is learnt by asking or from the
// services' HTTP callbacks (SmsReport, VoiceReport, VoiceCallReport).
//
// Neither service knows an idempotency key: a message whose answer was lost
// and that is sent again may arrive twice. SendSms carries the key of the
// message as OutId and repeats it in its receipts; the OutId of a call has 15
// bytes, too few for the key, and is left out.
//
// Requests are signed here (ACS3-HMAC-SHA256) rather than by Alibaba's SDK,
// whose modules are many and heavy for one small signature.
package aliyun

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/post"
)

// Account is how a channel signs in.
type Account struct {
	// AccessKeyID and AccessKeySecret are those of a RAM user that may use the
	// one service and nothing else.
	AccessKeyID     string        `yaml:"access_key_id"`
	AccessKeySecret notify.Secret `yaml:"access_key_secret"`
	// Endpoint is the address of the service; empty is its public one. It is
	// set for networks with a private one.
	Endpoint string `yaml:"endpoint"`
}

func (a Account) check(m *notify.Mistakes) {
	m.Need("access_key_id", a.AccessKeyID, "the id of an access key")
	m.Need("access_key_secret", string(a.AccessKeySecret), "the secret of the access key")
	if a.Endpoint != "" {
		if err := post.CheckURL(a.Endpoint, false); err != nil {
			m.Add("endpoint", "%v", err)
		}
	}
}

// service is one API of Alibaba Cloud.
type service struct {
	account  Account
	endpoint string
	version  string
	client   *http.Client
}

func newService(a Account, endpoint, version string, client *http.Client) service {
	if a.Endpoint != "" {
		endpoint = a.Endpoint
	}
	if client == nil {
		client = post.NewClient()
	}
	return service{account: a, endpoint: endpoint, version: version, client: client}
}

// call does one action and unpacks the answer. The error is a *notify.Failure
// without the texts of hide in its detail.
func (s service) call(ctx context.Context, action string, params url.Values, answer any, hide ...string) error {
	r, err := http.NewRequest(http.MethodPost, s.endpoint, nil)
	if err != nil {
		return notify.Hopeless(notify.Misconfigured, "the endpoint is not a URL")
	}
	r.URL.Path = "/"
	r.URL.RawQuery = canonicalQuery(params)
	sign(r, s.account, action, s.version, time.Now(), nonce())
	status, body, err := post.Do(ctx, s.client, r)
	hide = append(hide, string(s.account.AccessKeySecret))
	// The gateway in front of the services answers 4xx and 5xx with a code,
	// which says more than the status.
	var head struct{ Code, Message string }
	if json.Unmarshal(body, &head) == nil && head.Code != "" && head.Code != "OK" {
		return failure(head.Code, head.Message).Hide(hide...)
	}
	if err != nil {
		return notify.AsFailure(err).Hide(hide...)
	}
	if head.Code != "OK" || status != http.StatusOK {
		return notify.Failed(notify.Unreachable, "the answer with status %d is not one of Alibaba Cloud; is there a proxy in between? It begins %.80q", status, body).Hide(hide...)
	}
	if err := json.Unmarshal(body, answer); err != nil {
		return notify.Failed(notify.Unreachable, "the answer to %s cannot be read: %v", action, err).Hide(hide...)
	}
	return nil
}

// china is the time zone of every time that the services write. It has had no
// daylight saving since 1991.
var china = time.FixedZone("CST", 8*60*60)

// when reads a time of the services, such as 2017-01-01 00:00:00; what cannot
// be read is now.
func when(s string) time.Time {
	t, err := time.ParseInLocation(time.DateTime, s, china)
	if err != nil {
		return time.Now()
	}
	return t
}
