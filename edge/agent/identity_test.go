package agent

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
)

// issue makes a certificate with a URI that holds from now for a time, and its
// key, both as PEM.
func issue(t *testing.T, name string, now time.Time, life time.Duration) (cert, key []byte) {
	t.Helper()
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), URIs: []*url.URL{u}, NotBefore: now, NotAfter: now.Add(life),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, own.Public(), own)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
}

// certified is the configuration of an edge with a certificate, whose files are
// not written yet.
func certified(t *testing.T) config.Config {
	dir := t.TempDir()
	return config.Config{
		Site: "evergreen", Edge: "room-203", Data: filepath.Join(dir, "data"),
		Gateway: config.Gateway{
			MQTT: []string{"tls://gateway.example:8883"}, Secret: "not-a-secret",
			CertificateFile: filepath.Join(dir, "edge.crt"), KeyFile: filepath.Join(dir, "edge.key"),
		},
	}
}

func put(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestACertificateThatCannotBeTheEdgesIsSaidAtTheStart(t *testing.T) {
	own := care.EdgeURI("evergreen", "room-203")
	for _, test := range []struct {
		name  string
		files func(c config.Gateway, now time.Time)
		want  string // empty: it is right
		ended bool   // only by the clock, so the agent starts
	}{
		{"right", func(g config.Gateway, now time.Time) {
			cert, key := issue(t, own, now, time.Hour)
			put(t, g.CertificateFile, cert)
			put(t, g.KeyFile, key)
		}, "", false},
		{"no certificate", func(config.Gateway, time.Time) {}, "read gateway.certificate_file", false},
		{"no key", func(g config.Gateway, now time.Time) {
			cert, _ := issue(t, own, now, time.Hour)
			put(t, g.CertificateFile, cert)
		}, "read gateway.key_file", false},
		{"the key of another", func(g config.Gateway, now time.Time) {
			cert, _ := issue(t, own, now, time.Hour)
			_, key := issue(t, own, now, time.Hour)
			put(t, g.CertificateFile, cert)
			put(t, g.KeyFile, key)
		}, "are no pair", false},
		{"of another edge", func(g config.Gateway, now time.Time) {
			cert, key := issue(t, care.EdgeURI("evergreen", "room-204"), now, time.Hour)
			put(t, g.CertificateFile, cert)
			put(t, g.KeyFile, key)
		}, `it is of "evergreen/room-204"`, false},
		{"of a website", func(g config.Gateway, now time.Time) {
			cert, key := issue(t, "https://example.org", now, time.Hour)
			put(t, g.CertificateFile, cert)
			put(t, g.KeyFile, key)
		}, "it is of no edge", false},
		{"ended", func(g config.Gateway, now time.Time) {
			cert, key := issue(t, own, now.Add(-2*time.Hour), time.Hour)
			put(t, g.CertificateFile, cert)
			put(t, g.KeyFile, key)
		}, "it ended on", true},
		{"not begun", func(g config.Gateway, now time.Time) {
			cert, key := issue(t, own, now.Add(time.Hour), time.Hour)
			put(t, g.CertificateFile, cert)
			put(t, g.KeyFile, key)
		}, "set the clock right", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, now := certified(t), time.Now()
			test.files(c.Gateway, now)
			_, err := CheckCertificate(c, now)
			if err == nil != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) || errors.Is(err, ErrEnded) != test.ended {
				t.Errorf("the check says %v, want %q", err, test.want)
			}
			starts := test.want == "" || test.ended
			if _, err := New(c, nil, nil); err == nil != starts {
				t.Errorf("an agent is made with the error %v, want one made: %t", err, starts)
			}
		})
	}
}

// TestARenewedCertificateIsShownAtTheNextConnection, also one that is renewed file
// by file, and what is wrong meanwhile is said once.
func TestARenewedCertificateIsShownAtTheNextConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, own := certified(t), care.EdgeURI("evergreen", "room-203")
		var log bytes.Buffer
		first, firstKey := issue(t, own, time.Now(), 100*24*time.Hour)
		put(t, c.Gateway.CertificateFile, first)
		put(t, c.Gateway.KeyFile, firstKey)
		settings, err := secured(c, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		shows := func(what string, cert []byte, said ...string) {
			t.Helper()
			for range 2 { // twice, so that whatever is said is said once
				got, err := settings.GetClientCertificate(&tls.CertificateRequestInfo{})
				if err != nil {
					t.Fatal(err)
				}
				if block, _ := pem.Decode(cert); !bytes.Equal(got.Certificate[0], block.Bytes) {
					t.Errorf("%s: another certificate is shown", what)
				}
			}
			lines := strings.Split(strings.TrimSpace(log.String()), "\n")
			if len(said) == 0 && log.Len() > 0 || len(said) > 0 && (len(lines) != 1 || !strings.Contains(lines[0], said[0])) {
				t.Errorf("%s: the log says %q, want %q", what, lines, said)
			}
			log.Reset()
		}
		shows("new", first)
		time.Sleep(80 * 24 * time.Hour)
		shows("20 days before its end", first, "to be renewed")
		second, secondKey := issue(t, own, time.Now(), 100*24*time.Hour)
		put(t, c.Gateway.CertificateFile, second)
		shows("with its key still the old one", first, "are no pair")
		put(t, c.Gateway.KeyFile, secondKey)
		shows("renewed", second, "was renewed")
		if err := os.Remove(c.Gateway.KeyFile); err != nil {
			t.Fatal(err)
		}
		shows("without its key", second, "read gateway.key_file")
		put(t, c.Gateway.KeyFile, secondKey)
		shows("well again", second)
		time.Sleep(101 * 24 * time.Hour)
		shows("ended by a clock that may be wrong", second, "it ended on")
	})
}
