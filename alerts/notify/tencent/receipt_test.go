package tencent

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/approved"
)

var (
	noDetail = cmpopts.IgnoreFields(notify.Failure{}, "Detail")
	noTime   = cmpopts.IgnoreFields(notify.Receipt{}, "At")
)

func TestCarriersReportTextMessages(t *testing.T) {
	// After the example of https://www.tencentcloud.com/document/product/382/43547.
	got, answer, err := newSMS(t, smsOptions("")).Receive(t.Context(), notify.Request{Method: "POST", Body: []byte(`[
	  {"user_receive_time":"2026-11-25 03:12:05","nationcode":"86","mobile":"13812345678","report_status":"SUCCESS","errmsg":"DELIVRD","description":"用户短信送达成功","sid":"2028:a"},
	  {"user_receive_time":"2026-11-25 03:12:06","nationcode":"86","mobile":"13912345678","report_status":"FAIL","errmsg":"MK:0001","description":"空号","sid":"2028:b"},
	  {"user_receive_time":"2026-11-25 03:12:07","nationcode":"86","mobile":"13712345678","report_status":"FAIL","errmsg":"MK:0010","description":"关机","sid":"2028:c"}]`)})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 24, 19, 12, 5, 0, time.UTC)
	want := []notify.Receipt{
		{ID: "2028:a", Proof: notify.Delivered, At: at},
		{ID: "2028:b", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.BadAddress, Permanent: true}, At: at.Add(time.Second)},
		{ID: "2028:c", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.Undelivered}, At: at.Add(2 * time.Second)},
	}
	if diff := cmp.Diff(want, got, noDetail); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
	if string(answer.Body) != `{"result":0,"errmsg":"OK"}` {
		t.Errorf("the answer is %s", answer.Body)
	}
}

func TestAGatewayThatCannotBeCalledAsksForItsTextMessages(t *testing.T) {
	cloud, server := newCloud(t)
	ch := newSMS(t, smsOptions(server.URL))
	at := time.Date(2026, 11, 24, 19, 12, 0, 0, time.UTC)
	for _, c := range []struct {
		name, statuses string
		want           *notify.Receipt
	}{
		{"nothing known yet", `[]`, nil},
		{"another message to the same number", `[{"SerialNo":"2028:b","ReportStatus":"SUCCESS","UserReceiveTime":1764011525}]`, nil},
		{"delivered", `[{"SerialNo":"2028:b","ReportStatus":"FAIL"},{"SerialNo":"2028:a","ReportStatus":"SUCCESS","SessionContext":"key-1","UserReceiveTime":1764011525,"CountryCode":"86","PhoneNumber":"+8613812345678"}]`,
			&notify.Receipt{ID: "2028:a", Key: "key-1", Proof: notify.Delivered, At: time.Unix(1764011525, 0)}},
		{"failed", `[{"SerialNo":"2028:a","ReportStatus":"FAIL","Description":"关机","UserReceiveTime":1764011525}]`,
			&notify.Receipt{ID: "2028:a", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.Undelivered}, At: time.Unix(1764011525, 0)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud.statuses = c.statuses
			got, err := ch.Poll(t.Context(), "2028:a", "+8613812345678", at)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, noDetail); diff != "" {
				t.Errorf("receipt (-want +got):\n%s", diff)
			}
		})
	}
	want := map[string]any{"BeginTime": float64(at.Unix() - 60), "Offset": 0.0, "Limit": 100.0, "PhoneNumber": "+8613812345678", "SmsSdkAppId": "1400006666"}
	if diff := cmp.Diff(want, cloud.asked[0]); diff != "" {
		t.Errorf("what was asked for (-want +got):\n%s", diff)
	}
}

func TestAPressedKeyAcceptsTheAlarm(t *testing.T) {
	c := newVoice(t, voiceOptions(""))
	// After the examples of https://cloud.tencent.com/document/product/1128/51532
	// and its siblings: keys, ends and failures of calls.
	for _, tc := range []struct {
		name, body string
		want       notify.Receipt
	}{
		{"the key", `{"voicekey_callback":{"call_from":"","callid":"a","keypress":"1","mobile":"13812345678","nationcode":"86"}}`,
			notify.Receipt{ID: "a", Proof: notify.Accepted}},
		{"another key", `{"voicekey_callback":{"callid":"a","keypress":"2"}}`,
			notify.Receipt{ID: "a", Proof: notify.Delivered}},
		{"answered", `{"voiceprompt_callback":{"result":"0","accept_time":"1764011515","callid":"a","end_calltime":"1764011525","fee":"1"}}`,
			notify.Receipt{ID: "a", Proof: notify.Delivered}},
		{"not answered", `{"voiceprompt_callback":{"result":"1","callid":"a","end_calltime":"1764011525"}}`,
			notify.Receipt{ID: "a", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.NoAnswer}}},
		{"failed", `{"voiceprompt_callback":{"result":"2","callid":"a"}}`,
			notify.Receipt{ID: "a", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.Undelivered}}},
		{"no such number", `{"voice_failure_callback":{"call_from":"075583763333","callid":"a","failure_code":8,"failure_reason":"空号"}}`,
			notify.Receipt{ID: "a", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.BadAddress, Permanent: true}}},
		{"busy", `{"voice_failure_callback":{"callid":"a","failure_code":10,"failure_reason":"用户正忙"}}`,
			notify.Receipt{ID: "a", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.NoAnswer}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, answer, err := c.Receive(t.Context(), notify.Request{Method: "POST", Body: []byte(tc.body)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]notify.Receipt{tc.want}, got, noDetail, noTime); diff != "" {
				t.Errorf("receipts (-want +got):\n%s", diff)
			}
			if string(answer.Body) != `{"result":0,"errmsg":"OK"}` {
				t.Errorf("the answer is %s", answer.Body)
			}
		})
	}
}

func TestAReportThatIsNotUnderstoodCountsForNothing(t *testing.T) {
	sms, voice := newSMS(t, smsOptions("")), newVoice(t, voiceOptions(""))
	for name, body := range map[string]string{
		"no JSON": "sid=1", "nothing": "", "no id": `[{"sid":"a"},{"report_status":"SUCCESS"}]`, "no call": `{"voicekey_callback":{"keypress":"1"}}`,
		"another event": `{"voicecode_callback":{"callid":"a","result":"0"}}`,
	} {
		for _, c := range []notify.Receiver{sms, voice} {
			if got, _, err := c.Receive(t.Context(), notify.Request{Body: []byte(body)}); err == nil || got != nil {
				t.Errorf("%s: %T took %v", name, c, got)
			}
		}
	}
}

func FuzzReports(f *testing.F) {
	f.Add([]byte(`[{"sid":"1","report_status":"SUCCESS","user_receive_time":"2026-11-25 03:12:05"}]`))
	f.Add([]byte(`{"voicekey_callback":{"callid":"a","keypress":"1"}}`))
	f.Add([]byte(`{"voiceprompt_callback":{"callid":"a","result":"1","end_calltime":"1764011525"}}`))
	f.Add([]byte(`{"voice_failure_callback":{"callid":"a","failure_code":8}}`))
	sms := &SMS{}
	voice := &Voice{o: VoiceOptions{Call: approved.Call{Key: "1"}}}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, c := range []notify.Receiver{sms, voice} {
			receipts, _, err := c.Receive(t.Context(), notify.Request{Body: body})
			if err != nil && receipts != nil {
				t.Errorf("%T: receipts beside the error %v", c, err)
			}
			for _, r := range receipts {
				if r.ID == "" || r.At.IsZero() || r.Failed != nil && r.Proof > notify.Taken {
					t.Errorf("%T: %+v", c, r)
				}
			}
		}
	})
}
