package aliyun

import "shouwang.care/shouwang/alerts/notify"

// The states of a call, from https://help.aliyun.com/document_detail/55085.html
// (results) and https://help.aliyun.com/document_detail/112804.html (while it
// goes on). "200100", a call that ended, is left out: the report that follows
// says how.
var states = map[string]struct {
	reason    notify.Reason // empty: the call was answered
	permanent bool
	says      string
}{
	"200000": {says: "heard to the end"},
	"200001": {says: "hung up early"},
	"200008": {says: "pressed no key"},
	"200102": {says: "answered"},
	"300000": {says: "pressed a key"},

	"200002": {notify.NoAnswer, false, "busy"},
	"200003": {notify.NoAnswer, false, "not answered"},
	"200005": {notify.NoAnswer, false, "not reached, or rejected by the telephone; let people store the number from which calls come"},
	"200007": {notify.NoAnswer, false, "out of reach"},
	"200010": {notify.NoAnswer, false, "switched off"},
	"482":    {notify.NoAnswer, false, "not available"},

	"200004": {notify.BadAddress, true, "there is no such number"},
	"200116": {notify.BadAddress, true, "there is no such number"},
	// A number is suspended while its bill is not paid.
	"200011": {notify.BadAddress, false, "the number is suspended"},

	"200006": {notify.Misconfigured, true, "the speech could not be played; check the template"},
	"200117": {notify.Misconfigured, true, "the number from which it calls is not valid; check show_number"},
	"476":    {notify.Misconfigured, true, "the number from which it calls was taken back; buy another one"},

	"200104": {notify.Throttled, false, "the number from which it calls is restricted"},
	"200105": {notify.Refused, false, "the number called is restricted"},
	"200012": {notify.Refused, false, "the number called is restricted"},
	"200118": {notify.Throttled, false, "the carrier makes no calls at this hour"},
	"200119": {notify.Throttled, false, "the carrier takes no more calls to this number"},
	"200121": {notify.Throttled, false, "too many calls at once"},
	"400":    {notify.Throttled, false, "the network is busy"},

	"200130": {notify.Undelivered, false, "not known why"},
	"500":    {notify.Undelivered, false, "an error of the carrier"},
	"502":    {notify.Undelivered, false, "an error of the carrier"},
	"999999": {notify.Undelivered, false, "an error of the service"},
}

// outcome says what a state of a call means, with the keys that were pressed;
// false when it says nothing yet.
func (c *Voice) outcome(state, keys string) (notify.Receipt, bool) {
	if c.o.Accepts(keys) {
		return notify.Receipt{Proof: notify.Accepted}, true
	}
	s, ok := states[state]
	switch {
	case !ok:
		return notify.Receipt{}, false
	case s.reason == "":
		return notify.Receipt{Proof: notify.Delivered}, true
	}
	return notify.Receipt{Proof: notify.Taken, Failed: &notify.Failure{
		Reason: s.reason, Permanent: s.permanent, Detail: "the call did not reach the person, state " + state + ": " + s.says,
	}}, true
}
