// Package config holds the settings of the gateway process: where it listens,
// where it keeps its data, which engines it uses. Sites, people and rosters are
// not settings: they are rows of the ledger, entered with `gateway import`.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// Config is the whole of the settings. Default gives the values that hold
// where a file and the environment say nothing.
type Config struct {
	// Data is the directory of everything that the gateway keeps.
	Data string `yaml:"data"`
	Web  Web    `yaml:"web"`
	MQTT MQTT   `yaml:"mqtt"`
	// Series chooses the time series.
	Series Series `yaml:"series"`
	Log    Log    `yaml:"log"`
	// Heartbeat is off unless it has a URL.
	Heartbeat Heartbeat `yaml:"heartbeat"`
	// Channels is a file that says by which services people are reached; it
	// holds their secrets, and may be readable by its owner only.
	Channels string `yaml:"channels"`
	// Retention says how long personal data is kept.
	Retention Retention `yaml:"retention"`
	SignIn    SignIn    `yaml:"sign_in"`
}

// Web is the address of the pages, the API and the metrics.
type Web struct {
	Address string `yaml:"address"` // host:port
	// PublicURL is where people reach the gateway from outside, such as
	// https://care.example.org. Messages have a link only where it is set.
	PublicURL string `yaml:"public_url"`
	// Origins are further origins that browsers may come from, such as
	// https://care.example.org behind a proxy.
	Origins []string `yaml:"origins"`
	// Plain allows addresses beyond loopback without TLS, for instance behind
	// a proxy that ends TLS.
	Plain bool `yaml:"plain"`
	TLS   TLS  `yaml:"tls"`
	// MetricsToken lets a monitor on another machine read the metrics, as a
	// bearer token; without one only this machine and operators do.
	MetricsToken     Secret `yaml:"metrics_token"`
	MetricsTokenFile string `yaml:"metrics_token_file"`
}

// MQTT is the embedded broker.
type MQTT struct {
	Address string `yaml:"address"` // host:port
	TLS     TLS    `yaml:"tls"`
	// ClientCA, when it is not empty, demands of each edge a certificate of its
	// own besides its secret: "own" takes those of "gateway pki edge", else it is a
	// PEM file with the authorities whose certificates are taken.
	ClientCA string `yaml:"client_ca"`
	// SyncAlways makes the broker sync each message to the disk before it
	// answers. The end-to-end acknowledgement makes events safe without it, and
	// it costs about five times the throughput.
	SyncAlways bool `yaml:"sync_always"`
}

// Series chooses where readings go.
type Series struct {
	Engine    string        `yaml:"engine"` // embedded or influx
	Retention time.Duration `yaml:"retention"`
	// QueueBytes bounds the queue on disk that holds readings while the series
	// fails; its oldest are dropped and counted.
	QueueBytes int64  `yaml:"queue_bytes"`
	Influx     Influx `yaml:"influx"`
}

// Influx is an InfluxDB server.
type Influx struct {
	URL       string `yaml:"url"`
	Org       string `yaml:"org"`
	Bucket    string `yaml:"bucket"`
	Token     Secret `yaml:"token"`
	TokenFile string `yaml:"token_file"`
}

// Log is what the gateway writes of itself.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn or error
	Format string `yaml:"format"` // text or json
}

// Secret is a text that does not print itself.
type Secret string

// String hides the secret.
func (Secret) String() string { return "(secret)" }

// MarshalYAML hides the secret.
func (Secret) MarshalYAML() (any, error) { return "(secret)", nil }

// Default returns the settings of a fresh installation: everything embedded,
// loopback only.
func Default() Config {
	return Config{
		Data:   "data",
		Web:    Web{Address: "127.0.0.1:8080"},
		MQTT:   MQTT{Address: "127.0.0.1:1883"},
		Series: Series{Engine: "embedded", Retention: 400 * 24 * time.Hour, QueueBytes: 1 << 30},
		Log:    Log{Level: "info", Format: "text"},

		Heartbeat: Heartbeat{Every: time.Minute},
		Retention: defaultRetention(),
	}
}

// Load returns the settings: the defaults, then the file when a path is given,
// then the environment (SHOUWANG_DATA, SHOUWANG_WEB, SHOUWANG_MQTT). The error
// shows every mistake at once, each with its line where it has one.
func Load(path string, getenv func(string) string) (Config, error) {
	c := Default()
	var text []byte
	if path != "" {
		var err error
		if text, err = os.ReadFile(path); err != nil {
			return Config{}, fmt.Errorf("read the settings: %w", err)
		}
		if err := yaml.UnmarshalWithOptions(text, &c, yaml.Strict()); err != nil {
			return Config{}, fmt.Errorf("the settings in %s are not right:\n%s", path, yaml.FormatError(err, false, true))
		}
	}
	for name, to := range map[string]*string{
		"SHOUWANG_DATA": &c.Data, "SHOUWANG_WEB": &c.Web.Address, "SHOUWANG_MQTT": &c.MQTT.Address,
	} {
		if v := getenv(name); v != "" {
			*to = v
		}
	}
	for _, f := range []struct {
		path, file string
		to         *Secret
	}{
		{"series.influx.token_file", c.Series.Influx.TokenFile, &c.Series.Influx.Token},
		{"heartbeat.url_file", c.Heartbeat.URLFile, &c.Heartbeat.URL},
		{"sign_in.oidc.client_secret_file", c.SignIn.OIDC.ClientSecretFile, &c.SignIn.OIDC.ClientSecret},
		{"web.metrics_token_file", c.Web.MetricsTokenFile, &c.Web.MetricsToken},
	} {
		if f.file == "" {
			continue
		}
		b, err := os.ReadFile(f.file)
		if err != nil {
			return Config{}, fmt.Errorf("read %s: %w", f.path, err)
		}
		*f.to = Secret(strings.TrimSpace(string(b)))
	}
	if err := c.check(); err != nil {
		return Config{}, annotate(path, text, err)
	}
	return c, nil
}

// mistake is one wrong value; path is its place in the file.
type mistake struct{ path, text string }

func (m mistake) Error() string { return m.path + ": " + m.text }

func (c Config) check() error {
	var errs []error
	bad := func(path, format string, args ...any) {
		errs = append(errs, mistake{path, fmt.Sprintf(format, args...)})
	}
	if c.Data == "" {
		bad("data", "a directory is needed")
	}
	for _, a := range []struct{ path, address string }{{"web.address", c.Web.Address}, {"mqtt.address", c.MQTT.Address}} {
		if _, _, err := net.SplitHostPort(a.address); err != nil {
			bad(a.path, "%q is not host:port", a.address)
		}
	}
	if u, err := url.Parse(c.Web.PublicURL); c.Web.PublicURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		bad("web.public_url", "%q is not an address such as https://care.example.org", c.Web.PublicURL)
	}
	if n := len(c.Web.MetricsToken); n > 0 && n < 16 {
		bad("web.metrics_token", "the token has %d bytes, at least 16 are needed", n)
	}
	c.checkTLS(bad)
	switch c.Series.Engine {
	case "embedded":
	case "influx":
		if c.Series.Influx.URL == "" {
			bad("series.influx.url", "the engine influx needs the URL of a server")
		}
		if c.Series.Influx.Bucket == "" {
			bad("series.influx.bucket", "the engine influx needs a bucket, for 1.8 database/retention-policy")
		}
	default:
		bad("series.engine", "%q is neither embedded nor influx", c.Series.Engine)
	}
	if c.Series.Retention < 24*time.Hour {
		bad("series.retention", "%s is less than a day", c.Series.Retention)
	}
	if c.Series.QueueBytes < 1<<20 {
		bad("series.queue_bytes", "%d is less than 1 MiB (1048576)", c.Series.QueueBytes)
	}
	switch c.Log.Level {
	case "debug", "info", "warn", "error":
	default:
		bad("log.level", "%q is none of debug, info, warn and error", c.Log.Level)
	}
	c.Heartbeat.check(bad)
	c.Retention.check(bad)
	c.SignIn.OIDC.check(c.Web.PublicURL, bad)
	if c.Log.Format != "text" && c.Log.Format != "json" {
		bad("log.format", "%q is neither text nor json", c.Log.Format)
	}
	return errors.Join(errs...)
}

// annotate shows the line of the file for each mistake that stands in it.
func annotate(path string, text []byte, err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var out strings.Builder
	for _, e := range joined.Unwrap() {
		fmt.Fprintf(&out, "\n  %v", e)
		m, ok := errors.AsType[mistake](e)
		if !ok || len(text) == 0 {
			continue
		}
		p, err := yaml.PathString("$." + m.path)
		if err != nil {
			continue
		}
		if shown, err := p.AnnotateSource(text, false); err == nil {
			fmt.Fprintf(&out, "\n%s", shown)
		}
	}
	where := "the settings from the environment"
	if path != "" {
		where = "the settings in " + path
	}
	return fmt.Errorf("%s are not right:%s", where, out.String())
}

// Loopback reports whether an address (host:port) can be reached from this
// machine only.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
