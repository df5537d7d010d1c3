package api

import (
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/health"
	"shouwang.care/shouwang/alerts/people"
)

// MaxHealthRows is how many rows each list of alarm health has at most. Their
// whole number stands beside them.
const MaxHealthRows = 100

// AlarmHealth is how the alarms of an interval were. What each figure counts is
// said in package alerts/health.
type AlarmHealth struct {
	Time  time.Time  `json:"time" doc:"when it was computed"`
	From  time.Time  `json:"from"`
	To    time.Time  `json:"to"`
	Sites []SiteView `json:"sites" doc:"the sites that it is about"`

	Residents int `json:"residents" doc:"people who are watched at the sites now"`
	Incidents int `json:"incidents" doc:"that alarmed in the interval"`
	Alarms    int `json:"alarms" doc:"activations that people were called for, re-alarms included"`
	Estimated int `json:"estimated" doc:"alarms whose time is estimated: those between the first and the last of an incident"`
	Explained int `json:"explained" doc:"incidents that called nobody, since another one explains them"`
	Exercises int `json:"exercises" doc:"alarms that were tests and drills; in no answer time"`
	Pending   int `json:"pending" doc:"incidents that are resolved and still without a cause"`

	CarerHours   float64 `json:"carer_hours,omitempty" doc:"hours that carers were on duty; absent when a site has no roster"`
	PerCarerHour float64 `json:"per_carer_hour,omitempty" doc:"alarms a carer-hour; absent without carer_hours"`

	Average    float64     `json:"average_per_10_min" doc:"alarms in 10 minutes at one site"`
	Peak       *PeakView   `json:"peak,omitempty" doc:"absent without any alarm"`
	FloodShare float64     `json:"flood_share" doc:"share of the time that was flood, 0 to 1"`
	Floods     []FloodView `json:"floods" doc:"more than 10 alarms in 10 minutes, until fewer than 5; at most 100"`
	FloodCount int         `json:"flood_count"`

	Chattering      []ChatterView  `json:"chattering" doc:"three activations within a minute; the worst first, at most 100"`
	ChatteringCount int            `json:"chattering_count"`
	Fleeting        []FleetingView `json:"fleeting" doc:"back to normal within 10 s; the most first, at most 100"`
	FleetingCount   int            `json:"fleeting_count"`
	Standing        []StandingView `json:"standing" doc:"open or active for more than 24 h; the longest first, at most 100"`
	StandingCount   int            `json:"standing_count"`
	Top             []FrequentView `json:"top" doc:"the ten alarms that came most"`

	Severities  []SeverityShareView `json:"severities"`
	Answers     AnswersView         `json:"answers"`
	FalseAlarms []FalseAlarmsView   `json:"false_alarms" doc:"each class that alarmed"`
	Advice      []AdviceView        `json:"advice" doc:"points with three false alarms in one turn of a shift; those of people for their staff only, at most 100"`
	AdviceCount int                 `json:"advice_count"`
}

// AlarmPoint is a point with one class of its alarms. Which point it is stays
// hidden from who may not see where an incident of the class is.
type AlarmPoint struct {
	Site  care.SiteID  `json:"site"`
	Class care.Class   `json:"class" enum:"fire,gas,carbon_monoxide,sos,call,fall,water_leak,bed_exit,wandering,inactivity,vital,intrusion,fault,tamper,battery,silent"`
	Point care.PointID `json:"point,omitempty"`
	Place PlaceView    `json:"place"`
}

// PeakView is the greatest number of alarms within ten minutes at one site.
type PeakView struct {
	Site  care.SiteID `json:"site"`
	At    time.Time   `json:"at" doc:"of the last of them"`
	Count int         `json:"count"`
}

// FloodView is a flood of alarms at one site.
type FloodView struct {
	Site    care.SiteID `json:"site"`
	From    time.Time   `json:"from"`
	To      time.Time   `json:"to"`
	Ongoing bool        `json:"ongoing,omitempty" doc:"it had not ended at the end of the interval"`
	Alarms  int         `json:"alarms"`
}

// ChatterView is a point that chatters.
type ChatterView struct {
	AlarmPoint
	Bursts int       `json:"bursts"`
	Most   int       `json:"most" doc:"greatest number within a minute"`
	Last   time.Time `json:"last"`
}

// FleetingView is a point whose alarms end before anybody can look.
type FleetingView struct {
	AlarmPoint
	Count int `json:"count"`
}

// StandingView is an incident that stands too long.
type StandingView struct {
	AlarmPoint
	Incident string    `json:"incident"`
	Since    time.Time `json:"since"`
	For      float64   `json:"for_s" doc:"seconds, at the end of the interval"`
	Open     bool      `json:"open" doc:"nobody had resolved it by then"`
	Active   bool      `json:"active" doc:"the sensor was active then"`
}

// FrequentView is one of the points that alarmed most.
type FrequentView struct {
	AlarmPoint
	Count int     `json:"count"`
	Share float64 `json:"share" doc:"of all alarms, 0 to 1"`
}

// SeverityShareView is how much of all alarms had a severity.
type SeverityShareView struct {
	Severity    string  `json:"severity" enum:"low,medium,high,urgent"`
	Count       int     `json:"count"`
	Share       float64 `json:"share" doc:"0 to 1"`
	Recommended float64 `json:"recommended" doc:"the share that ISA-18.2 and IEC 62682 recommend, 0 to 1"`
}

// AnswersView are the answer times of all and by group. The equipment is in
// those by class only.
type AnswersView struct {
	Overall AnswerView   `json:"overall"`
	BySite  []AnswerView `json:"by_site"`
	ByClass []AnswerView `json:"by_class"`
	ByShift []AnswerView `json:"by_shift"`
}

// AnswerView is how the incidents of one group were answered.
type AnswerView struct {
	Key        string    `json:"key,omitempty" doc:"id of the site, class, or shift: day, evening, night or its name; absent for all and for times in no shift"`
	Incidents  int       `json:"incidents"`
	Unanswered int       `json:"unanswered" doc:"nobody has accepted them yet"`
	Realarmed  int       `json:"realarmed" doc:"alarmed more than once, of which the last wait is counted"`
	Accept     TimesView `json:"accept" doc:"from the alarm to the acceptance"`
	Arrive     TimesView `json:"arrive" doc:"from the alarm to the proof of arrival"`
}

// TimesView is how long people waited for one step.
type TimesView struct {
	Count     int     `json:"count"`
	Missing   int     `json:"missing" doc:"had none"`
	Median    float64 `json:"median_s,omitempty" doc:"seconds, of those that had it"`
	P90       float64 `json:"p90_s,omitempty"`
	Max       float64 `json:"max_s,omitempty"`
	Within60  float64 `json:"within_60_s" doc:"share of all within 60 s, 0 to 1"`
	Within180 float64 `json:"within_180_s" doc:"share of all within 180 s, 0 to 1"`
}

// FalseAlarmsView is how often alarms of a class were false.
type FalseAlarmsView struct {
	Class           care.Class `json:"class" enum:"fire,gas,carbon_monoxide,sos,call,fall,water_leak,bed_exit,wandering,inactivity,vital,intrusion,fault,tamper,battery,silent"`
	Alarms          int        `json:"alarms"`
	False           int        `json:"false"`
	PerResidentWeek float64    `json:"per_resident_week" doc:"0 when there is no resident"`
	Reference       float64    `json:"reference,omitempty" doc:"a published figure for the same"`
}

// AdviceView is what can be done about a point that cries wolf.
type AdviceView struct {
	AlarmPoint
	Shift       string         `json:"shift,omitempty" doc:"of its latest such turn"`
	Day         string         `json:"day" format:"date" doc:"local day on which that turn began"`
	FalseAlarms int            `json:"false_alarms" doc:"in that turn"`
	Turns       int            `json:"turns" doc:"such turns in the interval"`
	Offers      []health.Offer `json:"offers" enum:"delay,move,repair,shelve,under_repair"`
}

// renderAlarmHealth returns a report as a form may see it.
func renderAlarmHealth(d *people.Directory, f Form, sites []care.SiteID, r health.Report, now time.Time) AlarmHealth {
	v := AlarmHealth{
		Time: now.UTC(), From: r.From.UTC(), To: r.To.UTC(), Sites: []SiteView{}, Residents: r.Residents,
		Incidents: r.Incidents, Alarms: r.Alarms, Estimated: r.Estimated, Explained: r.Explained, Exercises: r.Exercises, Pending: r.Pending,
		CarerHours: r.CarerHours, PerCarerHour: r.PerCarerHour, Average: r.Average, FloodShare: r.FloodShare,
		Answers: AnswersView{
			Overall: renderAnswer(r.Answers.Overall), BySite: viewsOf(r.Answers.BySite, renderAnswer),
			ByClass: viewsOf(r.Answers.ByClass, renderAnswer), ByShift: viewsOf(r.Answers.ByShift, renderAnswer),
		},
	}
	for _, id := range sites {
		v.Sites = append(v.Sites, renderSite(d, id))
	}
	if p := r.Peak; p.Count > 0 {
		v.Peak = &PeakView{p.Site, p.At, p.Count}
	}
	point := func(w health.Where) AlarmPoint {
		i := care.Incident{Site: w.Site, Class: w.Class, Point: w.Point}
		p := AlarmPoint{Site: w.Site, Class: w.Class, Place: renderPlace(d, f, i)}
		if f == FormStaff || open(d, f, i) {
			p.Point = w.Point
		}
		return p
	}
	v.Floods, v.FloodCount = firstViewsOf(r.Floods, func(x health.Flood) FloodView { return FloodView(x) })
	v.Chattering, v.ChatteringCount = firstViewsOf(r.Chattering, func(x health.Chatter) ChatterView {
		return ChatterView{point(x.Where), x.Bursts, x.Most, x.Last}
	})
	v.Fleeting, v.FleetingCount = firstViewsOf(r.Fleeting, func(x health.Fleeting) FleetingView {
		return FleetingView{point(x.Where), x.Count}
	})
	v.Standing, v.StandingCount = firstViewsOf(r.Standing, func(x health.Standing) StandingView {
		return StandingView{point(x.Where), x.Incident, x.Since, x.For.Seconds(), x.Open, x.Active}
	})
	v.Top = viewsOf(r.Top, func(x health.Frequent) FrequentView {
		return FrequentView{point(x.Where), x.Count, x.Share}
	})
	v.Severities = viewsOf(r.Severities, func(x health.SeverityShare) SeverityShareView {
		return SeverityShareView{x.Severity.String(), x.Count, x.Share, x.Recommended}
	})
	v.FalseAlarms = viewsOf(r.FalseAlarms, func(x health.FalseAlarms) FalseAlarmsView { return FalseAlarmsView(x) })
	var advice []health.Advice
	for _, x := range r.Advice {
		// That an alarm about a resident was false is for the staff who went.
		if seesCause(f, open(d, f, care.Incident{Site: x.Site, Class: x.Class, Point: x.Point})) {
			advice = append(advice, x)
		}
	}
	v.Advice, v.AdviceCount = firstViewsOf(advice, func(x health.Advice) AdviceView {
		return AdviceView{point(x.Where), x.Shift, x.Day.Format(time.DateOnly), x.FalseAlarms, x.Turns, x.Offers}
	})
	return v
}

// viewsOf renders a list; the result is never nil.
func viewsOf[T, V any](list []T, render func(T) V) []V {
	views := []V{}
	for _, x := range list {
		views = append(views, render(x))
	}
	return views
}

// firstViewsOf renders the first MaxHealthRows of a list, and counts all of it.
func firstViewsOf[T, V any](list []T, render func(T) V) (views []V, count int) {
	return viewsOf(list[:min(len(list), MaxHealthRows)], render), len(list)
}

func renderAnswer(a health.Answer) AnswerView {
	return AnswerView{a.Key, a.Incidents, a.Unanswered, a.Realarmed, renderTimes(a.Accept), renderTimes(a.Arrive)}
}

func renderTimes(t health.Times) TimesView {
	return TimesView{
		t.Count, t.Missing, t.Median.Seconds(), t.P90.Seconds(), t.Max.Seconds(), t.Within60, t.Within180,
	}
}
