package uplink

import (
	"context"
	"encoding/json"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// readInbox handles what the core says.
func (u *Uplink) readInbox(ctx context.Context) error {
	committed := care.Topic(u.cfg.Site, u.cfg.Edge, care.KindCommitted)
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-u.inbox:
			switch m.topic {
			case care.CoreTopic:
				u.coreHeard(time.Now())
				poke(u.wake)
			case committed:
				u.coreHeard(time.Now())
				u.takeCommitted(m.payload)
			}
		}
	}
}

func (u *Uplink) takeCommitted(payload []byte) {
	var c care.Committed
	if err := json.Unmarshal(payload, &c); err != nil {
		u.cfg.Log.Error("the core's answer cannot be read; events stay until it can", "err", err)
		return
	}
	for _, r := range c.Refused {
		u.logRefused(r.ID, r.Reason)
		c.IDs = append(c.IDs, r.ID)
	}
	u.answered(c.IDs...)
}

// answered removes events from the spool: the core has decided on them.
func (u *Uplink) answered(ids ...string) {
	refs, err := u.spool.Answered(ids...)
	if err != nil {
		u.cfg.Log.Error("an answered event may be sent again after a restart", "err", err)
	}
	u.mu.Lock()
	for _, ref := range refs {
		delete(u.waiting, ref)
	}
	u.mu.Unlock()
	poke(u.wake)
}

// logRefused shows all of an event that the core will never take: it is the last
// trace of it.
func (u *Uplink) logRefused(id, reason string) {
	for _, item := range u.find(id) {
		payload, _, err := u.spool.Event(item)
		u.cfg.Log.Error("the gateway refuses an event for good; see why and register the point if it is missing",
			"id", id, "reason", reason, "event", string(payload[:min(len(payload), 2048)]), "err", err)
	}
}

func (u *Uplink) find(id string) []uint64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	for ref, d := range u.waiting {
		if d.id == id {
			return []uint64{ref}
		}
	}
	return nil
}
