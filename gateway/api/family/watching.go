package family

import (
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// watching is what is known now of everything that watches people.
type watching struct {
	d       *people.Directory
	points  map[people.SitePoint]care.PointProof
	edges   map[people.SiteEdge]care.EdgeHealth
	shelves []alerts.Shelf
	now     time.Time
}

// of reports whether an elder is watched: every point that watches him is
// proved, none is shelved, and what carries them is in contact. Where he is not,
// since is the earliest time from which one of them failed; nil where one was
// never heard, or nothing watches him at all, so that nobody knows.
func (w watching) of(r people.Resident) (watched bool, since *time.Time) {
	if r.LeftAt != nil {
		return false, r.LeftAt
	}
	watched, known := true, true
	fails := func(at time.Time) {
		watched = false
		switch {
		case at.IsZero():
			known = false
		case since == nil || at.Before(*since):
			since = &at
		}
	}
	mine := w.pointsOf(r)
	if len(mine) == 0 {
		return false, nil
	}
	for _, p := range mine {
		proof, ok := w.points[people.SitePoint{Site: p.Site, Point: p.ID}]
		if !ok || proof.Coverage != care.Proved {
			fails(proof.LastSeen)
		}
		if p.Edge == "" {
			continue
		}
		// Nothing is proved by an edge of which nobody hears.
		if e := w.edges[people.SiteEdge{Site: p.Site, Edge: p.Edge}]; !e.Online {
			fails(e.StateAt)
		}
	}
	for _, s := range w.shelves {
		for _, p := range mine {
			if s.Site == p.Site && s.Point == p.ID && s.Until.After(w.now) {
				fails(s.By.At)
			}
		}
	}
	if !known {
		since = nil
	}
	return watched, since
}

// pointsOf lists what watches an elder: in a private home everything in it;
// else what is his own, and what of his room is nobody else's.
func (w watching) pointsOf(r people.Resident) []care.Point {
	home := w.d.Sites[r.Site].Kind == care.PrivateHome
	rooms := map[care.ZoneID]bool{}
	if r.Zone != "" {
		rooms[r.Zone] = true
	}
	for _, p := range w.d.Points {
		if p.Site == r.Site && p.Resident == r.ID && p.Zone != "" {
			rooms[p.Zone] = true
		}
	}
	var mine []care.Point
	for _, p := range w.d.Points {
		if p.Site != r.Site || p.Retired || care.ParseSubject(p.ID).Kind != care.SubjectPoint {
			continue
		}
		if home || p.Resident == r.ID || p.Resident == "" && rooms[p.Zone] {
			mine = append(mine, p)
		}
	}
	return mine
}
