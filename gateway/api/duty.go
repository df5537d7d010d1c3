package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/roster"
)

// gapsAhead is how far ahead gaps of a roster are looked for.
const gapsAhead = 7 * 24 * time.Hour

// DutyView says who is on duty at a time.
type DutyView struct {
	At     time.Time    `json:"at"`
	Roster bool         `json:"roster" doc:"the site has a roster; without one, everybody of a role counts as on duty"`
	On     []OnDutyView `json:"on"`
	Gaps   []GapView    `json:"gaps" doc:"of the 7 days from then on: an alarm in one goes to the next step of its ladder at once"`
}

// OnDutyView is somebody who is on duty.
type OnDutyView struct {
	Duty    string      `json:"duty"`
	Name    care.Text   `json:"name" doc:"of the duty"`
	Floors  []string    `json:"floors" doc:"empty for all"`
	User    care.UserID `json:"user"`
	Person  string      `json:"person" doc:"name"`
	Shift   *care.Text  `json:"shift,omitempty" doc:"absent for who came in addition, and without a roster"`
	Instead string      `json:"instead,omitempty" doc:"name of whom the person replaces"`
	From    *time.Time  `json:"from,omitempty"`
	To      *time.Time  `json:"to,omitempty"`
}

// GapView is a time in which nobody is on duty who must be.
type GapView struct {
	Duty   string    `json:"duty"`
	Name   care.Text `json:"name"`
	Floors []string  `json:"floors" doc:"empty for the whole site"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

type dutyRequest struct {
	Site care.SiteID `path:"site" maxLength:"40"`
	At   time.Time   `query:"at" doc:"now when it is absent"`
}

func (a *API) registerDuty() {
	Viewed(a, huma.Operation{
		OperationID: "duty", Method: http.MethodGet, Path: "/api/sites/{site}/duty", Tags: []string{"configuration"},
		Summary: "Who is on duty at a time, and when in the week after it nobody is", Errors: []int{http.StatusNotFound},
	}, staff, a.duty)
}

func (a *API) duty(ctx context.Context, u people.User, in *dutyRequest) (DutyView, error) {
	d := a.Book.Directory()
	if !d.SeesSite(u, in.Site) {
		return DutyView{}, ErrNotFound("site")
	}
	at := in.At
	if at.IsZero() {
		at = time.Now()
	}
	v := DutyView{At: at.UTC(), On: []OnDutyView{}, Gaps: []GapView{}}
	plan, found, err := a.roster(ctx, in.Site)
	if err != nil {
		return DutyView{}, err
	}
	if v.Roster = found; !found {
		v.On = everybody(d, in.Site)
		return v, nil
	}
	zone := d.Sites[in.Site].Location()
	for _, t := range plan.On(at, zone) {
		o := OnDutyView{
			Duty: t.Duty, Name: dutyName(plan, t.Duty), Floors: append([]string{}, t.Floors...), User: t.User,
			Person: cmp.Or(d.Users[t.User].Name, string(t.User)), From: &t.From, To: &t.To, Shift: shiftName(plan, t),
		}
		if t.Instead != "" {
			o.Instead = cmp.Or(d.Users[t.Instead].Name, string(t.Instead))
		}
		v.On = append(v.On, o)
	}
	for _, g := range plan.Gaps(at, at.Add(gapsAhead), zone, func(u care.UserID) bool { return d.Serves(u, in.Site) }) {
		v.Gaps = append(v.Gaps, GapView{Duty: g.Duty, Name: dutyName(plan, g.Duty), Floors: append([]string{}, g.Floors...), From: g.From, To: g.To})
	}
	return v, nil
}

// roster returns the roster of a site, and false when there is none.
func (a *API) roster(ctx context.Context, site care.SiteID) (plan roster.Roster, found bool, err error) {
	saved, found, err := a.Documents.Document(ctx, site, alerts.DocumentRoster, "")
	if err != nil || !found {
		return plan, false, err
	}
	if err := json.Unmarshal(saved.Body, &plan); err != nil {
		return plan, false, fmt.Errorf("read the roster of site %s: %w", site, err)
	}
	return plan, true, nil
}

// everybody lists the staff of a site as on the duty of their role.
func everybody(d *people.Directory, site care.SiteID) []OnDutyView {
	on := []OnDutyView{}
	for _, u := range d.Users {
		if d.Acts(u, site) {
			on = append(on, OnDutyView{Duty: string(u.Role), Name: roleWords[u.Role], Floors: []string{}, User: u.ID, Person: u.Name})
		}
	}
	slices.SortFunc(on, func(x, y OnDutyView) int { return cmp.Or(cmp.Compare(x.Duty, y.Duty), cmp.Compare(x.User, y.User)) })
	return on
}

func dutyName(plan roster.Roster, id string) care.Text {
	for _, d := range plan.Duties {
		if d.ID == id {
			return d.Name
		}
	}
	return care.Text{ZH: id, EN: id}
}

// shiftName returns the name of the shift of a turn, nil when it has none.
func shiftName(plan roster.Roster, t roster.Turn) *care.Text {
	for _, d := range plan.Duties {
		if d.ID != t.Duty || !slices.Equal(d.Floors, t.Floors) {
			continue
		}
		for _, s := range d.Shifts {
			if s.ID == t.Shift {
				return &s.Name
			}
		}
	}
	return nil
}
