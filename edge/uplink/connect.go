package uplink

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"shouwang.care/shouwang/alerts/care"
)

const (
	// connectTimeout is how long a broker may take to answer at first. After each
	// try in vain it may take twice as long, up to longestConnect: a broker to
	// which thousands come back at once serves them one after the other, and one
	// who gives up early stands at the end of the queue again.
	connectTimeout = 3 * time.Second
	longestConnect = 12 * time.Second
	firstWait      = 250 * time.Millisecond
	longestWait    = 15 * time.Second
	// stable is how long a connection must last to count as good: a broker that
	// accepts and then throws out would else be hammered.
	stable = 30 * time.Second
)

// connection is one MQTT connection with a client of its own.
type connection struct {
	client  paho.Client
	tracker *tracker
	lost    chan error // gets one value
	number  uint64
}

// keepConnected makes connections, one after the other, and serves them.
func (u *Uplink) keepConnected(ctx context.Context) error {
	wait, patience, failing := firstWait, connectTimeout, "" // failing is what was said last
	for ctx.Err() == nil {
		c, err := u.connect(ctx, patience)
		patience = min(2*patience, longestConnect)
		if err == nil {
			patience = connectTimeout
			u.cfg.Log.Info("connected to the broker", "connection", c.number)
			began := time.Now()
			err = u.serve(ctx, c)
			u.setConnected(false)
			u.part(ctx, c)
			if ctx.Err() != nil {
				return nil
			}
			u.cfg.Log.Warn("the connection to the broker is lost", "err", err)
			if failing = ""; time.Since(began) > stable {
				wait = firstWait
			}
		} else if ctx.Err() == nil {
			what := "the broker cannot be reached; events wait on disk"
			if isRefusal(err) {
				what = "the gateway does not let this edge in; events wait on disk: unless it is just starting, the secret was changed, the edge was retired, or a certificate is demanded; enrol the edge again, or see what the gateway's log says of it"
			}
			level := slog.LevelDebug
			if what != failing { // say it once, not every few seconds of an outage
				level = slog.LevelWarn
			}
			failing = what
			u.cfg.Log.Log(ctx, level, what, "err", err)
		}
		// Half fixed, half random: a hundred edges must not come back as one.
		pause(ctx, wait/2+rand.N(wait))
		wait = min(2*wait, longestWait)
	}
	return nil
}

// isRefusal reports whether a broker was reached that does not let the edge in.
func isRefusal(err error) bool {
	return errors.Is(err, packets.ErrorRefusedNotAuthorised) || errors.Is(err, packets.ErrorRefusedBadUsernameOrPassword)
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func (u *Uplink) setConnected(is bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.connected = is
	if !is {
		// What was sent on the old connection is sent again on the next; HTTPS
		// may take it before.
		for _, d := range u.waiting {
			d.sent = time.Time{}
		}
		u.heard = time.Time{}
	}
}

// connect makes one connection and subscribes; each broker may take as long as
// patience says to answer.
func (u *Uplink) connect(ctx context.Context, patience time.Duration) (*connection, error) {
	u.mu.Lock()
	u.number++
	number := u.number
	u.mu.Unlock()
	c := &connection{tracker: newTracker(), lost: make(chan error, 1), number: number}
	will, err := u.state(number, false)
	if err != nil {
		return nil, err
	}
	o := paho.NewClientOptions().
		SetClientID(u.cfg.ClientID).
		SetUsername(string(u.cfg.Site)+"/"+string(u.cfg.Edge)).
		SetPassword(u.cfg.Secret).
		SetProtocolVersion(4).
		SetCleanSession(true).
		SetAutoReconnect(false).
		SetConnectRetry(false).
		SetConnectTimeout(patience).
		SetWriteTimeout(5*time.Second).
		SetKeepAlive(10*time.Second).
		SetPingTimeout(5*time.Second).
		SetOrderMatters(true).
		SetStore(c.tracker).
		SetTLSConfig(u.cfg.TLS).
		SetBinaryWill(u.topic(care.KindState), will, 1, true).
		SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) { u.receive(m) }).
		SetConnectionLostHandler(func(_ paho.Client, err error) {
			select {
			case c.lost <- err:
			default:
			}
		})
	for _, a := range u.cfg.MQTT {
		o.AddBroker(a)
	}
	if u.cfg.Dial != nil {
		o.SetCustomOpenConnectionFn(func(broker *url.URL, _ paho.ClientOptions) (net.Conn, error) { return u.open(ctx, broker, patience) })
	}
	if u.dial != nil {
		o.SetCustomOpenConnectionFn(func(broker *url.URL, _ paho.ClientOptions) (net.Conn, error) { return u.dial(broker) })
	}
	c.client = paho.NewClient(o)
	if err := await(ctx, c.client.Connect(), time.Duration(len(u.cfg.MQTT))*patience+time.Second); err != nil {
		c.client.Disconnect(0)
		return nil, fmt.Errorf("connect to %v as %s/%s: %w", u.cfg.MQTT, u.cfg.Site, u.cfg.Edge, err)
	}
	// Subscribed before anything is sent, so that no answer is missed.
	filters := map[string]byte{u.topic(care.KindCommitted): 0, care.CoreTopic: 0}
	token := c.client.SubscribeMultiple(filters, nil)
	if err := await(ctx, token, patience); err != nil {
		c.client.Disconnect(0)
		return nil, fmt.Errorf("subscribe to the core's answers: %w", err)
	}
	if t, ok := token.(*paho.SubscribeToken); ok {
		for topic, code := range t.Result() {
			if code > 2 {
				u.cfg.Log.Error("the broker denies a subscription; answers can come by HTTPS only", "topic", topic)
			}
		}
	}
	return c, nil
}

// open makes a network connection to a broker by the Dial of the configuration.
func (u *Uplink) open(ctx context.Context, broker *url.URL, patience time.Duration) (net.Conn, error) {
	ctx, done := context.WithTimeoutCause(ctx, patience, fmt.Errorf("no connection within %s", patience))
	defer done()
	raw, err := u.cfg.Dial(ctx, "tcp", broker.Host)
	if err != nil || broker.Scheme == "tcp" {
		return raw, err
	}
	settings := u.cfg.TLS.Clone()
	if settings == nil {
		settings = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	settings.ServerName = broker.Hostname()
	secure := tls.Client(raw, settings)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return secure, nil
}

func (u *Uplink) topic(k care.Kind) string { return care.Topic(u.cfg.Site, u.cfg.Edge, k) }

// await waits for a token, at most for d, or until ctx ends.
func await(ctx context.Context, token paho.Token, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return fmt.Errorf("no answer within %s", d)
	case <-token.Done():
		return token.Error()
	}
}

// receive runs in the MQTT client's goroutine and must not wait.
func (u *Uplink) receive(m paho.Message) {
	select {
	case u.inbox <- message{m.Topic(), m.Payload()}:
	default:
		// An answer that is dropped comes again when the event is sent again.
		u.cfg.Log.Warn("the core's messages come faster than they can be handled; one is dropped", "topic", m.Topic())
	}
}

// part says goodbye if the agent ends, so that nobody takes it for a breakdown,
// and closes the client.
func (u *Uplink) part(ctx context.Context, c *connection) {
	if ctx.Err() != nil && c.client.IsConnectionOpen() {
		if b, err := u.state(c.number, false); err == nil {
			c.client.Publish(u.topic(care.KindState), 1, true, b).WaitTimeout(time.Second)
		}
	}
	c.client.Disconnect(250)
}

// state returns the state message; offline it is the Last Will, which carries no
// inventory since none replaces it.
func (u *Uplink) state(number uint64, online bool) ([]byte, error) {
	s := care.State{
		Online: online, Time: time.Now().UTC(), Boot: u.cfg.Boot, Connection: number,
		Version: u.cfg.Version, Spool: u.spool.State(),
	}
	if online {
		s.Devices = u.cfg.Devices()
	}
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode the state: %w", err)
	}
	return b, nil
}

var errClosed = errors.New("the connection was closed")

// publish hands one message to the client at QoS 1; acked is called when the
// broker has taken it.
func (c *connection) publish(topic string, retained bool, payload []byte, acked func()) error {
	c.tracker.expect(acked)
	token := c.client.Publish(topic, 1, retained, payload)
	select {
	case <-token.Done():
		// Done at once is a failure or a very quick PUBACK.
		if err := token.Error(); err != nil {
			return fmt.Errorf("publish on %s: %w", topic, err)
		}
	default:
	}
	return nil
}
