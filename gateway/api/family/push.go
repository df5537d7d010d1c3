package family

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"shouwang.care/shouwang/alerts/ladder"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// PushView is what a browser needs to subscribe.
type PushView struct {
	Key string `json:"key" doc:"public VAPID key in base64url; empty where this gateway sends no messages to browsers"`
	// Telephones is how many browsers are told.
	Telephones int `json:"telephones"`
}

// maxPush is how many browsers of one person are told; the oldest gives way.
const maxPush = 3

type subscription struct {
	Endpoint string `json:"endpoint" minLength:"1" maxLength:"400" doc:"address at the browser's push service"`
	Keys     struct {
		P256dh string `json:"p256dh" minLength:"1" maxLength:"100"`
		Auth   string `json:"auth" minLength:"1" maxLength:"40"`
	} `json:"keys"`
}

type subscribeRequest struct{ Body subscription }

type unsubscribeRequest struct {
	Endpoint string `query:"endpoint" required:"true" maxLength:"400"`
}

func (r *Room) pushKey(_ context.Context, u people.User, _ *struct{}) (PushView, error) {
	v := PushView{Key: r.PushKey}
	for _, c := range u.Contacts {
		if c.Channel == ladder.WebPush {
			v.Telephones++
		}
	}
	return v, nil
}

// subscribe adds a browser to the ways to a person, after all that she has: no
// ladder rests on web push.
func (r *Room) subscribe(ctx context.Context, u people.User, in *subscribeRequest) (PushView, error) {
	if r.PushKey == "" {
		return PushView{}, api.NewProblem(http.StatusConflict, api.CodeInvalid, "this gateway sends no messages to browsers")
	}
	address, err := json.Marshal(in.Body)
	if err != nil {
		return PushView{}, fmt.Errorf("write the subscription of a browser: %w", err)
	}
	contacts := without(u.Contacts, in.Body.Endpoint)
	contacts = append(contacts, people.Contact{Channel: ladder.WebPush, Address: string(address)})
	isPush := func(c people.Contact) bool { return c.Channel == ladder.WebPush }
	for n := count(contacts, isPush); n > maxPush; n-- {
		at := slices.IndexFunc(contacts, isPush)
		contacts = slices.Delete(contacts, at, at+1)
	}
	return r.saveContacts(ctx, u, contacts)
}

func (r *Room) unsubscribe(ctx context.Context, u people.User, in *unsubscribeRequest) (PushView, error) {
	return r.saveContacts(ctx, u, without(u.Contacts, in.Endpoint))
}

func (r *Room) saveContacts(ctx context.Context, u people.User, contacts []people.Contact) (PushView, error) {
	err := r.a.Contacts.SetUserContacts(ctx, u.ID, contacts, u.Language)
	if errors.Is(err, api.ErrInvalid) {
		return PushView{}, api.NewProblem(http.StatusUnprocessableEntity, api.CodeInvalid, "the subscription is no address of a browser, or there are too many ways to reach you")
	}
	if err != nil {
		return PushView{}, err
	}
	u.Contacts = contacts
	return r.pushKey(ctx, u, nil)
}

// without returns the contacts but the one of a browser.
func without(contacts []people.Contact, endpoint string) []people.Contact {
	kept := []people.Contact{}
	for _, c := range contacts {
		var s subscription
		if c.Channel == ladder.WebPush && json.Unmarshal([]byte(c.Address), &s) == nil && s.Endpoint == endpoint {
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

func count(contacts []people.Contact, is func(people.Contact) bool) int {
	n := 0
	for _, c := range contacts {
		if is(c) {
			n++
		}
	}
	return n
}
