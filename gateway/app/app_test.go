package app_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
	"shouwang.care/shouwang/gateway/config"
	"shouwang.care/shouwang/gateway/ledger"
)

// discard is a log that nobody reads.
var discard = slog.New(slog.DiscardHandler)

// settings are those of a gateway on free ports with a folder of its own.
func settings(t testing.TB) config.Config {
	t.Helper()
	c := config.Default()
	c.Data = filepath.Join(t.TempDir(), "data")
	c.Web.Address, c.MQTT.Address = "127.0.0.1:0", "127.0.0.1:0"
	return c
}

// start starts a gateway in which the plan of apptest is registered. It ends
// with the test.
func start(t testing.TB, c config.Config) *app.App {
	t.Helper()
	if _, err := app.Import(t.Context(), c, apptest.PlanFile(t, t.TempDir())); err != nil {
		t.Fatal(err)
	}
	return again(t, c)
}

func again(t testing.TB, c config.Config) *app.App {
	t.Helper()
	a, err := app.Start(t.Context(), app.Options{Config: c, Version: "test", Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		select {
		case err := <-a.Failed():
			t.Errorf("a part of the gateway failed: %v", err)
		default:
		}
		if err := a.Stop(); err != nil {
			t.Errorf("stop the gateway: %v", err)
		}
	})
	return a
}

// TestAPressIsAnsweredByTwoCarers tells the story of one alarm as the people
// see it: raised on both boards, accepted on one, and over on both.
func TestAPressIsAnsweredByTwoCarers(t *testing.T) {
	a := start(t, settings(t))
	first, second := apptest.SignIn(t, a.Web(), "carer"), apptest.SignIn(t, a.Web(), "other")
	mine, hers := first.Watch(nil), second.Watch(nil)
	mine.Next()
	hers.Next()

	d := apptest.Connect(t, a.MQTT(), apptest.Edge)
	e := d.Event(care.SOS, care.Active, apptest.Call)
	d.Send(e)
	if why := d.Answer(e.ID); why != "" {
		t.Fatalf("the event was refused: %s", why)
	}
	raised := mine.Until(care.EntryRaised)
	if diff := cmp.Diff(raised.Incident, hers.Until(care.EntryRaised).Incident); diff != "" {
		t.Errorf("two carers see different incidents:\n%s", diff)
	}
	if i := raised.Incident; i.Resident == nil || i.Resident.Name != "张秀英" || i.Place.Zone.ZH != "203房" || i.Place.Bed != "1" || i.Severity != "urgent" {
		t.Errorf("the board says %+v", i)
	}
	id := raised.Incident.ID
	if status := first.Call(http.MethodPost, "/api/incidents/"+id+"/accept", "", nil); status != http.StatusOK {
		t.Fatalf("accept answers %d", status)
	}
	if got := hers.Until(care.EntryAccepted).Incident.Accepted.Name; got != "李文娟" {
		t.Errorf("the second board says that %q goes", got)
	}
	var late api.Problem
	if status := second.Call(http.MethodPost, "/api/incidents/"+id+"/accept", "", &late); status != http.StatusConflict || late.Who != "李文娟" {
		t.Errorf("the second carer is told %d %+v, want 409 and who was first", status, late)
	}
	second.Call(http.MethodPost, "/api/incidents/"+id+"/arrive", "", nil)
	mine.Until(care.EntryArrived)
	second.Call(http.MethodPost, "/api/incidents/"+id+"/resolve", `{"cause":"real","reason":"toilet"}`, nil)
	if got := mine.Until(care.EntryResolved).Incident; got.State != care.Resolved || got.Reason != "toilet" {
		t.Errorf("the first board says %+v", got)
	}
}

func TestTwentyCopiesOfOneEventAreOneIncident(t *testing.T) {
	a := start(t, settings(t))
	carer := apptest.SignIn(t, a.Web(), "carer")
	d := apptest.Connect(t, a.MQTT(), apptest.Edge)
	e := d.Event(care.SOS, care.Active, apptest.Cord)
	for range 20 {
		d.Send(e)
	}
	d.Answer(e.ID)
	// Something else behind them shows that all were dealt with.
	last := d.Event(care.Call, care.Active, apptest.Call)
	d.Send(last)
	d.Answer(last.ID)
	b := carer.Board()
	if len(b.Incidents) != 2 {
		t.Fatalf("%d incidents are open, want the cord and the call", len(b.Incidents))
	}
	for _, i := range b.Incidents {
		if i.Alarms != 1 {
			t.Errorf("%s alarmed %d times, want once", i.Class, i.Alarms)
		}
	}
}

// TestBadInput sends what must be refused, and after each of it a good event:
// nothing crashes, nothing blocks what comes behind, and an operator can read
// what it was.
func TestBadInput(t *testing.T) {
	a := start(t, settings(t))
	operator := apptest.SignIn(t, a.Web(), "operator")
	d := apptest.Connect(t, a.MQTT(), apptest.Edge)
	own := care.Topic(apptest.Site, apptest.Edge, care.KindEvent)
	readings := care.Topic(apptest.Site, apptest.Edge, care.KindReading)
	now := time.Now().Unix()
	foreign := d.Event(care.Fire, care.Active, apptest.Smoke)
	foreign.Edge = "room-204"
	wrongSource, err := foreign.Encode()
	if err != nil {
		t.Fatal(err)
	}
	at := func(seconds int64) string {
		return fmt.Sprintf(`[{"n":"r203-air/temperature","u":"Cel","v":21,"t":%d}]`, seconds)
	}
	for _, c := range []struct {
		name, topic, payload string
		reason               care.Reason
		hidden               bool // the payload is not shown: the broker denied it
	}{
		{"a malformed event", own, `{"specversion":"1.0",`, care.ReasonMalformed, false},
		{"an event of another edge under the own topic", own, string(wrongSource), care.ReasonForeignSource, false},
		{"a publication under another's topic", care.Topic(apptest.Site, "room-204", care.KindEvent), string(wrongSource), care.ReasonDenied, true},
		{"an unknown site", "shouwang/v1/nowhere/room-203/event", "{}", care.ReasonDenied, true},
		{"a reading of last month", readings, at(now - 30*24*3600), care.ReasonTimeRange, false},
		{"a reading of tomorrow", readings, at(now + 24*3600), care.ReasonTimeRange, false},
		{"a payload of 1 MiB", own, `{"id":"big","x":"` + strings.Repeat("x", 1<<20) + `"}`, care.ReasonTooLarge, false},
		{"a wrong unit", readings, `[{"n":"r203-air/temperature","u":"K","v":294}]`, care.ReasonWrongUnit, false},
		{"a pack that is no SenML", readings, `{"temperature":21}`, care.ReasonMalformed, false},
		{"a state that is none", care.Topic(apptest.Site, apptest.Edge, care.KindState), `"online"`, care.ReasonMalformed, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var page api.QuarantinePage
			operator.Call(http.MethodGet, "/api/quarantine?limit=1", "", &page)
			var before uint64
			if len(page.Messages) > 0 {
				before = page.Messages[0].Number
			}
			d.Publish(c.topic, []byte(c.payload))
			good := d.Event(care.Call, care.Active, apptest.Call)
			d.Send(good)
			if why := d.Answer(good.ID); why != "" {
				t.Errorf("the good event behind it was refused: %s", why)
			}
			q := quarantined(t, operator, before)
			if q.Reason != c.reason || q.Detail == "" || q.Edge != apptest.Edge {
				t.Errorf("quarantine says %+v, want the reason %s", q, c.reason)
			}
			want := c.payload[:min(len(c.payload), 1024)]
			if c.hidden {
				want = ""
			}
			if q.Payload != want {
				t.Errorf("quarantine shows %.80q, want %.80q", q.Payload, want)
			}
			if got := metric(t, a, `shouwang_messages_refused_total{`, `reason="`+string(c.reason)+`"`); got == "" {
				t.Errorf("no counter has the reason %s", c.reason)
			}
		})
	}
}

// quarantined waits for the first message after number n.
func quarantined(t *testing.T, operator *apptest.Person, n uint64) api.QuarantineView {
	t.Helper()
	for deadline := time.Now().Add(apptest.Patience); time.Now().Before(deadline); {
		var page api.QuarantinePage
		operator.Call(http.MethodGet, "/api/quarantine?limit=1", "", &page)
		if len(page.Messages) > 0 && page.Messages[0].Number > n {
			return page.Messages[0]
		}
	}
	t.Fatal("nothing came into quarantine")
	return api.QuarantineView{}
}

// metric returns the value of the first sample of /metrics whose line holds
// all of the words, empty when there is none.
func metric(t *testing.T, a *app.App, words ...string) string {
	t.Helper()
	resp, err := http.Get(a.Web() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
next:
	for line := range strings.Lines(string(text)) {
		for _, w := range words {
			if !strings.Contains(line, w) {
				continue next
			}
		}
		if !strings.HasPrefix(line, "#") {
			return strings.TrimSpace(line[strings.LastIndex(line, " ")+1:])
		}
	}
	return ""
}

func TestMetricsCountAlarms(t *testing.T) {
	a := start(t, settings(t))
	screen := apptest.SignIn(t, a.Web(), "carer").Watch(nil)
	d := apptest.Connect(t, a.MQTT(), apptest.Edge)
	e := d.Event(care.Fire, care.Active, apptest.Smoke)
	d.Send(e)
	screen.Until(care.EntryRaised)
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{"shouwang_incidents_raised_total", `class="fire"`, `severity="urgent"`}, "1"},
		{[]string{"shouwang_messages_accepted_total", `kind="event"`}, "1"},
		{[]string{"shouwang_alarm_commit_seconds_count"}, "1"},
		{[]string{"shouwang_incidents_open", `state="raised"`}, "1"},
	} {
		if got := metric(t, a, c.words...); got != c.want {
			t.Errorf("%v is %q, want %s", c.words, got, c.want)
		}
	}
}

// TestMetricsJudgeTheLastDay: how alarms were answered can be watched.
func TestMetricsJudgeTheLastDay(t *testing.T) {
	a := start(t, settings(t))
	d := apptest.Connect(t, a.MQTT(), apptest.Edge)
	e := d.Event(care.SOS, care.Active, apptest.Cord)
	d.Send(e)
	d.Answer(e.ID)
	carer := apptest.SignIn(t, a.Web(), "carer")
	id := carer.Board().Incidents[0].ID
	if status := carer.Call(http.MethodPost, "/api/incidents/"+id+"/accept", "", nil); status != http.StatusOK {
		t.Fatalf("accepting answers %d", status)
	}
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{"shouwang_alarm_health_answered_ratio{", `by="class"`, `key="sos"`, `step="accept"`, `within_s="60"`}, "1"},
		{[]string{"shouwang_alarm_health_incidents{", `site="songhe"`}, "1"},
		{[]string{"shouwang_alarm_health_floods "}, "0"},
		{[]string{"shouwang_accept_seconds_count{", `class="sos"`}, "1"},
		{[]string{"shouwang_timers_open{", `kind="arrival"`}, "1"},
	} {
		if got := metric(t, a, c.words...); got != c.want {
			t.Errorf("%v is %q, want %s", c.words, got, c.want)
		}
	}
}

// TestAReadingBecomesAChart goes the whole way of a reading, and the sign of
// life that it is.
func TestAReadingBecomesAChart(t *testing.T) {
	a := start(t, settings(t))
	carer := apptest.SignIn(t, a.Web(), "carer")
	d := apptest.Connect(t, a.MQTT(), apptest.Edge)
	at := time.Now().Add(-time.Minute).UTC().Truncate(time.Second)
	pack, err := care.EncodePack([]care.Reading{{Site: apptest.Site, Point: apptest.Air, Quantity: care.Temperature, Time: at, Value: 21.5}})
	if err != nil {
		t.Fatal(err)
	}
	d.Publish(care.Topic(apptest.Site, apptest.Edge, care.KindReading), pack)
	path := "/api/series?site=songhe&point=r203-air&quantity=temperature&points=1&from=" +
		at.Add(-time.Minute).Format(time.RFC3339) + "&to=" + at.Add(time.Minute).Format(time.RFC3339)
	var s api.SeriesView
	for deadline := time.Now().Add(apptest.Patience); len(s.Samples) == 0 && time.Now().Before(deadline); {
		carer.Call(http.MethodGet, path, "", &s)
	}
	if len(s.Samples) != 1 || s.Samples[0].Mean != 21.5 || s.Unit != "Cel" {
		t.Errorf("the chart has %+v", s)
	}
	var c api.CoverageView
	carer.Call(http.MethodGet, "/api/points?site=songhe", "", &c)
	for _, p := range c.Points {
		if seen := p.LastSeen != nil && p.LastSeen.Equal(at); seen != (p.ID == apptest.Air) {
			t.Errorf("point %s was last heard at %v", p.ID, p.LastSeen)
		}
	}
}

// TestAnImportBesideARunningGateway registers an edge that was turned away.
func TestAnImportBesideARunningGateway(t *testing.T) {
	c := settings(t)
	a := again(t, c)
	sum, err := app.Import(t.Context(), c, apptest.PlanFile(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ledger.Count{Added: 2}, sum.Edges); diff != "" {
		t.Errorf("edges (-want +got):\n%s", diff)
	}
	d := apptest.Connect(t, a.MQTT(), apptest.Edge)
	e := d.Event(care.SOS, care.Active, apptest.Cord)
	d.Send(e)
	if why := d.Answer(e.ID); why != "" {
		t.Errorf("the event was refused: %s", why)
	}
}

func TestAnImportTwiceChangesNothingAndSignsNobodyOut(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	carer := apptest.SignIn(t, a.Web(), "carer")
	sum, err := app.Import(t.Context(), c, apptest.PlanFile(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	want := ledger.Summary{
		Regions: ledger.Count{Unchanged: 1}, Sites: ledger.Count{Unchanged: 1}, Zones: ledger.Count{Unchanged: 1}, Edges: ledger.Count{Unchanged: 2},
		Residents: ledger.Count{Unchanged: 1}, Points: ledger.Count{Unchanged: 5}, Users: ledger.Count{Unchanged: 5},
	}
	if diff := cmp.Diff(want, sum, cmpopts.IgnoreFields(ledger.Summary{}, "Rows")); diff != "" {
		t.Errorf("the second import (-want +got):\n%s", diff)
	}
	carer.Board()
}

func TestASecondGatewayOnTheSameDataIsRefused(t *testing.T) {
	c := settings(t)
	again(t, c)
	_, err := app.Start(t.Context(), app.Options{Config: c, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "another gateway works in it") {
		t.Errorf("got %v", err)
	}
}

func TestAPortThatIsTakenIsNamed(t *testing.T) {
	a := again(t, settings(t))
	c := settings(t)
	c.Web.Address = strings.TrimPrefix(a.Web(), "http://")
	_, err := app.Start(t.Context(), app.Options{Config: c, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "SHOUWANG_WEB gives another address") {
		t.Errorf("got %v", err)
	}
}

// TestAScreenComesBackByItsNumber: what happened while a screen was away is
// there when it returns, once and in order.
func TestAScreenComesBackByItsNumber(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	carer := apptest.SignIn(t, a.Web(), "carer")
	snapshot := carer.Watch(nil).Next()
	d := apptest.Connect(t, a.MQTT(), apptest.Edge)
	for range 3 {
		e := d.Event(care.SOS, care.Active, apptest.Cord)
		d.Send(e)
		d.Answer(e.ID)
	}
	screen := carer.Watch(&snapshot.Number)
	var numbers []uint64
	for len(numbers) < 3 {
		f := screen.Next()
		if f.Type != api.FrameIncident {
			t.Fatalf("got %s after %v", f.Type, numbers)
		}
		numbers = append(numbers, f.Number)
	}
	want := []uint64{snapshot.Number + 1, snapshot.Number + 2, snapshot.Number + 3}
	if diff := cmp.Diff(want, numbers); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}
