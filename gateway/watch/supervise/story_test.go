package supervise

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// story lets a night pass in a bubble.
func story(t *testing.T, tell func(*night)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := newNight(t)
		tell(n)
		n.stop()
	})
}

func TestADeviceDiesAtTwoAndIsFoundAtOnce(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 3)
		n.start()
		n.pass(2 * time.Hour)
		n.expect()
		floor.kill(1)
		died := time.Now()
		n.pass(5 * time.Minute)
		n.expect("silent active of songhe/floor-2-p01")
		e := n.memory.events[0]
		if after := e.Time.Sub(died); after < care.MainsDeadline-time.Minute || after > care.MainsDeadline+2*passEvery {
			t.Errorf("found %s after it died", after)
		}
		if e.Edge != "floor-2" || e.Device != "core" || e.Via != "core" || e.Clock != care.ClockTrusted || e.ID == "" || !e.SentTime.Equal(e.Time) {
			t.Errorf("the event is %+v", e)
		}
		var why evidence
		if err := json.Unmarshal(e.Data, &why); err != nil || why.Reason != "not_heard" || why.DeadlineSeconds != 200 || why.LastSeen.IsZero() {
			t.Errorf("the evidence is %s, %v", e.Data, err)
		}
		n.pass(6 * time.Hour)
		n.expect() // said once
		floor.revive()
		n.pass(2 * time.Minute)
		n.expect("silent clear of songhe/floor-2-p01")
	})
}

func TestAnEdgeThatIsUnpluggedIsOneCard(t *testing.T) {
	for name, will := range map[string]bool{"with a Last Will": true, "without a word": false} {
		t.Run(name, func(t *testing.T) {
			story(t, func(n *night) {
				floor := n.edge("songhe", care.NursingHome, "floor-2", 12)
				n.edge("songhe", care.NursingHome, "floor-3", 4)
				n.start()
				n.pass(time.Hour + 13*time.Second)
				floor.unplugged = true
				if will {
					n.state(floor, false)
				}
				n.pass(3 * time.Hour)
				n.expect("silent active of songhe/edge:floor-2")
				if p := n.proof(floor.devices[0]); p.Coverage != care.Unproven || p.Doubt != care.DoubtEdge {
					t.Errorf("a point behind it stands as %+v", p)
				}
				floor.unplugged = false
				n.pass(time.Hour)
				n.expect("silent clear of songhe/edge:floor-2")
			})
		})
	}
}

func TestAReconnectionRaisesNothing(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 3)
		n.start()
		n.pass(10 * time.Minute)
		for range 20 {
			n.state(floor, false)
			floor.unplugged = true
			n.pass(50 * time.Second)
			floor.unplugged = false
			n.state(floor, true)
			n.pass(time.Minute)
		}
		n.expect()
	})
}

// A detector that has died is taken down, and that ends its silence. When it is
// hung up again and is as dead as before, that is found within its deadline.
func TestARetiredPointComesBackSupervised(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 3)
		n.start()
		n.pass(10 * time.Minute)
		floor.kill(1)
		n.pass(5 * time.Minute)
		n.expect("silent active of songhe/floor-2-p01")
		retire := func(yes bool) {
			key := people.SitePoint{Site: "songhe", Point: "floor-2-p01"}
			p := n.dir.Points[key]
			p.Retired = yes
			n.dir.Points[key] = p
		}
		retire(true)
		n.pass(time.Minute)
		n.expect("silent clear of songhe/floor-2-p01")
		n.pass(time.Hour)
		n.expect()
		retire(false)
		n.pass(2 * time.Minute)
		n.expect() // it may have been hung up just now
		n.pass(3 * time.Minute)
		n.expect("silent active of songhe/floor-2-p01")
	})
}

// An edge that comes and goes must not hide for ever what is broken behind it.
func TestAFlappingEdgeHidesNoDeadPoint(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 3)
		n.start()
		n.pass(10 * time.Minute)
		floor.kill(1)
		for range 5 {
			n.state(floor, false)
			floor.unplugged = true
			n.pass(20 * time.Second)
			floor.unplugged = false
			n.state(floor, true)
			n.pass(time.Minute)
		}
		n.expect("silent active of songhe/floor-2-p01")
	})
}

func TestAPointThatStaysSilentWhenItsEdgeIsBackStandsForItself(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 12)
		n.start()
		n.pass(time.Hour)
		floor.unplugged = true
		n.state(floor, false)
		n.pass(time.Hour)
		n.expect("silent active of songhe/edge:floor-2")
		floor.unplugged = false
		floor.kill(1)
		n.pass(3 * time.Minute)
		n.expect("silent clear of songhe/edge:floor-2")
		n.pass(3 * time.Minute)
		n.expect("silent active of songhe/floor-2-p01")
	})
}

func TestABusThatFailsIsOneCard(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 12)
		n.start()
		n.pass(time.Hour)
		floor.kill(8)
		n.pass(5 * time.Minute)
		// Those that were due before the fifth are cards of their own, which the
		// core puts under the outage.
		early := n.memory.said
		if len(early) < 1 || len(early) > 5 || early[len(early)-1] != "silent active of songhe/edge:floor-2" {
			t.Fatalf("said: %q", early)
		}
		n.memory.said = nil
		if p := n.proof(floor.devices[7]); p.Coverage != care.Unproven || p.Doubt != care.DoubtOutage {
			t.Errorf("a point of the outage stands as %+v", p)
		}
		floor.kill(2) // that follow closely
		n.pass(12 * time.Minute)
		n.expect()
		floor.kill(1) // much later: news
		n.pass(20 * time.Minute)
		n.expect("silent active of songhe/floor-2-p11")
		for _, d := range floor.devices[1:] {
			d.dead = false
		}
		n.pass(2 * time.Minute)
		for _, s := range n.memory.said {
			if s == "silent active of songhe/edge:floor-2" {
				t.Errorf("said at the end: %q", n.memory.said)
			}
		}
		if got := len(n.memory.active); got != 1 {
			t.Errorf("still active: %v", n.memory.active)
		}
		if _, left := n.memory.active[target{"songhe", "floor-2-p01", care.Silent}]; !left {
			t.Errorf("the one that stays silent is not active: %v", n.memory.active)
		}
	})
}

func TestASecondWaveOfAnOutageSoundsAgain(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 20)
		n.start()
		n.pass(time.Hour)
		floor.kill(10)
		n.pass(10 * time.Minute)
		n.memory.said = nil
		n.pass(2 * time.Hour)
		n.expect()
		floor.kill(8)
		n.memory.fail = errors.New("locked by a backup") // and nothing is lost meanwhile
		n.pass(10 * time.Minute)
		n.memory.fail = nil
		n.pass(10 * time.Minute)
		n.expect("silent clear of songhe/edge:floor-2", "silent active of songhe/edge:floor-2")
	})
}

func TestDevicesThatDieOneByOneAreEachACard(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 12)
		n.start()
		n.pass(time.Hour)
		for i := range 7 {
			floor.kill(1)
			n.pass(15 * time.Minute)
			n.expect(fmt.Sprintf("silent active of songhe/floor-2-p%02d", i+1))
		}
		// Nor does a restart make an outage of what failed over hours.
		n.stop()
		n.start()
		n.pass(2 * time.Hour)
		n.expect()
	})
}

func TestARestartRaisesNothingFalseAndForgetsNothing(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 3)
		north := n.edge("songhe", care.NursingHome, "north", 3)
		door := floor.device(n, care.Point{ID: "door", Power: care.BatteryPower})
		n.start()
		n.pass(time.Hour)
		floor.kill(1)
		n.pass(10 * time.Minute)
		n.expect("silent active of songhe/floor-2-p01")
		n.stop()
		time.Sleep(8 * time.Hour) // the gateway is away
		north.unplugged = true
		n.state(north, false) // the broker kept its will
		door.dead = true
		n.start()
		n.pass(care.MainsDeadline)
		n.expect("silent active of songhe/edge:north") // which was so at the start
		n.pass(2 * time.Hour)
		n.expect() // and the dead point is not raised again
		n.pass(time.Hour)
		n.expect("silent active of songhe/door")
		n.stop()
		// Everything is repaired while the gateway is away.
		floor.revive()
		north.unplugged, door.dead = false, false
		time.Sleep(time.Hour)
		n.start()
		n.pass(10 * time.Minute)
		if len(n.memory.active) != 0 || len(n.memory.said) != 3 {
			t.Errorf("still active: %v, after %q", n.memory.active, n.memory.said)
		}
	})
}

func TestAnOutageOutlastsARestart(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 12)
		n.start()
		n.pass(time.Hour)
		floor.kill(10)
		n.pass(20 * time.Minute)
		n.memory.said = nil
		n.stop()
		n.start()
		n.pass(time.Hour)
		n.expect()
		floor.revive()
		n.pass(5 * time.Minute)
		if len(n.memory.active) != 0 {
			t.Errorf("still active: %v", n.memory.active)
		}
	})
}

func TestAVillageWithoutAConnectionIsOneCard(t *testing.T) {
	story(t, func(n *night) {
		var homes []*box
		for i := range 6 {
			homes = append(homes, n.edge(care.SiteID(fmt.Sprintf("home-%d", i+1)), care.PrivateHome, "hub", 2))
		}
		n.edge("songhe", care.NursingHome, "floor-2", 2) // has a line of its own
		n.start()
		n.pass(time.Hour)
		for _, h := range homes[1:5] {
			h.unplugged = true
			n.state(h, false)
			n.pass(2 * time.Second)
		}
		n.pass(5 * time.Minute)
		n.expect("silent active of home-2/region:liuhe")
		homes[5].unplugged = true // follows
		n.pass(time.Hour)
		n.expect()
		homes[0].unplugged = true // an hour later: this is another story
		n.pass(time.Hour)
		n.expect("silent active of home-1/edge:hub")
		homes[0].unplugged = false
		n.pass(10 * time.Minute)
		n.expect("silent clear of home-1/edge:hub")
		for _, h := range homes[1:] {
			h.unplugged = false
		}
		n.pass(time.Hour)
		n.expect("silent clear of home-2/region:liuhe")
	})
}

func TestAVillageWhoseSensorsFailTogetherIsOneCard(t *testing.T) {
	story(t, func(n *night) {
		var homes []*box
		for i := range 5 {
			homes = append(homes, n.edge(care.SiteID(fmt.Sprintf("home-%d", i+1)), care.PrivateHome, "hub", 3))
		}
		n.start()
		n.pass(time.Hour)
		for _, h := range homes[:4] {
			h.kill(2) // a platform behind the hubs
		}
		n.pass(time.Hour)
		last := n.memory.said[len(n.memory.said)-1]
		if last != "silent active of home-1/region:liuhe" || len(n.memory.said) > outagePoints {
			t.Errorf("said: %q", n.memory.said)
		}
		for _, h := range homes {
			h.revive()
		}
		n.pass(5 * time.Minute)
		if len(n.memory.active) != 0 {
			t.Errorf("still active: %v", n.memory.active)
		}
	})
}

func TestTimeInWhichTheBrokerWasAwayDoesNotCount(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 3)
		n.start()
		n.pass(time.Hour)
		n.away.Store(true)
		n.pass(2 * time.Hour)
		floor.unplugged = true // and stays away for three minutes more
		n.away.Store(false)
		n.pass(3 * time.Minute)
		floor.unplugged = false
		n.pass(10 * time.Minute)
		n.expect()
		floor.unplugged = true
		n.pass(10 * time.Minute)
		n.expect("silent active of songhe/edge:floor-2")
	})
}

// On day one forty edges are registered and none is plugged in.
func TestAnEdgeThatWasNeverHeard(t *testing.T) {
	story(t, func(n *night) {
		var rooms []*box
		for r := range 40 {
			rooms = append(rooms, n.edge("songhe", care.NursingHome, care.EdgeID(fmt.Sprintf("room-%02d", r)), 3))
			rooms[r].unplugged = true
		}
		n.start()
		n.pass(24 * time.Hour)
		n.expect()
		rooms[7].unplugged = false
		n.pass(10 * time.Minute)
		rooms[7].unplugged = true
		n.pass(10 * time.Minute)
		n.expect("silent active of songhe/edge:room-07")
	})
}

func TestAPointThatWasNeverHeard(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 1)
		n.start()
		n.pass(time.Hour)
		smoke := floor.device(n, care.Point{ID: "smoke"}) // entered, not yet mounted
		smoke.dead = true
		found := floor.device(n, care.Point{ID: "found", Unregistered: true})
		found.dead = true
		n.pass(time.Minute)
		if p := n.proof(smoke); p.Coverage != care.Unproven || p.Doubt != care.DoubtNever || p.Proof != care.ProofNone || !p.LastSeen.IsZero() {
			t.Errorf("it stands as %+v", p)
		}
		n.expect()
		n.pass(24 * time.Hour) // nobody is called before it has ever spoken
		n.expect()
		if p := n.proof(smoke); p.Coverage != care.Unproven || p.Doubt != care.DoubtNever || !p.Commissioned.IsZero() {
			t.Errorf("it stands as %+v", p)
		}
		smoke.dead = false
		n.pass(2 * time.Minute)
		if p := n.proof(smoke); p.Coverage != care.Proved || p.Commissioned.IsZero() {
			t.Errorf("after its first message it stands as %+v", p)
		}
		smoke.dead = true
		n.pass(5 * time.Minute)
		n.expect("silent active of songhe/smoke")
		smoke.dead = false
		n.pass(2 * time.Minute)
		n.expect("silent clear of songhe/smoke")
		n.dir.Points = map[people.SitePoint]care.Point{} // and taken away
		n.pass(time.Hour)
		n.expect()
	})
}

// A device that answers while its own channel never reports is not proved, and
// not silent.
func TestHelloIsNoProof(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 1)
		cord := floor.device(n, care.Point{ID: "cord"})
		cord.hello = true
		n.start()
		n.pass(time.Hour)
		n.expect()
		if p := n.proof(cord); p.Coverage != care.Unproven || p.Doubt != care.DoubtHello || p.Proof != care.ProofHello {
			t.Errorf("before the test it stands as %+v", p)
		}
		n.s.Seen("songhe", "cord", time.Now(), care.ProofReport) // somebody pulls it
		n.pass(time.Hour)
		n.stop()
		n.start() // which is remembered
		n.pass(2 * time.Minute)
		p := n.proof(cord)
		want := care.PointProof{Proof: care.ProofReport, Coverage: care.Proved, Deadline: care.MainsDeadline, LastSeen: p.LastSeen, DueAt: p.LastSeen.Add(care.MainsDeadline), Commissioned: p.Commissioned}
		if diff := cmp.Diff(want, p); diff != "" || p.Commissioned.IsZero() {
			t.Errorf("after it (-want +got):\n%s", diff)
		}
		n.s.Replaced("songhe", "cord") // by another one, which has to be pulled as well
		if p := n.proof(cord); p.Doubt != care.DoubtHello || !p.Commissioned.IsZero() {
			t.Errorf("replaced it stands as %+v", p)
		}
		delete(n.memory.works, people.SitePoint{Site: "songhe", Point: "cord"}) // as whoever replaces it does
		n.stop()
		n.start()
		n.pass(time.Minute)
		if p := n.proof(cord); p.Doubt != care.DoubtHello || !p.Commissioned.IsZero() {
			t.Errorf("replaced, and after a restart, it stands as %+v", p)
		}
	})
}

func TestALowBatteryIsToldOnceUntilItIsChanged(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 1)
		n.start()
		level := func(v float64) {
			n.s.Observe([]care.Reading{
				{Site: "songhe", Point: floor.devices[0].point.ID, Quantity: care.Temperature, Time: time.Now(), Value: 3},
				{Site: "songhe", Point: floor.devices[0].point.ID, Quantity: care.BatteryLevel, Time: time.Now(), Value: v},
			})
			n.pass(10 * time.Minute)
		}
		for _, v := range []float64{80, 16, 15} {
			level(v)
		}
		n.expect()
		for _, v := range []float64{14.9, 15.1, 14, 20, 24.9} {
			level(v)
		}
		n.expect("battery active of songhe/floor-2-p01")
		n.stop()
		n.start()
		level(20)
		n.expect()
		level(25)
		n.expect("battery clear of songhe/floor-2-p01")
		level(20)
		n.expect()
	})
}

// A device that lies in a cupboard runs its battery down: nobody is to change it.
func TestTheBatteryOfARetiredPointIsNobodysConcern(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 2)
		n.start()
		level := func(device int, v float64) {
			n.s.Observe([]care.Reading{{Site: "songhe", Point: floor.devices[device].point.ID, Quantity: care.BatteryLevel, Time: time.Now(), Value: v}})
			n.pass(10 * time.Minute)
		}
		retire := func(device int, yes bool) {
			key := people.SitePoint{Site: "songhe", Point: floor.devices[device].point.ID}
			p := n.dir.Points[key]
			p.Retired = yes
			n.dir.Points[key] = p
		}
		retire(0, true)
		level(0, 10)
		n.expect()
		level(1, 10)
		n.expect("battery active of songhe/floor-2-p02")
		retire(1, true)
		n.pass(time.Minute)
		n.expect("battery clear of songhe/floor-2-p02")
		level(1, 9)
		n.expect()
		retire(1, false)
		n.pass(time.Minute)
		n.expect("battery active of songhe/floor-2-p02")
	})
}

func TestAGrowingSpoolAndLostReadingsAreFaults(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 1)
		n.start()
		n.pass(10 * time.Minute)
		floor.spool.Events = 4
		n.pass(2 * time.Minute)
		floor.spool.Events = 0 // it got them off
		n.pass(5 * time.Minute)
		n.expect()
		floor.spool.Events = 4
		n.pass(10 * time.Minute)
		n.expect("fault active of songhe/edge:floor-2:spool")
		floor.spool.Events = 0
		n.pass(10 * time.Minute)
		n.expect("fault clear of songhe/edge:floor-2:spool")
		floor.spool.Shed = 100
		n.pass(2 * time.Minute)
		n.expect("fault active of songhe/edge:floor-2:spool")
		n.pass(10 * time.Minute)
		n.expect("fault clear of songhe/edge:floor-2:spool")
		n.away.Store(true) // while nothing can be sent, spools grow
		n.pass(10 * time.Minute)
		n.away.Store(false)
		floor.spool.Events = 50
		n.pass(2 * time.Minute)
		floor.spool.Events = 0
		n.pass(10 * time.Minute)
		n.expect()
	})
}

func TestAWrongClockIsAFault(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 1)
		n.start()
		n.pass(10 * time.Minute)
		floor.offset = -61 * time.Second
		n.pass(2 * time.Minute)
		n.expect()
		n.pass(2 * time.Minute)
		n.expect("fault active of songhe/edge:floor-2:clock")
		floor.offset = 31 * time.Second
		n.pass(10 * time.Minute)
		n.expect()
		floor.offset = 29 * time.Second
		n.pass(2 * time.Minute)
		n.expect("fault clear of songhe/edge:floor-2:clock")
	})
}

func TestALedgerThatFailsDelaysAndLosesNothing(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 3)
		n.start()
		n.pass(time.Hour)
		if err := n.s.Alive(); err != nil {
			t.Errorf("while all is well: %v", err)
		}
		n.memory.fail = errors.New("locked by a backup")
		floor.kill(1)
		n.pass(time.Hour)
		n.expect()
		if n.s.Alive() == nil {
			t.Error("nothing was told for an hour, and supervision calls itself alive")
		}
		n.memory.fail = nil
		n.pass(time.Minute)
		n.expect("silent active of songhe/floor-2-p01")
		if err := n.s.Alive(); err != nil {
			t.Errorf("after it: %v", err)
		}
	})
}

func TestEdgesAreShownAsTheySayTheyAre(t *testing.T) {
	story(t, func(n *night) {
		floor := n.edge("songhe", care.NursingHome, "floor-2", 1)
		never := n.edge("songhe", care.NursingHome, "north", 1)
		never.unplugged = true
		floor.spool, floor.offset = care.SpoolState{Events: 1, Readings: 2, Shed: 3}, 2*time.Second
		n.start()
		n.pass(time.Minute)
		s := n.memory.states[floor.name]
		s.State.Devices = []care.DeviceState{{ID: "a", Model: "SHT3x"}, {ID: "b", Model: "ADXL345", Fault: "no answer"}}
		n.s.Edge(s, true)
		want := map[people.SiteEdge]care.EdgeHealth{
			floor.name: {
				Site: "songhe", Edge: "floor-2", Online: true, StateAt: s.ReceivedAt, Version: "1.0", Spool: floor.spool,
				Offset: 2 * time.Second, Devices: 2, Faults: s.State.Devices[1:],
			},
			never.name: {Site: "songhe", Edge: "north"},
		}
		if diff := cmp.Diff(want, n.s.Edges()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		floor.unplugged = true
		n.pass(edgeDeadline)
		if n.s.Edges()[floor.name].Online {
			t.Error("an edge that is not heard is shown as online")
		}
	})
}

// A switch without power takes forty rooms at once, and is one card; when it is
// back and one room is not, that one has its own.
func TestAHouseThatLosesItsEdgesIsOneCard(t *testing.T) {
	story(t, func(n *night) {
		var rooms []*box
		for r := range 40 {
			rooms = append(rooms, n.edge("songhe", care.NursingHome, care.EdgeID(fmt.Sprintf("room-%02d", r)), 3))
		}
		n.start()
		n.pass(10 * time.Minute)
		for _, r := range rooms {
			r.unplugged = true
			n.state(r, false)
		}
		n.pass(3 * time.Hour)
		n.expect("silent active of songhe/site:songhe")
		if p := n.proof(rooms[7].devices[0]); p.Coverage != care.Unproven {
			t.Errorf("a point behind a lost edge stands as %+v", p)
		}
		for _, r := range rooms[1:] {
			r.unplugged = false
			n.state(r, true)
		}
		n.pass(time.Hour)
		n.expect("silent clear of songhe/site:songhe", "silent active of songhe/edge:room-00")
	})
}

func TestTwoEdgesAreTwoCards(t *testing.T) {
	story(t, func(n *night) {
		one := n.edge("songhe", care.NursingHome, "room-1", 6)
		two := n.edge("songhe", care.NursingHome, "room-2", 6)
		n.edge("songhe", care.NursingHome, "room-3", 6)
		n.start()
		n.pass(10 * time.Minute)
		one.unplugged, two.unplugged = true, true
		n.pass(time.Hour)
		n.expect("silent active of songhe/edge:room-1", "silent active of songhe/edge:room-2")
	})
}
