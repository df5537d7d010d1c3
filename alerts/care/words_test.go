package care_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// TestClasses checks that each class has what screens need of it.
func TestClasses(t *testing.T) {
	seen := map[care.Class]bool{}
	for _, c := range care.Classes() {
		if seen[c] {
			t.Errorf("%s is listed twice", c)
		}
		seen[c] = true
		if !c.Valid() || c.Severity().String() == "unknown" {
			t.Errorf("%s has no severity", c)
		}
		if w := c.Words(); w.ZH == "" || w.EN == "" {
			t.Errorf("%s has no words in both languages: %+v", c, w)
		}
		if c.LifeSafety() && c.Severity() != care.Urgent {
			t.Errorf("%s is a hazard to everybody and only %s", c, c.Severity())
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d classes are listed, want the 16 of the contract", len(seen))
	}
	if care.Class("earthquake").Valid() {
		t.Error("an unknown class is valid")
	}
}

func TestIncidentKey(t *testing.T) {
	for _, c := range []struct {
		name  string
		class care.Class
		point care.Point
		want  string
	}{
		{"fire counts by room", care.Fire, care.Point{ID: "203-smoke", Zone: "room-203"}, "zone:room-203"},
		{"gas counts by room", care.Gas, care.Point{ID: "kitchen-gas", Zone: "kitchen"}, "zone:kitchen"},
		{"fire of a point in no room", care.Fire, care.Point{ID: "203-smoke"}, "point:203-smoke"},
		{"a call counts by point", care.Call, care.Point{ID: "203-1-call", Zone: "room-203"}, "point:203-1-call"},
		{"a fault counts by point", care.Fault, care.Point{ID: "203-smoke", Zone: "room-203"}, "point:203-smoke"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := care.IncidentKey(c.class, c.point); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestIDs checks version, variant, time and order of the ids.
func TestIDs(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	// The time stamp of the example in RFC 9562, appendix A.6.
	at := time.Date(2022, 2, 22, 19, 22, 22, 0, time.UTC)
	for _, c := range []struct {
		name string
		at   time.Time
		want string
	}{
		{"the example of the RFC", at, "017f22e2-79b0-7"},
		{"before 1970", time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC), "00000000-0000-7"},
		{"the zero time", time.Time{}, "00000000-0000-7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := care.NewIDAt(c.at); !form.MatchString(got) || got[:len(c.want)] != c.want {
				t.Errorf("got %s, want %s…", got, c.want)
			}
		})
	}
	var ids []string
	for ms := range 100 {
		ids = append(ids, care.NewIDAt(at.Add(time.Duration(ms)*time.Millisecond)))
	}
	if !slices.IsSorted(ids) {
		t.Error("ids do not sort by time")
	}
	if a, b := care.NewIDAt(at), care.NewIDAt(at); a == b {
		t.Errorf("two ids of one millisecond are the same: %s", a)
	}
}
