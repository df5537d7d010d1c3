package aliyun

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/approved"
	"shouwang.care/shouwang/alerts/notify/phone"
)

// SMSOptions are the settings of text messages over Alibaba Cloud.
type SMSOptions struct {
	Account       `yaml:",inline"`
	approved.Text `yaml:",inline"`
}

// Check lists every mistake in the settings.
func (o SMSOptions) Check() error {
	var m notify.Mistakes
	o.Account.check(&m)
	o.Text.Check(&m)
	return m.Err()
}

// SMS sends text messages. Addresses are E.164; mainland numbers and, with
// templates for them, any others.
type SMS struct {
	o SMSOptions
	s service
}

// NewSMS returns the channel. The client is post.NewClient's when nil.
func NewSMS(o SMSOptions, client *http.Client) (*SMS, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	o.Text = o.Text.Defaulted()
	return &SMS{o: o, s: newService(o.Account, "https://dysmsapi.aliyuncs.com", "2017-05-25", client)}, nil
}

// Best is Delivered: the carrier reports that the message reached the device.
func (c *SMS) Best() notify.Proof { return notify.Delivered }

// Send hands over one message. Sent.ID is the BizId.
func (c *SMS) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	number, err := smsNumber(m.To)
	if err != nil {
		return notify.Sent{}, err
	}
	template, err := c.o.Templates.For(m)
	if err != nil {
		return notify.Sent{}, err
	}
	var answer struct{ BizID string }
	err = c.s.call(ctx, "SendSms", url.Values{
		"PhoneNumbers":  {number},
		"SignName":      {c.o.SignName},
		"TemplateCode":  {template.ID},
		"TemplateParam": {params(template.Values(m, c.o.Limit))},
		"OutId":         {m.Key},
	}, &answer, phone.Forms(m.To)...)
	if err != nil {
		return notify.Sent{}, err
	}
	if answer.BizID == "" {
		return notify.Sent{}, notify.Failed(notify.Unreachable, "Alibaba Cloud took a text message without giving it a BizId")
	}
	return notify.Sent{ID: answer.BizID, Proof: notify.Taken}, nil
}

// Poll asks what became of a message (QuerySendDetails). The service keeps the
// messages of 30 days, by the day in China on which they were sent.
func (c *SMS) Poll(ctx context.Context, id, to string, at time.Time) (*notify.Receipt, error) {
	number, err := smsNumber(to)
	if err != nil {
		return nil, err
	}
	// Sent just before midnight, it may be filed under the day after.
	day, next := at.In(china).Format("20060102"), at.In(china).Add(time.Minute).Format("20060102")
	r, err := c.poll(ctx, id, number, day, to)
	if r == nil && err == nil && next != day {
		return c.poll(ctx, id, number, next, to)
	}
	return r, err
}

func (c *SMS) poll(ctx context.Context, id, number, day, to string) (*notify.Receipt, error) {
	var answer details
	err := c.s.call(ctx, "QuerySendDetails", url.Values{
		"PhoneNumber": {number}, "BizId": {id}, "SendDate": {day}, "PageSize": {"10"}, "CurrentPage": {"1"},
	}, &answer, phone.Forms(to)...)
	if err != nil {
		return nil, err
	}
	return answer.receipt(id), nil
}

// details is the answer to QuerySendDetails.
type details struct {
	SmsSendDetailDTOs struct {
		SmsSendDetailDTO []struct {
			SendStatus  int // 1 on its way, 2 failed, 3 delivered
			ErrCode     string
			ReceiveDate string
			OutID       string `json:"OutId"`
		}
	}
}

// receipt returns the outcome of the message; nil while there is none.
func (d details) receipt(id string) *notify.Receipt {
	for _, m := range d.SmsSendDetailDTOs.SmsSendDetailDTO {
		r := &notify.Receipt{ID: id, Key: m.OutID, At: when(m.ReceiveDate)}
		switch m.SendStatus {
		case 2:
			r.Proof, r.Failed = notify.Taken, undelivered(m.ErrCode)
		case 3:
			r.Proof = notify.Delivered
		default:
			continue
		}
		return r
	}
	return nil
}

// Receive reads a callback (SmsReport, HTTP 批量推送). The service signs
// nothing: the secret in the path is its proof.
func (c *SMS) Receive(_ context.Context, r notify.Request) ([]notify.Receipt, notify.Answer, error) {
	receipts, err := smsReport(r.Body)
	if err != nil {
		return nil, notify.Answer{}, err
	}
	return receipts, thanks, nil
}

// thanks is what the services want to hear.
var thanks = notify.Answer{ContentType: "application/json; charset=utf-8", Body: []byte(`{"code":0,"msg":"OK"}`)}

func smsReport(body []byte) ([]notify.Receipt, error) {
	var reports []struct {
		Success    bool   `json:"success"`
		ErrCode    string `json:"err_code"`
		ReportTime string `json:"report_time"`
		BizID      string `json:"biz_id"`
		OutID      string `json:"out_id"`
	}
	if err := json.Unmarshal(body, &reports); err != nil {
		return nil, fmt.Errorf("read the SmsReport of Alibaba Cloud: %w", err)
	}
	receipts := make([]notify.Receipt, 0, len(reports))
	for i, m := range reports {
		if m.BizID == "" && m.OutID == "" {
			return nil, fmt.Errorf("read the SmsReport of Alibaba Cloud: report %d has neither biz_id nor out_id", i+1)
		}
		r := notify.Receipt{ID: m.BizID, Key: m.OutID, Proof: notify.Delivered, At: when(m.ReportTime)}
		if !m.Success {
			r.Proof, r.Failed = notify.Taken, undelivered(m.ErrCode)
		}
		receipts = append(receipts, r)
	}
	return receipts, nil
}

// undelivered says what the code of a carrier means, from
// https://help.aliyun.com/document_detail/101347.html. There are hundreds, and
// most say only that it went wrong, or that the telephone may be switched off.
func undelivered(code string) *notify.Failure {
	f := notify.Failed(notify.Undelivered, "the carrier reports %s", notify.Cut(code, 80))
	switch code {
	case "INVALID_NUMBER", "MK:0001":
		f.Reason, f.Permanent = notify.BadAddress, true
	case "USER_REJECT", "MOBILE_IN_BLACK":
		f.Reason, f.Permanent = notify.Refused, true
	case "MOBILE_SEND_LIMIT":
		f.Reason = notify.Throttled
	}
	return f
}

// smsNumber returns a number as SendSms and QuerySendDetails both want it:
// without the 86 for the mainland, without the plus sign elsewhere.
func smsNumber(to string) (string, error) {
	if err := phone.CheckText(to); err != nil {
		return "", err
	}
	if n, ok := phone.Mobile(to); ok {
		return n, nil
	}
	return phone.Digits(to), nil
}

// params writes the variables of a template as the services want them.
func params(values []approved.Value) string {
	v := make(map[string]string, len(values))
	for _, p := range values {
		v[p.Name] = p.Text
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "{}" // a map of strings always marshals
	}
	return string(b)
}
