// Package family is the part of the API for relatives: how their elder is now,
// as far as the elder consented, what they want to be told and when, how they
// come in by a link and a code on their telephone, and messages to the browser
// on it.
//
// Who may see which incident is alerts/people's, what is sent to whom the
// ladder's and the outbox's; what is kept is the ledger's.
package family

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Entries are the links and codes by which families come in. Of each the ledger
// has a hash only.
type Entries interface {
	// Invite makes a token the one with which a user may ask for a code until a
	// time; the one before is over.
	Invite(ctx context.Context, user care.UserID, token string, until time.Time) error
	// Invited returns whose a token is; found is false when it is nobody's, or
	// no longer.
	Invited(ctx context.Context, token string) (user care.UserID, found bool, err error)
	// SaveCode makes a code one of a user until a time, for whoever has the
	// challenge; a few under other challenges stay good beside it.
	SaveCode(ctx context.Context, user care.UserID, challenge, code string, until time.Time) error
	// StaffContacts returns the ways to a user as staff entered them last,
	// whatever he has made of them since.
	StaffContacts(ctx context.Context, user care.UserID) ([]people.Contact, error)
	// TryCode tells whose code it is. With ok false the code is wrong or over; user
	// is then whose it would have been, or empty. After five answers, right or
	// wrong, a code is over.
	TryCode(ctx context.Context, challenge, code string) (user care.UserID, ok bool, err error)
	// UseCode uses a right code up, with the invitation of its user. used is false
	// when it is over, or somebody was faster.
	UseCode(ctx context.Context, challenge string) (used bool, err error)
}

// Wishes keeps what people want to be told.
type Wishes interface {
	// SetWants keeps what a user wants to be told, and in which language. The
	// error is api.ErrInvalid for hours that are none.
	SetWants(ctx context.Context, user care.UserID, w people.Wants, language string) error
}

// Phones reaches the telephones that are in the register.
type Phones interface {
	// Number returns the telephone at which a user gets text messages; empty
	// where none is registered, or no channel reaches it.
	Number(u people.User) string
	// SendCode sends a code there. The error is ErrNoPhone, or says in a sentence
	// why it was not delivered.
	SendCode(ctx context.Context, u people.User, code string) error
}

// ErrNoPhone says that no telephone for text messages is registered of a user,
// or that no channel reaches it.
var ErrNoPhone = errors.New("no telephone for text messages is registered of this person, or no channel reaches it")

// Room is the part of the API for families. Only Register works without its
// ports.
type Room struct {
	Entries Entries
	Wishes  Wishes
	Phones  Phones
	// Courier brings the codes of those who ask by number; it is run by whoever
	// makes it.
	Courier *Courier
	// PushKey is the public VAPID key of this gateway in base64url; empty where it
	// sends no web push.
	PushKey string

	a *api.API
}

// The codes of problems of this room.
const (
	CodeNoPhone = "no_phone" // no telephone for text messages is registered
	CodeNotSent = "not_sent" // the service did not take the message
)

// relatives are whom these pages are for.
var relatives = []people.Role{people.Family}

// Register enters the operations.
func (r *Room) Register(a *api.API) {
	r.a = a
	op := func(id, method, path, summary string, errors ...int) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"family"},
			MaxBodyBytes: 16 << 10, Errors: errors,
		}
	}
	api.Viewed(a, op("family-now", http.MethodGet, "/api/family/now", "How one's elders are now, as far as they consented"), relatives, r.now)
	api.Viewed(a, op("family-wants", http.MethodGet, "/api/family/wants", "What one wants to be told, and when"), relatives, r.wants)
	api.Viewed(a, op("save-family-wants", http.MethodPut, "/api/family/wants",
		"Replace it; whatever it says, the last one who can be told is told", http.StatusUnprocessableEntity), relatives, r.saveWants)

	api.Viewed(a, op("family-push", http.MethodGet, "/api/family/push", "The key with which a browser subscribes to messages"), relatives, r.pushKey)
	api.Viewed(a, op("subscribe-family-push", http.MethodPost, "/api/family/push", "Tell me on this telephone",
		http.StatusUnprocessableEntity, http.StatusConflict), relatives, r.subscribe)
	api.Viewed(a, op("unsubscribe-family-push", http.MethodDelete, "/api/family/push", "Tell me no longer on this telephone"), relatives, r.unsubscribe)

	api.Viewed(a, op("invite-family", http.MethodPost, "/api/family/invitations",
		"Make the link by which a relative comes in for the first time; it is shown once and is good for 72 h", http.StatusNotFound, http.StatusConflict),
		[]people.Role{people.Leader, people.Manager}, r.invite)
	api.Opened(a, op("family-code", http.MethodPost, "/api/family/codes",
		"Have a code sent to the telephone in the register: by a link, or by that number", http.StatusNotFound, http.StatusBadGateway, http.StatusTooManyRequests), r.code)
	api.Opened(a, op("enter-family", http.MethodPost, "/api/family/session", "Sign in with the code",
		http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusTooManyRequests), r.enter)
	api.Viewed(a, op("first-family-password", http.MethodPost, "/api/family/password",
		"Set the first password of somebody who came in by a code", http.StatusConflict, http.StatusUnprocessableEntity), relatives, r.firstPassword)
}
