package supervise

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// target is a class at a point, or at something else that the core watches.
type target struct {
	site  care.SiteID
	point care.PointID
	class care.Class
}

// change is what has to be told to the book.
type change struct {
	target
	edge  care.EdgeID // empty for a region
	phase care.Phase
	// notBefore is when the state was changed that a clear event ends: the wall
	// clock may have been set back since.
	notBefore time.Time
	evidence  any
}

// look is one pass over all that is known, against what the book has.
type look struct {
	*picture
	now      moment
	dir      *people.Directory
	recorded map[target]Active
	changes  []change

	behind map[people.SiteEdge][]loss // silent points behind edges that are not lost
	homes  map[care.RegionID][]loss   // points of private homes that cannot be heard
	lost   map[care.SiteID][]loss     // points of houses behind edges that are lost
	alone  []loss                     // silent points that no edge stands before
}

// look returns what has to be told to the book, in order.
func (p *picture) look(now moment, d *people.Directory, active []Active) []change {
	p.register(now, d)
	l := &look{
		picture: p, now: now, dir: d, recorded: map[target]Active{},
		behind: map[people.SiteEdge][]loss{}, homes: map[care.RegionID][]loss{},
		lost: map[care.SiteID][]loss{},
	}
	for _, a := range active {
		l.recorded[target{a.Site, a.Point, a.Class}] = a
	}
	l.findLosses()
	l.judgeRegions()
	l.judgeHouses()
	l.judgeEdges()
	l.judgePoints()
	l.judgeConditions()
	l.judgeBatteries()
	l.clearSilence()
	return l.changes
}

// findLosses finds the points that cannot be heard.
func (l *look) findLosses() {
	for key, point := range l.dir.Points {
		if point.Retired {
			delete(l.overdue, key) // should it come back, its time begins anew
			continue
		}
		if point.Unregistered || care.ParseSubject(key.Point).Kind != care.SubjectPoint {
			continue
		}
		s := l.standing(l.now, point)
		if !s.heard {
			continue // it is not yet installed
		}
		name := people.SiteEdge{Site: key.Site, Edge: point.Edge}
		since, found := l.overdue[key]
		lost := loss{key: key, ripe: true}
		switch {
		case s.edgeLost:
			_, lost.since, lost.ripe = l.edges[name].lost(l.base, l.now.up)
		case !s.overdue:
			delete(l.overdue, key)
			continue
		case found:
			lost.since = since
		case s.edgeLate:
			continue
		default:
			lost.since = l.silentSince(key, s.due)
			l.overdue[key] = lost.since
		}
		if site := l.dir.Sites[key.Site]; site.Kind == care.PrivateHome && site.Region != "" {
			l.homes[site.Region] = append(l.homes[site.Region], lost)
		}
		switch {
		case s.edgeLost:
			if l.dir.Sites[key.Site].Kind != care.PrivateHome {
				l.lost[key.Site] = append(l.lost[key.Site], lost)
			}
		case l.edges[name] == nil:
			l.alone = append(l.alone, lost)
		default:
			l.behind[name] = append(l.behind[name], lost)
		}
	}
}

// silentSince returns since when a point is silent that was due at a time: one
// that the book had as silent before has been so for longer.
func (l *look) silentSince(key people.SitePoint, due time.Duration) time.Duration {
	a, recorded := l.recorded[target{key.Site, key.Point, care.Silent}]
	if !recorded {
		return due
	}
	return min(due, l.now.up-l.now.at.Sub(a.ChangedAt))
}

// judgeRegions finds the outages of villages.
func (l *look) judgeRegions() {
	for id := range l.homes {
		if l.regions[id] == nil {
			l.regions[id] = &outage{}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.regions)) {
		o := l.regions[id]
		o.update(l.now.up, l.homes[id], among{2, bySite})
		l.outage(l.regionTarget(id), "", o, "region")
	}
}

// judgeHouses finds houses that many of their edges have lost at once, by a
// switch without power or a cable that was cut.
func (l *look) judgeHouses() {
	for id := range l.lost {
		if l.houses[id] == nil {
			l.houses[id] = &outage{}
		}
	}
	byEdge := func(key people.SitePoint) string { return string(l.dir.Points[key].Edge) }
	for _, id := range slices.Sorted(maps.Keys(l.houses)) {
		o := l.houses[id]
		o.update(l.now.up, l.lost[id], among{outageEdges, byEdge})
		l.outage(target{id, care.SitePoint(id), care.Silent}, "", o, "site")
	}
}

// regionTarget returns where the outage of a region stands: where the book has
// it, or else in the first of its sites.
func (l *look) regionTarget(id care.RegionID) target {
	t := target{point: care.RegionPoint(id), class: care.Silent}
	for r := range l.recorded {
		if r.point == t.point && r.class == t.class && (t.site == "" || r.site < t.site) {
			t.site = r.site
		}
	}
	if t.site != "" {
		return t
	}
	for key := range l.regions[id].members {
		if t.site == "" || key.Site < t.site {
			t.site = key.Site
		}
	}
	return t
}

// told notes which outages the book knows of.
func (p *picture) told(changes []change) {
	for _, c := range changes {
		if c.phase != care.Active || c.class != care.Silent {
			continue
		}
		switch s := care.ParseSubject(c.point); s.Kind {
		case care.SubjectRegion:
			if o := p.regions[care.RegionID(s.ID)]; o != nil {
				o.again = false
			}
		case care.SubjectSite:
			if o := p.houses[c.site]; o != nil {
				o.again = false
			}
		case care.SubjectEdge:
			if o := p.outages[people.SiteEdge{Site: c.site, Edge: care.EdgeID(s.ID)}]; o != nil {
				o.again = false
			}
		}
	}
}

// inRegionOutage reports whether a point is part of the outage of a village.
func (l *look) inRegionOutage(key people.SitePoint) bool {
	return l.regions[l.dir.Sites[key.Site].Region].has(key)
}

// judgeEdges finds edges that are lost, and outages behind those that are not.
func (l *look) judgeEdges() {
	explained := map[people.SiteEdge]bool{}
	for key, point := range l.dir.Points {
		if l.inRegionOutage(key) || l.houses[key.Site].has(key) {
			explained[people.SiteEdge{Site: key.Site, Edge: point.Edge}] = true
		}
	}
	for _, name := range l.sortedEdges() {
		e := l.edges[name]
		at := target{name.Site, care.EdgePoint(name.Edge, ""), care.Silent}
		lost, since, ripe := e.lost(l.base, l.now.up)
		if lost {
			e.wasLost = e.wasLost || ripe
			if ripe && !explained[name] {
				reason := "not_heard"
				if e.hasState && !e.state.Online {
					reason = "offline"
				}
				l.raise(at, name.Edge, evidence{Reason: reason, Since: l.wall(since), LastSeen: timeOf(e.stateAt)})
			}
			continue
		}
		if l.outages[name] == nil {
			l.outages[name] = &outage{}
		}
		losses := slices.DeleteFunc(slices.Clone(l.behind[name]), func(s loss) bool { return l.inRegionOutage(s.key) })
		l.outages[name].update(l.now.up, losses, among{1, bySite})
		l.outage(at, name.Edge, l.outages[name], "outage")
	}
}

func (l *look) sortedEdges() []people.SiteEdge {
	var names []people.SiteEdge
	for name := range l.edges {
		if _, known := l.dir.Edges[name]; known {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b people.SiteEdge) int {
		return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Edge, b.Edge))
	})
	return names
}

// outage reports an outage. One that begins while the book has one at the same
// place is cleared and reported again, since it is news.
func (l *look) outage(at target, edge care.EdgeID, o *outage, reason string) {
	if !o.on() {
		return
	}
	if _, recorded := l.recorded[at]; o.again && recorded {
		l.clear(at, edge, evidence{Reason: "another_outage"})
		delete(l.recorded, at)
	}
	l.raise(at, edge, o.evidence(reason))
}

// judgePoints finds silent points that nothing explains.
func (l *look) judgePoints() {
	losses := slices.Clone(l.alone)
	for name, behind := range l.behind {
		for _, s := range behind {
			if !l.outages[name].has(s.key) {
				losses = append(losses, s)
			}
		}
	}
	sortLosses(losses)
	for _, s := range losses {
		if l.inRegionOutage(s.key) {
			continue
		}
		point := l.dir.Points[s.key]
		v := evidence{
			Reason: "not_heard", Since: l.wall(s.since), DeadlineSeconds: int(point.Deadline().Seconds()),
			LastSeen: timeOf(l.standing(l.now, point).life.seen),
		}
		l.raise(target{s.key.Site, s.key.Point, care.Silent}, point.Edge, v)
	}
}

// judgeConditions looks at the spools and clocks of edges.
func (l *look) judgeConditions() {
	for _, name := range l.sortedEdges() {
		e := l.edges[name]
		l.condition(e.spool, target{name.Site, care.EdgePoint(name.Edge, care.DetailSpool), care.Fault}, name.Edge, evidence{
			Reason: "spool", Spool: &e.state.Spool,
		})
		l.condition(e.clock, target{name.Site, care.EdgePoint(name.Edge, care.DetailClock), care.Fault}, name.Edge, evidence{
			Reason: "clock", OffsetSeconds: e.offset.Seconds(),
		})
	}
}

func (l *look) judgeBatteries() {
	keys := slices.SortedFunc(maps.Keys(l.batteries), comparePoints)
	for _, key := range keys {
		if point, known := l.dir.Points[key]; known && !point.Retired {
			b := l.batteries[key]
			l.condition(b.verdict, target{key.Site, key.Point, care.Battery}, point.Edge, evidence{
				Reason: "battery", Value: &b.level, Unit: "%EL", Since: b.at.UTC(),
			})
		}
	}
}

// condition tells the book what a verdict is.
func (l *look) condition(v verdict, at target, edge care.EdgeID, why evidence) {
	switch v {
	case bad:
		l.raise(at, edge, why)
	case good:
		if _, recorded := l.recorded[at]; recorded {
			l.clear(at, edge, why)
		}
	}
}

// clearSilence ends what the book has as silent and is heard again, and what is
// no longer registered or was retired: a retired point that comes back has to be
// found silent anew, which it is not while the book has it as silent. The same
// holds for its battery.
func (l *look) clearSilence() {
	for _, at := range slices.SortedFunc(maps.Keys(l.recorded), compareTargets) {
		subject := care.ParseSubject(at.point)
		edge := care.EdgeID("")
		heard := false
		switch {
		case subject.Kind == care.SubjectPoint && at.class == care.Silent:
			point, known := l.dir.Point(at.site, at.point)
			edge = point.Edge
			s := l.standing(l.now, point)
			heard = !known || point.Retired || s.proven || !s.heard
		case subject.Kind == care.SubjectPoint && at.class == care.Battery:
			if point, known := l.dir.Point(at.site, at.point); known && point.Retired {
				l.clear(at, point.Edge, evidence{Reason: "retired"})
			}
		case subject.Kind == care.SubjectEdge:
			edge = care.EdgeID(subject.ID)
			name := people.SiteEdge{Site: at.site, Edge: edge}
			_, known := l.dir.Edges[name]
			heard = !known || at.class == care.Silent && subject.Detail == "" && l.edgeBack(name)
		case subject.Kind == care.SubjectRegion && at.class == care.Silent:
			o := l.regions[care.RegionID(subject.ID)]
			heard = o == nil && l.settled() || o != nil && !o.on() && (o.count > 0 || l.settled())
		}
		if subject.Kind == care.SubjectSite && at.class == care.Silent {
			o := l.houses[at.site]
			heard = o == nil && l.settled() || o != nil && !o.on() && (o.count > 0 || l.settled())
		}
		if heard {
			l.clear(at, edge, evidence{Reason: "heard"})
		}
	}
}

// edgeBack reports whether an edge is heard and has no outage behind it. When
// the book knows of one from before deadlines began, the points behind the edge
// are waited for.
func (l *look) edgeBack(name people.SiteEdge) bool {
	e, o := l.edges[name], l.outages[name]
	if !e.heardAgain(l.base, l.now.up) || o != nil && o.on() {
		return false
	}
	return e.wasLost || o != nil && o.count > 0 || l.settled()
}

// settled reports whether points on mains have had their deadline since
// deadlines began.
func (l *look) settled() bool { return l.now.up-l.base >= care.MainsDeadline }

// raise reports what the book does not have as active.
func (l *look) raise(at target, edge care.EdgeID, why evidence) {
	if _, recorded := l.recorded[at]; !recorded {
		l.changes = append(l.changes, change{target: at, edge: edge, phase: care.Active, evidence: why})
	}
}

// clear reports that what the book has as active has ended.
func (l *look) clear(at target, edge care.EdgeID, why evidence) {
	l.changes = append(l.changes, change{
		target: at, edge: edge, phase: care.Clear, notBefore: l.recorded[at].ChangedAt, evidence: why,
	})
}

// wall returns a time of this process by the wall clock of now.
func (l *look) wall(up time.Duration) time.Time {
	return l.now.at.Add(up - l.now.up).UTC().Truncate(time.Second)
}
