package detect

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
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

// trial is what the detector made of one recording.
type trial struct {
	activity, subject string
	fall, elder       bool
	hours             float64
	verdict           bool          // with the default options
	late              time.Duration // from impact to decision
	candidates        []candidate   // all impacts, whatever their values
}

// candidate is what the limits are compared with.
type candidate struct{ peak, throw, before, after float64 }

// sisFall streams all 3,143 trials of SisFall (Sucerquia et al. 2017), each
// through a new detector.
func sisFall(t *testing.T) []trial {
	if testing.Short() {
		t.Skip("it reads 36 MB of recordings")
	}
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shared(t, "sisfall"), "adxl345", "*.csv.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	var trials []trial
	for _, file := range files {
		eachTrial(t, file, func(activity, subject string, samples []Vec) {
			trials = append(trials, judge(t, activity, subject, samples))
		})
	}
	return trials
}

func judge(t *testing.T, activity, subject string, samples []Vec) trial {
	t.Helper()
	r := trial{
		activity: activity, subject: subject,
		fall: strings.HasPrefix(activity, "F"), elder: strings.HasPrefix(subject, "SE"),
		hours: float64(len(samples)) / 200 / 3600,
	}
	f := newFall(t, FallOptions{Rate: 200})
	// This one lets every impact pass and, without its refractory time, each of them.
	all := newFall(t, FallOptions{Rate: 200, Impact: impacts[0], Throw: throws[0], Lying: lyings[0], Standing: standings[len(standings)-1]})
	for _, s := range samples {
		if v, ok := f.Push(s); ok {
			r.verdict, r.late = true, max(r.late, v.Ago)
		}
		if v, ok := all.Push(s); ok {
			r.candidates = append(r.candidates, candidate{v.Peak, v.Throw, v.TiltBefore, v.TiltAfter})
			all.quiet = 0
		}
	}
	return r
}

// figures counts the verdicts on a group of people.
type figures struct {
	falls, found, activities, alarms int
	hours                            float64 // of activities
}

func (f *figures) add(r *trial, verdict bool) {
	if r.fall {
		f.falls, f.found = f.falls+1, f.found+count(verdict)
		return
	}
	f.activities, f.alarms, f.hours = f.activities+1, f.alarms+count(verdict), f.hours+r.hours
}

func (f *figures) merge(g figures) {
	f.falls, f.found = f.falls+g.falls, f.found+g.found
	f.activities, f.alarms, f.hours = f.activities+g.activities, f.alarms+g.alarms, f.hours+g.hours
}

// sensitivity and specificity are in per cent.
func (f *figures) sensitivity() float64 { return 100 * float64(f.found) / float64(f.falls) }
func (f *figures) specificity() float64 { return 100 - 100*float64(f.alarms)/float64(f.activities) }

func (f *figures) String() string {
	s := fmt.Sprintf("%d false alarms in %d activities (specificity %.2f %%), %.2f in an hour of %.1f",
		f.alarms, f.activities, f.specificity(), float64(f.alarms)/f.hours, f.hours)
	if f.falls > 0 {
		s = fmt.Sprintf("%d of %d falls found (sensitivity %.2f %%), ", f.found, f.falls, f.sensitivity()) + s
	}
	return s
}

// A fall counts as found, and a daily activity as a false alarm, with one verdict
// or more. The default limits were chosen on these very people: what others can
// expect is in the cross-validation below. An hour of these activities is not an
// hour of life: nobody sits down fast, jumps and stumbles all day.
func testDefaults(t *testing.T, trials []trial) {
	var all, adults, elders figures
	wrong := map[string]int{}
	late := time.Duration(0)
	for i := range trials {
		r := &trials[i]
		all.add(r, r.verdict)
		if r.elder {
			elders.add(r, r.verdict)
		} else {
			adults.add(r, r.verdict)
		}
		if late = max(late, r.late); r.verdict != r.fall {
			wrong[r.activity]++
		}
	}
	var list []string
	for _, a := range slices.Sorted(maps.Keys(wrong)) {
		list = append(list, fmt.Sprintf("%s %d", a, wrong[a]))
	}
	t.Logf("all: %v", &all)
	t.Logf("19 to 30 years: %v", &adults)
	t.Logf("60 to 75 years: %v", &elders)
	t.Logf("decided at most %s after the impact; wrong by activity: %s", late, strings.Join(list, ", "))
	if all.falls != 1273 || all.activities != 1870 || elders.activities == 0 || elders.falls != 0 {
		t.Errorf("there are %d falls and %d activities (of people over 60 %d and %d), want 1273 and 1870 (0 and some)",
			all.falls, all.activities, elders.falls, elders.activities)
	}
	if all.sensitivity() < 98.5 || adults.specificity() < 99 || elders.specificity() < 99 {
		t.Errorf("sensitivity %.2f %%, specificity %.2f and %.2f %%, want at least 98.5, 99 and 99",
			all.sensitivity(), adults.specificity(), elders.specificity())
	}
	if late > 4*time.Second {
		t.Errorf("a fall was decided %s after its impact, want at most 4 s", late)
	}
}

// The limits to choose from in the cross-validation.
var (
	impacts   = []float64{1.6, 1.8, 2, 2.2, 2.5}
	throws    = []float64{0.3, 0.35, 0.4, 0.45, 0.5}
	lyings    = []float64{40, 45, 50, 55, 60}
	standings = []float64{50, 60, 70, 90}
)

// The limits are chosen anew on four fifths of the people and measured on the
// others, whom the choice has not seen; five times, so that everybody is measured
// once. Only the form of the detector still comes from the same people.
func testCrossValidation(t *testing.T, trials []trial) {
	const folds = 5
	fold := map[string]int{} // of a person
	for _, r := range trials {
		if _, ok := fold[r.subject]; !ok {
			fold[r.subject] = len(fold) % folds
		}
	}
	var chosen [folds]FallOptions
	var best [folds]float64
	for o := range grid() {
		var measured [folds]figures
		for i := range trials {
			measured[fold[trials[i].subject]].add(&trials[i], meets(trials[i].candidates, o))
		}
		for k := range folds {
			var others figures
			for j := range folds {
				if j != k {
					others.merge(measured[j])
				}
			}
			if score := others.sensitivity() + others.specificity(); score > best[k] {
				best[k], chosen[k] = score, o
			}
		}
	}
	for k, o := range chosen {
		t.Logf("part %d: impact %g g, throw %g g, lying %g°, standing %g°", k+1, o.Impact, o.Throw, o.Lying, o.Standing)
	}
	var all, elders figures
	for i := range trials {
		r := &trials[i]
		verdict := meets(r.candidates, chosen[fold[r.subject]])
		all.add(r, verdict)
		if r.elder {
			elders.add(r, verdict)
		}
	}
	t.Logf("people not chosen on: %v", &all)
	t.Logf("of them 60 to 75 years: %v", &elders)
	if all.sensitivity() < 98 || all.specificity() < 98 || elders.specificity() < 98 {
		t.Errorf("on people not chosen on: sensitivity %.2f %%, specificity %.2f %%, of people over 60 %.2f %%; want at least 98 each",
			all.sensitivity(), all.specificity(), elders.specificity())
	}
}

func grid() iter.Seq[FallOptions] {
	return func(yield func(FallOptions) bool) {
		for _, i := range impacts {
			for _, th := range throws {
				for _, l := range lyings {
					for _, s := range standings {
						if !yield(FallOptions{Impact: i, Throw: th, Lying: l, Standing: s}) {
							return
						}
					}
				}
			}
		}
	}
}

func meets(candidates []candidate, o FallOptions) bool {
	for i := range candidates {
		if c := &candidates[i]; c.peak >= o.Impact && c.throw >= o.Throw && c.after >= o.Lying && c.before <= o.Standing {
			return true
		}
	}
	return false
}

func TestFallOnSisFall(t *testing.T) {
	t.Parallel()
	trials := sisFall(t)
	t.Run("as delivered", func(t *testing.T) { testDefaults(t, trials) })
	t.Run("limits chosen on other people", func(t *testing.T) { testCrossValidation(t, trials) })
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
		rest := lines.Text()
		for k := range v {
			var field string
			field, rest, _ = strings.Cut(rest, ",")
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
