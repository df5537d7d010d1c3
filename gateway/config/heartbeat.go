package config

import (
	"net/url"
	"time"
)

// Heartbeat tells a watcher outside that alarms can be handled.
type Heartbeat struct {
	// URL is asked at each beat; empty for no heartbeat. It often holds a
	// secret by which the watcher knows this gateway.
	URL     Secret        `yaml:"url"`
	URLFile string        `yaml:"url_file"`
	Every   time.Duration `yaml:"every"`
}

// minBeat is the least time between two beats.
const minBeat = 10 * time.Second

func (h Heartbeat) check(bad func(path, format string, args ...any)) {
	if h.URL != "" {
		u, err := url.Parse(string(h.URL))
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			// The text may hold a secret: it is not repeated.
			bad("heartbeat.url", "this is no address such as https://hc.example.org/ping/1234")
		}
	}
	if h.Every < minBeat {
		bad("heartbeat.every", "%s is less than %s", h.Every, minBeat)
	}
}
