package admin

import (
	"cmp"
	"context"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

type replacePointRequest struct {
	Site  care.SiteID  `path:"site" maxLength:"40"`
	Point care.PointID `path:"point" maxLength:"64"`
	Body  struct {
		With care.PointID `json:"with,omitempty" maxLength:"40" doc:"the id of the new device where it has one of its own; else it goes on under the old one"`
		Edge care.EdgeID  `json:"edge,omitempty" maxLength:"40" doc:"the edge that reports the new device, where it is another one"`
	}
}

// replacePoint puts another device in the place of one. Under the same id its
// history goes on; under an id of its own the old one is retired with its
// history, and the new one takes its room, bed and resident. Either way it is not
// commissioned until it was triggered once.
func (m room) replacePoint(ctx context.Context, u people.User, in *replacePointRequest) (Outcome, error) {
	if _, err := m.InScope(u, in.Site); err != nil {
		return Outcome{}, err
	}
	id := cmp.Or(in.Body.With, in.Point)
	o, err := m.apply(ctx, u, false, "point:"+string(in.Site)+"/"+string(in.Point), func(d *people.Directory) (Change, []RowMistake, error) {
		old, known := d.Point(in.Site, in.Point)
		if !known {
			return Change{}, nil, api.ErrNotFound("point")
		}
		wrong := func(field, code, text string) []RowMistake {
			return []RowMistake{{Kind: OfPoint, ID: string(in.Site) + "/" + string(id), Field: field, Code: code, Text: text}}
		}
		next := old
		next.ID, next.Edge, next.Retired = id, cmp.Or(in.Body.Edge, old.Edge), false
		if id == old.ID {
			return Change{Points: []care.Point{next}}, nil, nil
		}
		var mistakes []RowMistake
		if there, taken := d.Point(in.Site, id); taken && !there.Unregistered {
			mistakes = wrong("with", CodeTaken, "there is a device of this id already")
		} else if taken && in.Body.Edge == "" {
			next.Edge = there.Edge // the edge that has reported it
		}
		old.Retired, old.Resident = true, ""
		return Change{Points: []care.Point{old, next}}, mistakes, nil
	})
	if err != nil || !o.Applied {
		return o, err
	}
	if err := m.Replaced(ctx, in.Site, id); err != nil {
		return Outcome{}, err
	}
	return o, nil
}

func comparePoints(a, b care.Point) int {
	return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.ID, b.ID))
}
