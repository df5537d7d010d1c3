package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
)

// Limits and times of the embedded broker.
const (
	// MaxPayload is the greatest MQTT payload in bytes that the broker takes;
	// whatever is larger ends the connection. The contract's own limit is lower
	// and is checked by ingest, which can then say whose packet it was.
	MaxPayload = 4 << 20
	// AckWait is how long a message that the core has not acknowledged waits
	// before the broker delivers it again.
	AckWait = 5 * time.Second
	// MaxAckPending is how many unacknowledged messages a session may hold for
	// each subscription.
	MaxAckPending = 1024

	defaultMessageBytes = 4 << 30
	defaultQueueBytes   = 2 << 30
	// headroom is disk that neither messages nor readings may take: sessions
	// and retained states live there, and without it a full store locks out
	// the core, the only one who could empty it.
	headroom = 1 << 30
	// heldBytes bounds the QoS 2 publications that senders never complete.
	heldBytes = 64 << 20
	// syncInterval is how often JetStream flushes to the disk when SyncAlways
	// is off: what a power failure may cost. An edge keeps each event until it
	// is in the ledger, so even that loses none.
	syncInterval = 5 * time.Second
	// signInTimeout bounds one question to the Authenticator.
	signInTimeout = 5 * time.Second
)

// Authenticator knows the secrets of edges.
type Authenticator interface {
	// CheckEdge reports whether secret is the secret of a registered edge. It
	// is false without an error for an edge that nobody registered; an error
	// means that the question could not be answered, and the edge is refused
	// for the time being. It is called concurrently.
	CheckEdge(ctx context.Context, site care.SiteID, edge care.EdgeID, secret string) (bool, error)
}

// Denial is something that the broker did not let a client do. MQTT 3.1.1 has
// no way to tell the client: a denied publication is answered with PUBACK and
// dropped.
type Denial struct {
	// Site and Edge are the edge that signed in; for a failed sign-in what the
	// client claimed to be, which may be any text or empty.
	Site, Edge string
	// Topic is the MQTT topic, where one is involved.
	Topic string
	// Detail is a sentence for operators.
	Detail string
}

// Options say how to start a Broker.
type Options struct {
	// Dir holds the JetStream store. It is created, readable to this user only.
	Dir string
	// MQTTAddr is host:port of the MQTT listener, such as 127.0.0.1:1883. Port
	// 0 takes a free one, which Addr tells. When empty there is no listener and
	// the broker serves its queue only, beside a broker of somebody else.
	MQTTAddr string
	// SyncAlways flushes each message to the disk before it is acknowledged,
	// which costs four fifths of the throughput.
	SyncAlways bool
	// TLS is the TLS of the MQTT listener. It may be nil on loopback only.
	TLS *tls.Config
	// Auth may be nil only where there is no listener.
	Auth Authenticator
	// EdgeCertificate says, where it is not nil, that an edge must show a
	// certificate of its own besides its secret: it returns nil when a connection
	// was made with one, else a sentence for operators. TLS must then ask clients
	// for certificates, and refuse those that do not hold. The core needs none.
	EdgeCertificate func(s *tls.ConnectionState, site care.SiteID, edge care.EdgeID) error
	// OnDenied hears what was denied. It must not block. It may be nil.
	OnDenied func(Denial)
	// MessageBytes bounds the MQTT messages that wait for the core, 4 GiB when
	// 0; beyond it senders get no PUBACK and keep what they have.
	MessageBytes int64
	// QueueBytes bounds the queue of readings, 2 GiB when 0; beyond it the
	// oldest are dropped and counted.
	QueueBytes int64
	// Log and Registerer are required.
	Log        *slog.Logger
	Registerer prometheus.Registerer
}

// check fills in defaults and returns every mistake that the options hold.
func (o Options) check() (Options, error) {
	if o.MessageBytes == 0 {
		o.MessageBytes = defaultMessageBytes
	}
	if o.QueueBytes == 0 {
		o.QueueBytes = defaultQueueBytes
	}
	var errs []error
	if o.Dir == "" {
		errs = append(errs, errors.New("no directory for the store is given"))
	}
	if o.Log == nil || o.Registerer == nil {
		errs = append(errs, errors.New("a logger and a metrics registerer are required"))
	}
	if o.MQTTAddr != "" {
		host, _, err := splitAddr(o.MQTTAddr)
		if err != nil {
			errs = append(errs, err)
		} else if o.TLS == nil && !loopback(host) {
			errs = append(errs, fmt.Errorf("the MQTT address %s can be reached from other machines, so it needs TLS: give a certificate and a key, or listen on 127.0.0.1", o.MQTTAddr))
		}
		if o.EdgeCertificate != nil && o.TLS == nil {
			errs = append(errs, errors.New("edges shall show certificates, which only TLS can carry: give a certificate and a key for the listener"))
		}
		if o.Auth == nil {
			errs = append(errs, errors.New("devices could not sign in: no authenticator is given"))
		}
	}
	return o, errors.Join(errs...)
}

func splitAddr(addr string) (host string, port int, err error) {
	host, digits, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, fmt.Errorf("the MQTT address %q is not host:port: %w", addr, err)
	}
	port, err = strconv.Atoi(digits)
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("the port of the MQTT address %q is not a number from 0 to 65535", addr)
	}
	return host, port, nil
}

// loopback reports whether only this machine can reach host. An empty host
// means every interface.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// serverOptions are the settings of the NATS server. It has no NATS listener:
// the queue connects within the process.
func (o Options) serverOptions(auth server.Authentication) *server.Options {
	s := &server.Options{
		ServerName:                 "gateway",
		DontListen:                 true,
		NoSigs:                     true,
		MaxPayload:                 MaxPayload,
		JetStream:                  true,
		StoreDir:                   o.Dir,
		SyncAlways:                 o.SyncAlways,
		SyncInterval:               syncInterval,
		JetStreamMaxStore:          o.MessageBytes + o.QueueBytes + headroom,
		JetStreamMaxMemory:         64 << 20,
		CustomClientAuthentication: auth,
	}
	if o.MQTTAddr != "" {
		host, port, _ := splitAddr(o.MQTTAddr)
		if port == 0 {
			port = server.RANDOM_PORT
		}
		s.MQTT = server.MQTTOpts{
			Host: host, Port: port, TLSConfig: o.TLS, TLSTimeout: 5,
			AckWait: AckWait, MaxAckPending: MaxAckPending,
		}
	}
	return s
}
