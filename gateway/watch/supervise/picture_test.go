package supervise

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// The clocks of a bubble never jump, so the stories about jumps are told to the
// picture itself.

// model is a picture with its world: one edge in each of some sites, with
// points that report whenever they are alive.
type model struct {
	p     *picture
	now   moment
	dir   *people.Directory
	dead  map[people.SitePoint]bool
	off   map[people.SiteEdge]bool
	book  map[target]time.Time
	cards map[target]int // active events ever
	well  bool
}

func newModel(sites, points int) *model {
	m := &model{
		now:  moment{at: time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC)},
		dir:  &people.Directory{Sites: map[care.SiteID]care.Site{}, Edges: map[people.SiteEdge]care.Edge{}, Points: map[people.SitePoint]care.Point{}},
		dead: map[people.SitePoint]bool{}, off: map[people.SiteEdge]bool{}, book: map[target]time.Time{}, cards: map[target]int{}, well: true,
	}
	for i := range sites {
		site := care.SiteID(fmt.Sprintf("home-%d", i))
		m.dir.Sites[site] = care.Site{ID: site, Kind: care.PrivateHome, Region: "liuhe"}
		m.dir.Edges[people.SiteEdge{Site: site, Edge: "hub"}] = care.Edge{Site: site, ID: "hub"}
		for j := range points {
			key := people.SitePoint{Site: site, Point: care.PointID(fmt.Sprintf("p%d", j))}
			m.dir.Points[key] = care.Point{Site: site, ID: key.Point, Edge: "hub"}
		}
	}
	m.p = newPicture(m.now)
	return m
}

// step lets time pass by both clocks, and then all that lives reports.
func (m *model) step(up, wall time.Duration) {
	m.now = moment{m.now.at.Add(wall), m.now.up + up}
	judge, _ := m.p.begin(m.now, m.well)
	if m.well {
		m.report()
	}
	if judge {
		m.look()
	}
}

func (m *model) report() {
	for name := range m.dir.Edges {
		if !m.off[name] {
			e := m.p.edge(m.now, name)
			e.take(m.p.base, m.now, EdgeState{Site: name.Site, Edge: name.Edge, State: care.State{Online: true}, ReceivedAt: m.now.at}, true, m.well)
		}
	}
	for key, point := range m.dir.Points {
		if !m.dead[key] && !m.off[people.SiteEdge{Site: key.Site, Edge: point.Edge}] {
			m.p.heard(m.now, key, m.now.at, care.ProofReport)
		}
	}
}

// look tells the book, as a supervisor does.
func (m *model) look() {
	var active []Active
	for at, changed := range m.book {
		active = append(active, Active{at.site, at.point, at.class, changed})
	}
	changes := m.p.look(m.now, m.dir, active)
	for _, c := range changes {
		if c.phase == care.Active {
			m.book[c.target] = m.now.at
			m.cards[c.target]++
		} else {
			delete(m.book, c.target)
		}
	}
	m.p.told(changes)
}

func (m *model) pass(d time.Duration) {
	for ; d > 0; d -= passEvery {
		m.step(passEvery, passEvery)
	}
}

// restart takes up what is kept over a restart, as load does.
func (m *model) restart() {
	old := m.p
	m.now.up = 0
	m.p = newPicture(m.now)
	for key, l := range old.lives {
		m.p.heard(m.now, key, l.seen, care.ProofReport)
	}
	for name, e := range old.edges {
		if e.hasState {
			m.p.edge(m.now, name).restore(EdgeState{Site: name.Site, Edge: name.Edge, State: e.state, ReceivedAt: e.stateAt})
		}
	}
}

func TestJumpsAndPausesRaiseNothing(t *testing.T) {
	for name, jump := range map[string]struct{ up, wall time.Duration }{
		"the wall clock is set a day ahead":      {passEvery, 24 * time.Hour},
		"the wall clock is set a year back":      {passEvery, -365 * 24 * time.Hour},
		"the process was stopped for an hour":    {time.Hour, time.Hour},
		"the machine slept for a night":          {passEvery, 8 * time.Hour},
		"the clock is set while it was stopped":  {time.Hour, -time.Hour},
		"the process was stopped for 31 seconds": {31 * time.Second, 31 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(5, 20)
			m.pass(time.Hour)
			// All are silent for nearly their deadline.
			for key := range m.dir.Points {
				m.dead[key] = true
			}
			m.pass(care.MainsDeadline - 2*passEvery)
			m.step(jump.up, jump.wall)
			m.pass(care.MainsDeadline - 2*passEvery)
			if len(m.cards) > 0 {
				t.Fatalf("%d cards after the jump: %v", len(m.cards), m.cards)
			}
			clear(m.dead)
			m.pass(time.Hour)
			if len(m.cards) > 0 {
				t.Fatalf("%d cards when all is heard: %v", len(m.cards), m.cards)
			}
			// And what is silent afterwards is found as ever.
			m.dead[people.SitePoint{Site: "home-3", Point: "p7"}] = true
			m.pass(care.MainsDeadline + 2*passEvery)
			if m.cards[target{"home-3", "p7", care.Silent}] != 1 || len(m.cards) != 1 {
				t.Errorf("cards: %v", m.cards)
			}
		})
	}
}

func TestSmallCorrectionsOfTheClockChangeNothing(t *testing.T) {
	m := newModel(1, 2)
	m.pass(time.Hour)
	m.dead[people.SitePoint{Site: "home-0", Point: "p1"}] = true
	m.pass(care.MainsDeadline - 2*passEvery)
	m.step(passEvery, passEvery-20*time.Second)
	m.pass(2 * passEvery)
	if m.cards[target{"home-0", "p1", care.Silent}] != 1 {
		t.Errorf("cards: %v", m.cards)
	}
}

// TestSilenceFollowsTheWorld lets things break, come back, stop and jump in any
// order. While things change: what is broken for long is under some card. In
// the end, when all is heard again, nothing is left active.
func TestSilenceFollowsTheWorld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(rapid.IntRange(1, 3).Draw(t, "sites"), rapid.IntRange(1, 8).Draw(t, "points"))
		points := make([]people.SitePoint, 0, len(m.dir.Points))
		for key := range m.dir.Points {
			points = append(points, key)
		}
		sortPoints(points)
		m.pass(10 * time.Minute)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			key := rapid.SampledFrom(points).Draw(t, "point")
			name := people.SiteEdge{Site: key.Site, Edge: "hub"}
			switch rapid.SampledFrom([]string{"point dies", "point lives", "edge goes", "edge comes", "will", "jump", "broker", "restart", "wait"}).Draw(t, "what") {
			case "point dies":
				m.dead[key] = true
			case "point lives":
				delete(m.dead, key)
			case "edge goes":
				m.off[name] = true
			case "edge comes":
				delete(m.off, name)
			case "will":
				m.off[name] = true
				m.p.edge(m.now, name).take(m.p.base, m.now, EdgeState{Site: name.Site, Edge: name.Edge, ReceivedAt: m.now.at}, false, true)
			case "jump":
				m.step(passEvery, time.Duration(rapid.IntRange(-100, 100).Draw(t, "hours"))*time.Hour)
			case "broker":
				m.well = false
				m.pass(time.Duration(rapid.IntRange(1, 300).Draw(t, "away")) * time.Second)
				m.well = true
			case "restart":
				m.restart()
			}
			m.pass(time.Duration(rapid.IntRange(0, 600).Draw(t, "then")) * time.Second)
		}
		m.pass(30 * time.Minute)
		for key := range m.dir.Points {
			name := people.SiteEdge{Site: key.Site, Edge: "hub"}
			if !m.dead[key] && !m.off[name] {
				continue
			}
			_, own := m.book[target{key.Site, key.Point, care.Silent}]
			_, edge := m.book[target{key.Site, care.EdgePoint("hub", ""), care.Silent}]
			region := false
			for at := range m.book {
				region = region || at.point == care.RegionPoint("liuhe")
			}
			if !own && !edge && !region {
				t.Fatalf("%v cannot be heard for half an hour, and there is no card: %v", key, m.book)
			}
		}
		clear(m.dead)
		clear(m.off)
		m.pass(10 * time.Minute)
		if len(m.book) > 0 {
			t.Fatalf("all is heard for ten minutes, and still active is %v", m.book)
		}
	})
}

// TestManyPointsOfAnEdgeAreOneCard lets points of one edge fail in any order
// within ten minutes: those that fail after the card of the outage add none.
func TestManyPointsOfAnEdgeAreOneCard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(1, 20)
		m.pass(10 * time.Minute)
		n := rapid.IntRange(outagePoints, 20).Draw(t, "failing")
		at := rapid.SliceOfN(rapid.IntRange(0, 600), n, n).Draw(t, "at")
		for second := range 600 + 15*60 {
			for i, s := range at {
				if s == second {
					m.dead[people.SitePoint{Site: "home-0", Point: care.PointID(fmt.Sprintf("p%d", i))}] = true
				}
			}
			if second%5 == 0 {
				m.step(passEvery, passEvery)
			}
		}
		outage := target{"home-0", care.EdgePoint("hub", ""), care.Silent}
		if m.cards[outage] != 1 {
			t.Fatalf("there are %d cards of the outage among %v", m.cards[outage], m.cards)
		}
		if len(m.cards) > outagePoints {
			t.Fatalf("%d cards for %d points: %v", len(m.cards), n, m.cards)
		}
	})
}

func sortPoints(points []people.SitePoint) { slices.SortFunc(points, comparePoints) }
