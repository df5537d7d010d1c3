package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/edge/spool"
	"shouwang.care/shouwang/edge/uplink"
	"shouwang.care/shouwang/firmware-sim/board"
	"shouwang.care/shouwang/firmware-sim/chip"
)

// listener stands where the way to the gateway is: it takes each event out of
// the spool when it is woken, as a gateway does that answers at once.
type listener struct {
	spool *spool.Spool
	start time.Time
	keep  bool // events stay in the spool: there is no gateway
	beat  func(time.Time)

	mu        sync.Mutex
	cursor    uint64
	heard     []care.Event
	arrived   []time.Time
	announced int
	deaf      bool // the core is not heard
}

// Run lets the core beat every 30 s, unless there is none.
func (l *listener) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		l.mu.Lock()
		deaf := l.deaf || l.keep
		l.mu.Unlock()
		if !deaf {
			l.beat(time.Now())
		}
		pause(ctx, 30*time.Second)
	}
	return nil
}

// setDeaf ends or begins the beats.
func (l *listener) setDeaf(deaf bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deaf = deaf
}

func (l *listener) Connected() bool { return !l.keep }

func (l *listener) Announce() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.announced++
}

func (l *listener) Wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, item := range l.spool.Events(l.cursor, 1000) {
		l.cursor = item.Ref
		payload, ok, err := l.spool.Event(item.Ref)
		if !ok || err != nil {
			panic(fmt.Sprintf("event %s cannot be read back: %v", item.ID, err))
		}
		e, err := care.ParseEvent(payload)
		if err != nil {
			panic(fmt.Sprintf("the agent made no event: %v: %s", err, payload))
		}
		l.heard, l.arrived = append(l.heard, e), append(l.arrived, time.Now())
		if !l.keep {
			if _, err := l.spool.Answered(item.ID); err != nil {
				panic(err)
			}
		}
	}
}

// readings takes all packs out of the spool.
func (l *listener) readings(t *testing.T) []care.Reading {
	t.Helper()
	var all []care.Reading
	for _, ref := range l.spool.Packs(0, 10_000) {
		payload, _, err := l.spool.Pack(ref)
		if err != nil {
			t.Fatal(err)
		}
		readings, refused, err := care.ParsePack("evergreen", payload, time.Now())
		if err != nil || len(refused) > 0 {
			t.Fatalf("a pack is not understood: %v %v: %s", err, refused, payload)
		}
		all = append(all, readings...)
		if err := l.spool.DropPack(ref); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// stage is a running agent on simulated hardware, in a bubble.
type stage struct {
	*listener
	t     *testing.T
	hw    Hardware
	board *board.Board // nil if hw is another
	cfg   config.Config
	opts  []Option
	log   *strings.Builder
	agent *Agent
	stop  func()
}

// play runs a story in a bubble: the agent with these devices on this hardware.
func play(t *testing.T, hw any, devices []config.Device, story func(*stage)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &stage{t: t, cfg: config.Config{
			Site: "evergreen", Edge: "room-203", Data: filepath.Join(dir, "data"), TimeZone: "Asia/Shanghai",
			Gateway: config.Gateway{MQTT: []string{"tcp://127.0.0.1:1"}, Secret: "not-a-secret"},
			Devices: devices,
		}}
		switch h := hw.(type) {
		case func() *bench:
			s.hw = h()
		case board.Spec:
			b, err := board.New(h, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			s.hw, s.board = b, b
		default:
			t.Fatalf("no hardware: %T", hw)
		}
		story(s)
	})
}

// begin starts the agent; it ends with the bubble or with stop.
func (s *stage) begin() {
	s.t.Helper()
	if s.listener == nil {
		s.listener = &listener{}
	}
	s.start = time.Now()
	s.log = &strings.Builder{}
	opts := append(s.opts, func(a *Agent) {
		a.connect = func(c uplink.Config, sp *spool.Spool) carrier {
			s.mu.Lock()
			s.spool, s.cursor, s.beat = sp, 0, c.Heard
			s.mu.Unlock()
			return s.listener
		}
	})
	log := slog.New(slog.NewTextHandler(s.log, nil))
	var err error
	if s.agent, err = New(s.cfg, s.hw, log, opts...); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- s.agent.Run(ctx) }()
	stopped := false
	s.stop = func() {
		s.t.Helper()
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("the agent ended with: %v", err)
		}
	}
	s.t.Cleanup(s.stop)
	synctest.Wait()
}

// restart ends the agent and starts it again with the same data.
func (s *stage) restart() {
	s.t.Helper()
	s.stop()
	s.begin()
}

// wait lets time pass.
func (s *stage) wait(d time.Duration) {
	time.Sleep(d) // time of the bubble
	synctest.Wait()
}

// do lets something happen on the board; it returns when nothing is held.
func (s *stage) do(place string, words ...string) {
	s.t.Helper()
	if err := s.board.Do(s.t.Context(), place, words...); err != nil {
		s.t.Fatal(err)
	}
	synctest.Wait()
}

// said returns what was reported so far, a line an event, with the time since
// the start in tenths of a second: "1.0s call.active of r203-1-call".
func (s *stage) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := []string{}
	for _, e := range s.heard {
		lines = append(lines, fmt.Sprintf("%.1fs %s of %s", e.Time.Sub(s.start).Seconds(), strings.TrimPrefix(e.Type(), care.TypePrefix), e.Point))
	}
	return lines
}

// forget drops what was said so far.
func (s *stage) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard, s.arrived = nil, nil
}

// expect compares what was said since the last expect.
func (s *stage) expect(what string, want ...string) {
	s.t.Helper()
	synctest.Wait()
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, s.said()); diff != "" {
		s.t.Errorf("%s: reported (-want +got):\n%s", what, diff)
	}
	s.forget()
}

// classes returns what was said without times, since those of a real recording
// are not for a test to know.
func (s *stage) classes() []string {
	lines := s.said()
	for i, l := range lines {
		_, lines[i], _ = strings.Cut(l, " ")
	}
	return lines
}

// last returns the newest event and its evidence.
func (s *stage) last() (care.Event, map[string]any) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.heard) == 0 {
		s.t.Fatal("nothing was reported")
	}
	e := s.heard[len(s.heard)-1]
	var data map[string]any
	if err := json.Unmarshal(e.Data, &data); err != nil {
		s.t.Fatalf("the evidence of %s is %q: %v", e.Type(), e.Data, err)
	}
	return e, data
}

// device returns the entry of the inventory.
func (s *stage) device(id string) care.DeviceState {
	s.t.Helper()
	for _, d := range s.agent.inventory() {
		if d.ID == id {
			return d
		}
	}
	s.t.Fatalf("the inventory has no %s", id)
	return care.DeviceState{}
}

// bench is hardware wired by hand, for what no board does.
type bench struct {
	bus  chip.Bus
	pins map[string]*chip.Pin
}

func (b *bench) Bus(string) (i2c.Bus, error) { return &b.bus, nil }

func (b *bench) Pin(name string) (gpio.PinIO, error) {
	if p := b.pins[name]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("there is no pin %s", name)
}

// shared finds recorded data beside the repository, or skips.
func shared(t *testing.T, path string) string {
	t.Helper()
	root := os.Getenv("SHOUWANG_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	path = filepath.Join(root, path)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the recordings are not here (set SHOUWANG_SHARED to their folder): %v", err)
	}
	return path
}

func pinSpec(id, name string, kind board.Kind) board.PinSpec {
	return board.PinSpec{ID: id, Name: name, Kind: kind, Place: "203-1"}
}

// onPin is a contact on the pin GPIO5 whose classes and quantities all are of one
// point.
func onPin(point care.PointID, keys ...string) config.Device {
	d := config.Device{ID: "contact", Driver: config.Contact, Pin: "GPIO5", Points: map[string]care.PointID{}}
	for _, k := range keys {
		d.Points[k] = point
	}
	return d
}
