package pki

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// lookEvery is how soon a renewed file is shown.
const lookEvery = 10 * time.Second

const notRenewed = "a certificate cannot be renewed; the last one is shown"

// Keeper holds the certificate that a listener shows, and keeps it current while
// Run runs. A file that cannot be read changes nothing: the last certificate that
// could is shown.
type Keeper struct {
	own       *Authority // nil for files of somebody else
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	read    [2][]byte
	current *tls.Certificate
	trouble string
}

// KeepFiles keeps the certificate and the key of two PEM files, which others
// renew. The error is that they cannot be read now.
func KeepFiles(cert, key string, log *slog.Logger) (*Keeper, error) {
	k := &Keeper{cert: cert, key: key, log: log}
	if err := k.look(); err != nil {
		return nil, err
	}
	return k, nil
}

// Keep keeps the gateway's certificate, and makes it where there is none or it
// has to be renewed. The error is that there is none to show: one that could not
// be renewed now, for instance because the clock is wrong after a power cut, is
// better than no gateway.
func (a *Authority) Keep(log *slog.Logger) (*Keeper, error) {
	path := filepath.Join(a.opts.Dir, serverFile)
	k := &Keeper{own: a, cert: path, key: path, log: log}
	err := k.look()
	if err != nil || k.Leaf().CheckSignatureFrom(a.cert) != nil {
		if err := a.Renew(); err != nil {
			return nil, err
		}
		err = k.look()
	}
	if err != nil {
		return nil, err
	}
	k.trouble = told(log, "", k.renew(), notRenewed, path)
	return k, nil
}

// look reads the files, and takes up what has changed.
func (k *Keeper) look() error {
	var read [2][]byte
	for i, path := range []string{k.cert, k.key} {
		var err error
		if read[i], err = os.ReadFile(path); err != nil {
			return fmt.Errorf("read the certificate: %w", err)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.current != nil && bytes.Equal(read[0], k.read[0]) && bytes.Equal(read[1], k.read[1]) {
		return nil
	}
	c, err := tls.X509KeyPair(read[0], read[1])
	if err != nil {
		return fmt.Errorf("read the certificate %s with the key %s: %w", k.cert, k.key, err)
	}
	if k.current != nil {
		k.log.Info("a certificate was renewed", "file", k.cert, "ends", c.Leaf.NotAfter)
	}
	k.read, k.current = read, &c
	return nil
}

// renew makes a certificate of our own anew when its time has come.
func (k *Keeper) renew() error {
	if k.own == nil || !k.own.due(k.Leaf()) {
		return nil
	}
	return errors.Join(k.own.Renew(), k.look())
}

// Run keeps the certificate current until ctx ends, and returns nil then.
func (k *Keeper) Run(ctx context.Context) error {
	return every(ctx, func() {
		err := errors.Join(k.look(), k.renew())
		k.mu.Lock()
		defer k.mu.Unlock()
		k.trouble = told(k.log, k.trouble, err, notRenewed, k.cert)
	})
}

// TLS returns the settings of a listener that always shows the current
// certificate. Where edges is not nil, a client for which ask says so may show a
// certificate of one of these authorities; another one is refused, none is not:
// that is for CheckEdge to judge, when it is known who is calling.
func (k *Keeper) TLS(edges *Clients, ask func(*tls.ClientHelloInfo) bool) *tls.Config {
	base := &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			k.mu.Lock()
			defer k.mu.Unlock()
			return k.current, nil
		},
	}
	if edges != nil {
		base.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if !ask(hello) {
				return nil, nil // base itself
			}
			c := base.Clone()
			c.ClientAuth, c.ClientCAs = tls.VerifyClientCertIfGiven, edges.Pool()
			return c, nil
		}
	}
	return base
}

// Leaf returns the current certificate. It must not be changed.
func (k *Keeper) Leaf() *x509.Certificate {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.current.Leaf
}

// every looks again and again until ctx ends.
func every(ctx context.Context, look func()) error {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			look()
		}
	}
}

// told logs an error that was not logged at the last look, and returns its text:
// one line for a trouble, not one each ten seconds.
func told(log *slog.Logger, before string, err error, what, file string) string {
	if err == nil {
		return ""
	}
	if err.Error() != before {
		log.Error(what, "file", file, "err", err)
	}
	return err.Error()
}

// Clients are the authorities whose certificates a listener takes of edges. They
// are read from a PEM file, again when it changes while Run runs.
type Clients struct {
	file string
	log  *slog.Logger

	mu      sync.Mutex
	read    []byte
	pool    *x509.CertPool
	trouble string
}

// KeepClients reads the authorities of a file.
func KeepClients(file string, log *slog.Logger) (*Clients, error) {
	c := &Clients{file: file, log: log}
	if err := c.look(); err != nil {
		return nil, err
	}
	return c, nil
}

// Clients returns the authority itself as the one whose certificates of edges are
// taken.
func (a *Authority) Clients(log *slog.Logger) (*Clients, error) {
	return KeepClients(filepath.Join(a.opts.Dir, caFile), log)
}

func (c *Clients) look() error {
	b, err := os.ReadFile(c.file)
	if err != nil {
		return fmt.Errorf("read the authority of edges: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pool != nil && bytes.Equal(b, c.read) {
		return nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return fmt.Errorf("the authority of edges %s holds no certificate in PEM", c.file)
	}
	c.read, c.pool = b, pool
	return nil
}

// Run reads the file again when it changes, until ctx ends.
func (c *Clients) Run(ctx context.Context) error {
	return every(ctx, func() {
		err := c.look()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.trouble = told(c.log, c.trouble, err, "the authority of edges cannot be read; the last one holds", c.file)
	})
}

// Pool returns the current authorities.
func (c *Clients) Pool() *x509.CertPool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pool
}
