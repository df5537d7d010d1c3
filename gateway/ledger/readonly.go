package ledger

import (
	"context"
	"database/sql"
	"errors"
	"os"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// openToRead opens a ledger file without the means to change it. Beside a
// running gateway, SQLite still makes its files of shared memory; where it
// cannot, on a disc or a stick that is not to be written, nobody else can write
// the ledger either, and it is read as a file that does not change.
func openToRead(ctx context.Context, path string) (*sql.DB, error) {
	if _, err := os.Stat(path); err != nil { // the engine would say less
		return nil, err
	}
	db, err := openAndTry(ctx, path)
	if e, ok := errors.AsType[*sqlite.Error](err); ok && !hasLog(path) &&
		(e.Code()&0xff == sqlite3.SQLITE_READONLY || e.Code()&0xff == sqlite3.SQLITE_CANTOPEN) {
		db, err = openAndTry(ctx, path, "immutable=1")
	}
	return db, err
}

func openAndTry(ctx context.Context, path string, params ...string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, append(params, "mode=ro", "_pragma=query_only(1)")...))
	if err != nil {
		return nil, err
	}
	var tables int
	if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master`).Scan(&tables); err != nil {
		return nil, errors.Join(explain("open it to read", err), db.Close())
	}
	return db, nil
}

// hasLog reports whether a part of the ledger is still in a write-ahead log
// beside it, without which it must not be read.
func hasLog(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}
