package ingest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// loadStates takes up what was known of edges before this process.
func (in *Ingest) loadStates(ctx context.Context) error {
	saved, err := in.opts.States.EdgeStates(ctx)
	if err != nil {
		return fmt.Errorf("load the states of the edges: %w", err)
	}
	for _, s := range saved {
		in.states[people.SiteEdge{Site: s.Site, Edge: s.Edge}] = s
		in.clocks.restore(s)
	}
	return nil
}

// runStates takes states in until ctx ends.
func (in *Ingest) runStates(ctx context.Context) {
	box := in.inboxes[care.KindState]
	for {
		batch := box.take(ctx, batchLimit)
		if batch == nil {
			return
		}
		changed := map[people.SiteEdge]EdgeState{}
		for _, m := range batch {
			if len(m.payload) == 0 {
				continue // the retained state of an edge was taken away
			}
			s, err := in.takeState(m)
			if err != nil {
				in.refuse(care.KindState, m, err)
				continue
			}
			in.metrics.accepted.WithLabelValues(string(care.KindState)).Inc()
			if s != nil {
				changed[people.SiteEdge{Site: s.Site, Edge: s.Edge}] = *s
			}
		}
		if len(changed) > 0 {
			// They are known here, and each edge says its own again within a
			// minute: nothing is lost that would be worth a full broker.
			if err := in.opts.States.SaveEdgeStates(ctx, slices.Collect(maps.Values(changed))); err != nil && ctx.Err() == nil {
				in.metrics.retries.WithLabelValues("states").Inc()
				in.log.Error("the states of edges could not be saved", "edges", len(changed), "err", err)
			}
		}
		if ctx.Err() != nil {
			return
		}
		box.done(batch...)
	}
}

// takeState learns from one state message. It returns nil when what is known
// already is newer. The error is a *care.Refusal.
func (in *Ingest) takeState(m *message) (*EdgeState, error) {
	site, edge, _, err := care.ParseTopic(m.topic)
	if err != nil {
		return nil, err
	}
	if m.tooLarge() {
		return nil, care.Refuse(care.ReasonTooLarge, fmt.Sprintf("the state has %d bytes, more than %d", m.size, care.MaxPacket))
	}
	if err := in.registered(site, edge); err != nil {
		return nil, err
	}
	s, err := care.ParseState(m.payload)
	if err != nil {
		return nil, err
	}
	name := people.SiteEdge{Site: site, Edge: edge}
	old, known := in.states[name]
	if known && !s.Supersedes(old.State) {
		return nil, nil
	}
	now := EdgeState{Site: site, Edge: edge, State: s, ReceivedAt: m.received.UTC()}
	live := s.Online && !m.retained
	if live {
		now.Offset = in.clocks.measure(name, s, m.received, in.sessions[care.KindState].catchingUp(m.received))
	} else {
		now.Offset = in.clocks.get(name)
	}
	if !s.Online && s.Devices == nil {
		// A will says that the connection is gone, not that the devices are.
		now.State.Devices = old.State.Devices
	}
	in.states[name] = now
	if live {
		in.seen(now)
	}
	if in.opts.Edge != nil {
		in.opts.Edge(now, !m.retained)
	}
	in.note(old, now, known)
	return &now, nil
}

// seen passes on when each device of an inventory last answered. The edge's
// clock says how long that was before it sent the state, and needs to be right
// about no more than this.
func (in *Ingest) seen(s EdgeState) {
	for _, d := range s.State.Devices {
		if d.Seen.IsZero() || s.State.Time.IsZero() {
			continue
		}
		at := s.ReceivedAt.Add(-max(0, s.State.Time.Sub(d.Seen)))
		for _, p := range d.Points {
			if _, ok := in.opts.Directory().Point(s.Site, p); ok {
				in.opts.Seen(s.Site, p, at, care.ProofHello)
			}
		}
	}
}

// note logs what operators want to know of an edge's coming and going.
func (in *Ingest) note(old, now EdgeState, known bool) {
	log := in.log.With("site", now.Site, "edge", now.Edge)
	switch {
	case !now.State.Online:
		log.Warn("the edge has gone offline", "boot", now.State.Boot, "connection", now.State.Connection)
	case !known || !old.State.Online || old.State.Boot != now.State.Boot:
		log.Info("the edge is online", "version", now.State.Version, "devices", len(now.State.Devices), "events_waiting", now.State.Spool.Events)
	}
	if now.Offset.Abs() > offsetTolerated && (now.Offset-old.Offset).Abs() > offsetTolerated {
		log.Warn("the clock of the edge is wrong, the times of its events are corrected", "offset", now.Offset.Round(time.Millisecond))
	}
	for _, d := range now.State.Devices {
		if d.Fault != "" && faultOf(old.State, d.ID) != d.Fault {
			log.Warn("a device of the edge is at fault", "device", d.ID, "fault", d.Fault)
		}
	}
}

func faultOf(s care.State, device string) string {
	for _, d := range s.Devices {
		if d.ID == device {
			return d.Fault
		}
	}
	return ""
}
