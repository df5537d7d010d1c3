package health

import (
	"cmp"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Where names one kind of alarm of one point, which is what ISA-18.2 calls an
// alarm in its lists.
type Where struct {
	Site  care.SiteID
	Point care.PointID
	Class care.Class
}

func whereOf(i *care.Incident) Where { return Where{i.Site, i.Point, i.Class} }

func (w Where) compare(v Where) int {
	return cmp.Or(cmp.Compare(w.Site, v.Site), cmp.Compare(w.Point, v.Point), cmp.Compare(w.Class, v.Class))
}

// An alarm chatters when it comes three times or more within a minute
// (ISA-18.2, 16.5: chattering alarms; the limit is the usual one).
const (
	ChatterCount  = 3
	ChatterPeriod = time.Minute
)

// Chatter is a point that repeats itself faster than anybody can answer.
type Chatter struct {
	Where
	Bursts int       // times of chattering, each of which ended with a minute of rest
	Most   int       // the greatest number within a minute
	Last   time.Time // the latest activation of a burst
}

// chattering returns the points that chattered, the worst first.
func chattering(in Input, sites map[care.SiteID]Site, alarms []alarm) []Chatter {
	times := map[Where][]time.Time{}
	if in.Activations == nil {
		for _, a := range alarms {
			times[whereOf(a.of)] = append(times[whereOf(a.of)], a.at)
		}
	}
	for _, a := range in.Activations {
		if _, ok := sites[a.Site]; ok && in.within(a.At) {
			w := Where{a.Site, a.Point, a.Class}
			times[w] = append(times[w], a.At)
		}
	}
	var found []Chatter
	for w, at := range times {
		slices.SortFunc(at, time.Time.Compare)
		c := Chatter{Where: w}
		for i, lo := 0, 0; i < len(at); i++ {
			for at[i].Sub(at[lo]) > ChatterPeriod {
				lo++
			}
			if n := i - lo + 1; n >= ChatterCount {
				if c.Bursts == 0 || at[lo].Sub(c.Last) > ChatterPeriod {
					c.Bursts++
				}
				c.Last, c.Most = at[i], max(c.Most, n)
			}
		}
		if c.Bursts > 0 {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(x, y Chatter) int {
		return cmp.Or(cmp.Compare(y.Most, x.Most), cmp.Compare(y.Bursts, x.Bursts), x.Where.compare(y.Where))
	})
	return found
}

// FleetingWithin is how soon an alarm that was back to normal was of no use to
// anybody (ISA-18.2: fleeting). The standard names no limit; in ten seconds
// nobody has reached a board.
const FleetingWithin = 10 * time.Second

// Fleeting is a point whose alarms were over before anybody could look.
type Fleeting struct {
	Where
	Count int // incidents whose latest alarm was fleeting
}

// fleeting returns the points with fleeting alarms, the most first. What came
// late had ended before it came, and a press or a fall never clears: neither
// says anything of the sensor.
func fleeting(in Input, incidents []care.Incident) []Fleeting {
	counts := map[Where]int{}
	for k := range incidents {
		i := &incidents[k]
		if i.ClearedAt == nil || i.Late || !in.within(i.AlarmedAt) {
			continue
		}
		if after := i.ClearedAt.Sub(i.AlarmedAt); after > 0 && after <= FleetingWithin {
			counts[whereOf(i)]++
		}
	}
	var found []Fleeting
	for w, n := range counts {
		found = append(found, Fleeting{w, n})
	}
	slices.SortFunc(found, func(x, y Fleeting) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), x.Where.compare(y.Where))
	})
	return found
}

// StaleAfter is how long an alarm stands before it is stale (ISA-18.2, 16.5):
// people have learned to look past it.
const StaleAfter = 24 * time.Hour

// Standing is an incident that was open, or whose sensor was active, for more
// than a day.
type Standing struct {
	Where
	Incident string
	Since    time.Time     // when it was raised
	For      time.Duration // until its end, or that of the interval
	Open     bool          // at the end of the interval nobody had resolved it
	Active   bool          // at the end of the interval the sensor was active
}

// standing returns what stood, the longest first.
func standing(in Input, incidents []care.Incident) []Standing {
	var found []Standing
	for k := range incidents {
		i := &incidents[k]
		s := Standing{
			Where: whereOf(i), Incident: i.ID, Since: i.RaisedAt,
			Open:   i.Resolved == nil || !i.Resolved.At.Before(in.To),
			Active: i.Active || i.ClearedAt != nil && !i.ClearedAt.Before(in.To),
		}
		until := in.To
		if !s.Open && !s.Active {
			until = i.Resolved.At
			if i.ClearedAt != nil && i.ClearedAt.After(until) {
				until = *i.ClearedAt
			}
		}
		s.For = until.Sub(s.Since)
		if s.For > StaleAfter && until.After(in.From) {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(x, y Standing) int {
		return cmp.Or(cmp.Compare(y.For, x.For), cmp.Compare(x.Incident, y.Incident))
	})
	return found
}

// TopPoints is how many of the most frequent alarms are listed. ISA-18.2 looks
// at ten, which together should make no more than a twentieth of all.
const TopPoints = 10

// Frequent is one of the points that alarmed most.
type Frequent struct {
	Where
	Count int
	Share float64 // of all alarms, 0 to 1
}

func frequent(alarms []alarm) []Frequent {
	counts := map[Where]int{}
	for _, a := range alarms {
		counts[whereOf(a.of)]++
	}
	var found []Frequent
	for w, n := range counts {
		found = append(found, Frequent{w, n, float64(n) / float64(len(alarms))})
	}
	slices.SortFunc(found, func(x, y Frequent) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), x.Where.compare(y.Where))
	})
	return found[:min(TopPoints, len(found))]
}

// SeverityShare is how much of all alarms had a severity.
type SeverityShare struct {
	Severity care.Severity
	Count    int
	Share    float64 // 0 to 1
	// Recommended is the share that ISA-18.2 and IEC 62682 recommend (clause 16,
	// priority distribution): about 80 % low, 15 % medium, 5 % high, and of a
	// fourth, highest one less than 1 %. When everything is urgent, nothing is.
	// Homes differ: an SOS is urgent by its nature.
	Recommended float64
}

func severities(alarms []alarm) []SeverityShare {
	shares := []SeverityShare{
		{Severity: care.Urgent, Recommended: 0.01}, {Severity: care.High, Recommended: 0.05},
		{Severity: care.Medium, Recommended: 0.15}, {Severity: care.Low, Recommended: 0.80},
	}
	for k := range shares {
		s := &shares[k]
		for _, a := range alarms {
			if a.of.Severity == s.Severity {
				s.Count++
			}
		}
		if len(alarms) > 0 {
			s.Share = float64(s.Count) / float64(len(alarms))
		}
	}
	return shares
}
