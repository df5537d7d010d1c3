package agent

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
)

// soonEnds is how long before the end of its certificate the edge says so.
const soonEnds = 30 * 24 * time.Hour

// ErrEnded is wrapped when the certificate of an edge does not hold now, by the
// clock of the edge.
var ErrEnded = errors.New("it does not hold now")

// secured returns the TLS settings of a configuration; nil for those of the
// system.
func secured(cfg config.Config, log *slog.Logger) (*tls.Config, error) {
	g := cfg.Gateway
	if g.CAFile == "" && g.CertificateFile == "" {
		return nil, nil
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if g.CAFile != "" {
		pem, err := os.ReadFile(g.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read gateway.ca_file: %w", err)
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("gateway.ca_file %s holds no certificate: put the PEM file from the enrolment there", g.CAFile)
		}
	}
	if g.CertificateFile != "" {
		i := &identity{site: cfg.Site, edge: cfg.Edge, files: [2]string{g.CertificateFile, g.KeyFile}, log: log}
		if _, err := i.look(); err != nil {
			return nil, err
		}
		t.GetClientCertificate = i.show
	}
	return t, nil
}

// CheckCertificate returns nil when the certificate that a configuration names, if
// any, is the edge's own and holds at a time, and until when it does, zero without
// one. An error for its time alone wraps ErrEnded: an agent starts all the same,
// since its clock may be wrong and its sounder must work.
func CheckCertificate(cfg config.Config, now time.Time) (ends time.Time, err error) {
	g := cfg.Gateway
	if g.CertificateFile == "" {
		return time.Time{}, nil
	}
	i := &identity{site: cfg.Site, edge: cfg.Edge, files: [2]string{g.CertificateFile, g.KeyFile}, log: slog.New(slog.DiscardHandler)}
	c, err := i.look()
	if err != nil {
		return time.Time{}, err
	}
	if err := holds(c.Leaf, now); err != nil {
		return c.Leaf.NotAfter, fmt.Errorf("gateway.certificate_file %s: %w", g.CertificateFile, err)
	}
	return c.Leaf.NotAfter, nil
}

// holds returns nil when a certificate holds at a time, by the clock.
func holds(leaf *x509.Certificate, now time.Time) error {
	switch {
	case now.After(leaf.NotAfter):
		return fmt.Errorf("%w: it ended on %s; make another with \"gateway pki edge\", or set the clock right", ErrEnded, leaf.NotAfter.Format(time.DateOnly))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("%w: it begins on %s and the clock says %s; set the clock right", ErrEnded, leaf.NotBefore.Format(time.DateOnly), now.Format(time.DateOnly))
	}
	return nil
}

// identity is the certificate by which the edge proves who it is, kept in two
// files that others renew.
type identity struct {
	site  care.SiteID
	edge  care.EdgeID
	files [2]string // of the certificate and of the key
	log   *slog.Logger

	mu      sync.Mutex
	read    [2][]byte
	current *tls.Certificate
	trouble string // what was said last
}

// show returns the certificate for a handshake. While the files cannot be read or
// do not fit together, as in the middle of a renewal, that is the last one that
// could. One that has ended by the clock here is shown all the same: the gateway
// has the better clock, and an alarm must not wait for this one.
func (i *identity) show(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	c, err := i.look()
	switch now := time.Now(); {
	case err != nil:
		i.say("the edge's certificate cannot be read anew; the last one is shown to the gateway", err)
	case holds(c.Leaf, now) != nil:
		i.say("the gateway will refuse the edge's certificate, unless the clock here is wrong", holds(c.Leaf, now))
	case c.Leaf.NotAfter.Sub(now) < soonEnds:
		i.say("the edge's certificate is to be renewed", fmt.Errorf("it ends on %s", c.Leaf.NotAfter.Format(time.DateOnly)))
	default:
		i.say("", nil)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.current, nil
}

// say logs what is wrong once, and again when it was well or other in between.
func (i *identity) say(what string, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	text := fmt.Sprint(what, err)
	if err != nil && text != i.trouble {
		i.log.Error(what, "file", i.files[0], "err", err)
	}
	i.trouble = text
}

// look reads the files and takes them up if they are an identity of this edge.
func (i *identity) look() (*tls.Certificate, error) {
	var read [2][]byte
	for n, name := range []string{"gateway.certificate_file", "gateway.key_file"} {
		var err error
		if read[n], err = os.ReadFile(i.files[n]); err != nil {
			return nil, fmt.Errorf("read %s: %w: \"gateway pki edge %s %s\" makes it", name, err, i.site, i.edge)
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.current != nil && bytes.Equal(read[0], i.read[0]) && bytes.Equal(read[1], i.read[1]) {
		return i.current, nil
	}
	c, err := tls.X509KeyPair(read[0], read[1])
	if err != nil {
		return nil, fmt.Errorf("gateway.certificate_file %s and gateway.key_file %s are no pair: %w", i.files[0], i.files[1], err)
	}
	if err := care.CheckEdgeURIs(c.Leaf.URIs, i.site, i.edge); err != nil {
		return nil, fmt.Errorf("gateway.certificate_file %s is not this edge's: %w", i.files[0], err)
	}
	if i.current != nil {
		i.log.Info("the edge's certificate was renewed", "file", i.files[0], "ends", c.Leaf.NotAfter)
	}
	i.read, i.current = read, &c
	return i.current, nil
}
