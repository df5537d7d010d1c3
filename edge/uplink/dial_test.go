package uplink

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// A dial of one's own changes who makes the connection, not who is trusted.
func TestADialOfOnesOwnIsEncryptedAndChecked(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	for name, c := range map[string]struct {
		scheme string
		trust  *tls.Config
		fails  bool
		secure bool
	}{
		"plain":                            {"tcp", nil, false, false},
		"encrypted":                        {"tls", &tls.Config{RootCAs: roots}, false, true},
		"a certificate nobody vouched for": {"tls", nil, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			dialled := 0
			u := New(Config{TLS: c.trust, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				dialled++
				return new(net.Dialer).DialContext(ctx, network, address)
			}}, nil)
			conn, err := u.open(t.Context(), &url.URL{Scheme: c.scheme, Host: server.Listener.Addr().String()}, time.Minute)
			if (err != nil) != c.fails || dialled != 1 {
				t.Fatalf("dialled %d times with the error %v, want an error: %t", dialled, err, c.fails)
			}
			if err != nil {
				return
			}
			defer conn.Close()
			if _, secure := conn.(*tls.Conn); secure != c.secure {
				t.Errorf("the connection is encrypted: %t, want %t", secure, c.secure)
			}
		})
	}
}
