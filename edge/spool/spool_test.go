package spool

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
)

func event(id string) care.Event {
	return care.Event{
		Site: "s", Edge: "e", Device: "button", ID: id, Class: care.SOS, Phase: care.Active, Point: "p",
		Time: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), Data: []byte(`{"reason":"pulled"}`),
	}
}

func readings(n int) []care.Reading {
	out := make([]care.Reading, n)
	for i := range out {
		out[i] = care.Reading{Site: "s", Point: "p", Quantity: care.Temperature, Time: time.Unix(1_800_000_000+int64(i), 0), Value: 20}
	}
	return out
}

func open(t testing.TB, files Files, opts Options) *Spool {
	t.Helper()
	s, err := OpenFiles(files, opts)
	if err != nil {
		t.Fatalf("open the spool: %v", err)
	}
	return s
}

func putEvent(t testing.TB, s *Spool, id string) care.Event {
	t.Helper()
	e, err := s.PutEvent(event(id))
	if err != nil {
		t.Fatalf("put event %s: %v", id, err)
	}
	return e
}

// waiting returns the ids of the events that can be read back, in order.
func waiting(t testing.TB, s *Spool) []string {
	t.Helper()
	ids := []string{}
	for _, item := range s.Events(0, 1<<20) {
		payload, ok, err := s.Event(item.Ref)
		if err != nil || !ok {
			t.Fatalf("event %s: ok %v, %v", item.ID, ok, err)
		}
		e, err := care.ParseEvent(payload)
		if err != nil || e.ID != item.ID || e.Sequence != item.Ref {
			t.Fatalf("event %s reads as %s with sequence %d: %v", item.ID, e.ID, e.Sequence, err)
		}
		ids = append(ids, item.ID)
	}
	return ids
}

func TestEventWaitsOverRestartUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b", "c"} {
		putEvent(t, s, id)
	}
	if _, err := s.Answered("b", "unknown"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if d := cmp.Diff([]string{"a", "c"}, waiting(t, s)); d != "" {
		t.Errorf("events after the restart (-want +got):\n%s", d)
	}
}

func TestSequenceRises(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		first := putEvent(t, open(t, d, Options{}), "a")
		if want := uint64(time.Now().UnixMicro()); first.Sequence != want {
			t.Errorf("first sequence is %d, want the microseconds %d", first.Sequence, want)
		}
		second := putEvent(t, open(t, d, Options{}), "b")
		if second.Sequence != first.Sequence+1 {
			t.Errorf("after a restart within a microsecond the sequence is %d, want %d", second.Sequence, first.Sequence+1)
		}
		s := open(t, d, Options{})
		if _, err := s.Answered("a", "b"); err != nil {
			t.Fatal(err)
		}
		if third := putEvent(t, open(t, d, Options{}), "c"); third.Sequence != second.Sequence+1 {
			t.Errorf("after all were answered the sequence is %d, want %d", third.Sequence, second.Sequence+1)
		}
		time.Sleep(time.Second)
		if lost := putEvent(t, open(t, newDisk(), Options{}), "d"); lost.Sequence <= second.Sequence {
			t.Errorf("with a new disk the sequence is %d, not above %d", lost.Sequence, second.Sequence)
		}
	})
}

func TestNothingIsLostWhereverTheFileIsCut(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := open(t, d, Options{})
	var ends []int
	for i := range 4 {
		putEvent(t, s, fmt.Sprintf("e%d", i))
		ends = append(ends, len(d.files["events-0000000000000001.log"].b))
	}
	whole := d.files["events-0000000000000001.log"].b
	for cut := range len(whole) + 1 {
		torn := newDisk()
		torn.files["events-0000000000000001.log"] = &diskFile{b: slices.Clone(whole[:cut])}
		s := open(t, torn, Options{})
		want := []string{}
		for i, end := range ends {
			if end <= cut {
				want = append(want, fmt.Sprintf("e%d", i))
			}
		}
		if d := cmp.Diff(want, waiting(t, s)); d != "" {
			t.Fatalf("cut at byte %d of %d (-want +got):\n%s", cut, len(whole), d)
		}
		// What is written behind the cut is found again.
		putEvent(t, s, "after")
		if d := cmp.Diff(append(want, "after"), waiting(t, open(t, torn, Options{}))); d != "" {
			t.Fatalf("written after a cut at byte %d (-want +got):\n%s", cut, d)
		}
	}
}

func TestOneDamagedByteCostsOneEvent(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := open(t, d, Options{})
	for i := range 4 {
		putEvent(t, s, fmt.Sprintf("e%d", i))
	}
	name := "events-0000000000000001.log"
	whole := d.files[name].b
	for i := range whole {
		bad := newDisk()
		b := slices.Clone(whole)
		b[i] ^= 0x40
		bad.files[name] = &diskFile{b: b}
		if got := waiting(t, open(t, bad, Options{})); len(got) < 3 {
			t.Fatalf("byte %d of %d damaged: only %v are left", i, len(whole), got)
		}
	}
}

func TestOldestReadingsAreShedAndCounted(t *testing.T) {
	t.Parallel()
	d := newDisk()
	opts := Options{MaxReadings: 8 << 10}
	s := open(t, d, opts)
	putEvent(t, s, "alarm")
	for range 100 {
		if err := s.PutReadings(readings(10)); err != nil {
			t.Fatal(err)
		}
	}
	state := s.State()
	if state.Shed == 0 || state.Readings+int(state.Shed) != 1000 || state.Events != 1 {
		t.Errorf("state is %+v, want readings and shed to make 1000, and one event", state)
	}
	packs := s.Packs(0, 1000)
	if last := packs[len(packs)-1]; last != 100 || packs[0] == 1 {
		t.Errorf("packs %d … %d are left, want the newest", packs[0], last)
	}
	if total, _ := s.readings.size(); total > 9<<10 {
		t.Errorf("the readings take %d bytes, want about 8 KiB", total)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(state, open(t, d, opts).State()); d != "" {
		t.Errorf("state after a restart (-want +got):\n%s", d)
	}
}

func TestPackLeavesWhenItIsDropped(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := open(t, d, Options{})
	for n := range 3 {
		if err := s.PutReadings(readings(n + 1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DropPack(2); err != nil {
		t.Fatal(err)
	}
	s = open(t, d, Options{})
	if d := cmp.Diff([]uint64{1, 3}, s.Packs(0, 10)); d != "" {
		t.Errorf("packs (-want +got):\n%s", d)
	}
	payload, ok, err := s.Pack(3)
	if err != nil || !ok {
		t.Fatalf("pack 3: ok %v, %v", ok, err)
	}
	got, refused, err := care.ParsePack("s", payload, time.Unix(1_800_000_000, 0))
	if err != nil || len(got) != 3 || len(refused) > 0 {
		t.Errorf("pack 3 has readings %v, refused %v, %v", got, refused, err)
	}
}

func TestFullDiskShedsReadingsForAnEvent(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := open(t, d, Options{})
	if err := s.PutReadings(readings(50)); err != nil {
		t.Fatal(err)
	}
	d.room = 0
	putEvent(t, s, "alarm")
	if state := s.State(); state.Shed != 50 || state.Readings != 0 {
		t.Errorf("state is %+v, want 50 readings shed", state)
	}
	d.room = -1
	if d := cmp.Diff([]string{"alarm"}, waiting(t, open(t, d, Options{}))); d != "" {
		t.Errorf("events after a restart (-want +got):\n%s", d)
	}
}

func TestEventThatCannotBeWrittenIsSentFromMemoryAndWrittenLater(t *testing.T) {
	t.Parallel()
	for name, breakDisk := range map[string]func(*disk, bool){
		"no room":     func(d *disk, broken bool) { d.room = map[bool]int{true: 0, false: -1}[broken] },
		"sync failed": func(d *disk, broken bool) { d.noSync = broken },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDisk()
			s := open(t, d, Options{})
			putEvent(t, s, "before")
			breakDisk(d, true)
			e, err := s.PutEvent(event("alarm"))
			if !errors.Is(err, ErrNotDurable) || e.Sequence == 0 {
				t.Fatalf("sequence %d, error %v, want ErrNotDurable", e.Sequence, err)
			}
			if d := cmp.Diff([]string{"before", "alarm"}, waiting(t, s)); d != "" {
				t.Errorf("events to send (-want +got):\n%s", d)
			}
			if err := s.Flush(); err == nil {
				t.Error("Flush says that all is on disk, and the disk is broken")
			}
			breakDisk(d, false)
			putEvent(t, s, "after")
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
			all := d.crash(func(int) int { return 0 })
			if d := cmp.Diff([]string{"before", "alarm", "after"}, waiting(t, open(t, all, Options{}))); d != "" {
				t.Errorf("events after a restart (-want +got):\n%s", d)
			}
		})
	}
}

func TestEventsBeyondTheBoundStayInMemory(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := open(t, d, Options{MaxEvents: 1 << 10})
	var refused error
	for i := 0; refused == nil && i < 100; i++ {
		_, refused = s.PutEvent(event(fmt.Sprint(i)))
	}
	if !errors.Is(refused, ErrNotDurable) || errors.Is(refused, ErrFull) {
		t.Fatalf("error is %v, want ErrNotDurable", refused)
	}
	before := waiting(t, s)
	if _, err := s.Answered(before[0], before[1]); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before[2:], waiting(t, open(t, d, Options{}))); d != "" {
		t.Errorf("events after a restart (-want +got):\n%s", d)
	}
}

func TestOneUnansweredEventDoesNotHoldTheDisk(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := open(t, d, Options{MaxEvents: 64 << 10})
	putEvent(t, s, "nobody answers")
	for i := range 2000 {
		id := fmt.Sprint(i)
		putEvent(t, s, id)
		if _, err := s.Answered(id); err != nil {
			t.Fatal(err)
		}
	}
	if total, _ := s.events.size(); total > 64<<10 {
		t.Errorf("one waiting event takes %d bytes in %d files", total, len(s.events.segments))
	}
	if d := cmp.Diff([]string{"nobody answers"}, waiting(t, open(t, d, Options{}))); d != "" {
		t.Errorf("events after a restart (-want +got):\n%s", d)
	}
}

func TestEvidenceNeverCostsTheEvent(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"not json":  `{"reason":`,
		"too large": `"` + strings.Repeat("x", care.MaxPacket) + `"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, newDisk(), Options{})
			e := event("alarm")
			e.Data = []byte(data)
			if _, err := s.PutEvent(e); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]string{"alarm"}, waiting(t, s)); d != "" {
				t.Errorf("events (-want +got):\n%s", d)
			}
		})
	}
}

func TestEventDamagedAfterOpeningIsGivenUp(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := open(t, d, Options{})
	ref := putEvent(t, s, "a").Sequence
	f := d.files["events-0000000000000001.log"]
	f.b[len(f.b)-1] ^= 1
	if _, ok, err := s.Event(ref); ok || !errors.Is(err, errDamaged) {
		t.Fatalf("ok %v, error %v, want errDamaged", ok, err)
	}
	if got := s.State().Events; got != 0 {
		t.Errorf("%d events wait, want none", got)
	}
}

// Whatever is done in whatever order, with power failures in between: an event
// whose PutEvent returned waits until it is answered.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := newDisk()
		opts := Options{MaxEvents: 16 << 10, MaxReadings: 4 << 10}
		s, err := OpenFiles(d, opts)
		if err != nil {
			t.Fatal(err)
		}
		live := map[string]bool{} // must wait
		var answered []string     // may come back after a failure
		var last uint64
		n := 0
		check := func(t *rapid.T) {
			got := map[string]bool{}
			for _, item := range s.Events(0, 1<<20) {
				got[item.ID] = true
				if _, ok, err := s.Event(item.Ref); !ok || err != nil {
					t.Fatalf("event %s cannot be read: ok %v, %v", item.ID, ok, err)
				}
			}
			for id := range live {
				if !got[id] {
					t.Fatalf("event %s is lost; there are %v", id, slices.Sorted(maps.Keys(got)))
				}
			}
			for id := range got {
				if !live[id] && !slices.Contains(answered, id) {
					t.Fatalf("event %s was never put", id)
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"event": func(t *rapid.T) {
				if len(live) > 20 {
					t.Skip("enough events")
				}
				n++
				id := fmt.Sprint("e", n)
				e, err := s.PutEvent(event(id))
				if err != nil {
					t.Fatal(err)
				}
				if e.Sequence <= last {
					t.Fatalf("sequence %d is not above %d", e.Sequence, last)
				}
				last = e.Sequence
				live[id] = true
			},
			"answer": func(t *rapid.T) {
				if len(live) == 0 {
					t.Skip("nothing waits")
				}
				id := rapid.SampledFrom(slices.Sorted(maps.Keys(live))).Draw(t, "id")
				if _, err := s.Answered(id); err != nil {
					t.Fatal(err)
				}
				delete(live, id)
				answered = append(answered, id)
			},
			"readings": func(t *rapid.T) {
				if err := s.PutReadings(readings(rapid.IntRange(1, 20).Draw(t, "n"))); err != nil {
					t.Fatal(err)
				}
			},
			"pack taken": func(t *rapid.T) {
				if packs := s.Packs(0, 1); len(packs) > 0 {
					if err := s.DropPack(packs[0]); err != nil {
						t.Fatal(err)
					}
				}
			},
			"power failure": func(t *rapid.T) {
				d = d.crash(func(unsynced int) int { return rapid.IntRange(0, unsynced).Draw(t, "kept") })
				if s, err = OpenFiles(d, opts); err != nil {
					t.Fatal(err)
				}
			},
			"": check,
		})
	})
}

func FuzzOpen(f *testing.F) {
	d := newDisk()
	s := open(f, d, Options{})
	putEvent(f, s, "a")
	putEvent(f, s, "b")
	if _, err := s.Answered("a"); err != nil {
		f.Fatal(err)
	}
	f.Add(d.files["events-0000000000000001.log"].b, []byte{})
	f.Add([]byte("garbage"), record{put, 7, []byte{0}}.appendTo(nil))
	f.Add(record{put, 7, []byte{200, 1}}.appendTo(nil), record{put, 7, nil}.appendTo(nil))
	f.Fuzz(func(t *testing.T, events, packs []byte) {
		d := newDisk()
		d.files["events-0000000000000001.log"] = &diskFile{b: slices.Clone(events)}
		d.files["readings-0000000000000001.log"] = &diskFile{b: slices.Clone(packs)}
		s := open(t, d, Options{})
		e, err := s.PutEvent(event("new"))
		if err != nil {
			if s.events.last < 1<<63-1 {
				t.Fatal(err)
			}
			return
		}
		for _, ref := range s.Packs(0, 10) {
			s.Pack(ref) // must not panic; damage is an error
		}
		if payload, ok, err := open(t, d, Options{}).Event(e.Sequence); !ok || err != nil || len(payload) == 0 {
			t.Fatalf("the event is lost behind what was there: ok %v, %v", ok, err)
		}
	})
}

func BenchmarkPutEvent(b *testing.B) {
	s, err := Open(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	i := 0
	for b.Loop() {
		i++
		id := fmt.Sprint(i)
		putEvent(b, s, id)
		if _, err := s.Answered(id); err != nil {
			b.Fatal(err)
		}
	}
}
