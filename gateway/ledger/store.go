package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"shouwang.care/shouwang/alerts/people"
)

// readers is how many connections read at the same time. SQLite readers cost
// little and never block the writer in WAL mode.
const readers = 4

// Store is the open ledger. Its methods may be called from any goroutine.
type Store struct {
	path string

	// turn holds one token: who has it may write. A channel and not a mutex,
	// so that a waiter can give up with its context and waiters are served in
	// order.
	turn   chan struct{}
	closed bool
	write  *prepared // one connection
	read   *prepared
	writeQ *bun.DB // builds statements for the connection of write
	readQ  *bun.DB

	picture atomic.Pointer[picture]
}

// picture is what the ledger keeps in memory of the registers.
type picture struct {
	directory *people.Directory
	secrets   map[people.SiteEdge][]byte // SHA-256 of the edge's secret
	revision  string                     // of the setting that counts changes
}

// Open opens the ledger file, creates it when it does not exist, and brings
// its schema up to date. A missing directory is made for the owner alone
// (0700), and so is the file (0600), because it holds personal data. The error
// names the file and says what an operator can do.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := prepareFile(path); err != nil {
		return nil, err
	}
	writer, err := sql.Open("sqlite", dsn(path,
		// The sync of each commit makes it durable against power loss too.
		"_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)",
		"_pragma=foreign_keys(1)",
		// Erased personal data is overwritten in the file, not only unlinked.
		"_pragma=secure_delete(1)",
		"_pragma=journal_size_limit(67108864)",
		"_txlock=immediate"))
	if err != nil {
		return nil, fmt.Errorf("open ledger %s: %w", path, err)
	}
	writer.SetMaxOpenConns(1)
	if err := migrate(ctx, writer, path); err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	reader, err := sql.Open("sqlite", dsn(path, "_pragma=query_only(1)"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open ledger %s: %w", path, err), writer.Close())
	}
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)

	s := &Store{
		path:   path,
		turn:   make(chan struct{}, 1),
		write:  newPrepared(writer),
		read:   newPrepared(reader),
		writeQ: bun.NewDB(writer, sqlitedialect.New()),
		readQ:  bun.NewDB(reader, sqlitedialect.New()),
	}
	if err := s.reload(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// prepareFile makes the directory and an empty file with narrow permissions;
// SQLite gives the files beside it (-wal, -shm) the same ones.
func prepareFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("create the directory of ledger %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open ledger %s (the gateway needs to read and write it): %w", path, err)
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = f.Chmod(0o600)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("narrow the permissions of ledger %s: %w", path, err)
	}
	return nil
}

// dsn returns the data source name of a SQLite file, whatever characters its
// path has.
func dsn(path string, params ...string) string {
	query := append([]string{"_pragma=busy_timeout(5000)"}, params...)
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(query, "&")
}

// Path returns the file of the ledger.
func (s *Store) Path() string { return s.path }

// Ping reports whether the ledger can be read. It is for health checks.
func (s *Store) Ping(ctx context.Context) error {
	if _, err := s.FeedHead(ctx); err != nil {
		return fmt.Errorf("the ledger does not answer: %w", err)
	}
	return nil
}

// Close waits for a running transaction, moves what is in the write-ahead log
// into the file and closes it. What is asked of the store later fails. To close
// it again does nothing.
func (s *Store) Close() error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if s.closed {
		return nil
	}
	s.closed = true
	err := s.read.close()
	// A failed checkpoint loses nothing: the log is read at the next start.
	if _, e := s.write.db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); e != nil {
		err = errors.Join(err, explain("write the log of ledger "+s.path+" into its file", e))
	}
	return errors.Join(err, s.write.close())
}

// prepared keeps the statements of a pool, each prepared at its first use.
type prepared struct {
	db    *sql.DB
	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

func newPrepared(db *sql.DB) *prepared {
	return &prepared{db: db, stmts: make(map[string]*sql.Stmt)}
}

// stmt returns the prepared statement of a constant query.
func (p *prepared) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	p.mu.RLock()
	st, ok := p.stmts[query]
	p.mu.RUnlock()
	if ok {
		return st, nil
	}
	st, err := p.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if first, ok := p.stmts[query]; ok { // another goroutine was faster
		return first, st.Close()
	}
	p.stmts[query] = st
	return st, nil
}

func (p *prepared) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, st := range p.stmts {
		errs = append(errs, st.Close())
	}
	clear(p.stmts)
	return errors.Join(append(errs, p.db.Close())...)
}

// query runs a constant query outside of a transaction.
func (p *prepared) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := p.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// querier is what reads share between the readers' pool and a transaction.
type querier interface {
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// first runs a query and scans its first row; found is false when there is
// none.
func first(ctx context.Context, q querier, scan func(*sql.Rows) error, query string, args ...any) (found bool, err error) {
	rows, err := q.query(ctx, query, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	if err := scan(rows); err != nil {
		return false, err
	}
	return true, rows.Close()
}

// all runs a query and collects what scan makes of each row. The result is
// never nil.
func all[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, scan)
}

func collect[T any](rows *sql.Rows, scan func(*sql.Rows) (T, error)) ([]T, error) {
	defer rows.Close()
	out := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// micros and fromMicros turn a time into what a column holds and back. The
// zero time survives the way.
func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }
