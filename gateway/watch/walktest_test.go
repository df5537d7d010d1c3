package watch_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

var electrician = care.Act{By: "u-gao", Name: "高建国", Means: care.ByScreen}

// watches has somebody look at the sheet of a test, as the page does, until she
// leaves or the gateway dies.
func (n *night) watches(w alerts.WalkTest) {
	ctx, cancel := context.WithCancel(context.Background())
	at := n.watch
	at.SheetFetched(w.ID, time.Now()) // before anybody presses
	var page sync.WaitGroup
	page.Go(func() {
		every := time.NewTicker(1500 * time.Millisecond)
		defer every.Stop()
		for {
			select {
			case <-every.C:
				at.SheetFetched(w.ID, time.Now())
			case <-ctx.Done():
				return
			}
		}
	})
	n.page = sync.OnceFunc(func() { cancel(); page.Wait() })
}

// walks begins a walk test of the second floor, and reads its sheet.
func (n *night) walks(length time.Duration) alerts.WalkTest {
	n.t.Helper()
	now := time.Now()
	by := electrician
	by.At = now
	w, err := n.watch.StartWalk(n.t.Context(), alerts.WalkTest{Site: "songhe", Floor: "2", By: by, Until: now.Add(length)})
	if err != nil {
		n.t.Fatal(err)
	}
	n.leaves()
	n.watches(w)
	return w
}

// upstairs registers a room on the third floor with a button and a detector.
func (n *night) upstairs() {
	n.t.Helper()
	point := func(id care.PointID) care.Point {
		return care.Point{Site: "songhe", ID: id, Edge: "floor-2", Zone: "room-301"}
	}
	if _, err := n.store.ApplyPlan(n.t.Context(), ledger.Plan{
		Zones:  []care.Zone{{Site: "songhe", ID: "room-301", Floor: "3"}},
		Points: []care.Point{point("301-cord"), point("301-smoke")},
	}); err != nil {
		n.t.Fatal(err)
	}
}

// sheet returns what was triggered in a test: point, how often, alarmed.
func (n *night) sheet(id string) []alerts.Tick {
	n.t.Helper()
	ticks, err := n.store.Ticks(n.t.Context(), id)
	if err != nil {
		n.t.Fatal(err)
	}
	return ticks
}

var tickOff = cmpopts.IgnoreFields(alerts.Tick{}, "Test", "At", "LastAt", "Event")

// A button and a detector are tried out: they are on the sheet, nobody is
// called, and the events are in the book. Upstairs alarms as ever.
func TestAWalkTestTicksOffAFloorAndNoOther(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.upstairs()
		w := n.walks(time.Hour)
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.waits(time.Minute)
		n.sends("203-smoke-a", care.Fire, care.Active, "")
		n.waits(time.Minute)
		n.sends("203-smoke-a", care.Fire, care.Clear, "")
		n.sends("203-smoke-b", care.Fire, care.Test, "")
		n.waits(20 * time.Minute)
		if open := n.open(); len(open) != 0 {
			t.Fatalf("an alarm was raised: %+v", open)
		}
		n.hears()
		want := []alerts.Tick{
			{Point: "203-1-cord", Class: care.SOS, Times: 1}, {Point: "203-smoke-a", Class: care.Fire, Times: 1}, {Point: "203-smoke-b", Class: care.Fire, Times: 1},
		}
		if diff := cmp.Diff(want, n.sheet(w.ID), tickOff); diff != "" {
			t.Errorf("the sheet (-want +got):\n%s", diff)
		}
		var tested int
		for _, row := range n.feed() {
			if row.Kind == care.EntryTested {
				tested++
			}
		}
		if tested != 3 {
			t.Errorf("%d rows say that a point was tested, want 3", tested)
		}
		works, err := n.store.Commissioned(t.Context())
		if err != nil || len(works) != 3 {
			t.Errorf("%d points have proved themselves (%v), want 3", len(works), err)
		}
		n.sends("301-cord", care.SOS, care.Active, "")
		n.sends("301-smoke", care.Fire, care.Active, "")
		if open := n.open(); len(open) != 2 {
			t.Errorf("upstairs %d incidents are open, want 2", len(open))
		}
		n.quiet()
	})
}

// Smoke that stays is no test.
func TestWhatLastsAlarmsInAWalkTest(t *testing.T) {
	for name, test := range map[string]struct {
		length, last, alarm time.Duration
		again               bool // the sensor repeats itself
		end                 time.Duration
	}{
		"after five minutes":           {length: time.Hour, last: 4*time.Minute + 59*time.Second, alarm: 2 * time.Second},
		"however often it is repeated": {length: time.Hour, last: 4*time.Minute + 59*time.Second, alarm: 2 * time.Second, again: true},
		"at the end of the test":       {length: 2 * time.Minute, last: time.Minute + 59*time.Second, alarm: 2 * time.Second},
		"when somebody ends the test":  {length: time.Hour, last: time.Minute, alarm: time.Second, end: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			atNight(t, func(t *testing.T, n *night) {
				w := n.walks(test.length)
				n.sends("203-smoke-a", care.Fire, care.Active, "")
				for passed := time.Duration(0); passed < test.last; passed += time.Second {
					n.waits(time.Second)
					if test.again {
						n.sends("203-smoke-a", care.Fire, care.Active, "")
					}
				}
				if open := n.open(); len(open) != 0 {
					t.Fatalf("too soon: %+v", open)
				}
				if test.end > 0 {
					if err := n.watch.EndWalk(t.Context(), w.ID, electrician); err != nil {
						t.Fatal(err)
					}
				}
				n.waits(test.alarm)
				if i := n.only(); !i.Active || i.Class != care.Fire {
					t.Errorf("the incident is %+v", i)
				}
				n.quiet()
			})
		})
	}
}

// TestTwoDetectorsAreAFireInAWalkTest: the second one ends the wait of the first,
// and what lasts under an alarm that another one raised confirms it.
func TestTwoDetectorsAreAFireInAWalkTest(t *testing.T) {
	t.Run("within the wait", func(t *testing.T) {
		atNight(t, func(t *testing.T, n *night) {
			n.walks(time.Hour)
			n.sends("203-smoke-a", care.Fire, care.Active, "")
			n.waits(time.Minute)
			n.sends("203-smoke-b", care.Fire, care.Active, "")
			n.waits(time.Second)
			if i := n.only(); i.Point != "203-smoke-b" || i.ConfirmedAt == nil || i.ConfirmedBy != "203-smoke-a" {
				t.Errorf("the fire is %+v", i)
			}
			n.quiet()
		})
	})
	t.Run("the glass in the corridor was broken first", func(t *testing.T) {
		atNight(t, func(t *testing.T, n *night) {
			n.walks(time.Hour)
			n.sends("203-smoke-a", care.Fire, care.Active, "")
			n.waits(time.Minute)
			n.sends("corridor-glass", care.Fire, care.Active, "") // of another zone: kept back for itself
			n.waits(4*time.Minute + time.Second)
			if i := n.only(); i.Point != "203-smoke-a" || i.ConfirmedAt != nil {
				t.Fatalf("after five minutes of smoke: %+v", i)
			}
			n.waits(time.Minute)
			if i := n.only(); i.ConfirmedAt == nil || i.ConfirmedBy != "corridor-glass" {
				t.Errorf("after five minutes of the glass: %+v", i)
			}
			n.quiet()
		})
	})
}

// quiet forgets what phones have heard.
func (n *night) quiet() {
	for _, p := range []*phones{n.sms, n.voice} {
		p.mu.Lock()
		p.got = nil
		p.mu.Unlock()
	}
}

// Who needs help while the electrician is on the floor presses again.
func TestASecondPressIsHeardInAWalkTest(t *testing.T) {
	for name, test := range map[string]struct {
		pause time.Duration
		heard bool
	}{
		"bouncing":        {time.Second, false},
		"in need":         {10 * time.Second, true},
		"at another time": {50 * time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			atNight(t, func(t *testing.T, n *night) {
				w := n.walks(time.Hour)
				n.sends("203-1-cord", care.SOS, care.Active, "")
				n.waits(test.pause)
				n.sends("203-1-cord", care.SOS, care.Active, "")
				if got := len(n.open()) == 1; got != test.heard {
					t.Errorf("heard: %v, want %v", got, test.heard)
				}
				want := []alerts.Tick{{Point: "203-1-cord", Class: care.SOS, Times: 2, Alarmed: test.heard}}
				if diff := cmp.Diff(want, n.sheet(w.ID), tickOff); diff != "" {
					t.Errorf("the sheet (-want +got):\n%s", diff)
				}
				n.quiet()
			})
		})
	}
}

// The page shows a press in 203 while everybody stands in 210.
func TestATriggerThatWasNotOursBecomesAnAlarm(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		w := n.walks(time.Hour)
		n.sends("203-1-cord", care.SOS, care.Active, "")
		i, err := n.watch.WalkAlarm(t.Context(), w.ID, "203-1-cord", care.SOS, electrician)
		if err != nil {
			t.Fatal(err)
		}
		inTheBook := n.only()
		inTheBook.Told = nil // the ladder has called somebody since
		if diff := cmp.Diff(inTheBook, i); diff != "" {
			t.Errorf("the incident (-in the book +returned):\n%s", diff)
		}
		if diff := cmp.Diff([]care.EntryKind{care.EntryRaised, care.EntryNoted}, n.history(i.ID)); diff != "" {
			t.Errorf("its rows (-want +got):\n%s", diff)
		}
		if !n.sheet(w.ID)[0].Alarmed {
			t.Error("the sheet does not say so")
		}
		_, err = n.watch.WalkAlarm(t.Context(), w.ID, "203-1-cord", care.SOS, electrician)
		if wrong, ok := errors.AsType[*alerts.IllegalError](err); !ok || wrong.Code != alerts.CodeOpenIncident {
			t.Errorf("a second time: %v", err)
		}
		n.quiet()
	})
}

// TestDisownedWhenItMatters: an alarm is made of a trigger also after the test,
// after the smoke has gone, and after the device was tested once more.
func TestDisownedWhenItMatters(t *testing.T) {
	for name, test := range map[string]struct {
		point   care.PointID
		class   care.Class
		then    func(n *night, w alerts.WalkTest)
		lasting bool
	}{
		"after the test": {point: "203-smoke-a", class: care.Fire, then: func(n *night, w alerts.WalkTest) {
			n.sends("203-smoke-a", care.Fire, care.Clear, "")
			if err := n.watch.EndWalk(n.t.Context(), w.ID, electrician); err != nil {
				n.t.Fatal(err)
			}
			n.waits(time.Minute)
		}},
		"after the smoke": {point: "203-smoke-a", class: care.Fire, then: func(n *night, _ alerts.WalkTest) {
			n.waits(time.Minute)
			n.sends("203-smoke-a", care.Fire, care.Clear, "")
		}},
		"while it lasts": {point: "203-smoke-a", class: care.Fire, lasting: true, then: func(*night, alerts.WalkTest) {}},
		"after another test of the device": {point: "203-smoke-a", class: care.Fire, lasting: true, then: func(n *night, _ alerts.WalkTest) {
			n.sends("203-smoke-a", care.Fire, care.Test, "")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			atNight(t, func(t *testing.T, n *night) {
				w := n.walks(time.Hour)
				n.sends(test.point, test.class, care.Active, "")
				test.then(n, w)
				if open := n.open(); len(open) > 0 {
					t.Fatalf("too soon: %+v", open)
				}
				i, err := n.watch.WalkAlarm(t.Context(), w.ID, test.point, test.class, electrician)
				if err != nil {
					t.Fatal(err)
				}
				if i.Class != test.class || i.Active != test.lasting || (i.ClearedAt == nil) != test.lasting {
					t.Errorf("the incident is %+v", i)
				}
				if !n.sheet(w.ID)[0].Alarmed {
					t.Error("the sheet does not say so")
				}
				n.waits(6 * time.Minute)
				if i := n.only(); i.Alarms != 1 {
					t.Errorf("it alarmed %d times, want once", i.Alarms)
				}
				n.quiet()
			})
		})
	}
	t.Run("not twice after the test", func(t *testing.T) {
		atNight(t, func(t *testing.T, n *night) {
			w := n.walks(time.Minute)
			n.sends("203-smoke-a", care.Fire, care.Active, "")
			n.sends("203-smoke-a", care.Fire, care.Clear, "")
			n.waits(2 * time.Minute)
			if _, err := n.watch.WalkAlarm(t.Context(), w.ID, "203-smoke-a", care.Fire, electrician); err != nil {
				t.Fatal(err)
			}
			n.does(alerts.Resolve, "wang")
			_, err := n.watch.WalkAlarm(t.Context(), w.ID, "203-smoke-a", care.Fire, electrician)
			if wrong, ok := errors.AsType[*alerts.IllegalError](err); !ok || wrong.Code != alerts.CodeWalkOver {
				t.Errorf("once more: %v", err)
			}
			n.quiet()
		})
	})
}

// TestAPressThatNobodySaw: a press is kept back while somebody has the sheet before
// him, and let go when it can be said that he has seen it. Otherwise it is heard.
func TestAPressThatNobodySaw(t *testing.T) {
	cord := func(n *night) { n.sends("203-1-cord", care.SOS, care.Active, "") }
	end := func(n *night, w alerts.WalkTest) {
		n.t.Helper()
		if err := n.watch.EndWalk(n.t.Context(), w.ID, electrician); err != nil {
			n.t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		story func(n *night, w alerts.WalkTest)
		heard bool // at once
		later bool // within the hour
	}{
		{"the telephone is in the pocket", func(n *night, _ alerts.WalkTest) {
			n.leaves()
			n.waits(16 * time.Second)
			cord(n)
		}, true, true},
		{"the gateway has just been restarted", func(n *night, _ alerts.WalkTest) {
			n.dies(time.Second)
			cord(n)
		}, true, true},
		{"it was restarted after the press", func(n *night, _ alerts.WalkTest) {
			cord(n)
			n.dies(time.Second)
			n.waits(time.Minute)
		}, true, true},
		{"seen for five minutes", func(n *night, _ alerts.WalkTest) {
			cord(n)
			n.waits(5*time.Minute + time.Second)
			n.leaves()
		}, false, false},
		{"the telephone went into the pocket afterwards", func(n *night, _ alerts.WalkTest) {
			cord(n)
			n.waits(4*time.Minute + 10*time.Second)
			n.leaves()
			n.waits(58 * time.Second)
		}, false, false},
		{"the telephone went into the pocket at once", func(n *night, _ alerts.WalkTest) {
			cord(n)
			n.leaves()
			n.waits(58 * time.Second)
		}, false, true},
		{"and came out again in time", func(n *night, w alerts.WalkTest) {
			cord(n)
			n.leaves()
			n.waits(50 * time.Second)
			n.watches(w)
			n.waits(5 * time.Minute)
		}, false, false},
		{"who ends the test has seen it", func(n *night, w alerts.WalkTest) {
			cord(n)
			n.waits(20 * time.Second)
			end(n, w)
		}, false, false},
		{"it came while he ended the test", func(n *night, w alerts.WalkTest) {
			cord(n)
			n.waits(5 * time.Second)
			end(n, w)
			n.waits(time.Second)
		}, true, true},
		{"who ends the test has not looked", func(n *night, w alerts.WalkTest) {
			cord(n)
			n.leaves()
			n.waits(20 * time.Second)
			end(n, w)
			n.waits(time.Second)
		}, true, true},
		{"the test ends by itself", func(n *night, _ alerts.WalkTest) {
			n.waits(58 * time.Minute)
			cord(n)
			n.waits(time.Minute)
		}, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			atNight(t, func(t *testing.T, n *night) {
				w := n.walks(time.Hour)
				n.waits(time.Second)
				c.story(n, w)
				if got := len(n.open()) == 1; got != c.heard {
					t.Errorf("heard at once: %v, want %v", got, c.heard)
				}
				n.waits(10 * time.Minute)
				if got := len(n.open()) == 1; got != c.later {
					t.Errorf("heard at all: %v, want %v", got, c.later)
				}
				if k := n.sheet(w.ID)[0]; k.Alarmed != c.later {
					t.Errorf("on the sheet it is %+v", k)
				}
				n.quiet()
			})
		})
	}
}

// TestWhatARuleFindsIsNotKeptBack: what a rule of the house has found nobody
// triggers by walking.
func TestWhatARuleFindsIsNotKeptBack(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.configures(alerts.DocumentRules, "", `
rules:
  - id: wet
    name: {zh: 地面有水, en: Water on the floor}
    class: water_leak
    quantity: contact
    when: value == 1.0
`)
		n.walks(time.Hour)
		n.reads("203-1-bed", care.Contact, 1)
		if i := n.only(); i.Class != care.WaterLeak {
			t.Errorf("the incident is %+v", i)
		}
		n.quiet()
	})
}

// What is not the electrician's is not kept back.
func TestWhatAWalkTestDoesNotKeepBack(t *testing.T) {
	for name, send := range map[string]func(n *night){
		"a press from before the test": func(n *night) {
			e := n.event("203-1-cord", care.SOS, care.Active)
			e.Time = e.Time.Add(-time.Minute)
			n.commits(e)
		},
		"a fall":            func(n *night) { n.sends("203-1-fall", care.Fall, care.Active, "") },
		"a heart":           func(n *night) { n.sends("203-1-bed", care.Vital, care.Active, "") },
		"a broken detector": func(n *night) { n.sends("203-smoke-a", care.Fault, care.Active, "") },
		"a press after its end": func(n *night) {
			n.waits(time.Hour)
			n.sends("203-1-cord", care.SOS, care.Active, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			atNight(t, func(t *testing.T, n *night) {
				n.walks(time.Hour)
				send(n)
				n.only()
				n.quiet()
			})
		})
	}
	t.Run("an emergency that is open", func(t *testing.T) {
		atNight(t, func(t *testing.T, n *night) {
			n.sends("203-1-cord", care.SOS, care.Active, "")
			n.walks(time.Hour)
			n.sends("203-1-cord", care.SOS, care.Active, "")
			if i := n.only(); i.Alarms != 2 {
				t.Errorf("it alarmed %d times, want 2", i.Alarms)
			}
			n.quiet()
		})
	})
}

// The gateway dies in the middle of a test and comes back before its end, and
// once more after it.
func TestAWalkTestSurvivesARestart(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		w := n.walks(time.Hour)
		n.sends("203-smoke-a", care.Fire, care.Active, "")
		n.dies(time.Minute)
		n.watches(w)
		n.sends("203-1-cord", care.SOS, care.Active, "")
		if open := n.open(); len(open) != 0 {
			t.Fatalf("after a restart an alarm was raised: %+v", open)
		}
		n.waits(5 * time.Minute) // the press is let go
		n.dies(10 * time.Minute)
		if i := n.only(); i.Class != care.Fire {
			t.Errorf("the smoke that stayed is %+v", i)
		}
		n.dies(2 * time.Hour)
		got, err := n.store.Walk(t.Context(), w.ID)
		if err != nil || got.EndedAt == nil {
			t.Errorf("after its time: %+v, %v", got, err)
		}
		n.quiet()
	})
}

func TestOneWalkTestOfAFloor(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		now := time.Now()
		by := electrician
		by.At = now
		_, err := n.watch.StartWalk(t.Context(), alerts.WalkTest{Site: "songhe", Floor: "2", By: by, Until: now.Add(2*time.Hour + time.Second)})
		if wrong, ok := errors.AsType[*alerts.IllegalError](err); !ok || wrong.Code != alerts.CodeWalkTooLong {
			t.Errorf("of more than two hours: %v", err)
		}
		w := n.walks(2 * time.Hour)
		_, err = n.watch.StartWalk(t.Context(), alerts.WalkTest{Site: "songhe", Floor: "2", By: by, Until: now.Add(time.Hour)})
		if wrong, ok := errors.AsType[*alerts.IllegalError](err); !ok || wrong.Code != alerts.CodeWalkRuns || wrong.Who != electrician.Name {
			t.Errorf("a second one: %v", err)
		}
		if err := n.watch.EndWalk(t.Context(), w.ID, electrician); err != nil {
			t.Error(err)
		}
		err = n.watch.EndWalk(t.Context(), w.ID, electrician)
		if wrong, ok := errors.AsType[*alerts.IllegalError](err); !ok || wrong.Code != alerts.CodeWalkOver {
			t.Errorf("ended twice: %v", err)
		}
		n.walks(time.Hour)
	})
}
