package ward

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// ResidentPage is what staff is shown of one resident.
type ResidentPage struct {
	ID       care.ResidentID `json:"id"`
	Site     api.SiteView    `json:"site"`
	Name     string          `json:"name"`
	Floor    string          `json:"floor,omitempty"`
	Zone     *care.Text      `json:"zone,omitempty"`
	Bed      string          `json:"bed,omitempty"`
	Risk     care.Text       `json:"risk"`
	Routine  care.Text       `json:"routine"`
	Mobility people.Mobility `json:"mobility,omitempty" enum:"walks,helped,bedbound" doc:"absent where nobody entered it"`
	Oxygen   bool            `json:"oxygen"`
	Away     bool            `json:"away"`
	LeftAt   *time.Time      `json:"left_at,omitempty"`
	Consent  bool            `json:"consent" doc:"the family may be informed"`
	Contacts []Reachable     `json:"contacts" doc:"himself first, then his family, then neighbours and community workers"`
	Points   []ResidentPoint `json:"points" doc:"what watches him"`
	// Incidents are those of the last 30 days, the latest first.
	Incidents []api.IncidentView `json:"incidents"`
}

// Reachable is a person with the ways to reach him.
type Reachable struct {
	ID   care.UserID  `json:"id,omitempty" doc:"absent for the resident himself"`
	Name string       `json:"name"`
	Role string       `json:"role" enum:"resident,family,neighbour,community"`
	Ways []ContactWay `json:"ways"`
}

// ContactWay is one way to reach a person.
type ContactWay struct {
	Channel string `json:"channel"`
	Address string `json:"address"`
	Phone   bool   `json:"phone" doc:"the address can be called"`
}

// ResidentPoint is a point that watches a resident.
type ResidentPoint struct {
	ID       care.PointID  `json:"id"`
	Place    api.PlaceView `json:"place"`
	State    care.Coverage `json:"state" enum:"proved,unproven,silent"`
	Doubt    care.Doubt    `json:"doubt,omitempty" enum:"never_heard,hello_only,not_yet,edge_offline,outage,edge_quiet"`
	LastSeen *time.Time    `json:"last_seen,omitempty"`
}

// ResidentCharts are the readings around an incident.
type ResidentCharts struct {
	From           time.Time       `json:"from"`
	To             time.Time       `json:"to"`
	At             time.Time       `json:"at" doc:"when it happened, at the sensor"`
	ResidentCharts []ResidentChart `json:"charts"`
}

// ResidentChart is the course of one quantity of one point.
type ResidentChart struct {
	Point    care.PointID  `json:"point"`
	Place    api.PlaceView `json:"place"`
	Quantity care.Quantity `json:"quantity" enum:"temperature,humidity,obscuration,acceleration,battery_level,occupancy,contact,signal_level,gas_level,co_level,motion"`
	Unit     string        `json:"unit" doc:"SenML unit"`
	Limit    *float64      `json:"limit,omitempty" doc:"above which the sensor alarmed, where it said so"`
	// Thresholds are those of the rules as they are now that count at the hour of
	// the incident.
	Thresholds []ResidentThreshold `json:"thresholds" doc:"at which a rule of the site begins to hold, by value"`
	// Step is the time that one sample stands for; a hole is longer than Gap.
	Gap     int           `json:"gap_s" doc:"seconds between two samples above which nothing was measured between them"`
	Samples []care.Sample `json:"samples"`
}

type residentRequest struct {
	ID care.ResidentID `path:"id" minLength:"1" maxLength:"64"`
}

type chartsRequest struct {
	ID       care.ResidentID `path:"id" minLength:"1" maxLength:"64"`
	Incident string          `query:"incident" required:"true" minLength:"1" maxLength:"64" doc:"one of his"`
}

// Around an incident, so much is drawn, in so many samples at most.
const (
	chartBefore  = 30 * time.Minute
	chartAfter   = 10 * time.Minute
	chartSamples = 160
	// historyDays is how far back his incidents go, historyMost how many there are
	// at most.
	historyDays = 30 * 24 * time.Hour
	historyMost = 100
)

// drawn are the quantities that say something about an incident, in the order of
// their charts.
var drawn = []care.Quantity{
	care.Obscuration, care.Temperature, care.GasLevel, care.COLevel, care.Occupancy, care.Motion, care.Contact, care.Acceleration, care.Humidity,
}

func (w room) registerResident(op operation) {
	page := op("resident", http.MethodGet, "/api/residents/{id}", "What staff has to know of a resident; the look is logged")
	charts := op("resident-charts", http.MethodGet, "/api/residents/{id}/charts", "The readings around one of his incidents, down-sampled")
	page.Tags, charts.Tags = []string{"residents"}, []string{"residents"}
	api.Viewed(w.API, page, staff, w.residentPage)
	api.Viewed(w.API, charts, staff, w.charts)
}

func (w room) residentPage(ctx context.Context, u people.User, in *residentRequest) (ResidentPage, error) {
	r, err := w.resident(u, in.ID)
	if err != nil {
		return ResidentPage{}, err
	}
	// A look that cannot be logged must not happen.
	if err := w.Record(ctx, u, care.AuditLooked, "resident:"+string(r.ID), ""); err != nil {
		return ResidentPage{}, err
	}
	d := w.Book.Directory()
	v := ResidentPage{
		ID: r.ID, Site: siteView(d, r.Site), Name: r.Name, Bed: r.Bed, Risk: r.Risk, Routine: r.Routine, Mobility: r.Mobility,
		Oxygen: r.Oxygen, Away: r.Away, LeftAt: r.LeftAt, Consent: r.FamilyConsent,
		Contacts: reachable(d, r), Points: []ResidentPoint{}, Incidents: []api.IncidentView{},
	}
	if z, known := d.Zones[people.SiteZone{Site: r.Site, Zone: r.Zone}]; known {
		v.Floor, v.Zone = z.Floor, &z.Name
	}
	proofs := w.Coverage.Points()
	for _, p := range w.watching(d, r) {
		proof, known := proofs[people.SitePoint{Site: p.Site, Point: p.ID}]
		if !known {
			continue // entered this moment
		}
		point := ResidentPoint{ID: p.ID, Place: place(d, p.Site, p.Zone, p.ID), State: proof.Coverage, Doubt: proof.Doubt}
		if !proof.LastSeen.IsZero() {
			point.LastSeen = &proof.LastSeen
		}
		v.Points = append(v.Points, point)
	}
	incidents, err := w.Archive.IncidentHistory(ctx, api.HistoryFilter{
		Sites: []care.SiteID{r.Site}, OnlyResidents: true, Residents: []care.ResidentID{r.ID},
		From: time.Now().Add(-historyDays), Limit: historyMost,
	})
	if err != nil {
		return ResidentPage{}, err
	}
	for _, i := range incidents {
		if i.Resident == r.ID && d.SeesIncident(u, i) {
			v.Incidents = append(v.Incidents, api.Render(d, api.FormStaff, i))
		}
	}
	return v, nil
}

// watching lists the points that watch a resident: his own, and those of his room
// that are of no bed.
func (w room) watching(d *people.Directory, r people.Resident) []care.Point {
	var points []care.Point
	for _, p := range d.Points {
		own := p.Resident == r.ID || r.Zone != "" && p.Zone == r.Zone && p.Bed == "" && p.Resident == ""
		if p.Site == r.Site && !p.Retired && own && care.ParseSubject(p.ID).Kind == care.SubjectPoint {
			points = append(points, p)
		}
	}
	slices.SortFunc(points, func(a, b care.Point) int {
		return cmp.Or(yes(b.Resident == r.ID)-yes(a.Resident == r.ID), api.Natural(string(a.ID), string(b.ID)))
	})
	return points
}

// reachable lists whom to call about a resident.
func reachable(d *people.Directory, r people.Resident) []Reachable {
	list := []Reachable{{Name: r.Name, Role: "resident", Ways: ways(r.Contacts)}}
	order := []string{"resident", "family", "neighbour", "community"}
	for _, u := range d.Users {
		role := string(u.Role)
		if u.Role == people.Helper {
			role = string(cmp.Or(u.Relation, people.Neighbour))
		}
		if u.Disabled || u.Role != people.Family && u.Role != people.Helper || !slices.Contains(u.Scope.Residents, r.ID) {
			continue
		}
		list = append(list, Reachable{ID: u.ID, Name: u.Name, Role: role, Ways: ways(u.Contacts)})
	}
	slices.SortStableFunc(list, func(a, b Reachable) int {
		return cmp.Or(slices.Index(order, a.Role)-slices.Index(order, b.Role), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return list
}

func ways(contacts []people.Contact) []ContactWay {
	list := []ContactWay{}
	for _, c := range contacts {
		list = append(list, ContactWay{c.Channel, c.Address, c.Telephone()})
	}
	return list
}

func (w room) charts(ctx context.Context, u people.User, in *chartsRequest) (ResidentCharts, error) {
	r, err := w.resident(u, in.ID)
	if err != nil {
		return ResidentCharts{}, err
	}
	d := w.Book.Directory()
	i, err := w.Book.Incident(ctx, in.Incident)
	if err != nil {
		return ResidentCharts{}, err
	}
	if i == nil || i.Resident != r.ID || !d.SeesIncident(u, *i) {
		return ResidentCharts{}, api.ErrNotFound("incident")
	}
	rules, err := w.rules(ctx, r.Site)
	if err != nil {
		return ResidentCharts{}, err
	}
	v := ResidentCharts{From: i.HappenedAt.Add(-chartBefore).UTC(), To: i.HappenedAt.Add(chartAfter).UTC(), At: i.HappenedAt, ResidentCharts: []ResidentChart{}}
	for _, p := range w.watching(d, r) {
		for _, q := range drawn {
			samples, err := w.Series.Range(ctx, api.SeriesQuery{Site: p.Site, Point: p.ID, Quantity: q, From: v.From, To: v.To, Points: chartSamples})
			if err != nil {
				return ResidentCharts{}, err
			}
			if len(samples) == 0 {
				continue
			}
			unit, _ := care.UnitOf(q)
			c := ResidentChart{Point: p.ID, Place: place(d, p.Site, p.Zone, p.ID), Quantity: q, Unit: unit, Gap: gapOf(samples), Samples: samples, Thresholds: thresholds(d, rules, p, q, *i)}
			if p.ID == i.Point {
				c.Limit = limitOf(q, i.Evidence)
			}
			v.ResidentCharts = append(v.ResidentCharts, c)
		}
	}
	return v, nil
}

// gapOf says how far apart two samples are when something is missing between
// them: thrice as far as they usually are. A line drawn across such a hole would
// tell what nobody measured.
func gapOf(samples []care.Sample) int {
	if len(samples) < 3 {
		return int((chartBefore + chartAfter).Seconds())
	}
	apart := make([]time.Duration, len(samples)-1)
	for n := range apart {
		apart[n] = samples[n+1].Time.Sub(samples[n].Time)
	}
	slices.Sort(apart)
	return max(1, int(3*apart[len(apart)/2].Seconds()))
}

// limitOf reads from the evidence of an incident above what the sensor alarmed.
func limitOf(q care.Quantity, evidence json.RawMessage) *float64 {
	var said struct {
		Smoke *float64 `json:"limit_percent_per_m"`
	}
	if q != care.Obscuration || json.Unmarshal(evidence, &said) != nil {
		return nil
	}
	return said.Smoke
}
