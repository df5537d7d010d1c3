package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
)

// Reach are the channels by which people are reached.
type Reach interface {
	// Channels lists them by name.
	Channels() []Channel
	// Callback takes a report of a service. The error is ErrNoReceipts, or has
	// ErrReport in its chain; after any other the service may report again.
	Callback(ctx context.Context, channel string, r notify.Request) (notify.Answer, error)
	// Try sends a person a trial by each of his contacts, and returns what became
	// of each.
	Try(ctx context.Context, u people.User) []Tried
	// TryChannel sends a trial by one channel to an address, in a language.
	TryChannel(ctx context.Context, to people.Contact, language string) Tried
}

// Channel is one way to reach people.
type Channel struct {
	Name string
	// Best is the strongest proof that it gives.
	Best notify.Proof
	// Reports says that its service calls back.
	Reports bool
	// Last is what became of the last message by it since the gateway was started;
	// nil while there was none.
	Last *LastSent
}

// LastSent is what became of a message.
type LastSent struct {
	At      time.Time
	Failure *notify.Failure // nil when the service took it
}

// Tried is what became of one trial.
type Tried struct {
	Channel string
	Proof   notify.Proof
	Failure *notify.Failure // nil when the service took it
	// ID is the name that the service gave the message; empty where it gives none.
	ID string
}

// ErrNoReceipts says that no service reports to a channel.
var ErrNoReceipts = errors.New("no service reports to a channel of this name")

// ErrReport says that a report was not understood, or is not of the service.
var ErrReport = errors.New("the report was not understood")

// ScreenChannel is that of boards; everybody of the staff has it by himself.
const ScreenChannel = "screen"

// Contacts are the ways to people.
type Contacts interface {
	// SetUserContacts replaces the ways to a user and the language in which he is
	// told. The error is ErrInvalid for what cannot be one.
	SetUserContacts(ctx context.Context, user care.UserID, contacts []people.Contact, language string) error
}

// ErrInvalid is in the chain of an error when what was to be kept is not valid.
var ErrInvalid = errors.New("it is not valid")

// ChannelsView lists channels.
type ChannelsView struct {
	Channels []ChannelView `json:"channels"`
}

// ChannelView is a channel.
type ChannelView struct {
	Name     string `json:"name"`
	Best     string `json:"best" enum:"nothing,taken,delivered,read,accepted" doc:"strongest proof of delivery that it gives"`
	Callback string `json:"callback,omitempty" doc:"address that its service is to report to; operators only, and secret"`
	// What became of the last message by it since this gateway was started.
	LastAt     *time.Time `json:"last_at,omitempty" doc:"when the last message was handed over since the start of this gateway; absent while there was none"`
	LastReason string     `json:"last_reason,omitempty" doc:"why it was not delivered; absent when the service took it"`
	LastDetail string     `json:"last_detail,omitempty" doc:"what the service said; operators only"`
}

// ContactsView are a person's own ways to be reached.
type ContactsView struct {
	Contacts []people.Contact `json:"contacts" maxItems:"16" doc:"in the order in which they are tried"`
	Language string           `json:"language" enum:"zh,en" doc:"of messages"`
	Channels []string         `json:"channels" doc:"names of the channels that there are"`
}

type saveContactsRequest struct {
	Body struct {
		Contacts []people.Contact `json:"contacts" maxItems:"16"`
		Language string           `json:"language" enum:"zh,en"`
	}
}

// TriedView says what became of a trial.
type TriedView struct {
	Results []TriedResult `json:"results" doc:"one for each contact, in their order"`
}

// TriedResult is the trial of one contact.
type TriedResult struct {
	Channel string `json:"channel"`
	Proof   string `json:"proof" enum:"nothing,taken,delivered,read,accepted"`
	Reason  string `json:"reason,omitempty" doc:"why it was not delivered; absent when the service took it"`
	Detail  string `json:"detail,omitempty" doc:"what the service said"`
}

// limitTry is how often a person may try his contacts: calls cost money.
var limitTry = limit{3, 200 * time.Second}

func (a *API) registerChannels() {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"contacts"}, MaxBodyBytes: 64 << 10}
	}
	Viewed(a, op("channels", http.MethodGet, "/api/channels", "The channels by which people are reached"),
		[]people.Role{people.Manager, people.Operator}, a.channels)
	Viewed(a, op("my-contacts", http.MethodGet, "/api/me/contacts", "How one is reached"), nil, a.contacts)
	Viewed(a, op("save-my-contacts", http.MethodPut, "/api/me/contacts", "Replace how one is reached"), nil, a.saveContacts)
	try := op("try-my-contacts", http.MethodPost, "/api/me/contacts/try", "Send oneself a trial by each contact; three times in ten minutes")
	try.Errors = []int{http.StatusTooManyRequests}
	Viewed(a, try, nil, a.tryContacts)
	tryOne := op("try-channel", http.MethodPost, "/api/channels/{channel}/try", "Send a trial by a channel to an address, and hear what the service says; six at once, then one a minute")
	tryOne.Errors = []int{http.StatusNotFound, http.StatusTooManyRequests}
	Viewed(a, tryOne, []people.Role{people.Operator}, a.tryChannel)

	for method, id := range map[string]string{http.MethodGet: "report", http.MethodPost: "post-report"} {
		text := func(name string) *huma.Param {
			return &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: "string"}}
		}
		a.huma.OpenAPI().AddOperation(&huma.Operation{
			OperationID: id, Method: method, Path: "/api/callbacks/{channel}/{secret}", Tags: []string{"contacts"},
			Summary:    "A service reports what became of messages, in its own form",
			Parameters: []*huma.Param{text("channel"), text("secret")},
			Responses: map[string]*huma.Response{
				"200": {Description: "as the service wants it"}, "400": {Description: "not understood"},
				"404": {Description: "no such channel, or the secret is wrong"}, "413": {Description: "more than 1 MiB"},
			},
		})
		a.routes.HandleFunc(method+" /api/callbacks/{channel}/{secret}", a.callback)
	}
}

func (a *API) channels(_ context.Context, u people.User, _ *struct{}) (ChannelsView, error) {
	v := ChannelsView{Channels: []ChannelView{}}
	for _, c := range a.Reach.Channels() {
		view := ChannelView{Name: c.Name, Best: c.Best.String()}
		if c.Reports && u.Role == people.Operator {
			view.Callback = a.publicURL("/api/callbacks/" + c.Name + "/" + a.seal("callback", c.Name))
		}
		if c.Last != nil {
			view.LastAt = new(c.Last.At.UTC())
			if f := c.Last.Failure; f != nil {
				view.LastReason = string(f.Reason)
				if u.Role == people.Operator {
					view.LastDetail = f.Detail
				}
			}
		}
		v.Channels = append(v.Channels, view)
	}
	return v, nil
}

func (a *API) contacts(_ context.Context, u people.User, _ *struct{}) (ContactsView, error) {
	return a.renderContacts(u), nil
}

func (a *API) renderContacts(u people.User) ContactsView {
	v := ContactsView{Contacts: append([]people.Contact{}, u.Contacts...), Language: "zh", Channels: []string{}}
	if u.Language != "" {
		v.Language = u.Language
	}
	for _, c := range a.Reach.Channels() {
		if c.Name != ScreenChannel {
			v.Channels = append(v.Channels, c.Name)
		}
	}
	return v
}

func (a *API) saveContacts(ctx context.Context, u people.User, in *saveContactsRequest) (ContactsView, error) {
	channels := a.Reach.Channels()
	var mistakes []Mistake
	for n, c := range in.Body.Contacts {
		there := slices.ContainsFunc(channels, func(k Channel) bool { return k.Name == c.Channel })
		if !there || c.Channel == ScreenChannel {
			mistakes = append(mistakes, Mistake{Location: fmt.Sprintf("body.contacts[%d].channel", n), Message: "this gateway has no such channel"})
		}
	}
	if err := errMistakes(mistakes); err != nil {
		return ContactsView{}, err
	}
	err := a.Contacts.SetUserContacts(ctx, u.ID, in.Body.Contacts, in.Body.Language)
	if errors.Is(err, ErrInvalid) {
		return ContactsView{}, NewProblem(http.StatusUnprocessableEntity, CodeInvalid, "an address is empty or longer than 512 bytes")
	}
	if err != nil {
		return ContactsView{}, err
	}
	u.Contacts, u.Language = in.Body.Contacts, in.Body.Language
	return a.renderContacts(u), nil
}

func (a *API) tryContacts(ctx context.Context, u people.User, _ *struct{}) (TriedView, error) {
	if _, wait := a.throttle.takeOne("try "+string(u.ID), limitTry); wait > 0 {
		return TriedView{}, retryAfter(NewProblem(http.StatusTooManyRequests, CodeThrottled,
			fmt.Sprintf("trials were sent just now; try again in %d s", seconds(wait))), wait)
	}
	v := TriedView{Results: []TriedResult{}}
	for _, t := range a.Reach.Try(ctx, u) {
		r := TriedResult{Channel: t.Channel, Proof: t.Proof.String()}
		if t.Failure != nil {
			r.Reason, r.Detail = string(t.Failure.Reason), t.Failure.Detail
		}
		v.Results = append(v.Results, r)
	}
	return v, nil
}

// callback hands on what a service reports. The secret in its address stands
// for a signature, which many services do not make.
func (a *API) callback(w http.ResponseWriter, r *http.Request) {
	channel := r.PathValue("channel")
	unknown := func() {
		writeProblem(w, NewProblem(http.StatusNotFound, CodeNotFound, "there is no such address for reports"))
	}
	if !a.sealed(r.PathValue("secret"), "callback", channel) {
		unknown()
		return
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, notify.MaxCallback))
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			writeProblem(w, NewProblem(http.StatusRequestEntityTooLarge, CodeTooLarge, "a report has 1 MiB at most"))
		}
		return // else whoever sent it is gone
	}
	answer, err := a.Reach.Callback(r.Context(), channel, notify.Request{
		Method: r.Method, Query: r.URL.Query(), Header: r.Header, Body: content,
	})
	switch {
	case errors.Is(err, ErrNoReceipts):
		unknown()
		return
	case err != nil && !errors.Is(err, ErrReport):
		a.Log.ErrorContext(r.Context(), "a report of a service could not be kept; it is asked to report again", "channel", channel, "error", err)
		w.Header().Set("Retry-After", "5")
		writeProblem(w, NewProblem(http.StatusServiceUnavailable, CodeUnavailable, "the report cannot be kept now; send it again"))
		return
	case err != nil:
		a.Log.WarnContext(r.Context(), "a report of a service was not taken", "channel", channel, "remote", remote(r), "error", err)
		writeProblem(w, NewProblem(http.StatusBadRequest, CodeInvalid, "the report was not taken"))
		return
	}
	if answer.ContentType != "" {
		w.Header().Set("Content-Type", answer.ContentType)
	}
	if answer.Status != 0 {
		w.WriteHeader(answer.Status)
	}
	if _, err := w.Write(answer.Body); err != nil {
		a.Log.DebugContext(r.Context(), "a service did not read the answer to its report", "channel", channel, "error", err)
	}
}
