package uplink

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/spool"
)

func TestAnEventStaysUntilTheCoreAnswersThoughTheBrokerTookIt(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.begin()
		r.event("a")
		r.beatFor(20 * time.Minute)
		// After 5 s, then twice as long each time, at most five minutes.
		want := []int{0, 5, 15, 35, 75, 155, 315, 615, 915}
		if got := r.seconds(r.of(care.KindEvent)); !slices.Equal(got[:min(len(got), len(want))], want) {
			t.Errorf("it was sent after %v s, want %v", got, want)
		}
		if diff := cmp.Diff([]string{"a"}, r.waiting()); diff != "" {
			t.Errorf("in the spool (-want +got):\n%s", diff)
		}
		r.say(committedTopic, care.Committed{IDs: []string{"a"}})
		if got := r.waiting(); got != nil {
			t.Errorf("the spool still has %v", got)
		}
		before := len(r.of(care.KindEvent))
		r.beatFor(20 * time.Minute)
		if after := len(r.of(care.KindEvent)); after != before {
			t.Errorf("it was sent %d times after its answer", after-before)
		}
	})
}

func TestNothingIsRepeatedToACoreThatIsNotHeard(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.begin()
		r.event("a")
		r.wait(time.Hour)
		if got := r.seconds(r.of(care.KindEvent)); len(got) != 1 {
			t.Errorf("it was sent after %v s, want once", got)
		}
		// The core is back and first works off what the broker kept for it.
		r.beat()
		r.wait(4 * time.Second)
		if n := len(r.of(care.KindEvent)); n != 1 {
			t.Errorf("it was sent %d times within 4 s of the core's return, want once", n)
		}
		r.wait(2 * time.Second)
		if n := len(r.of(care.KindEvent)); n != 2 {
			t.Errorf("it was sent %d times within 6 s of the core's return, want twice", n)
		}
	})
}

func TestARefusedEventGoesAndIsLogged(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.begin()
		r.event("a")
		r.event("b")
		r.say(committedTopic, care.Committed{Refused: []care.RefusedEvent{{ID: "a", Reason: "no such class"}}})
		if diff := cmp.Diff([]string{"b"}, r.waiting()); diff != "" {
			t.Errorf("in the spool (-want +got):\n%s", diff)
		}
		for _, want := range []string{"no such class", "r203-call", `\"id\":\"a\"`} {
			if !strings.Contains(r.log.String(), want) {
				t.Errorf("the log does not hold %s:\n%s", want, r.log)
			}
		}
	})
}

func TestAnAnswerThatCannotBeReadTakesNothingAway(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.begin()
		r.event("a")
		for _, s := range []string{"", "null", "[]", `{"ids":"a"}`, `{"ids":["a"]`, `{"ids":["A"],"more":1}`} {
			r.say(committedTopic, []byte(s))
		}
		if diff := cmp.Diff([]string{"a"}, r.waiting()); diff != "" {
			t.Errorf("in the spool (-want +got):\n%s", diff)
		}
	})
}

func TestWhatWaitsIsSentOnceMoreOnEachConnectionOldestFirst(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.event("a")
		r.event("b")
		r.begin()
		r.event("c")
		r.cut()
		r.wait(5 * time.Second)
		if diff := cmp.Diff([]string{"a", "b", "c", "a", "b", "c"}, r.order()); diff != "" {
			t.Errorf("on the wire (-want +got):\n%s", diff)
		}
		if n := len(r.connects); n != 2 {
			t.Errorf("there were %d connections, want 2", n)
		}
	})
}

func TestAtMostEightPacksAreOnTheWayAndEventsOvertakeTheRest(t *testing.T) {
	inBubble(t, func(r *rig) {
		for n := range 12 {
			r.pack(n)
		}
		r.hold(care.KindReading, true)
		r.begin()
		r.wait(time.Minute)
		if n := len(r.of(care.KindReading)); n != 8 {
			t.Fatalf("%d packs are on the way, want 8", n)
		}
		r.event("a")
		if order := r.order(); len(order) != 9 || order[8] != "a" {
			t.Errorf("on the wire is %v, want the event after eight packs", order)
		}
		// Each pack that the broker takes lets another one go.
		for _, p := range r.of(care.KindReading)[:2] {
			if err := puback(p.id).Write(r.last()); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if n := len(r.of(care.KindReading)); n != 10 {
			t.Errorf("%d packs were sent, want 10 after two answers", n)
		}
		if left := len(r.spool.Packs(0, 100)); left != 10 {
			t.Errorf("%d packs are in the spool, want all but the two", left)
		}
		// Those without an answer are sent again on the next connection.
		r.hold(care.KindReading, false)
		r.cut()
		r.wait(5 * time.Second)
		if left := len(r.spool.Packs(0, 100)); left != 0 {
			t.Errorf("%d packs are in the spool, want none", left)
		}
	})
}

func TestPacksDoNotHoldUpEventsThatWaitedTogether(t *testing.T) {
	inBubble(t, func(r *rig) {
		for n := range 3 {
			r.pack(n)
		}
		r.event("a")
		r.event("b")
		r.begin()
		r.wait(time.Second)
		if diff := cmp.Diff([]string{"a", "b", "pack 0", "pack 1", "pack 2"}, r.order()); diff != "" {
			t.Errorf("on the wire (-want +got):\n%s", diff)
		}
	})
}

func TestTheBrokerIsGivenSixtyFourEventsAtATime(t *testing.T) {
	inBubble(t, func(r *rig) {
		for range 100 {
			r.event(care.NewID())
		}
		r.hold(care.KindEvent, true)
		r.begin()
		r.wait(time.Second)
		sent := r.of(care.KindEvent)
		if len(sent) != 64 {
			t.Fatalf("%d events are on the way, want 64", len(sent))
		}
		r.hold(care.KindEvent, false)
		for _, p := range sent {
			if err := puback(p.id).Write(r.last()); err != nil {
				t.Fatal(err)
			}
		}
		r.wait(time.Second)
		if n := len(r.of(care.KindEvent)); n != 100 {
			t.Errorf("%d events were sent, want all 100", n)
		}
	})
}

func TestTheStateIsSentEachMinuteAndWhenSomethingHasChanged(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.begin()
		r.wait(150 * time.Second)
		r.up.Announce()
		r.wait(70 * time.Second)
		list := r.of(care.KindState)
		if diff := cmp.Diff([]int{0, 60, 120, 150, 210}, r.seconds(list)); diff != "" {
			t.Errorf("sent after s (-want +got):\n%s", diff)
		}
		s, err := care.ParseState(list[0].payload)
		if err != nil {
			t.Fatal(err)
		}
		want := care.State{Online: true, Time: s.Time, Boot: "boot", Connection: 1, Version: "1.2.3", Devices: []care.DeviceState{{ID: "call", Model: "contact"}}}
		if diff := cmp.Diff(want, s); diff != "" {
			t.Errorf("state (-want +got):\n%s", diff)
		}
		if !list[0].retain {
			t.Error("the state is not retained")
		}
	})
}

func TestTheWillAndTheLeaveAreOfTheirConnection(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.begin()
		r.cut()
		r.wait(5 * time.Second)
		r.stop()
		if len(r.connects) != 2 {
			t.Fatalf("there were %d connections, want 2", len(r.connects))
		}
		for i, c := range r.connects {
			var will care.State
			if err := json.Unmarshal(c.WillMessage, &will); err != nil {
				t.Fatal(err)
			}
			want := care.State{Time: will.Time, Boot: "boot", Connection: uint64(i + 1), Version: "1.2.3"}
			if diff := cmp.Diff(want, will); diff != "" {
				t.Errorf("will of connection %d (-want +got):\n%s", i+1, diff)
			}
			if c.WillTopic != care.Topic("evergreen", "room-203", care.KindState) || !c.WillRetain || c.WillQos != 1 || !c.CleanSession {
				t.Errorf("the will of connection %d goes to %s, retained: %t", i+1, c.WillTopic, c.WillRetain)
			}
			if c.Username != "evergreen/room-203" || string(c.Password) != "not-a-secret" || c.ClientIdentifier != "0123456789abcdef" {
				t.Errorf("connection %d signs in as %s, client %s", i+1, c.Username, c.ClientIdentifier)
			}
		}
		states := r.of(care.KindState)
		leave, err := care.ParseState(states[len(states)-1].payload)
		if err != nil || leave.Online || leave.Connection != 2 {
			t.Errorf("the last state is %+v, %v; want the leave of connection 2", leave, err)
		}
	})
}

func TestABrokerThatThrowsOutIsNotHammered(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.begin()
		for range 6000 { // ten minutes
			r.cut()
			r.wait(100 * time.Millisecond)
		}
		// At least 7.5 s lie between two connections in the end.
		if n := len(r.connects); n < 20 || n > 110 {
			t.Errorf("there were %d connections in ten minutes, want one in 7.5 to 22.5 s after a quick beginning", n)
		}
	})
}

func TestAnOutageIsLoggedOnceAndEndsByItself(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.down = true
		r.begin()
		r.event("a")
		r.wait(time.Hour)
		if n := strings.Count(r.log.String(), "cannot be reached"); n != 1 {
			t.Errorf("an outage was logged %d times, want once", n)
		}
		if r.up.Connected() {
			t.Error("it says that it is connected")
		}
		r.mu.Lock()
		r.down = false
		r.mu.Unlock()
		r.wait(30 * time.Second)
		if !r.up.Connected() || len(r.of(care.KindEvent)) == 0 {
			t.Error("it is not connected half a minute after the end of the outage")
		}
	})
}

func TestABrokerThatDoesNotAnswerIsGivenUp(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.silent = true
		r.begin()
		r.wait(time.Minute)
		if n := len(r.connects); n < 2 {
			t.Errorf("it tried %d times within a minute, want it to give up the first", n)
		}
	})
}

// A broker to which everybody comes back at once needs ten seconds for each.
func TestABrokerThatIsBusyIsWaitedForLonger(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.slow = 10 * time.Second
		r.begin()
		r.wait(time.Minute)
		if !r.up.Connected() {
			t.Errorf("it is not connected after a minute and %d tries", len(r.connects))
		}
	})
}

func TestADeniedSubscriptionIsLogged(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.denies = true
		r.begin()
		r.wait(time.Second)
		if !strings.Contains(r.log.String(), "denies a subscription") {
			t.Errorf("the log does not tell:\n%s", r.log)
		}
	})
}

func TestEachPublicationIsToldForMeasurements(t *testing.T) {
	inBubble(t, func(r *rig) {
		told := map[string]int{}
		r.up.cfg.Published = func(id string, _ time.Time) { told[id]++ }
		r.begin()
		r.event("a")
		r.beatFor(10 * time.Second)
		if diff := cmp.Diff(map[string]int{"a": 2}, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

// Beats and answers are signs of life; that the broker is there is none.
func TestEachSignOfLifeOfTheCoreIsTold(t *testing.T) {
	inBubble(t, func(r *rig) {
		var told []int
		start := time.Now()
		r.up.cfg.Heard = func(at time.Time) { told = append(told, int(at.Sub(start).Seconds())) }
		r.begin()
		r.event("a")
		r.wait(10 * time.Second)
		r.beat()
		r.wait(10 * time.Second)
		r.say(committedTopic, care.Committed{IDs: []string{"a"}})
		r.wait(10 * time.Second)
		if diff := cmp.Diff([]int{10, 20}, told); diff != "" {
			t.Errorf("told at seconds (-want +got):\n%s", diff)
		}
	})
}

func TestBackoffDoublesToFiveMinutes(t *testing.T) {
	var got []time.Duration
	for n := range 9 {
		got = append(got, backoff(n)/time.Second)
	}
	if diff := cmp.Diff([]time.Duration{5, 5, 10, 20, 40, 80, 160, 300, 300}, got); diff != "" {
		t.Errorf("seconds (-want +got):\n%s", diff)
	}
}

// Whatever the core sends, nothing leaves the spool that it does not name.
func FuzzCommitted(f *testing.F) {
	for _, s := range []string{`{"ids":["a"]}`, `{"refused":[{"id":"b","reason":"x"}]}`, `{"ids":["a","b","a"]}`, `{}`, `null`, `[]`, `{"ids":[1]}`, `{"ids":["a"]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		sp, err := spool.OpenFiles(spool.NoDisk{}, spool.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"a", "b"} {
			_, _ = sp.PutEvent(event(id)) // in memory only, which is as good here
		}
		u := New(Config{Site: "evergreen", Edge: "room-203"}, sp)
		u.takeCommitted(payload)
		var c care.Committed
		named := map[string]bool{}
		if json.Unmarshal(payload, &c) == nil {
			for _, id := range c.IDs {
				named[id] = true
			}
			for _, r := range c.Refused {
				named[r.ID] = true
			}
		}
		left := map[string]bool{}
		for _, i := range sp.Events(0, 10) {
			left[i.ID] = true
		}
		for _, id := range []string{"a", "b"} {
			if left[id] == named[id] {
				t.Fatalf("event %s is left: %t, named by %q: %t", id, left[id], payload, named[id])
			}
		}
	})
}

// An edge that is thrown out and let in no more says why, though it could reach
// nobody just before; and says it once.
func TestAnEdgeThatIsLetInNoMoreSaysWhy(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.begin()
		const why = "does not let this edge in"
		r.mu.Lock()
		r.down, r.refuses = true, true
		r.mu.Unlock()
		r.cut()
		r.wait(time.Minute)
		if log := r.log.String(); !strings.Contains(log, "cannot be reached") || strings.Contains(log, why) {
			t.Errorf("while the broker is away it says:\n%s", log)
		}
		r.mu.Lock()
		r.down = false
		r.mu.Unlock()
		r.wait(5 * time.Minute)
		if n := strings.Count(r.log.String(), why); n != 1 {
			t.Errorf("it says %d times that it is not let in, want once:\n%s", n, r.log)
		}
	})
}
