package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// These tests reach inside, to make the engine fail in ways that no caller can.

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func opened(t *testing.T) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "ledger.db"))
}

func pragma(t *testing.T, s *Store, statement string) {
	t.Helper()
	if _, err := s.write.db.ExecContext(t.Context(), "PRAGMA "+statement); err != nil {
		t.Fatal(err)
	}
}

func TestCommitsAreDurable(t *testing.T) {
	s := opened(t)
	for name, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "5000",
	} {
		var got string
		if err := s.write.db.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", name, got, err, want)
		}
	}
}

func TestFullDisk(t *testing.T) {
	s := opened(t)
	ctx := t.Context()
	if err := s.SetSetting(ctx, "before", "v"); err != nil {
		t.Fatal(err)
	}
	pragma(t, s, "max_page_count = 1") // not below what is in use
	big := strings.Repeat("x", 1<<20)
	err := s.SetSetting(ctx, "big", big)
	if err == nil || !strings.Contains(err.Error(), "the disk is full, free some space") {
		t.Errorf("the error is %v, want one that says to free space", err)
	}
	if _, refused := care.AsRefusal(err); refused {
		t.Error("a full disk refuses rows for ever; they would be lost")
	}
	if v, found, err := s.Setting(ctx, "before"); v != "v" || !found || err != nil {
		t.Errorf("what was there reads %q, %v, %v", v, found, err)
	}
	pragma(t, s, "max_page_count = 1000000")
	if err := s.SetSetting(ctx, "big", big); err != nil {
		t.Errorf("with space again: %v", err)
	}
}

func TestLockedByAnotherProgram(t *testing.T) {
	s := opened(t)
	other := openAt(t, s.Path())
	pragma(t, s, "busy_timeout = 1")
	ctx := t.Context()
	err := other.Update(ctx, func(*Tx) error {
		err := s.SetSetting(ctx, "k", "v")
		if err == nil || !strings.Contains(err.Error(), "another program keeps the ledger locked") {
			t.Errorf("the error is %v, want one that says who is in the way", err)
		}
		if _, _, err := s.Setting(ctx, "k"); err != nil {
			t.Errorf("a reader had to wait: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetSetting(ctx, "k", "v"); err != nil {
		t.Errorf("after the other is done: %v", err)
	}
}

func TestPoisonRowsAreRefused(t *testing.T) {
	s := opened(t)
	if _, err := s.ApplyPlan(t.Context(), Plan{
		Regions: []care.Region{{ID: "r"}},
		Sites:   []care.Site{{ID: "s", Kind: care.NursingHome, Region: "r", TimeZone: "UTC"}},
	}); err != nil {
		t.Fatal(err)
	}
	for name, i := range map[string]care.Incident{
		"unknown state":           {ID: "i", Site: "s", State: "lost"},
		"resolved without an act": {ID: "i", Site: "s", State: care.Resolved},
		"unknown site":            {ID: "i", Site: "x", State: care.Raised},
	} {
		err := s.Update(t.Context(), func(tx *Tx) error { return tx.SaveIncident(t.Context(), i) })
		if r, ok := care.AsRefusal(err); !ok || r.Reason != care.ReasonLedger {
			t.Errorf("%s: the error is %v, want a refusal", name, err)
		}
	}
}

func TestUpdateGivesUpWithItsContext(t *testing.T) {
	s := opened(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(t.Context(), func(*Tx) error {
		cancel()
		return s.SetSetting(ctx, "while another writes", "v")
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for the turn: %v, want %v", err, context.Canceled)
	}
	ctx, cancel = context.WithCancel(t.Context())
	err = s.Update(ctx, func(tx *Tx) error {
		defer cancel()
		return tx.setSetting(ctx, "in the middle", "v")
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("in the middle: %v, want %v", err, context.Canceled)
	}
	if _, found, err := s.Setting(t.Context(), "in the middle"); found || err != nil {
		t.Errorf("a cancelled transaction was committed: %v, %v", found, err)
	}
	if err := s.SetSetting(t.Context(), "after", "v"); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestPanicLeavesTheLedgerUsable(t *testing.T) {
	s := opened(t)
	func() {
		defer func() { recover() }()
		s.Update(t.Context(), func(tx *Tx) error {
			if err := tx.setSetting(t.Context(), "k", "v"); err != nil {
				t.Error(err)
			}
			panic("a mistake in the caller")
		})
	}()
	if _, found, err := s.Setting(t.Context(), "k"); found || err != nil {
		t.Errorf("half a transaction was committed: %v, %v", found, err)
	}
	if err := s.SetSetting(t.Context(), "k", "v"); err != nil {
		t.Errorf("after the panic: %v", err)
	}
}

func TestClose(t *testing.T) {
	s := opened(t)
	if err := s.SetSetting(t.Context(), "k", "v"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(s.Path() + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the write-ahead log is still there (%v)", err)
	}
	if err := s.SetSetting(t.Context(), "k", "v"); err == nil {
		t.Error("a closed ledger took a row")
	}
	if err := s.Ping(t.Context()); err == nil {
		t.Error("a closed ledger answers")
	}
	again := openAt(t, s.Path())
	if v, _, err := again.Setting(t.Context(), "k"); v != "v" || err != nil {
		t.Errorf("opened again it says %q, %v", v, err)
	}
}

// A second program that has the ledger open keeps SQLite from tidying up by
// itself.
func TestCloseMovesTheLogBesideAnotherProgram(t *testing.T) {
	s := opened(t)
	other := openAt(t, s.Path())
	if _, err := other.FeedHead(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.SetSetting(t.Context(), "k", "v"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(s.Path() + "-wal"); err != nil || info.Size() != 0 {
		t.Errorf("the write-ahead log has %d bytes (%v), want none", info.Size(), err)
	}
	if v, _, err := other.Setting(t.Context(), "k"); v != "v" || err != nil {
		t.Errorf("the other program reads %q, %v", v, err)
	}
}

func TestExpiredSessionsAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := opened(t)
		for _, token := range []string{"a", "b", "c"} {
			if err := s.Sessions().Commit(token, nil, time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		if err := s.Sessions().Commit("d", nil, time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		var rows int
		if err := s.read.db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM session").Scan(&rows); err != nil || rows != 1 {
			t.Errorf("%d sessions are kept (%v), want the one that lives", rows, err)
		}
	})
}

// The chain is computed here once more, from its definition alone, as somebody
// would who does not trust the program.
func TestChainIsWhatItsDefinitionSays(t *testing.T) {
	s := opened(t)
	ctx := t.Context()
	if _, err := s.ApplyPlan(ctx, Plan{
		Regions: []care.Region{{ID: "r"}},
		Sites:   []care.Site{{ID: "s", Kind: care.NursingHome, Region: "r", TimeZone: "UTC"}},
	}); err != nil {
		t.Fatal(err)
	}
	err := s.Update(ctx, func(tx *Tx) error {
		for range 3 {
			if _, err := tx.Log(ctx, "s", care.Entry{
				Kind: care.EntryNoted, Incident: "i", Act: care.Act{By: "u-1", Name: "Li Na"}, Note: "slept well",
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.read.db.QueryContext(ctx, "SELECT canonical, hash FROM site_log WHERE site = 's' ORDER BY number")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	prev, count := make([]byte, 32), 0
	for rows.Next() {
		var text, hash []byte
		if err := rows.Scan(&text, &hash); err != nil {
			t.Fatal(err)
		}
		count++
		if want := sha256.Sum256(slices.Concat(prev, text)); !bytes.Equal(hash, want[:]) {
			t.Errorf("row %d has hash %x, want %x", count, hash, want)
		}
		for _, personal := range []string{"Li Na", "slept well"} {
			if strings.Contains(string(text), personal) {
				t.Errorf("row %d chains personal data: %s", count, text)
			}
		}
		prev = hash
	}
	if err := rows.Err(); err != nil || count != 4 {
		t.Errorf("the log has %d rows (%v), want 4", count, err)
	}
}

func TestVerifyFileBesideARunningGateway(t *testing.T) {
	s := opened(t)
	if _, err := s.ApplyPlan(t.Context(), Plan{
		Regions: []care.Region{{ID: "r"}},
		Sites:   []care.Site{{ID: "s", Kind: care.NursingHome, Region: "r", TimeZone: "UTC"}},
	}); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		report, err := VerifyFile(t.Context(), s.Path())
		if err != nil || report.Err() != nil || report.Rows != 1 {
			t.Errorf("%s: %+v, %v", when, report, err)
		}
	}
	check("while the gateway runs")
	signed, err := s.SignHeads(t.Context(), time.Now())
	if err != nil || len(signed) != 1 {
		t.Fatalf("signed were %v, %v", signed, err)
	}
	if kept, err := SignedHeadsOfFile(t.Context(), s.Path(), "s", time.Time{}); err != nil || !reflect.DeepEqual(kept, signed) {
		t.Errorf("the file has the signed heads %v, %v, want %v", kept, err, signed)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	check("after it stopped")
	if _, err := VerifyFile(t.Context(), s.Path()+".absent"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
	if _, err := os.Stat(s.Path() + ".absent"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the verification made a file (%v)", err)
	}
}

func TestErasedTextLeavesTheFiles(t *testing.T) {
	s := opened(t)
	ctx := t.Context()
	const secret = "a-name-that-nobody-may-find"
	_, err := s.ApplyPlan(ctx, Plan{
		Regions: []care.Region{{ID: "r"}},
		Sites:   []care.Site{{ID: "s", Kind: care.NursingHome, Region: "r", TimeZone: "UTC"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	by := care.Act{By: "u", Name: secret}
	err = s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Log(ctx, "s", care.Entry{Kind: care.EntryResolved, Incident: "i", Act: by, Note: secret})
		return errors.Join(err, tx.SaveIncident(ctx, care.Incident{ID: "i", Site: "s", State: care.Resolved, Resolved: &by, Note: secret}))
	})
	if err != nil {
		t.Fatal(err)
	}
	found := func() (found bool) {
		for _, suffix := range []string{"", "-wal"} {
			b, err := os.ReadFile(s.Path() + suffix)
			if err != nil {
				t.Fatal(err)
			}
			found = found || strings.Contains(string(b), secret)
		}
		return found
	}
	if !found() {
		t.Fatal("the text is not in the files before, so this test proves nothing")
	}
	if err := s.EraseIncident(ctx, "i", care.Act{By: "u-admin"}); err != nil {
		t.Fatal(err)
	}
	if found() {
		t.Error("the erased text is still in the files")
	}
}
