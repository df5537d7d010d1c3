package broker

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// namedInCertificate takes the common name for the edge's; what names stand in
// real certificates is not the broker's business.
func namedInCertificate(s *tls.ConnectionState, site care.SiteID, edge care.EdgeID) error {
	if s == nil || len(s.VerifiedChains) == 0 {
		return errors.New("no certificate was shown")
	}
	if name := s.PeerCertificates[0].Subject.CommonName; name != string(site)+"/"+string(edge) {
		return fmt.Errorf("the certificate is of %s", name)
	}
	return nil
}

// authority makes an authority and returns it with a function that signs for edges.
func authority(t *testing.T) (*x509.CertPool, func(name string) tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issue := func(template, parent *x509.Certificate) *x509.Certificate {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "edges"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	ca := issue(template, template)
	pool := x509.NewCertPool()
	pool.AddCert(ca)
	return pool, func(name string) tls.Certificate {
		c := issue(&x509.Certificate{Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, ca)
		return tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key}
	}
}

// TestAnEdgeShowsItsOwnCertificate: a secret that was copied is not enough where
// certificates are demanded, and neither is a certificate.
func TestAnEdgeShowsItsOwnCertificate(t *testing.T) {
	cert, trusted := certificate(t)
	edges, sign := authority(t)
	_, forge := authority(t)
	for _, test := range []struct {
		name     string
		shows    []tls.Certificate
		password string
		denied   string // empty when it gets in
		silent   bool   // refused by TLS, before it says who it is
	}{
		{"its own", []tls.Certificate{sign("evergreen/room-203")}, "secret-203", "", false},
		{"another edge's", []tls.Certificate{sign("evergreen/room-204")}, "secret-203", "the certificate is of evergreen/room-204", false},
		{"none", nil, "secret-203", "no certificate was shown", false},
		{"its own with a wrong secret", []tls.Certificate{sign("evergreen/room-203")}, "guess", "secret is wrong", false},
		{"a forged one", []tls.Certificate{forge("evergreen/room-203")}, "secret-203", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			heard := make(denials, 16)
			b := start(t, Options{
				TLS:             &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: edges},
				EdgeCertificate: namedInCertificate, OnDenied: heard.hear,
			})
			// The core's own client has none.
			core(t, b, signIn{tls: &tls.Config{RootCAs: trusted}})
			b.OpenDevices()
			shown := &tls.Config{RootCAs: trusted, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				if len(test.shows) == 0 {
					return &tls.Certificate{}, nil
				}
				return &test.shows[0], nil
			}}
			err := client(t, b, signIn{user: "evergreen/room-203", password: test.password, tls: shown}).connect()
			if in := test.denied == "" && !test.silent; (err == nil) != in {
				t.Fatalf("the sign-in ends with %v, want that it gets in: %v", err, in)
			}
			if test.denied == "" {
				return
			}
			if d := heard.next(t); !strings.Contains(d.Detail, test.denied) || d.Site != "evergreen" || d.Edge != "room-203" {
				t.Errorf("denial %+v, want one of room-203 with %q", d, test.denied)
			}
		})
	}
}
