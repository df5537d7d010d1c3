package app

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/config"
	"shouwang.care/shouwang/gateway/series"
	"shouwang.care/shouwang/gateway/series/embedded"
	"shouwang.care/shouwang/gateway/series/influx"
)

// seriesStore is a time series of either engine.
type seriesStore interface {
	Append(ctx context.Context, readings []care.Reading) error
	Range(ctx context.Context, q series.Query) ([]care.Sample, error)
	Close() error
}

// openSeries opens the time series that the settings name.
func openSeries(c config.Config, log *slog.Logger, reg prometheus.Registerer) (seriesStore, error) {
	if c.Series.Engine == "influx" {
		i := c.Series.Influx
		return influx.Open(influx.Options{URL: i.URL, Token: string(i.Token), Org: i.Org, Bucket: i.Bucket})
	}
	return embedded.Open(filepath.Join(c.Data, "series"), embedded.Options{
		Retention: c.Series.Retention, Log: quieter(log), Metrics: reg,
	})
}

// quieter lets only warnings and errors of an engine through: what it does at
// each compaction is of no use to an operator.
func quieter(log *slog.Logger) *slog.Logger { return slog.New(warnings{log.Handler()}) }

type warnings struct{ slog.Handler }

// Enabled drops everything below a warning.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the limit.
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the limit.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }

// dialable turns an address to listen on into one to connect to.
func dialable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
