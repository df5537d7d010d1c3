package agent

import (
	"context"
	"fmt"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
)

// defaultCoreDeadline is six beats of the core, and as long as the core waits
// for an edge on mains.
const defaultCoreDeadline = 200 * time.Second

// unheardEvidence is what the fault of an unheard core shows, at its beginning and at
// its end.
type unheardEvidence struct {
	// Kind is always core_unheard.
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
	// Since is when the core was last heard, or when the agent began to listen;
	// absent after a restart.
	Since *time.Time `json:"since,omitempty"`
	// Unheard is for how long, in seconds; at the end only.
	Unheard float64 `json:"unheard_s,omitempty"`
}

// coreWatch notices that the core is not heard, over MQTT: alarms may then reach
// nobody, and whoever is in the room has to know. It sounds the reminder, says so
// in the log and at the edge's own point, if it has one, and ends both when the
// core is heard again. The fault waits in the spool like any event, or goes over
// HTTPS; that an event was taken there does not end it, since the beat has not
// come back.
type coreWatch struct {
	self     *device // stands for the edge itself
	deadline time.Duration
	news     chan struct{}

	mu    sync.Mutex
	heard time.Time // zero: not since the start
}

func newCoreWatch(a *Agent) *coreWatch {
	self := &device{agent: a, cfg: config.Device{ID: config.Self}, log: a.log}
	if a.cfg.Point != "" {
		self.cfg.Points = map[string]care.PointID{string(care.Fault): a.cfg.Point}
	}
	return &coreWatch{self: self, deadline: orDefault(a.cfg.CoreDeadline, defaultCoreDeadline), news: make(chan struct{}, 1)}
}

// note takes a sign of life of the core. It does not wait.
func (w *coreWatch) note(at time.Time) {
	w.mu.Lock()
	w.heard = at
	w.mu.Unlock()
	select {
	case w.news <- struct{}{}:
	default: // it will look anyway
	}
}

// last returns when the core was last heard, and start if it never was.
func (w *coreWatch) last(start time.Time) (at time.Time, ever bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return orDefault(w.heard, start), !w.heard.IsZero()
}

// run watches until ctx ends.
func (w *coreWatch) run(ctx context.Context) {
	start := time.Now()
	var since time.Time // when it was last heard, while it is unheard
	for ctx.Err() == nil {
		last, ever := w.last(start)
		now := time.Now()
		late := now.Sub(last) >= w.deadline
		switch {
		case late && since.IsZero():
			since = last
			w.lost(now, since)
		case !late && !since.IsZero():
			w.found(last, &since)
			since = time.Time{}
		case ever && since.IsZero():
			w.found(last, nil) // of the run before
		}
		wait := time.Hour
		if !late {
			wait = last.Add(w.deadline).Sub(now)
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-w.news:
		case <-t.C:
		}
		t.Stop()
	}
}

// lost says that the core is not heard any more.
func (w *coreWatch) lost(now, since time.Time) {
	a := w.self.agent
	a.log.Error("the core is not heard; alarms may reach nobody but those who hear the sounder: see to the network, the broker and the gateway", "since", since, "connected", a.Connected())
	for _, s := range a.sirens {
		s.setReminder(true)
	}
	at := since.UTC()
	w.self.fault(now, unheardEvidence{
		Kind: "core_unheard", Since: &at,
		Reason: fmt.Sprintf("the core has not been heard for %s", w.deadline),
	})
}

// found says that it is heard again; since is nil if that was of the run before.
func (w *coreWatch) found(now time.Time, since *time.Time) {
	e := unheardEvidence{Kind: "core_unheard", Reason: "the core is heard again"}
	if since != nil {
		a := w.self.agent
		for _, s := range a.sirens {
			s.setReminder(false)
		}
		at, long := since.UTC(), now.Sub(*since)
		e.Since, e.Unheard = &at, long.Round(100*time.Millisecond).Seconds()
		e.Reason = fmt.Sprintf("the core is heard again, after %s", long.Round(time.Second))
		a.log.Warn("the core is heard again", "after", long)
	}
	w.self.faultOver(now, e)
}
