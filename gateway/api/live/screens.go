package live

import (
	"context"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
)

// Screens is the channel of those who look at a board: every incident of
// theirs is on it already, so a message is delivered exactly when the person
// has a live view open. Addresses are ids of users.
type Screens struct{ hub *Hub }

// Screens returns the channel of the hub's sockets.
func (h *Hub) Screens() Screens { return Screens{h} }

// Best returns notify.Delivered: that somebody looks is not known.
func (Screens) Best() notify.Proof { return notify.Delivered }

// Send reports whether the person has a live view open. The error is a
// *notify.Failure.
func (s Screens) Send(_ context.Context, m notify.Message) (notify.Sent, error) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for c := range s.hub.clients {
		if c.user.Load().ID == care.UserID(m.To) {
			return notify.Sent{Proof: notify.Delivered}, nil
		}
	}
	return notify.Sent{}, notify.Hopeless(notify.Unreachable, "the person has no board open")
}
