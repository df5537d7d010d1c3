package api_test

import (
	"context"
	"errors"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch"
)

// alerting are the parts of alerting of a rig, as the app puts them together.
func (r *rig) alerting() api.Alerting {
	p := papers{r.store}
	return api.Alerting{
		Notices: r.store, Links: links{r.watch}, ShelfList: r.store, Shelver: r.watch, Documents: p, Consents: p,
		Secret: []byte("a secret of the tests"), PublicURL: "https://care.example.org/",
	}
}

// alertingRoutes is the part of the table of routes about them.
func alertingRoutes() map[string]route {
	return map[string]route{
		"GET /a/{token}":  {"/a/nothing", nil, toAll}, // answers that the link is not valid
		"POST /a/{token}": {"/a/nothing", nil, toAll},

		"GET /api/shelves":    {"/api/shelves", nil, notFamily},
		"POST /api/shelves":   {"/api/shelves", map[string]any{"site": songhe, "point": "203-2-cord", "class": "call", "minutes": 5, "reason": "test"}, toLeaders},
		"DELETE /api/shelves": {"/api/shelves?site=songhe&point=203-1-cord&class=call", nil, toLeaders},

		"GET /api/sites/{site}/{kind}":    {"/api/sites/songhe/roster", nil, toStaff},
		"PUT /api/sites/{site}/{kind}":    {"/api/sites/songhe/rules", map[string]any{"text": "rules: []", "revision": 0}, toLeaders},
		"GET /api/sites/{site}/duty":      {"/api/sites/songhe/duty", nil, toStaff},
		"GET /api/sites/{site}/duty.ics":  {"/api/sites/songhe/duty.ics", nil, toStaff},
		"GET /api/me/calendar":            {"/api/me/calendar", nil, toStaff},
		"GET /api/residents":              {"/api/residents", nil, toStaff},
		"PUT /api/residents/{id}/consent": {"/api/residents/r-li/consent", map[string]any{"given": true, "note": "n"}, toLeaders},
		"GET /api/residents/{id}/care":    {"/api/residents/r-li/care", nil, toStaff},
		"PUT /api/residents/{id}/care":    {"/api/residents/r-li/care", map[string]any{"rules": []any{}, "away": []any{}, "revision": 0}, toLeaders},
	}
}

// toLeaders is the value for what carers do not decide.
const toLeaders = "leader manager"

// papers are what people write into the ledger.
type papers struct{ *ledger.Store }

func (p papers) SaveDocument(ctx context.Context, d alerts.Document, by care.Act) (saved alerts.Document, err error) {
	err = p.Update(ctx, func(tx *ledger.Tx) error {
		saved, err = tx.SaveDocument(ctx, d, by)
		return err
	})
	if _, stale := errors.AsType[*ledger.StaleError](err); stale {
		err = api.ErrStale
	}
	return saved, err
}

func (p papers) SetConsent(ctx context.Context, resident care.ResidentID, given bool, by care.Act, note string) error {
	return p.Update(ctx, func(tx *ledger.Tx) error { return tx.SetConsent(ctx, resident, given, by, note) })
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
