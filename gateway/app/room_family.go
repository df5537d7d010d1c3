package app

import (
	"context"
	"errors"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/ladder"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/family"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch/outbox"
)

// familyRoom is the part of the API for relatives.
func (a *App) familyRoom() api.Room {
	phones := &codePhones{outbox: a.outbox, queue: make(chan queuedCode, codeQueue), failed: func(u people.User, err error) {
		a.opts.Log.Warn("a code for a family was not sent", "user", u.ID, "err", err)
	}}
	a.parts.run("the codes of families", phones.run)
	room := &family.Room{Entries: familyEntries{a.store}, Wishes: familyWishes{apiPapers{a.store, a.watch.Changed}}, Phones: phones}
	if push, ok := a.reach.channels[ladder.WebPush].(interface{ PublicKey() string }); ok {
		room.PushKey = push.PublicKey()
	}
	return room
}

// familyEntries are the links and codes in the ledger.
type familyEntries struct{ *ledger.Store }

// Invite makes a token the one of a user.
func (e familyEntries) Invite(ctx context.Context, user care.UserID, token string, until time.Time) error {
	return e.Update(ctx, func(tx *ledger.Tx) error { return tx.Invite(ctx, user, token, until) })
}

// SaveCode makes a code the one of a user.
func (e familyEntries) SaveCode(ctx context.Context, user care.UserID, challenge, code string, until time.Time) error {
	return e.Update(ctx, func(tx *ledger.Tx) error { return tx.SaveCode(ctx, user, challenge, code, until) })
}

// TryCode tells whose a code is.
func (e familyEntries) TryCode(ctx context.Context, challenge, code string) (user care.UserID, ok bool, err error) {
	err = e.Update(ctx, func(tx *ledger.Tx) (err error) {
		user, ok, err = tx.TryCode(ctx, challenge, code)
		return err
	})
	return user, ok, err
}

// familyWishes keeps what families want to be told.
type familyWishes struct{ papers apiPapers }

// SetWants keeps it.
func (w familyWishes) SetWants(ctx context.Context, user care.UserID, wants people.Wants, language string) error {
	err := w.papers.Update(ctx, func(tx *ledger.Tx) error { return tx.SetWants(ctx, user, wants, language) })
	if errors.Is(err, ledger.ErrInvalid) {
		return errors.Join(api.ErrInvalid, err)
	}
	return err
}

const (
	// codeQueue is how many codes wait to be sent; more are not sent, and whoever
	// waits for one asks again.
	codeQueue = 64
	// codeLife is what the message says; the room keeps it.
	codeLife = 10 * time.Minute
)

type queuedCode struct {
	user people.User
	code string
}

// codePhones reaches telephones with codes.
type codePhones struct {
	outbox *outbox.Outbox
	queue  chan queuedCode
	failed func(people.User, error)
}

// Number returns the telephone of a user.
func (p *codePhones) Number(u people.User) string {
	c, _ := p.outbox.Telephone(u)
	return c.Address
}

// SendCode sends a code at once.
func (p *codePhones) SendCode(ctx context.Context, u people.User, code string) error {
	err := p.outbox.SendCode(ctx, u, code, codeLife)
	if errors.Is(err, outbox.ErrNoPhone) {
		return family.ErrNoPhone
	}
	return err
}

// Queue sends a code soon.
func (p *codePhones) Queue(u people.User, code string) {
	select {
	case p.queue <- queuedCode{u, code}:
	default:
		p.failed(u, errors.New("too many wait to be sent"))
	}
}

func (p *codePhones) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case q := <-p.queue:
			if err := p.SendCode(context.WithoutCancel(ctx), q.user, q.code); err != nil {
				p.failed(q.user, err)
			}
		}
	}
}
