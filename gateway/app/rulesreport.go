package app

import (
	"cmp"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/rule"
)

// RulesReport is what rules would have raised.
type RulesReport struct {
	Sites []TriedSite `json:"sites"`
	// Rules are in the order in which they were written.
	Rules []TriedRule `json:"rules"`
}

// TriedSite is a site at which rules were tried.
type TriedSite struct {
	ID       care.SiteID `json:"id"`
	Name     care.Text   `json:"name"`
	TimeZone string      `json:"time_zone"`
	Since    time.Time   `json:"since"` // by the clock of the site, as are all times below
	Until    time.Time   `json:"until"`
	Points   int         `json:"points"` // registered ones
}

// TriedRule is one rule and what it would have raised.
type TriedRule struct {
	Rule     string        `json:"rule"`
	Name     care.Text     `json:"name"`
	Class    care.Class    `json:"class"`
	Quantity care.Quantity `json:"quantity"`
	// Points is for how many registered points the rule is, WithHistory of how
	// many of them a reading of the quantity is stored.
	Points      int `json:"points"`
	WithHistory int `json:"points_with_history"`
	Readings    int `json:"readings"`

	Alarms int `json:"alarms"`
	// Night is how many of them came from 22:00 to 06:00.
	Night int       `json:"night"`
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
	// Weeks are all of the time, also those without an alarm.
	Weeks []Week `json:"weeks"`
	// Most are the points with alarms, those with the most first.
	Most []PointAlarms `json:"most"`
	// Raised is in the order of time.
	Raised []WouldRaise `json:"raised"`
}

// Week is one from Monday to Sunday.
type Week struct {
	Monday string `json:"monday"` // such as 2026-11-23
	Alarms int    `json:"alarms"`
}

// PointAlarms is how often a point would have alarmed.
type PointAlarms struct {
	Site   care.SiteID  `json:"site"`
	Point  care.PointID `json:"point"`
	Place  care.Text    `json:"place"`
	Alarms int          `json:"alarms"`
}

// WouldRaise is one alarm that would have been raised.
type WouldRaise struct {
	At time.Time `json:"at"`
	// Until is when it would have ended; zero when it lasted beyond the time.
	Until time.Time    `json:"until,omitzero"`
	Value float64      `json:"value"`
	Site  care.SiteID  `json:"site"`
	Point care.PointID `json:"point"`
	Place care.Text    `json:"place"`
}

func newRulesReport(set *rule.Set) RulesReport {
	r := RulesReport{Rules: []TriedRule{}}
	for _, v := range set.Rules() {
		r.Rules = append(r.Rules, TriedRule{
			Rule: v.ID, Name: v.Name, Class: v.Class, Quantity: v.Quantity,
			Weeks: []Week{}, Most: []PointAlarms{}, Raised: []WouldRaise{},
		})
	}
	return r
}

// take adds what came of one quantity of one place.
func (r *RulesReport) take(place rule.Place, ids []string, read int, raised []rule.Raised, s TriedSite) {
	name, loc := inWords(place), s.Since.Location()
	for n := range r.Rules {
		t := &r.Rules[n]
		if !slices.Contains(ids, t.Rule) {
			continue
		}
		t.Points++
		t.Readings += read
		if read > 0 {
			t.WithHistory++
		}
		before := len(t.Raised)
		for _, v := range raised {
			// What was raised earlier is not of this time, nor is what a door
			// that has stood open ever since says of it.
			if v.Rule != t.Rule || v.At.Before(s.Since) {
				continue
			}
			w := WouldRaise{At: v.At.In(loc), Value: v.Value, Site: v.Site, Point: v.Point, Place: name}
			if !v.Until.IsZero() {
				w.Until = v.Until.In(loc)
			}
			t.Raised = append(t.Raised, w)
		}
		if count := len(t.Raised) - before; count > 0 {
			t.Most = append(t.Most, PointAlarms{Site: s.ID, Point: place.Point.ID, Place: name, Alarms: count})
		}
	}
}

// finish counts when all places are in.
func (r *RulesReport) finish() {
	for n := range r.Rules {
		t := &r.Rules[n]
		slices.SortStableFunc(t.Raised, func(a, b WouldRaise) int { return a.At.Compare(b.At) })
		slices.SortStableFunc(t.Most, func(a, b PointAlarms) int { return cmp.Compare(b.Alarms, a.Alarms) })
		t.Alarms = len(t.Raised)
		weeks := map[string]int{}
		for _, s := range r.Sites {
			for m := monday(s.Since); m.Before(s.Until); m = m.AddDate(0, 0, 7) {
				weeks[m.Format(time.DateOnly)] = 0
			}
		}
		for _, w := range t.Raised {
			weeks[monday(w.At).Format(time.DateOnly)]++
			if h := w.At.Hour(); h >= 22 || h < 6 {
				t.Night++
			}
		}
		for m, count := range weeks {
			t.Weeks = append(t.Weeks, Week{m, count})
		}
		slices.SortFunc(t.Weeks, func(a, b Week) int { return cmp.Compare(a.Monday, b.Monday) })
		if t.Alarms > 0 {
			t.First, t.Last = t.Raised[0].At, t.Raised[t.Alarms-1].At
		}
	}
}

// monday returns the beginning of the week of a local time.
func monday(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, t.Location())
}
