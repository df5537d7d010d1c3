package roster_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/roster"
)

var users = []care.UserID{"u-1", "u-2", "u-3", "u-4"}

// anyRoster draws a roster around the nights in which clocks change.
func anyRoster(t *rapid.T, around time.Time) roster.Roster {
	name := care.Text{ZH: "值班", EN: "Duty"}
	clock := rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "hour"), rapid.SampledFrom([]int{0, 15, 30, 59}).Draw(t, "minute"))
	})
	span := rapid.Custom(func(t *rapid.T) roster.Span {
		s := roster.Span{From: clock.Draw(t, "from"), To: clock.Draw(t, "to")}
		if rapid.Bool().Draw(t, "some days") {
			s.Days = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"mon", "fri", "sat", "sun"}), 1, 4, rapid.ID).Draw(t, "days")
		}
		return s
	})
	floors := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"1", "2"}), 0, 2, rapid.ID)
	day := func(label string) string {
		return around.AddDate(0, 0, rapid.IntRange(-9, 4).Draw(t, label)).Format(time.DateOnly)
	}
	var r roster.Roster
	for range rapid.IntRange(1, 3).Draw(t, "duties") {
		d := roster.Duty{ID: rapid.SampledFrom([]string{"carer", "leader"}).Draw(t, "duty"), Name: name, Floors: floors.Draw(t, "floors")}
		if rapid.Bool().Draw(t, "always") {
			d.Needed = rapid.SliceOfN(span, 1, 2).Draw(t, "needed")
		}
		for n := range rapid.IntRange(1, 2).Draw(t, "shifts") {
			d.Shifts = append(d.Shifts, roster.Shift{ID: fmt.Sprint("s-", n), Name: name, Span: span.Draw(t, "shift")})
		}
		rotation := roster.Rotation{Start: day("start"), Every: rapid.IntRange(0, 3).Draw(t, "every")}
		if rapid.Bool().Draw(t, "by order") {
			rotation.Order = rapid.Permutation(users).Draw(t, "order")
		} else {
			rotation.Weeks = []map[string][]care.UserID{{"s-0": users[:1]}, {"s-0": users[1:3]}}
		}
		d.Rotations = []roster.Rotation{rotation}
		r.Duties = append(r.Duties, d)
	}
	for range rapid.IntRange(0, 4).Draw(t, "overrides") {
		o := roster.Override{
			From: day("override from") + "T" + clock.Draw(t, "at"), To: day("override to") + "T" + clock.Draw(t, "until"),
			Who: rapid.SampledFrom(append(users, "")).Draw(t, "who"), By: rapid.SampledFrom(append(users, "")).Draw(t, "by"),
		}
		if o.Who == "" {
			o.Duty, o.Floors = r.Duties[0].ID, floors.Draw(t, "extra floors")
		}
		if one := (roster.Roster{Duties: r.Duties, Overrides: append(r.Overrides, o)}); one.Check("Europe/Berlin") == nil {
			r.Overrides = one.Overrides
		}
	}
	if err := r.Check("Europe/Berlin"); err != nil {
		t.Fatalf("the roster drawn is refused: %v", err)
	}
	return r
}

// TestAnyRoster checks at any moment of a week in which the clocks change that
// who is on duty then has a turn then, whatever week is asked for, and that
// there is a gap exactly when somebody is needed and nobody is there.
func TestAnyRoster(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	rapid.Check(t, func(t *rapid.T) {
		around := time.Date(2026, rapid.SampledFrom([]time.Month{3, 10}).Draw(t, "month"), 25, 0, 0, 0, 0, berlin)
		r := anyRoster(t, around)
		from := around.Add(time.Duration(rapid.IntRange(0, 96*60).Draw(t, "from")) * time.Minute)
		to := from.Add(time.Duration(rapid.IntRange(1, 72*60).Draw(t, "length")) * time.Minute)
		at := from.Add(time.Duration(rapid.Int64Range(0, int64(to.Sub(from))-1).Draw(t, "at")))

		on := r.On(at, berlin)
		var want []roster.Turn
		for _, turn := range r.Turns(from, to, berlin) {
			if !turn.From.Before(to) || !from.Before(turn.To) || !turn.From.Before(turn.To) {
				t.Fatalf("a turn that is not between %s and %s: %+v", from, to, turn)
			}
			if !at.Before(turn.From) && at.Before(turn.To) {
				want = append(want, turn)
			}
		}
		if diff := cmp.Diff(want, on, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("on duty at %s (-turns +on):\n%s", at, diff)
		}

		gaps := r.Gaps(from, to, berlin, nil)
		for n, d := range r.Duties {
			for _, floor := range append([]string{""}, d.Floors...) {
				if floor == "" && named(r, d.ID) {
					continue // its floors are looked at
				}
				gap, covered := inGap(gaps, d.ID, floor, at), isCovered(on, d.ID, floor)
				if gap && covered {
					t.Fatalf("duty %d, floor %q: there is a gap at %s, and somebody", n, floor, at)
				}
				if len(d.Needed) == 0 && !gap && !covered {
					t.Fatalf("duty %d, floor %q: there is neither a gap at %s nor anybody", n, floor, at)
				}
			}
		}
		for n, g := range gaps {
			if g.From.Before(from) || to.Before(g.To) || !g.From.Before(g.To) {
				t.Fatalf("gap %+v is not between %s and %s", g, from, to)
			}
			for _, h := range gaps[:n] {
				if h.Duty == g.Duty && cmp.Equal(h.Floors, g.Floors) && !h.To.Before(g.From) {
					t.Fatalf("the gaps %+v and %+v are one", h, g)
				}
			}
		}
	})
}

// named reports whether any duty of the id names floors.
func named(r roster.Roster, id string) bool {
	for _, d := range r.Duties {
		if d.ID == id && len(d.Floors) > 0 {
			return true
		}
	}
	return false
}

func inGap(gaps []roster.Gap, duty, floor string, at time.Time) bool {
	for _, g := range gaps {
		if g.Duty != duty || at.Before(g.From) || !at.Before(g.To) {
			continue
		}
		if floor == "" && len(g.Floors) == 0 {
			return true
		}
		if slices.Contains(g.Floors, floor) {
			return true
		}
	}
	return false
}

func isCovered(on []roster.Turn, duty, floor string) bool {
	for _, t := range on {
		if t.Duty != duty {
			continue
		}
		if len(t.Floors) == 0 {
			return true
		}
		if slices.Contains(t.Floors, floor) {
			return true
		}
	}
	return false
}
