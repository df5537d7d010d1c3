package wechat

import (
	"slices"
	"strconv"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/codes"
)

// answer is what WeChat answers to a message or to the demand for a token.
type answer struct {
	Code    *int   `json:"errcode"`
	Message string `json:"errmsg"`
	MsgID   int64  `json:"msgid"`
	Token   string `json:"access_token"`
	Expires int    `json:"expires_in"` // seconds
}

// said reports whether it is an answer at all.
func (a answer) said() bool { return a.Code != nil || a.Token != "" }

// stale reports whether the token was the matter.
func (a answer) stale() bool {
	return a.Code != nil && slices.Contains([]int{40001, 40014, 42001}, *a.Code)
}

// failure says why WeChat refused; nil when it did not.
func (a answer) failure(hide ...string) error {
	if a.Code == nil || *a.Code == 0 {
		return nil
	}
	return table.Failure("WeChat", strconv.Itoa(*a.Code), a.Message).Hide(hide...)
}

// The codes with which WeChat refuses, from
// https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage
// and https://developers.weixin.qq.com/doc/oplatform/developers/errCode.
var table = codes.Table{
	codes.Lasting("40003", notify.BadAddress, "the person does not follow this service account, or the OpenID is another account's"),
	codes.Lasting("43004", notify.BadAddress, "the person does not follow the service account any more"),
	codes.Lasting("43101", notify.Refused, "the person does not want messages of the service account"),

	codes.Passing("45009", notify.Throttled, "the messages of today are used up"),
	codes.Passing("45011", notify.Throttled, "too many requests in this minute"),
	codes.Passing("45047", notify.Throttled, "too many messages to this person"),
	codes.Passing("-1", notify.Unreachable, "WeChat is busy"),

	// Tokens come and go; the next one may be good.
	codes.Passing("40001", notify.Misconfigured, "check app_id and app_secret; does another program force new tokens?"),
	codes.Passing("40014", notify.Misconfigured, "check app_id and app_secret; does another program force new tokens?"),
	codes.Passing("42001", notify.Misconfigured, "check app_id and app_secret; does another program force new tokens?"),
	codes.Lasting("40002", notify.Misconfigured, "check app_id"),
	codes.Lasting("40013", notify.Misconfigured, "check app_id"),
	codes.Lasting("40125", notify.Misconfigured, "check app_secret"),
	codes.Lasting("40164", notify.Misconfigured, "enter the address of this gateway in the account's list of IP addresses (IP 白名单)"),
	codes.Lasting("41002", notify.Misconfigured, "check app_id"),
	codes.Lasting("41004", notify.Misconfigured, "check app_secret"),
	codes.Lasting("40036", notify.Misconfigured, "check the id of the template"),
	codes.Lasting("40037", notify.Misconfigured, "check the id of the template"),
	codes.Lasting("48001", notify.Misconfigured, "the account may not send template messages; it must be a verified service account"),
	codes.Lasting("50001", notify.Misconfigured, "the account may not send template messages"),
	codes.Lasting("50002", notify.Misconfigured, "the account is restricted"),
	codes.Lasting("61004", notify.Misconfigured, "enter the address of this gateway in the account's list of IP addresses (IP 白名单)"),

	codes.Lasting("47001", notify.Refused, ""),
	codes.Lasting("47003", notify.Refused, "check what fills the variables of the template"),
	codes.Lasting("45067", notify.Refused, "the key of the message is too long"),
}
