package webhook

import (
	"bytes"
	"encoding/json"
	"net/http"

	"shouwang.care/shouwang/alerts/notify"
)

// read says what an answer means; nil when the message was taken: a status of
// 2xx whose body, where it is a JSON object, has no "error", and no "ok" or
// "success" that is false.
func read(status int, body []byte) error {
	switch {
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusGone:
		return notify.Hopeless(notify.Misconfigured, "the receiver answers %d: nothing takes messages at this address", status)
	case status >= 300 && status < 400:
		return notify.Hopeless(notify.Misconfigured, "the receiver answers %d and points elsewhere; set the address that it points to, because what was signed for one address is not sent to another", status)
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusConflict, status == http.StatusLocked:
		return notify.Failed(notify.Unreachable, "the receiver answers %d: %.200s", status, body)
	case status < 200 || status >= 300:
		return notify.Hopeless(notify.Refused, "the receiver answers %d: %.200s", status, body)
	}
	body = bytes.TrimSpace(body)
	if bytes.HasPrefix(body, []byte("<")) {
		// A page for people: a proxy, or a network that wants a sign-in first.
		return notify.Failed(notify.Unreachable, "the receiver answers %d with a web page; is a proxy in between?", status)
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
		return notify.Failed(notify.Unreachable, "the receiver answers %d with broken JSON, or with an ok or success that is neither true nor false", status)
	}
	if says(a.Error) || a.OK != nil && !*a.OK || a.Success != nil && !*a.Success {
		return notify.Hopeless(notify.Refused, "the receiver answers %d with an error: %.200s", status, body)
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
