package app

import (
	"context"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/heartbeat"
	"shouwang.care/shouwang/gateway/ingest"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch/supervise"
)

// supervised are the rows that supervision stands on.
type supervised struct{ *ledger.Store }

// EdgeStates returns the last state of each edge.
func (s supervised) EdgeStates(ctx context.Context) ([]supervise.EdgeState, error) {
	saved, err := s.Store.EdgeStates(ctx)
	states := make([]supervise.EdgeState, len(saved))
	for i, e := range saved {
		states[i] = supervise.EdgeState(e)
	}
	return states, err
}

// ActiveStates returns what is active of the equipment.
func (s supervised) ActiveStates(ctx context.Context) ([]supervise.Active, error) {
	saved, err := s.PointStates(ctx, care.Silent, care.Fault, care.Battery)
	active := make([]supervise.Active, len(saved))
	for i, a := range saved {
		active[i] = supervise.Active(a)
	}
	return active, err
}

// makeSupervision prepares the search for silence.
func (a *App) makeSupervision(ctx context.Context) (err error) {
	rows := supervised{a.store}
	a.coverage, err = supervise.New(ctx, supervise.Options{
		Book: a.watch, Active: rows, Rows: rows, Directory: a.store.Directory,
		Well: func() error { return a.ingest.Check() }, Log: a.opts.Log,
	})
	return err
}

// edgeSaid hands the state of an edge on.
func (a *App) edgeSaid(s ingest.EdgeState, live bool) { a.coverage.Edge(supervise.EdgeState(s), live) }

// startHeartbeat tells a watcher outside that alarms can be handled, when one is
// named in the settings.
func (a *App) startHeartbeat(context.Context) error {
	c := a.opts.Config.Heartbeat
	if c.URL == "" {
		return nil
	}
	heart, err := heartbeat.New(heartbeat.Options{
		URL: string(c.URL), Every: c.Every, Log: a.opts.Log,
		Checks: []heartbeat.Check{
			{Name: "ledger", Check: a.writable},
			{Name: "mqtt", Check: func(context.Context) error { return a.ingest.Check() }},
			{Name: "steps", Check: a.watch.Alive},
			{Name: "supervision", Check: func(context.Context) error { return a.coverage.Alive() }},
		},
	})
	if err != nil {
		return err
	}
	a.parts.run("the heartbeat", heart.Run)
	return nil
}

// writable returns why the ledger cannot be written.
func (a *App) writable(ctx context.Context) error {
	return a.store.SetSetting(ctx, "heartbeat.checked", time.Now().UTC().Format(time.RFC3339))
}
