package aliyun

import (
	"strings"

	"shouwang.care/shouwang/alerts/notify"
)

// The codes with which the services refuse a request, from
// https://help.aliyun.com/document_detail/101346.html (text messages) and
// https://help.aliyun.com/document_detail/178344.html (calls). A prefix ends
// in "*"; the first that fits counts.
var codes = []struct {
	code      string
	reason    notify.Reason
	permanent bool
	hint      string
}{
	{"isv.MOBILE_NUMBER_ILLEGAL", notify.BadAddress, true, "the number does not exist"},
	{"isv.DOMESTIC_NUMBER_NOT_SUPPORTED", notify.BadAddress, true, "the template is for numbers abroad only"},

	{"isv.BUSINESS_LIMIT_CONTROL", notify.Throttled, false, "too many messages to this number; raise the limit in the console"},
	{"isv.DAY_LIMIT_CONTROL", notify.Throttled, false, "the day's limit of the account is reached; raise it in the console"},
	{"isv.MONTH_LIMIT_CONTROL", notify.Throttled, false, "the month's limit of the account is reached; raise it in the console"},
	{"Throttling*", notify.Throttled, false, "too many requests"},

	{"SignatureDoesNotMatch", notify.Misconfigured, true, "check access_key_secret"},
	{"IncompleteSignature", notify.Misconfigured, true, "check access_key_id and access_key_secret"},
	{"InvalidAccessKeyId*", notify.Misconfigured, true, "check access_key_id"},
	// A clock is put right sooner or later, so the same message may be sent again.
	{"InvalidTimeStamp*", notify.Misconfigured, false, "the clock of this machine is wrong by more than 15 minutes"},
	{"Forbidden*", notify.Misconfigured, true, "the RAM user may not use this service"},
	{"NoPermission*", notify.Misconfigured, true, "the RAM user may not use this service"},
	{"isp.RAM_PERMISSION_DENY", notify.Misconfigured, true, "the RAM user may not use this service"},
	{"isv.OUT_OF_SERVICE", notify.Misconfigured, true, "the account is out of money"},
	{"isv.AMOUNT_NOT_ENOUGH", notify.Misconfigured, true, "the account is out of money"},
	{"isv.PRODUCT_UN*", notify.Misconfigured, true, "the account has not subscribed to the service"},
	{"isv.ACCOUNT_*", notify.Misconfigured, true, "something is wrong with the account"},
	{"isv.DENY_IP_RANGE", notify.Misconfigured, true, "the service does not take requests from this network"},
	{"isv.SMS_SIGN*", notify.Misconfigured, true, "check sign_name"},
	{"isv.SIGN_*", notify.Misconfigured, true, "check sign_name"},
	{"isv.SMS_TEMPLATE*", notify.Misconfigured, true, "check the id of the template"},
	{"isv.TTS_TEMPLATE*", notify.Misconfigured, true, "check the id of the template"},
	{"isv.TEMPLATE_*", notify.Misconfigured, true, "check what fills the template"},
	{"isv.VOICE_FILE_ILLEGAL", notify.Misconfigured, true, "check the id of the template"},
	{"isv.DISPLAY_NUMBER_ILLEGAL", notify.Misconfigured, true, "check show_number"},
	{"isv.BILLID_NOT_EXIST", notify.Misconfigured, true, "check show_number"},

	{"isv.BLACK_KEY_CONTROL_LIMIT", notify.Refused, true, "a word in it is forbidden"},
	{"isv.SMS_CONTENT*", notify.Refused, true, "a word in it is forbidden"},
	{"isv.PARAM_*", notify.Refused, true, "a variable is too long or holds an address"},
	{"isv.INVALID_*", notify.Refused, true, ""},
	{"isv.COMPLAINT_REJECT", notify.Refused, true, "the person has complained of calls from this number"},

	{"isp.SYSTEM_ERROR", notify.Unreachable, false, ""},
	{"isp.GATEWAY_ERROR", notify.Unreachable, false, ""},
	{"isp.UNKNOWN", notify.Unreachable, false, ""},
	{"InternalError*", notify.Unreachable, false, ""},
	{"ServiceUnavailable*", notify.Unreachable, false, ""},
}

// failure says what a code means. A code that is not known is a refusal of
// this once: not to try again would be the greater mistake.
func failure(code, message string) *notify.Failure {
	f := &notify.Failure{Reason: notify.Refused}
	var hint string
	for _, c := range codes {
		prefix, isPrefix := strings.CutSuffix(c.code, "*")
		if code == c.code || isPrefix && strings.HasPrefix(code, prefix) {
			f.Reason, f.Permanent, hint = c.reason, c.permanent, c.hint
			break
		}
	}
	// With a wrong signature the message repeats the whole request.
	if strings.Contains(code, "Signature") {
		message = ""
	}
	f.Detail = "Alibaba Cloud answers " + notify.Cut(code, 80)
	if message != "" && message != code {
		f.Detail += " (" + notify.Cut(message, 160) + ")"
	}
	if hint != "" {
		f.Detail += ": " + hint
	}
	return f
}
