package care

import "time"

// Proof is what the latest signs of life of a point prove of it.
type Proof string

// The proofs, the weakest first.
const (
	ProofNone Proof = "none" // it was never heard
	// ProofHello is that its device answers: the inventory of its edge lists
	// it, or it tells its battery. Whether it can alarm is not known.
	ProofHello Proof = "hello"
	// ProofReport is a reading or an event of its own channel.
	ProofReport Proof = "reported"
)

// ReadingProof returns what a reading of a quantity proves: the battery and the
// radio of a device are not its alarm channel.
func ReadingProof(q Quantity) Proof {
	if q == BatteryLevel || q == SignalLevel {
		return ProofHello
	}
	return ProofReport
}

// EventProof returns what an event proves of its point. That it is silent or at
// fault is said of it by others.
func EventProof(c Class) Proof {
	switch c {
	case Silent, Fault:
		return ProofNone
	case Tamper, Battery:
		return ProofHello
	}
	return ProofReport
}

// Coverage says how a point stands on the coverage list.
type Coverage string

// How points stand.
const (
	Proved   Coverage = "proved"   // heard within its deadline, and it has reported before
	Unproven Coverage = "unproven" // nobody knows; see Doubt
	Unheard  Coverage = "silent"   // its deadline has passed and an alarm was raised
)

// Doubt says why a point is unproven.
type Doubt string

// The doubts.
const (
	DoubtNever   Doubt = "never_heard"  // since it was registered
	DoubtHello   Doubt = "hello_only"   // its device answers, its own channel never reported
	DoubtStart   Doubt = "not_yet"      // not heard since the gateway, or the way to it, came back
	DoubtEdge    Doubt = "edge_offline" // the edge before it is offline
	DoubtOutage  Doubt = "outage"       // silent together with others, under one alarm
	DoubtWaiting Doubt = "edge_quiet"   // late, but its edge is late too, which decides first
)

// PointProof is the last proof of life of a point, and its deadline.
type PointProof struct {
	// Commissioned is when it reported on its own channel for the first time
	// since it was installed, zero while it has not.
	Commissioned time.Time
	// LastSeen is zero when it was never heard.
	LastSeen time.Time
	Proof    Proof
	Coverage Coverage
	// Doubt is empty unless it is unproven.
	Doubt Doubt
	// Deadline is how long it may be silent, and DueAt when that is over if
	// nothing is heard of it until then. Time in which nothing could have been
	// heard does not count.
	Deadline time.Duration
	DueAt    time.Time
}

// EdgeHealth is what is known of an edge.
type EdgeHealth struct {
	Site   SiteID
	Edge   EdgeID
	Online bool
	// StateAt is when its latest state came, zero when none ever did.
	StateAt time.Time
	Version string
	Spool   SpoolState
	// Offset is what has to be added to its clock.
	Offset  time.Duration
	Devices int
	// Faults are the devices with a fault.
	Faults []DeviceState
}
