package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

func TestPartsEndInReverse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		p := newParts(slog.New(slog.DiscardHandler))
		for _, name := range []string{"ledger", "broker", "pages"} {
			p.run(name, func(ctx context.Context) error {
				<-ctx.Done()
				order = append(order, name)
				return ctx.Err() // to be told to end is no failure
			})
		}
		if err := p.stop(); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"pages", "broker", "ledger"}, order); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if err := p.stop(); err != nil {
			t.Errorf("a second time: %v", err)
		}
	})
}

func TestAPartThatEndsByItselfIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("the disk is gone")
		p := newParts(slog.New(slog.DiscardHandler))
		p.run("the way in", func(context.Context) error { return broken })
		if err := <-p.failed; !errors.Is(err, broken) || !strings.Contains(err.Error(), "the way in failed") {
			t.Errorf("got %v", err)
		}
		if err := p.stop(); !errors.Is(err, broken) {
			t.Errorf("stop: %v", err)
		}
	})
}

func TestAPartThatDoesNotEndIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended bool
		p := newParts(slog.New(slog.DiscardHandler))
		p.onStop("ledger", func(context.Context) error { ended = true; return nil })
		hangs := make(chan struct{})
		p.run("pages", func(context.Context) error { <-hangs; return nil })
		err := p.stop()
		if err == nil || !strings.Contains(err.Error(), "stop pages: it did not end within 20s") {
			t.Errorf("got %v", err)
		}
		if !ended {
			t.Error("the ledger was not closed behind it")
		}
		close(hangs)
	})
}
