package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to hold the ledger's lock from outside

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
	"shouwang.care/shouwang/gateway/ledger"
)

// asGateway makes this program the gateway: tests start themselves again as a
// process that can be killed.
const asGateway = "SHOUWANG_TEST_AS_GATEWAY"

func TestMain(m *testing.M) {
	if os.Getenv(asGateway) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Getenv); err != nil {
			fmt.Fprintln(os.Stderr, "gateway:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// process is a gateway in a process of its own.
type process struct {
	t         testing.TB
	data      string
	config    string // file of settings, if any
	web, mqtt string // to listen on; free ports that stay the same over restarts
	cmd       *exec.Cmd
	ended     chan struct{}
	said      *output
	app.Addresses
}

// output is what a process writes, safe to read while it does.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// String returns all that was written.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// newProcess prepares a gateway with the plan of apptest and starts it.
func newProcess(t testing.TB) *process {
	t.Helper()
	p := prepared(t)
	p.do("import", apptest.PlanFile(t, t.TempDir()))
	p.start()
	return p
}

// prepared is a gateway that is not started yet.
func prepared(t testing.TB) *process {
	t.Helper()
	return &process{t: t, data: filepath.Join(t.TempDir(), "data"), web: freeAddress(t), mqtt: freeAddress(t), said: &output{}}
}

// freeAddress returns an address that was free a moment ago.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (p *process) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asGateway+"=1", "SHOUWANG_DATA="+p.data, "SHOUWANG_WEB="+p.web, "SHOUWANG_MQTT="+p.mqtt)
	return cmd
}

// do runs a command that ends by itself and returns what it printed.
func (p *process) do(args ...string) string {
	p.t.Helper()
	out, err := p.command(args...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("gateway %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// start starts the gateway and returns when it is healthy.
func (p *process) start() {
	p.t.Helper()
	args := []string{"serve"}
	if p.config != "" {
		args = append(args, "--config", p.config)
	}
	p.cmd, p.ended = p.command(args...), make(chan struct{})
	p.cmd.Stdout, p.cmd.Stderr = p.said, p.said
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	cmd, ended := p.cmd, p.ended
	go func() {
		defer close(ended)
		cmd.Wait() // how it ended is told by its output
	}()
	p.t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
		if p.t.Failed() {
			p.t.Logf("the gateway said:\n%s", p.said)
		}
	})
	for deadline := time.Now().Add(apptest.Patience); ; {
		select {
		case <-ended:
			p.t.Fatalf("the gateway has ended:\n%s", p.said)
		case <-time.After(5 * time.Millisecond):
		}
		if resp, err := http.Get("http://" + p.web + "/healthz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the gateway is not healthy:\n%s", p.said)
		}
	}
	// The file is written after the pages are served.
	for deadline := time.Now().Add(apptest.Patience); ; {
		b, err := os.ReadFile(filepath.Join(p.data, "addresses.json"))
		if err == nil && json.Unmarshal(b, &p.Addresses) == nil {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the gateway does not tell its addresses: %v", err)
		}
	}
}

// kill ends the gateway as a power cut does, but for the disk's cache.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	<-p.ended
}

// lock holds the ledger as a backup does: reading goes on, nothing is committed.
func (p *process) lock() (unlock func()) {
	p.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(p.data, "ledger.db")+"?_pragma=busy_timeout(20000)&_txlock=immediate")
	if err != nil {
		p.t.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		p.t.Fatal(err)
	}
	return sync.OnceFunc(func() {
		tx.Rollback()
		db.Close()
	})
}

// TestKillBetweenEventAndCommit takes the gateway away when the broker has
// answered for events that no ledger has yet. Their sender never sends them
// again.
func TestKillBetweenEventAndCommit(t *testing.T) {
	p := newProcess(t)
	d := apptest.Connect(t, p.MQTT, apptest.Edge)
	before := d.Event(care.Call, care.Active, apptest.Call)
	d.Send(before)
	d.Answer(before.ID)

	unlock := p.lock()
	defer unlock()
	fire := d.Event(care.Fire, care.Active, apptest.Smoke)
	cord := d.Event(care.SOS, care.Active, apptest.Cord)
	d.Send(fire) // returns at the PUBACK: for the sender the event is gone
	d.Send(cord)
	p.kill()
	unlock()
	p.start()

	screen := apptest.SignIn(t, p.Web, "carer")
	seen := map[care.Class]int{}
	for deadline := time.Now().Add(apptest.Patience); len(seen) < 3 && time.Now().Before(deadline); {
		clear(seen)
		for _, i := range screen.Board().Incidents {
			seen[i.Class] = i.Alarms
		}
	}
	if seen[care.Fire] != 1 || seen[care.SOS] != 1 || seen[care.Call] != 1 {
		t.Errorf("after the restart the board has %v, want each of fire, sos and call once", seen)
	}
}

// TestKilledAgainAndAgainUnderLoad kills the gateway at any moment while an
// edge sends each event until it is answered, and compares the book with what
// was sent.
func TestKilledAgainAndAgainUnderLoad(t *testing.T) {
	p := newProcess(t)
	d := apptest.Connect(t, p.MQTT, apptest.Edge)
	ctx, stop := context.WithCancel(t.Context())
	sent := make(chan int, 1)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			deliver(t, d, d.Event(care.SOS, care.Active, apptest.Cord))
		}
		sent <- n
	}()
	for range 4 {
		// Long enough to be in the middle of something, each time at another
		// place: the time that a sign-in takes.
		apptest.SignIn(t, p.Web, "carer")
		p.kill()
		p.start()
	}
	stop()
	n := <-sent
	b := apptest.SignIn(t, p.Web, "carer").Board()
	if len(b.Incidents) != 1 || b.Incidents[0].Alarms != n {
		t.Errorf("the edge sent %d presses of one cord; the board has %+v", n, b.Incidents)
	}
	p.do("verify-ledger")
	t.Logf("%d events over 4 kills, none lost, none doubled", n)
}

// deliver sends an event until it is answered, as an edge does.
func deliver(t *testing.T, d *apptest.Device, e care.Event) {
	for !d.Try(e, 2*time.Second) {
		if t.Failed() {
			return
		}
	}
}

func TestVerifyLedgerNamesARowThatWasChanged(t *testing.T) {
	p := newProcess(t)
	d := apptest.Connect(t, p.MQTT, apptest.Edge)
	e := d.Event(care.SOS, care.Active, apptest.Cord)
	d.Send(e)
	d.Answer(e.ID)
	p.kill()
	if out := p.do("verify-ledger"); !bytes.Contains([]byte(out), []byte("verifies: 2 rows in 1 logs")) {
		t.Errorf("before: %s", out)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(p.data, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE site_log SET kind = 'incident.cleared' WHERE number = 2`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := p.command("verify-ledger").CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("the log of site songhe is broken at row 2")) {
		t.Errorf("after: %v: %s", err, out)
	}
	if _, err := ledger.VerifyFile(t.Context(), filepath.Join(p.data, "ledger.db")); err != nil {
		t.Errorf("the file itself can still be read: %v", err)
	}
}

// TestTheBrokerIsRestarted ends the gateway, and with it its broker, in order:
// an edge that keeps its connection settings goes on by itself.
func TestTheBrokerIsRestarted(t *testing.T) {
	p := newProcess(t)
	d := apptest.Connect(t, p.MQTT, apptest.Edge)
	deliver(t, d, d.Event(care.SOS, care.Active, apptest.Cord))
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-p.ended
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Fatalf("the gateway ended with %d:\n%s", code, p.said)
	}
	p.start()
	deliver(t, d, d.Event(care.SOS, care.Active, apptest.Cord))
	if b := apptest.SignIn(t, p.Web, "carer").Board(); len(b.Incidents) != 1 || b.Incidents[0].Alarms != 2 {
		t.Errorf("the board has %+v, want one incident with two presses", b.Incidents)
	}
}
