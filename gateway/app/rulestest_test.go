package app

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/rule"
	"shouwang.care/shouwang/gateway/config"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/series/embedded"
)

// trialGateway is a data folder of two homes, one in Shanghai and one in Berlin,
// each with a door, in which readings are stored.
func trialGateway(t testing.TB, readings ...care.Reading) config.Config {
	t.Helper()
	c := config.Default()
	c.Data = t.TempDir()
	store, err := ledger.Open(t.Context(), LedgerFile(c))
	if err != nil {
		t.Fatal(err)
	}
	plan := ledger.Plan{Regions: []care.Region{{ID: "xihu", Level: "district", Name: care.Text{ZH: "西湖", EN: "Xihu"}}}}
	for site, zone := range map[care.SiteID]string{"linde": "Europe/Berlin", "songhe": "Asia/Shanghai"} {
		plan.Sites = append(plan.Sites, care.Site{ID: site, Kind: care.NursingHome, Name: care.Text{ZH: string(site), EN: string(site)}, Region: "xihu", TimeZone: zone})
		plan.Edges = append(plan.Edges, ledger.PlanEdge{Edge: care.Edge{Site: site, ID: "hall", Name: care.Text{ZH: "门厅", EN: "Hall"}}, SecretHash: ledger.HashSecret("0123456789abcdef0123456789abcdef")})
		plan.Zones = append(plan.Zones, care.Zone{Site: site, ID: "hall", Floor: "1", Name: care.Text{ZH: "门厅", EN: "Hall"}})
		plan.Points = append(plan.Points, care.Point{Site: site, ID: "door", Edge: "hall", Zone: "hall", Name: care.Text{ZH: "大门", EN: "Front door"}})
	}
	if _, err := store.ApplyPlan(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := embedded.Open(filepath.Join(c.Data, "series"), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for len(readings) > 0 {
		n := min(len(readings), 1000)
		if err := s.Append(t.Context(), readings[:n]); err != nil {
			t.Fatal(err)
		}
		readings = readings[n:]
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return c
}

func parsed(t testing.TB, source string) *rule.Set {
	t.Helper()
	set, err := rule.Parse("rules.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func moment(t testing.TB, text string) Moment {
	t.Helper()
	m, err := ParseMoment(time.Now(), text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const doorRule = `rules:
  - id: door
    name: {zh: 门开着, en: Door open}
    class: wandering
    quantity: contact
    when: value == 1.0
    for: 10m
`

// TestEachSiteHasItsOwnClock: the same date begins seven hours later in Berlin,
// and what is a night there is morning in Shanghai.
func TestEachSiteHasItsOwnClock(t *testing.T) {
	opened := func(site care.SiteID, at time.Time, value float64) care.Reading {
		return care.Reading{Site: site, Point: "door", Quantity: care.Contact, Time: at, Value: value}
	}
	// Both doors are open from 00:50 to 01:10 in Shanghai on Monday the 12th,
	// which is Sunday in Berlin, and from 23:50 to 00:30 UTC in the next night.
	first, second := time.Date(2026, 1, 11, 16, 50, 0, 0, time.UTC), time.Date(2026, 1, 12, 23, 50, 0, 0, time.UTC)
	var readings []care.Reading
	for _, r := range []struct {
		at    time.Time
		value float64
	}{{first, 1}, {first.Add(20 * time.Minute), 0}, {second, 1}, {second.Add(40 * time.Minute), 0}} {
		readings = append(readings, opened("linde", r.at, r.value), opened("songhe", r.at, r.value))
	}
	c := trialGateway(t, readings...)
	r, err := TryRules(t.Context(), c, parsed(t, doorRule), Trial{Since: moment(t, "2026-01-12"), Until: moment(t, "2026-01-20"), Now: time.Now()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range r.Rules[0].Raised {
		got = append(got, string(w.Site)+" "+w.At.Format(time.RFC3339)+" "+w.Until.Sub(w.At).String())
	}
	want := []string{
		"songhe 2026-01-12T01:00:00+08:00 10m0s",
		"linde 2026-01-13T01:00:00+01:00 30m0s",
		"songhe 2026-01-13T08:00:00+08:00 30m0s",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("alarms (-want +got):\n%s", diff)
	}
	if r.Rules[0].Night != 2 {
		t.Errorf("%d alarms came at night, want 2", r.Rules[0].Night)
	}
	if diff := cmp.Diff([]Week{{"2026-01-12", 3}, {"2026-01-19", 0}}, r.Rules[0].Weeks); diff != "" {
		t.Errorf("weeks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]PointAlarms{
		{Site: "songhe", Point: "door", Place: care.Text{ZH: "门厅, 大门", EN: "Hall, Front door"}, Alarms: 2},
		{Site: "linde", Point: "door", Place: care.Text{ZH: "门厅, 大门", EN: "Hall, Front door"}, Alarms: 1},
	}, r.Rules[0].Most); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
}

// TestADoorThatWasOpenBefore: what began before the time goes on in it, and is
// counted if it is raised in it.
func TestADoorThatWasOpenBefore(t *testing.T) {
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, 1, day, hour, minute, 0, 0, time.FixedZone("Asia/Shanghai", 8*60*60))
	}
	for name, c := range map[string]struct {
		opened time.Time
		want   int
	}{
		"raised before":          {at(11, 23, 45), 0},
		"raised at midnight":     {at(11, 23, 50), 1},
		"raised after midnight":  {at(11, 23, 55), 1},
		"raised at the very end": {at(12, 23, 50), 1},
		"raised after the end":   {at(12, 23, 51), 0},
	} {
		t.Run(name, func(t *testing.T) {
			settings := trialGateway(t, care.Reading{Site: "songhe", Point: "door", Quantity: care.Contact, Time: c.opened, Value: 1})
			r, err := TryRules(t.Context(), settings, parsed(t, doorRule), Trial{Since: moment(t, "2026-01-12"), Until: moment(t, "2026-01-13"), Site: "songhe", Now: time.Now()}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			if r.Rules[0].Alarms != c.want {
				t.Errorf("it has raised %v, want %d", r.Rules[0].Raised, c.want)
			}
		})
	}
}

func TestNothingIsLookedAtThatHasNotCome(t *testing.T) {
	now := time.Date(2026, 1, 12, 12, 0, 0, 0, time.UTC)
	c := trialGateway(t, care.Reading{Site: "songhe", Point: "door", Quantity: care.Contact, Time: now.Add(-5 * time.Minute), Value: 1})
	trial := Trial{Since: MomentAt(now.Add(-time.Hour)), Until: moment(t, "2026-01-20"), Site: "songhe", Now: now}
	r, err := TryRules(t.Context(), c, parsed(t, doorRule), trial, slog.New(slog.DiscardHandler))
	if err != nil || r.Rules[0].Alarms != 0 || !r.Sites[0].Until.Equal(now) {
		t.Errorf("it has raised %v until %v (%v), want nothing until %v", r.Rules[0].Raised, r.Sites[0].Until, err, now)
	}
	trial.Since = MomentAt(now.Add(time.Hour))
	if _, err := TryRules(t.Context(), c, parsed(t, doorRule), trial, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "give an earlier --since") {
		t.Errorf("got the error %v, want that the time has not come", err)
	}
}

// BenchmarkTryRulesMonth tries the built-in rules on a month of a sensor that
// reports every 10 s, from the files to the report.
func BenchmarkTryRulesMonth(b *testing.B) {
	const samples = 30 * 24 * 360
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	readings := make([]care.Reading, samples)
	for n := range readings {
		readings[n] = care.Reading{Site: "songhe", Point: "door", Quantity: care.Temperature, Time: begin.Add(time.Duration(n) * 10 * time.Second), Value: 16 + float64(n%3000)/1000}
	}
	c := trialGateway(b, readings...)
	for b.Loop() {
		r, err := TryRules(b.Context(), c, rule.Default(), Trial{Since: MomentAt(begin), Until: MomentAt(begin.AddDate(0, 0, 30)), Now: time.Now()}, slog.New(slog.DiscardHandler))
		if err != nil {
			b.Fatal(err)
		}
		if r.Rules[0].Readings != samples {
			b.Fatalf("%d readings were looked at, want %d", r.Rules[0].Readings, samples)
		}
	}
	b.ReportMetric(float64(samples*b.N)/b.Elapsed().Seconds(), "samples/s")
}
