// Package heartbeat tells a watcher outside that this gateway can handle
// alarms: it asks an outside URL at regular intervals, and stops while a check
// fails. A service that expects the beat (healthchecks.io, Uptime Kuma and
// others of the kind) then calls somebody by its own means. So a gateway that
// is dead, cut off or ill is found by its silence, as a sensor is.
//
// What is checked is given by whoever makes a Heart; whom the service calls is
// set at the service.
package heartbeat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

const (
	// DefaultEvery is the usual time between two beats, and MinEvery the least.
	DefaultEvery = 60 * time.Second
	MinEvery     = 10 * time.Second
	// checkTime bounds all checks before a beat, and beatTime the beat.
	checkTime = 5 * time.Second
	beatTime  = 10 * time.Second
)

// Check is one thing without which alarms are not handled.
type Check struct {
	Name string
	// Check returns a sentence as an error while the thing does not work, and
	// returns soon after ctx ends.
	Check func(ctx context.Context) error
}

// Options say where and when a heart beats. All are needed but Client.
type Options struct {
	// URL gets a GET request at each beat. It often holds a secret and is
	// never logged; its host is.
	URL    string
	Every  time.Duration
	Checks []Check
	Log    *slog.Logger
	// Client is used instead of a plain one, for tests.
	Client *http.Client
}

// Heart beats. Make one with New and run it with Run.
type Heart struct {
	o    Options
	host string
	// said is what was last logged, so that only changes are.
	said string
}

// CheckURL returns why a text is no URL that can be asked, nil when it is one.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		// The text may hold a secret: it is not repeated.
		return errors.New("it is no http or https URL with a host")
	}
	return nil
}

// New returns a heart that does not beat before Run.
func New(o Options) (*Heart, error) {
	if err := CheckURL(o.URL); err != nil {
		return nil, fmt.Errorf("make the heartbeat: its URL cannot be used: %w", err)
	}
	if o.Every < MinEvery {
		return nil, fmt.Errorf("make the heartbeat: %s between two beats is less than %s", o.Every, MinEvery)
	}
	if o.Client == nil {
		o.Client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	u, _ := url.Parse(o.URL)
	return &Heart{o: o, host: u.Host}, nil
}

// Run beats until ctx ends, the first time at once.
func (h *Heart) Run(ctx context.Context) error {
	t := time.NewTicker(h.o.Every)
	defer t.Stop()
	for {
		h.once(ctx)
		select {
		case <-t.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// once beats when all is well.
func (h *Heart) once(ctx context.Context) {
	ill := h.check(ctx)
	var lost error
	if ill == nil {
		lost = h.beat(ctx)
	}
	if ctx.Err() != nil {
		return
	}
	switch {
	case ill != nil:
		if h.change("ill") {
			h.o.Log.Error("the heartbeat stops: alarms could not be handled", "to", h.host, "err", ill)
		}
	case lost != nil:
		if h.change("lost") {
			h.o.Log.Warn("the heartbeat does not arrive, trying again", "to", h.host, "next_try", h.o.Every, "err", lost)
		}
	case h.change("well"):
		h.o.Log.Info("the heartbeat arrives", "to", h.host, "every", h.o.Every)
	}
}

// change reports whether the state is another than at the beat before.
func (h *Heart) change(state string) bool {
	changed := h.said != state
	h.said = state
	return changed
}

// check returns everything that does not work.
func (h *Heart) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, checkTime, errors.New("no answer within "+checkTime.String()))
	defer cancel()
	var errs []error
	for _, c := range h.o.Checks {
		if err := c.Check(ctx); err != nil {
			if cause := context.Cause(ctx); cause != nil {
				err = cause
			}
			errs = append(errs, fmt.Errorf("%s: %w", c.Name, err))
		}
	}
	return errors.Join(errs...)
}

// beat asks the URL. The error does not hold it.
func (h *Heart) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, beatTime, errors.New("no answer within "+beatTime.String()))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.o.URL, nil)
	if err != nil {
		return errors.New("the URL cannot be used")
	}
	req.Header.Set("User-Agent", "shouwang")
	res, err := h.o.Client.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		if u, ok := errors.AsType[*url.Error](err); ok {
			return u.Err // which the URL is not part of
		}
		return err
	}
	defer res.Body.Close()
	// A body that was read lets the connection be used again.
	io.CopyN(io.Discard, res.Body, 64<<10)
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("it is answered %s", res.Status)
	}
	return nil
}
