package pki

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	authorityYears = 10
	// early is how long before they are made certificates begin to hold, for
	// tablets whose clock is behind.
	early = time.Hour
)

// oldest is before any time at which this program can run: a small computer
// without a clock begins in 1970 or when it was last switched off, and what it
// would sign then had ended before somebody sees it.
var oldest = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// ErrExists says that there is an authority already.
var ErrExists = errors.New("there is an authority already")

// Options say where an authority is and for whom it signs.
type Options struct {
	// Dir holds the authority. It is made, readable to this user only.
	Dir string
	// Hosts returns the names and addresses that the gateway's certificate has
	// beside those of hosts.txt; it is asked again at each look. The ones that the
	// authority may not sign for are left out. It may be nil.
	Hosts func() []string
}

// Authority is a certificate authority on the disk. Its methods may be called
// concurrently, also by several processes.
type Authority struct {
	opts Options
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Create makes an authority that may sign for private hosts and for the given
// ones, which hosts.txt keeps, and the gateway's certificate. The error is
// ErrExists when there is one.
func Create(o Options, given ...string) (_ *Authority, err error) {
	wanted, err := parseHosts(given)
	if err != nil {
		return nil, fmt.Errorf("make the certificate authority: %w", err)
	}
	unlock, err := lock(o.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if _, err := os.Stat(filepath.Join(o.Dir, caFile)); err == nil {
		return nil, fmt.Errorf("%w in %s; to make another, which every device must be told to trust again, move that folder away", ErrExists, o.Dir)
	}
	a := &Authority{opts: o}
	if err := a.make(add(wanted, a.asked()...)); err != nil {
		return nil, fmt.Errorf("make the certificate authority: %w", err)
	}
	if err := a.renew(wanted); err != nil {
		return nil, err
	}
	return a, nil
}

// make makes the key and the certificate. The certificate is written last: with
// it the authority is there.
func (a *Authority) make(hosts []host) error {
	now := time.Now()
	if now.Before(oldest) {
		return fmt.Errorf("the clock of this machine says %s: set it right first", now.Format(time.DateOnly))
	}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	begin := now.Add(-early).UTC()
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: commonName("Shouwang 守望 " + nameOf(hosts)), Organization: []string{"Shouwang"}},
		NotBefore: begin, NotAfter: begin.AddDate(authorityYears, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		// It signs no programs and no mail.
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	constrain(template, hosts)
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		return fmt.Errorf("sign it: %w", err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return fmt.Errorf("read what was signed: %w", err)
	}
	key, err := encodeKey(a.key)
	if err != nil {
		return err
	}
	if err := write(filepath.Join(a.opts.Dir, caKeyFile), key); err != nil {
		return err
	}
	return write(filepath.Join(a.opts.Dir, caFile), encodeCertificate(der))
}

// nameOf is the first name of the hosts, by which people know the gateway.
func nameOf(hosts []host) string {
	for _, h := range hosts {
		if h.name != "" && h.name != "localhost" {
			return h.name
		}
	}
	return "gateway"
}

// commonName cuts a name to the 64 letters that one may have (RFC 5280,
// ub-common-name).
func commonName(s string) string {
	if r := []rune(s); len(r) > 64 {
		return string(r[:64])
	}
	return s
}

// Open opens an authority that was made before. The error is fs.ErrNotExist when
// there is none.
func Open(o Options) (*Authority, error) {
	der, err := readBlock(filepath.Join(o.Dir, caFile), blockCertificate)
	if err != nil {
		return nil, fmt.Errorf("open the certificate authority: %w", err)
	}
	a := &Authority{opts: o}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return nil, fmt.Errorf("open the certificate authority: read %s: %w", caFile, err)
	}
	if a.key, err = readKey(filepath.Join(o.Dir, caKeyFile)); err != nil {
		return nil, fmt.Errorf("open the certificate authority: %w", err)
	}
	if !a.key.PublicKey.Equal(a.cert.PublicKey) {
		return nil, fmt.Errorf("open the certificate authority: %s and %s in %s do not belong together", caFile, caKeyFile, o.Dir)
	}
	return a, nil
}

// OpenOrCreate opens the authority, and makes it at the first use.
func OpenOrCreate(o Options) (a *Authority, created bool, err error) {
	if a, err = Open(o); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return a, false, err
	}
	if _, err := os.Stat(filepath.Join(o.Dir, caFile)); err == nil {
		// The key is gone: a new authority in its place would not be trusted.
		return nil, false, fmt.Errorf("%s is not in %s: put it back, or move that folder away to make another authority, which every device must be told to trust again", caKeyFile, o.Dir)
	}
	if a, err = Create(o); errors.Is(err, ErrExists) { // by another process, just now
		a, err = Open(o)
		return a, false, err
	}
	return a, err == nil, err
}

// Certificate returns the certificate of the authority. It must not be changed.
func (a *Authority) Certificate() *x509.Certificate { return a.cert }

// Shown returns the gateway's certificate as it is on the disk.
func (a *Authority) Shown() (*x509.Certificate, error) {
	der, err := readBlock(filepath.Join(a.opts.Dir, serverFile), blockCertificate)
	if err != nil {
		return nil, fmt.Errorf("read the gateway's certificate (\"gateway pki renew\" makes it anew): %w", err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read the gateway's certificate (\"gateway pki renew\" makes it anew): %w", err)
	}
	return c, nil
}

// PEM returns the certificate of the authority for a file.
func (a *Authority) PEM() []byte { return encodeCertificate(a.cert.Raw) }

// Fingerprint returns the SHA-256 of a certificate as people compare it: 32 pairs
// of hexadecimal digits with colons between.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(pairs, ":")
}

// asked are the hosts that Options.Hosts names; what is no host is left out.
func (a *Authority) asked() []host {
	if a.opts.Hosts == nil {
		return nil
	}
	var all []host
	for _, text := range a.opts.Hosts() {
		if h, err := parseHost(text); err == nil {
			all = add(all, h)
		}
	}
	return all
}

// given are the hosts of hosts.txt, one a line.
func (a *Authority) given() ([]host, error) {
	path := filepath.Join(a.opts.Dir, hostsFile)
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the hosts of the gateway: %w", err)
	}
	hosts, err := parseHosts(strings.Fields(string(b)))
	if err != nil {
		return nil, fmt.Errorf("read the hosts of the gateway in %s: %w", path, err)
	}
	return hosts, nil
}

// Refused returns the hosts that the gateway's certificate was to have and the
// authority may not sign for.
func (a *Authority) Refused() []string {
	given, _ := a.given() // an error shows when the certificate is made
	var all []string
	for _, h := range add(given, a.asked()...) {
		if !permits(a.cert, h) {
			all = append(all, cmp.Or(h.name, h.ip.String()))
		}
	}
	return all
}
