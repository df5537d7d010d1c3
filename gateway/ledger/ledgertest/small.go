package ledgertest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

func testSettings(t *testing.T, e Engine) {
	s := e.Open(t)
	ctx := t.Context()
	if v, found, err := s.Setting(ctx, "core.client"); found || err != nil {
		t.Errorf("a setting that was never set gives %q, %v, %v", v, found, err)
	}
	var (
		wg     sync.WaitGroup
		values [8]string
		errs   [8]error
	)
	for n := range values {
		wg.Go(func() {
			values[n], errs[n] = s.EnsureSetting(ctx, "core.client", func() string { return fmt.Sprint("v", n) })
		})
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	for n, v := range values {
		if v != values[0] || v == "" {
			t.Errorf("caller %d got %q, caller 0 got %q", n, v, values[0])
		}
	}
	for _, value := range []string{"x", ""} {
		if err := s.SetSetting(ctx, "core.client", value); err != nil {
			t.Fatal(err)
		}
		if v, found, err := s.Setting(ctx, "core.client"); v != value || !found || err != nil {
			t.Errorf("the setting is %q, %v, %v, want %q", v, found, err, value)
		}
	}
}

func testQuarantine(t *testing.T, e Engine) {
	s := e.Open(t)
	ctx := t.Context()
	strange := ledger.QuarantineRecord{
		At: now, Site: "hupan", Edge: "floor-2", Topic: strings.Repeat("火", 1000), Reason: care.ReasonMalformed,
		Detail: "not JSON: \xff\xfe", Payload: bytes.Repeat([]byte{0, 0xff}, 600),
	}
	if err := s.AddQuarantine(ctx, strange, ledger.QuarantineRecord{Reason: care.ReasonDenied}); err != nil {
		t.Fatal(err)
	}
	records := must[[]ledger.QuarantineRecord](t)(s.Quarantine(ctx, 10, 0))
	if len(records) != 2 || records[0].Reason != care.ReasonDenied || records[0].At.IsZero() || len(records[0].Payload) != 0 {
		t.Fatalf("the quarantine is %v, want two records, the later first", records)
	}
	got := records[1]
	if got.At != now || !utf8.ValidString(got.Topic) || !utf8.ValidString(got.Detail) || len(got.Topic) > 1030 ||
		!bytes.Equal(got.Payload, strange.Payload[:ledger.QuarantinePayload]) {
		t.Errorf("the record of strange bytes became %+v", got)
	}

	many := make([]ledger.QuarantineRecord, 2500)
	for range 4 {
		if err := s.AddQuarantine(ctx, many...); err != nil {
			t.Fatal(err)
		}
	}
	records = must[[]ledger.QuarantineRecord](t)(s.Quarantine(ctx, 20_000, 0))
	if len(records) != ledger.QuarantineLimit || records[0].Number != 10_002 || records[len(records)-1].Number != 3 {
		t.Errorf("%d records are kept, want the newest %d", len(records), ledger.QuarantineLimit)
	}
	page := must[[]ledger.QuarantineRecord](t)(s.Quarantine(ctx, 2, 10_001))
	if len(page) != 2 || page[0].Number != 10_000 || page[1].Number != 9_999 {
		t.Errorf("the page before 10001 is %v", page)
	}
}

func testLastSeen(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	want := make(map[people.SitePoint]time.Time)
	for n := range 500 { // more than one transaction
		want[people.SitePoint{Site: home, Point: care.PointID(fmt.Sprint("p-", n))}] = now.Add(time.Duration(n) * time.Second)
	}
	if err := s.FlushLastSeen(ctx, want); err != nil {
		t.Fatal(err)
	}
	newer, older := people.SitePoint{Site: home, Point: "p-1"}, people.SitePoint{Site: home, Point: "p-2"}
	if err := s.FlushLastSeen(ctx, map[people.SitePoint]time.Time{newer: now.Add(time.Hour), older: now.Add(-time.Hour)}); err != nil {
		t.Fatal(err)
	}
	want[newer] = now.Add(time.Hour)
	if diff := cmp.Diff(want, must[map[people.SitePoint]time.Time](t)(s.LastSeen(ctx))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func testEdgeState(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	state := func(edge care.EdgeID, online bool) ledger.EdgeState {
		return ledger.EdgeState{
			Site: home, Edge: edge, ReceivedAt: now, Offset: -1500 * time.Millisecond,
			State: care.State{
				Online: online, Time: now, Boot: "b", Connection: 3, Version: "0.1",
				Devices: []care.DeviceState{{ID: "adxl345", Model: "ADXL345", Points: []care.PointID{"203-bed"}, Fault: "no answer", Seen: now}},
				Spool:   care.SpoolState{Events: 1, Readings: 2, Shed: 3},
			},
		}
	}
	want := []ledger.EdgeState{state("floor-1", false), state("floor-2", true)}
	for _, states := range [][]ledger.EdgeState{{state("floor-2", false), state("floor-1", false)}, {state("floor-2", true)}, {}} {
		if err := s.SaveEdgeState(ctx, states...); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, must[[]ledger.EdgeState](t)(s.EdgeStates(ctx))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A session lives until its expiry and not a moment longer.
func testSessions(t *testing.T, e Engine) {
	synctest.Test(t, func(t *testing.T) {
		s := e.Open(t).Sessions()
		check := func(when, token, want string) {
			t.Helper()
			data, found, err := s.Find(token)
			if err != nil || found != (want != "") || string(data) != want {
				t.Errorf("%s: %q is %q (%v, %v), want %q", when, token, data, found, err, want)
			}
		}
		commit := func(token, data string, ttl time.Duration) {
			t.Helper()
			if err := s.Commit(token, []byte(data), time.Now().Add(ttl)); err != nil {
				t.Fatal(err)
			}
		}
		check("at first", "a", "")
		commit("a", "one", time.Hour)
		commit("b", "two", time.Minute)
		check("committed", "a", "one")
		commit("a", "three", time.Hour)
		check("committed again", "a", "three")
		check("not the key of the row", "\x00", "")
		time.Sleep(time.Minute)
		check("expired", "b", "")
		check("not expired", "a", "three")
		commit("b", "", time.Hour) // an empty session is one too
		if _, found, err := s.Find("b"); !found || err != nil {
			t.Errorf("an empty session: %v, %v", found, err)
		}
		for range 2 { // the second time there is none
			if err := s.Delete("a"); err != nil {
				t.Fatal(err)
			}
		}
		check("deleted", "a", "")
	})
}
