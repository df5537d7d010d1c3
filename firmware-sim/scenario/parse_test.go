package scenario

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file of testdata.
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

func TestNightIsReadAsWritten(t *testing.T) {
	s, err := Load("testdata/night.txt")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, step := range s.Steps {
		b.WriteString(step.After.String() + "\t" + step.String() + "\n")
	}
	golden(t, "testdata/night.golden", b.String())
}

func TestEveryMistakeIsShownWithItsPlace(t *testing.T) {
	_, err := Load("testdata/mistakes.txt")
	if err == nil {
		t.Fatal("a script full of mistakes was taken")
	}
	golden(t, "testdata/mistakes.golden", err.Error()+"\n")
}

func TestEveryVerbIsInTheNight(t *testing.T) {
	s, err := Load("testdata/night.txt")
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, v := range verbs() {
		missing[v] = true
	}
	for _, step := range s.Steps {
		delete(missing, string(step.Action.Verb))
		if w := step.Action.Words(); w.ZH == "" || w.EN == "" {
			t.Errorf("%s has no words in both languages", step.Action)
		}
	}
	if len(missing) > 0 {
		t.Errorf("verbs without an example: %v", missing)
	}
}

func TestTimes(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		want   []time.Duration
	}{
		"distances add up":                     {"+1s a press\n+2s a press", []time.Duration{time.Second, 3 * time.Second}},
		"the first time of day sets the clock": {"+1s a press\n22:00 a press\n22:01 a press", []time.Duration{time.Second, time.Second, 61 * time.Second}},
		"a distance moves the clock":           {"22:00 a press\n+30s a press\n22:01 a press", []time.Duration{0, 30 * time.Second, time.Minute}},
		"past midnight":                        {"23:59:50 a press\n00:00:10 a press", []time.Duration{0, 20 * time.Second}},
		"an hour in a minute":                  {"speed 60\n22:00 a press\n23:00 a press\nspeed 1\n23:01 a press", []time.Duration{0, time.Minute, 2 * time.Minute}},
		"slower than life":                     {"speed 0.5\n+1s a press", []time.Duration{2 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Parse("test", c.script)
			if err != nil {
				t.Fatal(err)
			}
			var got []time.Duration
			for _, step := range s.Steps {
				got = append(got, step.After)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("due (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAScriptOfMonthsIsASlip(t *testing.T) {
	_, err := Parse("test", "speed 0.01\n+10h a press")
	if e, ok := errors.AsType[*Error](err); !ok || e.Mistakes[0].Line != 2 {
		t.Errorf("got %v, want a mistake in line 2", err)
	}
}

func TestParseAction(t *testing.T) {
	got, err := ParseAction("press", "hold", "4s")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Action{Verb: Press, Hold: 4 * time.Second}, got); diff != "" {
		t.Errorf("action (-want +got):\n%s", diff)
	}
	for _, words := range [][]string{nil, {""}, {"press", "hold"}, {"replay"}} {
		if _, err := ParseAction(words...); err == nil {
			t.Errorf("ParseAction(%q) was taken", words)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/night.txt", "testdata/mistakes.txt"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
		for line := range strings.SplitSeq(string(b), "\n") {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		s, err := Parse("fuzz", source)
		if err != nil {
			e, ok := errors.AsType[*Error](err)
			if !ok || len(e.Mistakes) == 0 {
				t.Fatalf("the error %v holds no mistakes", err)
			}
			lines := strings.Split(source, "\n")
			for _, m := range e.Mistakes {
				if m.Line < 1 || m.Line > len(lines) || m.Column < 1 || m.Column > len([]rune(lines[m.Line-1]))+1 {
					t.Fatalf("the mistake %+v lies outside the script", m)
				}
			}
			return
		}
		for i, step := range s.Steps {
			if step.After < 0 || step.After > maxScript || i > 0 && step.After < s.Steps[i-1].After {
				t.Fatalf("step %d is due at %s", i, step.After)
			}
		}
		again, err := Parse("fuzz", s.String())
		if err != nil {
			t.Fatalf("the script as printed is not understood: %v\n%s", err, s)
		}
		opts := []cmp.Option{cmpopts.IgnoreFields(Step{}, "Line", "placeColumn", "actionColumn")}
		if diff := cmp.Diff(s.Steps, again.Steps, opts...); diff != "" {
			t.Fatalf("printed and read again (-want +got):\n%s", diff)
		}
	})
}
