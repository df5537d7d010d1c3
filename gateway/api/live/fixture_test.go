package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

const (
	lake  care.SiteID = "lakeside"
	hills care.SiteID = "hillside"
)

var (
	carer  = people.User{ID: "u-chen", Name: "陈静", Role: people.Carer, Scope: people.Scope{Sites: []care.SiteID{lake}}}
	uphill = people.User{ID: "u-wu", Name: "吴芳", Role: people.Carer, Scope: people.Scope{Sites: []care.SiteID{hills}}}
	son    = people.User{ID: "u-son", Name: "王先生", Role: people.Family, Scope: people.Scope{Residents: []care.ResidentID{"r-wang"}}}
)

// planned is the number of feed rows that the plan of book writes: one that each
// home was configured. Numbers in the tests are counted from there.
const planned = 2

// book opens a ledger in which two homes are registered.
func book(t testing.TB) *ledger.Store {
	t.Helper()
	s, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	text := func(s string) care.Text { return care.Text{ZH: s, EN: s} }
	if _, err := s.ApplyPlan(t.Context(), ledger.Plan{
		Regions: []care.Region{{ID: "district", Level: "district", Name: text("district")}},
		Sites: []care.Site{
			{ID: lake, Kind: care.NursingHome, Name: text("Lakeside"), Region: "district", TimeZone: "Asia/Shanghai"},
			{ID: hills, Kind: care.NursingHome, Name: text("Hillside"), Region: "district", TimeZone: "Asia/Shanghai"},
		},
		Residents: []people.Resident{{ID: "r-wang", Site: lake, Name: "王奶奶", FamilyConsent: true}},
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// change writes a row of the feed with an incident of a site, which is new or
// has one more revision, and returns the incident.
func change(t testing.TB, s *ledger.Store, site care.SiteID, id string, kind care.EntryKind) care.Incident {
	t.Helper()
	now := time.Now().UTC()
	var out care.Incident
	if err := s.Update(context.Background(), func(tx *ledger.Tx) error {
		i, err := tx.Incident(context.Background(), id)
		if err != nil {
			return err
		}
		if i == nil {
			i = &care.Incident{
				ID: id, Site: site, Class: care.SOS, Key: "point:" + id, Point: care.PointID(id), Severity: care.Urgent,
				State: care.Raised, HappenedAt: now, RaisedAt: now, AlarmedAt: now, Alarms: 1,
			}
			if site == lake {
				i.Resident = "r-wang"
			}
		}
		i.Revision++
		if err := tx.SaveIncident(context.Background(), *i); err != nil {
			return err
		}
		out = *i
		return tx.Feed(context.Background(), care.FeedRow{At: now, Site: site, Resident: i.Resident, Kind: kind, Ref: id})
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// testRow writes a row of the feed that is about no incident.
func testRow(t testing.TB, s *ledger.Store) {
	t.Helper()
	if err := s.Update(context.Background(), func(tx *ledger.Tx) error {
		return tx.Feed(context.Background(), care.FeedRow{At: time.Now(), Site: lake, Kind: care.EntryTested, Ref: "p-1"})
	}); err != nil {
		t.Fatal(err)
	}
}

// sessions stands in for the API: who is signed in.
type sessions struct {
	mu    sync.Mutex
	users map[string]people.User
	err   error
}

func (s *sessions) set(name string, u people.User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[name] = u
}

func (s *sessions) drop(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.users, name)
}

func (s *sessions) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *sessions) get(name string) (people.User, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ok := s.users[name]
	return u, ok, s.err
}

// rig is a hub behind a real HTTP server. The session of a request is named in
// its query.
type rig struct {
	hub      *Hub
	book     *ledger.Store
	registry *prometheus.Registry
	sessions *sessions
	url      string
	stop     func()
}

// feedOf lets a test make the feed of a ledger fail.
type feedOf struct {
	*ledger.Store
	mu  sync.Mutex
	err error
}

var errNoFeed = errors.New("the disk is gone")

func (f *feedOf) break_(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func (f *feedOf) FeedAfter(ctx context.Context, n uint64, limit int) ([]care.FeedRow, error) {
	f.mu.Lock()
	err := f.err
	f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return f.Store.FeedAfter(ctx, n, limit)
}

func start(t testing.TB, s *ledger.Store, l limits) *rig { return startOn(t, &feedOf{Store: s}, l) }

func startOn(t testing.TB, feed *feedOf, l limits) *rig {
	t.Helper()
	r := &rig{
		book: feed.Store, registry: prometheus.NewRegistry(),
		sessions: &sessions{users: map[string]people.User{"chen": carer, "wu": uphill, "son": son}},
	}
	r.hub = newHub(feed, feed.Store, slog.New(slog.DiscardHandler), r.registry, l)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.hub.Run(ctx) }()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		name := req.URL.Query().Get("as")
		u, ok, _ := r.sessions.get(name)
		if !ok {
			http.Error(w, "sign in first", http.StatusUnauthorized)
			return
		}
		r.hub.ServeLive(w, req, api.Viewer{User: u, Session: name, Check: func(context.Context) (people.User, bool, error) {
			return r.sessions.get(name)
		}})
	}))
	r.url = "ws" + strings.TrimPrefix(server.URL, "http")
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		server.Close()
	})
	t.Cleanup(r.stop)
	return r
}

// screen is a client of the hub.
type screen struct {
	t    testing.TB
	conn *websocket.Conn
}

// dial opens a screen; hello may be nil, to say nothing yet.
func (r *rig) dial(t testing.TB, as string, hello *api.Hello) *screen {
	t.Helper()
	d := websocket.Dialer{NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if tcp, ok := c.(*net.TCPConn); ok {
			tcp.SetReadBuffer(4 << 10) // so that a screen that does not read is soon noticed
		}
		return c, err
	}}
	conn, _, err := d.DialContext(t.Context(), r.url+"?as="+as, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &screen{t, conn}
	t.Cleanup(func() { conn.Close() })
	if hello != nil {
		if err := conn.WriteJSON(hello); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// fresh is the hello of a screen that has nothing; from of one that has all up
// to a number.
func fresh() *api.Hello { return &api.Hello{Type: "hello"} }
func from(number uint64) *api.Hello {
	return &api.Hello{Type: "hello", After: new(number + planned)}
}

// patience bounds the waiting for what must come; it is no measurement.
const patience = 30 * time.Second

// next returns the next frame, or the error that the socket ends with.
func (s *screen) next() (api.Frame, error) {
	s.conn.SetReadDeadline(time.Now().Add(patience))
	var f api.Frame
	err := s.conn.ReadJSON(&f)
	return f, err
}

// until reads frames to the first of a type, and returns all of them.
func (s *screen) until(want api.FrameType) []api.Frame {
	s.t.Helper()
	var all []api.Frame
	for {
		f, err := s.next()
		if err != nil {
			s.t.Fatalf("waiting for %s after %s: %v", want, brief(all), err)
		}
		all = append(all, f)
		if f.Type == want {
			return all
		}
	}
}

// read returns the next frame that is no upto.
func (s *screen) read() api.Frame {
	s.t.Helper()
	for {
		f, err := s.next()
		if err != nil {
			s.t.Fatal(err)
		}
		if f.Type != api.FrameUpto {
			return f
		}
	}
}

// brief writes frames as a test can compare them: type, number after the plan,
// incident.
func brief(frames []api.Frame) []string {
	var out []string
	for _, f := range frames {
		line := string(f.Type)
		if f.Type != api.FrameBye {
			line += fmt.Sprintf(" %d", int(f.Number)-planned)
		}
		if f.Incident != nil {
			line += " " + f.Incident.ID
		}
		if f.Reason != "" {
			line += " " + f.Reason
		}
		out = append(out, line)
	}
	return out
}
