package post

import (
	"bytes"
	"encoding/json"

	"shouwang.care/shouwang/alerts/notify"
)

// Contradicts says how the body of an answer contradicts its status of success,
// for services whose answers have no fixed form: it is a JSON object with an
// "error", or with an "ok" or "success" that is false, or it is a web page. It
// returns nil when it does not.
func Contradicts(status int, body []byte) error {
	body = bytes.TrimSpace(body)
	if bytes.HasPrefix(body, []byte("<")) {
		// A page for people: a proxy, or a network that wants a sign-in first.
		return notify.Failed(notify.Unreachable, "the service answers %d with a web page; is a proxy in between?", status)
	}
	if !bytes.HasPrefix(body, []byte("{")) {
		return nil
	}
	var a struct {
		Error   json.RawMessage `json:"error"`
		OK      *bool           `json:"ok"`
		Success *bool           `json:"success"`
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return notify.Failed(notify.Unreachable, "the service answers %d with broken JSON, or with an ok or success that is neither true nor false", status)
	}
	if says(a.Error) || a.OK != nil && !*a.OK || a.Success != nil && !*a.Success {
		return notify.Hopeless(notify.Refused, "the service answers %d with an error: %.200s", status, body)
	}
	return nil
}

// says reports whether a field "error" tells of one.
func says(field json.RawMessage) bool {
	switch string(field) {
	case "", "null", "false", `""`, "0", "[]", "{}":
		return false
	}
	return true
}
