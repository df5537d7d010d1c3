package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// EdgesView lists edges.
type EdgesView struct {
	Time  time.Time  `json:"time"`
	Edges []EdgeView `json:"edges"`
}

// EdgeView is an edge as it says it is.
type EdgeView struct {
	Site    care.SiteID `json:"site"`
	ID      care.EdgeID `json:"id"`
	Name    care.Text   `json:"name"`
	Online  bool        `json:"online"`
	StateAt *time.Time  `json:"state_at,omitempty" doc:"when its latest state came; absent when none ever did"`
	Version string      `json:"version,omitempty"`
	Waiting int         `json:"events_waiting" doc:"events on its disk that are not yet in the ledger"`
	Stored  int         `json:"readings_waiting" doc:"readings on its disk"`
	Shed    uint64      `json:"readings_shed" doc:"readings that were lost because its disk was full"`
	Offset  float64     `json:"clock_offset_s" doc:"seconds to be added to its clock"`
	Points  int         `json:"points" doc:"registered points behind it"`
	Devices int         `json:"devices" doc:"devices of its inventory"`
	Faults  []FaultView `json:"faults" doc:"devices with a fault"`
}

// FaultView is a device of an edge that does not work.
type FaultView struct {
	Device string         `json:"device"`
	Model  string         `json:"model"`
	Fault  string         `json:"fault" doc:"a sentence of the edge"`
	Points []care.PointID `json:"points"`
}

func (a *API) edges(_ context.Context, u people.User, in *pointsRequest) (EdgesView, error) {
	d := a.Book.Directory()
	if !seesWanted(d, u, in.Site) {
		return EdgesView{}, ErrNotFound("site")
	}
	behind := map[people.SiteEdge]int{}
	for _, p := range d.Points {
		if !p.Unregistered && !p.Retired && d.SeesPoint(u, p) {
			behind[people.SiteEdge{Site: p.Site, Edge: p.Edge}]++
		}
	}
	known := a.Coverage.Edges()
	v := EdgesView{Time: time.Now().UTC(), Edges: []EdgeView{}}
	for name, e := range d.Edges {
		if in.Site != "" && name.Site != in.Site || !d.SeesSite(u, name.Site) {
			continue
		}
		h := known[name]
		ev := EdgeView{
			Site: name.Site, ID: name.Edge, Name: e.Name, Online: h.Online, StateAt: timeOrNone(h.StateAt), Version: h.Version,
			Waiting: h.Spool.Events, Stored: h.Spool.Readings, Shed: h.Spool.Shed, Offset: h.Offset.Seconds(),
			Points: behind[name], Devices: h.Devices, Faults: []FaultView{},
		}
		for _, f := range h.Faults {
			points := append([]care.PointID{}, f.Points...)
			if u.Role == people.Inspector { // which of them stand beside residents is no matter of his
				points = slices.DeleteFunc(points, func(id care.PointID) bool {
					p, _ := d.Point(name.Site, id)
					return !d.SeesDevice(u, p)
				})
				if u.FireOfficer() && len(points) == 0 {
					continue
				}
			}
			ev.Faults = append(ev.Faults, FaultView{f.ID, f.Model, f.Fault, points})
		}
		v.Edges = append(v.Edges, ev)
	}
	slices.SortFunc(v.Edges, func(x, y EdgeView) int {
		return cmp.Or(cmp.Compare(x.Site, y.Site), cmp.Compare(x.ID, y.ID))
	})
	return v, nil
}

// timeOrNone returns nil for the zero time.
func timeOrNone(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
