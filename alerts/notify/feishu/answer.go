package feishu

import (
	"encoding/json"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/notify"
)

// read says what an answer means; nil when the message was taken. Errors come
// with the status 200 too, and their code under one of two names.
func read(status int, body []byte) error {
	var a struct {
		Code       *int   `json:"code"`
		Message    string `json:"msg"`
		OldCode    *int   `json:"StatusCode"`
		OldMessage string `json:"StatusMessage"`
	}
	err := json.Unmarshal(body, &a)
	if a.Code == nil {
		a.Code, a.Message = a.OldCode, a.OldMessage
	}
	if err != nil || a.Code == nil {
		return notify.Failed(notify.Unreachable, "the answer (status %d) is not of Feishu; is a proxy in between?", status)
	}
	code := *a.Code
	many := strings.Contains(strings.ToLower(a.Message), "too many request")
	switch {
	case code == 0:
		return nil
	case code == 11232, code == 99991400, many:
		f := notify.Failed(notify.Throttled, "Feishu takes no more for now: %d %s", code, a.Message)
		f.RetryAfter = 10 * time.Second // the limits are 5 a second and 100 a minute
		return f
	case code == 19021:
		return notify.Hopeless(notify.Misconfigured, "Feishu refuses the signature; check the secret and the clock of this machine: %d %s", code, a.Message)
	case code == 19022:
		return notify.Hopeless(notify.Misconfigured, "Feishu does not let this machine's address in; add it to the list in the group's settings: %d %s", code, a.Message)
	case code == 19024:
		return notify.Hopeless(notify.Misconfigured, "Feishu wants a keyword in each message; set the security of this group's channel to 签名校验 (signature) only: %d %s", code, a.Message)
	case code == 19001, code == 19007:
		return notify.Hopeless(notify.Misconfigured, "Feishu does not know the webhook, or it was stopped; copy it anew from the group: %d %s", code, a.Message)
	}
	return notify.Hopeless(notify.Refused, "Feishu refuses the message: %d %s", code, a.Message)
}
