package tencent

import (
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/codes"
)

// The codes with which the services refuse a request, from
// https://cloud.tencent.com/document/api/382/52075 (common ones) and
// https://cloud.tencent.com/document/api/382/59177 (text messages); those of
// calls have the same names.
var table = codes.Table{
	codes.Lasting("InvalidParameterValue.IncorrectPhoneNumber", notify.BadAddress, "the number does not exist"),
	codes.Lasting("InvalidParameterValue.CalledNumber*", notify.BadAddress, "the number does not exist"),

	codes.Passing("RequestLimitExceeded*", notify.Throttled, "too many requests"),
	codes.Passing("LimitExceeded*", notify.Throttled, "too many messages; raise the limit in the console"),
	codes.Passing("FailedOperation.PhoneNumberDailyLimit*", notify.Throttled, "too many messages to this number today"),

	// A clock is put right sooner or later, so the same message may be sent again.
	codes.Passing("AuthFailure.SignatureExpire", notify.Misconfigured, "the clock of this machine is wrong by more than 5 minutes"),
	codes.Passing("InternalError.RequestTimeException", notify.Misconfigured, "the clock of this machine is wrong by more than 10 minutes"),
	codes.Lasting("AuthFailure*", notify.Misconfigured, "check secret_id and secret_key, and what the sub-account may do"),
	codes.Lasting("UnauthorizedOperation*", notify.Misconfigured, "the account or this network may not use the service"),
	codes.Lasting("IpNotInWhitelist", notify.Misconfigured, "the service does not take requests from this network"),
	codes.Lasting("IpInBlacklist", notify.Misconfigured, "the service does not take requests from this network"),
	codes.Lasting("InvalidParameterValue.SdkAppId*", notify.Misconfigured, "check app_id"),
	codes.Lasting("FailedOperation.SignatureIncorrectOrUnapproved", notify.Misconfigured, "check sign_name"),
	codes.Lasting("FailedOperation.MissingSignature*", notify.Misconfigured, "check sign_name"),
	codes.Lasting("FailedOperation.Template*", notify.Misconfigured, "check the id of the template and what fills it"),
	codes.Lasting("FailedOperation.InsufficientBalance*", notify.Misconfigured, "the package of messages is used up; buy another one"),
	codes.Lasting("FailedOperation.AccountOverdue", notify.Misconfigured, "the account is out of money"),

	codes.Lasting("FailedOperation.PhoneNumberInBlacklist", notify.Refused, "the person does not want messages, or the carrier blocks them"),
	codes.Lasting("FailedOperation.ContainSensitiveWord", notify.Refused, "a word in it is forbidden"),
	codes.Lasting("InvalidParameter*", notify.Refused, ""),
	codes.Lasting("MissingParameter*", notify.Refused, ""),
	codes.Lasting("UnsupportedOperation*", notify.Refused, ""),

	codes.Lasting("InternalError.SigVerificationFail", notify.Misconfigured, "check secret_id and secret_key"),
	codes.Passing("InternalError*", notify.Unreachable, ""),
	codes.Passing("ResourceUnavailable*", notify.Unreachable, ""),
	codes.Passing("ServiceUnavailable*", notify.Unreachable, ""),
}

// failure says what a code means.
func failure(code, message string) *notify.Failure {
	return table.Failure("Tencent Cloud", code, message)
}
