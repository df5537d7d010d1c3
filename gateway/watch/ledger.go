package watch

import (
	"context"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Ledger is the durable book that the watch decides upon.
type Ledger interface {
	// Update runs fn in one read-write transaction and commits it when fn
	// returns nil. The commit is durable when Update returns. Transactions are
	// serialised, so fn sees everything that was committed before it. Feed rows
	// written by fn get consecutive numbers in commit order, without gaps.
	// An error of fn is returned as it is, after a roll-back. fn may be run again
	// from its beginning when the ledger has to begin the transaction anew.
	//
	// An error of Update or of a method of Tx that has a *care.Refusal in its
	// chain says that the ledger can never take this row: a constraint forbids
	// it, or it is too large. Every other error is taken for a failure of the
	// ledger (a full or broken disk, a lock, a lost connection), and the event
	// is tried again until it is in the book. When in doubt it must be the
	// latter: an event that is refused is not raised.
	Update(ctx context.Context, fn func(Tx) error) error
	// Directory returns the current picture of what is registered. It is cheap:
	// a cached value that is replaced after each change. Never nil.
	Directory() *people.Directory
}

// Tx is one transaction. It is used by one goroutine only.
type Tx interface {
	// RecordEvent inserts the event. fresh is false when the (source, id) is
	// in the ledger already; nothing is written then.
	RecordEvent(ctx context.Context, e care.Received) (fresh bool, err error)
	// RegisterPoint enters an unregistered point, so that its alarm has a
	// place. It does nothing where the point exists.
	RegisterPoint(ctx context.Context, p care.Point) error
	// PointState returns what is known of a class at a point; the zero value
	// when nothing is.
	PointState(ctx context.Context, site care.SiteID, point care.PointID, class care.Class) (alerts.PointState, error)
	SavePointState(ctx context.Context, site care.SiteID, point care.PointID, class care.Class, s alerts.PointState) error
	// ActivePoints returns the points that are active in the class under an
	// incident's key: of the zone, or the one point. It is asked for zones only.
	ActivePoints(ctx context.Context, site care.SiteID, class care.Class, key string) ([]care.PointID, error)
	// OpenIncident returns the open incident of a key and class, nil when there
	// is none.
	OpenIncident(ctx context.Context, site care.SiteID, class care.Class, key string) (*care.Incident, error)
	// Incident returns an incident by id, nil when there is none.
	Incident(ctx context.Context, id string) (*care.Incident, error)
	// SaveIncident inserts or replaces the row of the incident.
	SaveIncident(ctx context.Context, i care.Incident) error
	// Log appends a row to the hash-chained log of the site and returns it with
	// its number.
	Log(ctx context.Context, site care.SiteID, e care.Entry) (care.Entry, error)
	// Feed appends a row to the feed; its Number is given at commit.
	Feed(ctx context.Context, r care.FeedRow) error
}
