package live

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

// TestPictureIsTheBoard compares what a screen is sent with what the same person
// gets from the board of the API, for viewers of every form and for one who sees
// nothing.
func TestPictureIsTheBoard(t *testing.T) {
	s := book(t)
	for n := range 6 {
		site := lake
		if n%3 == 0 {
			site = hills
		}
		change(t, s, site, fmt.Sprintf("i-%d", n), care.EntryRaised)
	}
	views := newPictures(s)
	for _, u := range []people.User{
		carer, uphill, son,
		{ID: "u-stranger", Role: people.Family, Scope: people.Scope{Residents: []care.ResidentID{"r-other"}}},
		{ID: "u-zhou", Role: people.Inspector, Scope: people.Scope{Regions: []care.RegionID{"district"}}},
		{ID: "u-op", Role: people.Operator},
	} {
		t.Run(string(u.ID), func(t *testing.T) {
			p, err := views.take(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			var got api.Frame
			d := json.NewDecoder(strings.NewReader(string(p.frame(u))))
			d.DisallowUnknownFields()
			if err := d.Decode(&got); err != nil {
				t.Fatal(err)
			}
			b, err := api.TakeBoard(t.Context(), s, u)
			if err != nil {
				t.Fatal(err)
			}
			want := api.Frame{Type: api.FrameSnapshot, Number: b.Number, Time: got.Time, Incidents: b.Incidents, View: api.ViewOf(s.Directory(), u)}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("the picture (-board +sent):\n%s", d)
			}
		})
	}
}

// TestPictureIsSharedWhileItHolds reads the ledger anew only for who needs a
// later row or a later register.
func TestPictureIsSharedWhileItHolds(t *testing.T) {
	s := book(t)
	views := newPictures(s)
	take := func(atLeast uint64) *picture {
		p, err := views.take(t.Context(), atLeast)
		if err != nil {
			t.Fatal(err)
		}
		p.at = time.Now() // it grows no older while this test is held up
		return p
	}
	first := take(0)
	change(t, s, lake, "i-1", care.EntryRaised)
	if take(first.number) != first {
		t.Error("who needs no later row got another picture")
	}
	second := take(first.number + 1)
	if second == first || len(second.incidents) != 1 {
		t.Errorf("who needs row %d got %d incidents as of row %d", first.number+1, len(second.incidents), second.number)
	}
	withdraw(t, s, "r-wang")
	if third := take(0); third == second || third.directory != s.Directory() {
		t.Error("a picture was handed out with names that are not registered any more")
	}
}

func withdraw(t *testing.T, s *ledger.Store, resident care.ResidentID) {
	t.Helper()
	by := care.Act{By: "u-chen", Name: "Chen", At: time.Now(), Means: care.ByScreen}
	if err := s.Update(t.Context(), func(tx *ledger.Tx) error {
		return tx.SetConsent(t.Context(), resident, false, by, "said so herself")
	}); err != nil {
		t.Fatal(err)
	}
}

// TestNewNamesReachEveryScreen: a withdrawn consent is no change to what carers
// see, but their pictures are made anew all the same, one after the other.
func TestNewNamesReachEveryScreen(t *testing.T) {
	s := book(t)
	r := start(t, s, never())
	var all []*screen
	for range 5 {
		c := r.dial(t, "chen", fresh())
		c.until(api.FrameSnapshot)
		all = append(all, c)
	}
	withdraw(t, s, "r-wang")
	r.hub.Notify()
	for _, c := range all {
		c.until(api.FrameSnapshot)
	}
}

// TestSlowReturnHoldsNobody lets a screen come back that asks for a picture and
// does not read it. Its turn to read the ledger is over once it has been read:
// the next one gets its picture, and changes.
func TestSlowReturnHoldsNobody(t *testing.T) {
	s := book(t)
	note := strings.Repeat("已量血压，", 4000)
	for n := range 40 { // more than all buffers take
		id := fmt.Sprintf("i-%d", n)
		i := change(t, s, lake, id, care.EntryRaised)
		i.Note = note
		if err := s.Update(t.Context(), func(tx *ledger.Tx) error { return tx.SaveIncident(t.Context(), i) }); err != nil {
			t.Fatal(err)
		}
	}
	l := never()
	l.readers, l.write, l.ping = 1, time.Hour, time.Hour
	r := start(t, s, l)
	slow := r.dial(t, "chen", fresh())
	// The beginning of its picture is there: it is being written.
	if _, _, err := slow.conn.NextReader(); err != nil {
		t.Fatal(err)
	}
	w := r.dial(t, "wu", fresh())
	w.until(api.FrameSnapshot)
	change(t, s, hills, "h-1", care.EntryRaised)
	r.hub.Notify()
	want(t, "frame", []api.Frame{w.read()}, "incident 41 h-1")
	slow.conn.Close()
}

// TestSlowIsClosedAndCatchesUp commits changes that a screen does not read until
// it is closed; when it comes back it gets each that it has missed, and the
// screen beside it has seen all of them at once.
func TestSlowIsClosedAndCatchesUp(t *testing.T) {
	s := book(t)
	l := never()
	l.queue, l.write, l.buffer = 8, 100*time.Millisecond, 4<<10
	r := start(t, s, l)
	slow, quick := r.dial(t, "chen", fresh()), r.dial(t, "chen", fresh())
	last := slow.read().Number
	quick.until(api.FrameSnapshot)
	closed := func() bool { return testutil.ToFloat64(r.hub.metrics.slow) > 0 }
	n := 0
	for began := time.Now(); !closed(); n++ {
		if time.Since(began) > patience {
			t.Fatalf("after %d changes the screen that does not read is still not closed", n)
		}
		i := change(t, s, lake, fmt.Sprintf("i-%d", n), care.EntryRaised)
		r.hub.Notify()
		if got := quick.read().Incident.ID; got != i.ID {
			t.Fatalf("the screen beside it got %s, want %s", got, i.ID)
		}
	}
	var got, all []string
	for {
		f, err := slow.next()
		if err != nil || f.Type == api.FrameBye {
			break
		}
		last, got = f.Number, append(got, f.Incident.ID)
	}
	back := r.dial(t, "chen", &api.Hello{Type: "hello", After: &last})
	for _, f := range back.until(api.FrameUpto) {
		if f.Incident != nil {
			got = append(got, f.Incident.ID)
		}
	}
	for i := range n {
		all = append(all, fmt.Sprintf("i-%d", i))
	}
	if d := cmp.Diff(all, got); d != "" {
		t.Errorf("what the slow screen has in the end (-want +got):\n%s", d)
	}
}
