package admin

import (
	"context"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

type residentRequest struct {
	Resident care.ResidentID `path:"resident" maxLength:"128"`
}

type moveResidentRequest struct {
	Resident care.ResidentID `path:"resident" maxLength:"128"`
	Body     struct {
		Zone care.ZoneID `json:"zone" maxLength:"40"`
		Bed  string      `json:"bed" maxLength:"40" doc:"empty where a room has one only"`
	}
}

// one carries out a change of one resident, who must be in the viewer's scope.
func (m room) one(ctx context.Context, u people.User, id care.ResidentID, change func(d *people.Directory, r people.Resident) (Change, []RowMistake)) (Outcome, error) {
	return m.apply(ctx, u, false, "resident:"+string(id), func(d *people.Directory) (Change, []RowMistake, error) {
		r, known := d.Residents[id]
		if !known || !d.SeesSite(u, r.Site) {
			return Change{}, nil, api.ErrNotFound("resident")
		}
		c, mistakes := change(d, r)
		return c, mistakes, nil
	})
}

// moveResident moves somebody to another bed. What is fixed to the old bed stays
// there and watches nobody; what is fixed to the new one watches him; what he
// wears, which has no bed, goes with him.
func (m room) moveResident(ctx context.Context, u people.User, in *moveResidentRequest) (Outcome, error) {
	return m.one(ctx, u, in.Resident, func(d *people.Directory, r people.Resident) (Change, []RowMistake) {
		var mistakes []RowMistake
		wrong := func(field, code, text string) {
			mistakes = append(mistakes, RowMistake{Kind: OfResident, ID: string(r.ID), Field: field, Code: code, Text: text})
		}
		if r.LeftAt != nil {
			wrong("", CodeNotAllowed, "he has left; let him return first")
		}
		if in.Body.Zone == "" {
			wrong("zone", CodeUnknown, "say into which room he moves")
		}
		for _, other := range d.Residents {
			if other.ID != r.ID && other.LeftAt == nil && other.Site == r.Site && other.Zone == in.Body.Zone && other.Bed == in.Body.Bed && in.Body.Bed != "" {
				wrong("bed", CodeTaken, "somebody else has this bed")
			}
		}
		c := Change{Points: rebed(d, r, in.Body.Zone, in.Body.Bed)}
		r.Zone, r.Bed = in.Body.Zone, in.Body.Bed
		c.Residents = []people.Resident{r}
		return c, mistakes
	})
}

// rebed returns the points that change when a resident gets a bed: those of the
// old one no longer watch him, and those of the new one do.
func rebed(d *people.Directory, r people.Resident, zone care.ZoneID, bed string) []care.Point {
	var changed []care.Point
	for _, p := range sorted(d.Points, func(a, b care.Point) int { return comparePoints(a, b) }) {
		if p.Site != r.Site || p.Bed == "" || p.Retired || p.Unregistered {
			continue
		}
		his := zone != "" && p.Zone == zone && p.Bed == bed
		switch {
		case his && p.Resident != r.ID:
			p.Resident = r.ID
		case !his && p.Resident == r.ID:
			p.Resident = ""
		default:
			continue
		}
		changed = append(changed, p)
	}
	return changed
}

// residentLeaves cuts every link: a button that is still worn calls nobody's
// family.
func (m room) residentLeaves(ctx context.Context, u people.User, in *residentRequest) (Outcome, error) {
	return m.one(ctx, u, in.Resident, func(d *people.Directory, r people.Resident) (Change, []RowMistake) {
		c := Change{Left: map[care.ResidentID]bool{r.ID: true}}
		if r.LeftAt != nil {
			return c, []RowMistake{{Kind: OfResident, ID: string(r.ID), Code: CodeNotAllowed, Text: "he has left already"}}
		}
		for _, p := range pointsOf(d, r) {
			p.Resident = ""
			c.Points = append(c.Points, p)
		}
		r.Zone, r.Bed = "", ""
		c.Residents = []people.Resident{r}
		return c, nil
	})
}

// residentReturns takes back that somebody has left. He gets a bed by a move.
func (m room) residentReturns(ctx context.Context, u people.User, in *residentRequest) (Outcome, error) {
	return m.one(ctx, u, in.Resident, func(_ *people.Directory, r people.Resident) (Change, []RowMistake) {
		c := Change{Residents: []people.Resident{r}, Left: map[care.ResidentID]bool{r.ID: false}}
		if r.LeftAt == nil {
			return c, []RowMistake{{Kind: OfResident, ID: string(r.ID), Code: CodeNotAllowed, Text: "he has not left"}}
		}
		return c, nil
	})
}
