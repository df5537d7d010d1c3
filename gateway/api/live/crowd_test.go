package live_test

import (
	"context"
	"encoding/gob"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/live"
	"shouwang.care/shouwang/gateway/ledger"
)

const crowdPassword = "correct horse"

// crowded is a gateway's ledger, hub and API on a port, with a crowd of screens
// in another process.
type crowded struct {
	b        *testing.B
	crowd    crowd
	store    *ledger.Store
	hub      *live.Hub
	registry *prometheus.Registry
	addr     string
	rows     []row
	before   uint64 // rows of the plan
	acts     int

	orders  *gob.Encoder
	answers *gob.Decoder
}

// unaudited forgets who signed in: the log is not what is measured.
type unaudited struct{}

func (unaudited) Record(context.Context, api.Record) error { return nil }
func (unaudited) Rows(context.Context, uint64, int) ([]care.Entry, error) {
	return nil, nil
}

func newCrowded(b *testing.B, c crowd) *crowded {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	r := &crowded{b: b, crowd: c, registry: prometheus.NewRegistry()}
	var err error
	r.store, err = ledger.Open(b.Context(), filepath.Join(b.TempDir(), "ledger.db"))
	must(err)
	b.Cleanup(func() { r.store.Close() })
	hash, err := api.HashPassword(crowdPassword)
	must(err)
	plan := c.plan
	for _, a := range c.accounts {
		a.user.PasswordHash = hash
		plan.Users = append(plan.Users, a.user)
	}
	_, err = r.store.ApplyPlan(b.Context(), plan)
	must(err)
	r.before, err = r.store.FeedHead(b.Context())
	must(err)

	log := slog.New(slog.DiscardHandler)
	r.hub = live.New(r.store, r.store, log, r.registry)
	a, err := api.New(api.Options{
		Accounts: r.store, Sessions: r.store.Sessions(), Book: r.store, Live: r.hub, Audit: unaudited{},
		Log: log, Registerer: r.registry, Gatherer: r.registry,
	})
	must(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	r.addr = l.Addr().String()
	r.run(r.hub.Run)
	r.run(func(ctx context.Context) error { return a.Serve(ctx, l) })
	return r
}

func (r *crowded) run(part func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- part(ctx) }()
	r.b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.b.Error(err)
		}
	})
}

// signIn returns the cookie of an account, got with its password.
func (r *crowded) signIn(login string) string {
	r.b.Helper()
	body := fmt.Sprintf(`{"login":%q,"password":%q}`, login, crowdPassword)
	resp, err := http.Post("http://"+r.addr+"/api/session", "application/json", strings.NewReader(body))
	if err != nil {
		r.b.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || len(resp.Cookies()) == 0 {
		text, _ := io.ReadAll(resp.Body)
		r.b.Fatalf("the sign-in of %s is answered %s: %s", login, resp.Status, text)
	}
	cookie := resp.Cookies()[0]
	return cookie.Name + "=" + cookie.Value
}

// open starts the process of the screens and waits until each has its picture.
// It returns how long that took, without the sign-ins.
func (r *crowded) open() time.Duration {
	r.b.Helper()
	o := order{Do: "open", URL: "ws://" + r.addr + "/api/live"}
	for _, a := range r.crowd.accounts {
		cookie := r.signIn(a.user.Login)
		for s := range a.sockets {
			o.Screens = append(o.Screens, screenPlan{Cookie: cookie, Form: a.form, Slow: s < a.slow})
		}
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crowdEnv+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		r.b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		r.b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.b.Fatal(err)
	}
	r.b.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			r.b.Errorf("the process of the screens: %v", err)
		}
	})
	r.orders, r.answers = gob.NewEncoder(in), gob.NewDecoder(out)
	began := time.Now()
	r.tell(o)
	return time.Since(began)
}

func (r *crowded) tell(o order) answer {
	r.b.Helper()
	var a answer
	if err := r.orders.Encode(o); err != nil {
		r.b.Fatal(err)
	}
	if err := r.answers.Decode(&a); err != nil {
		r.b.Fatal(err)
	}
	if a.Err != "" {
		r.b.Fatalf("%s: %s", o.Do, a.Err)
	}
	return a
}

// commit writes one change, as the watch does: three rows make an incident that
// is raised, accepted and resolved, in one home after the other.
func (r *crowded) commit(phase string) {
	r.b.Helper()
	n := r.acts
	r.acts++
	kinds := []care.EntryKind{care.EntryRaised, care.EntryAccepted, care.EntryResolved}
	r.write(phase, n/len(kinds), kinds[n%len(kinds)])
}

func (r *crowded) write(phase string, incident int, kind care.EntryKind) {
	r.b.Helper()
	ctx, now := context.Background(), time.Now().UTC()
	class := classes[incident/r.crowd.homes%len(classes)]
	if r.crowd.homes < len(classes) {
		class = classes[incident%len(classes)]
	}
	w := row{incident: fmt.Sprintf("i-%d", incident), home: incident % r.crowd.homes, class: class, at: now.UnixMicro(), phase: phase}
	w.resident = residentOf(w.home, class)
	err := r.store.Update(ctx, func(tx *ledger.Tx) error {
		i, err := tx.Incident(ctx, w.incident)
		if err != nil {
			return err
		}
		if i == nil {
			i = &care.Incident{
				ID: w.incident, Site: siteID(w.home), Class: class, Key: "point:" + w.incident, Point: care.PointID(w.incident),
				Resident: w.resident, Severity: care.Urgent, State: care.Raised, HappenedAt: now, RaisedAt: now, AlarmedAt: now, Alarms: 1,
			}
		}
		i.Revision++
		act := &care.Act{By: "u-carer-0", Name: "陈静", At: now, Means: care.ByScreen}
		switch kind {
		case care.EntryAccepted:
			i.State, i.Accepted = care.Accepted, act
		case care.EntryResolved:
			i.State, i.Resolved, i.Cause, i.Note = care.Resolved, act, care.CauseReal, "已量血压"
		}
		if err := tx.SaveIncident(ctx, *i); err != nil {
			return err
		}
		return tx.Feed(ctx, care.FeedRow{At: now, Site: i.Site, Resident: i.Resident, Kind: kind, Ref: i.ID})
	})
	if err != nil {
		r.b.Fatal(err)
	}
	if w.number, err = r.store.FeedHead(ctx); err != nil {
		r.b.Fatal(err)
	}
	r.rows = append(r.rows, w)
	r.hub.Notify()
}

// changes commits so many changes a second while the condition holds.
func (r *crowded) changes(phase string, aSecond int, while func() bool) {
	r.b.Helper()
	t := time.NewTicker(time.Second / time.Duration(aSecond))
	defer t.Stop()
	for while() {
		r.commit(phase)
		<-t.C
	}
}

func lasting(d time.Duration) func() bool {
	end := time.Now().Add(d)
	return func() bool { return time.Now().Before(end) }
}

// slowCloses is how many sockets the hub has closed because they were slow.
func (r *crowded) slowCloses() float64 {
	families, err := r.registry.Gather()
	if err != nil {
		r.b.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "shouwang_live_slow_closes_total" {
			return f.Metric[0].Counter.GetValue()
		}
	}
	r.b.Fatal("the hub does not count slow screens")
	return 0
}

// usage is what the process of the gateway uses.
type usage struct {
	at     time.Time
	cpu    time.Duration
	memory uint64 // heap and stacks after a collection
}

func measure(collect bool) usage {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	u := usage{at: time.Now(), cpu: time.Duration(used.Utime.Nano() + used.Stime.Nano())}
	if collect {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		u.memory = m.HeapInuse + m.StackInuse
	}
	return u
}

// BenchmarkCrowd keeps 2,000 screens of several roles on one gateway in step.
// It fails when a screen misses a change of its scope, gets one of others, or
// sees more of one than its role may; the latencies, which it only prints, run
// from before the ledger's transaction to the screen that has read the frame.
//
// In "steady" nothing else goes on; in "stalled" twenty screens do not read
// until each is closed; in "back" these catch up; in "consent" a change to what
// is registered gives every screen a new picture.
func BenchmarkCrowd(b *testing.B) {
	for _, test := range []struct {
		name    string
		crowd   func() crowd
		aSecond int
		// stalled is the pace while some do not read. It has to fill their
		// buffers soon, and each change of the one home is 2,000 frames.
		stalled int
	}{
		{"scopes=many", district, 40, 40},
		{"scopes=one", oneHome, 5, 12},
	} {
		b.Run(test.name, func(b *testing.B) {
			for b.Loop() {
				r := newCrowded(b, test.crowd())
				for n := range 200 { // that stand open
					r.write("before", 1_000_000+n, care.EntryRaised)
				}
				r.night(test.aSecond, test.stalled)
			}
		})
	}
}

func (r *crowded) night(aSecond, stalled int) {
	b := r.b
	calm := measure(true)
	opened := r.open()
	full := measure(true)

	steady := measure(false)
	r.changes("steady", aSecond, lasting(10*time.Second))
	worked := measure(false)

	r.tell(order{Do: "stall"})
	stall := lasting(patience)
	r.changes("stalled", stalled, func() bool { return r.slowCloses() < float64(r.crowd.slow()) && stall() })
	if n := r.slowCloses(); n != float64(r.crowd.slow()) {
		b.Errorf("%v of %d screens that do not read were closed", n, r.crowd.slow())
	}
	r.tell(order{Do: "resume"})
	r.changes("back", aSecond, lasting(5*time.Second))

	act := care.Act{By: "u-carer-0", Name: "陈静", At: time.Now(), Means: care.ByScreen}
	if err := r.store.Update(context.Background(), func(tx *ledger.Tx) error {
		return tx.SetConsent(context.Background(), r.crowd.spare, true, act, "said so himself")
	}); err != nil {
		b.Fatal(err)
	}
	r.hub.Notify()
	r.changes("consent", aSecond, lasting(10*time.Second))

	done := r.tell(order{Do: "finish", Number: r.rows[len(r.rows)-1].number})
	frames := r.check(done)

	seconds := worked.at.Sub(steady.at).Seconds()
	b.ReportMetric(float64(full.memory-calm.memory)/1024/float64(r.crowd.sockets()), "KiB/screen")
	b.ReportMetric((worked.cpu-steady.cpu).Seconds()/seconds*100, "steady-cpu-%")
	b.ReportMetric(opened.Seconds(), "all-open-s")
	b.ReportMetric(float64(frames["steady"])/seconds, "frames/s")
	b.ReportMetric(0, "ns/op")
	b.Logf("%d screens, %d changes; the screens' own process used %v of processor time", r.crowd.sockets(), len(r.rows), done.CPU.Round(time.Millisecond))
}
