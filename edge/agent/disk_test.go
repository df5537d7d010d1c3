package agent

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/edge/spool"
	"shouwang.care/shouwang/firmware-sim/board"
)

// failing is a directory whose disk can be full and can hang.
type failing struct {
	spool.Dir
	full  atomic.Bool
	hangs atomic.Int64 // nanoseconds that each write takes
}

type failingFile struct {
	spool.File
	of *failing
}

var errNoRoom = errors.New("no space left on device")

func (f *failing) Append(name string) (spool.File, error) {
	if f.full.Load() {
		return nil, errNoRoom
	}
	file, err := f.Dir.Append(name)
	return failingFile{file, f}, err
}

func (f failingFile) Write(b []byte) (int, error) {
	time.Sleep(time.Duration(f.of.hangs.Load()))
	if f.of.full.Load() {
		return 0, errNoRoom
	}
	return f.File.Write(b)
}

// diskStory has a button on an agent whose spool is on a failing disk.
func diskStory(t *testing.T, cfg config.Spool, story func(*stage, *failing)) {
	t.Helper()
	play(t, board.Spec{Pins: []board.PinSpec{pinSpec("it", "GPIO5", board.Button)}}, []config.Device{onPin("r203-1-call", "call")}, func(s *stage) {
		dir := t.TempDir()
		disk := &failing{Dir: spool.Dir(dir)}
		s.cfg.Spool = cfg
		s.opts = []Option{func(a *Agent) { a.files = func(string) (spool.Files, error) { return disk, nil } }}
		s.listener = &listener{keep: true}
		story(s, disk)
	})
}

func TestAnEventThatTheDiskDoesNotTakeGoesOutAndIsWrittenLater(t *testing.T) {
	diskStory(t, config.Spool{}, func(s *stage, disk *failing) {
		s.begin()
		s.wait(time.Second)
		disk.full.Store(true)
		s.do("203-1", "press")
		s.wait(time.Second)
		s.expect("the disk is full", "1.0s call.active of r203-1-call")
		if !strings.Contains(s.log.String(), "could not be written to the disk") {
			t.Errorf("the log does not tell:\n%s", s.log)
		}
		disk.full.Store(false)
		s.wait(10 * time.Second)
		// What is on the disk now is what is left after a power cut.
		left := t.TempDir()
		if err := os.CopyFS(left, os.DirFS(string(disk.Dir))); err != nil {
			t.Fatal(err)
		}
		sp, err := spool.Open(left, spool.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer sp.Close()
		if waiting := sp.State().Events; waiting != 1 {
			t.Errorf("%d events are on the disk, want the one", waiting)
		}
	})
}

func TestAFullSpoolKeepsTheOrderAndLosesNothing(t *testing.T) {
	diskStory(t, config.Spool{MaxEvents: 1}, func(s *stage, disk *failing) {
		s.begin()
		disk.full.Store(true)
		// As many as memory takes, and ten more.
		const all = 4096 + 10
		for range all {
			s.agent.devices[0].raise("call", time.Now(), evidence{Reason: "x"})
		}
		s.wait(time.Second)
		if waiting := s.spool.State().Events; waiting != 4096 {
			t.Fatalf("%d events wait in the spool, want as many as it takes", waiting)
		}
		s.mu.Lock()
		s.keep = false // the gateway is back
		s.cursor, s.heard = 0, nil
		s.mu.Unlock()
		for range 5 {
			s.Wake()
			s.wait(5 * time.Second)
		}
		if got := len(s.said()); got != all {
			t.Errorf("%d events were reported, want %d", got, all)
		}
		if !slices.IsSortedFunc(s.heard, func(a, b care.Event) int { return a.Time.Compare(b.Time) }) {
			t.Error("they were reported out of order")
		}
	})
}

func TestADiskThatHangsDoesNotHoldUpTheDevices(t *testing.T) {
	play(t, roomSpec, []config.Device{waist()}, func(s *stage) {
		disk := &failing{Dir: spool.Dir(t.TempDir())}
		s.opts = []Option{func(a *Agent) { a.files = func(string) (spool.Files, error) { return disk, nil } }}
		s.begin()
		s.wait(10 * time.Second)
		disk.hangs.Store(int64(20 * time.Second))
		s.do("203-1", "fall")
		s.wait(8 * time.Second)
		if fall := s.agent.devices[0]; fall.state().Fault != "" || time.Since(fall.state().Seen) > time.Second {
			t.Errorf("the sensor is %+v, want it at work while the disk hangs", fall.state())
		}
		disk.hangs.Store(0)
		s.wait(2 * time.Minute)
		if diff := cmp.Diff([]string{"fall.active of r203-1-fall"}, s.classes()); diff != "" {
			t.Errorf("reported (-want +got):\n%s", diff)
		}
	})
}

// The data directory is a file: nothing can be kept, and the watch goes on.
func TestADataDirectoryThatCannotBeUsedDoesNotStopTheWatch(t *testing.T) {
	contactStory(t, board.Button, onPin("r203-1-call", "call"), func(s *stage) {
		if err := os.WriteFile(s.cfg.Data, []byte("in the way"), 0o600); err != nil {
			t.Fatal(err)
		}
		s.begin()
		s.wait(time.Second)
		s.do("203-1", "press")
		s.wait(time.Second)
		s.expect("a press", "1.0s call.active of r203-1-call")
		if !strings.Contains(s.log.String(), "the data directory cannot be used") {
			t.Errorf("the log does not tell what to do:\n%s", s.log)
		}
	})
}

func TestEventsSurviveARestart(t *testing.T) {
	contactStory(t, board.Button, onPin("r203-1-call", "call"), func(s *stage) {
		s.listener = &listener{keep: true}
		s.begin()
		s.wait(time.Second)
		s.do("203-1", "press")
		s.wait(time.Second)
		first, _ := s.last()
		s.forget()
		s.restart()
		s.Wake()
		again, _ := s.last()
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("the event after a restart (-before +after):\n%s", diff)
		}
		s.wait(time.Second)
		s.do("203-1", "press")
		s.wait(time.Second)
		if second, _ := s.last(); second.Sequence <= first.Sequence {
			t.Errorf("the sequence goes from %d to %d over a restart", first.Sequence, second.Sequence)
		}
	})
}

func TestTheClientIDIsKeptAndOneThatIsDamagedIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	id := func() string {
		t.Helper()
		d, err := openData(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer d.close()
		id, err := d.clientID()
		if err != nil || len(id) != 32 {
			t.Fatalf("the client id is %q, %v; want 128 bits in hexadecimal", id, err)
		}
		return id
	}
	first := id()
	if again := id(); again != first {
		t.Errorf("the client id changes from %s to %s", first, again)
	}
	file := filepath.Join(dir, "client-id")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v; want it for its owner only", info.Mode(), err)
	}
	if err := os.WriteFile(file, []byte("\x00\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	if id() == first {
		t.Error("the damaged client id is the old one")
	}
}

func TestADataDirectoryHasOneOwner(t *testing.T) {
	dir := t.TempDir()
	first, err := openData(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openData(dir); err == nil || errors.Is(err, errUnusable) || !strings.Contains(err.Error(), "another agent owns") {
		t.Errorf("the second owner gets %v", err)
	}
	if err := first.close(); err != nil {
		t.Fatal(err)
	}
	second, err := openData(dir)
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	if err := second.close(); err != nil {
		t.Error(err)
	}
}

func TestAnAgentRunsOnce(t *testing.T) {
	contactStory(t, board.Button, onPin("p", "call"), func(s *stage) {
		s.begin()
		if err := s.agent.Run(t.Context()); err == nil {
			t.Error("an agent ran twice")
		}
		synctest.Wait()
	})
}

func FuzzConditions(f *testing.F) {
	for _, s := range []string{`[]`, `[{"device":"smoke","class":"fire","point":"r203-smoke"}]`, `null`, `{}`, `[{"device":1}]`, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := parseConditions(b)
		if err != nil {
			return
		}
		c := newConditions()
		for _, k := range list {
			c.begin(k)
		}
		for _, k := range list {
			c.end(k)
		}
		if left, _ := c.list(); len(left) > 0 {
			t.Fatalf("%v is left of %v", left, list)
		}
	})
}
