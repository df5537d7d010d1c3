package app

import (
	"context"
	"encoding/json"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/watch/outbox"
)

// makeOutbox prepares the ways to people.
func (a *App) makeOutbox() error {
	channels, err := a.channels()
	if err != nil {
		return err
	}
	a.outbox, err = outbox.New(outbox.Options{
		Book: a.watch, Channels: channels, Directory: a.store.Directory,
		BaseURL: a.opts.Config.Web.PublicURL, Log: a.opts.Log,
	})
	a.reach = apiReach{a.outbox, channels}
	return err
}

// startSteps carries out what falls due, from the first moment on at which
// people can be reached.
func (a *App) startSteps(context.Context) error {
	a.registry.MustRegister(&alarmHealth{store: a.store, log: a.opts.Log})
	a.parts.run("the outbox", a.outbox.Run)
	a.parts.run("the steps that fall due", a.watch.Run)
	a.parts.run("the housekeeping", a.keepHouse)
	return nil
}

// conditions returns what the ledger kept of the rules.
func (a *App) conditions(ctx context.Context) ([]json.RawMessage, error) {
	rows, err := a.store.Conditions(ctx)
	bodies := make([]json.RawMessage, len(rows))
	for i, r := range rows {
		bodies[i] = r.Body
	}
	return bodies, err
}

// observe has supervision and rules look at readings as they come. What the ledger cannot take
// now is looked at again.
func (a *App) observe(readings []care.Reading) {
	a.coverage.Observe(readings)
	ctx, cancel := context.WithTimeout(context.Background(), observeTime)
	defer cancel()
	if err := a.watch.Observe(ctx, readings); err != nil {
		a.opts.Log.Error("readings could not be looked at by the rules, trying again", "readings", len(readings), "err", err)
	}
}

const (
	// observeTime bounds how long readings wait for a ledger that hangs.
	observeTime = 5 * time.Second
	// houseEvery is how often the house is looked after, sealEvery how often
	// the heads of the logs are signed and what is old is erased.
	houseEvery = time.Hour
	sealEvery  = 24 * time.Hour
)

// keepHouse signs the heads of the site logs and erases what was kept long
// enough, each day.
func (a *App) keepHouse(ctx context.Context) error {
	t := time.NewTicker(houseEvery)
	defer t.Stop()
	var sealed, erased time.Time
	for {
		now := time.Now()
		if now.Sub(sealed) >= sealEvery {
			switch heads, err := a.store.SignHeads(ctx, now); {
			case err == nil:
				sealed = now
				a.opts.Log.Debug("the heads of the site logs are signed", "heads", len(heads))
			case ctx.Err() == nil:
				a.opts.Log.Error("the heads of the site logs could not be signed, trying again", "next_try", houseEvery, "err", err)
			}
		}
		if now.Sub(erased) >= sealEvery {
			switch err := a.eraseOld(ctx, now); {
			case err == nil:
				erased = now
			case ctx.Err() == nil:
				a.opts.Log.Error("what was kept long enough could not be erased, trying again", "next_try", houseEvery, "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}
