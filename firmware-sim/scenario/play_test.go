package scenario

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// stage writes down what it is told, with the time since its making.
type stage struct {
	start time.Time
	log   []string
	fail  string // the place where everything fails
}

func (s *stage) Check(p Place, a Action) error {
	if p.Label == "nowhere" {
		return fmt.Errorf("there is no %s: %w", p, ErrNoPlace)
	}
	if a.File == "gone.gz" {
		return errors.New("no such\nfile")
	}
	return nil
}

func (s *stage) Perform(p Place, a Action) error {
	s.log = append(s.log, fmt.Sprintf("%s %s %s", time.Since(s.start), p, a))
	if p.Label == s.fail {
		return errors.New("it is broken")
	}
	return nil
}

func parse(t *testing.T, source string) *Script {
	t.Helper()
	s, err := Parse("test", source)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPlayKeepsTimeAndLetsGoOfWhatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, "22:00 203-1 press hold 4s\n+1s 203 fall\n22:00:04 305 pull hold 1s\nspeed 60\n22:10:04 210 noise for 2s\n+1m 210 leave-bed")
		st := &stage{start: time.Now()}
		var told []string
		err := s.Play(t.Context(), st, func(step Step, err error) { told = append(told, fmt.Sprint(step.Line, err)) })
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"0s 203-1 press hold 4s", "1s 203 fall", "4s 203-1 release button", "4s 305 pull",
			"5s 305 release cord", "14s 210 noise sht3x for 2s", "15s 210 leave-bed", "16s 210 quiet sht3x",
		}
		if diff := cmp.Diff(want, st.log); diff != "" {
			t.Errorf("played (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"1 <nil>", "2 <nil>", "3 <nil>", "5 <nil>", "6 <nil>"}, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

func TestTheNightGoesOnAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &stage{start: time.Now(), fail: "bad"}
		var failed []int
		err := parse(t, "+1s bad fall\n+1s good fall").Play(t.Context(), st, func(step Step, err error) {
			if err != nil {
				failed = append(failed, step.Line)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"1s bad fall", "2s good fall"}, st.log); diff != "" {
			t.Errorf("played (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int{1}, failed); diff != "" {
			t.Errorf("failed lines (-want +got):\n%s", diff)
		}
	})
}

func TestPlayEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dawn := errors.New("it is dawn")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 90*time.Second, dawn)
		defer cancel()
		st := &stage{start: time.Now()}
		err := parse(t, "+1m a press\n+1m b press").Play(ctx, st, nil)
		if !errors.Is(err, dawn) {
			t.Errorf("got %v, want %v", err, dawn)
		}
		if diff := cmp.Diff([]string{"1m0s a press", "1m0.4s a release button"}, st.log); diff != "" {
			t.Errorf("played (-want +got):\n%s", diff)
		}
	})
}

func TestDoReturnsWhenTheHandHasLeftTheButton(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &stage{start: time.Now()}
		if err := Do(t.Context(), st, Place{Label: "a"}, "press", "hold", "4s"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"0s a press hold 4s", "4s a release button"}, st.log); diff != "" {
			t.Errorf("played (-want +got):\n%s", diff)
		}
		for name, err := range map[string]error{
			"nonsense":     Do(t.Context(), st, Place{Label: "a"}, "dance"),
			"no place":     Do(t.Context(), st, Place{Label: "nowhere"}, "press"),
			"broken place": Do(t.Context(), &stage{fail: "a"}, Place{Label: "a"}, "press"),
		} {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
}

func TestCheckShowsWhatTheStageCannotDo(t *testing.T) {
	err := parse(t, "+1s a press\n+1s   nowhere press\n+1s a replay nist gone.gz X").Check(&stage{})
	want := "test:2:7: there is no nowhere: not at this place\ntest:3:7: no such; file"
	if err == nil {
		t.Fatal("no mistake was found")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

// Whatever is written, the stage hears each step and each end of it, in order.
func TestMovesAreInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Script
		var after time.Duration
		held := 0
		for i := range rapid.IntRange(0, 20).Draw(t, "steps") {
			after += time.Duration(rapid.IntRange(0, 5).Draw(t, "gap")) * time.Second
			hold := time.Duration(rapid.IntRange(0, 10).Draw(t, "hold")) * time.Second
			if hold > 0 {
				held++
			}
			s.Steps = append(s.Steps, Step{Line: i, After: after, Action: Action{Verb: Press, Hold: hold}})
		}
		moves := s.moves()
		if len(moves) != len(s.Steps)+held {
			t.Fatalf("%d moves of %d steps with %d held", len(moves), len(s.Steps), held)
		}
		line := -1
		for i, m := range moves {
			if i > 0 && m.after < moves[i-1].after {
				t.Fatalf("move %d goes back in time", i)
			}
			if m.whole && m.step.Line <= line {
				t.Fatalf("step %d comes after step %d", m.step.Line, line)
			} else if m.whole {
				line = m.step.Line
			}
		}
	})
}
