package api_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
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

// alerting are the parts of alerting of a rig, as the app puts them together.
func (r *rig) alerting() api.Alerting {
	p := papers{r.store}
	r.sms = &sms{}
	o, err := outbox.New(outbox.Options{
		Book: r.watch, Channels: map[string]notify.Channel{"sms": r.sms}, Directory: r.store.Directory,
		BaseURL: "https://care.example.org", Log: slog.New(slog.NewTextHandler(r.log, nil)),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.outbox = o
	return api.Alerting{
		Notices: r.store, Links: links{r.watch}, ShelfList: r.store, Shelver: r.watch, Documents: p, Consents: p, Contacts: p,
		Reach: reach{o}, Presence: r.watch, Heads: heads{r.store},
		Secret: []byte("a secret of the tests"), PublicURL: "https://care.example.org/",
	}
}

// alertingRoutes is the part of the table of routes about them.
func alertingRoutes() map[string]route {
	return map[string]route{
		"GET /a/{token}":  {"/a/nothing", nil, toAll}, // answers that the link is not valid
		"POST /a/{token}": {"/a/nothing", nil, toAll},

		"GET /trust":        {"/trust", nil, toAll},
		"GET /trust/ca.crt": {"/trust/ca.crt", nil, toAll},

		"GET /api/shelves":    {"/api/shelves", nil, notFamily},
		"POST /api/shelves":   {"/api/shelves", map[string]any{"site": songhe, "point": "203-2-cord", "class": "call", "minutes": 5, "reason": "test"}, toLeaders},
		"DELETE /api/shelves": {"/api/shelves?site=songhe&point=203-1-cord&class=call", nil, toLeaders},

		"GET /api/sites/{site}/{kind}":           {"/api/sites/songhe/roster", nil, toStaff},
		"PUT /api/sites/{site}/{kind}":           {"/api/sites/songhe/rules", map[string]any{"text": "rules: []", "revision": 0}, toLeaders},
		"GET /api/sites/{site}/duty":             {"/api/sites/songhe/duty", nil, toStaff},
		"GET /api/sites/{site}/duty.ics":         {"/api/sites/songhe/duty.ics", nil, toStaff},
		"GET /api/me/calendar":                   {"/api/me/calendar", nil, toStaff},
		"GET /api/sites/{site}/tags":             {"/api/sites/songhe/tags", nil, "leader manager operator"},
		"POST /api/presence":                     {"/api/presence", map[string]string{"site": "songhe", "zone": "room-203", "code": "x"}, toStaff},
		"GET /t/{site}/{zone}/{code}":            {"/t/songhe/room-203/x", nil, toSignedIn}, // answers that the tag is not valid
		"POST /t/{site}/{zone}/{code}":           {"/t/songhe/room-203/x", nil, toSignedIn},
		"GET /api/channels":                      {"/api/channels", nil, "manager operator"},
		"POST /api/channels/{channel}/try":       {"/api/channels/sms/try", map[string]any{"address": "+8613800138000"}, "operator"},
		"GET /api/me/contacts":                   {"/api/me/contacts", nil, toSignedIn},
		"PUT /api/me/contacts":                   {"/api/me/contacts", map[string]any{"contacts": []any{}, "language": "zh"}, toSignedIn},
		"POST /api/me/contacts/try":              {"/api/me/contacts/try", nil, toSignedIn},
		"GET /api/callbacks/{channel}/{secret}":  {"/api/callbacks/sms/x", nil, toAll}, // answers that there is none
		"POST /api/callbacks/{channel}/{secret}": {"/api/callbacks/sms/x", "", toAll},
		"GET /api/heads":                         {"/api/heads", nil, "inspector manager operator"},
		"GET /api/residents":                     {"/api/residents", nil, toStaff},
		"PUT /api/residents/{id}/consent":        {"/api/residents/r-li/consent", map[string]any{"given": true, "note": "n"}, toLeaders},
		"GET /api/residents/{id}/care":           {"/api/residents/r-li/care", nil, toStaff},
		"PUT /api/residents/{id}/care":           {"/api/residents/r-li/care", map[string]any{"rules": []any{}, "away": []any{}, "revision": 0}, toLeaders},
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

func (p papers) SetUserContacts(ctx context.Context, user care.UserID, contacts []people.Contact, language string) error {
	err := p.Update(ctx, func(tx *ledger.Tx) error { return tx.SetUserContacts(ctx, user, contacts, language) })
	if errors.Is(err, ledger.ErrInvalid) {
		return errors.Join(api.ErrInvalid, err)
	}
	return err
}

type heads struct{ *ledger.Store }

func (h heads) SignedHeads(ctx context.Context, site care.SiteID, since time.Time) ([]api.SignedHead, error) {
	if _, err := h.SignHeads(ctx, time.Now()); err != nil {
		return nil, err
	}
	signed, err := h.Store.SignedHeads(ctx, site, since)
	var lines []api.SignedHead
	for _, s := range signed {
		line, err := json.Marshal(s)
		if err != nil {
			return nil, err
		}
		lines = append(lines, api.SignedHead{Site: s.Site, Line: line})
	}
	return lines, err
}

// reach is the real outbox on a channel that stands for a service.
type reach struct{ *outbox.Outbox }

func (r reach) Channels() []api.Channel {
	sms := api.Channel{Name: "sms", Best: notify.Delivered, Reports: true}
	if last, ok := r.Last("sms"); ok {
		sms.Last = new(api.LastSent(last))
	}
	return []api.Channel{{Name: "screen", Best: notify.Delivered}, sms}
}

func (r reach) Callback(ctx context.Context, channel string, report notify.Request) (notify.Answer, error) {
	answer, err := r.Outbox.Callback(ctx, channel, report)
	switch {
	case errors.Is(err, outbox.ErrNoReceipts):
		err = api.ErrNoReceipts
	case errors.Is(err, outbox.ErrReport):
		err = errors.Join(api.ErrReport, err)
	}
	return answer, err
}

func (r reach) Try(ctx context.Context, u people.User) (tried []api.Tried) {
	for _, t := range r.Outbox.Try(ctx, u) {
		tried = append(tried, api.Tried(t))
	}
	return tried
}

func (r reach) TryChannel(ctx context.Context, to people.Contact, language string) api.Tried {
	return api.Tried(r.TryContact(ctx, to, language))
}

// sms is a service at the level of its messages and reports; what real ones
// speak is tested with each channel.
type sms struct {
	mu   sync.Mutex
	sent []notify.Message
	// broken is what Send answers, unless it is nil.
	broken *notify.Failure
}

func (s *sms) Best() notify.Proof { return notify.Delivered }

func (s *sms) Send(_ context.Context, m notify.Message) (notify.Sent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return notify.Sent{}, s.broken
	}
	if !strings.HasPrefix(m.To, "+") {
		return notify.Sent{}, notify.Hopeless(notify.BadAddress, "no such number")
	}
	s.sent = append(s.sent, m)
	return notify.Sent{ID: "service-" + m.Key, Proof: notify.Taken}, nil
}

func (s *sms) Receive(_ context.Context, r notify.Request) ([]notify.Receipt, notify.Answer, error) {
	id, ok := strings.CutPrefix(string(r.Body), "delivered ")
	if !ok && r.Query.Get("id") == "" {
		return nil, notify.Answer{}, errors.New("it is no report")
	}
	id = cmp.Or(id, r.Query.Get("id"))
	return []notify.Receipt{{ID: id, Proof: notify.Delivered}}, notify.Answer{Status: 202, ContentType: "text/plain", Body: []byte("ok")}, nil
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
