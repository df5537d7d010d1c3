package ledger

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"shouwang.care/shouwang/alerts/care"
)

// ErrConflict is in the chain of an error when a row would have stood beside
// one that excludes it, such as a second open incident of a key. The
// transaction was decided on a picture that is no longer true: decide again.
var ErrConflict = errors.New("another row stands in its place")

// ErrNotFound is in the chain of an error when a row that was to be changed
// does not exist.
var ErrNotFound = errors.New("there is none of this id")

// ErrInvalid is in the chain of an error when what was to be kept breaks the
// rules of the ledger; the text says which.
var ErrInvalid = errors.New("it is not valid")

// explain wraps an error of the engine with what was being done and with what
// an operator can do. A row that the ledger can never take, whatever is tried
// again, gives an error with a *care.Refusal of care.ReasonLedger in its chain.
func explain(doing string, err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return fmt.Errorf("%s: %w", doing, err)
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("%s: %w (%w)", doing, ErrConflict, err)
	}
	switch e.Code() & 0xff { // the primary code
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH:
		return fmt.Errorf("%s: %w", doing, care.Refuse(care.ReasonLedger, "the ledger cannot take the row: "+err.Error()))
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%s: the disk is full, free some space: %w", doing, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%s: another program keeps the ledger locked, end it or wait for it: %w", doing, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return fmt.Errorf("%s: the ledger file or its directory cannot be written, check owner and permissions: %w", doing, err)
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("%s: the file is damaged or no ledger, restore a copy of it: %w", doing, err)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("%s: the disk failed, check it and the system's log: %w", doing, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
