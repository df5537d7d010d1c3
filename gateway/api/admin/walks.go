package admin

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// WalkView is a walk test of a floor.
type WalkView struct {
	ID    string      `json:"id"`
	Site  care.SiteID `json:"site"`
	Name  care.Text   `json:"site_name"`
	Floor string      `json:"floor"`
	By    string      `json:"by" doc:"name of who began it"`
	Began time.Time   `json:"began_at"`
	Until time.Time   `json:"until"`
	Ended *time.Time  `json:"ended_at,omitempty"`
	Can   bool        `json:"can,omitempty" doc:"the viewer may see its sheet and end it"`
}

// WalksView lists walk tests.
type WalksView struct {
	Time  time.Time  `json:"time"`
	Tests []WalkView `json:"tests" doc:"those under way, and for whoever may begin one those of the last 30 days; the latest first"`
}

// SheetView is the sheet of a walk test: every point of the floor.
type SheetView struct {
	WalkView
	Time   time.Time   `json:"time"`
	Points []SheetLine `json:"points"`
}

// SheetLine is one point on the sheet.
type SheetLine struct {
	Point   care.PointID  `json:"point"`
	Place   api.PlaceView `json:"place"`
	Ticks   []TickView    `json:"ticks" doc:"what was triggered; empty while nothing was"`
	Retired bool          `json:"retired,omitempty"`
}

// TickView is what was triggered at a point.
type TickView struct {
	Class   care.Class `json:"class" enum:"fire,gas,carbon_monoxide,sos,call,fall,water_leak,bed_exit,wandering,inactivity,vital,intrusion"`
	At      time.Time  `json:"at"`
	LastAt  time.Time  `json:"last_at"`
	Times   int        `json:"times"`
	Alarmed bool       `json:"alarmed" doc:"people were called: pressed again, lasted too long, or disowned"`
}

type walksRequest struct {
	Site care.SiteID `query:"site" maxLength:"40" doc:"one site; without it every site within scope"`
}

type startWalkRequest struct {
	Body struct {
		Site    care.SiteID `json:"site" maxLength:"40"`
		Floor   string      `json:"floor" minLength:"1" maxLength:"40" doc:"as zones name it"`
		Minutes int         `json:"minutes" minimum:"1" maximum:"120"`
	}
}

type walkRequest struct {
	Walk string `path:"test" maxLength:"40"`
}

type disownTriggerRequest struct {
	Walk string `path:"test" maxLength:"40"`
	Body struct {
		Point care.PointID `json:"point" maxLength:"64"`
		Class care.Class   `json:"class" maxLength:"40"`
	}
}

// keepWalks is how long sheets are listed.
const keepWalks = 30 * 24 * time.Hour

func (m room) registerWalks(op operation) {
	api.Viewed(m.API, op("walk-tests", http.MethodGet, "/api/walk-tests", "Floors on which triggers tick points off and call nobody"), viewers, m.walks)
	api.Viewed(m.API, op("start-walk-test", http.MethodPost, "/api/walk-tests", "Test a floor by walking through it, for two hours at most", http.StatusConflict), walkers, m.startWalk)
	api.Viewed(m.API, op("walk-test", http.MethodGet, "/api/walk-tests/{test}", "The sheet of a walk test"), walkers, m.sheet)
	api.Viewed(m.API, op("end-walk-test", http.MethodPost, "/api/walk-tests/{test}/end", "End a walk test; what still lasts alarms at once", http.StatusConflict), walkers, m.endWalk)
	api.Viewed(m.API, op("disown-trigger", http.MethodPost, "/api/walk-tests/{test}/alarm", "It was not us: make an alarm of a trigger", http.StatusConflict), walkers, m.disown)
}

func (m room) walks(ctx context.Context, u people.User, in *walksRequest) (WalksView, error) {
	d := m.Book.Directory()
	if _, known := d.Sites[in.Site]; in.Site != "" && (!known || !d.SeesSite(u, in.Site)) {
		return WalksView{}, api.ErrNotFound("site")
	}
	now := time.Now()
	found, err := m.Walks.Walks(ctx, now.Add(-keepWalks))
	if err != nil {
		return WalksView{}, err
	}
	v := WalksView{Time: now.UTC(), Tests: []WalkView{}}
	can := slices.Contains(walkers, u.Role)
	for _, w := range found {
		if (in.Site == "" || w.Site == in.Site) && d.SeesSite(u, w.Site) && (can || w.Runs(now)) {
			v.Tests = append(v.Tests, m.view(d, u, w))
		}
	}
	return v, nil
}

// view shows a test with the name of whom to ask.
func (m room) view(d *people.Directory, u people.User, w alerts.WalkTest) WalkView {
	v := WalkView{
		ID: w.ID, Site: w.Site, Name: d.Sites[w.Site].Name, Floor: w.Floor, By: w.By.Name,
		Began: w.By.At, Until: w.Until, Ended: w.EndedAt, Can: slices.Contains(walkers, u.Role),
	}
	if v.Ended == nil && !w.Runs(time.Now()) {
		v.Ended = &w.Until // its timer is about to say so
	}
	return v
}

func (m room) startWalk(ctx context.Context, u people.User, in *startWalkRequest) (WalkView, error) {
	if _, err := m.InScope(u, in.Body.Site); err != nil {
		return WalkView{}, err
	}
	d := m.Book.Directory()
	known := slices.ContainsFunc(sorted(d.Zones, func(a, b care.Zone) int { return cmp.Compare(a.ID, b.ID) }), func(z care.Zone) bool {
		return z.Site == in.Body.Site && z.Floor == in.Body.Floor
	})
	if !known {
		return WalkView{}, api.ErrNotFound("floor")
	}
	by := api.ActOf(u)
	w, err := m.StartWalk(ctx, alerts.WalkTest{
		Site: in.Body.Site, Floor: in.Body.Floor, By: by, Until: by.At.Add(time.Duration(in.Body.Minutes) * time.Minute),
	})
	if err != nil {
		return WalkView{}, illegal(err)
	}
	return m.view(d, u, w), nil
}

// walkOf returns a test that the viewer sees.
func (m room) walkOf(ctx context.Context, u people.User, id string) (alerts.WalkTest, error) {
	w, err := m.Walk(ctx, id)
	if err != nil {
		return alerts.WalkTest{}, err
	}
	if w == nil || !m.Book.Directory().SeesSite(u, w.Site) {
		return alerts.WalkTest{}, api.ErrNotFound("walk test")
	}
	return *w, nil
}

func (m room) sheet(ctx context.Context, u people.User, in *walkRequest) (SheetView, error) {
	w, err := m.walkOf(ctx, u, in.Walk)
	if err != nil {
		return SheetView{}, err
	}
	at := time.Now() // what comes while the sheet is read may not be on it
	ticks, err := m.Ticks(ctx, w.ID)
	if err != nil {
		return SheetView{}, err
	}
	if w.Runs(at) {
		m.SheetFetched(w.ID, at)
	}
	d := m.Book.Directory()
	v := SheetView{WalkView: m.view(d, u, w), Time: time.Now().UTC(), Points: []SheetLine{}}
	byPoint := map[care.PointID][]TickView{}
	for _, k := range ticks {
		byPoint[k.Point] = append(byPoint[k.Point], TickView{k.Class, k.At, k.LastAt, k.Times, k.Alarmed})
	}
	for _, p := range sorted(d.Points, comparePoints) {
		seen := byPoint[p.ID]
		if p.Site != w.Site || d.FloorOf(p) != w.Floor || p.Retired && seen == nil {
			continue
		}
		if seen == nil {
			seen = []TickView{}
		}
		zone := d.Zones[people.SiteZone{Site: p.Site, Zone: p.Zone}]
		v.Points = append(v.Points, SheetLine{
			Point: p.ID, Ticks: seen, Retired: p.Retired,
			Place: api.PlaceView{Floor: zone.Floor, Zone: &zone.Name, Point: &p.Name, Bed: p.Bed},
		})
	}
	slices.SortStableFunc(v.Points, func(a, b SheetLine) int {
		return cmp.Or(cmp.Compare(a.Place.Zone.ZH, b.Place.Zone.ZH), cmp.Compare(a.Point, b.Point))
	})
	return v, nil
}

// Done says that something was done.
type Done struct {
	Done bool `json:"done"`
}

func (m room) endWalk(ctx context.Context, u people.User, in *walkRequest) (Done, error) {
	w, err := m.walkOf(ctx, u, in.Walk)
	if err != nil {
		return Done{}, err
	}
	return Done{true}, illegal(m.EndWalk(ctx, w.ID, api.ActOf(u)))
}

// DisownedView is the alarm that was made of a trigger.
type DisownedView struct {
	Incident string `json:"incident"`
}

func (m room) disown(ctx context.Context, u people.User, in *disownTriggerRequest) (DisownedView, error) {
	w, err := m.walkOf(ctx, u, in.Walk)
	if err != nil {
		return DisownedView{}, err
	}
	i, err := m.WalkAlarm(ctx, w.ID, in.Body.Point, in.Body.Class, api.ActOf(u))
	return DisownedView{i.ID}, illegal(err)
}

// illegal turns what alerts does not allow into an answer.
func illegal(err error) error {
	e, ok := errors.AsType[*alerts.IllegalError](err)
	if !ok {
		return err
	}
	if e.Code == alerts.CodeNotFound {
		return api.ErrNotFound("walk test")
	}
	p := api.NewProblem(http.StatusConflict, string(e.Code), e.Error())
	p.Who, p.By = e.Who, string(e.By)
	if !e.At.IsZero() {
		p.At = &e.At
	}
	return p
}
