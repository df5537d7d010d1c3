package pki

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// made makes an authority in a folder of its own. The names that the machine of
// the test has play no part.
func made(t *testing.T, given ...string) *Authority {
	t.Helper()
	a, err := Create(Options{Dir: filepath.Join(t.TempDir(), "pki")}, given...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// trusting holds the authority only.
func trusting(a *Authority) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(a.Certificate())
	return roots
}

func TestTheGatewaysCertificateIsWhatTabletsDemand(t *testing.T) {
	a := made(t, "gateway.lan", "192.168.1.10")
	c := shown(t, a).Leaf()
	if life := c.NotAfter.Sub(c.NotBefore); life > 397*24*time.Hour || life < 396*24*time.Hour {
		t.Errorf("it lasts %s, want 397 days", life)
	}
	if diff := cmp.Diff([]x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, c.ExtKeyUsage); diff != "" {
		t.Errorf("extended key usage (-want +got):\n%s", diff)
	}
	for _, host := range []string{"gateway.lan", "192.168.1.10"} {
		if _, err := c.Verify(x509.VerifyOptions{Roots: trusting(a), DNSName: host}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	ca := a.Certificate()
	if want := ca.NotBefore.AddDate(10, 0, 0); !ca.NotAfter.Equal(want) || !ca.IsCA || !ca.MaxPathLenZero || !ca.PermittedDNSDomainsCritical {
		t.Errorf("the authority ends on %s (want %s), CA %v, of leaves only %v, constraints critical %v", ca.NotAfter, want, ca.IsCA, ca.MaxPathLenZero, ca.PermittedDNSDomainsCritical)
	}
}

func TestOnlyTheOwnerReadsTheFolder(t *testing.T) {
	a := made(t, "gateway.lan")
	if info, err := os.Stat(a.opts.Dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has the mode %v, %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(a.opts.Dir)
	if err != nil || len(entries) < 4 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
	if err := os.Chmod(filepath.Join(a.opts.Dir, caKeyFile), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(a.opts); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others may read: %v", err)
	}
}

// TestAThiefOfTheAuthorityCannotPoseAsOthers signs with its key whatever a thief
// could want, past all that this package checks.
func TestAThiefOfTheAuthorityCannotPoseAsOthers(t *testing.T) {
	a := made(t, "care.example.org", "203.0.113.5")
	for host, fits := range map[string]bool{
		"gateway.local": true, "a.b.lan": true, "gateway.home.arpa": true, "localhost": true, "care.example.org": true,
		"10.1.2.3": true, "172.31.0.1": true, "192.168.0.9": true, "127.0.0.1": true, "169.254.1.1": true, "::1": true, "fd00::7": true, "fe80::1": true,
		"203.0.113.5": true,

		"bank.example.com": false, "example.org": false, "other.example.org": false, "local.example.com": false, "notcare.example.org": false,
		"203.0.113.6": false, "8.8.8.8": false, "172.32.0.1": false, "2001:db8::1": false, "::2": false,
	} {
		h, err := parseHost(host)
		if err != nil {
			t.Fatal(err)
		}
		if got := permits(a.cert, h); got != fits {
			t.Errorf("we think of %s %v, want %v", host, got, fits)
		}
		forged := &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
		if h.ip != nil {
			forged.IPAddresses = []net.IP{h.ip}
		} else {
			forged.DNSNames = []string{h.name}
		}
		_, _, err = a.sign(forged, serverLife)
		invalid, _ := errors.AsType[x509.CertificateInvalidError](err)
		if fits && err != nil || !fits && invalid.Reason != x509.CANotAuthorizedForThisName {
			t.Errorf("a browser thinks of %s: %v, want fits %v", host, err, fits)
		}
	}
	program := &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}}
	_, _, err := a.sign(program, serverLife)
	if invalid, _ := errors.AsType[x509.CertificateInvalidError](err); invalid.Reason != x509.IncompatibleUsage {
		t.Errorf("the authority can sign programs: %v", err)
	}
}

func TestRenewRefusesWhatNoDeviceWouldTake(t *testing.T) {
	a := made(t, "gateway.lan")
	before := shown(t, a).Leaf()
	err := a.Renew("tablet.lan", "www.example.com", "8.8.8.8")
	if err == nil || !strings.Contains(err.Error(), "may not sign for www.example.com, 8.8.8.8,") || !strings.Contains(err.Error(), "gateway pki init --host") {
		t.Errorf("the error is %v", err)
	}
	if after := shown(t, a).Leaf(); !after.Equal(before) {
		t.Error("the certificate was changed all the same")
	}
}

func TestRenewAddsHostsForGood(t *testing.T) {
	a := made(t, "gateway.lan")
	if err := a.Renew("192.168.7.7"); err != nil {
		t.Fatal(err)
	}
	if err := a.Renew(); err != nil {
		t.Fatal(err)
	}
	c := shown(t, a).Leaf()
	if got, want := fmt.Sprint(c.DNSNames, c.IPAddresses), "[gateway.lan] [192.168.7.7]"; got != want {
		t.Errorf("the hosts are %s, want %s", got, want)
	}
}

func TestHostsOfTheSettingsThatAreNotPermittedAreLeftOutAndTold(t *testing.T) {
	a := made(t, "gateway.lan")
	a.opts.Hosts = func() []string { return []string{"gateway.local", "care.example.org", "not a host", "8.8.8.8"} }
	c := shown(t, a).Leaf()
	if diff := cmp.Diff([]string{"gateway.lan", "gateway.local"}, c.DNSNames); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"care.example.org", "8.8.8.8"}, a.Refused()); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}

func TestThereIsOneAuthorityOnly(t *testing.T) {
	a := made(t, "gateway.lan")
	if _, err := Create(a.opts); !errors.Is(err, ErrExists) {
		t.Errorf("making it again: %v, want ErrExists", err)
	}
	again, created, err := OpenOrCreate(a.opts)
	if err != nil || created || Fingerprint(again.cert) != Fingerprint(a.cert) {
		t.Errorf("the second use: created %v, %v", created, err)
	}
	// A lost key is not covered up by an authority that no tablet trusts.
	if err := os.Remove(filepath.Join(a.opts.Dir, caKeyFile)); err != nil {
		t.Fatal(err)
	}
	if _, created, err := OpenOrCreate(a.opts); created || err == nil || !strings.Contains(err.Error(), "put it back") {
		t.Errorf("without its key: created %v, %v", created, err)
	}
}

func TestTheKeyOfAnotherAuthorityIsFound(t *testing.T) {
	a, b := made(t, "gateway.lan"), made(t, "gateway.lan")
	key, err := os.ReadFile(filepath.Join(b.opts.Dir, caKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := write(filepath.Join(a.opts.Dir, caKeyFile), key); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(a.opts); err == nil || !strings.Contains(err.Error(), "do not belong together") {
		t.Errorf("the error is %v", err)
	}
}

func TestNothingIsSignedByAClockThatIsWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where it is 2000
		dir := filepath.Join(t.TempDir(), "pki")
		if _, err := Create(Options{Dir: dir}, "gateway.lan"); err == nil || !strings.Contains(err.Error(), "the clock of this machine says 2000-01-01") {
			t.Errorf("the error is %v", err)
		}
		if _, err := Open(Options{Dir: dir}); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("an authority was left behind: %v", err)
		}
	})
}

func TestFingerprintsAreAsPeopleCompareThem(t *testing.T) {
	got := Fingerprint(&x509.Certificate{Raw: []byte("abc")})
	// FIPS 180-2, appendix B.1.
	want := "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
