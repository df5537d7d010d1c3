package board

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/edge/driver/contact"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func room(t *testing.T) *Board {
	t.Helper()
	b, err := Load("testdata/room.yaml", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// do lets something happen and fails the test when it cannot.
func do(t *testing.T, b *Board, place string, words ...string) {
	t.Helper()
	if err := b.Do(t.Context(), place, words...); err != nil {
		t.Fatal(err)
	}
}

func TestMistakesOfABoardAreShownTogetherWithTheirLines(t *testing.T) {
	_, err := Load("testdata/mistakes.yaml", slog.New(slog.DiscardHandler))
	if err == nil {
		t.Fatal("a board full of mistakes was taken")
	}
	golden(t, "testdata/mistakes.golden", err.Error()+"\n")
}

func TestAnUnknownFieldIsAMistake(t *testing.T) {
	_, err := Parse("x.yaml", []byte("buses: []\npin: []\n"))
	if e, ok := errors.AsType[*Error](err); !ok || len(e.Mistakes) != 1 {
		t.Errorf("got %v, want one mistake", err)
	}
}

func TestAScenarioIsCheckedAgainstItsBoard(t *testing.T) {
	_, err := Load("testdata/impossible.yaml", slog.New(slog.DiscardHandler))
	e, ok := errors.AsType[*scenario.Error](err)
	if !ok {
		t.Fatalf("got %v, want the mistakes of a scenario", err)
	}
	golden(t, "testdata/impossible.golden", e.Error()+"\n")
}

func TestBusesAndPinsAreFoundByName(t *testing.T) {
	b := room(t)
	first, err := b.Bus("")
	if err != nil {
		t.Fatal(err)
	}
	if named, err := b.Bus("1"); err != nil || named != first {
		t.Errorf("bus 1 is %v, %v; want the first bus", named, err)
	}
	if _, err := b.Bus("2"); err == nil {
		t.Error("a bus was found that is not there")
	}
	if _, err := b.Pin("GPIO99"); err == nil {
		t.Error("a pin was found that is not there")
	}
	if diff := cmp.Diff([]string{"203", "203-1", "203-2"}, b.Places()); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

// watch runs a contact driver on a pin and returns what it has seen so far.
func watch(t *testing.T, b *Board, pin string, cfg contact.Config) func() []contact.Kind {
	t.Helper()
	p, err := b.Pin(pin)
	if err != nil {
		t.Fatal(err)
	}
	c, err := contact.New(p, cfg)
	if err != nil {
		t.Fatal(err)
	}
	var seen []contact.Kind
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- c.Run(ctx, func(e contact.Event) { seen = append(seen, e.Kind) }) }()
	time.Sleep(time.Second) // bubble time: the state at rest is known
	return func() []contact.Kind {
		time.Sleep(time.Second)
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		return seen
	}
}

func TestContactsReadAsTheirDriverExpects(t *testing.T) {
	const inactive, active, long = contact.Inactive, contact.Active, contact.LongPress
	for name, c := range map[string]struct {
		pin, place string
		cfg        contact.Config
		do         [][]string
		want       []contact.Kind
	}{
		"a button is pressed":         {"GPIO5", "203-1", contact.Config{Hold: 3 * time.Second}, [][]string{{"press"}}, []contact.Kind{inactive, active, inactive}},
		"a button is held":            {"GPIO5", "203-1", contact.Config{Hold: 3 * time.Second}, [][]string{{"press", "hold", "4s"}}, []contact.Kind{inactive, active, long, inactive}},
		"a button to the supply":      {"GPIO6", "203-2", contact.Config{Wiring: contact.ToSupply}, [][]string{{"press"}}, []contact.Kind{inactive, active, inactive}},
		"a supervised cord":           {"GPIO17", "203", contact.Config{Normally: contact.Closed}, [][]string{{"pull"}}, []contact.Kind{inactive, active, inactive}},
		"a cord that stays pulled":    {"GPIO17", "203", contact.Config{Normally: contact.Closed}, [][]string{{"pull", "hold", "0s"}}, []contact.Kind{inactive, active}},
		"an SOS is taken back":        {"GPIO5", "203-1", contact.Config{Hold: 3 * time.Second}, [][]string{{"cancel"}}, []contact.Kind{inactive, active, long, inactive}},
		"at a cord, too":              {"GPIO17", "203", contact.Config{Normally: contact.Closed}, [][]string{{"cancel", "cord"}}, []contact.Kind{inactive, active, inactive}},
		"a carer is there":            {"GPIO27", "203", contact.Config{}, [][]string{{"presence"}}, []contact.Kind{inactive, active, inactive}},
		"a carer's stuck button":      {"GPIO27", "203", contact.Config{}, [][]string{{"presence", "hold", "0s"}, {"release", "presence"}}, []contact.Kind{inactive, active, inactive}},
		"an occupied mat":             {"GPIO12", "203-1", contact.Config{}, [][]string{{"leave-bed"}, {"return-bed"}}, []contact.Kind{active, inactive, active}},
		"an empty mat":                {"GPIO13", "203-2", contact.Config{}, [][]string{{"leave-bed"}, {"return-bed"}}, []contact.Kind{inactive, active}},
		"a door":                      {"GPIO20", "203", contact.Config{}, [][]string{{"open-door"}, {"open-door"}, {"close-door"}}, []contact.Kind{inactive, active, inactive}},
		"the contact of a fire alarm": {"GPIO19", "203", contact.Config{}, [][]string{{"trip"}, {"release", "contact"}}, []contact.Kind{inactive, active, inactive}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := room(t)
				seen := watch(t, b, c.pin, c.cfg)
				for _, words := range c.do {
					do(t, b, c.place, words...)
					time.Sleep(time.Second)
				}
				if diff := cmp.Diff(c.want, seen()); diff != "" {
					t.Errorf("events (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestAnExternalPullChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := watch(t, room(t), "GPIO5", contact.Config{ExternalPull: true})
		if diff := cmp.Diff([]contact.Kind{contact.Inactive}, seen()); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/room.yaml", "testdata/mistakes.yaml"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		spec, err := Parse("fuzz", source)
		if err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || len(e.Mistakes) == 0 {
				t.Fatalf("the error %v holds no mistakes", err)
			}
			return
		}
		spec.Scenario = ""
		if _, err := New(spec, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatalf("a board that was checked cannot be made: %v", err)
		}
	})
}
