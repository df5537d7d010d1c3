// Package ledger is the durable book of the gateway: who and what is
// registered, every event, every incident with the hash-chained log of its
// site, the ordered feed from which screens are drawn, and the small state that
// must outlive a process.
//
// One writer at a time changes the book, in transactions that are on the disk
// when they return; readers never wait for it. The package keeps and finds rows
// and decides nothing: what an event does to an incident is the job of package
// alerts, who may see a row is the job of the API.
//
// The engine is SQLite. Hot statements are plain SQL that SQLite and PostgreSQL
// both take, prepared once; what is built at run time and the registers go
// through bun. Times are kept in UTC to the microsecond.
package ledger
