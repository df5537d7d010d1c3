package aliyun

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/approved"
	"shouwang.care/shouwang/alerts/notify/phone"
)

// VoiceOptions are the settings of calls over Alibaba Cloud.
type VoiceOptions struct {
	Account       `yaml:",inline"`
	approved.Call `yaml:",inline"`
	// ShowNumber is the bought number from which it calls, such as 057188773344.
	ShowNumber string `yaml:"show_number"`
	// Thanks is the template, without variables, that is spoken after the key.
	Thanks string `yaml:"thanks"`
	// Bye is the template, without variables, with which the call ends.
	Bye string `yaml:"bye"`
	// Wait is how long it waits for the key; 0 is 5 s.
	Wait time.Duration `yaml:"wait"`
}

// Check lists every mistake in the settings.
func (o VoiceOptions) Check() error {
	var m notify.Mistakes
	o.Account.check(&m)
	m.Need("show_number", o.ShowNumber, "the number from which to call")
	o.Call.Check(&m)
	if o.Wait < 0 || o.Wait > time.Minute || o.Wait != 0 && o.Wait < time.Second {
		m.Add("wait", "%s is not from 1s to 1m", o.Wait)
	}
	return m.Err()
}

// Voice calls people and takes a key that they press. Addresses are E.164 and
// of mainland China: the service calls no others.
type Voice struct {
	o VoiceOptions
	s service
}

// NewVoice returns the channel. The client is post.NewClient's when nil.
func NewVoice(o VoiceOptions, client *http.Client) (*Voice, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	o.Call = o.Call.Defaulted()
	if o.Wait == 0 {
		o.Wait = 5 * time.Second
	}
	return &Voice{o: o, s: newService(o.Account, "https://dyvmsapi.aliyuncs.com", "2017-05-25", client)}, nil
}

// Best is Accepted with callbacks: an answer by a mailbox or by the assistant
// on a telephone is no proof that a person heard. Without them it is Delivered,
// an answered call.
func (c *Voice) Best() notify.Proof {
	if c.o.Callback {
		return notify.Accepted
	}
	return notify.Delivered
}

// Send orders one call. Sent.ID is the CallId.
func (c *Voice) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	if err := phone.Check(m.To); err != nil {
		return notify.Sent{}, err
	}
	number, ok := phone.Mainland(m.To)
	if !ok {
		return notify.Sent{}, notify.Hopeless(notify.BadAddress, "Alibaba Cloud calls numbers of mainland China only")
	}
	template, err := c.o.Templates.For(m)
	if err != nil {
		return notify.Sent{}, err
	}
	v := url.Values{
		"CalledShowNumber": {c.o.ShowNumber},
		"CalledNumber":     {number},
		"StartCode":        {template.ID},
		"StartTtsParams":   {params(template.Values(m, c.o.Limit))},
		"PlayTimes":        {strconv.Itoa(c.o.Plays)},
		"Timeout":          {strconv.FormatInt(c.o.Wait.Milliseconds(), 10)},
		"MenuKeyMap.1.Key": {c.o.Key},
	}
	if c.o.Thanks != "" {
		v.Set("MenuKeyMap.1.Code", c.o.Thanks)
	}
	if c.o.Bye != "" {
		v.Set("ByeCode", c.o.Bye)
	}
	var answer struct{ CallID string }
	if err := c.s.call(ctx, "IvrCall", v, &answer, phone.Forms(m.To)...); err != nil {
		return notify.Sent{}, err
	}
	if answer.CallID == "" {
		return notify.Sent{}, notify.Failed(notify.Unreachable, "Alibaba Cloud took a call without giving it a CallId")
	}
	return notify.Sent{ID: answer.CallID, Proof: notify.Taken}, nil
}

// ivr is the number of the product whose calls are asked for.
const ivr = "11000000300005"

// Poll asks what became of a call (QueryCallDetailByCallId). The service knows
// it 3 to 5 minutes after the call, and mostly not the key that was pressed.
func (c *Voice) Poll(ctx context.Context, id, to string, at time.Time) (*notify.Receipt, error) {
	var answer struct{ Data string }
	err := c.s.call(ctx, "QueryCallDetailByCallId", url.Values{
		// It looks at the 24 hours from QueryDate on; clocks differ.
		"CallId": {id}, "ProdId": {ivr}, "QueryDate": {strconv.FormatInt(at.Add(-time.Minute).UnixMilli(), 10)},
	}, &answer, phone.Forms(to)...)
	if err != nil {
		return nil, err
	}
	return c.detail(id, answer.Data)
}

// detail reads Data of the answer, JSON within JSON.
func (c *Voice) detail(id, data string) (*notify.Receipt, error) {
	if data == "" {
		return nil, nil
	}
	var d struct {
		State   string `json:"state"`
		EndDate string `json:"endDate"`
		DTMF    string `json:"dtmf"`
	}
	if err := json.Unmarshal([]byte(data), &d); err != nil {
		return nil, notify.Failed(notify.Unreachable, "the details of a call cannot be read: %v", err)
	}
	r, known := c.outcome(d.State, d.DTMF)
	if !known {
		return nil, nil
	}
	r.ID, r.At = id, when(d.EndDate)
	return &r, nil
}

// Receive reads a callback (VoiceReport at the end of a call, VoiceCallReport
// during it, HTTP 批量推送). The service signs nothing: the secret in the path
// is its proof.
func (c *Voice) Receive(_ context.Context, r notify.Request) ([]notify.Receipt, notify.Answer, error) {
	receipts, err := c.reports(r.Body)
	if err != nil {
		return nil, notify.Answer{}, err
	}
	return receipts, thanks, nil
}

func (c *Voice) reports(body []byte) ([]notify.Receipt, error) {
	var reports []struct {
		CallID     string `json:"call_id"`
		StatusCode string `json:"status_code"`
		DTMF       string `json:"dtmf"`
		EndTime    string `json:"end_time"`
		StatusTime string `json:"status_time"`
	}
	if err := json.Unmarshal(body, &reports); err != nil {
		return nil, fmt.Errorf("read the VoiceReport of Alibaba Cloud: %w", err)
	}
	receipts := make([]notify.Receipt, 0, len(reports))
	for i, m := range reports {
		if m.CallID == "" {
			return nil, fmt.Errorf("read the VoiceReport of Alibaba Cloud: report %d has no call_id", i+1)
		}
		r, known := c.outcome(m.StatusCode, m.DTMF)
		if !known {
			continue
		}
		r.ID, r.At = m.CallID, when(m.StatusTime)
		if m.EndTime != "" {
			r.At = when(m.EndTime)
		}
		receipts = append(receipts, r)
	}
	return receipts, nil
}
