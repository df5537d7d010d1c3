package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// drainTime is how long running requests may take to end when the gateway does.
const drainTime = 10 * time.Second

var errDrainTime = errors.New("requests were still running after " + drainTime.String())

// Serve answers requests on a listener, which may be of TLS, until ctx ends,
// and lets running requests end. The sockets of live views are ended by their
// hub.
func (a *API) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           a,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       requestTime + 10*time.Second,
		WriteTimeout:      requestTime + 20*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(a.Log.Handler(), slog.LevelWarn),
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve HTTP on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), drainTime, errDrainTime)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		server.Close()
		err = fmt.Errorf("stop serving HTTP on %s: %w", l.Addr(), errors.Join(context.Cause(drain), err))
		<-done
		return err
	}
	<-done // http.ErrServerClosed
	return nil
}
