package supervise

import (
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

const (
	// edgeDeadline is how long an edge, which sends its state every 60 s, may
	// not be heard.
	edgeDeadline = 200 * time.Second
	// edgeLate is after how long without a state, two of which are missing
	// then, its points are not judged until it is heard or lost.
	edgeLate = 130 * time.Second
	// settleTime is how long it may take after a disturbance until everything is
	// heard again that reports each minute.
	settleTime = 75 * time.Second
	// willGrace is how long an edge may be offline after its Last Will, so that
	// a reconnection raises nothing.
	willGrace = 60 * time.Second
	// unwellTolerated is how long the way in may be down without deadlines
	// beginning anew.
	unwellTolerated = 10 * time.Second
	// jumpTolerated is how far apart two passes may be, and by how much the
	// wall clock may have moved otherwise than the monotonic clock.
	jumpTolerated = 30 * time.Second
)

// moment is one time by both clocks: at is the wall clock's, and up the time
// since the start by the monotonic clock.
type moment struct {
	at time.Time
	up time.Duration
}

// life is when a point was last heard.
type life struct {
	seen time.Time     // by the wall clock, to be shown and kept
	up   time.Duration // the same by the monotonic clock; before the start it is negative
	// reported says that it ever gave a reading or an event of its own.
	reported bool
}

// picture is all that is known, and what follows from it. It has no clock and
// no I/O: every time is handed in.
type picture struct {
	// base is since when things could be heard without a gap: deadlines begin
	// there.
	base time.Duration
	last moment // of the pass before
	// unwell is since when the way in is down, where it is.
	unwell   time.Duration
	isUnwell bool

	points map[people.SitePoint]time.Duration // since when each is registered
	lives  map[people.SitePoint]life
	// commissioned is when points proved themselves for the first time.
	commissioned map[people.SitePoint]time.Time
	edges        map[people.SiteEdge]*edge
	batteries    map[people.SitePoint]battery
	// overdue is since when points are silent.
	overdue map[people.SitePoint]time.Duration
	outages map[people.SiteEdge]*outage
	regions map[care.RegionID]*outage
	houses  map[care.SiteID]*outage // of edges
}

func newPicture(start moment) *picture {
	return &picture{
		last:         start,
		points:       map[people.SitePoint]time.Duration{},
		lives:        map[people.SitePoint]life{},
		commissioned: map[people.SitePoint]time.Time{},
		edges:        map[people.SiteEdge]*edge{},
		batteries:    map[people.SitePoint]battery{},
		overdue:      map[people.SitePoint]time.Duration{},
		outages:      map[people.SiteEdge]*outage{},
		regions:      map[care.RegionID]*outage{},
		houses:       map[care.SiteID]*outage{},
	}
}

// heard notes a sign of life that was given at a time by the wall clock. One
// that is older than what is known changes the proof only. It reports whether
// what is to be kept of the time, or of the proof, has changed.
func (p *picture) heard(now moment, key people.SitePoint, at time.Time, proof care.Proof) (newer, proved bool) {
	if proof == care.ProofNone {
		return false, false
	}
	if at.After(now.at) {
		at = now.at
	}
	l, known := p.lives[key]
	if up := now.up - now.at.Sub(at); !known || up > l.up {
		l.seen, l.up, newer = at, up, true
	}
	proved = proof == care.ProofReport && !l.reported
	l.reported = l.reported || proved
	p.lives[key] = l
	return newer, proved
}

// begin notes that a pass is made, and decides whether anything can be judged.
// It lets all deadlines begin anew when time passed in which nothing could be
// heard; why says so.
func (p *picture) begin(now moment, well bool) (judge bool, why string) {
	up, wall := now.up-p.last.up, now.at.Sub(p.last.at)
	p.last = now
	switch {
	case up > jumpTolerated:
		why = "the process had stopped"
	case (wall - up).Abs() > jumpTolerated:
		why = "the wall clock has jumped"
	}
	switch {
	case !well && !p.isUnwell:
		p.isUnwell, p.unwell = true, now.up
	case well && p.isUnwell:
		if now.up-p.unwell > unwellTolerated {
			why = "nothing came in from edges"
		}
		p.isUnwell = false
	}
	if why != "" {
		p.restart(now)
	}
	return well, why
}

// restart lets all deadlines begin now.
func (p *picture) restart(now moment) {
	p.base = now.up
	clear(p.overdue)
	clear(p.outages)
	clear(p.regions)
	clear(p.houses)
	for _, e := range p.edges {
		e.wasLost, e.waiting, e.fine, e.skewed = false, 0, 0, 0
	}
}

// register takes up what is registered.
func (p *picture) register(now moment, d *people.Directory) {
	for key, point := range d.Points {
		// One that was retired and comes back has its whole deadline.
		if _, known := p.points[key]; !known || point.Retired {
			p.points[key] = now.up
		}
	}
	for key := range p.points {
		if _, known := d.Points[key]; !known {
			delete(p.points, key)
			delete(p.overdue, key)
		}
	}
	for name := range d.Edges {
		p.edge(now, name)
	}
}

// edge returns what is known of an edge.
func (p *picture) edge(now moment, name people.SiteEdge) *edge {
	e := p.edges[name]
	if e == nil {
		e = &edge{known: now.up}
		p.edges[name] = e
	}
	return e
}

// standing is how a point stands by its deadline.
type standing struct {
	life     life
	heard    bool          // ever
	proven   bool          // within its deadline
	due      time.Duration // when the deadline is over
	overdue  bool
	edgeLost bool
	edgeLate bool // or was until just now
}

func (p *picture) standing(now moment, point care.Point) standing {
	key := people.SitePoint{Site: point.Site, Point: point.ID}
	var s standing
	s.life, s.heard = p.lives[key]
	if at, works := p.commissioned[key]; works && !s.heard {
		// It was heard, and the process ended before that was written.
		s.life, s.heard = life{seen: at, up: now.up - now.at.Sub(at), reported: true}, true
	}
	since := max(p.base, p.points[key])
	if e := p.edges[people.SiteEdge{Site: point.Site, Edge: point.Edge}]; e != nil && point.Edge != "" {
		since = max(since, e.back)
		s.edgeLost, _, _ = e.lost(p.base, now.up)
		s.edgeLate = e.unsure(p.base, now.up)
	}
	if s.heard {
		since = max(since, s.life.up)
		s.proven = now.up-s.life.up < point.Deadline()
	}
	s.due = since + point.Deadline()
	s.overdue = now.up >= s.due
	return s
}

// proof is the line of a point on the coverage list.
func (p *picture) proof(now moment, point care.Point) care.PointProof {
	s := p.standing(now, point)
	v := care.PointProof{
		Commissioned: p.commissioned[people.SitePoint{Site: point.Site, Point: point.ID}], LastSeen: s.life.seen, Proof: care.ProofNone, Coverage: care.Unproven,
		Deadline: point.Deadline(), DueAt: now.at.Add(s.due - now.up),
	}
	switch {
	case s.heard && s.life.reported:
		v.Proof = care.ProofReport
	case s.heard:
		v.Proof = care.ProofHello
	}
	key := people.SitePoint{Site: point.Site, Point: point.ID}
	_, found := p.overdue[key]
	switch {
	case s.edgeLost:
		v.Doubt = care.DoubtEdge
	case s.overdue && p.inOutage(key, point.Edge):
		v.Doubt = care.DoubtOutage
	case s.overdue && s.edgeLate && !found:
		v.Doubt = care.DoubtWaiting
	case s.overdue && s.heard && !point.Unregistered && !point.Retired:
		v.Coverage = care.Unheard
	case !s.heard:
		v.Doubt = care.DoubtNever
	case !s.proven:
		v.Doubt = care.DoubtStart
	case !s.life.reported:
		v.Doubt = care.DoubtHello
	default:
		v.Coverage = care.Proved
	}
	return v
}

// inOutage reports whether a point belongs to an outage.
func (p *picture) inOutage(key people.SitePoint, edge care.EdgeID) bool {
	if o := p.outages[people.SiteEdge{Site: key.Site, Edge: edge}]; o.has(key) {
		return true
	}
	if p.houses[key.Site].has(key) {
		return true
	}
	for _, o := range p.regions {
		if o.has(key) {
			return true
		}
	}
	return false
}
