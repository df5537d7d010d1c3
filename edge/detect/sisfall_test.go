package detect

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// shared returns a folder of the recorded data, which lies beside the project,
// or skips the test.
func shared(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("SHOUWANG_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(root, "data", name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the recordings of %s are not here (%v): set SHOUWANG_SHARED to the folder above data/", name, err)
	}
	return dir
}

// All 3,143 trials of SisFall (Sucerquia et al. 2017), each streamed through a
// new detector. A fall counts as found, and a daily activity as a false alarm,
// with one verdict or more. The limits were chosen on the same people, so this is
// no forecast for others.
func TestFallOnSisFall(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads 36 MB of recordings")
	}
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(shared(t, "sisfall"), "adxl345", "*.csv.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	var found, falls, alarms, activities, elderAlarms, elder int
	wrong := map[string]int{}
	late := 0.0
	for _, file := range files {
		eachTrial(t, file, func(activity, subject string, samples []Vec) {
			f, err := NewFall(FallOptions{Rate: 200})
			if err != nil {
				t.Fatal(err)
			}
			verdict := false
			for _, s := range samples {
				if v, ok := f.Push(s); ok {
					verdict = true
					late = max(late, v.Ago.Seconds())
				}
			}
			isFall := strings.HasPrefix(activity, "F")
			switch {
			case isFall:
				falls++
				found += count(verdict)
			default:
				activities++
				alarms += count(verdict)
				if strings.HasPrefix(subject, "SE") {
					elder++
					elderAlarms += count(verdict)
				}
			}
			if verdict != isFall {
				wrong[activity]++
			}
		})
	}
	sensitivity := 100 * float64(found) / float64(falls)
	specificity := 100 * float64(activities-alarms) / float64(activities)
	var list []string
	for a, n := range wrong {
		list = append(list, fmt.Sprintf("%s %d", a, n))
	}
	slices.SortFunc(list, cmp.Compare)
	t.Logf("sensitivity %.2f %% (%d of %d falls), specificity %.2f %% (%d false alarms in %d activities; %d in %d of people over 60), decided at most %.2f s after the impact; wrong by activity: %s",
		sensitivity, found, falls, specificity, alarms, activities, elderAlarms, elder, late, strings.Join(list, ", "))
	if falls != 1273 || activities != 1870 {
		t.Errorf("there are %d falls and %d activities, want 1273 and 1870", falls, activities)
	}
	if sensitivity < 98 || specificity < 98 {
		t.Errorf("sensitivity %.2f %%, specificity %.2f %%, want at least 98 each", sensitivity, specificity)
	}
	if late > 4 {
		t.Errorf("a fall was decided %.2f s after its impact, want at most 4 s", late)
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func eachTrial(t *testing.T, file string, f func(activity, subject string, samples []Vec)) {
	t.Helper()
	fh, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer fh.Close()
	z, err := gzip.NewReader(fh)
	if err != nil {
		t.Fatal(err)
	}
	var activity, subject string
	var samples []Vec
	flush := func() {
		if len(samples) > 0 {
			f(activity, subject, samples)
		}
		samples = samples[:0]
	}
	lines := bufio.NewScanner(z)
	for lines.Scan() {
		if head, ok := strings.CutPrefix(lines.Text(), "# "); ok {
			flush()
			fields := strings.Fields(head)
			activity, subject = fields[0], fields[1]
			continue
		}
		var v Vec
		for k, field := range strings.SplitN(lines.Text(), ",", 3) {
			n, err := strconv.Atoi(field)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			v[k] = float64(n) * 32 / 8192
		}
		samples = append(samples, v)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	flush()
}
