package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/health"
	"shouwang.care/shouwang/alerts/people"
)

// AlarmHistory is the history of incidents as it is judged as a whole.
type AlarmHistory interface {
	// IncidentsBetween returns every incident of the sites that was raised at or
	// after from and before to, as it is now.
	IncidentsBetween(ctx context.Context, sites []care.SiteID, from, to time.Time) ([]care.Incident, error)
}

// Duty knows who works.
type Duty interface {
	// CarerHours returns how many hours carers were on duty at a site, all
	// together; known is false when the site has no roster.
	CarerHours(ctx context.Context, site care.SiteID, from, to time.Time) (hours float64, known bool, err error)
}

// MaxHealthDays is the longest interval of alarm health.
const MaxHealthDays = 92

// healthLookBack is how long before the interval an incident may have been
// raised that alarmed, stood or was resolved in it. Open incidents are looked at
// whenever they were raised.
const healthLookBack = 7 * 24 * time.Hour

type alarmHealthRequest struct {
	Site care.SiteID `query:"site" maxLength:"40" doc:"one site; without it every site within scope"`
	From time.Time   `query:"from" required:"true" doc:"begin of the interval"`
	To   time.Time   `query:"to" doc:"its end, at most 92 days later; now when it is absent or in the future"`
}

func (a *API) registerAlarmHealth() {
	Viewed(a, huma.Operation{
		OperationID: "alarm-health", Method: http.MethodGet, Path: "/api/alarm-health", Tags: []string{"incidents"},
		Summary: "How the alarms of an interval were, in the words of ISA-18.2: rates, floods, nuisance, answer times",
		Errors:  []int{http.StatusNotFound},
	}, []people.Role{people.Leader, people.Manager, people.Inspector, people.Operator}, a.alarmHealth)
}

func (a *API) alarmHealth(ctx context.Context, u people.User, in *alarmHealthRequest) (AlarmHealth, error) {
	d, now := a.Book.Directory(), time.Now()
	to := in.To
	if to.IsZero() || to.After(now) {
		to = now
	}
	switch {
	case !in.From.Before(to):
		return AlarmHealth{}, NewProblem(http.StatusUnprocessableEntity, CodeInvalid, "the interval must begin before its end, and before now")
	case to.Sub(in.From) > MaxHealthDays*24*time.Hour:
		return AlarmHealth{}, NewProblem(http.StatusUnprocessableEntity, CodeInvalid, "the interval may last 92 days at most")
	}
	input := health.Input{From: in.From, To: to, Now: now}
	var ids []care.SiteID
	for id := range d.Sites {
		if d.SeesSite(u, id) && (in.Site == "" || in.Site == id) {
			ids = append(ids, id)
		}
	}
	if in.Site != "" && len(ids) == 0 {
		return AlarmHealth{}, ErrNotFound("site")
	}
	slices.Sort(ids)
	residents := map[care.SiteID]int{}
	for _, r := range d.Residents {
		residents[r.Site]++
	}
	for _, id := range ids {
		input.Sites = append(input.Sites, health.Site{ID: id, Location: d.Sites[id].Location(), Residents: residents[id]})
	}
	var err error
	if input.Incidents, err = a.incidentsOf(ctx, ids, in.From, to); err != nil {
		return AlarmHealth{}, err
	}
	input.Incidents = slices.DeleteFunc(input.Incidents, func(i care.Incident) bool { return !d.SeesIncident(u, i) })
	if !u.FireOfficer() { // of his few alarms a rate for each carer would flatter
		if input.CarerHours, err = a.carerHours(ctx, ids, in.From, to); err != nil {
			return AlarmHealth{}, err
		}
	}
	return renderAlarmHealth(d, FormOf(u), ids, health.Assess(input), now), nil
}

// incidentsOf returns each incident that may matter to an interval once.
func (a *API) incidentsOf(ctx context.Context, sites []care.SiteID, from, to time.Time) ([]care.Incident, error) {
	if len(sites) == 0 {
		return nil, nil
	}
	incidents, err := a.History.IncidentsBetween(ctx, sites, from.Add(-healthLookBack), to)
	if err != nil {
		return nil, err
	}
	_, open, err := a.Book.Snapshot(ctx, time.Now())
	if err != nil {
		return nil, err
	}
	for _, i := range open {
		if i.RaisedAt.Before(from.Add(-healthLookBack)) {
			incidents = append(incidents, i)
		}
	}
	return incidents, nil
}

// carerHours returns the hours that carers were on duty, 0 when a site has no
// roster: what is known of a part would flatter the whole.
func (a *API) carerHours(ctx context.Context, sites []care.SiteID, from, to time.Time) (float64, error) {
	if a.Duty == nil {
		return 0, nil
	}
	total := 0.0
	for _, id := range sites {
		hours, known, err := a.Duty.CarerHours(ctx, id, from, to)
		if err != nil || !known {
			return 0, err
		}
		total += hours
	}
	return total, nil
}
