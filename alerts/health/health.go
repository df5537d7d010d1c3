package health

import (
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Site is what must be known of a site whose alarms are judged.
type Site struct {
	ID care.SiteID
	// Location is its time zone; nil means UTC.
	Location *time.Location
	// Shifts divide its day; nil means DefaultShifts.
	Shifts []Shift
	// Residents is how many people are watched there.
	Residents int
}

// Activation is one change of a point from normal to active, whether or not it
// alarmed anybody.
type Activation struct {
	Site  care.SiteID
	Point care.PointID
	Class care.Class
	At    time.Time
}

// Input is what a report is made of.
type Input struct {
	// From and To bound the interval: From included, To not. To is not after Now.
	From, To time.Time
	// Now is when the incidents were read; zero means To.
	Now time.Time
	// Sites are those that are judged; incidents of others are left out.
	Sites []Site
	// Incidents are those that were raised, that alarmed or that stood in the
	// interval. Others do no harm.
	Incidents []care.Incident
	// Activations are those of the interval, from which chattering is found. Nil
	// means that only the alarms of the incidents are known.
	Activations []Activation
	// CarerHours is how many hours carers worked in the interval; 0 means that
	// nobody knows.
	CarerHours float64
}

// Report is how the alarms of an interval were.
type Report struct {
	From, To time.Time

	Incidents int // that alarmed in the interval
	Alarms    int // of them; see the package comment
	// Estimated is of how many of the alarms the time is estimated.
	Estimated int
	// Explained is how many incidents called nobody since another explains them.
	Explained int
	// Exercises is how many of the alarms were tests and drills.
	Exercises int
	// Pending is how many of the incidents were resolved with their cause to be
	// told later, and are still without one.
	Pending int

	CarerHours   float64
	PerCarerHour float64 // alarms; 0 without CarerHours

	// Average is the number of alarms in 10 min at a site. ISA-18.2 takes about
	// one for very likely to be acceptable and two for the most that can be
	// managed by one person.
	Average float64
	Peak    Peak
	Floods  []Flood // in the order of their beginnings
	// FloodShare is the share of the time of the sites that was flood, 0 to 1.
	FloodShare float64

	Chattering []Chatter
	Fleeting   []Fleeting
	Standing   []Standing
	Top        []Frequent
	Severities []SeverityShare // from urgent to low

	Answers     Answers
	Residents   int
	FalseAlarms []FalseAlarms // by class, in the order of care.Classes
	Advice      []Advice
}

// Assess makes the report of an interval. An interval that is empty, or no
// site, makes an empty report.
func Assess(in Input) Report {
	if in.Now.IsZero() {
		in.Now = in.To
	}
	r := Report{From: in.From, To: in.To, CarerHours: in.CarerHours}
	sites := map[care.SiteID]Site{}
	for _, s := range in.Sites {
		if s.Location == nil {
			s.Location = time.UTC
		}
		if s.Shifts == nil {
			s.Shifts = DefaultShifts()
		}
		sites[s.ID] = s
		r.Residents += s.Residents
	}
	if len(sites) == 0 || !in.From.Before(in.To) {
		return r
	}

	var own []care.Incident // that stand for themselves
	for _, i := range in.Incidents {
		switch _, ok := sites[i.Site]; {
		case !ok:
		case i.Under == "":
			own = append(own, i)
		case in.within(i.RaisedAt):
			r.Explained++
		}
	}
	alarms := in.alarms(own)
	r.count(in, own, alarms)
	r.rates(in, sites, alarms)
	r.Chattering = chattering(in, sites, alarms)
	r.Fleeting = fleeting(in, own)
	r.Standing = standing(in, own)
	r.Top = frequent(alarms)
	r.Severities = severities(alarms)
	r.Answers = in.answers(sites, own)
	r.FalseAlarms = falseAlarms(in, r.Residents, alarms)
	r.Advice = advise(sites, alarms)
	return r
}

// within reports whether a time lies in the interval.
func (in Input) within(t time.Time) bool { return !t.Before(in.From) && t.Before(in.To) }

// alarm is one alarm of an incident.
type alarm struct {
	of        *care.Incident
	at        time.Time
	estimated bool
}

// alarms returns the alarms of the interval in the order of time.
func (in Input) alarms(incidents []care.Incident) []alarm {
	var found []alarm
	add := func(a alarm) {
		if in.within(a.at) {
			found = append(found, a)
		}
	}
	for k := range incidents {
		i := &incidents[k]
		if i.Alarms > 1 {
			add(alarm{of: i, at: i.RaisedAt})
			step := i.AlarmedAt.Sub(i.RaisedAt) / time.Duration(i.Alarms-1)
			for n := 1; n < i.Alarms-1; n++ {
				add(alarm{i, i.RaisedAt.Add(time.Duration(n) * step), true})
			}
		}
		add(alarm{of: i, at: i.AlarmedAt})
	}
	slices.SortStableFunc(found, func(x, y alarm) int { return x.at.Compare(y.at) })
	return found
}

// count fills in the plain numbers.
func (r *Report) count(in Input, incidents []care.Incident, alarms []alarm) {
	seen := map[*care.Incident]bool{}
	for _, a := range alarms {
		r.Alarms++
		if a.estimated {
			r.Estimated++
		}
		if exercise(a.of) {
			r.Exercises++
		}
		seen[a.of] = true
	}
	r.Incidents = len(seen)
	for i := range seen {
		if i.State == care.Resolved && i.Cause == care.CausePending {
			r.Pending++
		}
	}
	if in.CarerHours > 0 {
		r.PerCarerHour = float64(r.Alarms) / in.CarerHours
	}
}

// exercise reports whether the incident was meant.
func exercise(i *care.Incident) bool { return i.Cause == care.CauseTest || i.Cause == care.CauseDrill }
