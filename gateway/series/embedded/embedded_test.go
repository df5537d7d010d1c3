package embedded

import (
	"errors"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/series"
	"shouwang.care/shouwang/gateway/series/seriestest"
)

func openTest(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSuite(t *testing.T) {
	seriestest.Run(t, func(t *testing.T) seriestest.Store {
		s := openTest(t, t.TempDir())
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	})
}

func reading(at time.Time, v float64) care.Reading {
	return care.Reading{Site: "evergreen", Point: "r203-air", Quantity: care.Temperature, Time: at, Value: v}
}

func TestAReadingFarAheadCostsNoOther(t *testing.T) {
	s := openTest(t, t.TempDir())
	defer s.Close()
	now := time.Now()
	err := s.Append(t.Context(), []care.Reading{reading(now.Add(30*24*time.Hour), 99), reading(now, 20)})
	partial, ok := errors.AsType[*series.PartialError](err)
	if !ok || partial.Dropped() != 1 {
		t.Fatalf("Append: %v, want a partial error with 1 dropped", err)
	}
	if err := s.Append(t.Context(), []care.Reading{reading(now.Add(time.Second), 21)}); err != nil {
		t.Fatalf("the next reading: %v", err)
	}
	got, err := s.Range(t.Context(), series.Query{Site: "evergreen", Point: "r203-air", Quantity: care.Temperature, From: now.Add(-time.Minute), To: now.Add(time.Hour), Points: 1})
	if err != nil || len(got) == 0 || got[len(got)-1].Max != 21 {
		t.Errorf("Range: %v, %v; want the two good readings", got, err)
	}
}

func TestWhatWasAppendedIsThereAfterAReopen(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	s := openTest(t, dir)
	if err := s.Append(t.Context(), []care.Reading{reading(now, 20)}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, dir)
	defer s.Close()
	got, err := s.Range(t.Context(), series.Query{Site: "evergreen", Point: "r203-air", Quantity: care.Temperature, From: now.Add(-time.Minute), To: now.Add(time.Minute), Points: 1})
	if err != nil || len(got) != 1 || got[0].Mean != 20 {
		t.Errorf("Range: %v, %v; want one sample of 20", got, err)
	}
}

func BenchmarkAppend(b *testing.B) {
	s, err := Open(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	at := time.Now().Add(-time.Hour)
	batch := make([]care.Reading, 100)
	n := 0
	for b.Loop() {
		at = at.Add(time.Millisecond)
		for i := range batch {
			batch[i] = reading(at, float64(i))
			batch[i].Point = care.PointID("p" + string(rune('a'+i%26)) + string(rune('a'+i/26)))
		}
		if err := s.Append(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		n += len(batch)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "samples/s")
}
