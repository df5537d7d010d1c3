package inspect

import (
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// CoverageLine is how the whole, a township or a site is covered now.
type CoverageLine struct {
	Key       string     `json:"key,omitempty" doc:"the region or the site; absent for the whole"`
	Name      *care.Text `json:"name,omitempty"`
	Site      bool       `json:"site" doc:"the line is about one site"`
	Points    int        `json:"points"`
	Detectors int        `json:"detectors"`
	Edges     int        `json:"edges"`
	Silent    Figure     `json:"silent"`
	Unproven  Figure     `json:"unproven"`
	Doubted   Figure     `json:"doubted" doc:"detectors that are not proved to work"`
	Untested  Figure     `json:"untested" doc:"detectors whose test is overdue"`
	Offline   Figure     `json:"offline" doc:"edges"`
}

func coverageLines(d *people.Directory, covers []*cover, base Query, order []care.RegionID) []CoverageLine {
	var whole CoverageCounts
	byTownship := map[care.RegionID]*CoverageCounts{}
	for _, id := range order {
		byTownship[id] = &CoverageCounts{}
	}
	for _, c := range covers {
		whole.add(c.CoverageCounts)
		byTownship[township(d, d.Sites[c.site].Region)].add(c.CoverageCounts)
	}
	at := Query{Region: base.Region, Township: base.Township, Site: base.Site}
	lines := []CoverageLine{whole.line("", nil, false, at)}
	for _, id := range order {
		name, q := d.Regions[id].Name, at
		q.Township = id
		lines = append(lines, byTownship[id].line(string(id), &name, false, q))
	}
	for _, c := range covers {
		if c.CoverageCounts.well() {
			continue // of sixty homes those without any gap would fill the page
		}
		name, q := d.Sites[c.site].Name, at
		q.Site = c.site
		lines = append(lines, c.line(string(c.site), &name, true, q))
	}
	return lines
}

func (c *CoverageCounts) add(o CoverageCounts) {
	c.Points += o.Points
	c.Silent += o.Silent
	c.Unproven += o.Unproven
	c.Detectors += o.Detectors
	c.Doubted += o.Doubted
	c.Untested += o.Untested
	c.Edges += o.Edges
	c.Offline += o.Offline
}

// well reports whether there is no gap.
func (c *CoverageCounts) well() bool {
	return c.Silent == 0 && c.Unproven == 0 && c.Doubted == 0 && c.Untested == 0 && c.Offline == 0
}

func (c *CoverageCounts) line(key string, name *care.Text, site bool, q Query) CoverageLine {
	of := func(n int, g Gap) Figure {
		v := q.values()
		v.Set("gap", string(g))
		return Figure{n, v.Encode()}
	}
	return CoverageLine{
		Key: key, Name: name, Site: site, Points: c.Points, Detectors: c.Detectors, Edges: c.Edges,
		Silent: of(c.Silent, GapSilent), Unproven: of(c.Unproven, GapUnproven), Doubted: of(c.Doubted, GapDetector),
		Untested: of(c.Untested, GapTest), Offline: of(c.Offline, GapEdge),
	}
}
