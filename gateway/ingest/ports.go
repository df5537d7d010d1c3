package ingest

import (
	"context"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Book is where events are decided upon and kept.
type Book interface {
	// Commit keeps the events in one go and returns one receipt for each, in
	// their order. They are durable when it returns. An error means that none
	// is kept; the same events are then offered again.
	Commit(ctx context.Context, events []care.Received) ([]care.Receipt, error)
}

// Series is the time series.
type Series interface {
	// Append stores readings, of any sites and in any order. After an error
	// whose chain has a method Dropped() int, everything was stored but for
	// some readings that never can be. After any other error nothing is known
	// to be stored, and trying again does no harm.
	Append(ctx context.Context, readings []care.Reading) error
}

// Queue keeps readings on disk while the time series cannot take them.
type Queue interface {
	// Put stores the payload, of up to 4 MiB, and returns when it is on disk.
	// Whoever reads the queue hands each payload to Ingest.AppendQueued.
	Put(ctx context.Context, payload []byte) error
}

// Quarantine keeps what was refused where operators see it.
type Quarantine interface {
	// AddQuarantine keeps refused messages, in their order.
	AddQuarantine(ctx context.Context, messages []Quarantined) error
}

// Quarantined is one refused message.
type Quarantined struct {
	At time.Time
	// Site and Edge are of the topic or of the sign-in; they may be empty or,
	// for a failed sign-in, any text that the client sent.
	Site, Edge string
	Topic      string
	Reason     care.Reason
	Detail     string
	// Payload is at most the first MaxKept bytes of the message.
	Payload []byte
}

// MaxKept is how much of a refused message is kept, in bytes.
const MaxKept = 1024

// States keeps the last state of each edge.
type States interface {
	// EdgeStates returns what was saved last of each edge.
	EdgeStates(ctx context.Context) ([]EdgeState, error)
	// SaveEdgeStates replaces what was saved of these edges.
	SaveEdgeStates(ctx context.Context, states []EdgeState) error
}

// EdgeState is the last state of an edge and what the core knows of its clock.
type EdgeState struct {
	Site       care.SiteID
	Edge       care.EdgeID
	State      care.State
	ReceivedAt time.Time
	// Offset is what has to be added to the edge's clock, 0 while nothing else
	// was measured.
	Offset time.Duration
}
