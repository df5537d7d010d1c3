package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func load(t *testing.T, text string, env map[string]string) (Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gateway.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path, func(k string) string { return env[k] })
}

func TestWithoutAFileEverythingIsEmbeddedAndOnLoopback(t *testing.T) {
	got, err := Load("", func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheEnvironmentWinsOverTheFile(t *testing.T) {
	got, err := load(t, "web: {address: 127.0.0.1:1}\n", map[string]string{"SHOUWANG_WEB": "127.0.0.1:2"})
	if err != nil || got.Web.Address != "127.0.0.1:2" {
		t.Errorf("web.address %q, %v; want 127.0.0.1:2", got.Web.Address, err)
	}
}

func TestMistakesAreShownInTheFile(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"an unknown key", "webb: {}\n", []string{"webb", "1 |"}},
		{"a wrong type", "web:\n  plain: perhaps\n", []string{"plain: perhaps"}},
		{"all at once", "log: {level: loud}\nseries:\n  engine: paper\n", []string{`"loud" is none of`, "paper", "3 |"}},
		{"MQTT outside without TLS", "mqtt: {address: \"0.0.0.0:1883\"}\n", []string{"mqtt.address", "TLS only"}},
		{"web outside without TLS", "web: {address: \":8080\"}\n", []string{"web.address", "web.tls: own", "web.plain: true"}},
		{"a word for TLS that is none", "web:\n  tls: automatic\n", []string{`"automatic" is neither "own"`, "certificate: FILE", "2 |"}},
		{"an unknown key below TLS", "web:\n  tls: {certificate: a.pem, key: b.pem, kye: c}\n", []string{"kye", "2 |"}},
		{"certificates of edges without TLS", "mqtt: {client_ca: own}\n", []string{"mqtt.client_ca", "mqtt.tls: own"}},
		{"half a certificate", "web: {tls: {certificate: a.pem}}\n", []string{"web.tls", "belong together"}},
		{"a token that can be guessed", "web: {metrics_token: hush}\n", []string{"web.metrics_token", "at least 16"}},
		{"a heartbeat to nowhere", "heartbeat: {url: secret-word}\n", []string{"heartbeat.url", "no address"}},
		{"a heartbeat that races", "heartbeat:\n  url: https://hc.example.org/1\n  every: 1s\n", []string{"heartbeat.every", "less than 10s", "3 |"}},
		{"influx without a server", "series: {engine: influx}\n", []string{"series.influx.url", "series.influx.bucket"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(t, c.text, nil)
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("the error lacks %q:\n%v", w, err)
				}
			}
		})
	}
}

func TestTLSIsOfTheOwnAuthorityOrOfFiles(t *testing.T) {
	c, err := load(t, "web: {address: \"0.0.0.0:8443\", tls: own}\nmqtt: {address: \":8883\", tls: {certificate: a.pem, key: b.pem}, client_ca: own}\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]TLS{{Word: Own}, {Certificate: "a.pem", Key: "b.pem"}}, []TLS{c.Web.TLS, c.MQTT.TLS}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSecretsHideThemselves(t *testing.T) {
	c, err := load(t, "series: {influx: {token: hush}}\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%v %+v", c, c); strings.Contains(s, "hush") {
		t.Errorf("printed: %s", s)
	}
	if string(c.Series.Influx.Token) != "hush" {
		t.Errorf("token %q, want hush", string(c.Series.Influx.Token))
	}
}

func TestSecretsCanComeFromFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := load(t, fmt.Sprintf("web: {metrics_token_file: %q}\nseries: {influx: {token_file: %q}}\n", file, file), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Web.MetricsToken != "0123456789abcdef" || c.Series.Influx.Token != "0123456789abcdef" {
		t.Errorf("tokens %q and %q", string(c.Web.MetricsToken), string(c.Series.Influx.Token))
	}
	if _, err := load(t, "web: {metrics_token_file: nowhere}\n", nil); err == nil || !strings.Contains(err.Error(), "web.metrics_token_file") {
		t.Errorf("a missing file: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("web: {address: 127.0.0.1:1}\n")
	f.Add("series: {engine: influx, influx: {url: http://127.0.0.1:8086, bucket: care}}\n")
	f.Add("web: {address: \":8443\", tls: own}\nmqtt: {tls: {certificate: a, key: b}, client_ca: own}\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := load(t, text, nil)
		if err == nil && !c.MQTT.TLS.Set() && !Loopback(c.MQTT.Address) {
			t.Errorf("%q opens MQTT beyond loopback without TLS", text)
		}
	})
}

func TestPublicURL(t *testing.T) {
	for url, fits := range map[string]bool{"": true, "https://care.example.org": true, "care.example.org": false, "ftp://care.example.org": false} {
		path := filepath.Join(t.TempDir(), "gateway.yaml")
		if err := os.WriteFile(path, []byte("web: {public_url: \""+url+"\"}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path, func(string) string { return "" }); (err == nil) != fits {
			t.Errorf("public_url %q: the error is %v", url, err)
		}
	}
}
