package supervise

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// TestSignsOfLifeAreWrittenEveryTenSeconds lets a night pass in which a point
// is heard each second, the ledger fails for a minute, and the gateway ends.
func TestSignsOfLifeAreWrittenEveryTenSeconds(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 1)
		floor.unplugged = true
		air := people.SitePoint{Site: "songhe", Point: "floor-2-p01"}
		old := people.SitePoint{Site: "songhe", Point: "old"}
		began := time.Now().UTC()
		n.memory.seen[old] = began.Add(-time.Hour)
		n.start()
		hear := func(d time.Duration) {
			for end := time.Now().Add(d); time.Now().Before(end); {
				n.s.Seen(air.Site, air.Point, time.Now(), care.ProofReport)
				time.Sleep(time.Second)
			}
			synctest.Wait()
		}
		hear(time.Minute)
		if n.memory.writes < 5 || n.memory.writes > 7 {
			t.Errorf("written %d times in a minute", n.memory.writes)
		}
		n.memory.failRows = errors.New("locked by a backup")
		hear(time.Minute)
		n.memory.failRows = nil
		last := time.Now().UTC()
		n.s.Seen(air.Site, air.Point, last, care.ProofReport)
		n.s.Seen(air.Site, air.Point, last.Add(-time.Minute), care.ProofReport) // late news
		n.s.Seen(air.Site, air.Point, last.Add(time.Hour), care.ProofReport)    // a clock that is ahead
		n.stop()
		want := map[people.SitePoint]time.Time{old: began.Add(-time.Hour), air: last}
		if diff := cmp.Diff(want, n.memory.seen); diff != "" {
			t.Errorf("in the ledger at the end (-want +got):\n%s", diff)
		}
		if got := n.s.Points()[air].LastSeen; !got.Equal(last) {
			t.Errorf("shown at the end: %v, want %v", got, last)
		}
		if got := n.memory.settings[provedKey]; got != `{"songhe":["floor-2-p01"]}` {
			t.Errorf("who has proved himself is kept as %s", got)
		}
	})
}

func TestADamagedRecordOfProofsOnlyMakesPointsUnproven(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 1)
		n.memory.settings[provedKey] = "["
		n.start()
		n.pass(2 * time.Minute)
		if p := n.proof(floor.devices[0]); p.Coverage != care.Proved {
			t.Errorf("once it has reported it stands as %+v", p)
		}
	})
}
