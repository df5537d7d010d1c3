package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/pki"
)

// pki carries out the commands about the gateway's own certificate authority.
func (c call) pki() error {
	word := ""
	if len(c.args) > 0 {
		word, c.args = c.args[0], c.args[1:]
	}
	switch word {
	case "init":
		return c.pkiInit()
	case "show":
		return c.pkiShow()
	case "renew":
		return c.pkiRenew()
	case "edge":
		return c.pkiEdge()
	case "-h", "-help", "--help", "help":
		fmt.Fprint(c.stderr, usage)
		return flag.ErrHelp
	case "":
		return errors.New("pki needs to be told what to do: init, show, renew or edge SITE EDGE")
	}
	return fmt.Errorf("pki does not know what to do with %q; it knows init, show, renew and edge", word)
}

// hostFlag is the flag for names and addresses, which may be given several times.
func hostFlag(f *flag.FlagSet) *[]string {
	var hosts []string
	f.Func("host", "a further `name` or address by which the gateway is reached; may be given several times", func(s string) error {
		hosts = append(hosts, s)
		return nil
	})
	return &hosts
}

func (c call) pkiInit() error {
	f := flag.NewFlagSet("pki init", flag.ContinueOnError)
	hosts := hostFlag(f)
	cfg, _, err := c.parse(f)
	if err != nil {
		return err
	}
	a, err := pki.Create(app.PKI(cfg), *hosts...)
	if err != nil {
		return err
	}
	return c.showAuthority(a, app.PKI(cfg).Dir)
}

func (c call) pkiShow() error {
	cfg, _, err := c.parse(flag.NewFlagSet("pki show", flag.ContinueOnError))
	if err != nil {
		return err
	}
	a, err := openAuthority(app.PKI(cfg))
	if err != nil {
		return err
	}
	return c.showAuthority(a, app.PKI(cfg).Dir)
}

func (c call) pkiRenew() error {
	f := flag.NewFlagSet("pki renew", flag.ContinueOnError)
	hosts := hostFlag(f)
	cfg, _, err := c.parse(f)
	if err != nil {
		return err
	}
	a, err := openAuthority(app.PKI(cfg))
	if err != nil {
		return err
	}
	if err := a.Renew(*hosts...); err != nil {
		return err
	}
	return c.showAuthority(a, app.PKI(cfg).Dir)
}

// pkiEdge writes what an edge needs to prove who it is.
func (c call) pkiEdge() error {
	f := flag.NewFlagSet("pki edge", flag.ContinueOnError)
	out := f.String("out", ".", "write the files into this `folder`, which is made")
	cfg, words, err := c.parse(f, "site and an edge: gateway pki edge SITE EDGE", "name of the edge, too: gateway pki edge SITE EDGE")
	if err != nil {
		return err
	}
	a, err := openAuthority(app.PKI(cfg))
	if err != nil {
		return err
	}
	cert, key, err := a.Edge(care.SiteID(words[0]), care.EdgeID(words[1]))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*out, 0o700); err != nil {
		return fmt.Errorf("write the certificate of the edge: %w", err)
	}
	for _, file := range []struct {
		name    string
		content []byte
	}{{"edge.key", key}, {"edge.crt", cert}, {"ca.crt", a.PEM()}} {
		if err := writeNew(filepath.Join(*out, file.name), file.content); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(c.stdout, `wrote into %s, for the edge %s/%s:
  edge.crt, edge.key   what it shows when mqtt.client_ca demands a certificate; until %s
  ca.crt               what it trusts: gateway.ca_file of its settings
Copy them to the edge and delete them here. The key is kept nowhere else; another certificate can be made at any time.
`, *out, words[0], words[1], a.Certificate().NotAfter.Format(time.DateOnly))
	return err
}

// writeNew writes a file that must not be there yet, readable to its owner only.
func writeNew(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; choose another folder with --out, or delete it", path)
	}
	if err != nil {
		return fmt.Errorf("write the certificate of the edge: %w", err)
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the certificate of the edge: %w", err)
	}
	return nil
}

// openAuthority opens the authority, and says how to make one.
func openAuthority(o pki.Options) (*pki.Authority, error) {
	a, err := pki.Open(o)
	if _, gone := os.Stat(o.Dir); errors.Is(gone, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no certificate authority in %s: \"gateway pki init\" makes it, and so does a gateway that is started with web.tls: own", o.Dir)
	}
	return a, err
}

// showAuthority prints what people compare, and what the gateway shows.
func (c call) showAuthority(a *pki.Authority, dir string) error {
	ca := a.Certificate()
	leaf, err := a.Shown()
	if err != nil {
		return err
	}
	hosts := leaf.DNSNames
	for _, ip := range leaf.IPAddresses {
		hosts = append(hosts, ip.String())
	}
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	var b strings.Builder
	for _, line := range [][2]string{
		{"authority", ca.Subject.CommonName},
		{"SHA-256", pki.Fingerprint(ca)},
		{"good", day(ca.NotBefore) + " to " + day(ca.NotAfter)},
		{"kept in", dir},
		{"certificate", day(leaf.NotBefore) + " to " + day(leaf.NotAfter) + "; a running gateway renews it 30 days before"},
		{"for", strings.Join(hosts, ", ")},
	} {
		fmt.Fprintf(&b, "%-12s %s\n", line[0], line[1])
	}
	if refused := a.Refused(); len(refused) > 0 {
		fmt.Fprintf(&b, "%-12s %s: the authority may not sign for it; move %s away and run \"gateway pki init\" to make one that may\n", "not for", strings.Join(refused, ", "), dir)
	}
	if _, err := c.stdout.Write([]byte(b.String())); err != nil {
		return fmt.Errorf("print the authority: %w", err)
	}
	return nil
}
