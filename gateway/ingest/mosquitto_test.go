package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// mosquitto returns the path of the program: $SHOUWANG_MOSQUITTO, else of the
// search path or where Debian puts it.
func mosquitto(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("SHOUWANG_MOSQUITTO"); path != "" {
		if _, err := os.Stat(path); err != nil {
			t.Fatalf("SHOUWANG_MOSQUITTO names no program: %v", err)
		}
		return path
	}
	for _, name := range []string{"mosquitto", "/usr/sbin/mosquitto"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no mosquitto here, so ingest is not tried with the broker of somebody else: apt install mosquitto, or name the program in SHOUWANG_MOSQUITTO")
	return ""
}

// startMosquitto starts Mosquitto on a free port and returns its address.
func startMosquitto(t *testing.T) string {
	t.Helper()
	path := mosquitto(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().(*net.TCPAddr)
	l.Close()
	conf := filepath.Join(t.TempDir(), "mosquitto.conf")
	text := fmt.Sprintf("listener %d 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\n", addr.Port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command(path, "-c", conf)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cmd.Wait() // that it was killed is no news
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		next(t, ended, "the end of mosquitto")
		if t.Failed() {
			t.Logf("mosquitto said:\n%s", said.String())
		}
	})
	eventually(t, "mosquitto to listen", func() bool {
		select {
		case <-ended:
			t.Fatalf("mosquitto ended:\n%s", said.String())
		default:
		}
		c, err := net.DialTimeout("tcp", addr.String(), time.Second)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return addr.String()
}

// TestAnyMQTTBroker goes through the way in with a broker that is not ours,
// where what the embedded broker denies has to be refused by ingest.
func TestAnyMQTTBroker(t *testing.T) {
	addr := startMosquitto(t)
	r := newRig(t) // its own broker serves the queue only
	r.stop()
	startOn := func() {
		t.Helper()
		o := r.options()
		o.Brokers, o.Username, o.Password = []string{"tcp://" + addr}, "", ""
		in, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		r.in, r.stop = in, runIngest(t, in)
		next(t, in.Ready(), "the subscriptions")
	}
	startOn()
	d := connect(t, "tcp://"+addr, "evergreen", "room-203")
	d.mustCommit(r)

	d.send(care.KindEvent, []byte("fire!"))
	if row := next(t, r.quarantine, "the row in quarantine"); row.Reason != care.ReasonMalformed {
		t.Errorf("quarantine has %s", row.Reason)
	}
	d.sendTo("shouwang/v1/Not An Id/room-203/event", []byte("{}"), false)
	if row := next(t, r.quarantine, "the row in quarantine"); row.Reason != care.ReasonBadTopic || !strings.Contains(row.Topic, "Not An Id") {
		t.Errorf("quarantine has %s on %s", row.Reason, row.Topic)
	}
	d.mustCommit(r)

	reading := d.temperature(time.Now(), 21)
	d.send(care.KindReading, pack(t, reading))
	eventually(t, "the reading", func() bool { return r.series.has(reading) })

	d.state(care.State{Online: true, Time: time.Now(), Boot: "b", Connection: 1})
	next(t, r.states.saves, "the saved state")

	// Events that are not kept stay in the session, also while the core is
	// away; the window of this broker is 20.
	r.book.setAnswer(func(int, []care.Received) ([]care.Receipt, error) { return nil, errors.New("the ledger is away") })
	want := map[string]bool{}
	for range 25 {
		want[d.raise().ID] = true
	}
	next(t, r.book.tried, "a try")
	r.stop()
	for range 25 {
		want[d.raise().ID] = true
	}
	r.book.setAnswer(nil)
	startOn()
	for len(want) > 0 {
		delete(want, next(t, r.book.commits, "the waiting events").ID)
	}
}
