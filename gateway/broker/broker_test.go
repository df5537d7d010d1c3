package broker

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
)

// secrets is an Authenticator with a fixed list.
type secrets map[string]string

func (s secrets) CheckEdge(_ context.Context, site care.SiteID, edge care.EdgeID, secret string) (bool, error) {
	want, ok := s[string(site)+"/"+string(edge)]
	return ok && want == secret, nil
}

// twoEdges are registered in most tests.
var twoEdges = secrets{"evergreen/room-203": "secret-203", "evergreen/room-204": "secret-204"}

// start starts a broker on a free port in dir and closes it with the test.
func start(t *testing.T, o Options) *Broker {
	t.Helper()
	if o.MQTTAddr == "" {
		o.MQTTAddr = "127.0.0.1:0"
	}
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Auth == nil {
		o.Auth = twoEdges
	}
	o.Log, o.Registerer = slog.New(slog.DiscardHandler), prometheus.NewRegistry()
	b, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func TestStartRefusesOptionsThatAreUnsafeOrIncomplete(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		name string
		o    Options
		want string
	}{
		{"every interface without TLS", Options{Dir: dir, MQTTAddr: ":1883", Auth: twoEdges}, "needs TLS"},
		{"all addresses without TLS", Options{Dir: dir, MQTTAddr: "0.0.0.0:1883", Auth: twoEdges}, "needs TLS"},
		{"an address of the home's network without TLS", Options{Dir: dir, MQTTAddr: "192.168.1.10:1883", Auth: twoEdges}, "needs TLS"},
		{"a name that is not this machine without TLS", Options{Dir: dir, MQTTAddr: "gateway.home:1883", Auth: twoEdges}, "needs TLS"},
		{"an address without a port", Options{Dir: dir, MQTTAddr: "127.0.0.1", Auth: twoEdges}, "not host:port"},
		{"a port that is none", Options{Dir: dir, MQTTAddr: "127.0.0.1:mqtt", Auth: twoEdges}, "not a number"},
		{"certificates of edges without TLS", Options{Dir: dir, MQTTAddr: "127.0.0.1:0", Auth: twoEdges, EdgeCertificate: namedInCertificate}, "only TLS can carry"},
		{"nobody to check secrets", Options{Dir: dir, MQTTAddr: "127.0.0.1:0"}, "no authenticator"},
		{"no directory", Options{MQTTAddr: "127.0.0.1:0", Auth: twoEdges}, "no directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.o.Log, test.o.Registerer = slog.New(slog.DiscardHandler), prometheus.NewRegistry()
			b, err := Start(t.Context(), test.o)
			if err == nil {
				b.Close()
				t.Fatal("the broker started")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error does not say %q: %v", test.want, err)
			}
		})
	}
}

func TestStartSaysThatThePortIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = Start(t.Context(), Options{
		Dir: t.TempDir(), MQTTAddr: l.Addr().String(), Auth: twoEdges,
		Log: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	if err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("the error does not say that the address is in use: %v", err)
	}
}

func TestABrokerOfSomebodyElseLeavesOnlyTheQueue(t *testing.T) {
	b, err := Start(t.Context(), Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if b.Addr() != "" {
		t.Errorf("there is a listener on %s", b.Addr())
	}
	if err := b.Queue().Put(t.Context(), []byte("a")); err != nil {
		t.Error(err)
	}
}

func TestDevicesSignInOverTLS(t *testing.T) {
	cert, pool := certificate(t)
	// Bound to loopback all the same: tests open nothing to other machines.
	b := start(t, Options{TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
	b.OpenDevices()
	edge := client(t, b, signIn{user: "evergreen/room-203", password: "secret-203", tls: &tls.Config{RootCAs: pool}})
	if err := edge.connect(); err != nil {
		t.Fatalf("an edge could not sign in over TLS: %v", err)
	}
	plain := client(t, b, signIn{user: "evergreen/room-204", password: "secret-204"})
	if err := plain.connect(); err == nil {
		t.Error("an edge signed in without TLS")
	}
}

// certificate makes a certificate for 127.0.0.1 that signs itself.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "gateway"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
