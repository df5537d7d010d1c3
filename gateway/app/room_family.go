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
	phones, entries := codePhones{a.outbox}, familyEntries{a.store}
	courier := family.NewCourier(entries, phones, a.opts.Log)
	a.parts.run("the codes of families", courier.Run)
	room := &family.Room{Entries: entries, Wishes: familyWishes{apiPapers{a.store, a.watch.Changed}}, Phones: phones, Courier: courier}
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

// SaveCode makes a code one of a user.
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

// UseCode uses a code up.
func (e familyEntries) UseCode(ctx context.Context, challenge string) (used bool, err error) {
	err = e.Update(ctx, func(tx *ledger.Tx) (err error) {
		used, err = tx.UseCode(ctx, challenge)
		return err
	})
	return used, err
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

// codeLife is what the message says; the room keeps it.
const codeLife = 10 * time.Minute

// codePhones reaches telephones with codes.
type codePhones struct{ outbox *outbox.Outbox }

// Number returns the telephone of a user.
func (p codePhones) Number(u people.User) string {
	c, _ := p.outbox.Telephone(u)
	return c.Address
}

// SendCode sends a code at once.
func (p codePhones) SendCode(ctx context.Context, u people.User, code string) error {
	err := p.outbox.SendCode(ctx, u, code, codeLife)
	if errors.Is(err, outbox.ErrNoPhone) {
		return family.ErrNoPhone
	}
	return err
}
