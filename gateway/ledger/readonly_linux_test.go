package ledger

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// An inspector checks the copy that she was handed on a stick which must not be
// written.
func TestVerifyOnAReadOnlyMedium(t *testing.T) {
	s := opened(t)
	ctx := t.Context()
	if _, err := s.ApplyPlan(ctx, Plan{
		Regions: []care.Region{{ID: "r"}},
		Sites:   []care.Site{{ID: "s", Kind: care.NursingHome, Region: "r", TimeZone: "UTC"}},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignHeads(ctx, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// Root may write everywhere; as nobody, also the path to the stick must be
	// open to everybody.
	dir, err := os.MkdirTemp("", "stick")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		os.Chmod(dir, 0o700)
		os.RemoveAll(dir)
	})
	copied := filepath.Join(dir, "copy.db")
	b, err := os.ReadFile(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied, b, 0o444); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	asNobody := func(fn func()) {
		// The files are opened by this thread; it is not used again.
		done := make(chan struct{})
		go func() {
			defer close(done)
			runtime.LockOSThread()
			if os.Geteuid() == 0 {
				if err := syscall.Setfsuid(65534); err != nil {
					t.Error(err)
					return
				}
			}
			fn()
		}()
		<-done
	}
	asNobody(func() {
		if f, err := os.Create(filepath.Join(dir, "x")); err == nil {
			f.Close()
			t.Error("the medium can be written, so this test proves nothing")
		}
		report, err := VerifyFile(ctx, copied)
		if err != nil || report.Err() != nil || report.Rows != 1 || report.Signed != 1 {
			t.Errorf("it verifies as %+v, %v", report, err)
		}
		if heads, err := SignedHeadsOfFile(ctx, copied, "", time.Time{}); err != nil || len(heads) != 1 {
			t.Errorf("it has the signed heads %v, %v", heads, err)
		}
	})

	// With a log beside it the file alone is not the whole ledger.
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied+"-wal", []byte("some pages"), 0o444); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	asNobody(func() {
		if report, err := VerifyFile(ctx, copied); err == nil || !strings.Contains(err.Error(), "cannot be written") {
			t.Errorf("with a log that cannot be read it verifies as %+v, %v", report, err)
		}
	})
}
