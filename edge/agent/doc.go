// Package agent is the edge agent: it samples the devices of one edge, decides
// locally what is an event, keeps every event on disk until the gateway's
// ledger has it, reports readings, and sounds the local alarm.
//
// An Agent uses no globals, so many of them run in one process. What a movement
// or smoke means is decided in edge/detect; chips are driven by edge/driver;
// what waits on disk is in edge/spool and how it travels in edge/uplink.
package agent
