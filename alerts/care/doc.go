// Package care holds the words that every part of Shouwang shares: sites,
// points, events, readings and incidents, the topics on which they travel and
// the codecs that turn them into CloudEvents and SenML and back.
//
// It imports only the standard library and decides nothing: what an event does
// to an incident is the job of package alerts, where it is kept is the job of
// the ledger and the time series.
package care
