package alerts

import (
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// PointState is what the ledger remembers of one class at one point between
// events. Of momentary classes it remembers the latest activation only: a press
// is never Active.
type PointState struct {
	// Active is true from an active event until the clear event that follows.
	Active bool
	// Sequence is the sequence of the newest event of the class at this point
	// that said whether it is active; an event with a lower one is recorded but
	// does not change Active.
	Sequence uint64
	// ChangedAt is the (corrected) time of that event.
	ChangedAt time.Time
}

// supersededBy reports whether the event is newer than what the state
// remembers. The sequence decides; where one side has none, the corrected times
// do. Equals count as newer, so that what arrives last wins.
func (s PointState) supersededBy(e care.Received) bool {
	if s.Sequence != 0 && e.Sequence != 0 {
		return e.Sequence >= s.Sequence
	}
	return !e.Time.Before(s.ChangedAt)
}
