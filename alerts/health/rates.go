package health

import (
	"cmp"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// The limits of a flood (ISA-18.2, 16.5): it begins with more than ten alarms
// in ten minutes and ends with fewer than five.
const (
	FloodPeriod = 10 * time.Minute
	FloodBegins = 10 // more than
	FloodEnds   = 5  // fewer than
)

// Peak is the greatest number of alarms that any ten minutes had at one site.
type Peak struct {
	Site  care.SiteID // empty without any alarm
	At    time.Time   // of the last of them
	Count int
}

// Flood is a time in which more alarms came than people can answer.
type Flood struct {
	Site care.SiteID
	// From is the first of the alarms that made it a flood, To the moment at
	// which the ten minutes before held fewer than five.
	From, To time.Time
	// Ongoing says that it had not ended at the end of the interval, which To
	// then is.
	Ongoing bool
	Alarms  int
}

// rates fills in averages, peak and floods. A flood overwhelms the carers of
// one site, so that sites are looked at one by one.
func (r *Report) rates(in Input, sites map[care.SiteID]Site, alarms []alarm) {
	bySite := map[care.SiteID][]time.Time{}
	for _, a := range alarms {
		bySite[a.of.Site] = append(bySite[a.of.Site], a.at)
	}
	length := in.To.Sub(in.From)
	r.Average = float64(len(alarms)) * float64(FloodPeriod) / float64(length) / float64(len(sites))
	var flooded time.Duration
	for site, times := range bySite {
		for i, lo := 0, 0; i < len(times); i++ {
			for !times[lo].After(times[i].Add(-FloodPeriod)) {
				lo++
			}
			p := Peak{site, times[i], i - lo + 1}
			if p.Count > r.Peak.Count || p.Count == r.Peak.Count && p.before(r.Peak) {
				r.Peak = p
			}
		}
		for _, f := range floods(times, in.To) {
			f.Site = site
			flooded += f.To.Sub(f.From)
			r.Floods = append(r.Floods, f)
		}
	}
	slices.SortFunc(r.Floods, func(x, y Flood) int {
		return cmp.Or(x.From.Compare(y.From), cmp.Compare(x.Site, y.Site))
	})
	r.FloodShare = float64(flooded) / float64(length) / float64(len(sites))
}

func (p Peak) before(q Peak) bool {
	return p.At.Before(q.At) || p.At.Equal(q.At) && p.Site < q.Site
}

// floods finds the floods among the alarms of one site, which are in the order
// of time; end is the end of what is known.
func floods(times []time.Time, end time.Time) []Flood {
	var found []Flood
	for i, lo := 0, 0; i < len(times); i++ {
		for !times[lo].After(times[i].Add(-FloodPeriod)) {
			lo++
		}
		if i-lo+1 <= FloodBegins {
			continue
		}
		f := Flood{From: times[lo]}
		// It goes on while the next alarm comes before the fifth last one is ten
		// minutes old.
		over := func() time.Time { return times[i-FloodEnds+1].Add(FloodPeriod) }
		for i+1 < len(times) && !times[i+1].After(over()) {
			i++
		}
		f.To, f.Alarms = over(), i-lo+1
		if f.To.After(end) {
			f.To, f.Ongoing = end, true
		}
		found = append(found, f)
		lo = i + 1 // an alarm belongs to one flood
	}
	return found
}
