package care

import (
	"fmt"
	"strings"
)

// TopicRoot is the root of all topics of this version of the contract.
const TopicRoot = "shouwang/v1"

// CoreTopic carries the heartbeat of the core, every 30 s, QoS 0.
const CoreTopic = TopicRoot + "/core"

// MaxPacket is the greatest payload in bytes that the core takes from an edge.
const MaxPacket = 256 << 10

// Kind is the last level of an edge's topic.
type Kind string

// The kinds of messages. The first three go from the edge to the core, the
// others back.
const (
	KindEvent     Kind = "event"     // one CloudEvents event, QoS 1
	KindReading   Kind = "reading"   // one SenML pack, QoS 1
	KindState     Kind = "state"     // edge state and Last Will, QoS 1, retained
	KindCommitted Kind = "committed" // end-to-end acknowledgement, QoS 0
	KindConfig    Kind = "config"    // desired configuration, QoS 0, retained
)

// Topic returns the topic of a kind of message of one edge.
func Topic(site SiteID, edge EdgeID, kind Kind) string {
	return TopicRoot + "/" + string(site) + "/" + string(edge) + "/" + string(kind)
}

// AnyTopic returns the MQTT filter for a kind of message of every edge.
func AnyTopic(kind Kind) string { return TopicRoot + "/+/+/" + string(kind) }

// ParseTopic splits an edge's topic. The error is a *Refusal with
// ReasonBadTopic.
func ParseTopic(topic string) (SiteID, EdgeID, Kind, error) {
	bad := func() (SiteID, EdgeID, Kind, error) {
		return "", "", "", Refuse(ReasonBadTopic, fmt.Sprintf("topic %.200q is not %s/{site}/{edge}/{kind}", topic, TopicRoot))
	}
	rest, ok := strings.CutPrefix(topic, TopicRoot+"/")
	if !ok {
		return bad()
	}
	parts := strings.Split(rest, "/")
	if len(parts) != 3 || !ValidID(parts[0]) || !ValidID(parts[1]) {
		return bad()
	}
	switch k := Kind(parts[2]); k {
	case KindEvent, KindReading, KindState, KindCommitted, KindConfig:
		return SiteID(parts[0]), EdgeID(parts[1]), k, nil
	}
	return bad()
}
