package api_test

import (
	"context"
	"errors"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/watch"
)

// alerting are the parts of alerting of a rig, as the app puts them together.
func (r *rig) alerting() api.Alerting {
	return api.Alerting{Notices: r.store, Links: links{r.watch}}
}

// alertingRoutes is the part of the table of routes about them.
func alertingRoutes() map[string]route {
	return map[string]route{
		"GET /a/{token}":  {"/a/nothing", nil, toAll}, // answers that the link is not valid
		"POST /a/{token}": {"/a/nothing", nil, toAll},
	}
}

type links struct{ *watch.Watch }

func (l links) Linked(ctx context.Context, token string) (api.Linked, error) {
	linked, err := l.Watch.Linked(ctx, token)
	return api.Linked(linked), linkError(err)
}

func (l links) AcceptLink(ctx context.Context, token, incident string) ([]care.Incident, error) {
	accepted, err := l.Watch.AcceptLink(ctx, token, incident)
	return accepted, linkError(err)
}

func linkError(err error) error {
	if errors.Is(err, watch.ErrLink) {
		return api.ErrLink
	}
	return err
}
