package app_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
	"shouwang.care/shouwang/gateway/config"
	"shouwang.care/shouwang/gateway/pki"
)

// ownSettings are those of a gateway that shows a certificate of its own
// authority on both of its listeners.
func ownSettings(t *testing.T) config.Config {
	c := settings(t)
	c.Web.TLS, c.MQTT.TLS = config.TLS{Word: config.Own}, config.TLS{Word: config.Own}
	return c
}

// browser trusts the given authorities, and shows the certificates of an edge
// where some are given.
func browser(roots *x509.CertPool, shows ...tls.Certificate) *http.Client {
	t := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: shows}, DisableKeepAlives: true}
	if len(shows) > 0 {
		t.TLSClientConfig.NextProtos = []string{care.EdgeProtocol, "http/1.1"}
	}
	return &http.Client{Transport: t, Timeout: apptest.Patience}
}

// authority opens the one that a gateway has made.
func authority(t *testing.T, c config.Config) (*pki.Authority, *x509.CertPool) {
	t.Helper()
	a, err := pki.Open(app.PKI(c))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.Certificate())
	return a, roots
}

func get(t *testing.T, b *http.Client, address string) (*http.Response, []byte) {
	t.Helper()
	resp, err := b.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

// TestATabletIsSetUp is the first day of a gateway on a home's network: the
// authority is made, the certificate of /trust is installed, and from then on
// nothing warns.
func TestATabletIsSetUp(t *testing.T) {
	c := ownSettings(t)
	a := start(t, c)
	if !strings.HasPrefix(a.Web(), "https://") || !strings.HasPrefix(a.MQTT(), "tls://") {
		t.Errorf("it listens at %s and %s", a.Web(), a.MQTT())
	}
	_, err := browser(x509.NewCertPool()).Get(a.Web() + "/trust")
	if _, warned := errors.AsType[x509.UnknownAuthorityError](err); !warned {
		t.Fatalf("a tablet that knows nothing is not warned: %v", err)
	}
	own, roots := authority(t, c)

	// Somebody presses on in spite of the warning, and compares.
	hasty := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	_, page := get(t, hasty, a.Web()+"/trust")
	shown := strings.NewReplacer("</span><span>", "").Replace(string(page))
	if !strings.Contains(shown, pki.Fingerprint(own.Certificate())) {
		t.Errorf("the page does not show the fingerprint %s:\n%s", pki.Fingerprint(own.Certificate()), page)
	}
	_, der := get(t, hasty, a.Web()+"/trust/ca.crt")
	installed, err := x509.ParseCertificate(der)
	if err != nil || !installed.Equal(own.Certificate()) {
		t.Fatalf("what was installed is another certificate, %v", err)
	}
	if resp, _ := get(t, browser(roots), a.Web()+"/healthz"); resp.StatusCode != http.StatusOK {
		t.Errorf("the gateway is not well: %s", resp.Status)
	}
}

// TestACertificateIsRenewedBesideARunningGateway is "gateway pki renew" typed
// while people watch.
func TestACertificateIsRenewedBesideARunningGateway(t *testing.T) {
	c := ownSettings(t)
	a := start(t, c)
	own, roots := authority(t, c)
	u, err := url.Parse(a.Web())
	if err != nil {
		t.Fatal(err)
	}
	named := func() error { // by its new name, which the test resolves itself
		conn, err := tls.Dial("tcp", u.Host, &tls.Config{RootCAs: roots, ServerName: "ward-3.lan"})
		if err != nil {
			return err
		}
		return conn.Close()
	}
	if err := named(); err == nil {
		t.Fatal("the gateway has that name already, so this test proves nothing")
	}
	if err := own.Renew("ward-3.lan"); err != nil {
		t.Fatal(err)
	}
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for began := time.Now(); named() != nil; <-look.C {
		if time.Since(began) > apptest.Patience {
			t.Fatalf("the renewed certificate is not shown: %v", named())
		}
	}
	// The core signs in at its broker with the new one as before.
	if resp, body := get(t, browser(roots), a.Web()+"/healthz"); resp.StatusCode != http.StatusOK {
		t.Errorf("the gateway is not well: %s %s", resp.Status, body)
	}
}

func TestTheAuthorityOutlivesTheGateway(t *testing.T) {
	c := ownSettings(t)
	a := start(t, c)
	before, _ := authority(t, c)
	if err := a.Stop(); err != nil {
		t.Fatal(err)
	}
	again(t, c)
	after, _ := authority(t, c)
	if pki.Fingerprint(before.Certificate()) != pki.Fingerprint(after.Certificate()) {
		t.Error("after a restart no tablet would trust the gateway any more")
	}
}

// TestACopiedSecretIsNotEnough: where certificates are demanded, an edge is let
// in with its own only, at the broker and by HTTPS.
func TestACopiedSecretIsNotEnough(t *testing.T) {
	c := ownSettings(t)
	c.MQTT.ClientCA = config.Own
	a := start(t, c)
	own, roots := authority(t, c)
	identity := func(edge care.EdgeID) tls.Certificate {
		cert, key, err := own.Edge(apptest.Site, edge)
		if err != nil {
			t.Fatal(err)
		}
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		return pair
	}
	for _, test := range []struct {
		name  string
		shows []tls.Certificate
		in    bool
	}{
		{"its own certificate", []tls.Certificate{identity(apptest.Edge)}, true},
		{"another edge's", []tls.Certificate{identity("room-204")}, false},
		{"none", nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := paho.NewClient(paho.NewClientOptions().AddBroker(a.MQTT()).SetProtocolVersion(4).SetClientID(rand.Text()).
				SetUsername("songhe/room-203").SetPassword(apptest.Secret).SetAutoReconnect(false).
				SetTLSConfig(&tls.Config{RootCAs: roots, Certificates: test.shows}))
			token := client.Connect()
			if !token.WaitTimeout(apptest.Patience) {
				t.Fatal("the broker does not answer")
			}
			defer client.Disconnect(50)
			if got := token.Error() == nil; got != test.in {
				t.Errorf("at the broker: %v, want in %v", token.Error(), test.in)
			}

			e := care.Event{
				Site: apptest.Site, Edge: apptest.Edge, Device: "panel", ID: care.NewID(), Class: care.SOS, Phase: care.Active,
				Point: apptest.Cord, Time: time.Now().UTC(), Sequence: 1,
			}
			body, err := e.Encode()
			if err != nil {
				t.Fatal(err)
			}
			req, err := http.NewRequest(http.MethodPost, a.Web()+"/api/events", bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/cloudevents+json")
			req.SetBasicAuth("songhe/room-203", apptest.Secret)
			resp, err := browser(roots, test.shows...).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			want := http.StatusUnauthorized
			if test.in {
				want = http.StatusOK
			}
			if resp.StatusCode != want {
				t.Errorf("by HTTPS it is answered %s, want %d", resp.Status, want)
			}
		})
	}
}

func TestAStartSaysWhichCertificateIsMissing(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere.pem")
	for name, set := range map[string]func(*config.Config){
		"web.tls":        func(c *config.Config) { c.Web.TLS = config.TLS{Certificate: nowhere, Key: nowhere} },
		"mqtt.tls":       func(c *config.Config) { c.MQTT.TLS = config.TLS{Certificate: nowhere, Key: nowhere} },
		"mqtt.client_ca": func(c *config.Config) { c.MQTT.TLS.Word, c.MQTT.ClientCA = config.Own, nowhere },
	} {
		c := settings(t)
		set(&c)
		ctx, cancel := context.WithTimeout(t.Context(), apptest.Patience)
		defer cancel()
		a, err := app.Start(ctx, app.Options{Config: c, Version: "test", Log: slog.New(slog.DiscardHandler)})
		if err == nil {
			a.Stop()
			t.Errorf("%s: it started", name)
			continue
		}
		if !strings.Contains(err.Error(), name+": ") || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}
