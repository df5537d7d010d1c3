package community

import (
	"cmp"
	"context"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// HomeState is how a private home stands.
type HomeState string

// The states; the later one wins where several hold.
const (
	Calm     HomeState = "calm"
	Unproven HomeState = "unproven" // nobody knows whether everything there is heard
	Shelved  HomeState = "shelved"  // an alarm there reaches nobody for a time
	Silent   HomeState = "silent"   // something there is not heard any more
	Arrived  HomeState = "arrived"  // somebody is there
	Accepted HomeState = "accepted" // somebody goes
	Raised   HomeState = "raised"   // nobody has taken it yet
)

// rank orders the states.
func (s HomeState) rank() int {
	return slices.Index([]HomeState{Calm, Unproven, Shelved, Silent, Arrived, Accepted, Raised}, s)
}

// Homes are the private homes of somebody's scope.
type Homes struct {
	Time     time.Time `json:"time"`
	Villages []Village `json:"villages" doc:"in the order of their paths; homes in no region last"`
}

// Village is a region of the lowest level with the homes in it.
type Village struct {
	ID    care.RegionID `json:"id" doc:"empty for homes in no region"`
	Path  []care.Text   `json:"path" doc:"names of the regions in which it lies, the widest first, its own last"`
	Homes []Home        `json:"homes" doc:"in the order of their addresses"`
}

// Home is one private home and how it stands.
type Home struct {
	ID        care.SiteID    `json:"id"`
	Name      care.Text      `json:"name"`
	Address   care.Text      `json:"address"`
	Residents []HomeResident `json:"residents" doc:"who lives there now"`
	State     HomeState      `json:"state" enum:"calm,unproven,shelved,silent,arrived,accepted,raised" doc:"the worst that holds"`
	Since     *time.Time     `json:"since,omitempty" doc:"of that state; absent where it has no beginning that is known"`
	Incidents []string       `json:"incidents" doc:"ids of those that are open, the worst first"`
}

// HomeResident is who lives in a private home.
type HomeResident struct {
	ID   care.ResidentID `json:"id"`
	Name string          `json:"name"`
	Risk care.Text       `json:"risk"`
	Away bool            `json:"away" doc:"not at home, as staff recorded"`
}

// mark sets the state of a home where it is worse than what holds, and of one
// state the earlier beginning.
func (h *Home) mark(s HomeState, since time.Time) {
	worse := s.rank() - h.State.rank()
	if worse < 0 {
		return
	}
	if worse > 0 {
		h.State, h.Since = s, nil
	}
	if !since.IsZero() && (h.Since == nil || since.Before(*h.Since)) {
		h.Since = new(since.UTC())
	}
}

// stateOf is how an open incident makes its home look.
func stateOf(i care.Incident) HomeState {
	switch {
	case i.Class == care.Silent || i.Under != "":
		return Silent
	case i.State == care.Accepted:
		return Accepted
	case i.State == care.Arrived:
		return Arrived
	}
	return Raised
}

func (c room) homes(ctx context.Context, u people.User, _ *struct{}) (Homes, error) {
	now := time.Now()
	_, incidents, err := c.Book.Snapshot(ctx, now)
	if err != nil {
		return Homes{}, err
	}
	shelves, err := c.ShelfList.Shelves(ctx)
	if err != nil {
		return Homes{}, err
	}
	d := c.Book.Directory()
	homes := map[care.SiteID]*Home{}
	for id, s := range d.Sites {
		if s.Kind == care.PrivateHome && d.SeesSite(u, id) {
			homes[id] = &Home{ID: id, Name: s.Name, Address: s.Address, Residents: []HomeResident{}, State: Calm, Incidents: []string{}}
		}
	}
	for _, r := range d.Residents {
		if h, watched := homes[r.Site]; watched && r.LeftAt == nil {
			h.Residents = append(h.Residents, HomeResident{r.ID, r.Name, r.Risk, r.Away})
		}
	}
	for key, proof := range c.Coverage.Points() {
		h, watched := homes[key.Site]
		p, known := d.Point(key.Site, key.Point)
		switch {
		case !watched || !known || p.Retired || !d.SeesPoint(u, p):
		case proof.Coverage == care.Unheard:
			h.mark(Silent, proof.LastSeen)
		case proof.Coverage == care.Unproven && (proof.Doubt == care.DoubtEdge || proof.Doubt == care.DoubtOutage):
			h.mark(Silent, proof.LastSeen)
		case proof.Coverage == care.Unproven:
			h.mark(Unproven, time.Time{})
		}
	}
	for _, s := range shelves {
		if h, watched := homes[s.Site]; watched && s.Until.After(now) {
			h.mark(Shelved, s.By.At)
		}
	}
	slices.SortFunc(incidents, func(a, b care.Incident) int {
		return cmp.Or(stateOf(b).rank()-stateOf(a).rank(), int(b.Severity-a.Severity), a.AlarmedAt.Compare(b.AlarmedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, i := range incidents {
		if h, watched := homes[i.Site]; watched && i.Open() && d.SeesIncident(u, i) {
			h.mark(stateOf(i), i.AlarmedAt)
			h.Incidents = append(h.Incidents, i.ID)
		}
	}
	return Homes{now.UTC(), villages(d, homes)}, nil
}

// villages groups homes by the region in which they lie.
func villages(d *people.Directory, homes map[care.SiteID]*Home) []Village {
	of := map[care.RegionID][]Home{}
	for id, h := range homes {
		slices.SortFunc(h.Residents, func(a, b HomeResident) int { return cmp.Compare(a.ID, b.ID) })
		region := d.Sites[id].Region
		of[region] = append(of[region], *h)
	}
	list := []Village{}
	for region, homes := range of {
		slices.SortFunc(homes, func(a, b Home) int {
			return cmp.Or(api.Natural(a.Address.ZH, b.Address.ZH), cmp.Compare(a.ID, b.ID))
		})
		list = append(list, Village{region, path(d, region), homes})
	}
	slices.SortFunc(list, func(a, b Village) int {
		return cmp.Or(min(len(b.Path), 1)-min(len(a.Path), 1), slices.CompareFunc(a.Path, b.Path, func(x, y care.Text) int {
			return cmp.Compare(x.ZH, y.ZH)
		}), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// path names the regions in which one lies, the widest first.
func path(d *people.Directory, region care.RegionID) []care.Text {
	names := []care.Text{}
	// Bounded by the number of regions, so that a circle ends.
	for range len(d.Regions) {
		r, known := d.Regions[region]
		if !known {
			break
		}
		names = append(names, r.Name)
		region = r.Parent
	}
	slices.Reverse(names)
	return names
}
