package supervise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// memory is the book and the rows of a ledger, in memory: what outlives a
// gateway.
type memory struct {
	active map[target]time.Time
	said   []string // each event, as a test expects it
	events []care.Received
	fail   error

	seen     map[people.SitePoint]time.Time
	states   map[people.SiteEdge]EdgeState
	works    map[people.SitePoint]time.Time
	settings map[string]string
	writes   int
	failRows error
}

func newMemory() *memory {
	return &memory{
		active: map[target]time.Time{}, seen: map[people.SitePoint]time.Time{}, works: map[people.SitePoint]time.Time{},
		states: map[people.SiteEdge]EdgeState{}, settings: map[string]string{},
	}
}

func (m *memory) Commit(_ context.Context, events []care.Received) ([]care.Receipt, error) {
	if m.fail != nil {
		return nil, m.fail
	}
	receipts := make([]care.Receipt, len(events))
	for i, e := range events {
		receipts[i] = care.Receipt{ID: e.ID, Status: care.ReceiptCommitted}
		at := target{e.Site, e.Point, e.Class}
		if e.Phase == care.Active {
			m.active[at] = e.Time
		} else {
			delete(m.active, at)
		}
		m.said = append(m.said, fmt.Sprintf("%s %s of %s/%s", e.Class, e.Phase, e.Site, e.Point))
		m.events = append(m.events, e)
	}
	return receipts, nil
}

func (m *memory) ActiveStates(context.Context) ([]Active, error) {
	if m.fail != nil {
		return nil, m.fail
	}
	var all []Active
	for at, changed := range m.active {
		all = append(all, Active{at.site, at.point, at.class, changed})
	}
	return all, nil
}

func (m *memory) LastSeen(context.Context) (map[people.SitePoint]time.Time, error) {
	return maps.Clone(m.seen), nil
}

func (m *memory) FlushLastSeen(_ context.Context, seen map[people.SitePoint]time.Time) error {
	m.writes++
	if m.failRows != nil {
		return m.failRows
	}
	maps.Copy(m.seen, seen)
	return nil
}

func (m *memory) Commissioned(context.Context) (map[people.SitePoint]time.Time, error) {
	return maps.Clone(m.works), nil
}

func (m *memory) FlushCommissioned(_ context.Context, points map[people.SitePoint]time.Time) error {
	if m.failRows != nil {
		return m.failRows
	}
	for key, at := range points {
		if _, known := m.works[key]; !known {
			m.works[key] = at
		}
	}
	return nil
}

func (m *memory) EdgeStates(context.Context) ([]EdgeState, error) {
	return slices.Collect(maps.Values(m.states)), nil
}

func (m *memory) Setting(_ context.Context, key string) (string, bool, error) {
	v, found := m.settings[key]
	return v, found, nil
}

func (m *memory) SetSetting(_ context.Context, key, value string) error {
	if m.failRows != nil {
		return m.failRows
	}
	m.settings[key] = value
	return nil
}

// device is one simulated device behind an edge.
type device struct {
	point care.Point
	dead  bool
	// hello says that only the inventory of its edge tells of it.
	hello bool
}

// box is one simulated edge.
type box struct {
	name      people.SiteEdge
	unplugged bool
	offset    time.Duration
	spool     care.SpoolState
	devices   []*device
}

// night is a world of edges around one gateway, in a bubble.
type night struct {
	t      *testing.T
	memory *memory
	dir    *people.Directory
	boxes  []*box
	away   atomic.Bool // the broker
	s      *Supervisor
	stop   func()
}

func newNight(t *testing.T) *night {
	return &night{t: t, memory: newMemory(), dir: &people.Directory{
		Sites: map[care.SiteID]care.Site{}, Edges: map[people.SiteEdge]care.Edge{}, Points: map[people.SitePoint]care.Point{},
	}}
}

// edge registers an edge with n points p01, p02 … that report each minute.
func (n *night) edge(site care.SiteID, kind care.SiteKind, edge care.EdgeID, points int) *box {
	n.dir.Sites[site] = care.Site{ID: site, Kind: kind, Region: "liuhe"}
	b := &box{name: people.SiteEdge{Site: site, Edge: edge}}
	n.dir.Edges[b.name] = care.Edge{Site: site, ID: edge}
	n.boxes = append(n.boxes, b)
	for i := range points {
		b.device(n, care.Point{ID: care.PointID(fmt.Sprintf("%s-p%02d", edge, i+1))})
	}
	return b
}

// device registers a point behind the edge.
func (b *box) device(n *night, p care.Point) *device {
	p.Site, p.Edge = b.name.Site, b.name.Edge
	n.dir.Points[people.SitePoint{Site: p.Site, Point: p.ID}] = p
	d := &device{point: p}
	b.devices = append(b.devices, d)
	return d
}

// kill lets the first of the living devices die, n of them.
func (b *box) kill(n int) {
	for _, d := range b.devices {
		if n > 0 && !d.dead {
			d.dead = true
			n--
		}
	}
}

func (b *box) revive() {
	for _, d := range b.devices {
		d.dead = false
	}
}

// start starts a gateway on what the one before left.
func (n *night) start() {
	n.t.Helper()
	s, err := New(n.t.Context(), Options{
		Book: n.memory, Active: n.memory, Rows: n.memory, Directory: func() *people.Directory { return n.dir },
		Well: func() error {
			if n.away.Load() {
				return errors.New("no connection to the broker")
			}
			return nil
		},
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		n.t.Fatal(err)
	}
	n.s = s
	ctx, cancel := context.WithCancel(n.t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	n.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			n.t.Error(err)
		}
	})
}

// state has an edge say its state, with its inventory.
func (n *night) state(b *box, online bool) {
	now := time.Now()
	s := EdgeState{Site: b.name.Site, Edge: b.name.Edge, ReceivedAt: now, Offset: b.offset, State: care.State{Online: online, Boot: "b", Spool: b.spool, Version: "1.0"}}
	n.memory.states[b.name] = s
	n.s.Edge(s, online)
}

// pass lets time pass in which what lives is heard: each edge and each device
// once a minute, in its own second of it. Afterwards the supervisor is at rest,
// so that the test may change the world.
func (n *night) pass(d time.Duration) {
	defer synctest.Wait()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Second) {
		n.s.Alive() // which synchronises with the supervisor
		if n.away.Load() {
			continue
		}
		second := time.Now().Second()
		for i, b := range n.boxes {
			if b.unplugged {
				continue
			}
			if second == (i*7)%60 {
				n.state(b, true)
			}
			for j, d := range b.devices {
				if d.dead || second != (i*7+j*11+20)%60 {
					continue
				}
				proof := care.ProofReport
				if d.hello {
					proof = care.ProofHello
				}
				n.s.Seen(d.point.Site, d.point.ID, time.Now(), proof)
			}
		}
	}
}

// expect checks what was said since the last call, and that nothing else was.
func (n *night) expect(want ...string) {
	n.t.Helper()
	got := n.memory.said
	n.memory.said = nil
	if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(got, "\n")); diff != "" {
		n.t.Fatalf("said until %s (-want +got):\n%s", time.Now().UTC().Format(time.TimeOnly), diff)
	}
}

// proof returns how a point stands.
func (n *night) proof(d *device) care.PointProof {
	return n.s.Points()[people.SitePoint{Site: d.point.Site, Point: d.point.ID}]
}
