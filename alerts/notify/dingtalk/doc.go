// Package dingtalk sends messages through DingTalk (钉钉): as a work notification
// (工作通知) of the organisation's own application to one member, or by a signed
// robot (加签的自定义机器人) into a group, where it can mention one member by
// mobile number.
//
// DingTalk tells who has read a work notification, which is that channel's best
// proof; of a robot's message it reports nothing. It follows
// open.dingtalk.com: "Custom robots" (自定义机器人安全设置, 消息类型, 错误码) and
// "Work notifications" (asyncsend_v2, getsendresult). Whom to send to and when
// is decided by gateway/watch.
package dingtalk
