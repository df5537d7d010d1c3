// Package ward is the room of the API for what a ward works with besides its
// incidents: the plan of its floors, the list by which a burning house is
// cleared, the hand-over of a shift, and the page of one resident. Incidents
// themselves, coverage and shelves are the API's.
package ward

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Drawings are the drawings of floors that somebody brought.
type Drawings interface {
	// Drawings returns those of a site, in order of floors, without their SVG.
	Drawings(ctx context.Context, site care.SiteID) ([]care.Drawing, error)
	// Drawing returns the SVG of a floor, empty where there is none.
	Drawing(ctx context.Context, site care.SiteID, floor string) (string, error)
	// SaveDrawing keeps a drawing; an empty SVG removes the one before.
	SaveDrawing(ctx context.Context, d care.Drawing) error
}

// Ticks are what people said of residents while a house was cleared.
type Ticks interface {
	// EvacuationTicks returns those of an incident in the order of time.
	EvacuationTicks(ctx context.Context, incident string) ([]care.Tick, error)
	// AddTicks keeps them. One whose id is there already changes nothing.
	AddTicks(ctx context.Context, ticks []care.Tick) error
}

// Whereabouts records who is not in the house.
type Whereabouts interface {
	SetAway(ctx context.Context, resident care.ResidentID, away bool, by care.Act) error
}

// Handovers are the shifts that were handed on.
type Handovers interface {
	// Handovers returns those of a site that ended before a moment, the latest
	// first, at most limit.
	Handovers(ctx context.Context, site care.SiteID, before time.Time, limit int) ([]care.Handover, error)
	// Handover returns one by id, nil where there is none.
	Handover(ctx context.Context, id string) (*care.Handover, error)
	AddHandover(ctx context.Context, h care.Handover) error
	// SignHandover adds the signature of who comes; signed is false where
	// somebody has signed before.
	SignHandover(ctx context.Context, id string, by care.Act) (signed bool, err error)
}

// Room holds the ports that the operations need.
type Room struct {
	Drawings    Drawings
	Ticks       Ticks
	Whereabouts Whereabouts
	Handovers   Handovers
}

// room is a Room in an API.
type room struct {
	Room
	*api.API
}

var (
	staff = []people.Role{people.Carer, people.Leader, people.Manager}
	// seesPlans are the roles that see where a room is: those who work there, and
	// who administers what is drawn.
	seesPlans = []people.Role{people.Carer, people.Leader, people.Manager, people.Operator}
	draws     = []people.Role{people.Manager, people.Operator}
)

// Register enters the operations.
func (r Room) Register(a *api.API) {
	w := room{r, a}
	op := func(id, method, path, summary string, more ...int) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"ward"},
			MaxBodyBytes: 64 << 10, Errors: append(more, http.StatusNotFound),
		}
	}
	api.Viewed(a, op("floor-plan", http.MethodGet, "/api/floor-plan", "The floors of a site with the state of each room and bed"), seesPlans, w.floorPlan)
	api.Viewed(a, op("floor-drawing", http.MethodGet, "/api/floor-drawing", "The drawing of a floor that somebody brought"), seesPlans, w.floorDrawing)
	draw := op("save-floor-drawing", http.MethodPut, "/api/floor-drawing", "Bring a drawing of a floor, or remove it; what could run is left out")
	draw.MaxBodyBytes = 2 << 20 // of a text of 512 KiB in JSON
	api.Viewed(a, draw, draws, w.saveDrawing)
	w.registerEvacuation(op)
	w.registerHandover(op)
	w.registerResident(op)
}

// operation makes the description of an operation.
type operation func(id, method, path, summary string, more ...int) huma.Operation

// form is that of a user; who administers sees the public classes only.
func shows(u people.User, c care.Class) bool { return u.Role.Staff() || api.Public(c) }

// place says where a point of a site is, as staff sees it.
func place(d *people.Directory, site care.SiteID, zone care.ZoneID, point care.PointID) api.PlaceView {
	return api.Render(d, api.FormStaff, care.Incident{Site: site, Zone: zone, Point: point}).Place
}

// siteView is a site as a heading shows it.
func siteView(d *people.Directory, site care.SiteID) api.SiteView {
	return api.Render(d, api.FormOperator, care.Incident{Site: site}).Site
}
