package app

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"shouwang.care/shouwang/dashboards"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/live"
	"shouwang.care/shouwang/gateway/broker"
	"shouwang.care/shouwang/gateway/config"
	"shouwang.care/shouwang/gateway/ingest"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch"
	"shouwang.care/shouwang/gateway/watch/outbox"
	"shouwang.care/shouwang/gateway/watch/supervise"
)

// Options are what the gateway is started with.
type Options struct {
	Config  config.Config
	Version string
	Log     *slog.Logger
	// Tell is told what an operator must read once, such as the one-time password
	// of the first start. It may be nil.
	Tell func(text string)
}

// App is a running gateway.
type App struct {
	opts     Options
	parts    *parts
	registry *prometheus.Registry

	store    *ledger.Store
	series   seriesStore
	coverage *supervise.Supervisor
	broker   *broker.Broker
	watch    *watch.Watch
	outbox   *outbox.Outbox
	reach    apiReach
	hub      *live.Hub
	pages    *api.API
	ingest   *ingest.Ingest
	web      net.Listener
	mqtt     string
	certs    certificates
}

const (
	// readyTime is how long the core may take to subscribe at its own broker.
	readyTime = 30 * time.Second
	// refreshEvery is how soon a running gateway knows what was imported
	// beside it.
	refreshEvery = 2 * time.Second
	// addressFile tells programs of this machine where the gateway listens.
	addressFile = "addresses.json"
)

// Run starts the gateway and keeps it until ctx ends or a part of it fails.
func Run(ctx context.Context, o Options) error {
	a, err := Start(ctx, o)
	if err != nil {
		return err
	}
	var failure error
	select {
	case <-ctx.Done():
		o.Log.Info("the gateway stops")
	case failure = <-a.parts.failed:
		o.Log.Error("the gateway stops because a part of it failed", "err", failure)
	}
	return errors.Join(failure, a.Stop())
}

// Start returns when the gateway takes events and serves pages. ctx bounds the
// start, not the life: end it with Stop.
func Start(ctx context.Context, o Options) (_ *App, err error) {
	a := &App{opts: o, parts: newParts(o.Log), registry: prometheus.NewRegistry()}
	a.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	began := time.Now()
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start the gateway: %w", err), a.parts.stop())
		}
	}()
	for _, start := range []func(context.Context) error{a.openStores, a.firstOperator, a.openCertificates, a.startBroker, a.startIngest, a.startPages, a.startSteps, a.startHeartbeat, a.tellAddresses} {
		if err := start(ctx); err != nil {
			return nil, err
		}
	}
	o.Log.Info("the gateway is ready", "web", a.Web(), "mqtt", a.MQTT(), "version", o.Version, "took", time.Since(began).Round(time.Millisecond))
	return a, nil
}

// Stop ends all parts, and returns when they have ended.
func (a *App) Stop() error { return a.parts.stop() }

// Failed gets an error when a part of the gateway has ended by itself.
func (a *App) Failed() <-chan error { return a.parts.failed }

// Web returns the address of the pages, such as http://127.0.0.1:8080.
func (a *App) Web() string {
	scheme := "http://"
	if a.opts.Config.Web.TLS.Set() {
		scheme = "https://"
	}
	return scheme + dialable(a.web.Addr().String())
}

// MQTT returns the address of the broker, such as tcp://127.0.0.1:1883.
func (a *App) MQTT() string { return a.mqtt }

// openStores opens what is on the disk.
func (a *App) openStores(ctx context.Context) error {
	c := a.opts.Config
	unlock, err := lockData(c.Data)
	if err != nil {
		return err
	}
	a.parts.onStop("the lock of the data directory", func(context.Context) error { return unlock() })
	// One that was killed could not take its addresses away.
	if err := os.Remove(filepath.Join(c.Data, addressFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove old addresses: %w", err)
	}
	if a.store, err = ledger.Open(ctx, LedgerFile(c)); err != nil {
		return err
	}
	a.parts.onStop("the ledger", func(context.Context) error { return a.store.Close() })
	if a.series, err = openSeries(c, a.opts.Log, a.registry); err != nil {
		return err
	}
	a.parts.onStop("the time series", func(context.Context) error { return a.series.Close() })
	a.parts.run("the directory", a.refresh)
	return nil
}

// LedgerFile returns the file of the ledger.
func LedgerFile(c config.Config) string { return filepath.Join(c.Data, "ledger.db") }

// refresh takes up what another process registered, such as an import. Live
// views look at the directory by themselves.
func (a *App) refresh(ctx context.Context) error {
	t := time.NewTicker(refreshEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		changed, err := a.store.Refresh(ctx)
		if err != nil && ctx.Err() == nil {
			a.opts.Log.Error("what is registered could not be read anew, trying again", "next_try", refreshEvery, "err", err)
		}
		if changed {
			d := a.store.Directory()
			a.opts.Log.Info("what is registered has changed", "sites", len(d.Sites), "edges", len(d.Edges), "points", len(d.Points))
		}
	}
}

// startBroker starts the embedded broker; edges may not sign in yet.
func (a *App) startBroker(ctx context.Context) error {
	c := a.opts.Config
	// Denials come from the broker's goroutines, before and while ingest runs.
	var hears atomic.Pointer[ingest.Ingest]
	var err error
	a.broker, err = broker.Start(ctx, broker.Options{
		Dir: filepath.Join(c.Data, "broker"), MQTTAddr: c.MQTT.Address, SyncAlways: c.MQTT.SyncAlways,
		TLS: a.certs.brokerTLS(), EdgeCertificate: a.certs.edgeCheck(), Auth: a.store, QueueBytes: c.Series.QueueBytes,
		OnDenied: func(d broker.Denial) {
			if in := hears.Load(); in != nil {
				in.Denied(d.Site, d.Edge, d.Topic, d.Detail)
			}
		},
		Log: a.opts.Log, Registerer: a.registry,
	})
	if err != nil {
		return err
	}
	a.parts.onStop("the broker", func(context.Context) error { return a.broker.Close() })
	scheme := "tcp://"
	if c.MQTT.TLS.Set() {
		scheme = "tls://"
	}
	a.mqtt = scheme + dialable(a.broker.Addr())
	if err := a.makeIngest(ctx, a.certs.coreTLS()); err != nil {
		return err
	}
	hears.Store(a.ingest)
	return nil
}

// makeIngest prepares the watch and the way in.
func (a *App) makeIngest(ctx context.Context, key *tls.Config) error {
	secret, err := a.secret(ctx, "link.secret")
	if err != nil {
		return err
	}
	a.watch = watch.New(watchLedger{a.store}, a.opts.Log, a.registry, watch.Options{
		OpenIncidents: a.store.OpenIncidents, CountTimers: a.store.CountTimers, Conditions: a.conditions, LinkSecret: secret,
	})
	if err := a.makeSupervision(ctx); err != nil {
		return err
	}
	ids, err := a.clientIDs(ctx)
	if err != nil {
		return err
	}
	user, password := a.broker.CoreCredentials()
	rows := ingestRows{a.store}
	a.ingest, err = ingest.New(ingest.Options{
		Brokers: []string{a.mqtt}, Username: user, Password: password, TLS: key, ClientIDs: ids,
		Book: a.watch, Series: a.series, Queue: a.broker.Queue(), Quarantine: rows, States: rows,
		Directory: a.store.Directory, Seen: a.coverage.Seen, Observe: a.observe, Edge: a.edgeSaid,
		Log: a.opts.Log, Registerer: a.registry,
	})
	if err != nil {
		return err
	}
	a.parts.run("supervision", a.coverage.Run)
	return nil
}

// secret returns a secret of the gateway, which is made at its first use.
func (a *App) secret(ctx context.Context, key string) ([]byte, error) {
	s, err := a.store.EnsureSetting(ctx, key, rand.Text)
	return []byte(s), err
}

// clientIDs returns the core's client ids, which are made at the first start:
// the broker knows its sessions by them.
func (a *App) clientIDs(ctx context.Context) (ids ingest.ClientIDs, err error) {
	for key, id := range map[string]*string{"event": &ids.Event, "reading": &ids.Reading, "state": &ids.State} {
		if *id, err = a.store.EnsureSetting(ctx, "mqtt.client."+key, rand.Text); err != nil {
			return ids, err
		}
	}
	return ids, nil
}

// startIngest opens the way in, and lets edges sign in once nothing that they
// send can get lost.
func (a *App) startIngest(ctx context.Context) error {
	a.parts.run("the way in", a.ingest.Run)
	ctx, cancel := context.WithTimeoutCause(ctx, readyTime, errors.New("the core could not subscribe at its own broker within "+readyTime.String()))
	defer cancel()
	select {
	case <-a.ingest.Ready():
	case err := <-a.parts.failed:
		return err
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), a.ingest.Check())
	}
	if err := a.broker.ReserveHeadroom(ctx); err != nil {
		return err
	}
	a.parts.run("the queue of readings", func(ctx context.Context) error {
		return a.broker.Queue().Run(ctx, a.ingest.AppendQueued)
	})
	a.broker.OpenDevices()
	return nil
}

// startPages serves people.
func (a *App) startPages(ctx context.Context) error {
	hub := live.New(a.store, a.store, a.opts.Log, a.registry)
	a.hub = hub
	if err := a.makeOutbox(); err != nil {
		return err
	}
	a.watch.Subscribe(hub.Notify)
	hub.OnJoin(a.watch.Joined)
	a.superviseBoards(hub)
	handler, err := a.makeAPI(ctx, hub)
	if err != nil {
		return err
	}
	a.pages = handler
	listen := net.ListenConfig{}
	if a.web, err = listen.Listen(ctx, "tcp", a.opts.Config.Web.Address); err != nil {
		return fmt.Errorf("listen for browsers on web.address %s (is another gateway running there? SHOUWANG_WEB gives another address): %w", a.opts.Config.Web.Address, err)
	}
	served := a.web
	if key := a.certs.webTLS(); key != nil {
		served = tls.NewListener(a.web, key)
	}
	a.parts.run("live views", hub.Run)
	a.parts.run("the pages", func(ctx context.Context) error { return handler.Serve(ctx, served) })
	return nil
}

func (a *App) makeAPI(ctx context.Context, hub *live.Hub) (*api.API, error) {
	alerting, err := a.alerting(ctx)
	if err != nil {
		return nil, err
	}
	var web fs.FS
	switch files, err := dashboards.Files(); {
	case err == nil:
		web = files
	case errors.Is(err, dashboards.ErrNotBuilt):
		a.opts.Log.Warn("there are no pages to show, only the API", "err", err)
	default:
		return nil, err
	}
	rows := apiRows{a.store}
	return api.New(api.Options{
		Accounts: a.store, Sessions: a.store.Sessions(), Book: a.store, Archive: rows, Answerer: a.watch, Alerting: alerting,
		Inlet: inlet{a.store, a.ingest}, Series: apiSeries{a.series}, Coverage: a.coverage, Quarantine: rows, Live: hub,
		History: a.store, Duty: rosters{a.store}, Audit: apiAudit{a.store}, Credentials: apiCredentials{a.store}, Rooms: a.rooms(),
		Health: []api.HealthCheck{
			{Name: "ledger", Check: a.store.Ping},
			{Name: "mqtt", Check: func(context.Context) error { return a.ingest.Check() }},
			{Name: "steps", Check: a.watch.Alive},
		},
		Web: web, Version: a.opts.Version, TLS: a.opts.Config.Web.TLS.Set(), Trust: a.trust(), EdgeCertificate: a.certs.edgeCheck(), Origins: a.opts.Config.Web.Origins,
		MetricsToken: string(a.opts.Config.Web.MetricsToken),
		Log:          a.opts.Log, Registerer: a.registry, Gatherer: a.registry,
	})
}

// Addresses is what addresses.json in the data directory holds while the
// gateway is running and ready.
type Addresses struct {
	Web  string `json:"web"`
	MQTT string `json:"mqtt"`
}

// tellAddresses writes where the gateway listens, which is not in the settings
// when a port is 0.
func (a *App) tellAddresses(context.Context) error {
	b, err := json.Marshal(Addresses{a.Web(), a.MQTT()})
	if err != nil {
		return fmt.Errorf("write the addresses: %w", err)
	}
	path := filepath.Join(a.opts.Config.Data, addressFile)
	// In one step, because whoever waits for the file reads it at once.
	if err := os.WriteFile(path+".new", append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the addresses: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write the addresses: %w", err)
	}
	a.parts.onStop("the addresses", func(context.Context) error { return os.Remove(path) })
	return nil
}
