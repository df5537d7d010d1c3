package tencent

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/approved"
	"shouwang.care/shouwang/alerts/notify/phone"
)

// SMSOptions are the settings of text messages over Tencent Cloud.
type SMSOptions struct {
	Account `yaml:",inline"`
	// Text has the templates, whose variables have numbers: fill lists the parts
	// in that order. Accounts of persons, not of companies, set limit to 12.
	approved.Text `yaml:",inline"`
}

// Check lists every mistake in the settings.
func (o SMSOptions) Check() error {
	var m notify.Mistakes
	o.Account.check(&m)
	o.Text.Check(&m)
	return m.Err()
}

// SMS sends text messages. Addresses are E.164.
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
	return &SMS{o: o, s: newService(o.Account, "sms", "2021-01-11", client)}, nil
}

// Best is Delivered: the carrier reports that the message reached the device.
func (c *SMS) Best() notify.Proof { return notify.Delivered }

// Send hands over one message. Sent.ID is the SerialNo.
func (c *SMS) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	if err := phone.CheckText(m.To); err != nil {
		return notify.Sent{}, err
	}
	template, err := c.o.Templates.For(m)
	if err != nil {
		return notify.Sent{}, err
	}
	var answer struct {
		SendStatusSet []struct{ SerialNo, Code, Message string }
	}
	hide := phone.Forms(m.To)
	err = c.s.call(ctx, "SendSms", map[string]any{
		"PhoneNumberSet":   []string{m.To},
		"SmsSdkAppId":      c.o.AppID,
		"TemplateId":       template.ID,
		"SignName":         c.o.SignName,
		"TemplateParamSet": texts(template.Values(m, c.o.Limit)),
		"SessionContext":   m.Key,
	}, &answer, hide...)
	if err != nil {
		return notify.Sent{}, err
	}
	if len(answer.SendStatusSet) != 1 {
		return notify.Sent{}, notify.Failed(notify.Unreachable, "Tencent Cloud answers for %d numbers instead of one", len(answer.SendStatusSet))
	}
	// The answer as a whole is good even when its only message is refused.
	s := answer.SendStatusSet[0]
	if s.Code != "Ok" {
		return notify.Sent{}, failure(s.Code, s.Message).Hide(hide...)
	}
	if s.SerialNo == "" {
		return notify.Sent{}, notify.Failed(notify.Unreachable, "Tencent Cloud took a text message without giving it a SerialNo")
	}
	return notify.Sent{ID: s.SerialNo, Proof: notify.Taken}, nil
}

// Poll asks what became of a message (PullSmsSendStatusByPhoneNumber). The
// service keeps what it knows for 7 days.
func (c *SMS) Poll(ctx context.Context, id, to string, at time.Time) (*notify.Receipt, error) {
	if err := phone.CheckText(to); err != nil {
		return nil, err
	}
	var answer pulled
	err := c.s.call(ctx, "PullSmsSendStatusByPhoneNumber", map[string]any{
		// A minute earlier than it was sent, because clocks differ.
		"BeginTime": at.Add(-time.Minute).Unix(), "Offset": 0, "Limit": 100,
		"PhoneNumber": to, "SmsSdkAppId": c.o.AppID,
	}, &answer, phone.Forms(to)...)
	if err != nil {
		return nil, err
	}
	return answer.receipt(id), nil
}

// pulled is the answer to PullSmsSendStatusByPhoneNumber.
type pulled struct {
	PullSmsSendStatusSet []struct {
		SerialNo, ReportStatus, Description, SessionContext string
		UserReceiveTime                                     int64 // seconds of Unix time
	}
}

// receipt returns the outcome of the message; nil while there is none.
func (p pulled) receipt(id string) *notify.Receipt {
	for _, s := range p.PullSmsSendStatusSet {
		if s.SerialNo != id {
			continue
		}
		r := report(id, s.ReportStatus, s.Description)
		r.Key, r.At = s.SessionContext, time.Now()
		if s.UserReceiveTime > 0 {
			r.At = time.Unix(s.UserReceiveTime, 0)
		}
		return &r
	}
	return nil
}

// Receive reads a callback (短信下发状态通知). The service signs nothing: the
// secret in the path is its proof.
func (c *SMS) Receive(_ context.Context, r notify.Request) ([]notify.Receipt, notify.Answer, error) {
	receipts, err := statuses(r.Body)
	if err != nil {
		return nil, notify.Answer{}, err
	}
	return receipts, thanks, nil
}

func statuses(body []byte) ([]notify.Receipt, error) {
	var reports []struct {
		Time   string `json:"user_receive_time"`
		Status string `json:"report_status"`
		Code   string `json:"errmsg"`
		ID     string `json:"sid"`
	}
	if err := json.Unmarshal(body, &reports); err != nil {
		return nil, fmt.Errorf("read the status report of Tencent Cloud: %w", err)
	}
	receipts := make([]notify.Receipt, 0, len(reports))
	for i, s := range reports {
		if s.ID == "" {
			return nil, fmt.Errorf("read the status report of Tencent Cloud: report %d has no sid", i+1)
		}
		r := report(s.ID, s.Status, s.Code)
		r.At = time.Now()
		if at, err := time.ParseInLocation(time.DateTime, s.Time, china); err == nil {
			r.At = at
		}
		receipts = append(receipts, r)
	}
	return receipts, nil
}

// china is the time zone of the times in callbacks. It has had no daylight
// saving since 1991.
var china = time.FixedZone("CST", 8*60*60)

// report is the receipt for a status and the carrier's code or words for it.
// The codes of the carriers are hundreds and mostly say only that it went
// wrong, or that the telephone may be switched off.
func report(id, status, code string) notify.Receipt {
	if status == "SUCCESS" {
		return notify.Receipt{ID: id, Proof: notify.Delivered}
	}
	f := notify.Failed(notify.Undelivered, "the carrier reports %s", notify.Cut(code, 80))
	switch code {
	case "MK:0001", "空号":
		f.Reason, f.Permanent = notify.BadAddress, true
	}
	return notify.Receipt{ID: id, Proof: notify.Taken, Failed: f}
}

// texts are the variables in their order, as the services want them.
func texts(values []approved.Value) []string {
	t := make([]string, len(values))
	for i, v := range values {
		t[i] = v.Text
	}
	return t
}
