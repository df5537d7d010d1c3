package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

// actors is a crew that connects at a time and notes what it is told.
type actors struct {
	start time.Time
	ready time.Duration // when all but the late are connected
	late  int           // agents that never connect
	fails error         // what Run returns at once

	mu  sync.Mutex
	log []string
}

func (a *actors) Run(ctx context.Context) error {
	if a.fails != nil {
		return a.fails
	}
	<-ctx.Done()
	return nil
}

func (a *actors) Size() int { return 100 }

func (a *actors) Connected() int {
	if time.Since(a.start) < a.ready {
		return 0
	}
	return 100 - a.late
}

func (a *actors) Check(scenario.Place, scenario.Action) error { return nil }

func (a *actors) Perform(p scenario.Place, act scenario.Action) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.log = append(a.log, fmt.Sprintf("%s %s %s", time.Since(a.start), p, act))
	if act.Verb == scenario.Unplug {
		return errors.New("it is glued in")
	}
	return nil
}

// performance is a demonstration with actors in place of agents.
func performance(t *testing.T, a *actors, night string, moments ...string) (*Demo, *strings.Builder) {
	t.Helper()
	a.start = time.Now()
	var out strings.Builder
	d := &Demo{fleet: a, out: &out, gateway: "tcp://here", people: map[string]care.Text{"203-1": {ZH: "张秀英", EN: "Zhang Xiuying"}}}
	for i, source := range append([]string{night}, moments...) {
		s, err := scenario.Parse("test", source)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			d.night = s
		} else {
			d.moments = append(d.moments, s)
		}
	}
	return d, &out
}

// perform runs it for a time.
func perform(t *testing.T, d *Demo, length time.Duration) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), length)
	defer stop()
	if err := d.Run(ctx); err != nil {
		t.Errorf("the demonstration ended with: %v", err)
	}
}

func TestTheNightBeginsWhenTheAgentsAreConnected(t *testing.T) {
	for name, c := range map[string]struct {
		actors *actors
		length time.Duration
		want   []string
	}{
		"all of them":       {&actors{ready: 2 * time.Second}, 20 * time.Second, []string{"3s 203-1 fall"}},
		"some never come":   {&actors{ready: 2 * time.Second, late: 3}, 20 * time.Second, []string{"13.2s 203-1 fall"}},
		"none: no gateway":  {&actors{ready: time.Hour}, 20 * time.Minute, nil},
		"gateway came late": {&actors{ready: 10 * time.Minute}, 11 * time.Minute, []string{"10m1s 203-1 fall"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, _ := performance(t, c.actors, "+1s 203-1 fall")
				perform(t, d, c.length)
				if diff := cmp.Diff(c.want, c.actors.log); diff != "" {
					t.Errorf("played (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestWhatHappensIsPrintedALineEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, out := performance(t, &actors{}, "+1s 203-1 fall\n+1s 210 unplug sht3x")
		perform(t, d, time.Minute)
		// The bubble's clock begins at midnight UTC, eight in the morning there.
		want := `08:00:00  100 台边缘终端正在连接 · 100 edge agents connect to tcp://here
08:00:00  100 台已连接 · 100 of 100 are connected
08:00:01  203-1       张秀英：跌倒 · Zhang Xiuying: falls
08:00:02  210         unplug sht3x: it is glued in
`
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("printed (-want +got):\n%s", diff)
		}
	})
}

func TestNoGatewayIsSaidEveryHalfMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, out := performance(t, &actors{ready: time.Hour}, "")
		perform(t, d, 5*time.Minute)
		if n := strings.Count(out.String(), "no answer from tcp://here"); n < 8 || n > 10 {
			t.Errorf("said %d times in five minutes:\n%s", n, out)
		}
	})
}

func TestAfterTheNightEachMomentComesOnceInAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &actors{}
		d, _ := performance(t, a, "", "+0s a fall", "+0s b fall", "+0s c fall")
		perform(t, d, 24*time.Hour)
		if n := len(a.log); n < 24*10 || n > 24*20 {
			t.Fatalf("%d moments in a day, want one every 3 to 6 minutes", n)
		}
		for i := 0; i+3 <= len(a.log); i += 3 {
			round := map[string]bool{}
			for _, line := range a.log[i : i+3] {
				round[strings.Fields(line)[1]] = true
			}
			if len(round) != 3 {
				t.Fatalf("the round %v does not have each moment once", a.log[i:i+3])
			}
		}
	})
}

func TestADemonstrationWithoutAgentsEndsWithAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("the disk is full")
		d, _ := performance(t, &actors{fails: broken}, "+1h a fall")
		if err := d.Run(t.Context()); !errors.Is(err, broken) {
			t.Errorf("got %v, want %v", err, broken)
		}
	})
}
