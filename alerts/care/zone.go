package care

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ZoneKind says what a zone is used for.
type ZoneKind string

// The kinds. Empty is a room of which nothing more is known, and is treated as
// a bedroom where privacy is concerned.
const (
	Bedroom  ZoneKind = "bedroom"  // 居室
	Bathroom ZoneKind = "bathroom" // 卫生间
	Corridor ZoneKind = "corridor" // 走廊
	Kitchen  ZoneKind = "kitchen"  // 厨房
	Common   ZoneKind = "common"   // 公共活动区
	Service  ZoneKind = "service"  // 设备、办公用房
)

// ZoneKinds lists the kinds.
func ZoneKinds() []ZoneKind {
	return []ZoneKind{Bedroom, Bathroom, Corridor, Kitchen, Common, Service}
}

// Private reports whether people undress or lie there, so that nobody takes
// photos.
func (k ZoneKind) Private() bool { return k == "" || k == Bedroom || k == Bathroom }

// Corner is a corner of an outline in metres; x grows to the right and y down,
// as on a screen.
type Corner struct{ X, Y float64 }

// Limits of an outline.
const (
	MaxCorners  = 64
	MaxDistance = 2000.0 // metres from the origin
)

// ParseShape reads an outline: three to MaxCorners corners as x,y with spaces
// between. An empty text is no outline and no mistake.
func ParseShape(s string) ([]Corner, error) {
	fields := strings.Fields(s)
	if len(fields) == 0 {
		return nil, nil
	}
	if len(fields) < 3 || len(fields) > MaxCorners {
		return nil, fmt.Errorf("an outline has %d corners, not 3 to %d", len(fields), MaxCorners)
	}
	corners := make([]Corner, len(fields))
	for i, f := range fields {
		x, y, found := strings.Cut(f, ",")
		if !found {
			return nil, fmt.Errorf("corner %d of the outline, %q, is not x,y such as 4.5,3", i+1, f)
		}
		for _, part := range []struct {
			text string
			to   *float64
		}{{x, &corners[i].X}, {y, &corners[i].Y}} {
			v, err := strconv.ParseFloat(part.text, 64)
			if err != nil || math.IsNaN(v) || math.Abs(v) > MaxDistance {
				return nil, fmt.Errorf("corner %d of the outline, %q, is not two numbers of metres up to %g", i+1, f, MaxDistance)
			}
			*part.to = v
		}
	}
	return corners, nil
}
