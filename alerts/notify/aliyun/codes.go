package aliyun

import (
	"strings"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/codes"
)

// The codes with which the services refuse a request, from
// https://help.aliyun.com/document_detail/101346.html (text messages) and
// https://help.aliyun.com/document_detail/178344.html (calls).
var table = codes.Table{
	codes.Lasting("isv.MOBILE_NUMBER_ILLEGAL", notify.BadAddress, "the number does not exist"),
	codes.Lasting("isv.DOMESTIC_NUMBER_NOT_SUPPORTED", notify.BadAddress, "the template is for numbers abroad only"),

	codes.Passing("isv.BUSINESS_LIMIT_CONTROL", notify.Throttled, "too many messages to this number; raise the limit in the console"),
	codes.Passing("isv.DAY_LIMIT_CONTROL", notify.Throttled, "the day's limit of the account is reached; raise it in the console"),
	codes.Passing("isv.MONTH_LIMIT_CONTROL", notify.Throttled, "the month's limit of the account is reached; raise it in the console"),
	codes.Passing("Throttling*", notify.Throttled, "too many requests"),

	codes.Lasting("SignatureDoesNotMatch", notify.Misconfigured, "check access_key_secret"),
	codes.Lasting("IncompleteSignature", notify.Misconfigured, "check access_key_id and access_key_secret"),
	codes.Lasting("InvalidAccessKeyId*", notify.Misconfigured, "check access_key_id"),
	// A clock is put right sooner or later, so the same message may be sent again.
	codes.Passing("InvalidTimeStamp*", notify.Misconfigured, "the clock of this machine is wrong by more than 15 minutes"),
	codes.Lasting("Forbidden*", notify.Misconfigured, "the RAM user may not use this service"),
	codes.Lasting("NoPermission*", notify.Misconfigured, "the RAM user may not use this service"),
	codes.Lasting("isp.RAM_PERMISSION_DENY", notify.Misconfigured, "the RAM user may not use this service"),
	codes.Lasting("isv.OUT_OF_SERVICE", notify.Misconfigured, "the account is out of money"),
	codes.Lasting("isv.AMOUNT_NOT_ENOUGH", notify.Misconfigured, "the account is out of money"),
	codes.Lasting("isv.PRODUCT_UN*", notify.Misconfigured, "the account has not subscribed to the service"),
	codes.Lasting("isv.ACCOUNT_*", notify.Misconfigured, "something is wrong with the account"),
	codes.Lasting("isv.DENY_IP_RANGE", notify.Misconfigured, "the service does not take requests from this network"),
	codes.Lasting("isv.SMS_SIGN*", notify.Misconfigured, "check sign_name"),
	codes.Lasting("isv.SIGN_*", notify.Misconfigured, "check sign_name"),
	codes.Lasting("isv.SMS_TEMPLATE*", notify.Misconfigured, "check the id of the template"),
	codes.Lasting("isv.TTS_TEMPLATE*", notify.Misconfigured, "check the id of the template"),
	codes.Lasting("isv.TEMPLATE_*", notify.Misconfigured, "check what fills the template"),
	codes.Lasting("isv.VOICE_FILE_ILLEGAL", notify.Misconfigured, "check the id of the template"),
	codes.Lasting("isv.DISPLAY_NUMBER_ILLEGAL", notify.Misconfigured, "check show_number"),
	codes.Lasting("isv.BILLID_NOT_EXIST", notify.Misconfigured, "check show_number"),

	codes.Lasting("isv.BLACK_KEY_CONTROL_LIMIT", notify.Refused, "a word in it is forbidden"),
	codes.Lasting("isv.SMS_CONTENT*", notify.Refused, "a word in it is forbidden"),
	codes.Lasting("isv.PARAM_*", notify.Refused, "a variable is too long or holds an address"),
	codes.Lasting("isv.INVALID_*", notify.Refused, ""),
	codes.Lasting("isv.COMPLAINT_REJECT", notify.Refused, "the person has complained of calls from this number"),

	codes.Passing("isp.SYSTEM_ERROR", notify.Unreachable, ""),
	codes.Passing("isp.GATEWAY_ERROR", notify.Unreachable, ""),
	codes.Passing("isp.UNKNOWN", notify.Unreachable, ""),
	codes.Passing("InternalError*", notify.Unreachable, ""),
	codes.Passing("ServiceUnavailable*", notify.Unreachable, ""),
}

// failure says what a code means.
func failure(code, message string) *notify.Failure {
	// With a wrong signature the message repeats the whole request.
	if strings.Contains(code, "Signature") {
		message = ""
	}
	return table.Failure("Alibaba Cloud", code, message)
}
