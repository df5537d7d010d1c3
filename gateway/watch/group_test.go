package watch_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
)

// storms are ways in which a ledger fails, each such that a sender who tries the
// group again keeps the order of its events.
var storms = [][]fault{
	{},
	{notDurable},
	{answerLost},
	{notDurable, notDurable, notDurable},
	{notDurable, answerLost, neverStarts},
	{answerLost, neverStarts, neverStarts},
}

// TestGroupingDoesNotMatter commits the same random events to two homes: one
// by one, and in random groups, some sent again, with a ledger that fails at
// random until the sender has got through. The books must tell the same.
func TestGroupingDoesNotMatter(t *testing.T) {
	calm, stormy := newHome(t), newHome(t)
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		var events []care.Received
		for n := range rapid.IntRange(1, 12).Draw(t, "events") {
			e := calm.event("", rapid.SampledFrom([]care.Class{care.Fire, care.SOS, care.BedExit}).Draw(t, "class"),
				rapid.SampledFrom([]care.Phase{care.Active, care.Clear}).Draw(t, "phase"))
			// Points of this round only, so that the homes need not be new.
			e.Point = care.PointID(fmt.Sprintf("r%d-%d", round, rapid.IntRange(1, 2).Draw(t, "point")))
			e.ID = fmt.Sprintf("r%d-%d", round, n)
			e.Sequence = rapid.Uint64Range(1, 20).Draw(t, "sequence")
			events = append(events, e)
		}
		for _, e := range events {
			calm.commits(e)
		}
		for rest := events; len(rest) > 0; {
			group := rest[:rapid.IntRange(1, len(rest)).Draw(t, "group")]
			rest = rest[len(group):]
			stormy.faults.faults = rapid.SampledFrom(storms).Draw(t, "storm")
			for range 1 + len(stormy.faults.faults) {
				if _, err := stormy.watch.Commit(stormy.t.Context(), group); err == nil {
					break
				}
			}
			if rapid.Bool().Draw(t, "again") {
				for _, s := range stormy.commits(group...) {
					if s != duplicate {
						t.Fatalf("an event that was sent again is %s", s)
					}
				}
			}
		}
		prefix := fmt.Sprintf("r%d-", round)
		if d := gocmp.Diff(calm.told(prefix), stormy.told(prefix)); d != "" {
			t.Fatalf("the books (-one by one +in groups):\n%s", d)
		}
	})
}

// story is what a book tells of an incident, without what differs by clock and
// chance.
type story struct {
	Class            care.Class
	Point            care.PointID
	Active, Cleared  bool
	Alarms, Revision int
	History          string
}

// told returns the stories of the open incidents whose point has the prefix, in
// order of point and class, and last what the feed has of them, in its order.
func (h *home) told(prefix string) (stories []story) {
	h.t.Helper()
	about := map[string]care.PointID{}
	for _, i := range h.open() {
		if strings.HasPrefix(string(i.Point), prefix) {
			about[i.ID] = i.Point
			stories = append(stories, story{i.Class, i.Point, i.Active, i.ClearedAt != nil, i.Alarms, i.Revision, fmt.Sprint(h.history(i.ID))})
		}
	}
	slices.SortFunc(stories, func(a, b story) int {
		return cmp.Or(strings.Compare(string(a.Point), string(b.Point)), strings.Compare(string(a.Class), string(b.Class)))
	})
	var fed []string
	for _, r := range h.feed() {
		if p, ok := about[r.Ref]; ok {
			fed = append(fed, fmt.Sprintf("%s of %s", r.Kind, p))
		}
	}
	return append(stories, story{History: strings.Join(fed, ", ")})
}

// BenchmarkCommit measures durable alarms by the size of the group. Each event
// is one more press of a cord: it writes an event, the incident, a row of the
// log and one of the feed, as the first press does.
func BenchmarkCommit(b *testing.B) {
	for _, size := range []int{1, 10, 100, 256} {
		b.Run(fmt.Sprintf("group=%d", size), func(b *testing.B) {
			h := newHome(b)
			group := make([]care.Received, size)
			n := 0
			for b.Loop() {
				for i := range group {
					n++
					group[i] = h.event("203-1-cord", care.SOS, care.Active)
				}
				h.commits(group...)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/commit")
		})
	}
}
