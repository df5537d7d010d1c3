// Package spool is the disk queue of an edge: events before readings, nothing
// lost when the process or the power dies.
//
// Two logs of segment files lie in one directory. Events are synced to the disk
// before PutEvent returns and leave it only when they are acknowledged by name.
// Readings are written without syncing and are bounded: beyond the bound the
// oldest are shed and counted. Both are appended to only; each record carries a
// checksum, so that a torn tail or a damaged byte costs the record it hits and no
// other.
//
// Events are never shed for readings: an event that finds the disk full sheds
// readings. One that cannot be written at all stays in memory, is sent from
// there, and is written as soon as the disk allows.
//
// The package leaves to edge/uplink what is sent when, and to the gateway's
// ledger that repeats of one event count once.
package spool
