package ledger_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

// crashEnv names the ledger on which the test binary, started again as a
// child, commits until it is killed.
const crashEnv = "SHOUWANG_LEDGER_TO_CRASH"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashEnv); path != "" {
		fmt.Fprintln(os.Stderr, commitForEver(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// commitForEver prints the id of each event after its commit was acknowledged.
func commitForEver(path string) error {
	ctx := context.Background()
	s, err := ledger.Open(ctx, path)
	if err != nil {
		return err
	}
	for {
		id := care.NewID()
		if err := s.Update(ctx, func(tx *ledger.Tx) error { return raise(ctx, tx, id) }); err != nil {
			return err
		}
		fmt.Println(id)
	}
}

// A gateway that is killed in the middle of its work, again and again, has
// lost nothing that it acknowledged, and the book is whole.
func TestKilledLosesNothingAcknowledged(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills a child process several times")
	}
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "ledger.db")
	s, err := ledger.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ApplyPlan(ctx, small); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	for round := range 4 {
		child := exec.CommandContext(ctx, os.Args[0])
		child.Env = append(os.Environ(), crashEnv+"="+path)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ { // ends with what the pipe still held
			acknowledged = append(acknowledged, lines.Text())
			if n == 50+37*round {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		// Killed is how it ends; that it ended is all that matters.
		_ = child.Wait()
	}
	if len(acknowledged) < 4*50 {
		t.Fatalf("the child acknowledged %d commits only: it ended by itself", len(acknowledged))
	}

	s, err = ledger.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, id := range acknowledged {
		i, err := s.Incident(ctx, id)
		if err != nil || i == nil {
			t.Fatalf("the incident %s was acknowledged and is gone (%v)", id, err)
		}
		if entries, err := s.Entries(ctx, id); err != nil || len(entries) != 1 {
			t.Fatalf("the log of incident %s has %d rows (%v), want 1", id, len(entries), err)
		}
	}
	report, err := s.Verify(ctx)
	if err != nil || report.Err() != nil {
		t.Errorf("the chain is broken: %v, %v", err, report.Err())
	}
	head, err := s.FeedHead(ctx)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.FeedAfter(ctx, 0, 1<<20)
	if err != nil || uint64(len(rows)) != head || rows[head-1].Number != head {
		t.Errorf("the feed has %d rows and its head is %d (%v)", len(rows), head, err)
	}
	if len(rows) < len(acknowledged) {
		t.Errorf("the feed has %d rows of %d acknowledged commits", len(rows), len(acknowledged))
	}
	err = s.Update(ctx, func(tx *ledger.Tx) error { return raise(ctx, tx, "after the crash") })
	if err != nil {
		t.Errorf("the ledger takes nothing any more: %v", err)
	}
}
