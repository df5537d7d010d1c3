// Package detect decides what samples mean: a fall, smoke, a hot room, an empty
// bed. Its detectors are streaming and pure: samples and times go in, verdicts
// with a reason that a person can read come out. They start no goroutine, read no
// clock and know no chip.
//
// Where the samples come from is left to edge/driver, what is done about a
// verdict to edge/agent.
package detect
