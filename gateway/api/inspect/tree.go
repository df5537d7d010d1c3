package inspect

import (
	"cmp"
	"context"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// RegionTree is the region of an inspector: its regions from the top down and its sites.
// What goes on there comes live, by the WebSocket.
type RegionTree struct {
	Time     time.Time      `json:"time"`
	TimeZone string         `json:"time_zone" doc:"in which days begin and end: that of most sites"`
	Today    string         `json:"today" format:"date" doc:"there"`
	Within   map[string]int `json:"within_s" doc:"by severity, seconds in which an alarm has to be accepted"`
	Regions  []RegionNode   `json:"regions"`
	Sites    []SiteNode     `json:"sites"`
}

// RegionNode is a region of the tree.
type RegionNode struct {
	ID     care.RegionID `json:"id"`
	Parent care.RegionID `json:"parent,omitempty" doc:"absent at the top of what the viewer sees"`
	Level  string        `json:"level" enum:"city,district,township,village"`
	Name   care.Text     `json:"name"`
}

// SiteNode is a site of the tree, with how it is covered now.
type SiteNode struct {
	Site      api.SiteView   `json:"site"`
	Region    care.RegionID  `json:"region"`
	Township  care.Text      `json:"township"`
	Telephone string         `json:"telephone,omitempty"`
	Longitude *float64       `json:"longitude,omitempty" doc:"degrees of WGS 84; absent where it is not known"`
	Latitude  *float64       `json:"latitude,omitempty"`
	Coverage  CoverageCounts `json:"coverage"`
}

func (r *Room) tree(ctx context.Context, u people.User, _ *struct{}) (RegionTree, error) {
	s, err := r.selected(u, Query{})
	if err != nil {
		return RegionTree{}, err
	}
	covers, err := r.gaps(ctx, u, s.filter.Sites, s.now)
	if err != nil {
		return RegionTree{}, err
	}
	d := r.api.Book.Directory()
	t := RegionTree{
		Time: s.now.UTC(), TimeZone: s.location.String(), Today: s.now.In(s.location).Format(time.DateOnly),
		Within: map[string]int{}, Regions: []RegionNode{}, Sites: []SiteNode{},
	}
	for severity, limit := range acceptWithin {
		t.Within[severity] = int(limit.Seconds())
	}
	for id, region := range d.Regions {
		if !seesRegion(d, u, id) {
			continue
		}
		node := RegionNode{ID: id, Level: region.Level, Name: region.Name}
		if seesRegion(d, u, region.Parent) {
			node.Parent = region.Parent
		}
		t.Regions = append(t.Regions, node)
	}
	slices.SortFunc(t.Regions, func(x, y RegionNode) int { return cmp.Compare(x.ID, y.ID) })
	for _, c := range covers {
		t.Sites = append(t.Sites, nodeOf(d, api.FormOf(u), c))
	}
	return t, nil
}

func nodeOf(d *people.Directory, form api.Form, c *cover) SiteNode {
	site := d.Sites[c.site]
	n := SiteNode{
		Site: api.Render(d, form, care.Incident{Site: c.site}).Site, Region: site.Region,
		Township: d.Regions[township(d, site.Region)].Name, Telephone: site.Telephone, Coverage: c.CoverageCounts,
	}
	if site.Longitude != 0 || site.Latitude != 0 {
		n.Longitude, n.Latitude = &site.Longitude, &site.Latitude
	}
	return n
}
