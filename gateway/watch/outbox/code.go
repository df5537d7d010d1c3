package outbox

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
)

// ErrNoPhone says that no channel brings a text message to a telephone of the
// person.
var ErrNoPhone = errors.New("no channel brings a text message to a telephone of this person")

// number is an address that is a telephone.
var number = regexp.MustCompile(`^\+?[0-9][0-9 -]{4,18}[0-9]$`)

// Telephone returns the contact by which a code reaches a person: the first that
// is a telephone of a channel of text messages. A call speaks no code, and is
// known by that it can be accepted.
func (o *Outbox) Telephone(u people.User) (people.Contact, bool) {
	for _, c := range u.Contacts {
		channel, ok := o.opts.Channels[c.Channel]
		if ok && number.MatchString(c.Address) && channel.Best() < notify.Accepted {
			return c, true
		}
	}
	return people.Contact{}, false
}

// SendCode sends six digits by which a person comes in to his telephone. It is
// kept nowhere. The error is ErrNoPhone, or has a *notify.Failure in its chain.
func (o *Outbox) SendCode(ctx context.Context, u people.User, code string, life time.Duration) error {
	c, ok := o.Telephone(u)
	if !ok {
		return ErrNoPhone
	}
	w := wordsOf(u.Language)
	text := w.say(fmt.Sprintf("验证码 %s，%d 分钟内有效。请不要告诉任何人。", code, int(life.Minutes())),
		fmt.Sprintf("Your code is %s, good for %d minutes. Tell it to nobody.", code, int(life.Minutes())))
	ctx, cancel := context.WithTimeoutCause(ctx, tryTime, fmt.Errorf("the channel %s did not take the code within %s", c.Channel, tryTime))
	defer cancel()
	_, err := o.opts.Channels[c.Channel].Send(ctx, notify.Message{
		Key: care.NewID(), To: c.Address, Kind: notify.Code, Language: w.language, Severity: care.Low,
		Title: w.say("守望验证码", "Shouwang: your code"), Text: text, Time: time.Now(),
		Params: map[string]string{notify.ParamText: text, notify.ParamCode: code},
	})
	if err != nil {
		return fmt.Errorf("send a code by %s: %w", c.Channel, notify.AsFailure(err).Hide(code))
	}
	return nil
}
