package pki

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// shown is the keeper of an authority.
func shown(t *testing.T, a *Authority) *Keeper {
	t.Helper()
	k, err := a.Keep(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// run runs a part until the test ends.
func run(t *testing.T, part func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := part(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		done.Wait()
	})
}

// meet has a client and a listener shake hands, and returns what each of them
// says of the other.
func meet(server, client *tls.Config) (seen, of tls.ConnectionState, err error) {
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	s, c := tls.Server(here, server), tls.Client(there, client)
	answered := make(chan error, 1)
	go func() {
		err := s.Handshake()
		if err == nil {
			_, err = s.Write([]byte("x")) // what TLS 1.3 refuses of a client comes after its handshake
		}
		if err != nil {
			here.Close()
		}
		answered <- err
	}()
	clientErr := c.Handshake()
	if clientErr == nil {
		_, clientErr = c.Read(make([]byte, 1))
	}
	if clientErr != nil {
		there.Close()
	}
	err = errors.Join(clientErr, <-answered)
	return s.ConnectionState(), c.ConnectionState(), err
}

// inThe2020s takes a bubble to a time at which this program can run.
func inThe2020s() { time.Sleep(time.Until(oldest.AddDate(0, 6, 0))) }

func TestATabletThatTrustsTheAuthorityConnects(t *testing.T) {
	a := made(t, "gateway.lan")
	server := shown(t, a).TLS(nil, nil)
	if _, _, err := meet(server, &tls.Config{RootCAs: trusting(a), ServerName: "gateway.lan"}); err != nil {
		t.Errorf("a tablet that trusts it: %v", err)
	}
	_, _, err := meet(server, &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "gateway.lan"})
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); !unknown {
		t.Errorf("a tablet that does not: %v, want an unknown authority", err)
	}
	_, _, err = meet(server, &tls.Config{RootCAs: trusting(a), ServerName: "other.lan"})
	if _, other := errors.AsType[x509.HostnameError](err); !other {
		t.Errorf("by another name: %v, want that it is another's", err)
	}
}

// TestTheCertificateIsRenewedWhileTheGatewayRuns lets more than a year pass.
func TestTheCertificateIsRenewedWhileTheGatewayRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inThe2020s()
		a := made(t, "gateway.lan")
		k := shown(t, a)
		server, client := k.TLS(nil, nil), &tls.Config{RootCAs: trusting(a), ServerName: "gateway.lan"}
		first := k.Leaf()
		time.Sleep(time.Until(first.NotAfter.Add(-renewBefore - time.Minute)))
		run(t, k.Run)
		time.Sleep(30 * time.Second)
		if !k.Leaf().Equal(first) {
			t.Error("it was renewed too early")
		}
		time.Sleep(2 * time.Minute)
		_, state, err := meet(server, client)
		if err != nil {
			t.Fatal(err)
		}
		second := state.PeerCertificates[0]
		if left := time.Until(second.NotAfter); second.Equal(first) || left < 396*24*time.Hour {
			t.Errorf("a client is shown a certificate that lasts %s", left)
		}
	})
}

func TestANewAddressOfTheMachineIsTakenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inThe2020s()
		a := made(t, "gateway.lan")
		var mu sync.Mutex
		address := "192.168.1.10"
		a.opts.Hosts = func() []string { mu.Lock(); defer mu.Unlock(); return []string{address} }
		k := shown(t, a)
		run(t, k.Run)
		before := k.Leaf()
		time.Sleep(time.Minute)
		if !k.Leaf().Equal(before) {
			t.Error("it was renewed for nothing")
		}
		mu.Lock()
		address = "192.168.1.77"
		mu.Unlock()
		time.Sleep(time.Minute)
		if _, _, err := meet(k.TLS(nil, nil), &tls.Config{RootCAs: trusting(a), ServerName: "192.168.1.77"}); err != nil {
			t.Error(err)
		}
		if k.Leaf().VerifyHostname("192.168.1.10") == nil {
			t.Error("the address that the machine had before is still in it")
		}
	})
}

// TestFilesThatSomebodyElseRenewsAreReadAgain swaps them as certbot and people do.
func TestFilesThatSomebodyElseRenewsAreReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inThe2020s()
		dir := t.TempDir()
		cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
		put := func(a *Authority) {
			b, err := os.ReadFile(filepath.Join(a.opts.Dir, serverFile))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{cert, key} {
				if err := write(path, b); err != nil {
					t.Fatal(err)
				}
			}
		}
		old, fresh := made(t, "gateway.lan"), made(t, "gateway.lan")
		put(old)
		var said strings.Builder
		k, err := KeepFiles(cert, key, slog.New(slog.NewTextHandler(&said, nil)))
		if err != nil {
			t.Fatal(err)
		}
		run(t, k.Run)
		// Half of it is there, then none.
		b, err := os.ReadFile(filepath.Join(fresh.opts.Dir, serverFile))
		if err != nil {
			t.Fatal(err)
		}
		if err := write(key, b); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if err := os.Remove(cert); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if _, _, err := meet(k.TLS(nil, nil), &tls.Config{RootCAs: trusting(old), ServerName: "gateway.lan"}); err != nil {
			t.Errorf("meanwhile: %v", err)
		}
		put(fresh)
		time.Sleep(time.Minute)
		if _, _, err := meet(k.TLS(nil, nil), &tls.Config{RootCAs: trusting(fresh), ServerName: "gateway.lan"}); err != nil {
			t.Errorf("afterwards: %v", err)
		}
		if n := strings.Count(said.String(), "level=ERROR"); n != 2 {
			t.Errorf("%d errors were logged, want one for each trouble:\n%s", n, said.String())
		}
	})
}

func TestAGatewayStartsThoughTheClockIsWrong(t *testing.T) {
	a := made(t, "gateway.lan")
	want := shown(t, a).Leaf()
	synctest.Test(t, func(t *testing.T) { // where it is 2000
		var said strings.Builder
		k, err := a.Keep(slog.New(slog.NewTextHandler(&said, nil)))
		if err != nil {
			t.Fatal(err)
		}
		if !k.Leaf().Equal(want) || !strings.Contains(said.String(), "set the clock right") {
			t.Errorf("it shows another certificate, or says nothing of the clock:\n%s", said.String())
		}
	})
}

func TestALeftOverOfAnotherAuthorityIsNotShown(t *testing.T) {
	a, before := made(t, "gateway.lan"), made(t, "gateway.lan")
	b, err := os.ReadFile(filepath.Join(before.opts.Dir, serverFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := write(filepath.Join(a.opts.Dir, serverFile), b); err != nil {
		t.Fatal(err)
	}
	if err := shown(t, a).Leaf().CheckSignatureFrom(a.Certificate()); err != nil {
		t.Error(err)
	}
}

// identity is what an edge connects with.
func identity(t *testing.T, a *Authority, site care.SiteID, edge care.EdgeID) tls.Certificate {
	t.Helper()
	cert, key, err := a.Edge(site, edge)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func TestAnEdgeProvesByItsCertificateWhoItIs(t *testing.T) {
	a, foreign := made(t, "gateway.lan"), made(t, "gateway.lan")
	edges, err := a.Clients(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	all := func(*tls.ClientHelloInfo) bool { return true }
	server := shown(t, a).TLS(edges, all)
	gateways := *shown(t, a).current // taken off the gateway's disk
	for name, c := range map[string]struct {
		shows []tls.Certificate
		want  string
	}{
		"its own":                          {[]tls.Certificate{identity(t, a, "songhe", "room-203")}, ""},
		"another edge's":                   {[]tls.Certificate{identity(t, a, "songhe", "room-204")}, `not its own: it is of "songhe/room-204"`},
		"that of its name at another site": {[]tls.Certificate{identity(t, a, "qinghe", "room-203")}, `not its own: it is of "qinghe/room-203"`},
		"none":                             {nil, "shows no certificate"},
		"one of another authority":         {[]tls.Certificate{identity(t, foreign, "songhe", "room-203")}, "bad certificate|unknown certificate authority|unknown authority"},
		"the gateway's":                    {[]tls.Certificate{gateways}, "bad certificate|incompatible key usage"},
	} {
		t.Run(name, func(t *testing.T) {
			client := &tls.Config{RootCAs: trusting(a), ServerName: "gateway.lan"}
			// Shown without being asked for one of this authority, as a forger does.
			client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				if len(c.shows) == 0 {
					return &tls.Certificate{}, nil
				}
				return &c.shows[0], nil
			}
			seen, _, err := meet(server, client)
			if err == nil {
				err = CheckEdge(&seen, "songhe", "room-203")
			}
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			for want := range strings.SplitSeq(c.want, "|") {
				if err != nil && strings.Contains(err.Error(), want) {
					return
				}
			}
			t.Errorf("the error is %v, want one with %s", err, c.want)
		})
	}
	if err := CheckEdge(nil, "songhe", "room-203"); err == nil {
		t.Error("a connection without TLS is taken")
	}
}

func TestBrowsersAreNotAskedForCertificates(t *testing.T) {
	a := made(t, "gateway.lan")
	edges, err := a.Clients(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	server := shown(t, a).TLS(edges, OffersEdge)
	server.NextProtos = []string{"http/1.1"}
	for _, c := range []struct {
		name      string
		protocols []string
		asked     bool
	}{
		{"a browser", []string{"h2", "http/1.1"}, false},
		{"an edge", []string{care.EdgeProtocol, "http/1.1"}, true},
	} {
		asked := false
		_, state, err := meet(server, &tls.Config{
			RootCAs: trusting(a), ServerName: "gateway.lan", NextProtos: c.protocols,
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				asked = true
				return &tls.Certificate{}, nil
			},
		})
		if err != nil || asked != c.asked || state.NegotiatedProtocol != "http/1.1" {
			t.Errorf("%s: asked %v, speaks %q, %v", c.name, asked, state.NegotiatedProtocol, err)
		}
	}
}

func TestAnotherAuthorityOfEdgesIsReadWhenItsFileChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inThe2020s()
		a, fresh := made(t, "gateway.lan"), made(t, "gateway.lan")
		file := filepath.Join(t.TempDir(), "edges.pem")
		if err := write(file, []byte("nothing")); err != nil {
			t.Fatal(err)
		}
		if _, err := KeepClients(file, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "holds no certificate") {
			t.Errorf("a file without any: %v", err)
		}
		if err := write(file, a.PEM()); err != nil {
			t.Fatal(err)
		}
		edges, err := KeepClients(file, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		run(t, edges.Run)
		if err := write(file, fresh.PEM()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if !edges.Pool().Equal(trusting(fresh)) {
			t.Error("the old authority still holds")
		}
	})
}

func TestNoEdgeHasANameThatWidens(t *testing.T) {
	a := made(t, "gateway.lan")
	for _, edge := range []care.EdgeID{"", "*", "a/b", "A"} {
		if _, _, err := a.Edge("songhe", edge); err == nil {
			t.Errorf("the edge %q got a certificate", edge)
		}
	}
}
