package alerts

import "time"

// PointState is what the ledger remembers of one class at one point between
// events.
type PointState struct {
	// Active is true from an active event until the clear event that follows.
	Active bool
	// Sequence is the highest sequence seen of the edge for this point; an
	// event with a lower one is recorded but does not change Active.
	Sequence uint64
	// ChangedAt is the (corrected) time of the event that set Active.
	ChangedAt time.Time
}
