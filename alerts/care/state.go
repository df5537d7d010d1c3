package care

import (
	"encoding/json"
	"fmt"
	"time"
)

// State is what an edge says of itself every 60 s, and, with Online false,
// its Last Will.
type State struct {
	Online bool      `json:"online"`
	Time   time.Time `json:"time"` // of sending, by the edge's clock
	// Boot is a UUID made at each start of the agent; Connection counts its
	// connections since then. Together they tell an old will from a new one.
	Boot       string        `json:"boot"`
	Connection uint64        `json:"connection"`
	Version    string        `json:"version"`
	Devices    []DeviceState `json:"devices,omitempty"`
	Spool      SpoolState    `json:"spool"`
}

// DeviceState is one device of an edge's inventory.
type DeviceState struct {
	ID    string `json:"id"`
	Model string `json:"model"`
	// Points are the points that the device reports.
	Points []PointID `json:"points,omitempty"`
	// Fault is empty while the device works, else a sentence.
	Fault string `json:"fault,omitempty"`
	// Seen is when the device last answered, by the edge's clock.
	Seen time.Time `json:"seen,omitzero"`
}

// SpoolState says how much waits on the edge's disk, and how many readings
// were shed because it was full.
type SpoolState struct {
	Events   int    `json:"events"`
	Readings int    `json:"readings"`
	Shed     uint64 `json:"shed"`
}

// ParseState decodes a state message. The error is a *Refusal.
func ParseState(payload []byte) (State, error) {
	var s State
	if err := json.Unmarshal(payload, &s); err != nil {
		return State{}, Refuse(ReasonMalformed, fmt.Sprintf("the state message is not the JSON of the contract: %v", err))
	}
	if s.Boot == "" {
		return State{}, Refuse(ReasonMalformed, "the state message has no boot id")
	}
	return s, nil
}

// Supersedes reports whether s is to replace old, which arrived before it.
// Within a boot the connection counter decides, and then the time of sending.
// Between boots times prove nothing, because a board without a clock may wake
// up in the past: there the living wins, and a will never replaces the state
// of another boot, since the broker may publish it after the edge is back.
func (s State) Supersedes(old State) bool {
	if s.Boot != old.Boot {
		return s.Online || old.Boot == ""
	}
	if s.Connection != old.Connection {
		return s.Connection > old.Connection
	}
	return !s.Online || !s.Time.Before(old.Time)
}

// Committed is the end-to-end acknowledgement of the core to one edge.
type Committed struct {
	IDs     []string       `json:"ids,omitempty"`
	Refused []RefusedEvent `json:"refused,omitempty"`
}

// RefusedEvent names an event that will never be in the ledger, and why.
type RefusedEvent struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// CoreBeat is the heartbeat of the core.
type CoreBeat struct {
	Time time.Time `json:"time"`
}
