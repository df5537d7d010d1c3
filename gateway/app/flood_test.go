package app_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
)

const (
	floodSites  = 200
	floodAlarms = 5 // of each site
)

// floodPlan is a district of many small homes, and its inspector.
func floodPlan(b *testing.B) string {
	var y strings.Builder
	y.WriteString("regions:\n  - {id: district, level: district, name: {zh: 区, en: District}}\nsites:\n")
	for n := range floodSites {
		fmt.Fprintf(&y, "  - id: home-%d\n    kind: nursing_home\n    name: {zh: 第%d家, en: Home %d}\n    region: district\n    time_zone: Asia/Shanghai\n", n, n, n)
		fmt.Fprintf(&y, "    edges:\n      - {id: hub, name: {zh: 网关, en: Hub}, secret: %s}\n    points:\n", apptest.Secret)
		for p := range floodAlarms {
			fmt.Fprintf(&y, "      - {id: cord-%d, edge: hub, name: {zh: 拉绳, en: Cord}}\n", p)
		}
	}
	fmt.Fprintf(&y, "users:\n  - {login: inspector, name: Lin, role: inspector, password: %s, scope: {regions: [district]}}\n", apptest.Password)
	path := filepath.Join(b.TempDir(), "flood.yaml")
	if err := os.WriteFile(path, []byte(y.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkFlood raises 1,000 alarms at the same instant from 200 sites and
// measures until all of them are durable in the ledger, the edges have their
// answers, and an inspector's screen has shown the last one.
func BenchmarkFlood(b *testing.B) {
	c := settings(b)
	if _, err := app.Import(b.Context(), c, floodPlan(b)); err != nil {
		b.Fatal(err)
	}
	a, err := app.Start(b.Context(), app.Options{Config: c, Version: "bench", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := a.Stop(); err != nil {
			b.Error(err)
		}
	})
	answers := make(chan int, floodSites*floodAlarms)
	edges := make([]paho.Client, floodSites)
	for n := range edges {
		edges[n] = floodEdge(b, a.MQTT(), care.SiteID(fmt.Sprintf("home-%d", n)), answers)
	}
	screen := apptest.SignIn(b, a.Web(), "inspector").Watch(nil)
	screen.Next()

	var sequence uint64
	var committed, shown time.Duration
	for b.Loop() {
		sequence++
		began := time.Now()
		for n, client := range edges {
			site := care.SiteID(fmt.Sprintf("home-%d", n))
			for p := range floodAlarms {
				e := care.Event{Site: site, Edge: "hub", Device: "cords", ID: care.NewID(), Class: care.SOS, Phase: care.Active,
					Point: care.PointID(fmt.Sprintf("cord-%d", p)), Time: time.Now(), Sequence: sequence}
				payload, err := e.Encode()
				if err != nil {
					b.Fatal(err)
				}
				client.Publish(care.Topic(site, "hub", care.KindEvent), 1, false, payload)
			}
		}
		// The screen is read all the while: one that is slow is sent away.
		answered := make(chan time.Duration)
		go func() {
			for got := 0; got < floodSites*floodAlarms; {
				got += <-answers
			}
			answered <- time.Since(began)
		}()
		for got := 0; got < floodSites*floodAlarms; {
			if f := screen.Next(); f.Type == api.FrameIncident && (f.Kind == care.EntryRaised || f.Kind == care.EntryRealarmed) {
				got++
			}
		}
		shown = time.Since(began)
		committed = <-answered
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(committed.Seconds(), "s-committed")
	b.ReportMetric(shown.Seconds(), "s-shown")
	b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
}

// floodEdge signs an edge in that counts the answers that it gets.
func floodEdge(b *testing.B, mqtt string, site care.SiteID, answers chan<- int) paho.Client {
	o := paho.NewClientOptions().AddBroker(mqtt).SetProtocolVersion(4).SetCleanSession(true).SetClientID(care.NewID()).
		SetUsername(string(site) + "/hub").SetPassword(apptest.Secret).SetConnectTimeout(apptest.Patience)
	client := paho.NewClient(o)
	if t := client.Connect(); !t.WaitTimeout(apptest.Patience) || t.Error() != nil {
		b.Fatalf("edge of %s cannot connect: %v", site, t.Error())
	}
	b.Cleanup(func() { client.Disconnect(50) })
	t := client.Subscribe(care.Topic(site, "hub", care.KindCommitted), 0, func(_ paho.Client, m paho.Message) {
		var c care.Committed
		if err := json.Unmarshal(m.Payload(), &c); err != nil {
			b.Errorf("the core's answer is not JSON: %v", err)
		}
		answers <- len(c.IDs)
	})
	if !t.WaitTimeout(apptest.Patience) || t.Error() != nil {
		b.Fatalf("edge of %s cannot subscribe: %v", site, t.Error())
	}
	return client
}
