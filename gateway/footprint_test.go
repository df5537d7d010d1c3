package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/firmware-sim/demo"
	"shouwang.care/shouwang/gateway/app/apptest"
)

// BenchmarkStart measures from the start of the process to the first healthy
// answer, with a ledger of a hundred edges that was there before.
func BenchmarkStart(b *testing.B) {
	p := prepared(b)
	p.do("import", demoPlan(b, p))
	p.start()
	p.kill()
	var healthy time.Duration
	for b.Loop() {
		began := time.Now()
		p.start()
		healthy += time.Since(began)
		p.kill()
	}
	b.ReportMetric(float64(healthy.Milliseconds())/float64(b.N), "ms-to-healthy")
}

// BenchmarkRestingGateway prints the resident memory of a gateway to which the
// hundred agents of the demonstration are connected, after ten quiet seconds.
func BenchmarkRestingGateway(b *testing.B) {
	p := prepared(b)
	plan := demoPlan(b, p)
	p.do("import", plan)
	p.start()
	d, err := demo.Open(filepath.Dir(plan), demo.At{}, io.Discard, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	for deadline := time.Now().Add(apptest.Patience); connections(b, p) < 100; {
		if time.Now().After(deadline) {
			b.Fatal("the agents do not connect")
		}
		<-time.After(100 * time.Millisecond)
	}
	for b.Loop() {
		<-time.After(10 * time.Second)
	}
	b.ReportMetric(resident(b, p.cmd.Process.Pid), "MB-resident")
	stop()
	if err := <-done; err != nil {
		b.Error(err)
	}
}

// demoPlan makes the demonstration for a gateway and returns its site plan.
func demoPlan(b *testing.B, p *process) string {
	b.Helper()
	dir := b.TempDir()
	if _, err := demo.Init(dir, "tcp://"+p.mqtt, "http://"+p.web); err != nil {
		b.Fatal(err)
	}
	return filepath.Join(dir, demo.PlanFile)
}

// connections asks the metrics how many clients the broker has.
func connections(b *testing.B, p *process) float64 {
	b.Helper()
	resp, err := http.Get(p.Web + "/metrics")
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	for s := bufio.NewScanner(resp.Body); s.Scan(); {
		if text, ok := strings.CutPrefix(s.Text(), "shouwang_broker_connections "); ok {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatal("the metrics do not count connections")
	return 0
}

// resident returns the resident memory of a process in megabytes.
func resident(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skipf("this system does not tell the memory of a process: %v", err)
	}
	for line := range bytes.Lines(text) {
		if kb, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			n, err := strconv.ParseFloat(string(bytes.Fields(kb)[0]), 64)
			if err != nil {
				b.Fatal(err)
			}
			return n * 1024 / 1e6
		}
	}
	b.Fatal("no VmRSS")
	return 0
}
