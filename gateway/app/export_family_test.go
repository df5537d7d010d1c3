package app

import (
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

// Directory returns what is registered now.
func (a *App) Directory() *people.Directory { return a.store.Directory() }

// SignHeads signs the heads of all logs, as inspectors keep them.
func (a *App) SignHeads(t testing.TB) []ledger.SignedHead {
	t.Helper()
	heads, err := a.store.SignHeads(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return heads
}

// Verify verifies all logs against heads that somebody kept.
func (a *App) Verify(t testing.TB, heads []ledger.SignedHead) ledger.Report {
	t.Helper()
	report, err := a.store.Verify(t.Context(), ledger.WithHeads(heads...))
	if err != nil {
		t.Fatal(err)
	}
	return report
}
