package wecom

import (
	"encoding/json"
	"time"

	"shouwang.care/shouwang/alerts/notify"
)

// answer is what every call of WeCom answers; success has code 0.
type answer struct {
	Code    *int   `json:"errcode"`
	Message string `json:"errmsg"`

	// Of gettoken.
	Token   string `json:"access_token"`
	Expires int    `json:"expires_in"` // s

	// Of message/send: members, divided by "|".
	Invalid    string `json:"invaliduser"`
	Unlicensed string `json:"unlicenseduser"`
	ID         string `json:"msgid"`
}

// read reads an answer. A body without a code is not of WeCom: a proxy or a
// captive portal answers 200 as well.
func read(status int, body []byte) (answer, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil || a.Code == nil {
		return answer{}, notify.Failed(notify.Unreachable, "the answer (status %d) is not of WeCom; is a proxy in between?", status)
	}
	return a, nil
}

// stale reports whether the token is no longer known, as after somebody else
// asked for a new one.
func (a answer) stale() bool { return *a.Code == 40014 || *a.Code == 42001 || *a.Code == 41001 }

// failure says what a code means; nil for 0. One recipient was named, so one
// that is invalid means that nobody got it, whatever the code.
func (a answer) failure() error {
	code := *a.Code
	switch code {
	case 0:
		if a.Invalid != "" {
			return notify.Hopeless(notify.BadAddress, "WeCom knows no such member, or the application is not visible to them")
		}
		if a.Unlicensed != "" {
			return notify.Hopeless(notify.BadAddress, "the member has no licence for this application; assign one in the WeCom console")
		}
		return nil
	case -1, 50001, 50002, 50003:
		return notify.Failed(notify.Unreachable, "WeCom is busy: %d %s", code, a.Message)
	case 45009, 45011, 45033:
		f := notify.Failed(notify.Throttled, "WeCom takes no more for now: %d %s", code, a.Message)
		f.RetryAfter = time.Minute // limits count by the minute
		return f
	case 40014, 42001, 41001:
		return notify.Failed(notify.Misconfigured, "WeCom refuses a token that it has just given; does another program ask for tokens with this secret? %d %s", code, a.Message)
	case 40001, 40013, 40056, 40091, 41002, 41004, 48002, 60011, 60020, 301002, 93000:
		return notify.Hopeless(notify.Misconfigured, "WeCom refuses the credentials or rights of this channel; check id, secret, trusted address and agent: %d %s", code, a.Message)
	case 40003, 40031, 46004, 60111, 81013:
		return notify.Hopeless(notify.BadAddress, "WeCom knows no such member, or the application is not visible to them: %d %s", code, a.Message)
	}
	return notify.Hopeless(notify.Refused, "WeCom refuses the message: %d %s", code, a.Message)
}
