package demo

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/firmware-sim/fleet/fleettest"
)

// All hundred agents of the demonstration run, and what happens in a shortened
// night reaches the core.
func TestTheWholeDemonstrationReachesTheCore(t *testing.T) {
	address := fleettest.Broker(t)
	events := fleettest.Core(t, address)
	dir := t.TempDir()
	// The gateway has moved since the folder was made.
	if _, err := Init(dir, broker, api); err != nil {
		t.Fatal(err)
	}
	short := "+0s 203-1 fall\n+0s 110-1 press\n+0s 214 pull\n+0s hepu-12 press\n+0s 210 unplug sht3x\n" +
		"+0s 206-2 press hold 4s\n+6s 206-2 cancel\n+0s 206 presence\n"
	if err := os.WriteFile(filepath.Join(dir, NightFile), []byte(short), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := Open(dir, At{MQTT: address}, io.Discard, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	type what struct {
		Site  care.SiteID
		Point care.PointID
		Class care.Class
		Phase care.Phase
	}
	want := map[what]bool{
		{"evergreen", "r203-1-fall", care.Fall, care.Active}:       true,
		{"evergreen", "r110-1-call", care.Call, care.Active}:       true,
		{"evergreen", "r214-cord", care.SOS, care.Active}:          true,
		{"hepu-12", "home-sos", care.SOS, care.Active}:             true,
		{"evergreen", "r210-air", care.Fault, care.Active}:         true,
		{"evergreen", "r206-2-call", care.SOS, care.Active}:        true,
		{"evergreen", "r206-2-call", care.SOS, care.Clear}:         true,
		{"evergreen", "r206-presence", care.Presence, care.Active}: true,
	}
	got := map[what]bool{}
	defer func() {
		if t.Failed() {
			t.Logf("these came: %v", got)
		}
	}()
	for len(got) < len(want) {
		e := fleettest.Next(t, events)
		got[what{e.Site, e.Point, e.Class, e.Phase}] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("the demonstration ended with: %v", err)
	}
}
