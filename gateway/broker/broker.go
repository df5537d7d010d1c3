package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
)

// Broker is a running broker. Close it.
type Broker struct {
	opts  Options
	srv   *server.Server
	conf  *server.Options // the server writes the real port into it
	auth  *doorkeeper
	nc    *nats.Conn
	js    jetstream.JetStream
	queue *Queue
	log   *slog.Logger

	metrics []prometheus.Collector
	closing sync.Once
	// stop ends the checks of those who are signed in, and waits for their end.
	stop func()
}

// The names that NATS gives to the streams behind MQTT (nats-server
// server/mqtt.go, constants mqttStreamName and
// mqttQoS2IncomingMsgsStreamName).
const (
	messagesStream = "$MQTT_msgs"
	heldStream     = "$MQTT_qos2in"
)

// Start starts the broker and returns when the listener takes connections.
// Only the core may sign in until OpenDevices is called. ctx bounds the start,
// not the life of the broker.
func Start(ctx context.Context, o Options) (_ *Broker, err error) {
	o, err = o.check()
	if err != nil {
		return nil, fmt.Errorf("start the broker: %w", err)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("start the broker: make the directory of its store: %w", err)
	}
	if o.OnDenied == nil {
		o.OnDenied = func(Denial) {}
	}
	b := &Broker{opts: o, log: o.Log}
	denied := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "shouwang_broker_denied_total",
		Help: "What the embedded broker did not let clients do, by kind.",
	}, []string{"kind"})
	tell := func(kind string, d Denial) {
		denied.WithLabelValues(kind).Inc()
		o.OnDenied(d)
	}
	b.auth = newDoorkeeper(o.Auth, o.Log, tell)
	b.auth.certified = o.EdgeCertificate
	b.conf = o.serverOptions(b.auth)
	b.srv, err = server.NewServer(b.conf)
	if err != nil {
		return nil, fmt.Errorf("start the broker: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close())
		}
	}()
	b.auth.alive = func(id uint64) bool { return b.srv.GetClient(id) != nil }
	logger := newServerLog(o.Log, b.auth.edgeOf, tell)
	b.srv.SetLoggerV2(logger, false, false, false)
	b.srv.Start()
	checks, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var checking sync.WaitGroup
	checking.Go(func() { b.auth.keepChecking(checks, b.srv.DisconnectClientByID) })
	b.stop = func() { cancel(); checking.Wait() }
	if err := b.awaitReady(ctx, logger.fatal); err != nil {
		return nil, fmt.Errorf("start the broker: %w", err)
	}
	b.nc, err = nats.Connect("", nats.InProcessServer(b.srv), nats.Name("queue"),
		nats.UserInfo(queueUser, b.auth.queuePassword), nats.MaxReconnects(-1))
	if err != nil {
		return nil, fmt.Errorf("start the broker: connect to it within the process: %w", err)
	}
	if b.js, err = jetstream.New(b.nc); err != nil {
		return nil, fmt.Errorf("start the broker: %w", err)
	}
	if b.queue, err = openQueue(ctx, b.js, o.QueueBytes, o.Log); err != nil {
		return nil, fmt.Errorf("start the broker: %w", err)
	}
	b.metrics = []prometheus.Collector{
		denied,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "shouwang_broker_connections",
			Help: "Clients connected to the embedded broker, the gateway's own included.",
		}, func() float64 { return float64(b.srv.NumClients()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "shouwang_broker_messages_waiting",
			Help: "MQTT messages stored in the embedded broker that the core has not acknowledged.",
		}, b.waiting),
	}
	b.metrics = append(b.metrics, b.queue.metrics()...)
	for i, m := range b.metrics {
		if err := o.Registerer.Register(m); err != nil {
			b.metrics = b.metrics[:i]
			return nil, fmt.Errorf("start the broker: register its metrics: %w", err)
		}
	}
	return b, nil
}

// awaitReady waits until the server takes connections. What the server calls
// fatal arrives on fatal; it goes on half started, so we end it.
func (b *Broker) awaitReady(ctx context.Context, fatal <-chan string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("it was not ready within 30 s"))
	defer cancel()
	for {
		select {
		case text := <-fatal:
			return errors.New(text)
		case <-ctx.Done():
			return context.Cause(ctx)
		default:
		}
		if b.srv.ReadyForConnections(50 * time.Millisecond) {
			if !b.srv.JetStreamEnabled() {
				return errors.New("its store could not be opened: see the log before this line")
			}
			return nil
		}
	}
}

// waiting counts the stored messages; 0 while no session exists yet.
func (b *Broker) waiting() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	s, err := b.js.Stream(ctx, messagesStream)
	if err != nil {
		return 0
	}
	return float64(s.CachedInfo().State.Msgs)
}

// Addr returns host:port of the MQTT listener with its real port, empty when
// there is none.
func (b *Broker) Addr() string {
	if b.opts.MQTTAddr == "" {
		return ""
	}
	host, _, _ := splitAddr(b.opts.MQTTAddr)
	return net.JoinHostPort(host, strconv.Itoa(b.conf.MQTT.Port))
}

// CoreCredentials returns the user name and the password with which the core
// signs in over MQTT. The password is made anew at each start and lives in
// memory only.
func (b *Broker) CoreCredentials() (username, password string) {
	return coreUser, b.auth.corePassword
}

// OpenDevices lets edges sign in. Call it when the core's sessions exist: a
// message that comes while nobody has subscribed is acknowledged and dropped.
func (b *Broker) OpenDevices() {
	if !b.auth.open.Swap(true) {
		b.log.Info("devices may sign in", "mqtt", b.Addr())
	}
}

// Queue returns the queue of readings.
func (b *Broker) Queue() *Queue { return b.queue }

// ReserveHeadroom bounds the messages that wait for the core, so that a full
// store refuses the senders and never locks out the core's own sessions. Call
// it once the core's sessions exist, for they make the streams. It may be
// called again.
func (b *Broker) ReserveHeadroom(ctx context.Context) error {
	for name, limit := range map[string]int64{messagesStream: b.opts.MessageBytes, heldStream: heldBytes} {
		s, err := b.js.Stream(ctx, name)
		if err != nil {
			return fmt.Errorf("reserve head-room in the broker's store: look up the stream %s: %w", name, err)
		}
		cfg := s.CachedInfo().Config
		if cfg.MaxBytes == limit && cfg.Discard == jetstream.DiscardNew {
			continue
		}
		cfg.MaxBytes, cfg.Discard = limit, jetstream.DiscardNew
		if _, err := b.js.UpdateStream(ctx, cfg); err != nil {
			return fmt.Errorf("reserve head-room in the broker's store: bound the stream %s to %d bytes: %w", name, limit, err)
		}
	}
	return nil
}

// Close ends every connection, writes the store and returns when that is done.
// Queue.Run must have ended before.
func (b *Broker) Close() error {
	b.closing.Do(func() {
		for _, m := range b.metrics {
			b.opts.Registerer.Unregister(m)
		}
		if b.stop != nil {
			b.stop()
		}
		if b.nc != nil {
			b.nc.Close()
		}
		b.srv.Shutdown()
		b.srv.WaitForShutdown()
	})
	return nil
}
