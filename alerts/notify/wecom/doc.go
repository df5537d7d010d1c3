// Package wecom sends messages through WeCom (企业微信): as a message of the
// organisation's own application to one member, or by the webhook of a robot
// to a group, where it can mention one member.
//
// WeCom reports neither arrival nor reading, so the best proof of both is that
// it took the message. It follows developer.work.weixin.qq.com: documents
// 90236 (application messages), 91039 (token), 91770 (group robots) and 90313
// (codes). Whom to send to and when is decided by gateway/watch.
package wecom
