package tencent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/approved"
	"shouwang.care/shouwang/alerts/notify/phone"
)

// VoiceOptions are the settings of calls over Tencent Cloud.
type VoiceOptions struct {
	Account `yaml:",inline"`
	// Call has the templates, whose variables have numbers: fill lists the parts
	// in that order. Without callbacks nothing is ever known of a call but that
	// it was ordered.
	approved.Call `yaml:",inline"`
}

// Check lists every mistake in the settings.
func (o VoiceOptions) Check() error {
	var m notify.Mistakes
	o.Account.check(&m)
	o.Call.Check(&m)
	return m.Err()
}

// Voice calls people and takes a key that they press. Addresses are E.164 and
// mobile numbers of mainland China: the service calls no others.
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
	return &Voice{o: o, s: newService(o.Account, "vms", "2020-09-02", client)}, nil
}

// Best is Accepted with callbacks: an answer by a mailbox or by the assistant
// on a telephone is no proof that a person heard. Without them it is Taken.
func (c *Voice) Best() notify.Proof {
	if c.o.Callback {
		return notify.Accepted
	}
	return notify.Taken
}

// Send orders one call. Sent.ID is the CallId.
func (c *Voice) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	if err := phone.Check(m.To); err != nil {
		return notify.Sent{}, err
	}
	if _, ok := phone.Mobile(m.To); !ok {
		return notify.Sent{}, notify.Hopeless(notify.BadAddress, "Tencent Cloud calls mobile numbers of mainland China only")
	}
	template, err := c.o.Templates.For(m)
	if err != nil {
		return notify.Sent{}, err
	}
	var answer struct{ SendStatus struct{ CallID string } }
	err = c.s.call(ctx, "SendTtsVoice", map[string]any{
		"TemplateId":       template.ID,
		"CalledNumber":     m.To,
		"VoiceSdkAppid":    c.o.AppID,
		"TemplateParamSet": texts(template.Values(m, c.o.Limit)),
		"PlayTimes":        c.o.Plays,
		"SessionContext":   m.Key,
	}, &answer, phone.Forms(m.To)...)
	if err != nil {
		return notify.Sent{}, err
	}
	if answer.SendStatus.CallID == "" {
		return notify.Sent{}, notify.Failed(notify.Unreachable, "Tencent Cloud took a call without giving it a CallId")
	}
	return notify.Sent{ID: answer.SendStatus.CallID, Proof: notify.Taken}, nil
}

// Receive reads a callback: a pressed key (voicekey_callback), the end of a
// call (voiceprompt_callback) or why it failed (voice_failure_callback). The
// service signs nothing: the secret in the path is its proof.
func (c *Voice) Receive(_ context.Context, r notify.Request) ([]notify.Receipt, notify.Answer, error) {
	receipt, err := c.event(r.Body)
	if err != nil {
		return nil, notify.Answer{}, fmt.Errorf("read the callback of Tencent Cloud: %w", err)
	}
	return []notify.Receipt{receipt}, thanks, nil
}

func (c *Voice) event(body []byte) (notify.Receipt, error) {
	var e struct {
		Key *struct {
			ID  string `json:"callid"`
			Key string `json:"keypress"`
		} `json:"voicekey_callback"`
		End *struct {
			ID     string `json:"callid"`
			Result string `json:"result"` // 0 answered, 1 not answered, 2 failed
			At     string `json:"end_calltime"`
		} `json:"voiceprompt_callback"`
		Failure *struct {
			ID     string `json:"callid"`
			Code   int    `json:"failure_code"`
			Reason string `json:"failure_reason"`
		} `json:"voice_failure_callback"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return notify.Receipt{}, err
	}
	r := notify.Receipt{At: time.Now()}
	switch {
	case e.Key != nil:
		r.ID, r.Proof = e.Key.ID, notify.Delivered
		if c.o.Accepts(e.Key.Key) {
			r.Proof = notify.Accepted
		}
	case e.End != nil:
		r.ID, r.Proof = e.End.ID, notify.Taken
		if s, err := strconv.ParseInt(e.End.At, 10, 64); err == nil && s > 0 {
			r.At = time.Unix(s, 0)
		}
		switch e.End.Result {
		case "0":
			r.Proof = notify.Delivered
		case "1":
			r.Failed = notify.Failed(notify.NoAnswer, "the call was not answered")
		default:
			r.Failed = notify.Failed(notify.Undelivered, "the call failed, result %s", notify.Cut(e.End.Result, 20))
		}
	case e.Failure != nil:
		r.ID, r.Proof, r.Failed = e.Failure.ID, notify.Taken, callFailure(e.Failure.Code, e.Failure.Reason)
	default:
		return notify.Receipt{}, errors.New("it is none of voicekey_callback, voiceprompt_callback and voice_failure_callback")
	}
	if r.ID == "" {
		return notify.Receipt{}, errors.New("it has no callid")
	}
	return r, nil
}

// callFailure says what a failure_code means, from
// https://cloud.tencent.com/document/api/1128/37531.
func callFailure(code int, reason string) *notify.Failure {
	f := notify.Failed(notify.Undelivered, "the call did not reach the person, code %d: %s", code, notify.Cut(reason, 80))
	switch code {
	case 1, 2, 3, 5, 6, 10, 16, 20: // switched off, busy, out of reach, not answered, …
		f.Reason = notify.NoAnswer
	case 8, 15, 17: // there is no such number, or no more
		f.Reason, f.Permanent = notify.BadAddress, true
	case 4, 7, 13, 19: // suspended, until a bill is paid
		f.Reason = notify.BadAddress
	case 9, 18: // the network is busy
		f.Reason = notify.Throttled
	case 12: // restricted
		f.Reason = notify.Refused
	}
	return f
}
