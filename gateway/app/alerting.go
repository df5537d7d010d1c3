package app

import (
	"context"
	"errors"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch"
)

// alerting are the parts of alerting that people reach by the API.
func (a *App) alerting(ctx context.Context) (api.Alerting, error) {
	secret, err := a.secret(ctx, "api.secret")
	if err != nil {
		return api.Alerting{}, err
	}
	papers := apiPapers{a.store}
	return api.Alerting{
		Notices: a.store, Links: apiLinks{a.watch}, ShelfList: a.store, Shelver: a.watch, Documents: papers, Consents: papers,
		Secret: secret, PublicURL: a.opts.Config.Web.PublicURL,
	}, nil
}

// apiPapers are what people write into the ledger.
type apiPapers struct{ *ledger.Store }

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
