package ward

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Evacuation lists who has to be brought out of a site.
type Evacuation struct {
	Time     time.Time         `json:"time"`
	Site     api.SiteView      `json:"site"`
	Incident string            `json:"incident,omitempty" doc:"of the fire; absent where none was asked for"`
	Open     bool              `json:"open" doc:"that incident is not resolved yet"`
	Floors   []EvacuationFloor `json:"floors" doc:"the floor of the fire first"`
}

// EvacuationFloor is one floor of the list.
type EvacuationFloor struct {
	Floor  string     `json:"floor"`
	Fire   bool       `json:"fire" doc:"it burns there"`
	People []Evacuee  `json:"people" doc:"in the order in which they are brought out; who is away last"`
	Zone   *care.Text `json:"zone,omitempty" doc:"the room in which it burns"`
}

// Evacuee is one resident on the list.
type Evacuee struct {
	ID       care.ResidentID `json:"id"`
	Name     string          `json:"name"`
	Zone     *care.Text      `json:"zone,omitempty"`
	Bed      string          `json:"bed,omitempty"`
	Mobility people.Mobility `json:"mobility" enum:"walks,helped,bedbound"`
	Oxygen   bool            `json:"oxygen"`
	Away     bool            `json:"away" doc:"not in the house, as staff recorded"`
	Near     bool            `json:"near" doc:"in the room of the fire or next to it"`
	// Out and what follows come of the last tick.
	Out bool         `json:"out" doc:"somebody saw him outside"`
	By  *api.ActView `json:"by,omitempty" doc:"who ticked last, and when; absent before anybody did"`
}

type evacuationRequest struct {
	Site     care.SiteID `query:"site" required:"true" minLength:"1" maxLength:"40"`
	Incident string      `query:"incident" maxLength:"64" doc:"the fire whose ticks are wanted; its room decides the order"`
}

type evacuationTicksRequest struct {
	Body struct {
		Incident string           `json:"incident" minLength:"1" maxLength:"64"`
		Ticks    []EvacuationTick `json:"ticks" minItems:"1" maxItems:"500"`
	}
}

// EvacuationTick is one tick as a tablet sends it, perhaps long after it was made.
type EvacuationTick struct {
	ID       string          `json:"id" minLength:"8" maxLength:"64" doc:"made by the tablet; the same one is kept once"`
	Resident care.ResidentID `json:"resident" minLength:"1" maxLength:"64"`
	Out      bool            `json:"out" doc:"false: inside after all"`
	At       time.Time       `json:"at" doc:"when she ticked, by the gateway's clock; of a resident the latest counts"`
}

type residentAwayRequest struct {
	ID   care.ResidentID `path:"id" minLength:"1" maxLength:"64"`
	Body struct {
		Away bool `json:"away" doc:"not in the house: in hospital, with his family"`
	}
}

// ResidentAway is whether a resident is away.
type ResidentAway struct {
	ID   care.ResidentID `json:"id"`
	Away bool            `json:"away"`
}

func (w room) registerEvacuation(op operation) {
	api.Viewed(w.API, op("evacuation", http.MethodGet, "/api/evacuation", "Who has to be brought out of a site, in which order, and who is"), staff, w.evacuation)
	tick := op("tick", http.MethodPost, "/api/evacuation", "Say of residents that they are out, or inside after all")
	tick.MaxBodyBytes = 256 << 10
	api.Viewed(w.API, tick, staff, w.tick)
	away := op("away", http.MethodPut, "/api/residents/{id}/away", "Record that a resident is not in the house, or is again")
	away.Tags = []string{"residents"}
	api.Viewed(w.API, away, staff, w.away)
}

// fire returns an incident for which a house of the site may have to be cleared.
func (w room) fire(ctx context.Context, u people.User, id string) (care.Incident, error) {
	i, err := w.Book.Incident(ctx, id)
	if err != nil {
		return care.Incident{}, err
	}
	if i == nil || !i.Class.LifeSafety() || !w.Book.Directory().SeesIncident(u, *i) {
		return care.Incident{}, api.ErrNotFound("fire")
	}
	return *i, nil
}

func (w room) evacuation(ctx context.Context, u people.User, in *evacuationRequest) (Evacuation, error) {
	site, err := w.InScope(u, in.Site)
	if err != nil {
		return Evacuation{}, err
	}
	if in.Incident == "" {
		return w.listOf(ctx, site.ID, nil)
	}
	i, err := w.fire(ctx, u, in.Incident)
	if err != nil {
		return Evacuation{}, err
	}
	if i.Site != site.ID {
		return Evacuation{}, api.ErrNotFound("fire")
	}
	return w.listOf(ctx, site.ID, &i)
}

func (w room) tick(ctx context.Context, u people.User, in *evacuationTicksRequest) (Evacuation, error) {
	i, err := w.fire(ctx, u, in.Body.Incident)
	if err != nil {
		return Evacuation{}, err
	}
	d := w.Book.Directory()
	if !d.Acts(u, i.Site) {
		return Evacuation{}, api.NewProblem(http.StatusForbidden, api.CodeNotAllowed, "a screen ticks for nobody: sign in as yourself")
	}
	now := time.Now()
	ticks := make([]care.Tick, 0, len(in.Body.Ticks))
	for _, k := range in.Body.Ticks {
		if d.Residents[k.Resident].Site != i.Site {
			return Evacuation{}, api.ErrNotFound("resident")
		}
		by := api.ActOf(u)
		// The clock of a tablet that runs ahead would win for ever.
		if by.At = k.At; by.At.After(now) {
			by.At = now
		}
		by.At = by.At.UTC().Truncate(time.Microsecond)
		ticks = append(ticks, care.Tick{
			ID: k.ID, Incident: i.ID, Site: i.Site, Resident: k.Resident, Out: k.Out, By: by, ReceivedAt: now.UTC().Truncate(time.Microsecond),
		})
	}
	if err := w.Ticks.AddTicks(ctx, ticks); err != nil {
		return Evacuation{}, err
	}
	return w.listOf(ctx, i.Site, &i)
}

// listOf makes the list of a site, for a fire where there is one.
func (w room) listOf(ctx context.Context, site care.SiteID, fire *care.Incident) (Evacuation, error) {
	d := w.Book.Directory()
	v := Evacuation{Time: time.Now().UTC(), Site: siteView(d, site), Floors: []EvacuationFloor{}}
	last := map[care.ResidentID]care.Tick{}
	var burns care.Zone
	if fire != nil {
		v.Incident, v.Open = fire.ID, fire.Open()
		ticks, err := w.Ticks.EvacuationTicks(ctx, fire.ID)
		if err != nil {
			return Evacuation{}, err
		}
		for _, k := range ticks {
			last[k.Resident] = k
		}
		point, _ := d.Point(site, fire.Point)
		burns = d.Zones[people.SiteZone{Site: site, Zone: cmp.Or(fire.Zone, point.Zone)}]
	}
	near := w.around(d, site, burns)
	floors := map[string]*EvacuationFloor{}
	for _, r := range d.Residents {
		if r.Site != site || r.LeftAt != nil {
			continue
		}
		zone, known := d.Zones[people.SiteZone{Site: site, Zone: r.Zone}]
		e := Evacuee{
			ID: r.ID, Name: r.Name, Bed: r.Bed, Mobility: cmp.Or(r.Mobility, people.Helped), Oxygen: r.Oxygen, Away: r.Away,
			Near: known && near[zone.ID],
		}
		if known {
			e.Zone = &zone.Name
		}
		if k, ticked := last[r.ID]; ticked {
			e.Out, e.By = k.Out, &api.ActView{Name: k.By.Name, By: string(k.By.By), At: k.By.At, Means: k.By.Means}
		}
		f, begun := floors[zone.Floor]
		if !begun {
			f = &EvacuationFloor{Floor: zone.Floor}
			floors[zone.Floor] = f
		}
		f.People = append(f.People, e)
	}
	for name, f := range floors {
		if burns.ID != "" && name == burns.Floor {
			f.Fire, f.Zone = true, &burns.Name
		}
		sortEvacuees(f.People)
		v.Floors = append(v.Floors, *f)
	}
	slices.SortFunc(v.Floors, func(a, b EvacuationFloor) int {
		return cmp.Or(yes(b.Fire)-yes(a.Fire), api.Natural(a.Floor, b.Floor))
	})
	return v, nil
}

// around returns the zone of a fire and its neighbours.
func (w room) around(d *people.Directory, site care.SiteID, burns care.Zone) map[care.ZoneID]bool {
	if burns.ID == "" {
		return nil
	}
	var floor []care.Zone
	for _, z := range d.Zones {
		if z.Site == site && z.Floor == burns.Floor {
			floor = append(floor, z)
		}
	}
	of, _, _, _ := outlines(floor)
	next := map[care.ZoneID]bool{burns.ID: true}
	for _, z := range floor {
		next[z.ID] = next[z.ID] || near(of[burns.ID], of[z.ID])
	}
	return next
}

// turn is when somebody is brought out: who cannot leave his bed beside the fire
// first; then oxygen, which feeds it; then the other beds, who needs a hand, and
// who walks. Who is away comes last and is on the list to be seen to be so.
func turn(e Evacuee) int {
	switch {
	case e.Away:
		return 9
	case e.Mobility == people.Bedbound && e.Near:
		return 0
	case e.Oxygen:
		return 1
	case e.Mobility == people.Bedbound:
		return 2
	case e.Mobility == people.Helped:
		return 3
	}
	return 4
}

func sortEvacuees(list []Evacuee) {
	room := func(e Evacuee) string {
		if e.Zone == nil {
			return "\xff" // nobody knows where to look: after those of whom it is known
		}
		return cmp.Or(e.Zone.EN, e.Zone.ZH)
	}
	slices.SortFunc(list, func(a, b Evacuee) int {
		return cmp.Or(cmp.Compare(turn(a), turn(b)), yes(b.Near)-yes(a.Near), api.Natural(room(a), room(b)), api.Natural(a.Bed, b.Bed), cmp.Compare(a.ID, b.ID))
	})
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

// resident returns somebody of a site for which the user works.
func (w room) resident(u people.User, id care.ResidentID) (people.Resident, error) {
	d := w.Book.Directory()
	r, known := d.Residents[id]
	if !known || !d.SeesSite(u, r.Site) {
		return people.Resident{}, api.ErrNotFound("resident")
	}
	return r, nil
}

func (w room) away(ctx context.Context, u people.User, in *residentAwayRequest) (ResidentAway, error) {
	r, err := w.resident(u, in.ID)
	if err != nil {
		return ResidentAway{}, err
	}
	if !w.Book.Directory().Acts(u, r.Site) {
		return ResidentAway{}, api.NewProblem(http.StatusForbidden, api.CodeNotAllowed, "a screen records nothing: sign in as yourself")
	}
	if err := w.Whereabouts.SetAway(ctx, r.ID, in.Body.Away, api.ActOf(u)); err != nil {
		return ResidentAway{}, err
	}
	return ResidentAway{r.ID, in.Body.Away}, nil
}
