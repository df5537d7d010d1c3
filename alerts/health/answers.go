package health

import (
	"math"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// The limits whose shares are told: a minute for somebody to take an alarm,
// and three for somebody to be there.
const (
	AcceptGoal = 60 * time.Second
	ArriveGoal = 180 * time.Second
)

// Times is how long people waited for one step of an answer.
type Times struct {
	Count int // incidents that had it
	// Missing is how many had not: they are in no time and in both shares.
	Missing int
	// Median, P90 and Max are of those that had it, by the nearest rank: each is
	// a wait that somebody had.
	Median, P90, Max time.Duration
	// Within60 and Within180 are the shares within 60 s and 180 s, 0 to 1; of
	// all that had it or had waited that long without.
	Within60, Within180 float64
}

// Answer is how the incidents of one group were answered.
type Answer struct {
	// Key is the site, the class or the name of the shift; empty for all, and for
	// times in no shift.
	Key        string
	Incidents  int
	Unanswered int // nobody has accepted them yet
	// Realarmed is how many alarmed more than once, so that only their last wait
	// is known.
	Realarmed      int
	Accept, Arrive Times
}

// Answers are all groups. Those by class hold every class that alarmed, in the
// order of care.Classes; all others leave the equipment out.
type Answers struct {
	Overall                  Answer
	BySite, ByClass, ByShift []Answer
}

// group gathers the waits of an Answer.
type group struct {
	answer         Answer
	accept, arrive []wait
}

// wait is how long one step took, or has been missing.
type wait struct {
	length time.Duration
	had    bool
}

// answers judges the incidents that alarmed last in the interval.
func (in Input) answers(sites map[care.SiteID]Site, incidents []care.Incident) Answers {
	var overall group
	bySite, byClass, byShift := map[string]*group{}, map[string]*group{}, map[string]*group{}
	for k := range incidents {
		i := &incidents[k]
		if !in.within(i.AlarmedAt) || exercise(i) {
			continue
		}
		in.enter(byClass, string(i.Class), i)
		if i.Class.Equipment() {
			continue
		}
		site := sites[i.Site]
		shift, _ := Turn(site.Shifts, i.AlarmedAt, site.Location)
		overall.enter(in.Now, i)
		in.enter(bySite, string(i.Site), i)
		in.enter(byShift, shift, i)
	}
	var classes, shifts []string
	for _, c := range care.Classes() {
		classes = append(classes, string(c))
	}
	for _, s := range in.Sites {
		named := s.Shifts
		if named == nil {
			named = DefaultShifts()
		}
		for _, shift := range named {
			if !slices.Contains(shifts, shift.Name) {
				shifts = append(shifts, shift.Name)
			}
		}
	}
	var ids []string
	for _, s := range in.Sites {
		ids = append(ids, string(s.ID))
	}
	slices.Sort(ids)
	return Answers{
		Overall: overall.sum(), BySite: inOrder(bySite, ids),
		ByClass: inOrder(byClass, classes), ByShift: inOrder(byShift, append(shifts, "")),
	}
}

func (in Input) enter(groups map[string]*group, key string, i *care.Incident) {
	if groups[key] == nil {
		groups[key] = &group{answer: Answer{Key: key}}
	}
	groups[key].enter(in.Now, i)
}

// inOrder returns the groups that have any incident.
func inOrder(groups map[string]*group, keys []string) []Answer {
	var list []Answer
	for _, key := range keys {
		if g := groups[key]; g != nil {
			list = append(list, g.sum())
			delete(groups, key)
		}
	}
	return list
}

func (g *group) enter(now time.Time, i *care.Incident) {
	g.answer.Incidents++
	if i.Alarms > 1 {
		g.answer.Realarmed++
	}
	accepted := firstOf(i.Accepted, i.Arrived, i.Resolved)
	if accepted == nil {
		g.answer.Unanswered++
	}
	g.accept = append(g.accept, waitOf(i, accepted, now))
	if !i.Class.Equipment() {
		w := waitOf(i, i.Arrived, now)
		if !w.had && i.Resolved != nil {
			w.length = math.MaxInt64 // nobody ever arrives
		}
		g.arrive = append(g.arrive, w)
	}
}

func firstOf(acts ...*care.Act) *care.Act {
	for _, a := range acts {
		if a != nil {
			return a
		}
	}
	return nil
}

func waitOf(i *care.Incident, act *care.Act, now time.Time) wait {
	if act == nil {
		return wait{length: max(0, now.Sub(i.AlarmedAt))}
	}
	return wait{max(0, act.At.Sub(i.AlarmedAt)), true}
}

func (g *group) sum() Answer {
	a := g.answer
	a.Accept, a.Arrive = timesOf(g.accept), timesOf(g.arrive)
	return a
}

func timesOf(waits []wait) Times {
	var t Times
	var had []time.Duration
	for _, w := range waits {
		if w.had {
			had = append(had, w.length)
		} else {
			t.Missing++
		}
	}
	t.Count = len(had)
	if t.Count > 0 {
		slices.Sort(had)
		t.Median, t.P90, t.Max = rank(had, 50), rank(had, 90), had[t.Count-1]
	}
	t.Within60, t.Within180 = within(waits, AcceptGoal), within(waits, ArriveGoal)
	return t
}

// rank returns the nearest-rank percentile of sorted values, of which there is
// at least one.
func rank(sorted []time.Duration, percent int) time.Duration {
	return sorted[(len(sorted)*percent+99)/100-1]
}

// within returns the share of waits that ended in a limit. Who still waits and
// has not waited that long is not yet judged.
func within(waits []wait, limit time.Duration) float64 {
	in, all := 0, 0
	for _, w := range waits {
		switch {
		case w.had && w.length <= limit:
			in++
			all++
		case w.had || w.length > limit:
			all++
		}
	}
	if all == 0 {
		return 0
	}
	return float64(in) / float64(all)
}
