package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

// step is one thing that somebody does; what it is done to is found when it is
// done.
type step struct {
	kind   string // event, or an action
	target int    // which point, or which incident of the board
	phase  care.Phase
	repeat bool // send the event of the step before once more
	cause  string
}

// points are where events happen: a cord, two smoke detectors of one room,
// which share an incident, and one that nobody has entered.
var points = []struct {
	point care.PointID
	class care.Class
}{{"203-1-cord", care.SOS}, {"203-smoke", care.Fire}, {"203-smoke-b", care.Fire}, {"new-smoke", care.Fire}}

var steps = rapid.Custom(func(rt *rapid.T) step {
	return step{
		kind:   rapid.SampledFrom([]string{"event", "event", "accept", "accept", "arrive", "resolve", "resolve", "explain", "note", "look"}).Draw(rt, "kind"),
		target: rapid.IntRange(0, len(points)-1).Draw(rt, "target"),
		phase:  rapid.SampledFrom([]care.Phase{care.Active, care.Active, care.Clear, care.Test}).Draw(rt, "phase"),
		repeat: rapid.Bool().Draw(rt, "repeat"),
		cause:  rapid.SampledFrom([]string{"real", "false", "test", "pending"}).Draw(rt, "cause"),
	}
})

// night is what a run of the property works on, and counts.
type night struct {
	*rig
	sequence atomic.Uint64
	resolved atomic.Int64 // resolutions answered with 200
	mu       sync.Mutex
	kept     map[string]int // by event: how often it was answered as committed
}

// do does one step of somebody and returns what must not be.
func (n *night) do(p *person, s step, last *[]byte, staff bool) error {
	if s.kind == "event" {
		return n.happen(p, s, last)
	}
	res, err := p.try("GET", "/api/board", nil)
	if err != nil || res.StatusCode != 200 {
		return fmt.Errorf("the board is answered %d: %s (%v)", res.StatusCode, res.body, err)
	}
	incidents, err := decode[api.Board](res)
	if err != nil || s.kind == "look" || len(incidents.Incidents) == 0 {
		return err
	}
	i := incidents.Incidents[s.target%len(incidents.Incidents)]
	var body any
	switch s.kind {
	case "resolve":
		body = map[string]string{"cause": s.cause, "reason": map[string]string{"false": "other"}[s.cause]}
	case "explain":
		body = map[string]string{"cause": "real", "reason": "other"}
	case "note":
		body = map[string]string{"note": "夜班"}
	}
	res, err = p.try("POST", "/api/incidents/"+i.ID+"/"+s.kind, body)
	switch {
	case err != nil:
		return err
	case !staff && res.StatusCode == 403:
	case staff && res.StatusCode == 409:
		problem, err := decode[api.Problem](res)
		if err != nil {
			return err
		}
		if strings.HasPrefix(problem.Code, "already_") && (problem.Who == "" || problem.At == nil) {
			return fmt.Errorf("%s is refused without saying by whom and when: %s", s.kind, res.body)
		}
	case staff && res.StatusCode == 200:
		if s.kind == "resolve" {
			n.resolved.Add(1)
		}
	default:
		return fmt.Errorf("%s by %s is answered %d: %s", s.kind, p.login, res.StatusCode, res.body)
	}
	return nil
}

// happen posts an event, or the one before once more.
func (n *night) happen(p *person, s step, last *[]byte) error {
	if *last == nil || !s.repeat {
		e := care.Event{
			Site: songhe, Edge: "floor-2", Device: "panel", ID: care.NewID(), Class: points[s.target].class, Phase: s.phase,
			Point: points[s.target].point, Time: time.Now().UTC(), Sequence: n.sequence.Add(1),
		}
		var err error
		if *last, err = e.Encode(); err != nil {
			return err
		}
	}
	res, err := p.postEvent(edgeUser, *last)
	if err != nil || res.StatusCode != 200 {
		return fmt.Errorf("an event is answered %d: %s (%v)", res.StatusCode, res.body, err)
	}
	receipt, err := decode[care.Receipt](res)
	if err != nil {
		return err
	}
	switch receipt.Status {
	case care.ReceiptCommitted:
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.kept[receipt.ID]++; n.kept[receipt.ID] > 1 {
			return fmt.Errorf("event %s was committed twice", receipt.ID)
		}
		return nil
	case care.ReceiptDuplicate:
		return nil
	}
	return fmt.Errorf("an event is answered %+v", receipt)
}

// screen is a live view that keeps the picture which its frames make.
type screen struct {
	conn    *websocket.Conn
	picture map[string]int // revision by incident
	number  uint64
}

func (r *rig) screen(p *person) *screen {
	r.t.Helper()
	c := cookie(p.signIn(p.login, password))
	conn, _, err := websocket.DefaultDialer.DialContext(r.t.Context(), "ws"+strings.TrimPrefix(r.url, "http")+"/api/live",
		http.Header{"Cookie": {c.Name + "=" + c.Value}})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	s := &screen{conn: conn, picture: map[string]int{}}
	if err := conn.WriteJSON(api.Hello{Type: "hello"}); err != nil {
		r.t.Fatal(err)
	}
	return s
}

// until reads frames up to a number.
func (s *screen) until(number uint64) error {
	s.conn.SetReadDeadline(time.Now().Add(time.Minute))
	for s.number < number {
		var f api.Frame
		if err := s.conn.ReadJSON(&f); err != nil {
			return fmt.Errorf("at number %d of %d: %w", s.number, number, err)
		}
		switch f.Type {
		case api.FrameSnapshot:
			for _, i := range f.Incidents {
				s.picture[i.ID] = i.Revision
			}
		case api.FrameIncident:
			if f.Number <= s.number {
				return fmt.Errorf("frame %d comes after %d", f.Number, s.number)
			}
			s.picture[f.Incident.ID] = f.Incident.Revision
		case api.FrameBye:
			return fmt.Errorf("the screen is closed: %s", f.Reason)
		}
		s.number = f.Number
	}
	return nil
}

// TestWhateverSeveralPeopleDoAtOnce lets edges and people of several roles do
// things at the same time, in every order that rapid and the scheduler come
// upon. Then at most one incident of a key is open, each event is in the book
// once, the feed has no gap and one row for each row of the log, the chain
// verifies, and a screen that followed shows what the board says.
func TestWhateverSeveralPeopleDoAtOnce(t *testing.T) {
	r := newRig(t).serve()
	people := []*person{r.as("chen"), r.as("lin"), r.as("gao"), r.as("zhou")}
	live := r.screen(r.as("chen"))
	n := &night{rig: r, kept: map[string]int{}}
	start, err := r.store.FeedHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		plans := make([][]step, len(people))
		for i := range people {
			plans[i] = rapid.SliceOfN(steps, 1, 6).Draw(rt, people[i].login)
		}
		errs := make([]error, len(people))
		var wg sync.WaitGroup
		for i, p := range people {
			wg.Go(func() {
				var last []byte
				for _, s := range plans[i] {
					if errs[i] = n.do(p, s, &last, p.login != "zhou"); errs[i] != nil {
						return
					}
				}
			})
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil {
				rt.Fatal(err)
			}
		}
		n.check(rt, start, live)
	})
}

// check looks at the book while nobody does anything.
func (n *night) check(rt *rapid.T, start uint64, live *screen) {
	ctx := n.t.Context()
	open, err := n.store.OpenIncidents(ctx)
	if err != nil {
		rt.Fatal(err)
	}
	keys := map[string]string{}
	for _, i := range open {
		key := fmt.Sprint(i.Site, " ", i.Class, " ", i.Key)
		if keys[key] != "" {
			rt.Fatalf("the incidents %s and %s of %s are both open", keys[key], i.ID, key)
		}
		keys[key] = i.ID
	}
	rows, err := n.store.FeedAfter(ctx, start, 1<<20)
	if err != nil {
		rt.Fatal(err)
	}
	head := start
	resolved, entries := int64(0), map[string]int{}
	for _, row := range rows {
		if head++; row.Number != head {
			rt.Fatalf("row %d of the feed has the number %d", head, row.Number)
		}
		if row.Kind == care.EntryResolved {
			resolved++
		}
		entries[row.Ref]++
	}
	if got := n.resolved.Load(); got != resolved {
		rt.Fatalf("%d resolutions were confirmed and %d are in the feed", got, resolved)
	}
	report, err := n.store.Verify(ctx)
	if err == nil {
		err = report.Err()
	}
	if err != nil {
		rt.Fatal(err)
	}
	// The log of the gateway itself, in which the sign-ins are, has no feed.
	audited, err := n.store.SiteLog(ctx, ledger.AuditLog, 0, 1<<20)
	if err != nil {
		rt.Fatal(err)
	}
	if got := uint64(report.Rows - len(audited)); got != head {
		rt.Fatalf("the logs of the sites have %d rows and the feed %d", got, head)
	}
	if err := live.until(lastIncident(rows, live.number)); err != nil {
		rt.Fatal(err)
	}
	_, all, err := n.store.Snapshot(ctx, time.Time{})
	if err != nil {
		rt.Fatal(err)
	}
	want := map[string]int{}
	for _, i := range all {
		want[i.ID] = i.Revision
		if i.Revision != entries[i.ID] {
			rt.Fatalf("incident %s is at revision %d with %d rows", i.ID, i.Revision, entries[i.ID])
		}
	}
	if diff := cmp.Diff(want, live.picture); diff != "" {
		rt.Fatalf("the screen shows (-book +screen):\n%s", diff)
	}
}

// lastIncident is the number of the last row that a screen hears of at once.
func lastIncident(rows []care.FeedRow, number uint64) uint64 {
	for _, row := range rows {
		if strings.HasPrefix(string(row.Kind), "incident.") {
			number = max(number, row.Number)
		}
	}
	return number
}
