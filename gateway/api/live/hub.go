// Package live keeps the screens that are open in step with the ledger, over
// WebSockets. One reader follows the ordered feed and hands each change to the
// sockets whose viewers may see it; a client that was away says the last number
// that it has and gets what it missed, or the whole picture.
//
// Who may see what, and in what form, is said by packages people and api;
// sign-in is api's, and what is in the feed is decided by those who write it.
package live

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Feed is the ordered feed of the ledger.
type Feed interface {
	// FeedAfter returns the rows that follow number n, oldest first, at most
	// limit. Numbers have no gaps and follow the order of commits.
	FeedAfter(ctx context.Context, n uint64, limit int) ([]care.FeedRow, error)
	// FeedHead returns the number of the newest row, 0 while there is none.
	FeedHead(ctx context.Context) (uint64, error)
}

// limits are the times and sizes that the hub allows. Tests make them smaller.
type limits struct {
	poll     time.Duration // how often the feed is read though nobody called
	upto     time.Duration // how often every socket is told how far it is
	recheck  time.Duration // how often sessions and scopes are read again
	pace     time.Duration // between two screens to which only a name is new
	ping     time.Duration
	silence  time.Duration // a client that does not even answer pings is gone
	hello    time.Duration // how long its first message may take
	write    time.Duration // how long one frame may take
	queue    int           // frames that wait for one client
	catchUp  uint64        // rows that are sent one by one; above, a snapshot
	page     int           // rows read at once
	clients  int
	sessions int // sockets of one session
	readers  int // clients that read the ledger at the same time
	buffer   int // bytes that the kernel keeps for one client; it may double them
}

var usual = limits{
	poll: time.Second, upto: 5 * time.Second, recheck: 30 * time.Second,
	pace: 2 * time.Millisecond, ping: 20 * time.Second, silence: 50 * time.Second, hello: 10 * time.Second, write: 5 * time.Second,
	queue: 512, catchUp: 1000, page: 256, clients: 4096, sessions: 32, readers: 4, buffer: 64 << 10,
}

// Hub serves live views. It needs Run to be running.
type Hub struct {
	feed    Feed
	book    api.Book
	log     *slog.Logger
	metrics *metrics
	limits  limits
	upgrade websocket.Upgrader

	joined func(people.User)
	boards Boards // nil where nobody watches over them

	wake    chan struct{}
	hurry   chan struct{} // scopes are to be read again at once
	readers chan struct{} // one slot for each client that reads what it missed
	views   *pictures
	started chan struct{} // closed when head is known
	ended   chan struct{} // closed when Run is about to return
	serving sync.WaitGroup

	mu      sync.Mutex
	ending  bool
	head    uint64 // every row up to this number was handed to clients
	clients map[*client]struct{}
	open    map[string]int // sockets by session, those included that have not said hello
	total   int
}

// New returns a hub on a ledger. It registers its metrics with reg.
func New(feed Feed, book api.Book, log *slog.Logger, reg prometheus.Registerer) *Hub {
	return newHub(feed, book, log, reg, usual)
}

func newHub(feed Feed, book api.Book, log *slog.Logger, reg prometheus.Registerer, l limits) *Hub {
	h := &Hub{
		feed: feed, book: book, log: log, limits: l,
		// The origin is checked by the Upgrader's default: it must be the host.
		upgrade: websocket.Upgrader{HandshakeTimeout: l.hello, WriteBufferPool: &sync.Pool{}},
		wake:    make(chan struct{}, 1), hurry: make(chan struct{}, 1), readers: make(chan struct{}, l.readers),
		views:   newPictures(book),
		started: make(chan struct{}), ended: make(chan struct{}),
		clients: map[*client]struct{}{}, open: map[string]int{},
	}
	h.metrics = newMetrics(reg, func() float64 {
		h.mu.Lock()
		defer h.mu.Unlock()
		return float64(len(h.clients))
	})
	return h
}

// Notify says that the feed has new rows. It returns at once and may be called
// after each commit.
func (h *Hub) Notify() {
	select {
	case h.wake <- struct{}{}:
	default: // it is about to read anyhow
	}
}

// OnJoin has joined called when a person has opened a live view. It must return
// at once. It is to be set before Run.
func (h *Hub) OnJoin(joined func(people.User)) { h.joined = joined }

// Run follows the feed until ctx ends. Then it says goodbye to every client and
// returns when all sockets are closed. It may be called once.
func (h *Hub) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { h.follow(ctx); return nil })
	g.Go(func() error { h.recheck(ctx); return nil })
	err := g.Wait()
	close(h.ended)
	h.endAll(func(*client) bool { return true }, byeShutdown, true)
	h.serving.Wait()
	return err
}

// follow reads the feed and hands it on.
func (h *Hub) follow(ctx context.Context) {
	poll, upto := time.NewTicker(h.limits.poll), time.NewTicker(h.limits.upto)
	defer poll.Stop()
	defer upto.Stop()
	known, failing := false, false
	for {
		var err error
		if known {
			err = h.advance(ctx)
		} else if h.head, err = h.feed.FeedHead(ctx); err == nil {
			known = true
			close(h.started)
		}
		if ctx.Err() != nil {
			return
		}
		if (err != nil) != failing {
			failing = err != nil
			if failing {
				h.log.ErrorContext(ctx, "live views stand still: the feed cannot be read", "error", err)
			} else {
				h.log.InfoContext(ctx, "live views go on: the feed can be read again")
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-h.wake:
		case <-poll.C:
		case <-upto.C:
			// While the feed cannot be read nothing is said: the screens then
			// show that their picture grows old, which it does.
			if !failing && known {
				h.sayUpto()
			}
		}
	}
}

// advance hands on every row after head.
func (h *Hub) advance(ctx context.Context) error {
	for {
		rows, err := h.feed.FeedAfter(ctx, h.head, h.limits.page)
		if err != nil {
			return err
		}
		loaded := incidents{book: h.book}
		for _, row := range rows {
			i, err := loaded.of(ctx, row)
			if err != nil {
				return err
			}
			h.handOut(row, i)
			if row.Kind == care.EntryWithdrawn || row.Kind == care.EntryConsented {
				// What a family has on its screen goes with the consent.
				select {
				case h.hurry <- struct{}{}:
				default:
				}
			}
		}
		if len(rows) < h.limits.page {
			return nil
		}
	}
}

// incidents loads each incident of a page of the feed once. It is loaded after
// the page was read, so it is at least as new as each of its rows.
type incidents struct {
	book  api.Book
	known map[string]*care.Incident
}

// of returns the incident of a row, nil when the row is about something else.
func (l *incidents) of(ctx context.Context, row care.FeedRow) (*care.Incident, error) {
	if !strings.HasPrefix(string(row.Kind), "incident.") {
		return nil, nil
	}
	if i, ok := l.known[row.Ref]; ok {
		return i, nil
	}
	i, err := l.book.Incident(ctx, row.Ref)
	if err != nil {
		return nil, err
	}
	if l.known == nil {
		l.known = map[string]*care.Incident{}
	}
	l.known[row.Ref] = i
	return i, nil
}

// handOut gives a row to the clients whose viewers may see it, rendered once
// for each form. To move head in the same critical section is what lets a
// client join between two rows without missing one.
func (h *Hub) handOut(row care.FeedRow, i *care.Incident) {
	d := h.book.Directory()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.head = row.Number
	if i == nil {
		return
	}
	var rendered map[api.Form]*message
	for c := range h.clients {
		u := *c.user.Load()
		if !d.SeesIncident(u, *i) {
			continue
		}
		form := api.FormOf(u)
		m, ok := rendered[form]
		if !ok {
			m = incidentMessage(d, form, row, *i)
			if rendered == nil {
				rendered = map[api.Form]*message{}
			}
			rendered[form] = m
		}
		c.enqueue(m)
	}
}

// sayUpto tells every client how far it is: rows that it may not see must not
// look like rows that it has lost.
func (h *Hub) sayUpto() {
	h.mu.Lock()
	defer h.mu.Unlock()
	m := uptoMessage(h.head)
	for c := range h.clients {
		c.enqueue(m)
	}
}

// SignedOut closes the sockets of a session at once.
func (h *Hub) SignedOut(session string) {
	h.endAll(func(c *client) bool { return c.viewer.Session == session }, byeSignedOut, false)
}

func (h *Hub) endAll(which func(*client) bool, reason bye, forGood bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ending = h.ending || forGood
	for c := range h.clients {
		if which(c) {
			c.end(reason)
		}
	}
}

// enter counts a socket in, or says why there is no room for it.
func (h *Hub) enter(session string) (leave func(), why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.ending:
		return nil, "the gateway is stopping"
	case h.total >= h.limits.clients:
		return nil, "too many screens are open"
	case h.open[session] >= h.limits.sessions:
		return nil, "too many screens are open with this sign-in"
	}
	h.total++
	h.open[session]++
	h.serving.Add(1)
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.total--
		if h.open[session]--; h.open[session] == 0 {
			delete(h.open, session)
		}
		h.serving.Done()
	}, ""
}

// join lets a client have every row after the number that it returns.
func (h *Hub) join(c *client) uint64 {
	defer func() {
		if h.joined != nil {
			h.joined(*c.user.Load())
		}
	}()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clients[c] = struct{}{}
	if h.ending {
		c.end(byeShutdown)
	}
	return h.head
}

// handed returns the number up to which every row was handed out.
func (h *Hub) handed() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.head
}

func (h *Hub) part(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
}

var _ api.Live = (*Hub)(nil)

// ServeLive upgrades the request and returns when the socket is closed.
func (h *Hub) ServeLive(w http.ResponseWriter, r *http.Request, v api.Viewer) {
	select {
	case <-h.started:
	case <-h.ended:
	case <-r.Context().Done():
		return
	case <-time.After(h.limits.hello):
		unavailable(w, "the feed cannot be read now")
		return
	}
	leave, why := h.enter(v.Session)
	if why != "" {
		unavailable(w, why)
		return
	}
	defer leave()
	conn, err := h.upgrade.Upgrade(w, r, nil)
	if err != nil {
		h.log.WarnContext(r.Context(), "a live view was turned away", "user", v.User.ID, "origin", r.Header.Get("Origin"), "error", err)
		return
	}
	boundBuffer(conn.NetConn(), h.limits.buffer)
	newClient(h, conn, v).serve(r.Context())
}

// boundBuffer bounds what the kernel keeps for a client that does not read. By
// itself it grows to megabytes: thousands of frames, after which a screen that
// does not keep up is still not known to be slow.
func boundBuffer(c net.Conn, bytes int) {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok { // TLS
		c = t.NetConn()
	}
	if t, ok := c.(interface{ SetWriteBuffer(int) error }); ok {
		t.SetWriteBuffer(bytes) // if not, the silence of the client ends it
	}
}

func unavailable(w http.ResponseWriter, why string) {
	w.Header().Set("Retry-After", "2")
	http.Error(w, why, http.StatusServiceUnavailable)
}
