package broker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// putAll puts numbered payloads.
func putAll(t *testing.T, q *Queue, from, to, size int) {
	t.Helper()
	for i := from; i < to; i++ {
		if err := q.Put(t.Context(), fmt.Appendf(nil, "%04d%s", i, strings.Repeat(".", size))); err != nil {
			t.Fatal(err)
		}
	}
}

// drain runs the queue until stop has seen enough, and returns the numbers of
// the payloads in the order in which they were handled.
func drain(t *testing.T, q *Queue, handle func(payload []byte) error, enough func(handled []string) bool) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var got []string
	err := q.Run(ctx, func(_ context.Context, payload []byte) error {
		if enough(got) {
			// Whatever is here stays here.
			cancel()
			return errors.New("stopping")
		}
		if err := handle(payload); err != nil {
			return err
		}
		got = append(got, string(payload[:4]))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func all([]byte) error { return nil }

func atLeast(n int) func([]string) bool {
	return func(got []string) bool { return len(got) >= n }
}

func TestTheQueueKeepsOrderAndOutlivesTheProcess(t *testing.T) {
	dir := t.TempDir()
	b := start(t, Options{Dir: dir})
	putAll(t, b.Queue(), 0, 6, 10)
	got := drain(t, b.Queue(), all, atLeast(3))
	b.Close()

	b = start(t, Options{Dir: dir})
	putAll(t, b.Queue(), 6, 9, 10) // 8 only ends the test
	got = append(got, drain(t, b.Queue(), all, atLeast(5))...)
	want := []string{"0000", "0001", "0002", "0003", "0004", "0005", "0006", "0007"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("handled (-want +got):\n%s", diff)
	}
	if n := b.Queue().Dropped(t.Context()); n != 0 {
		t.Errorf("%d count as dropped, and all were handled", n)
	}
}

func TestAFailingHandlerIsTriedAgainAndNothingIsSkipped(t *testing.T) {
	b := start(t, Options{})
	putAll(t, b.Queue(), 0, 3, 10)
	fails := 2
	got := drain(t, b.Queue(), func([]byte) error {
		if fails > 0 {
			fails--
			return errors.New("the series is away")
		}
		return nil
	}, atLeast(2))
	if diff := cmp.Diff([]string{"0000", "0001"}, got); diff != "" {
		t.Errorf("handled (-want +got):\n%s", diff)
	}
}

type hopeless struct{ error }

func (hopeless) Permanent() bool { return true }

func TestAPermanentErrorDoesNotBlockWhatComesBehind(t *testing.T) {
	b := start(t, Options{})
	putAll(t, b.Queue(), 0, 4, 10)
	got := drain(t, b.Queue(), func(payload []byte) error {
		if strings.HasPrefix(string(payload), "0001") {
			return fmt.Errorf("append: %w", hopeless{errors.New("never")})
		}
		return nil
	}, atLeast(2))
	if diff := cmp.Diff([]string{"0000", "0002"}, got); diff != "" {
		t.Errorf("handled (-want +got):\n%s", diff)
	}
}

func TestAFullQueueDropsTheOldestAndCountsThem(t *testing.T) {
	b := start(t, Options{QueueBytes: 64 << 10})
	q := b.Queue()
	const n, size = 100, 4 << 10
	putAll(t, q, 0, n, size)
	ctx := t.Context()
	waiting, dropped := q.Waiting(ctx), q.Dropped(ctx)
	if waiting == 0 || dropped == 0 || waiting+dropped != n {
		t.Fatalf("%d wait and %d were dropped of %d", waiting, dropped, n)
	}
	got := drain(t, q, all, atLeast(int(waiting)-1))
	if got[0] != fmt.Sprintf("%04d", dropped) {
		t.Errorf("the first that was left is %s, want number %d", got[0], dropped)
	}
	if after := q.Dropped(ctx); after != dropped {
		t.Errorf("%d count as dropped after some were handled, want %d as before", after, dropped)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	b := start(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Queue().Run(ctx, func(context.Context, []byte) error { return nil }) }()
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("Run goes on")
	}
}
