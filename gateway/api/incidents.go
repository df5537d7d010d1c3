package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// RecentFor is how long a resolved incident stays on a board.
const RecentFor = time.Hour

// staff are the roles that answer incidents.
var staff = []people.Role{people.Carer, people.Leader, people.Manager}

type incidentRequest struct {
	ID string `path:"id" minLength:"1" maxLength:"64"`
}

// promiseRequest accepts an incident, or says that one is there. Without a body
// it is meant for whatever the incident has become.
type promiseRequest struct {
	ID   string `path:"id" minLength:"1" maxLength:"64"`
	Body *struct {
		Alarms int `json:"alarms,omitempty" minimum:"1" doc:"the alarms of the incident that the person had seen, where she may not have seen all, such as while the gateway was away; when there are more by now, the answer is 409 realarmed"`
	}
}

func (r promiseRequest) action(kind alerts.ActionKind) alerts.Action {
	a := alerts.Action{Kind: kind, Incident: r.ID}
	if r.Body != nil {
		a.Alarms = r.Body.Alarms
	}
	return a
}

// The id stands in each request itself: huma does not see the fields of an
// embedded struct whose name is not exported.
type noteRequest struct {
	ID   string `path:"id" minLength:"1" maxLength:"64"`
	Body struct {
		Note string `json:"note" maxLength:"16000" doc:"free text, at most 2000 characters"`
	}
}

type resolveRequest struct {
	ID   string `path:"id" minLength:"1" maxLength:"64"`
	Body struct {
		Cause  care.Cause `json:"cause" enum:"real,false,test,drill,pending" doc:"pending where it is told later, at the hand-over at the latest"`
		Reason string     `json:"reason,omitempty" maxLength:"40" doc:"care given, or why the sensor was wrong; needed when the cause is false"`
		Note   string     `json:"note,omitempty" maxLength:"16000" doc:"free text, at most 2000 characters"`
		Alarms int        `json:"alarms,omitempty" minimum:"1" doc:"the alarms of the incident that was looked at; when there are more by now, the answer is 409 realarmed"`
	}
}

type explainRequest struct {
	ID   string `path:"id" minLength:"1" maxLength:"64"`
	Body struct {
		Cause  care.Cause `json:"cause" enum:"real,false,test,drill"`
		Reason string     `json:"reason,omitempty" maxLength:"40" doc:"care given, or why the sensor was wrong; needed when the cause is false"`
		Note   string     `json:"note,omitempty" maxLength:"16000" doc:"free text, at most 2000 characters; replaces the one written at resolving"`
	}
}

// historyRequest is the query of a history.
type historyRequest struct {
	State  []care.IncidentState `query:"state,explode" enum:"raised,accepted,arrived,resolved"`
	Class  []care.Class         `query:"class,explode" enum:"fire,gas,carbon_monoxide,sos,call,fall,water_leak,bed_exit,wandering,inactivity,vital,intrusion,fault,tamper,battery,silent"`
	Site   care.SiteID          `query:"site" maxLength:"40"`
	From   time.Time            `query:"from" doc:"raised at or after"`
	To     time.Time            `query:"to" doc:"raised before"`
	Before string               `query:"before" maxLength:"64" doc:"id of the last incident of the page before"`
	Limit  int                  `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// History is one page of incidents, the latest raised first.
type History struct {
	Incidents []IncidentView `json:"incidents"`
	Next      string         `json:"next,omitempty" doc:"the value of before for the next page; absent on the last"`
}

func (a *API) registerIncidents() {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"incidents"}, MaxBodyBytes: 64 << 10}
	}
	Viewed(a, op("board", http.MethodGet, "/api/board", "Open incidents, and those resolved in the last hour"), nil,
		func(ctx context.Context, u people.User, _ *struct{}) (Board, error) {
			return TakeBoard(ctx, a.Book, u)
		})
	Viewed(a, op("history", http.MethodGet, "/api/incidents", "Incidents within scope, the latest first"), nil, a.history)
	detail := op("incident", http.MethodGet, "/api/incidents/{id}", "One incident with its history")
	detail.Errors = []int{http.StatusNotFound}
	Viewed(a, detail, nil, a.detail)

	act := func(kind alerts.ActionKind, summary string) huma.Operation {
		o := op(string(kind), http.MethodPost, "/api/incidents/{id}/"+string(kind), summary)
		o.Errors = []int{http.StatusNotFound, http.StatusConflict}
		return o
	}
	Viewed(a, act(alerts.Accept, "Take responsibility for an incident"), staff, func(ctx context.Context, u people.User, in *promiseRequest) (IncidentView, error) {
		return a.Act(ctx, u, in.action(alerts.Accept))
	})
	Viewed(a, act(alerts.Arrive, "Say that one is there"), staff, func(ctx context.Context, u people.User, in *promiseRequest) (IncidentView, error) {
		return a.Act(ctx, u, in.action(alerts.Arrive))
	})
	Viewed(a, act(alerts.Resolve, "End an incident with its cause"), staff, func(ctx context.Context, u people.User, in *resolveRequest) (IncidentView, error) {
		return a.Act(ctx, u, alerts.Action{Kind: alerts.Resolve, Incident: in.ID, Cause: in.Body.Cause, Reason: in.Body.Reason, Note: in.Body.Note, Alarms: in.Body.Alarms})
	})
	Viewed(a, act(alerts.Explain, "Tell the cause that was left pending"), staff, func(ctx context.Context, u people.User, in *explainRequest) (IncidentView, error) {
		return a.Act(ctx, u, alerts.Action{Kind: alerts.Explain, Incident: in.ID, Cause: in.Body.Cause, Reason: in.Body.Reason, Note: in.Body.Note})
	})
	Viewed(a, act(alerts.AddNote, "Add a note"), staff, func(ctx context.Context, u people.User, in *noteRequest) (IncidentView, error) {
		return a.Act(ctx, u, alerts.Action{Kind: alerts.AddNote, Incident: in.ID, Note: in.Body.Note})
	})
}

// TakeBoard returns the picture that a user starts with.
func TakeBoard(ctx context.Context, book Book, u people.User) (Board, error) {
	now := time.Now()
	number, incidents, err := book.Snapshot(ctx, now.Add(-RecentFor))
	if err != nil {
		return Board{}, err
	}
	b := Board{Number: number, Time: now.UTC(), Incidents: []IncidentView{}}
	d, form := book.Directory(), FormOf(u)
	for _, i := range incidents {
		if d.SeesIncident(u, i) {
			b.Incidents = append(b.Incidents, Render(d, form, i))
		}
	}
	return b, nil
}

// Find returns an incident that the user may see.
func (a *API) Find(ctx context.Context, u people.User, id string) (care.Incident, error) {
	i, err := a.Book.Incident(ctx, id)
	if err != nil {
		return care.Incident{}, err
	}
	if i == nil || !a.Book.Directory().SeesIncident(u, *i) {
		return care.Incident{}, ErrNotFound("incident")
	}
	return *i, nil
}

func (a *API) detail(ctx context.Context, u people.User, in *incidentRequest) (IncidentDetail, error) {
	i, err := a.Find(ctx, u, in.ID)
	if err == nil && u.Role == people.Inspector {
		err = a.Looked(ctx, u, "site:"+string(i.Site))
	}
	if err != nil {
		return IncidentDetail{}, err
	}
	entries, err := a.Book.Entries(ctx, i.ID)
	if err != nil {
		return IncidentDetail{}, err
	}
	d, form := a.Book.Directory(), FormOf(u)
	v := IncidentDetail{Incident: Render(d, form, i), Entries: renderEntries(d, form, i, entries), Notices: []NoticeView{}}
	// Whoever is one of those who are told, and no more, does not learn who else is.
	if form != FormFamily && u.Role != people.Helper {
		notices, err := a.Notices.IncidentNotices(ctx, i.ID)
		if err != nil {
			return IncidentDetail{}, err
		}
		v.Notices = renderNotices(d, form, notices)
	}
	if form == FormStaff || form == FormOperator && i.Class.Equipment() {
		v.Evidence = i.Evidence
	}
	return v, nil
}

// Act carries out what a person at a screen does with an incident. The error is
// the answer to his request: he does not see it, may not act on it, or the
// incident does not allow it.
func (a *API) Act(ctx context.Context, u people.User, action alerts.Action) (IncidentView, error) {
	i, err := a.Find(ctx, u, action.Incident)
	if err != nil {
		return IncidentView{}, err
	}
	if !a.Book.Directory().Acts(u, i.Site) {
		return IncidentView{}, NewProblem(http.StatusForbidden, CodeNotAllowed, "you may see this incident but not act on it")
	}
	action.By, action.Name, action.Means = u.ID, u.Name, care.ByScreen
	i, err = a.Answerer.Act(ctx, action)
	if illegal, ok := errors.AsType[*alerts.IllegalError](err); ok {
		return IncidentView{}, errIllegal(illegal)
	}
	if err != nil {
		return IncidentView{}, err
	}
	return Render(a.Book.Directory(), FormOf(u), i), nil
}

func (a *API) history(ctx context.Context, u people.User, in *historyRequest) (History, error) {
	f := a.HistoryOf(u, func(s care.Site) bool { return in.Site == "" || in.Site == s.ID })
	if in.Site != "" && len(f.Sites) == 0 {
		return History{}, ErrNotFound("site")
	}
	f.States, f.Classes, f.From, f.To, f.Before, f.Limit = in.State, in.Class, in.From, in.To, in.Before, in.Limit
	d, form := a.Book.Directory(), FormOf(u)
	h := History{Incidents: []IncidentView{}}
	err := a.EachIncident(ctx, u, f, func(i care.Incident) bool {
		// Next is never the id of one that is hidden from him.
		if h.Incidents = append(h.Incidents, Render(d, form, i)); len(h.Incidents) == in.Limit {
			h.Next = i.ID
		}
		return h.Next == ""
	})
	return h, err
}
