// Package broker is the MQTT broker that a gateway brings with it: a NATS
// server in this process with its MQTT listener and a JetStream file store,
// and beside it the bounded queue on disk for readings that the time series
// cannot take at the moment.
//
// It signs devices in and confines each to its own topics. It neither reads
// nor understands a payload: that is the job of package ingest, which speaks
// plain MQTT 3.1.1 and works with any other broker as well.
package broker
