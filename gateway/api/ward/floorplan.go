package ward

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/ward/drawing"
)

// State is how a room or a bed stands.
type State string

// The states; the later one wins where several hold.
const (
	Calm     State = "calm"
	Shelved  State = "shelved"  // an alarm there reaches nobody for a time
	Silent   State = "silent"   // something there is not heard any more
	Accepted State = "accepted" // somebody goes, or is there
	Alarm    State = "alarm"    // nobody has taken it yet
)

// rank orders the states.
func (s State) rank() int { return slices.Index([]State{Calm, Shelved, Silent, Accepted, Alarm}, s) }

// worse returns the state that wins.
func worse(a, b State) State {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

// FloorPlan is the plan of a site. It holds no name of a person.
type FloorPlan struct {
	Time   time.Time    `json:"time"`
	Site   api.SiteView `json:"site"`
	Floors []PlanFloor  `json:"floors"`
	// Elsewhere are incidents of which nobody knows the room.
	Elsewhere []PlanSign `json:"elsewhere" doc:"open incidents that are in no room of the plan"`
}

// PlanFloor is one floor of a plan.
type PlanFloor struct {
	Floor string  `json:"floor" doc:"as people call it; empty where rooms name none"`
	State State   `json:"state" enum:"calm,shelved,silent,accepted,alarm" doc:"of the worst of its rooms"`
	Width float64 `json:"width" doc:"metres"`
	Depth float64 `json:"depth" doc:"metres"`
	// Placed says that rooms without an outline were set along a corridor.
	Placed  bool       `json:"placed" doc:"some rooms have no outline: where they are drawn says nothing"`
	Drawing string     `json:"drawing,omitempty" doc:"digest of the drawing that somebody brought; absent without one"`
	Zones   []PlanZone `json:"zones"`
}

// PlanCorner is a corner of an outline, in metres from the upper left.
type PlanCorner struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// PlanZone is one room of a floor.
type PlanZone struct {
	ID      care.ZoneID   `json:"id"`
	Name    care.Text     `json:"name"`
	Kind    care.ZoneKind `json:"kind" enum:",bedroom,bathroom,corridor,kitchen,common,service"`
	Outline []PlanCorner  `json:"outline"`
	State   State         `json:"state" enum:"calm,shelved,silent,accepted,alarm" doc:"of the worst of what is in it"`
	Signs   []PlanSign    `json:"signs" doc:"open incidents, the worst first"`
	Beds    []PlanBed     `json:"beds"`
}

// PlanBed is one bed of a room.
type PlanBed struct {
	Bed   string `json:"bed"`
	State State  `json:"state" enum:"calm,shelved,silent,accepted,alarm"`
}

// PlanSign is an open incident on the plan.
type PlanSign struct {
	Incident string     `json:"incident"`
	Class    care.Class `json:"class" enum:"fire,gas,carbon_monoxide,sos,call,fall,water_leak,bed_exit,wandering,inactivity,vital,intrusion,fault,tamper,battery,silent"`
	Severity string     `json:"severity" enum:"low,medium,high,urgent"`
	State    State      `json:"state" enum:"calm,shelved,silent,accepted,alarm"`
	Bed      string     `json:"bed,omitempty"`
	Since    time.Time  `json:"since" doc:"the latest activation"`
}

type siteRequest struct {
	Site care.SiteID `query:"site" required:"true" minLength:"1" maxLength:"40"`
}

// stateOf is how an open incident makes its place look.
func stateOf(i care.Incident) State {
	switch {
	case i.Class == care.Silent || i.Under != "":
		return Silent
	case i.State == care.Raised:
		return Alarm
	}
	return Accepted
}

func (w room) floorPlan(ctx context.Context, u people.User, in *siteRequest) (FloorPlan, error) {
	site, err := w.InScope(u, in.Site)
	if err != nil {
		return FloorPlan{}, err
	}
	now := time.Now()
	_, incidents, err := w.Book.Snapshot(ctx, now)
	if err != nil {
		return FloorPlan{}, err
	}
	shelves, err := w.ShelfList.Shelves(ctx)
	if err != nil {
		return FloorPlan{}, err
	}
	drawings, err := w.Drawings.Drawings(ctx, site.ID)
	if err != nil {
		return FloorPlan{}, err
	}
	d := w.Book.Directory()
	p := newPainter(d, u, site.ID)
	for _, i := range incidents {
		if i.Site == site.ID && i.Open() && d.SeesIncident(u, i) && shows(u, i.Class) {
			p.incident(i)
		}
	}
	for key, proof := range w.Coverage.Points() {
		if point, known := d.Point(key.Site, key.Point); known && key.Site == site.ID && !point.Retired &&
			unheard(proof) && d.SeesPoint(u, point) {
			p.mark(point.Zone, point.Bed, Silent)
		}
	}
	for _, s := range shelves {
		if s.Site == site.ID && s.Until.After(now) && shows(u, s.Class) &&
			d.SeesIncident(u, care.Incident{Site: s.Site, Point: s.Point, Class: s.Class}) {
			p.shelf(s)
		}
	}
	return FloorPlan{Time: now.UTC(), Site: siteView(d, site.ID), Floors: p.floors(drawings), Elsewhere: p.elsewhere}, nil
}

// unheard reports whether it is known that nobody watches by a point now: its own
// deadline has passed, or the edge before it is away.
func unheard(p care.PointProof) bool {
	return p.Coverage == care.Unheard || p.Doubt == care.DoubtEdge || p.Doubt == care.DoubtOutage
}

// painter gathers the states of the places of a site.
type painter struct {
	d         *people.Directory
	site      care.SiteID
	zones     map[care.ZoneID]*PlanZone
	at        map[string][]care.Zone // by floor
	elsewhere []PlanSign
}

func newPainter(d *people.Directory, u people.User, site care.SiteID) *painter {
	p := &painter{d: d, site: site, zones: map[care.ZoneID]*PlanZone{}, at: map[string][]care.Zone{}, elsewhere: []PlanSign{}}
	for _, z := range d.Zones {
		if z.Site != site {
			continue
		}
		p.at[z.Floor] = append(p.at[z.Floor], z)
		p.zones[z.ID] = &PlanZone{ID: z.ID, Name: z.Name, Kind: z.Kind, State: Calm, Signs: []PlanSign{}, Beds: []PlanBed{}}
	}
	for _, point := range d.Points {
		if point.Site == site && point.Bed != "" && !point.Retired {
			p.mark(point.Zone, point.Bed, Calm)
		}
	}
	for _, r := range d.Residents {
		if r.Site == site && r.Bed != "" && r.LeftAt == nil && u.Role.Staff() {
			p.mark(r.Zone, r.Bed, Calm)
		}
	}
	return p
}

// mark makes a place stand at least so bad. known is false without such a room.
func (p *painter) mark(zone care.ZoneID, bed string, s State) (known bool) {
	z, known := p.zones[zone]
	if !known {
		return false
	}
	z.State = worse(z.State, s)
	if bed == "" {
		return true
	}
	at := slices.IndexFunc(z.Beds, func(b PlanBed) bool { return b.Bed == bed })
	if at < 0 {
		at = len(z.Beds)
		z.Beds = append(z.Beds, PlanBed{bed, Calm})
	}
	z.Beds[at].State = worse(z.Beds[at].State, s)
	return true
}

func (p *painter) incident(i care.Incident) {
	point, _ := p.d.Point(p.site, i.Point)
	zone := cmp.Or(i.Zone, point.Zone)
	sign := PlanSign{
		Incident: i.ID, Class: i.Class, Severity: i.Severity.String(), State: stateOf(i), Bed: point.Bed, Since: i.AlarmedAt,
	}
	if !p.mark(zone, point.Bed, sign.State) {
		p.elsewhere = append(p.elsewhere, sign)
		return
	}
	z := p.zones[zone]
	z.Signs = append(z.Signs, sign)
}

func (p *painter) shelf(s alerts.Shelf) {
	if point, known := p.d.Point(p.site, s.Point); known {
		p.mark(point.Zone, point.Bed, Shelved)
	}
}

// floors returns what was gathered.
func (p *painter) floors(drawings []care.Drawing) []PlanFloor {
	sortSigns(p.elsewhere)
	floors := []PlanFloor{}
	for name, zones := range p.at {
		of, width, depth, placed := outlines(zones)
		f := PlanFloor{Floor: name, State: Calm, Width: width, Depth: depth, Placed: placed, Zones: []PlanZone{}}
		for _, d := range drawings {
			if d.Floor == name {
				f.Drawing = d.Digest
			}
		}
		for _, z := range zones {
			painted := p.zones[z.ID]
			painted.Outline = make([]PlanCorner, len(of[z.ID]))
			for i, c := range of[z.ID] {
				painted.Outline[i] = PlanCorner(c)
			}
			sortSigns(painted.Signs)
			slices.SortFunc(painted.Beds, func(a, b PlanBed) int { return api.Natural(a.Bed, b.Bed) })
			f.Zones = append(f.Zones, *painted)
			f.State = worse(f.State, painted.State)
		}
		slices.SortFunc(f.Zones, func(a, b PlanZone) int { return api.Natural(string(a.ID), string(b.ID)) })
		floors = append(floors, f)
	}
	slices.SortFunc(floors, func(a, b PlanFloor) int { return api.Natural(a.Floor, b.Floor) })
	return floors
}

// sortSigns puts the worst first, of equals the one that waits longest.
func sortSigns(signs []PlanSign) {
	slices.SortFunc(signs, func(a, b PlanSign) int {
		return cmp.Or(cmp.Compare(b.State.rank(), a.State.rank()), a.Since.Compare(b.Since), cmp.Compare(a.Incident, b.Incident))
	})
}

// DrawingView is a drawing of a floor.
type DrawingView struct {
	Floor  string `json:"floor"`
	SVG    string `json:"svg" doc:"shapes, text and colours only; a room has its id as data-zone"`
	Digest string `json:"digest"`
}

type drawingRequest struct {
	Site  care.SiteID `query:"site" required:"true" minLength:"1" maxLength:"40"`
	Floor string      `query:"floor" maxLength:"40"`
}

type saveDrawingRequest struct {
	Body struct {
		Site  care.SiteID `json:"site" minLength:"1" maxLength:"40"`
		Floor string      `json:"floor" maxLength:"40" doc:"as rooms name it"`
		SVG   string      `json:"svg" doc:"the file as text, at most 512 KiB; empty removes the drawing"`
	}
}

// floorDrawing answers with JSON and not with a picture: a browser that opens the
// address shows text and runs nothing, whatever is in it.
func (w room) floorDrawing(ctx context.Context, u people.User, in *drawingRequest) (DrawingView, error) {
	if _, err := w.InScope(u, in.Site); err != nil {
		return DrawingView{}, err
	}
	svg, err := w.Drawings.Drawing(ctx, in.Site, in.Floor)
	if err != nil {
		return DrawingView{}, err
	}
	if svg == "" {
		return DrawingView{}, api.ErrNotFound("drawing")
	}
	return DrawingView{Floor: in.Floor, SVG: svg, Digest: digestOf(svg)}, nil
}

func (w room) saveDrawing(ctx context.Context, u people.User, in *saveDrawingRequest) (DrawingView, error) {
	b := in.Body
	site, err := w.InScope(u, b.Site)
	if err != nil {
		return DrawingView{}, err
	}
	known := false
	for _, z := range w.Book.Directory().Zones {
		known = known || z.Site == site.ID && z.Floor == b.Floor
	}
	if !known {
		return DrawingView{}, api.ErrNotFound("floor")
	}
	v := DrawingView{Floor: b.Floor}
	if b.SVG != "" {
		if v.SVG, err = drawing.Clean([]byte(b.SVG)); err != nil {
			return DrawingView{}, api.NewProblem(http.StatusUnprocessableEntity, api.CodeInvalid, err.Error())
		}
		v.Digest = digestOf(v.SVG)
	}
	return v, w.Drawings.SaveDrawing(ctx, care.Drawing{Site: site.ID, Floor: b.Floor, SVG: v.SVG, Digest: v.Digest, By: api.ActOf(u)})
}

func digestOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
