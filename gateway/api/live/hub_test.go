package live

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

// quick are limits for tests that wait for a period.
func quick() limits {
	l := usual
	l.poll, l.upto, l.recheck = 20*time.Millisecond, 50*time.Millisecond, 50*time.Millisecond
	return l
}

// never are limits under which nothing happens by itself.
func never() limits {
	l := usual
	l.poll, l.upto, l.recheck = time.Hour, time.Hour, time.Hour
	return l
}

func want(t *testing.T, what string, got []api.Frame, lines ...string) {
	t.Helper()
	if d := cmp.Diff(lines, brief(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestFirstPicture(t *testing.T) {
	s := book(t)
	change(t, s, lake, "i-1", care.EntryRaised)
	change(t, s, hills, "i-2", care.EntryRaised)
	r := start(t, s, never())

	f, err := r.dial(t, "chen", fresh()).next()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "first frame", []api.Frame{f}, "snapshot 2")
	if len(f.Incidents) != 1 || f.Incidents[0].ID != "i-1" {
		t.Errorf("the snapshot of Lakeside's carer has %+v, want i-1 alone", f.Incidents)
	}
	if f.View == "" {
		t.Error("the snapshot does not name the view")
	}
}

func TestEmptyPictureIsAList(t *testing.T) {
	r := start(t, book(t), never())
	s := r.dial(t, "chen", fresh())
	_, raw, err := s.conn.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	if text := string(raw); !strings.Contains(text, `"incidents":[]`) || !strings.Contains(text, fmt.Sprintf(`"number":%d`, planned)) {
		t.Errorf("the snapshot of a ledger without incidents is %s, want an empty list at number %d", raw, planned)
	}
}

// TestTwoScreensSameOrder changes two homes and looks on with two screens of
// one and a screen of the other.
func TestTwoScreensSameOrder(t *testing.T) {
	s := book(t)
	r := start(t, s, never())
	a, b, other := r.dial(t, "chen", fresh()), r.dial(t, "chen", fresh()), r.dial(t, "wu", fresh())
	for _, s := range []*screen{a, b, other} {
		s.until(api.FrameSnapshot)
	}
	var mine, theirs []string
	for n := 1; n <= 40; n++ {
		id, site := fmt.Sprintf("i-%d", n%7), lake
		if n%3 == 0 {
			id, site = fmt.Sprintf("h-%d", n), hills
		}
		change(t, s, site, id, care.EntryRaised)
		r.hub.Notify()
		line := fmt.Sprintf("incident %d %s", n, id)
		if site == lake {
			mine = append(mine, line)
		} else {
			theirs = append(theirs, line)
		}
	}
	take := func(s *screen, n int) (got []api.Frame) {
		for range n {
			got = append(got, s.read())
		}
		return got
	}
	want(t, "first screen", take(a, len(mine)), mine...)
	want(t, "second screen", take(b, len(mine)), mine...)
	want(t, "screen of the other home", take(other, len(theirs)), theirs...)
}

// TestNumberAdvances shows a screen that only others' incidents change: it sees
// none of them, and its number goes on all the same.
func TestNumberAdvances(t *testing.T) {
	s := book(t)
	r := start(t, s, quick())
	w := r.dial(t, "wu", fresh())
	w.until(api.FrameSnapshot)
	change(t, s, lake, "i-1", care.EntryRaised)
	testRow(t, s)
	last := change(t, s, lake, "i-2", care.EntryRaised)
	for {
		f, err := w.next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Type != api.FrameUpto {
			t.Fatalf("Hillside's carer got %v with %v of Lakeside", brief([]api.Frame{f}), last.ID)
		}
		if f.Number == planned+3 {
			break
		}
	}
}

// TestPollWithoutNotify finds what another gateway has committed.
func TestPollWithoutNotify(t *testing.T) {
	s := book(t)
	r := start(t, s, quick())
	c := r.dial(t, "chen", fresh())
	c.until(api.FrameSnapshot)
	change(t, s, lake, "i-1", care.EntryRaised)
	want(t, "frame", []api.Frame{c.read()}, "incident 1 i-1")
}

func TestCatchUp(t *testing.T) {
	s := book(t)
	for n := range 12 {
		site := lake
		if n%4 == 3 {
			site = hills
		}
		change(t, s, site, fmt.Sprintf("i-%d", n), care.EntryRaised)
	}
	l := never()
	l.catchUp, l.page = 10, 3
	r := start(t, s, l)
	view := api.ViewOf(s.Directory(), carer)
	for _, test := range []struct {
		name  string
		hello *api.Hello
		want  []string
	}{
		{"missed nothing", from(12), []string{"upto 12"}},
		{"missed some, over several pages", from(4), []string{
			"incident 5 i-4", "incident 6 i-5", "incident 7 i-6", "incident 9 i-8", "incident 10 i-9", "incident 11 i-10", "upto 12"}},
		{"missed what is of others", from(11), []string{"upto 12"}},
		{"missed more than is worth it", from(1), []string{"snapshot 12"}},
		{"has more than there is, since the ledger was set back", from(13), []string{"snapshot 12"}},
		{"sees the same as before", &api.Hello{Type: "hello", After: new(uint64(11 + planned)), View: view}, []string{"upto 12"}},
		{"saw something else before", &api.Hello{Type: "hello", After: new(uint64(11 + planned)), View: "another"}, []string{"snapshot 12"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := r.dial(t, "chen", test.hello)
			var got []api.Frame
			for range test.want {
				f, err := c.next()
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, f)
			}
			want(t, "frames", got, test.want...)
			if end := got[len(got)-1]; end.View != view {
				t.Errorf("the last frame names the view %q, want %q", end.View, view)
			}
		})
	}
}

// TestSignOut closes the sockets of the session that ended, and no other.
func TestSignOut(t *testing.T) {
	s := book(t)
	r := start(t, s, never())
	out, stays := r.dial(t, "chen", fresh()), r.dial(t, "son", fresh())
	out.until(api.FrameSnapshot)
	stays.until(api.FrameSnapshot)
	r.hub.SignedOut("chen")
	want(t, "last frame", []api.Frame{out.read()}, "bye signed_out")
	if _, err := out.next(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("the socket ends with %v, want a normal closure", err)
	}
	change(t, s, lake, "i-1", care.EntryRaised)
	r.hub.Notify()
	want(t, "the other session", []api.Frame{stays.read()}, "incident 1 i-1")
}

// TestSessionEndsElsewhere lets a session end where the hub is not told.
func TestSessionEndsElsewhere(t *testing.T) {
	r := start(t, book(t), quick())
	c := r.dial(t, "chen", fresh())
	c.until(api.FrameSnapshot)
	r.sessions.drop("chen")
	want(t, "last frame", []api.Frame{c.read()}, "bye signed_out")
}

// TestSessionUnreadable keeps a screen alive while nobody can say whether its
// session is: a board must not go dark for that.
func TestSessionUnreadable(t *testing.T) {
	s := book(t)
	r := start(t, s, quick())
	c := r.dial(t, "chen", fresh())
	c.until(api.FrameSnapshot)
	r.sessions.fail(errors.New("the session table is locked"))
	for range 5 { // some rechecks pass
		c.until(api.FrameUpto)
	}
	change(t, s, lake, "i-1", care.EntryRaised)
	want(t, "frame", []api.Frame{c.read()}, "incident 1 i-1")
}

// TestScopeChanges moves a carer to the other home: her screen gets the picture
// of that one.
func TestScopeChanges(t *testing.T) {
	s := book(t)
	change(t, s, lake, "i-1", care.EntryRaised)
	change(t, s, hills, "i-2", care.EntryRaised)
	r := start(t, s, quick())
	c := r.dial(t, "chen", fresh())
	c.until(api.FrameSnapshot)
	r.sessions.set("chen", people.User{ID: carer.ID, Role: people.Carer, Scope: uphill.Scope})
	f := c.read()
	want(t, "frame", []api.Frame{f}, "snapshot 2")
	if len(f.Incidents) != 1 || f.Incidents[0].ID != "i-2" {
		t.Errorf("the new picture has %+v, want i-2 alone", f.Incidents)
	}
	change(t, s, hills, "i-3", care.EntryRaised)
	want(t, "frame", []api.Frame{c.read()}, "incident 3 i-3")
}

// TestFormsOverTheWire looks at one incident with a carer and a son.
func TestFormsOverTheWire(t *testing.T) {
	s := book(t)
	r := start(t, s, never())
	c, f := r.dial(t, "chen", fresh()), r.dial(t, "son", fresh())
	c.until(api.FrameSnapshot)
	f.until(api.FrameSnapshot)
	change(t, s, lake, "i-1", care.EntryRaised)
	r.hub.Notify()
	if got := c.read().Incident; got.Place.Point == nil || len(got.Can) != 4 {
		t.Errorf("the carer sees %+v, want the place and what she can do", got)
	}
	if got := f.read().Incident; got.Place != (api.PlaceView{}) || len(got.Can) != 0 || got.Resident == nil {
		t.Errorf("the son sees %+v, want his mother and no place", got)
	}
}

// TestFeedUnreadable says nothing while the feed cannot be read, so that
// screens show their age, and goes on without a loss.
func TestFeedUnreadable(t *testing.T) {
	s := book(t)
	feed := &feedOf{Store: s}
	r := startOn(t, feed, quick())
	c := r.dial(t, "chen", fresh())
	c.until(api.FrameUpto)
	feed.break_(errNoFeed)
	change(t, s, lake, "i-1", care.EntryRaised)
	change(t, s, lake, "i-2", care.EntryRaised)
	c.conn.SetReadDeadline(time.Now().Add(10 * quick().upto))
	quiet := make(chan []api.Frame)
	go func() {
		var after []api.Frame
		for {
			f, err := c.next()
			if err != nil {
				t.Error(err)
				close(quiet)
				return
			}
			after = append(after, f)
			if f.Number == planned+2 {
				quiet <- after
				return
			}
		}
	}()
	feed.break_(nil)
	got := <-quiet
	got = slices.DeleteFunc(got, func(f api.Frame) bool { return f.Type == api.FrameUpto && f.Number == planned })
	want(t, "frames after the feed is back", got, "incident 1 i-1", "incident 2 i-2")
}

func TestTurnedAway(t *testing.T) {
	l := never()
	l.sessions = 1
	r := start(t, book(t), l)
	r.dial(t, "chen", fresh()).until(api.FrameSnapshot)
	for _, test := range []struct {
		name, as, origin string
		want             int
	}{
		{"a page of another origin", "wu", "https://evil.example", http.StatusForbidden},
		{"too many sockets of a session", "chen", "", http.StatusServiceUnavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			header := http.Header{}
			if test.origin != "" {
				header.Set("Origin", test.origin)
			}
			conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), r.url+"?as="+test.as, header)
			if err == nil {
				conn.Close()
				t.Fatal("the socket was opened")
			}
			if resp == nil || resp.StatusCode != test.want {
				t.Errorf("got %v, %v, want status %d", resp, err, test.want)
			}
		})
	}
}

// TestNoHello ends sockets that do not say hello.
func TestNoHello(t *testing.T) {
	l := never()
	l.hello = 50 * time.Millisecond
	r := start(t, book(t), l)
	t.Run("silent", func(t *testing.T) {
		if _, err := r.dial(t, "chen", nil).next(); err == nil {
			t.Error("a socket without hello got a frame")
		}
	})
	for _, first := range []string{`{"type":"hi"}`, `hello`, `{"type":"hello","after":-1}`, `[]`} {
		t.Run(first, func(t *testing.T) {
			c := r.dial(t, "chen", nil)
			if err := c.conn.WriteMessage(websocket.TextMessage, []byte(first)); err != nil {
				t.Fatal(err)
			}
			if _, err := c.next(); !websocket.IsCloseError(err, websocket.CloseProtocolError) {
				t.Errorf("the socket ends with %v, want a protocol error", err)
			}
		})
	}
}

// TestShutdown says goodbye to every screen, those included that have not said
// hello, and closes every socket before Run returns.
func TestShutdown(t *testing.T) {
	r := start(t, book(t), never())
	c, silent := r.dial(t, "chen", fresh()), r.dial(t, "wu", nil)
	c.until(api.FrameSnapshot)
	r.stop()
	want(t, "frame", []api.Frame{c.read()}, "bye shutdown")
	want(t, "frame before hello", []api.Frame{silent.read()}, "bye shutdown")
	if n := len(r.hub.clients); n != 0 {
		t.Errorf("%d clients are left", n)
	}
}

// TestMetrics counts what screens got.
func TestMetrics(t *testing.T) {
	s := book(t)
	r := start(t, s, never())
	c := r.dial(t, "chen", fresh())
	c.until(api.FrameSnapshot)
	change(t, s, lake, "i-1", care.EntryRaised)
	r.hub.Notify()
	c.read()
	change(t, s, lake, "i-1", care.EntryAccepted)
	r.hub.Notify()
	c.read()
	// A frame is counted after it was written, which a screen does not see.
	counted := r.hub.metrics.frames.WithLabelValues("incident")
	for began := time.Now(); testutil.ToFloat64(counted) < 2 && time.Since(began) < patience; {
		runtime.Gosched()
	}
	if got := testutil.ToFloat64(counted); got != 2 {
		t.Errorf("%v incident frames were counted, want 2", got)
	}
	families, err := r.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, f := range families {
		switch m := f.Metric[0]; {
		case m.Gauge != nil:
			values[f.GetName()] = m.Gauge.GetValue()
		case m.Histogram != nil:
			values[f.GetName()] = float64(m.Histogram.GetSampleCount())
		}
	}
	if d := cmp.Diff(map[string]float64{"shouwang_live_clients": 1, "shouwang_alarm_to_frame_seconds": 1}, values); d != "" {
		t.Errorf("metrics (-want +got):\n%s", d)
	}
}

// TestConsentWithdrawn: what a family has on its screen is gone at once, and
// not at the next look at sessions.
func TestConsentWithdrawn(t *testing.T) {
	s := book(t)
	change(t, s, lake, "i-1", care.EntryRaised)
	r := start(t, s, never())
	f := r.dial(t, "son", fresh())
	first, err := f.next()
	if err != nil || len(first.Incidents) != 1 {
		t.Fatalf("the first picture of the son is %+v, %v", first, err)
	}
	who := first.Incidents[0].Resident.ID
	by := care.Act{By: "u-chen", Name: "Chen", At: time.Now(), Means: care.ByScreen}
	err = s.Update(t.Context(), func(tx *ledger.Tx) error { return tx.SetConsent(t.Context(), who, false, by, "said so herself") })
	if err != nil {
		t.Fatal(err)
	}
	r.hub.Notify()
	for {
		got := f.read()
		if got.Type == api.FrameSnapshot {
			if len(got.Incidents) != 0 {
				t.Errorf("after the withdrawal the son still sees %+v", got.Incidents)
			}
			return
		}
	}
}

// TestScreensAsAChannel: whoever has a board open has been told, nobody else.
func TestScreensAsAChannel(t *testing.T) {
	s := book(t)
	r := start(t, s, never())
	r.dial(t, "chen", fresh()).until(api.FrameSnapshot)
	to := func(u people.User) error {
		_, err := r.hub.Screens().Send(t.Context(), notify.Message{To: string(u.ID)})
		return err
	}
	if err := to(carer); err != nil {
		t.Errorf("the carer has a board open: %v", err)
	}
	if f := notify.AsFailure(to(uphill)); f == nil || f.Reason != notify.Unreachable || !f.Permanent {
		t.Errorf("the carer of the other home has none: %v", f)
	}
}
