package aliyun

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/approved"
)

var noDetail = cmpopts.IgnoreFields(notify.Failure{}, "Detail")

func TestCarriersReportTextMessages(t *testing.T) {
	_, server := newCloud(t)
	c := must[*SMS](t)(NewSMS(smsOptions(server.URL), nil))
	// After the example of https://help.aliyun.com/zh/sms/developer-reference/smsreport-2.
	got, answer, err := c.Receive(t.Context(), notify.Request{Method: "POST", Body: []byte(`[
	  {"phone_number":"13812345678","send_time":"2026-11-25 03:12:00","report_time":"2026-11-25 03:12:05","success":true,
	   "err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"12345","out_id":"key-1"},
	  {"phone_number":"13912345678","report_time":"2026-11-25 03:13:00","success":false,"err_code":"MOBILE_IN_BLACK","biz_id":"12346","out_id":"key-2"},
	  {"phone_number":"13712345678","report_time":"2026-11-25 03:14:00","success":false,"err_code":"MOBILE_NOT_ON_SERVICE","biz_id":"12347"}]`)})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 24, 19, 12, 5, 0, time.UTC)
	want := []notify.Receipt{
		{ID: "12345", Key: "key-1", Proof: notify.Delivered, At: at},
		{ID: "12346", Key: "key-2", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.Refused, Permanent: true}, At: at.Add(55 * time.Second)},
		{ID: "12347", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.Undelivered}, At: at.Add(115 * time.Second)},
	}
	if diff := cmp.Diff(want, got, noDetail); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
	if string(answer.Body) != `{"code":0,"msg":"OK"}` {
		t.Errorf("the answer is %s", answer.Body)
	}
}

func TestAReportThatIsNotUnderstoodCountsForNothing(t *testing.T) {
	_, server := newCloud(t)
	sms := must[*SMS](t)(NewSMS(smsOptions(server.URL), nil))
	voice := must[*Voice](t)(NewVoice(voiceOptions(server.URL), nil))
	for name, body := range map[string]string{
		"no JSON": "biz_id=1", "no list": `{"biz_id":"1"}`, "no id": `[{"biz_id":"1","call_id":"1"},{"success":true}]`, "nothing": "",
	} {
		for _, c := range []notify.Receiver{sms, voice} {
			if got, _, err := c.Receive(t.Context(), notify.Request{Body: []byte(body)}); err == nil || got != nil {
				t.Errorf("%s: %T took %v", name, c, got)
			}
		}
	}
}

func TestAGatewayThatCannotBeCalledAsksForItsTextMessages(t *testing.T) {
	// 23:59:30 in China: the service files it under the day on which it sends.
	at := time.Date(2026, 11, 24, 15, 59, 30, 0, time.UTC)
	detail := `{"Code":"OK","Message":"OK","TotalCount":1,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[
	  {"PhoneNum":"13812345678","SendStatus":%d,"ErrCode":"%s","ReceiveDate":"2026-11-25 00:00:07","OutId":"key-1"}]}}`
	nothing := `{"Code":"OK","Message":"OK","TotalCount":0,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[]}}`
	received := time.Date(2026, 11, 24, 16, 0, 7, 0, time.UTC)
	for _, c := range []struct {
		name     string
		days     map[string]string // answers by day
		want     *notify.Receipt
		wantDays []string
	}{
		{"on its way", map[string]string{"20261124": fmt.Sprintf(detail, 1, "")}, nil, []string{"20261124", "20261125"}},
		{"delivered", map[string]string{"20261124": fmt.Sprintf(detail, 3, "DELIVERED")},
			&notify.Receipt{ID: "1^2", Key: "key-1", Proof: notify.Delivered, At: received}, []string{"20261124"}},
		{"delivered, filed under the next day", map[string]string{"20261125": fmt.Sprintf(detail, 3, "DELIVERED")},
			&notify.Receipt{ID: "1^2", Key: "key-1", Proof: notify.Delivered, At: received}, []string{"20261124", "20261125"}},
		{"there is no such number", map[string]string{"20261124": fmt.Sprintf(detail, 2, "MK:0001")},
			&notify.Receipt{ID: "1^2", Key: "key-1", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.BadAddress, Permanent: true}, At: received}, []string{"20261124"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud, server := newCloud(t)
			cloud.details = func(v url.Values) string {
				if v.Get("BizId") != "1^2" || v.Get("PhoneNumber") != "13812345678" {
					return `{"Code":"isv.INVALID_PARAMETERS","Message":"BizId or PhoneNumber"}`
				}
				if a, ok := c.days[v.Get("SendDate")]; ok {
					return a
				}
				return nothing
			}
			ch := must[*SMS](t)(NewSMS(smsOptions(server.URL), nil))
			got := must[*notify.Receipt](t)(ch.Poll(t.Context(), "1^2", "+8613812345678", at))
			if diff := cmp.Diff(c.want, got, noDetail); diff != "" {
				t.Errorf("receipt (-want +got):\n%s", diff)
			}
			var days []string
			for _, v := range cloud.asked {
				days = append(days, v.Get("SendDate"))
			}
			if diff := cmp.Diff(c.wantDays, days); diff != "" {
				t.Errorf("days asked for (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPressedKeyAcceptsTheAlarm(t *testing.T) {
	_, server := newCloud(t)
	c := must[*Voice](t)(NewVoice(voiceOptions(server.URL), nil))
	// After the examples of https://help.aliyun.com/zh/vms/developer-reference/voicecallreport-4
	// and https://help.aliyun.com/zh/vms/voicereport-6.
	got, answer, err := c.Receive(t.Context(), notify.Request{Method: "POST", Body: []byte(`[
	  {"status_code":"200101","status_time":"2026-11-25 03:12:00","call_id":"a^1"},
	  {"status_code":"200102","status_time":"2026-11-25 03:12:05","call_id":"a^1"},
	  {"status_code":"300000","smart_status_code":"ANSWERED","dtmf":"1","status_time":"2026-11-25 03:12:20","out_id":"","call_id":"a^1"},
	  {"status_code":"300000","dtmf":"7","status_time":"2026-11-25 03:12:20","call_id":"b^1"},
	  {"status_code":"200000","callee":"13812345678","duration":"49","b_duration":49,"end_time":"2026-11-25 03:13:00","call_id":"c^1","dtmf":""},
	  {"status_code":"200003","end_time":"2026-11-25 03:13:00","duration":"0","call_id":"d^1"},
	  {"status_code":"200004","end_time":"2026-11-25 03:13:00","duration":"0","call_id":"e^1"},
	  {"status_code":"200003","end_time":"2026-11-25 03:13:00","dtmf":"1","call_id":"f^1"}]`)})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 24, 19, 12, 0, 0, time.UTC)
	want := []notify.Receipt{
		{ID: "a^1", Proof: notify.Delivered, At: at.Add(5 * time.Second)},
		{ID: "a^1", Proof: notify.Accepted, At: at.Add(20 * time.Second)},
		{ID: "b^1", Proof: notify.Delivered, At: at.Add(20 * time.Second)},
		{ID: "c^1", Proof: notify.Delivered, At: at.Add(time.Minute)},
		{ID: "d^1", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.NoAnswer}, At: at.Add(time.Minute)},
		{ID: "e^1", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.BadAddress, Permanent: true}, At: at.Add(time.Minute)},
		{ID: "f^1", Proof: notify.Accepted, At: at.Add(time.Minute)},
	}
	if diff := cmp.Diff(want, got, noDetail); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
	if string(answer.Body) != `{"code":0,"msg":"OK"}` {
		t.Errorf("the answer is %s", answer.Body)
	}
}

func TestAGatewayThatCannotBeCalledAsksForItsCalls(t *testing.T) {
	cloud, server := newCloud(t)
	o := voiceOptions(server.URL)
	o.Callback = false
	c := must[*Voice](t)(NewVoice(o, nil))
	if c.Best() != notify.Delivered {
		t.Errorf("without callbacks the best proof is %v", c.Best())
	}
	ended := time.Date(2026, 11, 24, 19, 13, 0, 0, time.UTC)
	for _, tc := range []struct {
		name, data string
		want       *notify.Receipt
	}{
		{"nothing known yet", ``, nil},
		{"it rings", `{\"state\":\"200101\"}`, nil},
		{"not answered", `{\"state\":\"200003\",\"duration\":0,\"endDate\":\"2026-11-25 03:13:00\"}`,
			&notify.Receipt{ID: "a^1", Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.NoAnswer}, At: ended}},
		{"answered", `{\"state\":\"200000\",\"duration\":20,\"endDate\":\"2026-11-25 03:13:00\"}`,
			&notify.Receipt{ID: "a^1", Proof: notify.Delivered, At: ended}},
		{"the key was pressed", `{\"state\":\"200000\",\"dtmf\":\"1\",\"endDate\":\"2026-11-25 03:13:00\"}`,
			&notify.Receipt{ID: "a^1", Proof: notify.Accepted, At: ended}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cloud.details = func(v url.Values) string {
				if v.Get("CallId") != "a^1" || v.Get("ProdId") != ivr || v.Get("QueryDate") != "1764011460000" {
					return `{"Code":"isv.INVALID_PARAMETERS","Message":"` + v.Encode() + `"}`
				}
				return `{"Code":"OK","Message":"OK","Data":"` + tc.data + `"}`
			}
			got := must[*notify.Receipt](t)(c.Poll(t.Context(), "a^1", "+8613812345678", time.UnixMilli(1764011520000)))
			if diff := cmp.Diff(tc.want, got, noDetail); diff != "" {
				t.Errorf("receipt (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzReports(f *testing.F) {
	f.Add([]byte(`[{"biz_id":"1","call_id":"1","status_code":"300000","dtmf":"1","success":true}]`))
	f.Add([]byte(`[{"out_id":"1","call_id":"1","status_code":"200004","err_code":"MK:0001"}]`))
	f.Add([]byte(`[null]`))
	sms := &SMS{}
	voice := &Voice{o: VoiceOptions{Call: approved.Call{Key: "1"}}}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, c := range []notify.Receiver{sms, voice} {
			receipts, _, err := c.Receive(t.Context(), notify.Request{Body: body})
			if err != nil && receipts != nil {
				t.Errorf("%T: receipts beside the error %v", c, err)
			}
			for _, r := range receipts {
				if r.ID == "" && r.Key == "" || r.At.IsZero() || r.Failed != nil && r.Proof > notify.Taken {
					t.Errorf("%T: %+v", c, r)
				}
			}
		}
	})
}

func FuzzDetails(f *testing.F) {
	f.Add(`{"state":"200000","dtmf":"1","endDate":"2026-11-25 03:13:00"}`)
	f.Add(`{"state":`)
	voice := &Voice{o: VoiceOptions{Call: approved.Call{Key: "1"}}}
	f.Fuzz(func(t *testing.T, data string) {
		if r, err := voice.detail("a", data); r != nil && (err != nil || r.ID != "a") {
			t.Errorf("%+v, %v", r, err)
		}
	})
}
