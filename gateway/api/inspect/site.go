package inspect

import (
	"context"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// SiteLook is one site as an inspector looks at it.
type SiteLook struct {
	Time  time.Time `json:"time"`
	Node  SiteNode  `json:"node"`
	Gaps  []GapRow  `json:"gaps" doc:"what would not be noticed there"`
	Edges []EdgeRow `json:"edges"`
	// Recent are the incidents of the last RecentDays.
	Recent []IncidentRow `json:"recent" doc:"of the last 30 days, the latest first, at most 100"`
	More   bool          `json:"more" doc:"there were more of them"`
}

// RecentDays and recentRows bound what a page about a site shows of the past.
const (
	RecentDays = 30
	recentRows = 100
)

type siteRequest struct {
	Site care.SiteID `path:"site" minLength:"1" maxLength:"40"`
}

func (r *Room) site(ctx context.Context, u people.User, in *siteRequest) (SiteLook, error) {
	s, err := r.selected(u, Query{Site: in.Site})
	if err != nil {
		return SiteLook{}, err
	}
	covers, err := r.gaps(ctx, u, s.filter.Sites, s.now)
	if err != nil {
		return SiteLook{}, err
	}
	c := covers[0]
	v := SiteLook{
		Time: s.now.UTC(), Node: nodeOf(r.api.Book.Directory(), api.FormOf(u), c),
		Gaps: append([]GapRow{}, c.rows...), Edges: c.edges, Recent: []IncidentRow{},
	}
	s.filter.From = s.now.AddDate(0, 0, -RecentDays)
	d, form := r.api.Book.Directory(), api.FormOf(u)
	err = r.api.EachIncident(ctx, u, s.filter, func(i care.Incident) bool {
		if len(v.Recent) == recentRows {
			v.More = true
			return false
		}
		v.Recent = append(v.Recent, rowOf(d, form, i, s.now))
		return true
	})
	return v, err
}
