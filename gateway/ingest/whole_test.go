package ingest

import (
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/broker"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/series"
	"shouwang.care/shouwang/gateway/series/embedded"
	"shouwang.care/shouwang/gateway/watch"
)

// realBook makes the ledger the one that watch asks for, as the app does.
type realBook struct{ *ledger.Store }

func (b realBook) Update(ctx context.Context, fn func(watch.Tx) error) error {
	return b.Store.Update(ctx, func(tx *ledger.Tx) error { return fn(tx) })
}

// The ledger keeps what ingest refuses and hears in rows of its own.
type realRows struct{ *ledger.Store }

func (r realRows) AddQuarantine(ctx context.Context, messages []Quarantined) error {
	records := make([]ledger.QuarantineRecord, len(messages))
	for i, m := range messages {
		records[i] = ledger.QuarantineRecord{
			At: m.At, Site: care.SiteID(m.Site), Edge: care.EdgeID(m.Edge), Topic: m.Topic,
			Reason: m.Reason, Detail: m.Detail, Payload: m.Payload,
		}
	}
	return r.Store.AddQuarantine(ctx, records...)
}

func (r realRows) EdgeStates(ctx context.Context) ([]EdgeState, error) {
	saved, err := r.Store.EdgeStates(ctx)
	states := make([]EdgeState, len(saved))
	for i, s := range saved {
		states[i] = EdgeState(s)
	}
	return states, err
}

func (r realRows) SaveEdgeStates(ctx context.Context, states []EdgeState) error {
	saved := make([]ledger.EdgeState, len(states))
	for i, s := range states {
		saved[i] = ledger.EdgeState(s)
	}
	return r.Store.SaveEdgeState(ctx, saved...)
}

// gateway is everything between an edge and the disk, with nothing made up.
type gateway struct {
	t      testing.TB
	dir    string
	ids    ClientIDs
	book   *ledger.Store
	series *embedded.Store
	broker *broker.Broker
	in     *Ingest
	stop   func()
}

func newGateway(t testing.TB) *gateway {
	t.Helper()
	g := &gateway{t: t, dir: t.TempDir(), ids: ClientIDs{Event: rand.Text(), Reading: rand.Text(), State: rand.Text()}}
	var err error
	if g.book, err = ledger.Open(t.Context(), filepath.Join(g.dir, "ledger.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.book.Close() })
	point := func(edge care.EdgeID, name string) care.Point {
		return care.Point{Site: "evergreen", ID: care.PointID(string(edge) + name), Edge: edge, Zone: care.ZoneID(edge)}
	}
	plan := ledger.Plan{
		Regions: []care.Region{{ID: "east", Level: "township"}},
		Sites:   []care.Site{{ID: "evergreen", Kind: care.NursingHome, Region: "east", TimeZone: "Asia/Shanghai"}},
	}
	for _, edge := range []care.EdgeID{"room-203", "room-204"} {
		plan.Zones = append(plan.Zones, care.Zone{Site: "evergreen", ID: care.ZoneID(edge), Floor: "2"})
		plan.Edges = append(plan.Edges, ledger.PlanEdge{Edge: care.Edge{Site: "evergreen", ID: edge}, SecretHash: ledger.HashSecret(string(edge))})
		plan.Points = append(plan.Points, point(edge, "-air"), point(edge, "-smoke"))
	}
	if _, err := g.book.ApplyPlan(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if g.series, err = embedded.Open(filepath.Join(g.dir, "series"), embedded.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.series.Close() })
	g.start("127.0.0.1:0")
	return g
}

func (g *gateway) start(addr string) {
	g.t.Helper()
	b, err := broker.Start(g.t.Context(), broker.Options{
		Dir: filepath.Join(g.dir, "broker"), MQTTAddr: addr, Auth: g.book,
		Log: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		g.t.Fatal(err)
	}
	user, password := b.CoreCredentials()
	in, err := New(Options{
		Brokers: []string{"tcp://" + b.Addr()}, Username: user, Password: password, ClientIDs: g.ids,
		Book:   watch.New(realBook{g.book}, slog.New(slog.DiscardHandler), prometheus.NewRegistry(), watch.Options{}),
		Series: g.series, Queue: b.Queue(), Quarantine: realRows{g.book}, States: realRows{g.book},
		Directory: g.book.Directory, Seen: func(care.SiteID, care.PointID, time.Time, care.Proof) {},
		Log: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.broker, g.in = b, in
	stop := runIngest(g.t, in)
	g.stop = func() {
		stop()
		b.Close()
	}
	g.t.Cleanup(g.stop)
	next(g.t, in.Ready(), "the subscriptions")
	b.OpenDevices()
}

// TestAFireReachesTheLedgerOnceThroughEveryRestart sends each event until it is
// answered, as an edge does, while the gateway is restarted underneath.
func TestAFireReachesTheLedgerOnceThroughEveryRestart(t *testing.T) {
	g := newGateway(t)
	addr := g.broker.Addr()
	d := connect(t, "tcp://"+addr, "evergreen", "room-203")
	waiting := map[string]care.Event{}
	sent := 0
	answered := func() {
		for {
			select {
			case a := <-d.answers:
				for _, id := range a.IDs {
					delete(waiting, id)
				}
				for _, x := range a.Refused {
					t.Errorf("event %s was refused: %s", x.ID, x.Reason)
					delete(waiting, x.ID)
				}
			default:
				return
			}
		}
	}
	for round := range 4 {
		for range 25 {
			e := d.event()
			e.Phase = care.Active
			waiting[e.ID] = e
			sent++
			// No wait for the PUBACK: it proves nothing, and some are under way
			// when the gateway ends.
			d.client.Publish(care.Topic(d.site, d.edge, care.KindEvent), 1, false, encode(t, e))
		}
		if round < 3 {
			g.stop()
			g.start(addr)
		}
	}
	resend := time.NewTicker(500 * time.Millisecond)
	defer resend.Stop()
	late := time.After(patience)
	for answered(); len(waiting) > 0; answered() {
		select {
		case <-resend.C:
			for _, e := range waiting {
				d.client.Publish(care.Topic(d.site, d.edge, care.KindEvent), 1, false, encode(t, e))
			}
		case <-late:
			t.Fatalf("%d of %d events were never answered", len(waiting), sent)
		}
	}

	open, err := g.book.OpenIncidents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(open) != 1 || open[0].Class != care.Fire || open[0].Point != "room-203-smoke" {
		t.Errorf("open are %+v, want the one fire in room 203", open)
	}
	if report, err := g.book.Verify(t.Context()); err != nil {
		t.Errorf("the log of the site does not verify: %v, %+v", err, report)
	}
}

func TestTheRealLedgerAndSeriesTakeEverything(t *testing.T) {
	g := newGateway(t)
	d := connect(t, "tcp://"+g.broker.Addr(), "evergreen", "room-203")
	reading := d.temperature(time.Now(), 21.5)
	d.send(care.KindReading, pack(t, reading))
	eventually(t, "the reading in the series", func() bool {
		got, err := g.series.Range(t.Context(), series.Query{
			Site: "evergreen", Point: reading.Point, Quantity: care.Temperature,
			From: reading.Time.Add(-time.Minute), To: reading.Time.Add(time.Minute), Points: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		return len(got) == 1 && got[0].Mean == 21.5
	})

	d.state(care.State{Online: true, Time: time.Now().Add(time.Hour), Boot: "boot-1", Connection: 1, Version: "1.0"})
	eventually(t, "the state in the ledger", func() bool {
		states, err := realRows{g.book}.EdgeStates(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(states) == 1 && states[0].State.Version == "1.0" && states[0].Offset < -time.Hour+patience
	})

	d.send(care.KindEvent, []byte("fire!"))
	eventually(t, "the row in quarantine", func() bool {
		rows, err := g.book.Quarantine(t.Context(), 10, 0)
		if err != nil {
			t.Fatal(err)
		}
		return len(rows) == 1 && rows[0].Reason == care.ReasonMalformed && rows[0].Edge == "room-203" && string(rows[0].Payload) == "fire!"
	})

	e := d.event()
	got, err := g.in.HTTPEvent(t.Context(), "evergreen", "room-203", encode(t, e))
	if err != nil || got.Status != care.ReceiptCommitted {
		t.Errorf("over HTTPS: %+v, %v", got, err)
	}
	d.send(care.KindEvent, encode(t, e)) // the same by the other way
	if a := next(t, d.answers, "the answer"); len(a.IDs) != 1 || a.IDs[0] != e.ID {
		t.Errorf("the answer over MQTT is %+v", a)
	}
}

// BenchmarkEventToLedger measures one event at a time from the edge's
// publication through broker, watch and the durable ledger to the answer.
func BenchmarkEventToLedger(b *testing.B) {
	g := newGateway(b)
	d := connect(b, "tcp://"+g.broker.Addr(), "evergreen", "room-203")
	for b.Loop() {
		d.send(care.KindEvent, encode(b, d.event()))
		<-d.answers
	}
}

// BenchmarkEventsFlatOut measures how many events two edges get into the
// durable ledger when each has many under way.
func BenchmarkEventsFlatOut(b *testing.B) {
	g := newGateway(b)
	devices := []*device{
		connect(b, "tcp://"+g.broker.Addr(), "evergreen", "room-203"),
		connect(b, "tcp://"+g.broker.Addr(), "evergreen", "room-204"),
	}
	const burst = 500
	for b.Loop() {
		for range burst {
			for _, d := range devices {
				d.client.Publish(care.Topic(d.site, d.edge, care.KindEvent), 1, false, encode(b, d.event()))
			}
		}
		for _, d := range devices {
			for n := 0; n < burst; {
				n += len(next(b, d.answers, "the answers").IDs)
			}
		}
	}
	b.ReportMetric(float64(b.N*burst*len(devices))/b.Elapsed().Seconds(), "events/s")
}
