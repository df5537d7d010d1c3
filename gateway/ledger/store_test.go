package ledger_test

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alexedwards/scs/v2"

	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/ledger/ledgertest"
	"shouwang.care/shouwang/gateway/watch"
)

// The consumers' interfaces, which the ledger serves without importing them.
var (
	_ watch.Tx     = (*ledger.Tx)(nil)
	_ scs.CtxStore = (*ledger.Sessions)(nil)
)

func open(t testing.TB) *ledger.Store {
	t.Helper()
	s, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// raw opens the file of a ledger behind its back, without foreign keys.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func tamper(t testing.TB, path, query string, args ...any) {
	t.Helper()
	res, err := raw(t, path).ExecContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := res.RowsAffected(); n == 0 && !strings.HasPrefix(query, "PRAGMA") {
		t.Fatalf("%s changed no row", query)
	}
}

func TestSuite(t *testing.T) {
	ledgertest.Run(t, ledgertest.Engine{
		Open: open,
		Tamper: func(t testing.TB, s *ledger.Store, query string, args ...any) {
			t.Helper()
			tamper(t, s.Path(), query, args...)
		},
	})
}

func TestOpenKeepsStrangersOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new dir?#%", "ledger.db")
	s, err := ledger.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.SetSetting(t.Context(), "k", "v"); err != nil { // makes the files beside it
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{
		filepath.Dir(path): 0o700 | os.ModeDir, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600,
	} {
		info, err := os.Stat(name)
		if err != nil {
			t.Error(err)
		} else if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode(), want)
		}
	}
}

func TestOpenNarrowsPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := ledger.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("the file has mode %v (%v), want 0600", info.Mode(), err)
	}
}

func TestOpenErrorsTellTheOperator(t *testing.T) {
	for _, test := range []struct {
		name string
		path func(t *testing.T) string
		want string
	}{
		{"written by a newer program", func(t *testing.T) string {
			s := open(t)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			tamper(t, s.Path(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, 1)`)
			return s.Path()
		}, ": it was written by a newer version"},
		{"not a ledger", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "ledger.db")
			if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}, "damaged or no ledger"},
		{"a directory", func(t *testing.T) string { return t.TempDir() }, "open ledger"},
		{"below a file", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return filepath.Join(path, "ledger.db")
		}, "create the directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := test.path(t)
			s, err := ledger.Open(t.Context(), path)
			if err == nil {
				s.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("the error is %q, want one with the path and %q", err, test.want)
			}
		})
	}
}
