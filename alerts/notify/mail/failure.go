package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/textproto"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"shouwang.care/shouwang/alerts/notify"
)

// failure says what an error of the library means.
func failure(ctx context.Context, err error) *notify.Failure {
	if f, ok := errors.AsType[*notify.Failure](err); ok {
		return f
	}
	if ctx.Err() != nil {
		return notify.Failed(notify.Unreachable, "the mail server did not answer in time: %v", context.Cause(ctx))
	}
	if e, ok := errors.AsType[*gomail.SendError](err); ok && e.ErrorCode() != 0 {
		return answer(e.Reason, e.ErrorCode(), e.EnhancedStatusCode(), e.Error())
	}
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return greeting(e)
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return notify.Hopeless(notify.Misconfigured, "the certificate of the mail server is not good; check host and ca: %v", e)
	}
	_, isNet := errors.AsType[net.Error](err)
	_, isProtocol := errors.AsType[textproto.ProtocolError](err)
	if _, isSend := errors.AsType[*gomail.SendError](err); isSend || isNet || isProtocol || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || tlsTrouble(err) {
		return notify.Failed(notify.Unreachable, "the mail server does not answer as one does: %v", err)
	}
	// What remains is what the library refuses by itself: a server that has no
	// STARTTLS or no sign-in, though the settings ask for it.
	return notify.Hopeless(notify.Misconfigured, "the mail server does not offer what the settings ask for: %v", err)
}

// tlsTrouble reports whether an answer was no TLS, as from a port that does not
// speak it.
func tlsTrouble(err error) bool {
	_, isRecord := errors.AsType[tls.RecordHeaderError](err)
	_, isAlert := errors.AsType[tls.AlertError](err)
	return isRecord || isAlert
}

// greeting says what a refusal before the message means: of the connection or
// of the sign-in.
func greeting(e *textproto.Error) *notify.Failure {
	switch {
	case e.Code == 421, e.Code == 454:
		return notify.Failed(notify.Unreachable, "the mail server is out of order: %d %s", e.Code, e.Msg)
	case e.Code < 500:
		return notify.Failed(notify.Throttled, "the mail server takes nothing for now: %d %s", e.Code, e.Msg)
	}
	return notify.Hopeless(notify.Misconfigured, "the mail server refuses the sign-in; check username and password, many services want an authorisation code (授权码): %d %s", e.Code, e.Msg)
}

// answer says what a refusal of the message means, from the step at which it
// came, its code (RFC 5321) and the enhanced code (RFC 3463), which many servers
// leave out.
func answer(step gomail.SendErrReason, code int, enhanced, said string) *notify.Failure {
	is := func(subject string) bool { return len(enhanced) > 2 && strings.HasPrefix(enhanced[1:], subject) }
	if code < 500 {
		if code == 421 || is(".3.") {
			return notify.Failed(notify.Unreachable, "the mail server is out of order: %s", said)
		}
		// Grey lists, too many messages, a full disk: later it may take it.
		f := notify.Failed(notify.Throttled, "the mail server does not take the message for now: %s", said)
		f.RetryAfter = time.Minute
		return f
	}
	switch {
	case step == gomail.ErrSMTPMailFrom, code == 530, code == 535, step == gomail.ErrSMTPRcptTo && is(".7."):
		return notify.Hopeless(notify.Misconfigured, "the mail server does not let this sender send; check from and username: %s", said)
	case step == gomail.ErrSMTPRcptTo && code != 552 && code != 554 && !is(".2.2"):
		return notify.Hopeless(notify.BadAddress, "the mail server knows no such mailbox: %s", said)
	}
	return notify.Hopeless(notify.Refused, "the mail server refuses the message: %s", said)
}
