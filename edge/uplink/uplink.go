// Package uplink carries what an edge's spool holds to the gateway: events over
// MQTT and, when no answer comes, over HTTPS; readings and the edge's state over
// MQTT.
//
// An event is done only when the core says that it is committed in the ledger or
// refused for good. That the broker took a message (PUBACK) is flow control for
// events and the end of the way for readings. The MQTT client's publish tokens
// are not trusted for either: they complete without error on a reconnect though
// no PUBACK ever came. Acknowledgements are seen in the client's store instead,
// and each connection has a client of its own, which also lets the Last Will
// carry the number of the connection.
//
// The package leaves to edge/spool what survives a restart and to edge/agent
// what is an event.
package uplink

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/spool"
)

// Config is what an uplink needs to know.
type Config struct {
	Site care.SiteID
	Edge care.EdgeID
	// MQTT are broker addresses, tried in order at each connection.
	MQTT []string
	// HTTPS are base addresses of gateways; empty means no second way.
	HTTPS []string
	// Secret is the edge's password; ClientID its MQTT client id.
	Secret, ClientID string
	// TLS holds the certificates to trust; nil means the system's. Where it has
	// GetClientCertificate, gateways are told by care.EdgeProtocol that they may ask
	// for the edge's.
	TLS *tls.Config
	// Version and Boot go into the state.
	Version, Boot string
	// Devices returns the inventory for the state.
	Devices func() []care.DeviceState
	// Published, if not nil, is called just before each handing of an event to
	// the MQTT client, for measurements. It must be quick.
	Published func(id string, at time.Time)
	// Heard, if not nil, is called at each sign of life of the core over MQTT. It
	// must be quick.
	Heard func(at time.Time)
	// Dial, if not nil, makes the network connections to brokers and gateways, as
	// net.Dialer.DialContext does; simulations cut their edges off with it.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	Log  *slog.Logger
}

// Times and bounds of the protocol, all from the contract with the core.
const (
	stateEvery    = 60 * time.Second
	firstResend   = 5 * time.Second
	longestResend = 5 * time.Minute
	httpsAfter    = 3 * time.Second
	// coreSilent is three heartbeats: after it the core counts as not heard.
	coreSilent  = 90 * time.Second
	maxPacks    = 8  // reading packs without PUBACK
	maxInFlight = 64 // events without PUBACK
)

// Uplink carries one edge's spool to the gateway.
type Uplink struct {
	cfg   Config
	spool *spool.Spool
	wake  chan struct{} // something to send
	rouse chan struct{} // something for HTTPS, perhaps
	// inbox decouples the MQTT client's goroutine, which must not wait for a
	// disk, from the answers.
	inbox chan message
	// dial, if not nil, makes the network connection to a broker.
	dial func(broker *url.URL) (net.Conn, error)
	// gateways, if not nil, carries requests over HTTPS.
	gateways http.RoundTripper

	mu sync.Mutex
	// waiting holds every event that has been handed to the broker or to a
	// gateway and has no answer; those the spool holds beyond it are still to be
	// sent.
	waiting   map[uint64]*delivery
	heard     time.Time // when the core was last heard on this connection
	holdUntil time.Time // no resending before this
	announce  bool      // the state is to be sent
	connected bool
	number    uint64 // connections made since boot
}

// delivery is what is known of one unanswered event.
type delivery struct {
	ref   uint64
	id    string
	sent  time.Time // when it was handed to MQTT on this connection; zero: not yet
	tries int       // MQTT transmissions
	posts int       // HTTPS transmissions
	post  time.Time // when HTTPS is due
}

type message struct {
	topic   string
	payload []byte
}

// New returns an uplink; Run makes it work.
func New(cfg Config, sp *spool.Spool) *Uplink {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Devices == nil {
		cfg.Devices = func() []care.DeviceState { return nil }
	}
	return &Uplink{
		cfg: cfg, spool: sp,
		wake: make(chan struct{}, 1), rouse: make(chan struct{}, 1), inbox: make(chan message, 1024),
		waiting: map[uint64]*delivery{},
	}
}

// Run carries until ctx ends, then takes its leave of the broker. Broken
// connections are no errors: they are logged and made again.
func (u *Uplink) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return u.keepConnected(ctx) })
	g.Go(func() error { return u.readInbox(ctx) })
	if len(u.cfg.HTTPS) > 0 {
		g.Go(func() error { return u.keepPosting(ctx) })
	}
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Wake says that the spool holds something new.
func (u *Uplink) Wake() {
	poke(u.wake)
	poke(u.rouse)
}

// Announce has the state sent now and not at the next full minute.
func (u *Uplink) Announce() {
	u.mu.Lock()
	u.announce = true
	u.mu.Unlock()
	poke(u.wake)
}

// Connected reports whether there is a connection to a broker.
func (u *Uplink) Connected() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.connected
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it will look anyway
	}
}

// track returns the delivery of an event, made now if need be.
func (u *Uplink) track(item spool.Item, now time.Time) *delivery {
	d := u.waiting[item.Ref]
	if d == nil {
		d = &delivery{ref: item.Ref, id: item.ID, post: now.Add(httpsAfter)}
		u.waiting[item.Ref] = d
	}
	return d
}

// coreHeard notes a sign of life. When the core comes back after a silence it
// first works off what the broker kept for it: resending starts a little later.
func (u *Uplink) coreHeard(now time.Time) {
	if u.cfg.Heard != nil {
		u.cfg.Heard(now)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if now.Sub(u.heard) > coreSilent {
		u.holdUntil = now.Add(firstResend)
	}
	u.heard = now
}

// backoff is how long after transmission number tries, from 1, the next one
// follows.
func backoff(tries int) time.Duration {
	d := firstResend << min(max(tries-1, 0), 10)
	return min(d, longestResend)
}
