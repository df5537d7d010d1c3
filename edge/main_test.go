package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/firmware-sim/fleet/fleettest"
)

const (
	room = `site: evergreen
edge: room-203
time_zone: Asia/Shanghai
gateway:
  mqtt: [%s]
  secret: not-a-secret
data: %s
devices:
  - {id: call-1, driver: contact, pin: GPIO5, points: {call: r203-1-call, sos: r203-1-call}}
  - {id: mat-1, driver: contact, pin: GPIO12, absent: 20s, hours: {from: "20:30", to: "06:00"}, points: {bed_exit: r203-1-mat, occupancy: r203-1-mat}}
  - {id: air, driver: sht3x, bus: "1", points: {temperature: r203-air, humidity: r203-air}}
  - {id: sounder, driver: sounder, pin: GPIO22, classes: [fire]}
`
	roomBoard = `buses:
  - name: "1"
    chips: [{id: air, model: sht3x, place: "203"}]
pins:
  - {id: call-1, name: GPIO5, kind: button, place: 203-1}
  - {id: mat-1, name: GPIO12, kind: mat, place: 203-1}
  - {id: sounder, name: GPIO22, kind: sounder, place: "203"}
scenario: night.txt
`
)

// write makes a file in a folder and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// buffer is written by the agent's goroutines while a test reads it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// command carries out one line as a user types it.
func command(t *testing.T, ctx context.Context, line ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs buffer
	code = exitCode(run(ctx, line, &out, &errs), &errs)
	return out.String(), errs.String(), code
}

func TestCommands(t *testing.T) {
	dir := t.TempDir()
	good := write(t, dir, "edge.yaml", fmt.Sprintf(room, "tcp://127.0.0.1:1883", filepath.Join(dir, "data")))
	broken := write(t, dir, "broken.yaml", "site: Evergreen\nedge: room-203\n")
	lost := write(t, dir, "lost.yaml", strings.Replace(fmt.Sprintf(room, "tcp://127.0.0.1:1883", dir), "secret: not-a-secret", "secret_file: "+dir+"/nowhere", 1))
	for _, c := range []struct {
		name           string
		line           []string
		stdout, stderr string // what each contains
		code           int
	}{
		{"nothing", nil, "edge check --config FILE", "", 0},
		{"help", []string{"help"}, "edge check --config FILE", "", 0},
		{"flags", []string{"-h"}, "", "sim:FILE for a simulated board", 0},
		{"version", []string{"version"}, "edge " + version, "", 0},
		{"unknown command", []string{"chekc"}, "", `no command "chekc"`, 2},
		{"unknown flag", []string{"--confg", good}, "", "confg", 2},
		{"too much", []string{"check", "--config", good, "now"}, "", `"now"`, 2},
		{"no configuration", []string{"run"}, "", "needs a configuration: --config FILE", 2},
		{"missing configuration", []string{"--config", dir + "/x.yaml"}, "", "the enrolment of this edge made", 1},
		{"broken configuration", []string{"check", "--config", broken}, "", "    | site: Evergreen\n", 1},
		{"missing secret", []string{"check", "--config", lost}, "", "gateway.secret_file", 1},
		{"unknown hardware", []string{"--config", good, "--hardware", "raspberry"}, "", "neither periph nor sim:FILE", 2},
		{"missing board", []string{"--config", good, "--hardware", "sim:" + dir + "/x.yaml"}, "", "firmware-sim demo-init", 1},
		{"unnamed board", []string{"--config", good, "--hardware", "sim:"}, "", "needs the file of a board", 2},
		{"unknown log format", []string{"--config", good, "--log-format", "xml"}, "", "neither text nor json", 2},
		{"unknown log level", []string{"--config", good, "--log-level", "loud"}, "", "loud", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, code := command(t, t.Context(), c.line...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("stdout %q, want %q in it; stderr %q, want %q in it", stdout, c.stdout, stderr, c.stderr)
			}
		})
	}
}

func TestCheckPrintsWhatWasUnderstood(t *testing.T) {
	dir := t.TempDir()
	good := write(t, dir, "edge.yaml", fmt.Sprintf(room, "tcp://127.0.0.1:1883", "/var/lib/edge"))
	stdout, stderr, code := command(t, t.Context(), "check", "--config", good)
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, stderr %q", code, stderr)
	}
	want := `edge        room-203 of site evergreen
brokers     tcp://127.0.0.1:1883
second way  none: events have MQTT only
data        /var/lib/edge
time zone   Asia/Shanghai
devices     4
  call-1   contact  pin GPIO5, normally open   call and sos of r203-1-call
  mat-1    contact  pin GPIO12, normally open  bed_exit and occupancy of r203-1-mat, from 20:30 to 06:00
  air      sht3x    bus 1                      humidity and temperature of r203-air
  sounder  sounder  pin GPIO22                 sounds for [fire]
The configuration is right.
`
	if diff := cmp.Diff(want, stdout); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
	if strings.Contains(stdout, "not-a-secret") {
		t.Error("the secret is printed")
	}
}

// What a user types to see it alive: a board that is not there, a night of one
// press, and an interrupt.
func TestAPressOnASimulatedBoardReachesTheGatewayAndAnInterruptEndsTheWatch(t *testing.T) {
	address := fleettest.Broker(t)
	events := fleettest.Core(t, address)
	dir := t.TempDir()
	cfg := write(t, dir, "edge.yaml", fmt.Sprintf(room, address, filepath.Join(dir, "data")))
	board := write(t, dir, "board.yaml", roomBoard)
	write(t, dir, "night.txt", "+0s 203-1 press\n")

	ctx, interrupt := context.WithCancel(t.Context())
	var out, log buffer
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"--config", cfg, "--hardware", "sim:" + board, "--log-format", "json"}, &out, &log)
	}()
	e := fleettest.Next(t, events)
	if e.Class != care.Call || e.Point != "r203-1-call" || e.Source() != "/evergreen/room-203/call-1" {
		t.Errorf("got %s of %s from %s, want the call", e.Type(), e.Point, e.Source())
	}
	interrupt()
	if err := <-done; err != nil {
		t.Errorf("the watch ended with: %v", err)
	}
	for _, want := range []string{`"msg":"the watch begins"`, `"msg":"the watch has ended"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, log.String())
		}
	}
}

func TestTwoAgentsDoNotShareADataDirectory(t *testing.T) {
	dir := t.TempDir()
	cfg := write(t, dir, "edge.yaml", fmt.Sprintf(room, "tcp://127.0.0.1:1", filepath.Join(dir, "data")))
	board := write(t, dir, "board.yaml", strings.ReplaceAll(roomBoard, "scenario: night.txt\n", ""))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	results := make(chan error, 2)
	for range 2 {
		go func() {
			results <- run(ctx, []string{"--config", cfg, "--hardware", "sim:" + board, "--log-level", "error"}, new(buffer), new(buffer))
		}()
	}
	// One of them ends by itself, the other when it is told to.
	if err := <-results; err == nil || !strings.Contains(err.Error(), "another agent owns the data directory") {
		t.Errorf("the second agent ended with: %v", err)
	}
	stop()
	if err := <-results; err != nil {
		t.Errorf("the first agent ended with: %v", err)
	}
}

func TestAMachineWithoutHardwareSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	text := fmt.Sprintf(room, "tcp://127.0.0.1:1", filepath.Join(dir, "data"))
	// No machine has these, so that the test says the same on a Raspberry Pi.
	text = strings.NewReplacer("GPIO", "NOSUCHPIN", `bus: "1"`, `bus: "no-such-bus"`).Replace(text)
	_, stderr, code := command(t, t.Context(), "--config", write(t, dir, "edge.yaml", text))
	for _, want := range []string{"--hardware sim:FILE", `pin "NOSUCHPIN5"`, `bus "no-such-bus"`, "/dev/i2c-*"} {
		if code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, stderr %q, want 1 and %q in it", code, stderr, want)
		}
	}
}

func TestHelpIsNoFailure(t *testing.T) {
	if err := run(t.Context(), []string{"check", "-h"}, new(buffer), new(buffer)); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("got %v, want %v", err, flag.ErrHelp)
	}
}
