package replay

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/firmware-sim/chip"
)

// eachFile checks that there is exactly one case for each file of a folder.
func eachFile(t *testing.T, folder string, cases map[string]string, read func(io.Reader) error) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*"))
	if err != nil || len(files) != len(cases) {
		t.Fatalf("%d files for %d cases, error %v", len(files), len(cases), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, ok := cases[name]
			if !ok {
				t.Fatal("there is no case for this file")
			}
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			err = read(bytes.NewReader(b))
			switch {
			case want == "" && err != nil:
				t.Errorf("the error is %v, want none", err)
			case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("the error is %v, want %q in it", err, want)
			}
		})
	}
}

func TestSisFallFiles(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"sound.txt":                          "",
		"empty.txt":                          "no such trial",
		"another-trial-only.txt":             "no such trial in the recording: F05 R02",
		"cut-off-in-a-sample.txt":            `line 6: a sample has three values, not "7,"`,
		"cut-off-between-samples.txt":        "line 3: the trial ends after 1 of 3 samples",
		"count-runs-into-the-next-trial.txt": `line 3: a sample has three values`,
		"header-without-trial.txt":           "line 1: a header has activity, subject, trial and number of samples",
		"count-is-negative.txt":              `line 1: "-3" is no number of samples`,
		"count-is-a-word.txt":                `line 1: "many" is no number of samples`,
		"count-beyond-a-number.txt":          "is no number of samples",
		"two-axes.txt":                       "line 2: a sample has three values",
		"four-axes.txt":                      "line 2: a sample has three values",
		"beyond-16-bits.txt":                 `line 2: "32768" is no 16-bit count`,
		"already-in-g.txt":                   `line 2: "0.5" is no 16-bit count`,
		"a-letter.txt":                       `line 2: "x" is no 16-bit count`,
		"one-endless-line.txt":               "token too long",
	}
	eachFile(t, "sisfall", cases, func(r io.Reader) error {
		m, err := ReadSisFall(r, "F05", "R02")
		if err != nil {
			if d := cmp.Diff(Motion{}, m); d != "" {
				t.Errorf("with an error there is (-want +got):\n%s", d)
			}
			return err
		}
		want := Motion{Activity: "F05", Subject: "SA01", Trial: "R02", Samples: []chip.Sample{{X: -4096, Z: 4095}, {X: 7, Y: -8, Z: 9}, {X: 32767, Y: -32768}}}
		if d := cmp.Diff(want, m); d != "" {
			t.Errorf("the trial (-want +got):\n%s", d)
		}
		return nil
	})
}

func TestNISTFiles(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"sound.csv":                 "",
		"empty.csv":                 "read the header line",
		"header-only.csv":           "column SMA_1 has no values",
		"no-values.csv":             "column SMA_1 has no values",
		"no-time.csv":               "no such column in the recording: TIME and SMA_1",
		"no-such-column.csv":        "no such column in the recording: TIME and SMA_1",
		"time-goes-back.csv":        "line 4: time 1s does not come after 2s",
		"time-stands-still.csv":     "line 3: time 0s does not come after 0s",
		"time-is-missing.csv":       `line 3: "" is no finite number`,
		"time-of-another-epoch.csv": `line 2: "1e9" is no time of an experiment`,
		"not-a-number.csv":          `line 2: "NaN" is no finite number`,
		"infinite.csv":              `line 2: "+Inf" is no finite number`,
		"dashes-for-a-value.csv":    `line 2: "----" is no finite number`,
		"a-short-line.csv":          "record on line 3: wrong number of fields",
		"an-open-quote.csv":         "line 2",
	}
	eachFile(t, "nist", cases, func(r io.Reader) error {
		c, err := ReadNIST(r, "SMA_1")
		if err != nil {
			return err
		}
		want := Curve{{0, 0.01}, {2500 * time.Millisecond, 0.02}, {5 * time.Second, 0.03}}
		if d := cmp.Diff(want, c); d != "" {
			t.Errorf("the curve (-want +got):\n%s", d)
		}
		return nil
	})
	b, err := os.ReadFile("testdata/nist/sound.csv")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ReadNIST(bytes.NewReader(b), "SMB_1")
	if d := cmp.Diff(Curve{{0, 0.5}, {5 * time.Second, 0.7}}, c); d != "" || err != nil {
		t.Errorf("a column with an empty cell (-want +got), error %v:\n%s", err, d)
	}
}

func TestNoColumnAndNoTrialAreTold(t *testing.T) {
	t.Parallel()
	if _, err := ReadSisFall(strings.NewReader(""), "F01", "R01"); !errors.Is(err, ErrNoTrial) {
		t.Errorf("the error is %v, want %v", err, ErrNoTrial)
	}
	if _, err := ReadNIST(strings.NewReader("TIME\n0\n"), "TIME"); !errors.Is(err, ErrNoColumn) {
		t.Errorf("the error is %v, want %v", err, ErrNoColumn)
	}
}

// Both loaders want gzip, whole, and name the file that is not.
func TestCompressedFiles(t *testing.T) {
	t.Parallel()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	fmt.Fprintln(w, "# F05 SA01 R02 2000")
	for i := range 2000 {
		fmt.Fprintf(w, "%d,%d,%d\n", i*7919%4096, i*104729%4096, i)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"whole.gz":      z.Bytes(),
		"cut-off.gz":    z.Bytes()[:z.Len()/2],
		"no-gzip.gz":    []byte("# F05 SA01 R02 0\n"),
		"empty-file.gz": {},
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := LoadSisFall(path, "F05", "R02")
		if name == "whole.gz" {
			if err != nil || len(m.Samples) != 2000 {
				t.Errorf("%s: %d samples, error %v", name, len(m.Samples), err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: the error is %v, want one that names the file", name, err)
		}
		if _, err := LoadNIST(path, "SMA_1"); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s as a table: the error is %v, want one that names the file", name, err)
		}
	}
	if _, err := LoadSisFall(filepath.Join(t.TempDir(), "missing.gz"), "F05", "R02"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestCurve(t *testing.T) {
	t.Parallel()
	c := Curve{{time.Second, 1}, {3 * time.Second, 5}, {4 * time.Second, 5}, {8 * time.Second, -3}}
	for at, want := range map[time.Duration]float64{
		-time.Hour: 1, 0: 1, time.Second: 1, 2 * time.Second: 3, 3 * time.Second: 5, 3500 * time.Millisecond: 5, 6 * time.Second: 1, 8 * time.Second: -3, time.Hour: -3,
	} {
		if got := c.At(at); got != want {
			t.Errorf("at %s it is %g, want %g", at, got, want)
		}
	}
	if c.Duration() != 8*time.Second || Curve(nil).Duration() != 0 || Curve(nil).At(time.Second) != 0 {
		t.Error("durations or the empty curve are wrong")
	}
	double := c.Map(func(v float64) float64 { return 2 * v })
	if double[1].Value != 10 || c[1].Value != 5 {
		t.Errorf("doubled %g of %g", double[1].Value, c[1].Value)
	}
}

// Whatever is in a file: what is read of a trial is what was counted, and reads the
// same when it is written again.
func FuzzReadSisFall(f *testing.F) {
	seeds(f, "sisfall", func(b []byte) { f.Add(b, "F05", "R02") })
	f.Fuzz(func(t *testing.T, b []byte, activity, trial string) {
		m, err := ReadSisFall(bytes.NewReader(b), activity, trial)
		if err != nil {
			return
		}
		if m.Activity != activity || m.Trial != trial {
			t.Fatalf("asked for %q %q, got %q %q", activity, trial, m.Activity, m.Trial)
		}
		var again bytes.Buffer
		fmt.Fprintf(&again, "# %s %s %s %d\n", m.Activity, m.Subject, m.Trial, len(m.Samples))
		for _, s := range m.Samples {
			fmt.Fprintf(&again, "%d,%d,%d\n", s.X, s.Y, s.Z)
		}
		m2, err := ReadSisFall(&again, activity, trial)
		if d := cmp.Diff(m, m2); d != "" || err != nil {
			t.Fatalf("written and read again (-first +again), error %v:\n%s", err, d)
		}
	})
}

// Whatever is in a table: times rise, values are finite, and the curve stays within
// them.
func FuzzReadNIST(f *testing.F) {
	seeds(f, "nist", func(b []byte) { f.Add(b, "SMA_1") })
	f.Fuzz(func(t *testing.T, b []byte, column string) {
		c, err := ReadNIST(bytes.NewReader(b), column)
		if err != nil {
			return
		}
		if len(c) == 0 {
			t.Fatal("a curve without points is no error")
		}
		for i, p := range c {
			if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) || i > 0 && p.At <= c[i-1].At {
				t.Fatalf("point %d is %v", i, p)
			}
			if got := c.At(p.At); got != p.Value {
				t.Fatalf("at point %d the curve is %g, want %g", i, got, p.Value)
			}
		}
		for _, p := range Obscuration(c) {
			if !(p.Value >= 0 && p.Value <= 100) {
				t.Fatalf("the obscuration is %g %%/m", p.Value)
			}
		}
	})
}

func seeds(f *testing.F, folder string, add func([]byte)) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if len(b) > 1<<10 { // the engine would spend its time on the endless line
			continue
		}
		add(b)
	}
}
