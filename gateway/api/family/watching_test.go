package family

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// twoBeds is a room of two in a house, with a detector for both, and a flat.
func twoBeds() watching {
	w := watching{
		d: &people.Directory{
			Sites: map[care.SiteID]care.Site{"songhe": {ID: "songhe", Kind: care.NursingHome}, "flat": {ID: "flat", Kind: care.PrivateHome}},
			Points: map[people.SitePoint]care.Point{
				{Site: "songhe", Point: "bed-1"}:   {Site: "songhe", ID: "bed-1", Edge: "hub", Zone: "203", Resident: "zhang"},
				{Site: "songhe", Point: "bed-2"}:   {Site: "songhe", ID: "bed-2", Edge: "other", Zone: "203", Resident: "zhou"},
				{Site: "songhe", Point: "smoke"}:   {Site: "songhe", ID: "smoke", Edge: "hub", Zone: "203"},
				{Site: "songhe", Point: "kitchen"}: {Site: "songhe", ID: "kitchen", Edge: "other", Zone: "kitchen"},
				{Site: "songhe", Point: "old"}:     {Site: "songhe", ID: "old", Edge: "hub", Zone: "203", Retired: true},
				{Site: "flat", Point: "pendant"}:   {Site: "flat", ID: "pendant", Edge: "hub", Resident: "wang"},
				{Site: "flat", Point: "gas"}:       {Site: "flat", ID: "gas", Edge: "hub", Zone: "kitchen"},
			},
		},
		points: map[people.SitePoint]care.PointProof{}, edges: map[people.SiteEdge]care.EdgeHealth{}, now: noon,
	}
	for key, p := range w.d.Points {
		w.points[key] = care.PointProof{LastSeen: noon.Add(-time.Minute), Coverage: care.Proved}
		w.edges[people.SiteEdge{Site: p.Site, Edge: p.Edge}] = care.EdgeHealth{Online: true, StateAt: noon.Add(-time.Minute)}
	}
	return w
}

var noon = time.Date(2026, 11, 25, 12, 10, 0, 0, time.UTC)

func before(minutes int) time.Time { return noon.Add(-time.Duration(minutes) * time.Minute) }

// TestNotWatchedSince has what the first line of the page says.
func TestNotWatchedSince(t *testing.T) {
	point := func(site care.SiteID, id care.PointID, c care.Coverage, seen time.Time) func(*watching) {
		return func(w *watching) {
			w.points[people.SitePoint{Site: site, Point: id}] = care.PointProof{LastSeen: seen, Coverage: c}
		}
	}
	edge := func(site care.SiteID, id care.EdgeID, at time.Time) func(*watching) {
		return func(w *watching) {
			w.edges[people.SiteEdge{Site: site, Edge: id}] = care.EdgeHealth{StateAt: at}
		}
	}
	shelf := func(id care.PointID, at, until time.Time) func(*watching) {
		return func(w *watching) {
			w.shelves = append(w.shelves, alerts.Shelf{Site: "songhe", Point: id, Class: care.BedExit, By: care.Act{At: at}, Until: until})
		}
	}
	zhang := people.Resident{ID: "zhang", Site: "songhe", Zone: "203"}
	wang := people.Resident{ID: "wang", Site: "flat"}
	left := before(60)
	for _, c := range []struct {
		name    string
		elder   people.Resident
		changes []func(*watching)
		watched bool
		since   time.Time // zero: nobody knows
	}{
		{"all is heard", zhang, nil, true, time.Time{}},
		{"the bed is silent", zhang, []func(*watching){point("songhe", "bed-1", care.Unheard, before(40))}, false, before(40)},
		{"the detector of the room is unproven", zhang, []func(*watching){point("songhe", "smoke", care.Unproven, before(20))}, false, before(20)},
		{"the earliest counts", zhang, []func(*watching){point("songhe", "smoke", care.Unproven, before(20)), point("songhe", "bed-1", care.Unheard, before(40))}, false, before(40)},
		{"never heard: nobody knows since when", zhang, []func(*watching){point("songhe", "smoke", care.Unproven, time.Time{}), point("songhe", "bed-1", care.Unheard, before(40))}, false, time.Time{}},
		{"the bed of the neighbour is his own matter", zhang, []func(*watching){point("songhe", "bed-2", care.Unheard, before(40)), edge("songhe", "other", before(40))}, true, time.Time{}},
		{"the kitchen of the house is no room of hers", zhang, []func(*watching){point("songhe", "kitchen", care.Unheard, before(40))}, true, time.Time{}},
		{"what is retired watches nobody", zhang, []func(*watching){point("songhe", "old", care.Unheard, before(40))}, true, time.Time{}},
		{"the edge is away", zhang, []func(*watching){edge("songhe", "hub", before(5))}, false, before(5)},
		{"an edge of which nobody ever heard", zhang, []func(*watching){edge("songhe", "hub", time.Time{})}, false, time.Time{}},
		{"shelved", zhang, []func(*watching){shelf("bed-1", before(10), noon.Add(time.Hour))}, false, before(10)},
		{"a shelf that is over", zhang, []func(*watching){shelf("bed-1", before(10), before(1))}, true, time.Time{}},
		{"the gas detector of his flat", wang, []func(*watching){point("flat", "gas", care.Unheard, before(30))}, false, before(30)},
		{"nothing watches her", people.Resident{ID: "new", Site: "songhe"}, nil, false, time.Time{}},
		{"who left is watched no more", people.Resident{ID: "zhang", Site: "songhe", Zone: "203", LeftAt: &left}, nil, false, left},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := twoBeds()
			for _, change := range c.changes {
				change(&w)
			}
			watched, at := w.of(c.elder)
			since := time.Time{}
			if at != nil {
				since = *at
			}
			if watched != c.watched || !since.Equal(c.since) {
				t.Errorf("watched: %v since %v, want %v since %v", watched, since, c.watched, c.since)
			}
		})
	}
}

func TestSentences(t *testing.T) {
	shanghai := time.FixedZone("Asia/Shanghai", 8*3600)
	at := func(minutes int) *care.Act {
		return &care.Act{At: noon.Add(time.Duration(minutes) * time.Minute), Name: "李文娟"}
	}
	i := care.Incident{Class: care.Fall, State: care.Raised, HappenedAt: noon, Note: "腿上有擦伤", Reason: "first_aid"}
	going := i
	going.State, going.Accepted = care.Accepted, at(1)
	there := going
	there.State, there.Arrived = care.Arrived, at(4)
	over := there
	over.State, over.Resolved, over.Cause = care.Resolved, at(9), care.CauseFalse
	for _, c := range []struct {
		i    care.Incident
		want care.Text
	}{
		{i, care.Text{ZH: "11月25日 20:10 跌倒，正在叫人。", EN: "Fall on 25 November at 20:10; help is being called."}},
		{going, care.Text{ZH: "11月25日 20:10 跌倒，20:11 有人接手，正在赶去。", EN: "Fall on 25 November at 20:10; somebody took it at 20:11; help is on the way."}},
		{there, care.Text{ZH: "11月25日 20:10 跌倒，20:11 有人接手，20:14 有人到身边，正在照顾。", EN: "Fall on 25 November at 20:10; somebody took it at 20:11; somebody was there at 20:14; it is being looked after."}},
		{over, care.Text{ZH: "11月25日 20:10 跌倒，20:11 有人接手，20:14 有人到身边，已确认无事。", EN: "Fall on 25 November at 20:10; somebody took it at 20:11; somebody was there at 20:14; all was well."}},
	} {
		if diff := cmp.Diff(c.want, sentence(shanghai, c.i)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestNumbersAreComparedByTheirDigits(t *testing.T) {
	for _, number := range []string{"+86 138 0000 0009", "13800000009", "8613800000009", "0086-138-0000-0009", "138 0000 0009"} {
		if got := plain(number); got != "13800000009" {
			t.Errorf("%s is %s", number, got)
		}
	}
	for number, want := range map[string]string{"": "", "12": "12", "+8613800000009": "0009"} {
		if got := ending(number); got != want {
			t.Errorf("%q ends in %q, want %q", number, got, want)
		}
	}
}
