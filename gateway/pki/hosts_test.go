package pki

import (
	"strings"
	"testing"
)

func TestParseHost(t *testing.T) {
	for text, want := range map[string]string{
		"Gateway.Lan": "gateway.lan", "gateway.lan.": "gateway.lan", "gateway": "gateway", "xn--fiqs8s.lan": "xn--fiqs8s.lan",
		"192.168.1.10": "192.168.1.10", "::ffff:10.0.0.1": "10.0.0.1", "[::1]": "::1", "fd00::7": "fd00::7",
	} {
		h, err := parseHost(text)
		if err != nil || h.String() != want {
			t.Errorf("%q is %q, %v; want %q", text, h, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "neither", "gateway.lan:8443": "more than", "[::1]:8443": "more than", "*.lan": "neither", "-a.lan": "neither", "a..lan": "neither",
		"守望.lan": "neither", "https://gateway.lan": "more than", "10.0.0.0/8": "more than", "192.168.1": "looks like", "192.168.1.300": "looks like",
		"0.0.0.0": "no address", "::": "no address", "224.0.0.1": "no address", "a_b.lan": "neither",
		strings.Repeat("a", 64) + ".lan": "neither", strings.Repeat("a.", 127) + "lan": "longer",
	} {
		if h, err := parseHost(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %q, %v; want an error with %q", text, h, err, want)
		}
	}
}

// FuzzParseHost: what is taken can be signed for, and reads the same again.
func FuzzParseHost(f *testing.F) {
	for _, s := range []string{"gateway.lan", "[::1]", "192.168.1.10", "xn--fiqs8s", "a.b.", "::ffff:1.2.3.4", "fe80::1%eth0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseHost(text)
		if err != nil {
			return
		}
		again, err := parseHost(h.String())
		if err != nil || again.String() != h.String() {
			t.Fatalf("%q is %q and that is %q, %v", text, h, again, err)
		}
		if (h.ip == nil) == (h.name == "") {
			t.Fatalf("%q is both or neither: %+v", text, h)
		}
	})
}

func TestThisMachineHasNoPublicNameOrAddress(t *testing.T) {
	hosts, err := parseHosts(ThisMachine())
	if err != nil {
		t.Fatal(err)
	}
	a := made(t, "gateway.lan")
	for _, h := range hosts {
		if !permits(a.cert, h) && strings.Contains(h.name, ".") {
			t.Errorf("%s is not private", h)
		}
		if h.ip != nil && !permits(a.cert, h) {
			t.Errorf("%s is not private", h)
		}
	}
}
