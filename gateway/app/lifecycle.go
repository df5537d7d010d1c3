package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// stopTime is how long one part may take to end.
const stopTime = 20 * time.Second

var errStopTime = errors.New("it did not end within " + stopTime.String())

// parts are what has been started, in order.
type parts struct {
	log *slog.Logger
	all []part
	// failed gets the error of the first running part that ended by itself.
	failed chan error
}

type part struct {
	name string
	stop func(context.Context) error
}

func newParts(log *slog.Logger) *parts { return &parts{log: log, failed: make(chan error, 1)} }

// onStop registers how to end what was just started.
func (p *parts) onStop(name string, stop func(context.Context) error) {
	p.all = append(p.all, part{name, stop})
}

// run starts a part that works until its context ends. That it ends before
// that is the failure of the whole gateway: half of one is worse than none,
// because it looks alive.
func (p *parts) run(name string, work func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		err := work(ctx)
		if ctx.Err() == nil {
			if err == nil {
				err = errors.New("it ended by itself")
			}
			select {
			case p.failed <- fmt.Errorf("%s failed: %w", name, err):
			default: // the first failure is the one that tells
			}
		}
		done <- err
	}()
	p.onStop(name, func(stop context.Context) error {
		cancel()
		select {
		case err := <-done:
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		case <-stop.Done():
			return context.Cause(stop)
		}
	})
}

// stop ends all parts, the last one first, and joins their errors. It may be
// called again.
func (p *parts) stop() error {
	var errs []error
	for i := len(p.all) - 1; i >= 0; i-- {
		ctx, cancel := context.WithTimeoutCause(context.Background(), stopTime, errStopTime)
		if err := p.all[i].stop(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", p.all[i].name, err))
		}
		cancel()
		p.log.Debug("stopped", "part", p.all[i].name)
	}
	p.all = nil
	return errors.Join(errs...)
}
