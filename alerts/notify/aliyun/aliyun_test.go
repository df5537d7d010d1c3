package aliyun

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/approved"
	"shouwang.care/shouwang/alerts/notify/notifytest"
)

func account(endpoint string) Account {
	return Account{AccessKeyID: testID, AccessKeySecret: testSecret, Endpoint: endpoint}
}

func smsOptions(endpoint string) SMSOptions {
	return SMSOptions{
		Account: account(endpoint),
		Text:    approved.Text{SignName: "湖畔养老院", Templates: approved.Templates{"alarm": {ID: "SMS_1", Fill: []string{"place", "what=class", "time", "code"}}}},
	}
}

func voiceOptions(endpoint string) VoiceOptions {
	return VoiceOptions{
		Account: account(endpoint), ShowNumber: "057188773344", Thanks: "TTS_2", Bye: "TTS_3",
		Call: approved.Call{Callback: true, Templates: approved.Templates{"alarm": {ID: "TTS_1", Fill: []string{"place", "what=class"}}}},
	}
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestTextMessages(t *testing.T) {
	notifytest.Run(t, notifytest.Harness{
		Start: func(t *testing.T) (notify.Channel, notifytest.Service) {
			_, server := newCloud(t)
			return must[*SMS](t)(NewSMS(smsOptions(server.URL), nil)), server
		},
		To: "+8613812345678", Best: notify.Delivered, Keyed: true,
		Secrets:   []string{testSecret, "13812345678"},
		Says:      []string{"【湖畔养老院】SMS_1", "place:2 楼 203 房 1 床", "what:跌倒", "time:03:12", "code:Zm9vYmFy"},
		Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
	})
}

func TestCalls(t *testing.T) {
	for _, to := range []string{"+8613812345678", "+8657188773344"} {
		t.Run(to, func(t *testing.T) {
			notifytest.Run(t, notifytest.Harness{
				Start: func(t *testing.T) (notify.Channel, notifytest.Service) {
					_, server := newCloud(t)
					return must[*Voice](t)(NewVoice(voiceOptions(server.URL), nil)), server
				},
				To: to, Best: notify.Accepted,
				Secrets:   []string{testSecret, strings.TrimPrefix(to, "+86")},
				Says:      []string{"TTS_1", "place:2 楼 203 房 1 床", "what:跌倒"},
				Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
			})
		})
	}
}

// The request and signature with fixed values of "V3版本请求体&签名机制",
// https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature.
func TestTheSignatureIsThatOfTheDocumentation(t *testing.T) {
	r := must[*http.Request](t)(http.NewRequest(http.MethodPost, "https://ecs.cn-shanghai.aliyuncs.com/", nil))
	r.URL.RawQuery = canonicalQuery(url.Values{"ImageId": {"win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}, "RegionId": {"cn-shanghai"}})
	sign(r, Account{AccessKeyID: "YourAccessKeyId", AccessKeySecret: "YourAccessKeySecret"}, "RunInstances", "2014-05-26",
		time.Date(2023, 10, 26, 10, 22, 32, 0, time.UTC), "3156853299f313e23d1673dc12e1703d")
	want := "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
		"Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
	if diff := cmp.Diff(want, r.Header.Get("Authorization")); diff != "" {
		t.Errorf("Authorization (-want +got):\n%s", diff)
	}
}

func TestParametersAreEncodedAsRFC3986(t *testing.T) {
	got := canonicalQuery(url.Values{"b": {"v=a b*c~d/e+f"}, "A": {"203 房"}})
	if want := "A=203%20%E6%88%BF&b=v%3Da%20b%2Ac~d%2Fe%2Bf"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestCodesSayWhetherToTryAgain(t *testing.T) {
	type verdict struct {
		Reason    notify.Reason
		Permanent bool
	}
	for code, want := range map[string]verdict{
		"isv.BUSINESS_LIMIT_CONTROL":  {notify.Throttled, false},
		"Throttling.User":             {notify.Throttled, false},
		"isv.MOBILE_NUMBER_ILLEGAL":   {notify.BadAddress, true},
		"SignatureDoesNotMatch":       {notify.Misconfigured, true},
		"InvalidAccessKeyId.NotFound": {notify.Misconfigured, true},
		"InvalidTimeStamp.Expired":    {notify.Misconfigured, false},
		"isv.SMS_TEMPLATE_ILLEGAL":    {notify.Misconfigured, true},
		"isv.PARAM_NOT_SUPPORT_URL":   {notify.Refused, true},
		"isp.SYSTEM_ERROR":            {notify.Unreachable, false},
		"isv.SOMETHING_NEW":           {notify.Refused, false},
	} {
		f := failure(code, "")
		if diff := cmp.Diff(want, verdict{f.Reason, f.Permanent}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", code, diff)
		}
		if !strings.Contains(f.Detail, code) {
			t.Errorf("the detail does not name %s: %s", code, f.Detail)
		}
	}
}

func TestARefusedSignatureDoesNotRepeatTheRequest(t *testing.T) {
	_, server := newCloud(t)
	server.Misbehave(notifytest.WrongKey)
	_, err := must[*SMS](t)(NewSMS(smsOptions(server.URL), nil)).Send(t.Context(), notifytest.Message("+8613812345678"))
	if err == nil || strings.Contains(err.Error(), "string to sign") {
		t.Errorf("the error is %v", err)
	}
}

func TestAddressesThatCannotBeReachedAreNotTried(t *testing.T) {
	_, server := newCloud(t)
	sms := must[*SMS](t)(NewSMS(smsOptions(server.URL), nil))
	voice := must[*Voice](t)(NewVoice(voiceOptions(server.URL), nil))
	for _, c := range []struct {
		name string
		ch   notify.Channel
		to   string
	}{
		{"a text to a landline", sms, "+8657188773344"},
		{"a text to no number", sms, "13812345678"},
		{"a call abroad", voice, "+85291234567"},
		{"a call to no number", voice, "li@example.org"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.ch.Send(t.Context(), notifytest.Message(c.to))
			if f := notify.AsFailure(err); f == nil || f.Reason != notify.BadAddress || !f.Permanent {
				t.Errorf("the failure is %+v", f)
			}
		})
	}
	if got := server.Got(); len(got) != 0 {
		t.Errorf("the service got %+v", got)
	}
}

func TestEveryMistakeIsShown(t *testing.T) {
	_, err := NewSMS(SMSOptions{Account: Account{Endpoint: "http://10.1.2.3"}, Text: approved.Text{SignName: "【湖畔】", Limit: -1}}, nil)
	expect(t, err, "access_key_id", "access_key_secret", "endpoint", "sign_name", "templates", "limit")
	_, err = NewVoice(VoiceOptions{
		Wait: time.Millisecond,
		Call: approved.Call{Key: "12", Plays: 4, Limit: -1, Templates: approved.Templates{"alarm": {ID: "TTS_1", Fill: []string{"code"}}}},
	}, nil)
	expect(t, err, "access_key_id", "show_number", "templates.alarm.fill", "key:", "plays", "wait", "limit")
}

func expect(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("there is no mistake")
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("%q is not said in:\n%v", p, err)
		}
	}
}

func TestSettingsAreReadFromAFile(t *testing.T) {
	const common = `
access_key_id: LTAI5tExample
access_key_secret: hush-hush
endpoint: https://dysmsapi-vpc.cn-hangzhou.aliyuncs.com
limit: 20
templates:
  alarm: {id: SMS_154950909, fill: [place, what=class, time]}
  alarm.en: {id: SMS_154950910, fill: [place, what=class, time]}
`
	var sms SMSOptions
	if err := yaml.UnmarshalWithOptions([]byte(common+"sign_name: 湖畔养老院"), &sms, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	var voice VoiceOptions
	if err := yaml.UnmarshalWithOptions([]byte(common+"show_number: '057188773344'\nkey: '1'\nwait: 8s\nplays: 2\ncallback: true"), &voice, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	for _, o := range []interface{ Check() error }{sms, voice} {
		if err := o.Check(); err != nil {
			t.Errorf("%T: %v", o, err)
		}
	}
	if sms.AccessKeySecret != "hush-hush" || voice.Wait != 8*time.Second || sms.Templates["alarm"].Fill[1] != "what=class" {
		t.Errorf("%+v\n%+v", sms, voice)
	}
}
