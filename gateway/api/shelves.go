package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// ShelfList are the shelves that are up.
type ShelfList interface {
	// Shelves returns every shelf, in order of site, point and class.
	Shelves(ctx context.Context) ([]alerts.Shelf, error)
}

// Shelver puts shelves up and takes them down.
type Shelver interface {
	// Shelve keeps the alarms of a class at a point from people for a time. The
	// error is an *alerts.IllegalError when that is not allowed.
	Shelve(ctx context.Context, s alerts.Shelf) (alerts.Shelf, error)
	// Unshelve ends a shelf. The error is an *alerts.IllegalError when there is
	// none.
	Unshelve(ctx context.Context, site care.SiteID, point care.PointID, class care.Class, by care.Act) error
}

// ShelvesView lists shelves.
type ShelvesView struct {
	Time    time.Time   `json:"time"`
	Shelves []ShelfView `json:"shelves"`
}

// ShelfView is a shelf: its alarms reach nobody until then.
type ShelfView struct {
	Site   SiteView     `json:"site"`
	Point  care.PointID `json:"point"`
	Place  PlaceView    `json:"place"`
	Class  care.Class   `json:"class" enum:"fire,gas,carbon_monoxide,sos,call,fall,water_leak,bed_exit,wandering,inactivity,vital,intrusion,fault,tamper,battery,silent"`
	Repair bool         `json:"repair" doc:"under repair (检修中): a person keeps watch instead"`
	Watch  string       `json:"watch,omitempty" doc:"name of that person; staff only"`
	Guard  *care.Text   `json:"guard,omitempty" doc:"what that person is, in words"`
	By     ActView      `json:"by" doc:"the name for staff only"`
	Until  time.Time    `json:"until"`
	Reason string       `json:"reason" doc:"still_active when it was shelved by resolving its alarm; else in somebody's words"`
	CanEnd bool         `json:"can_end" doc:"the viewer may end it"`
}

type shelvesRequest struct {
	Site care.SiteID `query:"site" maxLength:"40" doc:"one site; without it every site within scope"`
}

type shelveRequest struct {
	Body struct {
		Site    care.SiteID  `json:"site" maxLength:"40"`
		Point   care.PointID `json:"point" maxLength:"64"`
		Class   care.Class   `json:"class" enum:"fire,gas,carbon_monoxide,sos,call,fall,water_leak,bed_exit,wandering,inactivity,vital,intrusion,fault,tamper,battery,silent"`
		Minutes int          `json:"minutes" minimum:"1" maximum:"720"`
		Reason  string       `json:"reason" minLength:"1" maxLength:"800" doc:"why, in words"`
		Watch   string       `json:"watch,omitempty" maxLength:"200" doc:"who keeps watch in its place: a user's id, or a name; needed for fire, gas and carbon monoxide"`
	}
}

type unshelveRequest struct {
	Site  care.SiteID  `query:"site" required:"true" maxLength:"40"`
	Point care.PointID `query:"point" required:"true" maxLength:"64"`
	Class care.Class   `query:"class" required:"true" maxLength:"40"`
}

// leaders decide for a site what its carers do not.
var leaders = []people.Role{people.Leader, people.Manager}

func (a *API) registerShelves() {
	op := func(id, method, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: "/api/shelves", Summary: summary, Tags: []string{"points"},
			MaxBodyBytes: 16 << 10, Errors: []int{http.StatusNotFound},
		}
	}
	Viewed(a, op("shelves", http.MethodGet, "Points whose alarms reach nobody for a time, and what is under repair"), notFamily, a.shelves)
	up := op("shelve", http.MethodPost, "Shelve a class at a point for a limited time")
	up.Errors = append(up.Errors, http.StatusConflict)
	Viewed(a, up, leaders, a.shelve)
	down := op("unshelve", http.MethodDelete, "End a shelf; what is going on there alarms at once")
	down.Errors = append(down.Errors, http.StatusConflict)
	Viewed(a, down, leaders, a.unshelve)
}

func (a *API) shelves(ctx context.Context, u people.User, in *shelvesRequest) (ShelvesView, error) {
	d := a.Book.Directory()
	if _, known := d.Sites[in.Site]; in.Site != "" && (!known || !d.SeesSite(u, in.Site)) {
		return ShelvesView{}, ErrNotFound("site")
	}
	all, err := a.ShelfList.Shelves(ctx)
	if err != nil {
		return ShelvesView{}, err
	}
	v := ShelvesView{Time: time.Now().UTC(), Shelves: []ShelfView{}}
	form := FormOf(u)
	for _, s := range all {
		// Who would not see the alarm does not see that it is kept back.
		if in.Site != "" && s.Site != in.Site || !d.SeesIncident(u, care.Incident{Site: s.Site, Point: s.Point, Class: s.Class}) {
			continue
		}
		// What a resident is watched for is for the staff alone.
		if form == FormStaff || open(d, form, care.Incident{Site: s.Site, Class: s.Class, Point: s.Point}) {
			v.Shelves = append(v.Shelves, renderShelf(d, u, s))
		}
	}
	return v, nil
}

func (a *API) shelve(ctx context.Context, u people.User, in *shelveRequest) (ShelfView, error) {
	d, b := a.Book.Directory(), in.Body
	if !d.Acts(u, b.Site) {
		return ShelfView{}, ErrNotFound("site")
	}
	watch := strings.TrimSpace(b.Watch)
	if guard, ok := d.Users[care.UserID(watch)]; ok && d.Acts(guard, b.Site) {
		watch = guard.Name
	}
	s := alerts.Shelf{
		Site: b.Site, Point: b.Point, Class: b.Class, Watch: watch, Reason: strings.TrimSpace(b.Reason),
		By: ActOf(u), Until: time.Now().Add(time.Duration(b.Minutes) * time.Minute).UTC().Truncate(time.Microsecond),
	}
	s, err := a.Shelver.Shelve(ctx, s)
	if err != nil {
		return ShelfView{}, shelfError(err)
	}
	return renderShelf(d, u, s), nil
}

func (a *API) unshelve(ctx context.Context, u people.User, in *unshelveRequest) (ShelvesView, error) {
	if !a.Book.Directory().Acts(u, in.Site) {
		return ShelvesView{}, ErrNotFound("site")
	}
	if err := a.Shelver.Unshelve(ctx, in.Site, in.Point, in.Class, ActOf(u)); err != nil {
		return ShelvesView{}, shelfError(err)
	}
	return a.shelves(ctx, u, &shelvesRequest{Site: in.Site})
}

func shelfError(err error) error {
	illegal, ok := errors.AsType[*alerts.IllegalError](err)
	switch {
	case !ok:
		return err
	case illegal.Code == alerts.CodeNotFound:
		return ErrNotFound("point")
	}
	return errIllegal(illegal)
}

func renderShelf(d *people.Directory, u people.User, s alerts.Shelf) ShelfView {
	f := FormOf(u)
	v := ShelfView{
		Site: renderSite(d, s.Site), Point: s.Point, Class: s.Class, Repair: s.Repair, Until: s.Until, Reason: s.Reason,
		Place: placeOf(d, s.Site, "", s.Point, f == FormStaff),
		By:    ActView{At: s.By.At, Means: s.By.Means},
	}
	if s.Watch != "" {
		v.Guard = guardWords(d, s)
	}
	if f == FormStaff {
		v.Watch, v.By.Name = s.Watch, s.By.Name
		v.CanEnd = u.Role != people.Carer
	}
	return v
}

// guardWords says what the person is who keeps watch: his role, if a member of
// the staff has that name.
func guardWords(d *people.Directory, s alerts.Shelf) *care.Text {
	for _, u := range d.Users {
		if u.Name == s.Watch && d.Acts(u, s.Site) {
			words := roleWords[u.Role]
			return &words
		}
	}
	return &care.Text{ZH: "指定人员", EN: "a named person"}
}
