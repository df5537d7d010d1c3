package ward

import (
	"math"
	"slices"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
)

// Rooms that nobody has measured are drawn in this size, in metres.
const (
	roomWidth, roomDepth = 4.0, 5.0
	corridorDepth        = 2.0
	// apart is how far such rooms stand from those that were measured.
	apart = 1.0
	// wall is how far two rooms may be from each other and still be neighbours.
	wall = 0.5
)

// outlines returns an outline for every zone of a floor, moved so that the least
// x and y are 0, and the width and depth of them all in metres. Zones without a
// shape are set along a corridor: a first half above, the rest below. placed says
// whether there are any. A shape that cannot be read counts as none: whoever
// saved it was told.
func outlines(zones []care.Zone) (of map[care.ZoneID][]care.Corner, width, depth float64, placed bool) {
	of = map[care.ZoneID][]care.Corner{}
	var rooms, corridors []care.Zone
	for _, z := range zones {
		corners, err := care.ParseShape(z.Shape)
		switch {
		case err == nil && len(corners) > 0:
			of[z.ID] = corners
		case z.Kind == care.Corridor:
			corridors = append(corridors, z)
		default:
			rooms = append(rooms, z)
		}
	}
	width, depth = moveToOrigin(of)
	if len(rooms)+len(corridors) == 0 {
		return of, width, depth, false
	}
	top := 0.0
	if len(of) > 0 {
		top = depth + apart
	}
	for _, list := range [][]care.Zone{rooms, corridors} {
		slices.SortFunc(list, func(a, b care.Zone) int { return api.Natural(string(a.ID), string(b.ID)) })
	}
	above := (len(rooms) + 1) / 2
	long := max(roomWidth, float64(above)*roomWidth)
	row := func(list []care.Zone, y float64) {
		for i, z := range list {
			of[z.ID] = box(float64(i)*roomWidth, y, roomWidth, roomDepth)
		}
	}
	y := top
	row(rooms[:above], y)
	if above > 0 {
		y += roomDepth
	}
	for _, z := range corridors {
		of[z.ID] = box(0, y, long, corridorDepth)
		y += corridorDepth
	}
	if len(corridors) == 0 && above < len(rooms) {
		y += corridorDepth
	}
	row(rooms[above:], y)
	if above < len(rooms) {
		y += roomDepth
	}
	return of, max(width, long), y, true
}

// box is the outline of a rectangle.
func box(x, y, width, depth float64) []care.Corner {
	return []care.Corner{{X: x, Y: y}, {X: x + width, Y: y}, {X: x + width, Y: y + depth}, {X: x, Y: y + depth}}
}

// moveToOrigin moves outlines so that their least x and y are 0, and returns the
// greatest ones then.
func moveToOrigin(of map[care.ZoneID][]care.Corner) (width, depth float64) {
	if len(of) == 0 {
		return 0, 0
	}
	all := bounds{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, corners := range of {
		b := boundsOf(corners)
		all = bounds{min(all.left, b.left), min(all.top, b.top), max(all.right, b.right), max(all.bottom, b.bottom)}
	}
	for id, corners := range of {
		moved := make([]care.Corner, len(corners))
		for i, c := range corners {
			moved[i] = care.Corner{X: round(c.X - all.left), Y: round(c.Y - all.top)}
		}
		of[id] = moved
	}
	return round(all.right - all.left), round(all.bottom - all.top)
}

// round keeps centimetres.
func round(v float64) float64 { return math.Round(v*100) / 100 }

// bounds is the rectangle around an outline.
type bounds struct{ left, top, right, bottom float64 }

func boundsOf(corners []care.Corner) bounds {
	b := bounds{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, c := range corners {
		b = bounds{min(b.left, c.X), min(b.top, c.Y), max(b.right, c.X), max(b.bottom, c.Y)}
	}
	return b
}

// near reports whether two outlines may be of neighbouring rooms: the rectangles
// around them touch, but for a wall between and more than in a corner.
func near(a, b []care.Corner) bool {
	x, y := boundsOf(a), boundsOf(b)
	across := min(x.right, y.right) - max(x.left, y.left)
	along := min(x.bottom, y.bottom) - max(x.top, y.top)
	return across >= -wall && along >= -wall && (across > 0 || along > 0)
}
