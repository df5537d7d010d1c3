// Package rule decides on readings: when a number that a sensor reports is
// something that people have to act on. Bedroom below 16 °C for half an hour,
// gas above a tenth of the explosive limit, a door open at night.
//
// Rules are written in YAML, with conditions in CEL, and are checked when they
// are loaded (Parse). Each is a small state machine for each point, whose whole
// state is a Condition: a row that somebody else keeps. Observe takes a reading
// and Due the moment at which something changes without one; both return what
// is to be kept and what begins or ends. Replay runs the same machine over
// recorded readings and says what would have been raised.
//
// CareRules are another kind of rule: what of a single resident's doings is an
// alarm, and when.
//
// The package reads no clock and does no I/O. Which points exist, where
// conditions are kept, who asks again when one is due, and what an alarm does
// are decided elsewhere.
//
// Every time of day is what the clock on the wall of the site shows. Of a time
// that the clock shows twice the first counts; one that it skips is the moment
// of the change.
package rule
