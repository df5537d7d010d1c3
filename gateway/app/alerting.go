package app

import (
	"context"
	"errors"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/watch"
)

// alerting are the parts of alerting that people reach by the API.
func (a *App) alerting() api.Alerting {
	return api.Alerting{Notices: a.store, Links: apiLinks{a.watch}}
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
