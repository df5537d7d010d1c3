package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// CoverageView lists points with when they were last proved to work.
type CoverageView struct {
	Time   time.Time   `json:"time"`
	Points []PointView `json:"points"`
}

// PointView is a point as the coverage list shows it.
type PointView struct {
	Site         care.SiteID   `json:"site"`
	ID           care.PointID  `json:"id"`
	Edge         care.EdgeID   `json:"edge"`
	Place        PlaceView     `json:"place"`
	Resident     *ResidentView `json:"resident,omitempty"`
	Unregistered bool          `json:"unregistered" doc:"an edge reports it and nobody has entered it yet"`
	// What was heard of it, and what that proves.
	State    care.Coverage `json:"state" enum:"proved,unproven,silent" doc:"silent: an alarm was raised"`
	Doubt    care.Doubt    `json:"doubt,omitempty" enum:"never_heard,hello_only,not_yet,edge_offline,outage,edge_quiet" doc:"why it is unproven"`
	Proof    care.Proof    `json:"proof" enum:"none,hello,reported" doc:"hello: its device answers, its own channel never reported"`
	LastSeen *time.Time    `json:"last_seen,omitempty" doc:"absent when it was never heard"`
	// Commissioned is when it first reported on its own channel.
	Commissioned *time.Time `json:"commissioned_at,omitempty" doc:"when it first reported on its own channel since it was installed; absent while it is not commissioned"`
	Deadline     int        `json:"deadline_s" doc:"seconds for which it may be silent"`
	DueAt        time.Time  `json:"due_at" doc:"when its deadline is over, should nothing be heard until then"`
}

// SeriesView is the course of one quantity.
type SeriesView struct {
	Unit    string        `json:"unit" doc:"SenML unit"`
	Samples []care.Sample `json:"samples"`
}

type pointsRequest struct {
	Site care.SiteID `query:"site" maxLength:"40" doc:"one site; without it every site within scope"`
}

type seriesRequest struct {
	Site     care.SiteID   `query:"site" required:"true" maxLength:"40"`
	Point    care.PointID  `query:"point" required:"true" maxLength:"40"`
	Quantity care.Quantity `query:"quantity" required:"true" enum:"temperature,humidity,obscuration,acceleration,battery_level,occupancy,contact,signal_level,gas_level,co_level,motion"`
	From     time.Time     `query:"from" required:"true"`
	To       time.Time     `query:"to" required:"true"`
	Points   int           `query:"points" minimum:"1" maximum:"2000" default:"300" doc:"greatest number of samples"`
}

// notFamily are the roles that see equipment.
var notFamily = []people.Role{people.Carer, people.Leader, people.Manager, people.Inspector, people.Operator}

func (a *API) registerPoints() {
	op := func(id, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"points"},
			Errors: []int{http.StatusNotFound},
		}
	}
	Viewed(a, op("points", "/api/points", "Coverage: every point, and when it was last heard"), notFamily, a.points)
	Viewed(a, op("edges", "/api/edges", "The edges before the points, as they say they are"), notFamily, a.edges)
	Viewed(a, op("series", "/api/series", "The course of one quantity of one point, down-sampled"), notFamily, a.series)
}

// seesWanted reports whether the viewer sees the site that he asks for, if he
// asks for one.
func seesWanted(d *people.Directory, u people.User, site care.SiteID) bool {
	_, known := d.Sites[site]
	return site == "" || known && d.SeesSite(u, site)
}

func (a *API) points(_ context.Context, u people.User, in *pointsRequest) (CoverageView, error) {
	d := a.Book.Directory()
	if !seesWanted(d, u, in.Site) {
		return CoverageView{}, ErrNotFound("site")
	}
	proofs := a.Coverage.Points()
	form := FormOf(u)
	v := CoverageView{Time: time.Now().UTC(), Points: []PointView{}}
	for key, p := range d.Points {
		if in.Site != "" && key.Site != in.Site || p.Retired || !d.SeesDevice(u, p) {
			continue
		}
		proof, known := proofs[key]
		if !known || care.ParseSubject(p.ID).Kind != care.SubjectPoint {
			continue // no device's point, or entered this moment
		}
		pv := PointView{
			Site: p.Site, ID: p.ID, Edge: p.Edge, Unregistered: p.Unregistered,
			Place: placeOf(d, p.Site, p.Zone, p.ID, form != FormInspector),
			State: proof.Coverage, Doubt: proof.Doubt, Proof: proof.Proof, LastSeen: timeOrNone(proof.LastSeen), Commissioned: timeOrNone(proof.Commissioned),
			Deadline: int(proof.Deadline.Seconds()), DueAt: proof.DueAt,
		}
		if form == FormStaff {
			pv.Resident = renderResident(d, form, p.Resident)
		}
		v.Points = append(v.Points, pv)
	}
	slices.SortFunc(v.Points, func(x, y PointView) int {
		return cmp.Or(cmp.Compare(x.Site, y.Site), cmp.Compare(x.Place.Floor, y.Place.Floor), cmp.Compare(x.ID, y.ID))
	})
	return v, nil
}

// personal reports whether a quantity follows what a resident does: when he
// lies in bed, opens his door, moves. Only the staff of his site sees it.
func personal(q care.Quantity) bool {
	return q == care.Occupancy || q == care.Contact || q == care.Acceleration || q == care.Motion
}

func (a *API) series(ctx context.Context, u people.User, in *seriesRequest) (SeriesView, error) {
	d := a.Book.Directory()
	if p, known := d.Point(in.Site, in.Point); !known || !d.SeesDevice(u, p) {
		return SeriesView{}, ErrNotFound("point")
	}
	if personal(in.Quantity) && !u.Role.Staff() {
		return SeriesView{}, NewProblem(http.StatusForbidden, CodeNotAllowed, "only the staff of the site sees this quantity")
	}
	if !in.From.Before(in.To) {
		return SeriesView{}, NewProblem(http.StatusUnprocessableEntity, CodeInvalid, "the range must end after its beginning")
	}
	samples, err := a.Series.Range(ctx, SeriesQuery(*in))
	if err != nil {
		return SeriesView{}, err
	}
	if samples == nil {
		samples = []care.Sample{} // a list is never null
	}
	unit, _ := care.UnitOf(in.Quantity)
	return SeriesView{Unit: unit, Samples: samples}, nil
}
