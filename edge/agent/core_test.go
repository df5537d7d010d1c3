package agent

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
)

// coreStory plays with a room that has a point for the edge itself.
func coreStory(t *testing.T, change func(*config.Config), story func(*stage)) {
	t.Helper()
	play(t, hornSpec, hornDevices(config.Device{}), func(s *stage) {
		s.cfg.Point = "r203-edge"
		if change != nil {
			change(&s.cfg)
		}
		story(s)
	})
}

func TestTheCoreThatIsNotHeardIsAFaultUntilItIsHeardAgain(t *testing.T) {
	coreStory(t, nil, func(s *stage) {
		s.begin()
		s.wait(10 * time.Minute)
		s.expect("a core that beats")
		s.setDeaf(true) // its last beat was now
		s.wait(199 * time.Second)
		s.expect("within the deadline")
		s.wait(2 * time.Second)
		_, data := s.last()
		if data["kind"] != "core_unheard" || data["reason"] != "the core has not been heard for 3m20s" || data["since"] == nil {
			t.Errorf("the evidence is %v", data)
		}
		s.expect("after it", "800.0s fault.active of r203-edge")
		s.wait(99 * time.Second)
		s.setDeaf(false)
		s.wait(30 * time.Second)
		_, data = s.last()
		if data["kind"] != "core_unheard" || data["unheard_s"] != 330.0 || data["reason"] != "the core is heard again, after 5m30s" {
			t.Errorf("the evidence is %v, want for how long", data)
		}
		s.expect("heard again", "930.0s fault.clear of r203-edge")
		s.wait(10 * time.Minute)
		s.expect("and from then on")
	})
}

func TestTheDeadlineOfTheCoreIsConfigured(t *testing.T) {
	coreStory(t, func(c *config.Config) { c.CoreDeadline = 10 * time.Minute }, func(s *stage) {
		s.listener = &listener{deaf: true}
		s.begin()
		s.wait(599 * time.Second)
		s.expect("a full deadline after the start")
		s.wait(2 * time.Second)
		s.expect("and then", "600.0s fault.active of r203-edge")
	})
}

func TestTheEndOfAnUnheardCoreIsReportedAfterARestart(t *testing.T) {
	coreStory(t, nil, func(s *stage) {
		s.listener = &listener{deaf: true}
		s.begin()
		s.wait(5 * time.Minute)
		s.expect("unheard", "200.0s fault.active of r203-edge")
		s.stop()
		s.setDeaf(false)
		s.begin()
		s.wait(time.Second)
		s.expect("heard after the restart", "0.0s fault.clear of r203-edge")
		s.restart()
		s.wait(time.Minute)
		s.expect("nothing to end any more")
	})
}

func TestAnEdgeWithoutAPointRemindsAndKeepsItToItself(t *testing.T) {
	coreStory(t, func(c *config.Config) { c.Point = "" }, func(s *stage) {
		s.listener = &listener{deaf: true}
		s.begin()
		s.wait(10 * time.Minute)
		s.expect("no point, no event")
		if now := time.Now(); len(s.edges(now.Add(-30*time.Second), 30*time.Second)) != 4 {
			t.Error("the sounder does not remind")
		}
	})
}

func TestTheEdgesOwnPointIsInTheInventory(t *testing.T) {
	coreStory(t, nil, func(s *stage) {
		s.begin()
		s.wait(time.Minute)
		got := s.device("edge")
		if diff := cmp.Diff([]care.PointID{"r203-edge"}, got.Points); diff != "" {
			t.Errorf("points (-want +got):\n%s", diff)
		}
		if age := time.Since(got.Seen); age != 0 || got.Fault != "" {
			t.Errorf("seen %s ago with fault %q, want now and none", age, got.Fault)
		}
	})
}

// Two blips every half minute, which give way to an alarm and come back after it.
func TestTheReminderGivesWayToAlarms(t *testing.T) {
	coreStory(t, nil, func(s *stage) {
		s.listener = &listener{deaf: true}
		s.begin()
		start := s.start
		s.wait(231 * time.Second)
		want := []int{2000, -2001, 2003, -2004, 2300, -2301, 2303, -2304}
		if diff := cmp.Diff(want, s.edges(start, 231*time.Second)); diff != "" {
			t.Errorf("the reminder (-want +got):\n%s", diff)
		}
		fire := time.Now()
		s.do("203-1", "trip", "hold", "0s")
		s.wait(12 * time.Second)
		if n := len(s.edges(fire.Add(50*time.Millisecond), 12*time.Second)); n != 17 {
			t.Errorf("switched %d times after the begin of three cycles of the evacuation signal, want 17", n)
		}
		s.do("203-1", "release", "contact")
		s.wait(time.Second)
		after := time.Now()
		s.wait(time.Minute)
		if n := len(s.edges(after, time.Minute)); n != 8 {
			t.Errorf("switched %d times in the minute after the fire, want the two blips twice", n)
		}
		s.setDeaf(false)
		s.wait(31 * time.Second)
		heard := time.Now()
		s.wait(time.Minute)
		if got := s.edges(heard, time.Minute); got != nil {
			t.Errorf("it reminds though the core is heard: %v", got)
		}
	})
}
