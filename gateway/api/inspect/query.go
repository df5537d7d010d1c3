package inspect

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Query says which incidents a table, an Excel file or a figure is about. Every
// field narrows only when it is set.
type Query struct {
	Region   care.RegionID        `query:"region" maxLength:"40" doc:"a region and all below it"`
	Township care.RegionID        `query:"township" maxLength:"40" doc:"sites of which this is the township that the table shows, which is their own region where they are in none"`
	Site     care.SiteID          `query:"site" maxLength:"40"`
	From     string               `query:"from" format:"date" doc:"raised on this day or later, in the time zone of the region"`
	To       string               `query:"to" format:"date" doc:"raised on this day or earlier"`
	Group    []Group              `query:"group,explode" enum:"hazard,care,equipment"`
	Class    []care.Class         `query:"class,explode" enum:"fire,gas,carbon_monoxide,sos,call,fall,water_leak,bed_exit,wandering,inactivity,vital,intrusion,fault,tamper,battery,silent"`
	State    []care.IncidentState `query:"state,explode" enum:"raised,accepted,arrived,resolved"`
	Cause    []care.Cause         `query:"cause,explode" enum:"real,false,test,drill,pending" doc:"of those whose cause the viewer may read"`
	Answer   []Answer             `query:"answer,explode" enum:"in_time,late,waiting,overdue" doc:"how it was answered"`
	Stream   string               `query:"stream" enum:"all,watch" doc:"watch: fire, gas, carbon monoxide, what is silent, and what nobody accepted in time"`
}

// selection is a query that was checked for a user.
type selection struct {
	Query
	room     *Room
	user     people.User
	filter   api.HistoryFilter
	location *time.Location
	now      time.Time
}

// selected checks a query: its region or site must be in scope, its days be days.
func (r *Room) selected(u people.User, q Query) (*selection, error) {
	d := r.api.Book.Directory()
	if q.Site != "" {
		if _, err := r.api.InScope(u, q.Site); err != nil {
			return nil, err
		}
	}
	if q.Region != "" && !seesRegion(d, u, q.Region) {
		return nil, api.ErrNotFound("region")
	}
	s := &selection{Query: q, room: r, user: u, location: zoneOf(d, u), now: time.Now()}
	s.filter = r.api.HistoryOf(u, func(site care.Site) bool {
		return (q.Site == "" || q.Site == site.ID) && (q.Region == "" || d.Within(site.Region, []care.RegionID{q.Region})) &&
			(q.Township == "" || q.Township == township(d, site.Region))
	})
	if q.Township != "" && len(s.filter.Sites) == 0 {
		return nil, api.ErrNotFound("region")
	}
	s.filter.States, s.filter.Classes = q.State, q.Class
	var err error
	if s.filter.From, err = s.midnight(q.From, 0); err != nil {
		return nil, err
	}
	if s.filter.To, err = s.midnight(q.To, 1); err != nil {
		return nil, err
	}
	if f := s.filter; !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return nil, invalid("the last day is before the first")
	}
	return s, nil
}

// midnight returns when a day, or one so many days later, begins in the region.
func (s *selection) midnight(day string, later int) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, invalid(day + " is no day such as 2026-07-01")
	}
	return time.Date(t.Year(), t.Month(), t.Day()+later, 0, 0, 0, 0, s.location), nil
}

func invalid(detail string) error {
	return api.NewProblem(http.StatusUnprocessableEntity, api.CodeInvalid, detail)
}

// holds reports whether a row is one of the query. The site, the days, the states
// and the classes have been seen to by the ledger.
func (q *Query) holds(row *IncidentRow) bool {
	v := &row.Incident
	return in(q.Group, groupOf(v.Class)) && in(q.Cause, v.Cause) && in(q.Answer, row.Answer) &&
		(q.Stream != "watch" || v.Class.LifeSafety() || v.Class == care.Silent || row.Answer == Late || row.Answer == Overdue)
}

func in[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }

// values returns the query as it stands in an address, without what is not set.
func (q Query) values() url.Values {
	v := url.Values{}
	set := func(key string, values ...string) {
		for _, s := range values {
			if s != "" {
				v.Add(key, s)
			}
		}
	}
	set("region", string(q.Region))
	set("township", string(q.Township))
	set("site", string(q.Site))
	set("from", q.From)
	set("to", q.To)
	set("group", texts(q.Group)...)
	set("class", texts(q.Class)...)
	set("state", texts(q.State)...)
	set("cause", texts(q.Cause)...)
	set("answer", texts(q.Answer)...)
	set("stream", q.Stream)
	return v
}

func texts[T ~string](list []T) []string {
	var out []string
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

// zoneOf returns the time zone of most sites of a user, in which the days of his
// tables and reports begin and end.
func zoneOf(d *people.Directory, u people.User) *time.Location {
	count := map[string]int{}
	best := ""
	for id, s := range d.Sites {
		if d.SeesSite(u, id) {
			count[s.TimeZone]++
		}
	}
	for name, n := range count {
		if best == "" || n > count[best] || n == count[best] && name < best {
			best = name
		}
	}
	return care.Site{TimeZone: best}.Location()
}
