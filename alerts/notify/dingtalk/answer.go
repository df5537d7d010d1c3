package dingtalk

import (
	"encoding/json"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/notify"
)

// read says what an answer means; nil when the message was taken. Errors come
// with the status 200 too.
func read(status int, body []byte) error {
	var a struct {
		Code    *int   `json:"errcode"`
		Message string `json:"errmsg"`
		// When far too much was sent, a shield in front answers instead.
		Shield *int `json:"status"`
		Wait   int  `json:"wait"` // s
	}
	if err := json.Unmarshal(body, &a); err == nil && a.Code == nil && a.Shield != nil && *a.Shield == 1111 {
		f := notify.Failed(notify.Throttled, "DingTalk shuts this group's channel out for a while, because too much was sent")
		f.RetryAfter = time.Duration(min(max(a.Wait, 60), 600)) * time.Second
		return f
	} else if err != nil || a.Code == nil {
		return notify.Failed(notify.Unreachable, "the answer (status %d) is not of DingTalk; is a proxy in between?", status)
	}
	code, lower := *a.Code, strings.ToLower(a.Message)
	switch {
	case code == 0:
		return nil
	case code == 130101, code == 410100, code == 90030, strings.Contains(lower, "too fast"), strings.Contains(a.Message, "限流"):
		// It has used several codes for this, so its words count as well.
		f := notify.Failed(notify.Throttled, "DingTalk takes no more for now, 20 messages a minute are its limit: %d %s", code, a.Message)
		f.RetryAfter = time.Minute
		return f
	case code == -1:
		return notify.Failed(notify.Unreachable, "DingTalk is busy: %d %s", code, a.Message)
	case code == 310000 && strings.Contains(lower, "keyword"):
		return notify.Hopeless(notify.Misconfigured, "DingTalk wants a keyword in each message; set the security of this group's channel to 加签 (sign) only: %d %s", code, a.Message)
	case code == 310000 && strings.Contains(lower, "whitelist"):
		return notify.Hopeless(notify.Misconfigured, "DingTalk does not let this machine's address in; add it to the list in the group's settings: %d %s", code, a.Message)
	case code == 310000:
		return notify.Hopeless(notify.Misconfigured, "DingTalk refuses the signature; check the secret and the clock of this machine: %d %s", code, a.Message)
	case code == 300001, code == 300005, code == 400013, code == 400101, code == 400102, code == 400106, code == 40035:
		return notify.Hopeless(notify.Misconfigured, "DingTalk does not know the webhook, or it was stopped; copy it anew from the group: %d %s", code, a.Message)
	}
	return notify.Hopeless(notify.Refused, "DingTalk refuses the message: %d %s", code, a.Message)
}
