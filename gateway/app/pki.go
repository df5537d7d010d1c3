package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/config"
	"shouwang.care/shouwang/gateway/pki"
)

// PKI returns where the gateway's own authority is, and for which hosts it makes
// the gateway's certificate: those of the machine and of the settings.
func PKI(c config.Config) pki.Options {
	return pki.Options{Dir: filepath.Join(c.Data, "pki"), Hosts: func() []string {
		return append(hostsOf(c), pki.ThisMachine()...)
	}}
}

// hostsOf are the hosts that the settings name.
func hostsOf(c config.Config) []string {
	var all []string
	if u, err := url.Parse(c.Web.PublicURL); err == nil && u.Hostname() != "" {
		all = append(all, u.Hostname())
	}
	for _, address := range []string{c.Web.Address, c.MQTT.Address} {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); err == nil && host != "" && (ip == nil || !ip.IsUnspecified()) {
			all = append(all, host)
		}
	}
	return all
}

// certificates are those that the listeners show; nil where there is no TLS.
type certificates struct {
	own       *pki.Authority // nil where the settings do not name it
	shown     *pki.Keeper    // of its certificate, once a listener shows it
	web, mqtt *pki.Keeper
	// edges are the authorities of certificates that edges must show, nil when
	// they need none.
	edges *pki.Clients
}

// openCertificates reads the certificates, makes the own authority at its first
// use, and keeps all of them current.
func (a *App) openCertificates(context.Context) error {
	c := a.opts.Config
	if c.Web.TLS.Own() || c.MQTT.TLS.Own() || c.MQTT.ClientCA == config.Own {
		if err := a.openAuthority(); err != nil {
			return err
		}
	}
	if err := errors.Join(a.keep("web", c.Web.TLS, &a.certs.web), a.keep("mqtt", c.MQTT.TLS, &a.certs.mqtt)); err != nil {
		return err
	}
	var err error
	switch c.MQTT.ClientCA {
	case "":
		return nil
	case config.Own:
		a.certs.edges, err = a.certs.own.Clients(a.opts.Log)
	default:
		a.certs.edges, err = pki.KeepClients(c.MQTT.ClientCA, a.opts.Log)
	}
	if err != nil {
		return fmt.Errorf("mqtt.client_ca: %w", err)
	}
	a.parts.run("the authority of edges", a.certs.edges.Run)
	return nil
}

// keep keeps the certificate of a listener current. Both may show the same one.
func (a *App) keep(name string, t config.TLS, to **pki.Keeper) (err error) {
	switch {
	case !t.Set():
		return nil
	case !t.Own():
		*to, err = pki.KeepFiles(t.Certificate, t.Key, a.opts.Log)
	case a.certs.shown != nil:
		*to = a.certs.shown
	default:
		*to, err = a.certs.own.Keep(a.opts.Log)
		a.certs.shown = *to
	}
	if err != nil {
		return fmt.Errorf("%s.tls: %w", name, err)
	}
	k := *to
	a.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "shouwang_certificate_end_seconds", ConstLabels: prometheus.Labels{"listener": name},
		Help: "When the certificate that a listener shows ends, as Unix time.",
	}, func() float64 { return float64(k.Leaf().NotAfter.Unix()) }))
	a.parts.run("the certificate of "+name, k.Run)
	return nil
}

// openAuthority opens or makes the own authority.
func (a *App) openAuthority() error {
	own, created, err := pki.OpenOrCreate(PKI(a.opts.Config))
	if err != nil {
		return err
	}
	a.certs.own = own
	ca := own.Certificate()
	if created {
		a.opts.Log.Info("a certificate authority was made; devices learn to trust it at /trust", "sha256", pki.Fingerprint(ca), "ends", ca.NotAfter)
	}
	if left := time.Until(ca.NotAfter); left < 365*24*time.Hour {
		a.opts.Log.Warn("the certificate authority ends within a year: make another and have every device trust it", "ends", ca.NotAfter)
	}
	if refused := own.Refused(); len(refused) > 0 {
		a.opts.Log.Warn("the authority may not sign for some hosts, by which devices will not trust the gateway: \"gateway pki renew --host\" says what to do", "hosts", refused)
	}
	return nil
}

// brokerTLS is the TLS of the broker; nil without.
func (c certificates) brokerTLS() *tls.Config {
	if c.mqtt == nil {
		return nil
	}
	return c.mqtt.TLS(c.edges, func(*tls.ClientHelloInfo) bool { return true })
}

// edgeCheck judges the certificate of an edge; nil when it needs none.
func (c certificates) edgeCheck() func(*tls.ConnectionState, care.SiteID, care.EdgeID) error {
	if c.edges == nil {
		return nil
	}
	return pki.CheckEdge
}

// webTLS is the TLS of the pages; nil without.
func (c certificates) webTLS() *tls.Config {
	if c.web == nil {
		return nil
	}
	t := c.web.TLS(c.edges, pki.OffersEdge)
	t.NextProtos = []string{"http/1.1"} // WebSockets are not served over HTTP/2
	return t
}

// coreTLS is how the core signs in at the broker of its own process: the name in
// the certificate is that by which edges know it, so the certificate itself is
// compared instead.
func (c certificates) coreTLS() *tls.Config {
	if c.mqtt == nil {
		return nil
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, // replaced by VerifyConnection
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 || !s.PeerCertificates[0].Equal(c.mqtt.Leaf()) {
				return errors.New("the broker shows another certificate than this gateway's")
			}
			return nil
		},
	}
}

// trust is what devices are to trust: nil where the pages show another
// certificate than one of the own authority.
func (a *App) trust() *api.Trust {
	if !a.opts.Config.Web.TLS.Own() {
		return nil
	}
	ca := a.certs.own.Certificate()
	return &api.Trust{
		Certificate: ca.Raw, Name: ca.Subject.CommonName, Fingerprint: pki.Fingerprint(ca), Ends: ca.NotAfter,
		Reach: a.reachable,
	}
}

// reachable returns the host by which other devices reach the pages, given the one
// by which somebody opened them: that, if it is in the certificate, and else the
// one of web.public_url or the first address of a network. It is empty when the
// gateway knows none.
func (a *App) reachable(opened string) string {
	leaf := a.certs.web.Leaf()
	if !config.Loopback(net.JoinHostPort(hostname(opened), "0")) && leaf.VerifyHostname(hostname(opened)) == nil {
		return opened
	}
	if u, err := url.Parse(a.opts.Config.Web.PublicURL); err == nil && u.Scheme == "https" && leaf.VerifyHostname(u.Hostname()) == nil {
		return u.Host
	}
	_, port, err := net.SplitHostPort(a.web.Addr().String())
	at := slices.IndexFunc(leaf.IPAddresses, net.IP.IsPrivate)
	if err != nil || at < 0 || config.Loopback(a.opts.Config.Web.Address) {
		return ""
	}
	return net.JoinHostPort(leaf.IPAddresses[at].String(), port)
}

// hostname is a host without its port.
func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}
