package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// typist types commands about one data directory.
func typist(t *testing.T, data string) func(line string) (string, error) {
	getenv := func(key string) string { return map[string]string{"SHOUWANG_DATA": data}[key] }
	return func(line string) (string, error) {
		var out, said strings.Builder
		err := run(t.Context(), strings.Fields(line), &out, &said, getenv)
		return out.String(), err
	}
}

// TestTheAuthorityFromTheTerminal is what an operator types, in this order.
func TestTheAuthorityFromTheTerminal(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	typed := typist(t, data)
	out := filepath.Join(dir, "edge")
	for _, c := range []struct {
		name, line string
		out, err   string
	}{
		{"nothing to do", "pki", "", "init, show, renew or edge SITE EDGE"},
		{"a word that is none", "pki revoke", "", `does not know what to do with "revoke"`},
		{"show before there is one", "pki show", "", `there is no certificate authority in ` + filepath.Join(data, "pki") + `: "gateway pki init" makes it`},
		{"renew before there is one", "pki renew", "", "there is no certificate authority"},
		{"an edge before there is one", "pki edge songhe room-203", "", "there is no certificate authority"},
		{"init for a host that is none", "pki init --host gateway.lan:8443", "", "give the name or the address alone"},
		{"init", "pki init --host gateway.lan --host care.example.org", "SHA-256      ", ""},
		{"init again", "pki init", "", "there is an authority already"},
		{"show", "pki show", "for          gateway.lan, care.example.org, ", ""},
		{"renew for another host", "pki renew --host 192.168.50.7", "192.168.50.7", ""},
		{"renew for a host that is refused", "pki renew --host www.example.com", "", "this authority may not sign for www.example.com"},
		{"an edge without a name", "pki edge songhe", "", "pki edge needs a name of the edge, too: gateway pki edge SITE EDGE"},
		{"an edge that is none", "pki edge songhe Room --out " + out, "", `"Room" of site "songhe" is no edge`},
		{"an edge", "pki edge songhe room-203 --out " + out, "edge.crt, edge.key", ""},
		{"an edge into the same folder", "pki edge songhe room-204 --out " + out, "", "edge.key is there already"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := typed(c.line)
			switch {
			case c.err == "" && err != nil:
				t.Fatalf("got the error %v", err)
			case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
				t.Fatalf("got the error %v, want %q", err, c.err)
			case !strings.Contains(got, c.out):
				t.Errorf("printed %q, want %q", got, c.out)
			}
		})
	}
	if _, err := typed("pki -h"); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("pki -h: %v", err)
	}
}

func TestRenewingKeepsTheFingerprintThatPeopleCompared(t *testing.T) {
	typed := typist(t, filepath.Join(t.TempDir(), "data"))
	fingerprint := regexp.MustCompile(`(?m)^SHA-256 +([0-9A-F]{2}(:[0-9A-F]{2}){31})$`)
	var seen []string
	for _, line := range []string{"pki init", "pki renew --host gateway.lan", "pki show"} {
		out, err := typed(line)
		if err != nil {
			t.Fatal(err)
		}
		found := fingerprint.FindStringSubmatch(out)
		if found == nil {
			t.Fatalf("%s prints no fingerprint: %s", line, out)
		}
		seen = append(seen, found[1])
	}
	if seen[0] != seen[1] || seen[1] != seen[2] {
		t.Errorf("the fingerprints are %v", seen)
	}
}

func TestTheFilesOfAnEdgeAreItsOwn(t *testing.T) {
	dir := t.TempDir()
	typed := typist(t, filepath.Join(dir, "data"))
	for _, line := range []string{"pki init", "pki edge songhe room-203 --out " + filepath.Join(dir, "out")} {
		if _, err := typed(line); err != nil {
			t.Fatal(err)
		}
	}
	parsed := map[string]*x509.Certificate{}
	for _, name := range []string{"edge.crt", "edge.key", "ca.crt"} {
		path := filepath.Join(dir, "out", name)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(b)
		if block == nil {
			t.Fatalf("%s is no PEM", name)
		}
		if name == "edge.key" {
			continue
		}
		if parsed[name], err = x509.ParseCertificate(block.Bytes); err != nil {
			t.Fatal(err)
		}
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed["ca.crt"])
	if _, err := parsed["edge.crt"].Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		t.Error(err)
	}
	want := []*url.URL{{Scheme: "shouwang", Host: "edge", Path: "/songhe/room-203"}}
	if diff := cmp.Diff(want, parsed["edge.crt"].URIs); diff != "" {
		t.Errorf("the certificate names (-want +got):\n%s", diff)
	}
}
