// Package ingest takes in what edges send, over MQTT and HTTPS, and gives each
// message to the one who keeps it: events to the book, readings to the time
// series, states to the ledger's table of edges. It answers every message:
// what is kept is acknowledged, what can never be kept is refused with a
// reason, counted, logged and put into quarantine. Nothing is acknowledged
// before it is kept, and nothing that is broken blocks what comes behind it.
//
// It speaks MQTT 3.1.1 to whatever broker it is given. What an event does to an
// incident is the watch's to decide, and who may connect the broker's.
//
// # Clocks
//
// An event is never refused for its clock. The offset of an edge's clock is
// measured from its state messages (see clocks.measure), and correct says how
// the time of an event is arrived at:
//
//   - With a measured offset beyond ±5 s, the offset is added to the event's
//     time, and the event is marked care.ClockOffset. A result ahead of the
//     receipt becomes the time of receipt.
//   - Otherwise the event's time stands.
//   - A time that is absent, more than 2 min ahead of its receipt or older than
//     30 days after that is unusable: the time of receipt stands in, and the
//     event is marked care.ClockReceived.
package ingest
