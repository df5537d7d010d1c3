package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/roster"
)

// How much of a roster a calendar holds.
const (
	calendarBack  = 31 * 24 * time.Hour
	calendarAhead = 92 * 24 * time.Hour
)

// CalendarsView lists the calendars that a person's own can subscribe to.
type CalendarsView struct {
	Calendars []CalendarView `json:"calendars"`
}

// CalendarView is the address of one's own turns at a site. Whoever has it can
// read them; it ends with the password of the person.
type CalendarView struct {
	Site SiteView `json:"site"`
	URL  string   `json:"url" doc:"iCalendar; without a host where the gateway does not know its own"`
}

func (a *API) registerCalendar() {
	Viewed(a, huma.Operation{
		OperationID: "my-calendar", Method: http.MethodGet, Path: "/api/me/calendar", Tags: []string{"session"},
		Summary: "Addresses by which a calendar subscribes to one's own turns",
	}, staff, a.myCalendar)
	text := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: "string"}}
	}
	a.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "duty-calendar", Method: http.MethodGet, Path: "/api/sites/{site}/duty.ics", Tags: []string{"configuration"},
		Summary:     "The turns of a site as an iCalendar",
		Description: "For staff by session, of everybody or of one user; or by the token of my-calendar, of its owner only.",
		Security:    []map[string][]string{{"session": {}}, {}},
		Parameters: []*huma.Param{
			{Name: "site", In: "path", Required: true, Schema: &huma.Schema{Type: "string"}},
			text("user", "whose turns; everybody's when it is absent"), text("token", "of my-calendar"),
		},
		Responses: map[string]*huma.Response{
			"200": {Description: "iCalendar", Content: map[string]*huma.MediaType{"text/calendar": {}}},
			"401": {Description: "no session, and no valid token"}, "403": {Description: "not staff"}, "404": {Description: "no such site within scope"},
			"429": {Description: "too many tokens that are not valid"}, "503": {Description: "not now"},
		},
	})
	a.routes.HandleFunc("GET /api/sites/{site}/duty.ics", a.dutyCalendar)
}

func (a *API) myCalendar(_ context.Context, u people.User, _ *struct{}) (CalendarsView, error) {
	d := a.Book.Directory()
	v := CalendarsView{Calendars: []CalendarView{}}
	sites := slices.Sorted(slices.Values(u.Scope.Sites))
	for _, site := range slices.Compact(sites) {
		query := url.Values{"user": {string(u.ID)}, "token": {a.calendarToken(u)}}
		v.Calendars = append(v.Calendars, CalendarView{
			Site: renderSite(d, site), URL: a.publicURL("/api/sites/" + string(site) + "/duty.ics?" + query.Encode()),
		})
	}
	return v, nil
}

// calendarToken changes with the password, as sessions do.
func (a *API) calendarToken(u people.User) string {
	return a.seal("calendar", string(u.ID), credential(u))
}

// reader returns who asks for a calendar, and whose turns he may see; all may
// be empty for everybody's. ok is false when the request is answered.
func (a *API) reader(w http.ResponseWriter, r *http.Request) (u people.User, of care.UserID, ok bool) {
	of = care.UserID(r.URL.Query().Get("user"))
	token := r.URL.Query().Get("token")
	var err error
	if token == "" {
		var v Viewer
		if v, ok, err = a.viewer(r); ok {
			u = v.User
			if p := admit(u, staff, "duty-calendar"); p != nil {
				writeProblem(w, p)
				return u, "", false
			}
		}
	} else {
		refund, wait := a.throttle.takeRemote("calendar", remote(r))
		if wait > 0 {
			w.Header().Set("Retry-After", fmt.Sprint(seconds(wait)))
			writeProblem(w, NewProblem(http.StatusTooManyRequests, CodeThrottled, "too many tokens that are not valid"))
			return u, "", false
		}
		if u, ok, err = a.Accounts.User(r.Context(), of); ok {
			ok = !u.Disabled && a.sealed(token, "calendar", string(u.ID), credential(u))
		}
		if ok || err != nil {
			refund()
		}
	}
	switch {
	case err != nil:
		a.ledgerTrouble(w, r, err)
	case !ok:
		writeProblem(w, NewProblem(http.StatusUnauthorized, CodeSignedOut, "sign in first, or subscribe to the calendar anew"))
	case !u.Role.Staff():
		writeProblem(w, NewProblem(http.StatusForbidden, CodeNotAllowed, "the role "+string(u.Role)+" may not do this"))
	default:
		return u, of, true
	}
	return u, "", false
}

func (a *API) dutyCalendar(w http.ResponseWriter, r *http.Request) {
	u, of, ok := a.reader(w, r)
	if !ok {
		return
	}
	d, site := a.Book.Directory(), care.SiteID(r.PathValue("site"))
	if !d.SeesSite(u, site) {
		writeProblem(w, NewProblem(http.StatusNotFound, CodeNotFound, "there is no such site within your scope"))
		return
	}
	plan, _, err := a.roster(r.Context(), site)
	if err != nil {
		a.ledgerTrouble(w, r, err)
		return
	}
	now := time.Now()
	turns := plan.Turns(now.Add(-calendarBack), now.Add(calendarAhead), d.Sites[site].Location())
	if of != "" {
		turns = slices.DeleteFunc(turns, func(t roster.Turn) bool { return t.User != of })
	}
	l := langOf(u.Language)
	name := l.text(d.Sites[site].Name) + l.say(" 值班", ", duty")
	summary := func(t roster.Turn) string { return turnWords(l, d, plan, t, of == "") }
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="duty.ics"`)
	if _, err := w.Write([]byte(roster.Calendar(site, name, turns, summary, now))); err != nil {
		a.Log.DebugContext(r.Context(), "a calendar was not read to its end", "error", err)
	}
}

// turnWords names a turn: shift, duty, floors, and whose it is where that
// matters.
func turnWords(l lang, d *people.Directory, plan roster.Roster, t roster.Turn, named bool) string {
	var parts []string
	if shift := shiftName(plan, t); shift != nil {
		parts = append(parts, l.text(*shift))
	}
	parts = append(parts, l.text(dutyName(plan, t.Duty)))
	for _, f := range t.Floors {
		parts = append(parts, l.say(f+"楼", "floor "+f))
	}
	words := strings.Join(parts, l.say(" ", ", "))
	if named {
		words += l.say("：", ": ") + d.Users[t.User].Name
	}
	return words
}
