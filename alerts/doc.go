// Package alerts is the alerting core: it decides what an event or a person's
// action does to an incident. It is pure: no I/O, no clock, no goroutine. What
// it needs to know is handed in, and what it decides is returned as values,
// which gateway/watch writes in one transaction.
package alerts
