package inspect

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// TestEvery is how often a detector has to be shown to alarm: once a year at
// least, as GB 50166 asks of every detector of a fire alarm system.
const TestEvery = 366 * 24 * time.Hour

// Gap is one way in which something would not be noticed.
type Gap string

// The gaps. A detector may have several.
const (
	GapSilent   Gap = "silent"   // a point past its deadline
	GapUnproven Gap = "unproven" // a point of which nobody knows; see Doubt
	GapDetector Gap = "detector" // a detector of fire or gas, or a panel, that is not proved to work
	GapTest     Gap = "test"     // such a one that was not tested for TestEvery, or never
	GapEdge     Gap = "edge"     // an edge that is offline
)

// GapRow is a point or an edge with its gaps. Which point it is and where is told of
// what finds hazards; of all others the site and the times only.
type GapRow struct {
	Site     api.SiteView   `json:"site"`
	Township care.Text      `json:"township"`
	Gaps     []Gap          `json:"gaps" enum:"silent,unproven,detector,test,edge"`
	What     string         `json:"what" enum:"detector,care,edge" doc:"detector: finds hazards; care: any other point, of which no place is told"`
	Place    api.PlaceView  `json:"place"`
	Edge     *care.Text     `json:"edge,omitempty" doc:"name of the edge"`
	State    care.Coverage  `json:"state,omitempty" enum:"proved,unproven,silent" doc:"of a point"`
	Doubt    care.Doubt     `json:"doubt,omitempty" enum:"never_heard,hello_only,not_yet,edge_offline,outage,edge_quiet" doc:"why it is unproven"`
	Kind     care.PointKind `json:"kind,omitempty" enum:"manual_call_point,panel,power_supply,fire_detector,gas_detector"`
	SeenAt   *time.Time     `json:"seen_at,omitempty" doc:"when it was last heard; absent when it never was"`
	TestedAt *time.Time     `json:"tested_at,omitempty" doc:"when a detector was last tested or alarmed; absent when it never did"`
}

// cover is how one site is covered.
type cover struct {
	CoverageCounts
	site  care.SiteID
	rows  []GapRow
	edges []EdgeRow
}

// CoverageCounts are the numbers of coverage.
type CoverageCounts struct {
	Points    int `json:"points" doc:"in use"`
	Silent    int `json:"silent"`
	Unproven  int `json:"unproven"`
	Detectors int `json:"detectors" doc:"points that find hazards"`
	Doubted   int `json:"doubted" doc:"of the detectors those that are not proved to work"`
	Untested  int `json:"untested" doc:"of the detectors those whose test is overdue"`
	Edges     int `json:"edges"`
	Offline   int `json:"offline" doc:"of the edges"`
}

// EdgeRow is an edge of a site.
type EdgeRow struct {
	Name    care.Text  `json:"name"`
	Online  bool       `json:"online"`
	StateAt *time.Time `json:"state_at,omitempty" doc:"when its latest state came"`
	Version string     `json:"version,omitempty"`
}

// gaps returns how each of the sites is covered, in their order.
func (r *Room) gaps(ctx context.Context, u people.User, sites []care.SiteID, now time.Time) ([]*cover, error) {
	tested, err := r.Tests.LastTests(ctx, sites)
	if err != nil {
		return nil, err
	}
	d := r.api.Book.Directory()
	of := map[care.SiteID]*cover{}
	list := make([]*cover, len(sites))
	for n, id := range sites {
		list[n] = &cover{site: id, edges: []EdgeRow{}}
		of[id] = list[n]
	}
	proofs := r.api.Coverage.Points()
	for key, p := range d.Points {
		c, proof := of[key.Site], proofs[key]
		if c == nil || p.Retired || proof.Coverage == "" || care.ParseSubject(p.ID).Kind != care.SubjectPoint || !d.SeesPoint(u, p) {
			continue
		}
		c.point(d, api.FormOf(u), p, proof, tested[key], now)
	}
	states := r.api.Coverage.Edges()
	for key, e := range d.Edges {
		if c := of[key.Site]; c != nil {
			c.edge(d, api.FormOf(u), e, states[key])
		}
	}
	for _, c := range list {
		slices.SortFunc(c.rows, func(x, y GapRow) int {
			return cmp.Or(cmp.Compare(x.What, y.What)*-1, cmp.Compare(x.Place.Floor, y.Place.Floor), cmp.Compare(nameOf(x), nameOf(y)), compareTimes(x.SeenAt, y.SeenAt))
		})
		slices.SortFunc(c.edges, func(x, y EdgeRow) int { return cmp.Compare(x.Name.ZH, y.Name.ZH) })
	}
	return list, nil
}

// nameOf is by what a row is found again: its place or its edge.
func nameOf(r GapRow) string {
	var name strings.Builder
	for _, t := range []*care.Text{r.Place.Zone, r.Place.Point, r.Edge} {
		if t != nil {
			name.WriteString(t.ZH + " ")
		}
	}
	return name.String()
}

func compareTimes(x, y *time.Time) int {
	if x == nil || y == nil {
		return cmp.Compare(number(x != nil), number(y != nil))
	}
	return x.Compare(*y)
}

// point counts a point, and enters it where it has a gap.
func (c *cover) point(d *people.Directory, form api.Form, p care.Point, proof care.PointProof, tested, now time.Time) {
	row := GapRow{What: "care", State: proof.Coverage, Doubt: proof.Doubt, SeenAt: timeOrNone(proof.LastSeen)}
	c.Points++
	switch proof.Coverage {
	case care.Unheard:
		c.Silent++
		row.Gaps = append(row.Gaps, GapSilent)
	case care.Unproven:
		c.Unproven++
		row.Gaps = append(row.Gaps, GapUnproven)
	}
	v := api.Render(d, form, care.Incident{Site: p.Site, Class: care.Fault, Point: p.ID})
	if p.Kind.LifeSafety() {
		c.Detectors++
		row.What, row.Kind, row.Place, row.TestedAt = "detector", p.Kind, v.Place, timeOrNone(tested)
		if proof.Coverage != care.Proved {
			c.Doubted++
			row.Gaps = append(row.Gaps, GapDetector)
		}
		if now.Sub(tested) > TestEvery {
			c.Untested++
			row.Gaps = append(row.Gaps, GapTest)
		}
	}
	c.enter(d, v.Site, row)
}

// edge counts an edge, and enters it where it is offline.
func (c *cover) edge(d *people.Directory, form api.Form, e care.Edge, h care.EdgeHealth) {
	c.Edges++
	c.edges = append(c.edges, EdgeRow{e.Name, h.Online, timeOrNone(h.StateAt), h.Version})
	row := GapRow{What: "edge", Edge: &e.Name, SeenAt: timeOrNone(h.StateAt)}
	if !h.Online {
		c.Offline++
		row.Gaps = append(row.Gaps, GapEdge)
	}
	c.enter(d, api.Render(d, form, care.Incident{Site: e.Site, Class: care.Fault}).Site, row)
}

func (c *cover) enter(d *people.Directory, site api.SiteView, row GapRow) {
	if len(row.Gaps) > 0 {
		row.Site, row.Township = site, d.Regions[township(d, d.Sites[site.ID].Region)].Name
		c.rows = append(c.rows, row)
	}
}

func timeOrNone(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
