package supervise

import (
	"context"
	"log/slog"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Book takes what is found.
type Book interface {
	// Commit keeps the events and returns one receipt for each, in their order.
	// An error means that none is known to be kept. An active event of what is
	// active already changes nothing.
	Commit(ctx context.Context, events []care.Received) ([]care.Receipt, error)
}

// ActiveStates is what the book has as active.
type ActiveStates interface {
	// ActiveStates returns all active states of the classes silent, fault and
	// battery.
	ActiveStates(ctx context.Context) ([]Active, error)
}

// Active is a class that is active at a point.
type Active struct {
	Site      care.SiteID
	Point     care.PointID
	Class     care.Class
	ChangedAt time.Time
}

// Rows keep over a restart what was heard.
type Rows interface {
	// LastSeen returns when points were last heard, as it was written.
	LastSeen(ctx context.Context) (map[people.SitePoint]time.Time, error)
	// FlushLastSeen writes such times. An older one never replaces a newer one.
	FlushLastSeen(ctx context.Context, seen map[people.SitePoint]time.Time) error
	// Commissioned returns when points proved themselves for the first time, and
	// FlushCommissioned writes such times. Only the first of a point counts.
	Commissioned(ctx context.Context) (map[people.SitePoint]time.Time, error)
	FlushCommissioned(ctx context.Context, points map[people.SitePoint]time.Time) error
	// EdgeStates returns the last state of each edge.
	EdgeStates(ctx context.Context) ([]EdgeState, error)
	// Setting returns what was kept under a key, and whether anything was.
	Setting(ctx context.Context, key string) (string, bool, error)
	// SetSetting keeps a value under a key.
	SetSetting(ctx context.Context, key, value string) error
}

// EdgeState is what an edge said of itself.
type EdgeState struct {
	Site       care.SiteID
	Edge       care.EdgeID
	State      care.State
	ReceivedAt time.Time
	// Offset is what has to be added to the edge's clock.
	Offset time.Duration
}

// Options are what a Supervisor works with. All are needed.
type Options struct {
	Book   Book
	Active ActiveStates
	Rows   Rows
	// Directory returns what is registered, never nil.
	Directory func() *people.Directory
	// Well returns what keeps messages of edges from coming in, nil when
	// nothing does. It must not block.
	Well func() error
	Log  *slog.Logger
}
