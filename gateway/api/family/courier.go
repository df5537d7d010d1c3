package family

import (
	"context"
	"log/slog"
	"time"

	"shouwang.care/shouwang/alerts/people"
)

// errandsAtOnce is how many wait to be run; more are not, and whoever waits for a
// code asks again.
const errandsAtOnce = 64

// errand is a code that somebody asked for by number.
type errand struct {
	found                   []people.User // who has the number
	number, challenge, code string
	until                   time.Time
}

// Courier keeps and sends codes after the answer was given, so that nobody learns
// by waiting whether a telephone is in the register.
type Courier struct {
	entries Entries
	phones  Phones
	log     *slog.Logger
	queue   chan errand
}

// NewCourier returns one that does nothing before Run.
func NewCourier(entries Entries, phones Phones, log *slog.Logger) *Courier {
	return &Courier{entries, phones, log, make(chan errand, errandsAtOnce)}
}

// take accepts an errand, and never waits. One for nobody is run as well.
func (c *Courier) take(e errand) {
	select {
	case c.queue <- e:
	default:
		c.log.Warn("a code for a family was not sent: too many wait to be sent")
	}
}

// Run runs the errands until ctx ends. The error is nil.
func (c *Courier) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-c.queue:
			c.run(context.WithoutCancel(ctx), e)
		}
	}
}

func (c *Courier) run(ctx context.Context, e errand) {
	u, ok, err := c.whose(ctx, e)
	if err == nil && ok {
		err = c.entries.SaveCode(ctx, u.ID, e.challenge, e.code, e.until)
	}
	if err == nil && ok {
		err = c.phones.SendCode(ctx, u, e.code)
	}
	if err != nil {
		c.log.WarnContext(ctx, "a code for a family was not sent", "user", u.ID, "err", err)
	}
}

// whose tells who has the number. Of several who do, because one wrote it among his
// own contacts, it is the one for whom staff entered it; where that is nobody, or
// they share a telephone, nobody knows who asks.
func (c *Courier) whose(ctx context.Context, e errand) (u people.User, ok bool, err error) {
	if len(e.found) == 1 {
		return e.found[0], true, nil
	}
	var vouched []people.User
	for _, u := range e.found {
		staff := u
		if staff.Contacts, err = c.entries.StaffContacts(ctx, u.ID); err != nil {
			return u, false, err
		}
		if plain(c.phones.Number(staff)) == e.number {
			vouched = append(vouched, u)
		}
	}
	if len(vouched) != 1 {
		return people.User{}, false, nil
	}
	return vouched[0], true, nil
}
