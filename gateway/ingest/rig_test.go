package ingest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/broker"
)

// patience is how long a test waits for what has to happen. It is a bound for
// failures on a machine that does much else, not a measure.
const patience = 90 * time.Second

// next receives from a channel.
func next[T any](t testing.TB, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

// nothing checks that a channel is empty.
func nothing[T any](t testing.TB, c <-chan T, what string) {
	t.Helper()
	select {
	case v := <-c:
		t.Errorf("there was %s: %+v", what, v)
	default:
	}
}

// book is a Book in memory that can be made to fail or to hold.
type book struct {
	mu   sync.Mutex
	kept map[string]int // by source and id
	// answer stands in for the whole book where it is not nil.
	answer func(attempt int, events []care.Received) ([]care.Receipt, error)
	tries  int
	// commits hears of each event that was kept or known.
	commits chan care.Received
	// tried hears of each try, before it.
	tried chan []care.Received
}

func newBook() *book {
	return &book{kept: map[string]int{}, commits: make(chan care.Received, 4096), tried: make(chan []care.Received, 4096)}
}

func (b *book) Commit(_ context.Context, events []care.Received) ([]care.Receipt, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tries++
	b.tried <- slices.Clone(events)
	if b.answer != nil {
		if receipts, err := b.answer(b.tries, events); receipts != nil || err != nil {
			return receipts, err
		}
	}
	receipts := make([]care.Receipt, len(events))
	for i, e := range events {
		receipts[i] = care.Receipt{ID: e.ID, Status: care.ReceiptCommitted}
		if b.kept[e.Source()+" "+e.ID]++; b.kept[e.Source()+" "+e.ID] > 1 {
			receipts[i].Status = care.ReceiptDuplicate
		}
		b.commits <- e
	}
	return receipts, nil
}

func (b *book) setAnswer(answer func(int, []care.Received) ([]care.Receipt, error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = answer
}

// seriesInMemory is a Series that can be made to fail.
type seriesInMemory struct {
	mu     sync.Mutex
	values map[care.Reading]bool
	fail   func([]care.Reading) error
}

func (s *seriesInMemory) Append(_ context.Context, readings []care.Reading) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		if err := s.fail(readings); err != nil {
			return err
		}
	}
	for _, r := range readings {
		s.values[r] = true
	}
	return nil
}

func (s *seriesInMemory) setFail(fail func([]care.Reading) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = fail
}

func (s *seriesInMemory) has(r care.Reading) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values[r]
}

// partialError is what a series says that rejected some readings.
type partialError int

func (e partialError) Error() string { return fmt.Sprintf("%d points beyond retention", int(e)) }
func (e partialError) Dropped() int  { return int(e) }

type quarantineRows chan Quarantined

func (q quarantineRows) AddQuarantine(_ context.Context, rows []Quarantined) error {
	for _, r := range rows {
		q <- r
	}
	return nil
}

type statesInMemory struct {
	mu    sync.Mutex
	saved map[people.SiteEdge]EdgeState
	saves chan EdgeState
}

func (s *statesInMemory) EdgeStates(context.Context) ([]EdgeState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []EdgeState
	for _, e := range s.saved {
		all = append(all, e)
	}
	return all, nil
}

func (s *statesInMemory) SaveEdgeStates(_ context.Context, states []EdgeState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range states {
		s.saved[people.SiteEdge{Site: e.Site, Edge: e.Edge}] = e
		s.saves <- e
	}
	return nil
}

// home is what the tests' directory holds: a nursing home with two rooms.
func home() *people.Directory {
	d := &people.Directory{
		Sites:  map[care.SiteID]care.Site{"evergreen": {ID: "evergreen"}},
		Edges:  map[people.SiteEdge]care.Edge{},
		Points: map[people.SitePoint]care.Point{},
	}
	for _, edge := range []care.EdgeID{"room-203", "room-204"} {
		d.Edges[people.SiteEdge{Site: "evergreen", Edge: edge}] = care.Edge{Site: "evergreen", ID: edge}
		for _, name := range []string{"-air", "-smoke"} {
			p := care.Point{Site: "evergreen", ID: care.PointID(string(edge) + name), Edge: edge}
			d.Points[people.SitePoint{Site: "evergreen", Point: p.ID}] = p
		}
	}
	p := care.Point{Site: "evergreen", ID: "found", Edge: "room-203", Unregistered: true}
	d.Points[people.SitePoint{Site: "evergreen", Point: p.ID}] = p
	return d
}

// openDoor lets every edge in whose secret is its name; the directory, not the
// broker, knows who is registered here.
type openDoor struct{}

func (openDoor) CheckEdge(_ context.Context, _ care.SiteID, edge care.EdgeID, secret string) (bool, error) {
	return secret == string(edge), nil
}

type sign struct {
	point care.PointID
	at    time.Time
	proof care.Proof
}

// edgeSaid is a state of an edge as it was passed on.
type edgeSaid struct {
	state EdgeState
	live  bool
}

// rig is an Ingest with a broker and everything around it.
type rig struct {
	t          testing.TB
	dir        string
	broker     *broker.Broker
	book       *book
	series     *seriesInMemory
	quarantine quarantineRows
	states     *statesInMemory
	seen       chan sign
	observed   chan care.Reading
	edges      chan edgeSaid
	ids        ClientIDs

	in   *Ingest
	stop func()
}

// newRig starts a broker and, unless told otherwise, an Ingest on it.
func newRig(t testing.TB, change ...func(*rig)) *rig {
	t.Helper()
	r := &rig{
		t: t, dir: t.TempDir(), book: newBook(), series: &seriesInMemory{values: map[care.Reading]bool{}},
		quarantine: make(quarantineRows, 4096), seen: make(chan sign, 4096),
		observed: make(chan care.Reading, 4096), edges: make(chan edgeSaid, 4096),
		states: &statesInMemory{saved: map[people.SiteEdge]EdgeState{}, saves: make(chan EdgeState, 4096)},
		ids:    ClientIDs{Event: rand.Text(), Reading: rand.Text(), State: rand.Text()},
	}
	for _, c := range change {
		c(r)
	}
	r.startBroker("127.0.0.1:0")
	r.startIngest()
	return r
}

func (r *rig) startBroker(addr string) {
	r.t.Helper()
	b, err := broker.Start(r.t.Context(), broker.Options{
		Dir: r.dir, MQTTAddr: addr, Auth: openDoor{}, Log: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
		QueueBytes: 1 << 20,
		OnDenied:   func(d broker.Denial) { r.in.Denied(d.Site, d.Edge, d.Topic, d.Detail) },
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.broker = b
	r.t.Cleanup(func() { b.Close() })
}

func (r *rig) options() Options {
	user, password := r.broker.CoreCredentials()
	return Options{
		Brokers: []string{"tcp://" + r.broker.Addr()}, Username: user, Password: password, ClientIDs: r.ids,
		Book: r.book, Series: r.series, Queue: r.broker.Queue(), Quarantine: r.quarantine, States: r.states,
		Directory: sync.OnceValue(home),
		Seen: func(_ care.SiteID, p care.PointID, at time.Time, proof care.Proof) {
			select {
			case r.seen <- sign{p, at, proof}:
			default: // no test looks at so many
			}
		},
		Observe: func(readings []care.Reading) {
			for _, x := range readings {
				select {
				case r.observed <- x:
				default:
				}
			}
		},
		Edge: func(s EdgeState, live bool) {
			select {
			case r.edges <- edgeSaid{s, live}:
			default:
			}
		},
		Log: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	}
}

func (r *rig) startIngest() {
	r.t.Helper()
	in, err := New(r.options())
	if err != nil {
		r.t.Fatal(err)
	}
	r.in = in
	r.stop = runIngest(r.t, in)
	next(r.t, in.Ready(), "the subscriptions")
	r.broker.OpenDevices()
	if err := r.broker.ReserveHeadroom(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// runIngest runs an Ingest until the returned function is called, or the test
// ends.
func runIngest(t testing.TB, in *Ingest) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- in.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := next(t, ended, "the end of Run"); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// device is an edge as the broker sees it.
type device struct {
	t       testing.TB
	site    care.SiteID
	edge    care.EdgeID
	client  paho.Client
	answers chan care.Committed
	beats   chan care.CoreBeat
}

// device connects an edge of the site.
func (r *rig) device(site care.SiteID, edge care.EdgeID) *device {
	r.t.Helper()
	return connect(r.t, "tcp://"+r.broker.Addr(), site, edge)
}

func connect(t testing.TB, url string, site care.SiteID, edge care.EdgeID) *device {
	t.Helper()
	d := &device{t: t, site: site, edge: edge, answers: make(chan care.Committed, 4096), beats: make(chan care.CoreBeat, 64)}
	up := make(chan error, 64)
	o := paho.NewClientOptions().AddBroker(url).SetClientID(rand.Text()).
		SetUsername(string(site) + "/" + string(edge)).SetPassword(string(edge)).
		SetProtocolVersion(4).SetCleanSession(true).SetAutoReconnect(true).SetMaxReconnectInterval(200 * time.Millisecond).
		SetConnectRetry(true).SetConnectRetryInterval(100 * time.Millisecond).
		SetOnConnectHandler(func(c paho.Client) {
			token := c.SubscribeMultiple(map[string]byte{care.Topic(site, edge, care.KindCommitted): 0, care.CoreTopic: 0}, func(_ paho.Client, m paho.Message) {
				if m.Topic() == care.CoreTopic {
					var b care.CoreBeat
					if json.Unmarshal(m.Payload(), &b) == nil {
						d.beats <- b
					}
					return
				}
				var c care.Committed
				if err := json.Unmarshal(m.Payload(), &c); err != nil {
					t.Errorf("the answer %q is not JSON: %v", m.Payload(), err)
				}
				d.answers <- c
			})
			if !token.WaitTimeout(patience) {
				up <- errors.New("no answer to the subscription")
				return
			}
			up <- token.Error()
		})
	d.client = paho.NewClient(o)
	t.Cleanup(func() { d.client.Disconnect(50) })
	d.client.Connect()
	if err := next(t, up, "the connection of a device"); err != nil {
		t.Fatal(err)
	}
	return d
}

// send publishes on a topic of the device at QoS 1 and waits for the PUBACK.
func (d *device) send(kind care.Kind, payload []byte) {
	d.t.Helper()
	d.sendTo(care.Topic(d.site, d.edge, kind), payload, false)
}

func (d *device) sendTo(topic string, payload []byte, retained bool) {
	d.t.Helper()
	token := d.client.Publish(topic, 1, retained, payload)
	if !token.WaitTimeout(patience) || token.Error() != nil {
		d.t.Fatalf("publish to %s: %v", topic, token.Error())
	}
}

// event returns an event of the device that happens now.
func (d *device) event() care.Event {
	return care.Event{
		Site: d.site, Edge: d.edge, Device: "smoke-1", ID: care.NewID(), Class: care.Fire, Phase: care.Active,
		Point: care.PointID(string(d.edge) + "-smoke"), Time: time.Now().UTC().Truncate(time.Millisecond),
		Data: json.RawMessage(`{"obscuration":9.5}`),
	}
}

func (d *device) raise() care.Event {
	d.t.Helper()
	e := d.event()
	d.send(care.KindEvent, encode(d.t, e))
	return e
}

func encode(t testing.TB, e care.Event) []byte {
	t.Helper()
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pack encodes readings.
func pack(t testing.TB, readings ...care.Reading) []byte {
	t.Helper()
	b, err := care.EncodePack(readings)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// temperature is a reading of the air sensor of the device.
func (d *device) temperature(at time.Time, value float64) care.Reading {
	return care.Reading{
		Site: d.site, Point: care.PointID(string(d.edge) + "-air"), Quantity: care.Temperature,
		Time: at.UTC().Truncate(time.Millisecond), Value: value,
	}
}

// mustCommit raises an event and waits until it is committed and answered.
func (d *device) mustCommit(r *rig) {
	d.t.Helper()
	e := d.raise()
	for {
		if got := next(d.t, r.book.commits, "the commit of a good event"); got.ID == e.ID {
			break
		}
	}
	for {
		if a := next(d.t, d.answers, "the answer to a good event"); slices.Contains(a.IDs, e.ID) {
			return
		}
	}
}

// counted returns the sum of a counter over the labels given as name=value.
func counted(t testing.TB, o Options, name string, labels ...string) float64 {
	t.Helper()
	families, err := o.Registerer.(*prometheus.Registry).Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			var has []string
			for _, l := range m.GetLabel() {
				has = append(has, l.GetName()+"="+l.GetValue())
			}
			if !slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(has, l) }) {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// eventually waits until a condition holds that announces itself in no other
// way.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	late := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// filled is a JSON string of n bytes.
func filled(n int) string { return `"` + strings.Repeat("x", n) + `"` }
