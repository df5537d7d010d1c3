package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

const (
	// serverLife is how long the gateway's certificate lasts. Apple's devices take
	// 825 days at most of an authority that was added by hand; browsers take 398 of
	// a public one, and may one day ask the same of all.
	serverLife = 397 * 24 * time.Hour
	// renewBefore is how long before its end the gateway's certificate is renewed.
	renewBefore = 30 * 24 * time.Hour
)

// Renew makes the gateway's certificate anew. The given hosts are added to those
// of hosts.txt. The error names the hosts for which the authority may not sign; a
// running gateway shows the new certificate within seconds.
func (a *Authority) Renew(given ...string) (err error) {
	more, err := parseHosts(given)
	if err != nil {
		return fmt.Errorf("renew the gateway's certificate: %w", err)
	}
	unlock, err := lock(a.opts.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return a.renew(more)
}

// renew does it under the lock.
func (a *Authority) renew(more []host) error {
	var refused []string
	for _, h := range more {
		if !permits(a.cert, h) {
			refused = append(refused, h.String())
		}
	}
	if len(refused) > 0 {
		return fmt.Errorf("this authority may not sign for %s, which is neither private nor was named when the authority was made: move %s away and run \"gateway pki init --host …\"; every device must then be told to trust the new one", strings.Join(refused, ", "), a.opts.Dir)
	}
	given, err := a.given()
	if err != nil {
		return err
	}
	if known := len(given); len(more) > 0 {
		if given = add(given, more...); len(given) > known {
			var lines strings.Builder
			for _, h := range given {
				fmt.Fprintln(&lines, h)
			}
			if err := write(filepath.Join(a.opts.Dir, hostsFile), []byte(lines.String())); err != nil {
				return err
			}
		}
	}
	return a.serve(slices.DeleteFunc(add(given, a.asked()...), func(h host) bool { return !permits(a.cert, h) }))
}

// serve makes the gateway's certificate for hosts and writes it.
func (a *Authority) serve(hosts []host) error {
	if len(hosts) == 0 {
		return errors.New("the gateway's certificate would be for no host: name one with \"gateway pki renew --host\"")
	}
	t := &x509.Certificate{
		Subject:     pkix.Name{CommonName: commonName(nameOf(hosts)), Organization: []string{"Shouwang"}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, h := range hosts {
		if h.ip != nil {
			t.IPAddresses = append(t.IPAddresses, h.ip)
		} else {
			t.DNSNames = append(t.DNSNames, h.name)
		}
	}
	cert, key, err := a.sign(t, serverLife)
	if err != nil {
		return fmt.Errorf("make the gateway's certificate: %w", err)
	}
	// The authority goes with it, so that a device that knows only the fingerprint
	// can find what it is of.
	return write(filepath.Join(a.opts.Dir, serverFile), slices.Concat(cert, a.PEM(), key))
}

// Edge makes a certificate by which an edge proves who it is, and its key, both in
// PEM. It lasts as long as the authority: an edge is shut out by the register, and
// one whose certificate ended would fall silent.
func (a *Authority) Edge(site care.SiteID, edge care.EdgeID) (cert, key []byte, err error) {
	if !care.ValidID(string(site)) || !care.ValidID(string(edge)) {
		return nil, nil, fmt.Errorf("%q of site %q is no edge: both are 1 to 40 of a-z, 0-9 and -", edge, site)
	}
	name, err := url.Parse(care.EdgeURI(site, edge))
	if err != nil {
		return nil, nil, fmt.Errorf("make the certificate of an edge: %w", err)
	}
	cert, key, err = a.sign(&x509.Certificate{
		Subject:     pkix.Name{CommonName: commonName(string(site) + "/" + string(edge)), Organization: []string{"Shouwang edge"}},
		URIs:        []*url.URL{name},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, time.Until(a.cert.NotAfter)+early)
	if err != nil {
		return nil, nil, fmt.Errorf("make the certificate of edge %s/%s: %w", site, edge, err)
	}
	return cert, key, nil
}

// sign completes and signs a certificate with a key of its own. It ends with the
// authority at the latest.
func (a *Authority) sign(t *x509.Certificate, life time.Duration) (cert, key []byte, err error) {
	now := time.Now()
	if now.Before(a.cert.NotBefore) || !now.Before(a.cert.NotAfter) {
		return nil, nil, fmt.Errorf("the clock says %s and the authority holds from %s to %s: set the clock right, or make another authority with \"gateway pki init\" after moving %s away",
			now.Format(time.DateOnly), a.cert.NotBefore.Format(time.DateOnly), a.cert.NotAfter.Format(time.DateOnly), a.opts.Dir)
	}
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	t.NotBefore = now.Add(-early).UTC()
	t.NotAfter = t.NotBefore.Add(life)
	if t.NotBefore.Before(a.cert.NotBefore) {
		t.NotBefore = a.cert.NotBefore
	}
	if t.NotAfter.After(a.cert.NotAfter) {
		t.NotAfter = a.cert.NotAfter
	}
	t.KeyUsage, t.BasicConstraintsValid = x509.KeyUsageDigitalSignature, true
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, own.Public(), a.key)
	if err != nil {
		return nil, nil, fmt.Errorf("sign it: %w", err)
	}
	if err := a.holds(der, t.ExtKeyUsage); err != nil {
		return nil, nil, fmt.Errorf("what was signed does not hold: %w", err)
	}
	key, err = encodeKey(own)
	return encodeCertificate(der), key, err
}

// holds checks a certificate as a browser would.
func (a *Authority) holds(der []byte, usage []x509.ExtKeyUsage) error {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	_, err = c.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: usage})
	return err
}

// due reports whether the gateway's certificate has to be made anew: it ends soon
// and a new one would last longer, or lacks a host.
func (a *Authority) due(c *x509.Certificate) bool {
	now := time.Now()
	if now.Before(c.NotBefore) || now.After(c.NotAfter.Add(-renewBefore)) && c.NotAfter.Before(a.cert.NotAfter) {
		return true
	}
	given, err := a.given()
	if err != nil {
		return true // to be told why
	}
	for _, h := range add(given, a.asked()...) {
		if permits(a.cert, h) && c.VerifyHostname(bracketed(h)) != nil {
			return true
		}
	}
	return false
}

// bracketed is a host as VerifyHostname takes it.
func bracketed(h host) string {
	if h.ip != nil {
		return "[" + h.ip.String() + "]"
	}
	return h.name
}
