package ward

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
)

func TestRoomsThatNobodyMeasuredStandAlongACorridor(t *testing.T) {
	zones := []care.Zone{{ID: "r10"}, {ID: "r2"}, {ID: "r1"}, {ID: "hall", Kind: care.Corridor}}
	of, width, depth, placed := outlines(zones)
	if width != 8 || depth != 12 || !placed {
		t.Errorf("the floor is %g × %g m, placed: %t", width, depth, placed)
	}
	want := map[care.ZoneID][]care.Corner{
		"r1": box(0, 0, 4, 5), "r2": box(4, 0, 4, 5), "hall": box(0, 5, 8, 2), "r10": box(0, 7, 4, 5),
	}
	if diff := cmp.Diff(want, of); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMeasuredRoomsStayWhereTheyAre(t *testing.T) {
	of, width, depth, placed := outlines([]care.Zone{
		{ID: "a", Shape: "10,20 13.5,20 13.5,24 10,24"}, {ID: "b", Shape: "13.5,20 17,20 17,24"}, {ID: "new"}, {ID: "odd", Shape: "what"},
	})
	if width != 7 || depth != 17 || !placed {
		t.Errorf("the floor is %g × %g m, placed: %t", width, depth, placed)
	}
	if diff := cmp.Diff(box(0, 0, 3.5, 4), of["a"]); diff != "" {
		t.Errorf("a (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(box(0, 5, 4, 5), of["new"]); diff != "" {
		t.Errorf("the room without a shape (-want +got):\n%s", diff)
	}
	if _, _, _, placed := outlines([]care.Zone{{ID: "a", Shape: "0,0 1,0 1,1"}}); placed {
		t.Error("a floor that was measured is told to be arranged")
	}
}

func TestNeighbours(t *testing.T) {
	room := box(4, 0, 4, 5)
	for name, test := range map[string]struct {
		other []care.Corner
		want  bool
	}{
		"next door":               {box(8, 0, 4, 5), true},
		"behind a wall":           {box(0, 0, 3.7, 5), true},
		"the corridor":            {box(0, 5, 20, 2), true},
		"across the corridor":     {box(4, 7, 4, 5), false},
		"one further":             {box(12, 0, 4, 5), false},
		"meets in a corner only":  {box(8, 5, 4, 5), false},
		"with a corner next door": {box(7.9, 4.9, 4, 5), true},
	} {
		if got := near(room, test.other); got != test.want || near(test.other, room) != got {
			t.Errorf("%s: %t, want %t", name, got, test.want)
		}
	}
}

// TestEveryZoneHasItsOwnPlace, whatever is measured of a floor and what not.
func TestEveryZoneHasItsOwnPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var zones []care.Zone
		for i := range rapid.IntRange(0, 30).Draw(t, "zones") {
			z := care.Zone{ID: care.ZoneID(fmt.Sprintf("z%d", i)), Kind: rapid.SampledFrom(append(care.ZoneKinds(), "")).Draw(t, "kind")}
			if rapid.Bool().Draw(t, "measured") {
				x := float64(i * 4)
				z.Shape = fmt.Sprintf("%g,-3 %g,-3 %g,2", x, x+4, x+4)
			}
			zones = append(zones, z)
		}
		of, width, depth, _ := outlines(zones)
		var own []bounds
		for _, z := range zones {
			b := boundsOf(of[z.ID])
			if b.left < 0 || b.top < 0 || b.right > width || b.bottom > depth {
				t.Fatalf("zone %s at %v is beyond a floor of %g × %g m", z.ID, b, width, depth)
			}
			if slices.ContainsFunc(own, func(o bounds) bool {
				return min(o.right, b.right) > max(o.left, b.left) && min(o.bottom, b.bottom) > max(o.top, b.top)
			}) {
				t.Fatalf("zone %s at %v lies over another one", z.ID, b)
			}
			own = append(own, b)
		}
	})
}
