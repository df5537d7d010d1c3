package app_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/agent"
	edgeconfig "shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/board"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
	"shouwang.care/shouwang/gateway/config"
	"shouwang.care/shouwang/gateway/pki"
)

// said is a log of which one waits for a line.
type said chan string

func (s said) Write(line []byte) (int, error) {
	select {
	case s <- string(line):
	default: // nobody waits for so many
	}
	return len(line), nil
}

// until returns when a line has one of the words.
func (s said) until(t *testing.T, words ...string) {
	t.Helper()
	end := time.After(apptest.Patience)
	for {
		select {
		case line := <-s:
			for _, w := range words {
				if strings.Contains(line, w) {
					return
				}
			}
		case <-end:
			t.Fatalf("the edge did not say %q", words)
		}
	}
}

// button is the real agent of an edge of Plan: with a button beside a bed.
type button struct {
	t     *testing.T
	cfg   edgeconfig.Config
	board *board.Board
	log   said
}

// newButton makes one that trusts an authority and is not running yet.
func newButton(t *testing.T, a *app.App, own *pki.Authority) *button {
	t.Helper()
	b, err := board.New(board.Spec{
		Pins: []board.PinSpec{{ID: "call", Name: "GPIO5", Kind: board.Button, Place: "203-1"}},
	}, discard)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file(t, filepath.Join(dir, "ca.crt"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate().Raw}))
	return &button{
		t: t, board: b, log: make(said, 1024),
		cfg: edgeconfig.Config{
			Site: apptest.Site, Edge: apptest.Edge, Data: filepath.Join(dir, "data"),
			Gateway: edgeconfig.Gateway{
				MQTT: []string{a.MQTT()}, HTTPS: []string{a.Web()}, Secret: apptest.Secret, CAFile: filepath.Join(dir, "ca.crt"),
			},
			Devices: []edgeconfig.Device{{ID: "call", Driver: edgeconfig.Contact, Pin: "GPIO5", Points: map[string]care.PointID{"call": apptest.Call}}},
		},
	}
}

// holds gives it a certificate that an authority makes for an edge.
func (b *button) holds(by *pki.Authority, edge care.EdgeID) {
	b.t.Helper()
	cert, key, err := by.Edge(apptest.Site, edge)
	if err != nil {
		b.t.Fatal(err)
	}
	dir := filepath.Dir(b.cfg.Gateway.CAFile)
	b.cfg.Gateway.CertificateFile, b.cfg.Gateway.KeyFile = filepath.Join(dir, "edge.crt"), filepath.Join(dir, "edge.key")
	file(b.t, b.cfg.Gateway.KeyFile, key)
	file(b.t, b.cfg.Gateway.CertificateFile, cert)
}

// runs it until the end of the test.
func (b *button) runs() {
	b.t.Helper()
	a, err := agent.New(b.cfg, b.board, slog.New(slog.NewTextHandler(b.log, nil)))
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	b.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.t.Errorf("the agent ended with: %v", err)
		}
	})
}

func (b *button) press() {
	b.t.Helper()
	if err := b.board.Do(b.t.Context(), "203-1", "press"); err != nil {
		b.t.Fatal(err)
	}
}

func file(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// calls returns how many calls are in the ledger of a gateway.
func calls(t *testing.T, a *app.App, roots *x509.CertPool) (n int) {
	t.Helper()
	_, metrics := get(t, browser(roots), a.Web()+"/metrics")
	for line := range strings.Lines(string(metrics)) {
		if rest, ok := strings.CutPrefix(line, `shouwang_events_committed_total{class="call",phase="active",status="committed"} `); ok {
			if _, err := fmt.Sscan(rest, &n); err != nil {
				t.Fatal(err)
			}
		}
	}
	return n
}

// awaitCall returns when a call is in the ledger.
func awaitCall(t *testing.T, a *app.App, roots *x509.CertPool) {
	t.Helper()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for began := time.Now(); calls(t, a, roots) == 0; <-look.C {
		if time.Since(began) > apptest.Patience {
			t.Fatal("the call is not in the ledger")
		}
	}
}

// TestAnEdgeProvesWhoItIs: where the gateway demands certificates, the agent's
// events come in over either road with its own and over none without. One that was
// refused comes in as soon as its files are renewed, without a restart.
func TestAnEdgeProvesWhoItIs(t *testing.T) {
	c := ownSettings(t)
	c.MQTT.ClientCA = config.Own
	stranger, err := pki.Create(pki.Options{Dir: t.TempDir()}, "gateway.lan")
	if err != nil {
		t.Fatal(err)
	}
	const nowhere = "tls://127.0.0.1:1"
	for _, road := range []struct {
		name   string
		only   func(*button)
		refuse []string
	}{
		{"mqtt", func(b *button) { b.cfg.Gateway.HTTPS = nil }, []string{"the broker cannot be reached", "the gateway does not let this edge in"}},
		{"https", func(b *button) { b.cfg.Gateway.MQTT = []string{nowhere} }, []string{"no gateway takes events over HTTPS"}},
	} {
		t.Run(road.name, func(t *testing.T) {
			c := c
			c.Data = filepath.Join(t.TempDir(), "data")
			a := start(t, c)
			own, roots := authority(t, c)

			without := newButton(t, a, own)
			road.only(without)
			without.runs()
			without.press()
			without.log.until(t, road.refuse...)

			b := newButton(t, a, own)
			road.only(b)
			b.holds(stranger, apptest.Edge)
			b.runs()
			b.press()
			b.log.until(t, road.refuse...)
			if n := calls(t, a, roots); n != 0 {
				t.Fatalf("%d calls came in without a certificate of this gateway's authority", n)
			}
			b.holds(own, apptest.Edge)
			awaitCall(t, a, roots)
		})
	}
}

// TestAnEdgeDoesNotStartAsAnother: its certificate says so before the gateway
// does.
func TestAnEdgeDoesNotStartAsAnother(t *testing.T) {
	c := ownSettings(t)
	c.MQTT.ClientCA = config.Own
	a := start(t, c)
	own, _ := authority(t, c)
	b := newButton(t, a, own)
	b.holds(own, "room-204")
	if _, err := agent.New(b.cfg, b.board, discard); err == nil || errors.Is(err, agent.ErrEnded) || !strings.Contains(err.Error(), "room-204") {
		t.Errorf("the agent of room 203 with the certificate of room 204: %v", err)
	}
}
