package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch"
	"shouwang.care/shouwang/gateway/watch/outbox"
)

// alerting are the parts of alerting that people reach by the API.
func (a *App) alerting(ctx context.Context) (api.Alerting, error) {
	secret, err := a.secret(ctx, "api.secret")
	if err != nil {
		return api.Alerting{}, err
	}
	papers := apiPapers{a.store, a.watch.Changed}
	return api.Alerting{
		Notices: a.store, Links: apiLinks{a.watch}, ShelfList: a.store, Shelver: a.watch, Documents: papers, Consents: papers, Contacts: papers,
		Reach: a.reach, Presence: a.watch, Heads: apiHeads{a.store},
		Secret: secret, PublicURL: a.opts.Config.Web.PublicURL,
	}, nil
}

// apiPapers are what people write into the ledger.
type apiPapers struct {
	*ledger.Store
	// changed tells whoever works by them that they are others now.
	changed func()
}

// Update writes, and tells that something has changed.
func (p apiPapers) Update(ctx context.Context, fn func(*ledger.Tx) error) error {
	err := p.Store.Update(ctx, fn)
	if err == nil {
		p.changed()
	}
	return err
}

// SaveDocument keeps a document.
func (p apiPapers) SaveDocument(ctx context.Context, d alerts.Document, by care.Act) (saved alerts.Document, err error) {
	err = p.Update(ctx, func(tx *ledger.Tx) error {
		saved, err = tx.SaveDocument(ctx, d, by)
		return err
	})
	if _, stale := errors.AsType[*ledger.StaleError](err); stale {
		err = api.ErrStale
	}
	return saved, err
}

// SetConsent records whether a family may be informed.
func (p apiPapers) SetConsent(ctx context.Context, resident care.ResidentID, given bool, by care.Act, note string) error {
	return p.Update(ctx, func(tx *ledger.Tx) error { return tx.SetConsent(ctx, resident, given, by, note) })
}

// SetUserContacts replaces the ways to a user.
func (p apiPapers) SetUserContacts(ctx context.Context, user care.UserID, contacts []people.Contact, language string) error {
	err := p.Update(ctx, func(tx *ledger.Tx) error { return tx.SetUserContacts(ctx, user, contacts, language) })
	if errors.Is(err, ledger.ErrInvalid) {
		return errors.Join(api.ErrInvalid, err)
	}
	return err
}

// apiHeads signs and reads the heads of the site logs.
type apiHeads struct{ store *ledger.Store }

// SignedHeads signs what has grown, and returns what was signed since.
func (h apiHeads) SignedHeads(ctx context.Context, site care.SiteID, since time.Time) ([]api.SignedHead, error) {
	if _, err := h.store.SignHeads(ctx, time.Now()); err != nil {
		return nil, err
	}
	heads, err := h.store.SignedHeads(ctx, site, since)
	if err != nil {
		return nil, err
	}
	lines := make([]api.SignedHead, len(heads))
	for i, head := range heads {
		line, err := json.Marshal(head)
		if err != nil {
			return nil, fmt.Errorf("write the signed head of site %s: %w", head.Site, err)
		}
		lines[i] = api.SignedHead{Site: head.Site, Line: line}
	}
	return lines, nil
}

// apiReach is the outbox with its channels, as the API reaches it.
type apiReach struct {
	outbox   *outbox.Outbox
	channels map[string]notify.Channel
}

// Channels lists the channels by name.
func (r apiReach) Channels() []api.Channel {
	all := make([]api.Channel, 0, len(r.channels))
	for _, name := range slices.Sorted(maps.Keys(r.channels)) {
		_, reports := r.channels[name].(notify.Receiver)
		c := api.Channel{Name: name, Best: r.channels[name].Best(), Reports: reports}
		if last, ok := r.outbox.Last(name); ok {
			c.Last = new(api.LastSent(last))
		}
		all = append(all, c)
	}
	return all
}

// Callback takes a report of a service.
func (r apiReach) Callback(ctx context.Context, channel string, report notify.Request) (notify.Answer, error) {
	answer, err := r.outbox.Callback(ctx, channel, report)
	switch {
	case errors.Is(err, outbox.ErrNoReceipts):
		err = api.ErrNoReceipts
	case errors.Is(err, outbox.ErrReport):
		err = fmt.Errorf("%w: %w", api.ErrReport, err)
	}
	return answer, err
}

// Try sends a person a trial by each of his contacts.
func (r apiReach) Try(ctx context.Context, u people.User) []api.Tried {
	var tried []api.Tried
	for _, t := range r.outbox.Try(ctx, u) {
		tried = append(tried, api.Tried(t))
	}
	return tried
}

// TryChannel sends a trial to one address.
func (r apiReach) TryChannel(ctx context.Context, to people.Contact, language string) api.Tried {
	return api.Tried(r.outbox.TryContact(ctx, to, language))
}

// apiLinks follows the links in messages.
type apiLinks struct{ watch *watch.Watch }

// Linked returns what a link leads to.
func (l apiLinks) Linked(ctx context.Context, token string) (api.Linked, error) {
	linked, err := l.watch.Linked(ctx, token)
	return api.Linked(linked), linkError(err)
}

// AcceptLink accepts what a link leads to.
func (l apiLinks) AcceptLink(ctx context.Context, token, incident string) ([]care.Incident, error) {
	accepted, err := l.watch.AcceptLink(ctx, token, incident)
	return accepted, linkError(err)
}

func linkError(err error) error {
	if errors.Is(err, watch.ErrLink) {
		return api.ErrLink
	}
	return err
}
