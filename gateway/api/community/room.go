// Package community is the room of the API for who watches people that live
// alone, each in his own home: the homes by village, and for an incident whom to
// call, how to get in, and what was tried. It dials nobody: a person taps a
// number on his telephone, and says what came of it.
package community

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Room has no ports of its own: all that it shows is the API's.
type Room struct{}

// room is a Room in an API.
type room struct{ *api.API }

var staff = []people.Role{people.Carer, people.Leader, people.Manager}

// Register enters the operations.
func (Room) Register(a *api.API) {
	c := room{a}
	op := func(id, method, path, summary string, more ...int) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"community"}, MaxBodyBytes: 4 << 10, Errors: more,
		}
	}
	api.Viewed(a, op("homes", http.MethodGet, "/api/homes", "The private homes within scope, by village, and how each stands"), staff, c.homes)
	api.Viewed(a, op("calls", http.MethodGet, "/api/incidents/{id}/calls", "Whom to call about an incident, how to get in, and what was tried; the look is logged",
		http.StatusNotFound), staff, c.calls)
	api.Viewed(a, op("log-call", http.MethodPost, "/api/incidents/{id}/calls", "Tell that one has called somebody about an incident, and what came of it",
		http.StatusNotFound, http.StatusConflict), staff, c.logCall)
}
