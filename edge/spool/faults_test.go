package spool

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A Raspberry Pi whose card wears out mounts it read-only. What waits there is sent
// all the same, and so is what happens from now on.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T) *disk{
		"sound": func(t *testing.T) *disk {
			d := newDisk()
			putEvent(t, open(t, d, Options{}), "waits")
			return d
		},
		"cut off at the end": func(t *testing.T) *disk {
			d := newDisk()
			s := open(t, d, Options{})
			putEvent(t, s, "waits")
			putEvent(t, s, "torn")
			f := d.files["events-0000000000000001.log"]
			f.b = f.b[:len(f.b)-1]
			return d
		},
		"with a file that is done with": func(t *testing.T) *disk {
			d := newDisk()
			s := open(t, d, Options{})
			putEvent(t, s, "waits")
			d.files["events-0000000000000000.log"] = &diskFile{}
			return d
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := prepare(t)
			d.readOnly = true
			s, err := OpenFiles(d, Options{})
			if err != nil {
				t.Fatalf("the spool cannot be opened: %v", err)
			}
			if _, err := s.PutEvent(event("alarm")); !errors.Is(err, ErrNotDurable) {
				t.Errorf("the error is %v, want %v", err, ErrNotDurable)
			}
			if err := s.PutReadings(readings(10)); err == nil {
				t.Error("readings are kept on a disk that is read-only")
			}
			if d := cmp.Diff([]string{"waits", "alarm"}, waiting(t, s)); d != "" {
				t.Errorf("events to send (-want +got):\n%s", d)
			}
			_, err = s.Answered("waits", "alarm")
			if err == nil {
				t.Error("that the answer could not be noted is no error")
			}
			if got := waiting(t, s); len(got) > 0 {
				t.Errorf("answered, but %v still wait", got)
			}
			d.readOnly = false
			putEvent(t, s, "after")
			if got := waiting(t, open(t, d, Options{})); !slices.Contains(got, "after") {
				t.Errorf("the disk takes events again, and after a restart there are %v", got)
			}
		})
	}
}

// While the disk fails each attempt begins a new file, for what a failed sync has
// left is unknown. They must not pile up: the disk may fail for weeks.
func TestAFailingDiskIsNotFilledWithFiles(t *testing.T) {
	t.Parallel()
	for name, breakDisk := range map[string]func(*disk){
		"no room":             func(d *disk) { d.room = 0 },
		"room for a head":     func(d *disk) { d.room = headerSize + 8 },
		"room for half of it": func(d *disk) { d.room = 100 },
		"sync failed":         func(d *disk) { d.noSync = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDisk()
			s := open(t, d, Options{})
			putEvent(t, s, "before")
			breakDisk(d)
			if _, err := s.PutEvent(event("alarm")); !errors.Is(err, ErrNotDurable) {
				t.Fatalf("the error is %v, want %v", err, ErrNotDurable)
			}
			for range 1000 {
				if err := s.Flush(); err == nil {
					t.Fatal("Flush says that all is on disk, and the disk is broken")
				}
			}
			if n := len(d.files); n > 3 {
				t.Errorf("there are %d files after a thousand attempts", n)
			}
			d.room, d.noSync = -1, false
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"before", "alarm"}, waiting(t, open(t, d.crash(func(int) int { return 0 }), Options{}))); diff != "" {
				t.Errorf("events after a power failure (-want +got):\n%s", diff)
			}
		})
	}
}

// A clean-up that breaks off has moved nothing: copies that may not be on the disk
// do not let go of the originals.
func TestACleanUpThatBreaksOff(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := open(t, d, Options{MaxEvents: 16 << 10})
	putEvent(t, s, "waits-1")
	size := len(d.files["events-0000000000000001.log"].b)
	putEvent(t, s, "waits-2")
	for i := 0; s.events.active != nil; i++ {
		if i == 100 {
			t.Fatal("there was no clean-up")
		}
		id := fmt.Sprintf("fill-%d", i)
		d.room = 2*size + headerSize // the event, a head, and one of the two copies
		putEvent(t, s, id)
		d.room = -1
		if s.events.active != nil {
			if _, err := s.Answered(id); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := s.Answered("waits-2"); err != nil {
		t.Fatal(err)
	}
	if err := d.SyncDir(); err != nil { // what was removed stays so
		t.Fatal(err)
	}
	got := waiting(t, open(t, d.crash(func(int) int { return 0 }), Options{}))
	if !slices.Contains(got, "waits-1") {
		t.Errorf("after a power failure there are %v, want waits-1 among them", got)
	}
}

// Whatever the disk does and whenever the power fails: an event whose PutEvent
// returned nil is never lost, and one that is in memory only is not lost while the
// power lasts.
func TestModelOnAFailingDisk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(bubble{t}, func(t *rapid.T) {
			d := newDisk()
			opts := Options{MaxEvents: 16 << 10, MaxReadings: 4 << 10}
			s, err := OpenFiles(d, opts)
			if err != nil {
				t.Fatal(err)
			}
			must, memory, other := map[string]bool{}, map[string]bool{}, map[string]bool{}
			n := 0
			t.Repeat(map[string]func(*rapid.T){
				"disk": func(t *rapid.T) {
					d.room = rapid.SampledFrom([]int{-1, -1, -1, 0, 10, 27, 100, 1000}).Draw(t, "room")
					d.noSync = rapid.IntRange(0, 5).Draw(t, "sync fails") == 0
					d.readOnly = rapid.IntRange(0, 7).Draw(t, "read-only") == 0
				},
				"event": func(t *rapid.T) {
					if len(must)+len(memory) > 20 {
						t.Skip("enough events")
					}
					n++
					id := fmt.Sprint("e", n)
					switch _, err := s.PutEvent(event(id)); {
					case err == nil:
						must[id] = true
					case errors.Is(err, ErrNotDurable):
						memory[id] = true
					default:
						t.Fatal(err)
					}
				},
				"readings": func(t *rapid.T) { // may be shed or refused
					_ = s.PutReadings(readings(rapid.IntRange(1, 20).Draw(t, "n")))
				},
				"answer": func(t *rapid.T) {
					ids := append(slices.Sorted(maps.Keys(must)), slices.Sorted(maps.Keys(memory))...)
					if len(ids) == 0 {
						t.Skip("nothing waits")
					}
					id := rapid.SampledFrom(ids).Draw(t, "id")
					_, _ = s.Answered(id) // an error only lets it come back
					delete(must, id)
					delete(memory, id)
					other[id] = true
				},
				"flush": func(*rapid.T) {
					if s.Flush() == nil {
						maps.Copy(must, memory)
						clear(memory)
					}
				},
				"power failure": func(t *rapid.T) {
					d = d.crash(func(unsynced int) int { return rapid.IntRange(0, unsynced).Draw(t, "kept") })
					if s, err = OpenFiles(d, opts); err != nil {
						t.Fatal(err)
					}
					maps.Copy(other, memory)
					clear(memory)
				},
				"": func(t *rapid.T) {
					time.Sleep(time.Millisecond)
					got := map[string]bool{}
					for _, item := range s.Events(0, 1<<20) {
						if got[item.ID] {
							t.Fatalf("event %s waits twice", item.ID)
						}
						got[item.ID] = true
						if _, ok, err := s.Event(item.Ref); !ok || err != nil {
							t.Fatalf("event %s cannot be read: ok %v, %v", item.ID, ok, err)
						}
					}
					for _, want := range []map[string]bool{must, memory} {
						for id := range want {
							if !got[id] {
								t.Fatalf("event %s is lost; there are %v", id, slices.Sorted(maps.Keys(got)))
							}
						}
					}
					for id := range got {
						if !must[id] && !memory[id] && !other[id] {
							t.Fatalf("event %s was never put", id)
						}
					}
				},
			})
		})
	})
}

// bubble hides the deadline of a test from rapid, which has no place in a bubble.
type bubble struct{ rapid.TB }
