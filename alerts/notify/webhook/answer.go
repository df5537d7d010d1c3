package webhook

import (
	"net/http"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/post"
)

// read says what an answer means; nil when the message was taken: a status of
// 2xx with a body that does not contradict it.
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
	return post.Contradicts(status, body)
}
