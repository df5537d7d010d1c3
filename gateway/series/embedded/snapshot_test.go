package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/series"
	"shouwang.care/shouwang/gateway/series/seriestest"
)

func stretch(from, to time.Time) series.Stretch {
	return series.Stretch{Site: "evergreen", Point: "r203-air", Quantity: care.Temperature, From: from, To: to}
}

func snapshot(t testing.TB, dir string) *Snapshot {
	t.Helper()
	s, err := OpenSnapshot(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func add(t testing.TB, s *Store, readings ...care.Reading) {
	t.Helper()
	if err := s.Append(t.Context(), readings); err != nil {
		t.Fatal(err)
	}
}

// TestSnapshotBesideARunningStore: blocks, the log, and late readings in both,
// while the store goes on writing and puts its files in order.
func TestSnapshotBesideARunningStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "series")
	store := openTest(t, dir)
	defer store.Close()
	// Two hours are a block of their own, whose end a late reading moves.
	begin := time.Date(2026, 1, 12, 0, 0, 0, 0, time.UTC)
	var want []seriestest.Value
	for m := range 7 * 60 {
		at := begin.Add(time.Duration(m) * time.Minute)
		want = append(want, seriestest.Value{At: at, Value: float64(m)})
		if m == 100 || m == 385 {
			continue // these two come late
		}
		add(t, store, reading(at, float64(m)))
	}
	add(t, store, reading(want[385].At, 385))
	if err := store.db.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(store.db.Blocks()); n < 2 {
		t.Fatalf("there are %d blocks, so this test proves nothing", n)
	}
	add(t, store, reading(want[100].At, 100))

	s := snapshot(t, dir)
	all := stretch(begin, begin.Add(24*time.Hour))
	if diff := cmp.Diff(want, seriestest.All(t, s, all)); diff != "" {
		t.Errorf("the snapshot (-want +got):\n%s", diff)
	}
	next := seriestest.Value{At: begin.Add(8 * time.Hour), Value: 1}
	add(t, store, reading(next.At, next.Value))
	if err := store.db.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, seriestest.All(t, s, all)); diff != "" {
		t.Errorf("the snapshot, after the store went on (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(append(want, next), seriestest.All(t, store, all)); diff != "" {
		t.Errorf("the store itself (-want +got):\n%s", diff)
	}
}

// TestSnapshotsWhileTheStoreWrites takes one after the other while records are
// written to the log and blocks are made.
func TestSnapshotsWhileTheStoreWrites(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "series")
	store := openTest(t, dir)
	defer store.Close()
	begin := time.Date(2026, 1, 12, 0, 0, 0, 0, time.UTC)
	add(t, store, reading(begin, 0))
	stop, done := make(chan struct{}), make(chan error)
	go func() {
		var err error
		for n := 1; err == nil; n++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			err = store.Append(t.Context(), []care.Reading{reading(begin.Add(time.Duration(n)*10*time.Second), float64(n))})
			if err == nil && n%2000 == 0 {
				err = store.db.Compact(t.Context())
			}
		}
		done <- err
	}()
	before := 0
	for range 10 {
		s, err := OpenSnapshot(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := seriestest.All(t, s, stretch(begin, begin.Add(400*24*time.Hour)))
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		for n, v := range got {
			if v.Value != float64(n) {
				t.Fatalf("sample %d of %d is %v: one is missing", n, len(got), v)
			}
		}
		if len(got) < before || len(got) == 0 {
			t.Errorf("a snapshot has %d samples, the one before had %d", len(got), before)
		}
		before = len(got)
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestSnapshotLeavesNothingBehind(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "series")
	store := openTest(t, dir)
	add(t, store, reading(time.Now(), 1))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	// One that was killed the day before yesterday, and one that still works.
	old, fresh := filepath.Join(parent, snapshotPrefix+"1"), filepath.Join(parent, snapshotPrefix+"2")
	for _, d := range []string{old, fresh} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-2*snapshotAge)); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	s, err := OpenSnapshot(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("the files of the store (-before +after):\n%s", diff)
	}
	left, err := filepath.Glob(filepath.Join(parent, snapshotPrefix+"*"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{fresh}, left); diff != "" {
		t.Errorf("snapshots (-want +got):\n%s", diff)
	}
}

// files are the contents of all files of a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	if err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all[path] = string(b)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSnapshotOfNothing(t *testing.T) {
	_, err := OpenSnapshot(filepath.Join(t.TempDir(), "series"), nil)
	if err == nil || !strings.Contains(err.Error(), "there is no time series in") {
		t.Errorf("got the error %v, want that there is no time series", err)
	}
}

// BenchmarkEachMonth reads a month of one point that reports every 10 s, from
// blocks, as a dry run does.
func BenchmarkEachMonth(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "series")
	store, err := Open(dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const every, samples = 10 * time.Second, 30 * 24 * 360
	batch := make([]care.Reading, 0, 360)
	for n := range samples {
		batch = append(batch, reading(begin.Add(time.Duration(n)*every), 20+float64(n%100)/10))
		if len(batch) == cap(batch) {
			add(b, store, batch...)
			batch = batch[:0]
		}
	}
	if err := store.db.Compact(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			s, err := OpenSnapshot(dir, nil)
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		s := snapshot(b, dir)
		for b.Loop() {
			n := 0
			if err := s.Each(b.Context(), stretch(begin, begin.Add(31*24*time.Hour)), func(time.Time, float64) error { n++; return nil }); err != nil {
				b.Fatal(err)
			}
			if n != samples {
				b.Fatalf("read %d samples, want %d", n, samples)
			}
		}
		b.ReportMetric(float64(samples*b.N)/b.Elapsed().Seconds(), "samples/s")
		b.ReportAllocs()
	})
}
