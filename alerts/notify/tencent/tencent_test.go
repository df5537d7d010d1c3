package tencent

import (
	"net/http"
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
	return Account{SecretID: testID, SecretKey: testKey, AppID: "1400006666", Endpoint: endpoint}
}

func smsOptions(endpoint string) SMSOptions {
	return SMSOptions{
		Account: account(endpoint),
		Text:    approved.Text{SignName: "湖畔养老院", Templates: approved.Templates{"alarm": {ID: "1110", Fill: []string{"place", "class", "time", "code"}}}},
	}
}

func voiceOptions(endpoint string) VoiceOptions {
	return VoiceOptions{
		Account: account(endpoint),
		Call:    approved.Call{Callback: true, Templates: approved.Templates{"alarm": {ID: "4356", Fill: []string{"place", "class"}}}},
	}
}

func newSMS(t *testing.T, o SMSOptions) *SMS {
	t.Helper()
	c, err := NewSMS(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newVoice(t *testing.T, o VoiceOptions) *Voice {
	t.Helper()
	c, err := NewVoice(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTextMessages(t *testing.T) {
	notifytest.Run(t, notifytest.Harness{
		Start: func(t *testing.T) (notify.Channel, notifytest.Service) {
			_, server := newCloud(t)
			return newSMS(t, smsOptions(server.URL)), server
		},
		To: "+8613812345678", Best: notify.Delivered, Keyed: true,
		Secrets:   []string{testKey, "13812345678"},
		Says:      []string{"【湖畔养老院】1110 2 楼 203 房 1 床|跌倒|03:12|Zm9vYmFy"},
		Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
	})
}

func TestCalls(t *testing.T) {
	notifytest.Run(t, notifytest.Harness{
		Start: func(t *testing.T) (notify.Channel, notifytest.Service) {
			_, server := newCloud(t)
			return newVoice(t, voiceOptions(server.URL)), server
		},
		To: "+8613812345678", Best: notify.Accepted, Keyed: true,
		Secrets:   []string{testKey, "13812345678"},
		Says:      []string{"4356 2 楼 203 房 1 床|跌倒"},
		Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
	})
}

func TestWithoutCallbacksACallProvesNothingMore(t *testing.T) {
	o := voiceOptions("")
	o.Callback = false
	if got := newVoice(t, o).Best(); got != notify.Taken {
		t.Errorf("the best proof is %v", got)
	}
}

// The request and signature with fixed values of "Signature v3",
// https://www.tencentcloud.com/document/product/267/37447.
func TestTheSignatureIsThatOfTheDocumentation(t *testing.T) {
	payload := `{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`
	r, err := http.NewRequest(http.MethodPost, "https://cvm.tencentcloudapi.com/", strings.NewReader(payload))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	sign(r, Account{SecretID: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", SecretKey: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"}, "cvm", []byte(payload), time.Unix(1551113065, 0))
	want := "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, " +
		"Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
	if diff := cmp.Diff(want, r.Header.Get("Authorization")); diff != "" {
		t.Errorf("Authorization (-want +got):\n%s", diff)
	}
}

func TestCodesSayWhetherToTryAgain(t *testing.T) {
	type verdict struct {
		Reason    notify.Reason
		Permanent bool
	}
	for code, want := range map[string]verdict{
		"LimitExceeded.PhoneNumberDailyLimit":            {notify.Throttled, false},
		"RequestLimitExceeded.UinLimitExceeded":          {notify.Throttled, false},
		"InvalidParameterValue.IncorrectPhoneNumber":     {notify.BadAddress, true},
		"AuthFailure.SignatureFailure":                   {notify.Misconfigured, true},
		"AuthFailure.SignatureExpire":                    {notify.Misconfigured, false},
		"FailedOperation.TemplateIncorrectOrUnapproved":  {notify.Misconfigured, true},
		"FailedOperation.PhoneNumberInBlacklist":         {notify.Refused, true},
		"InvalidParameterValue.TemplateParameterLengthX": {notify.Refused, true},
		"InternalError.Timeout":                          {notify.Unreachable, false},
		"FailedOperation.SomethingNew":                   {notify.Refused, false},
	} {
		f := failure(code, "")
		if diff := cmp.Diff(want, verdict{f.Reason, f.Permanent}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", code, diff)
		}
	}
}

func TestAddressesThatCannotBeReachedAreNotTried(t *testing.T) {
	_, server := newCloud(t)
	for _, c := range []struct {
		name string
		ch   notify.Channel
		to   string
	}{
		{"a text to a landline", newSMS(t, smsOptions(server.URL)), "+8657188773344"},
		{"a text to no number", newSMS(t, smsOptions(server.URL)), "13812345678"},
		{"a call to a landline", newVoice(t, voiceOptions(server.URL)), "+8657188773344"},
		{"a call abroad", newVoice(t, voiceOptions(server.URL)), "+85291234567"},
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
	_, err := NewSMS(SMSOptions{Account: Account{AppID: "app", Endpoint: "ftp://x"}, Text: approved.Text{SignName: "【湖畔】", Limit: -1}}, nil)
	expect(t, err, "secret_id", "secret_key", "app_id", "endpoint", "sign_name", "templates", "limit")
	_, err = NewVoice(VoiceOptions{Call: approved.Call{Key: "one", Plays: 9, Limit: -1}}, nil)
	expect(t, err, "secret_id", "secret_key", "app_id", "templates", "key:", "plays", "limit")
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
secret_id: AKIDexample
secret_key: hush-hush
app_id: "1400006666"
region: ap-beijing
templates:
  alarm: {id: "1110", fill: [place, class, time]}
`
	var sms SMSOptions
	if err := yaml.UnmarshalWithOptions([]byte(common+"sign_name: 湖畔养老院"), &sms, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	var voice VoiceOptions
	if err := yaml.UnmarshalWithOptions([]byte(common+"callback: true\nplays: 2"), &voice, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	for _, o := range []interface{ Check() error }{sms, voice} {
		if err := o.Check(); err != nil {
			t.Errorf("%T: %v", o, err)
		}
	}
	if sms.SecretKey != "hush-hush" || !voice.Callback || sms.Templates["alarm"].ID != "1110" {
		t.Errorf("%+v\n%+v", sms, voice)
	}
}
