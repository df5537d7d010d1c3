package demo

import (
	"fmt"

	"shouwang.care/shouwang/alerts/care"
)

// measured is the floor whose outlines somebody has entered. The others show what
// the gateway draws without any.
const measured = 2

// corridorOf is the corridor of a floor of the nursing home: 28 m between two rows
// of seven rooms, 4 × 5 m each.
func corridorOf(floor int) Zone {
	z := Zone{
		ID: care.ZoneID(fmt.Sprintf("hall%d", floor)), Floor: fmt.Sprint(floor), Kind: care.Corridor,
		Name: care.Text{ZH: fmt.Sprintf("%d楼走廊", floor), EN: fmt.Sprintf("Corridor %d", floor)},
	}
	if floor == measured {
		z.Shape = rectangle(0, 5, 28, 2.4)
	}
	return z
}

// shapeOf is the outline of a room; empty where nobody has measured it.
func shapeOf(floor int, number string) string {
	var n int
	if floor != measured {
		return ""
	}
	if _, err := fmt.Sscanf(number, "2%d", &n); err != nil {
		return ""
	}
	n-- // from 0: the odd numbers on one side, the even ones on the other
	return rectangle(float64(n/2)*4, []float64{0, 7.4}[n%2], 4, 5)
}

func rectangle(x, y, width, depth float64) string {
	return fmt.Sprintf("%g,%g %g,%g %g,%g %g,%g", x, y, x+width, y, x+width, y+depth, x, y+depth)
}

// sleeps enters where somebody sleeps, and how he gets out of a burning house. It
// draws no number, so that the rest of the district stays as it is for a seed.
func (r *Resident) sleeps(zone care.ZoneID, bed, place string, risk *care.Text) {
	r.Zone, r.Bed = zone, bed
	r.Oxygen = risk != nil && risk.EN == "On oxygen, no open flame"
	switch sum := int(place[2]-'0') + int(place[len(place)-1]-'0'); {
	case place == "203-1":
		r.Mobility = "walks"
		r.Routine = &care.Text{
			ZH: "六点起床，午饭后睡到两点，九点睡觉，夜里起来一两次。",
			EN: "Up at six, a nap after lunch until two, asleep at nine, up once or twice at night.",
		}
	case sum%5 == 0:
		r.Mobility = "bedbound"
	case sum%2 == 0:
		r.Mobility = "helped"
	default:
		r.Mobility = "walks"
	}
}
