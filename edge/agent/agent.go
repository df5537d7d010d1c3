package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/edge/spool"
	"shouwang.care/shouwang/edge/uplink"
)

// carrier is the way to the gateway; *uplink.Uplink is the one that products
// use. Its methods are those of that type.
type carrier interface {
	Run(ctx context.Context) error
	Wake()
	Announce()
	Connected() bool
}

// Agent is one edge agent. Its methods may be called from several goroutines.
type Agent struct {
	cfg  config.Config
	hw   Hardware
	log  *slog.Logger
	zone *time.Location
	link uplink.Config // what is known of it before Run

	files   func(dir string) (spool.Files, error) // where the spool lives
	connect func(uplink.Config, *spool.Spool) carrier

	started    atomic.Bool
	devices    []*device
	sirens     []*siren
	converters converters
	// active is what lasts: fires, leaks, faults.
	active *conditions
	// soiled is how soiled the smoke chambers are.
	soiled *baselines
	book   *book
	core   *coreWatch

	mu sync.Mutex
	up carrier // nil until Run
}

// Option changes how an Agent is made.
type Option func(*Agent)

// WithVersion sets the version that the agent says it is.
func WithVersion(v string) Option { return func(a *Agent) { a.link.Version = v } }

// OnPublished has f called just before each handing of an event to the MQTT
// client, for measurements. It must be quick and safe for concurrent use.
func OnPublished(f func(id string, at time.Time)) Option {
	return func(a *Agent) { a.link.Published = f }
}

// WithDial has the agent make its network connections by dial, which is used as
// net.Dialer.DialContext is: for simulations that cut an edge off.
func WithDial(dial func(ctx context.Context, network, address string) (net.Conn, error)) Option {
	return func(a *Agent) { a.link.Dial = dial }
}

// New makes an agent; nothing is opened and no goroutine runs before Run. The
// error is of the configuration, or of the files with the secret and the
// certificates that it names. Hardware that is missing is no error: it is
// reported as a fault while the other devices keep watch.
func New(cfg config.Config, hw Hardware, log *slog.Logger, opts ...Option) (*Agent, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	zone, err := cfg.Location()
	if err != nil {
		return nil, fmt.Errorf("load the time zone of the configuration: %w", err)
	}
	secret, err := cfg.Gateway.ReadSecret()
	if err != nil {
		return nil, err
	}
	secure, err := secured(cfg, log)
	if err != nil {
		return nil, err
	}
	a := &Agent{
		cfg: cfg, hw: hw, log: log, zone: zone, active: newConditions(), soiled: newBaselines(),
		files: func(dir string) (spool.Files, error) {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return nil, err
			}
			return spool.Dir(dir), nil
		},
		connect: func(c uplink.Config, s *spool.Spool) carrier { return uplink.New(c, s) },
	}
	a.link = uplink.Config{
		Site: cfg.Site, Edge: cfg.Edge, MQTT: cfg.Gateway.MQTT, HTTPS: cfg.Gateway.HTTPS,
		Secret: secret, TLS: secure, Version: "development", Devices: a.inventory, Log: log,
	}
	a.core = newCoreWatch(a)
	a.link.Heard = a.core.note
	for _, o := range opts {
		o(a)
	}
	for _, dev := range cfg.Devices {
		d, err := newDevice(a, dev)
		if err != nil {
			return nil, fmt.Errorf("device %s: %w", dev.ID, err)
		}
		a.devices = append(a.devices, d)
	}
	return a, nil
}

// Run watches until ctx ends, and returns nil then. What is in hand is written
// to the disk before it returns. It runs once. The error is that another agent
// owns the data directory.
//
// A disk that fails does not stop the watch: it is logged, events wait in memory,
// and the local sounder sounds all the same.
func (a *Agent) Run(ctx context.Context) (err error) {
	if a.started.Swap(true) {
		return errors.New("an agent runs once; make a new one")
	}
	own, err := openData(a.cfg.Data)
	if err != nil && !errors.Is(err, errUnusable) {
		return err
	}
	if err != nil {
		a.log.Error("the data directory cannot be used: the watch goes on, but events are in memory only; repair the disk or correct \"data\", then restart the agent", "err", err)
		own = &data{}
	}
	defer func() { err = errors.Join(err, own.close()) }()
	sp := a.openSpool(own)
	defer func() {
		if cerr := sp.Close(); cerr != nil {
			a.log.Error("the spool could not be closed in order", "err", cerr)
		}
	}()

	link := a.link
	link.Boot = uuid.NewString()
	if link.ClientID, err = own.clientID(); err != nil {
		a.log.Error("the client id of the edge cannot be kept; a new one is used until the next start", "err", err)
	}
	up := a.connect(link, sp)
	a.mu.Lock()
	a.up = up
	a.mu.Unlock()
	if err := a.active.load(own); err != nil {
		a.log.Error("it is not known any more what was active before the start; ends of old alarms are not reported", "err", err)
	}
	if err := a.soiled.load(own); err != nil {
		a.log.Warn("it is not known any more how soiled the smoke chambers are; a soiled one may alarm early for some hours", "err", err)
	}
	a.book = newBook(sp, up, a.active, a.soiled, own, a.log)
	return a.watch(ctx, up)
}

// openSpool opens the spool; if that fails events are kept in memory.
func (a *Agent) openSpool(own *data) *spool.Spool {
	opts := spool.Options{MaxEvents: int64(a.cfg.Spool.MaxEvents) << 20, MaxReadings: int64(a.cfg.Spool.MaxReadings) << 20, Log: a.log}
	if own.usable() {
		files, err := a.files(own.path("spool"))
		if err == nil {
			var sp *spool.Spool
			if sp, err = spool.OpenFiles(files, opts); err == nil {
				return sp
			}
		}
		a.log.Error("the spool cannot be opened: the watch goes on, but events are in memory only; repair the disk, then restart the agent", "err", err)
	}
	sp, err := spool.OpenFiles(spool.NoDisk{}, opts)
	if err != nil {
		panic(fmt.Sprintf("a spool without disk cannot fail: %v", err))
	}
	return sp
}

// watch runs all goroutines of the agent and waits for them: first the devices
// end, then what they said is written down, and the uplink ends by itself.
func (a *Agent) watch(ctx context.Context, up carrier) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var devices, others sync.WaitGroup
	written := make(chan struct{})
	others.Go(func() { a.book.keep(written) })
	var linkErr error
	others.Go(func() {
		if linkErr = up.Run(ctx); linkErr != nil {
			stop()
		}
	})
	a.endForgotten()
	devices.Go(func() { a.core.run(ctx) })
	for _, d := range a.devices {
		devices.Go(func() { d.supervise(ctx) })
	}
	devices.Wait()
	close(written)
	others.Wait()
	if linkErr != nil {
		return fmt.Errorf("the way to the gateway has ended: %w", linkErr)
	}
	return nil
}

// Connected reports whether there is a connection to a broker.
func (a *Agent) Connected() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.up != nil && a.up.Connected()
}

// announce has the state sent soon.
func (a *Agent) announce() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.up != nil {
		a.up.Announce()
	}
}
