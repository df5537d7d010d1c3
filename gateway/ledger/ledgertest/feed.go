package ledgertest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

// Many writers at once, a third of which fail: the numbers that committed have
// no gap, and no row of a failed one is there.
func testFeedGapless(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	start := must[uint64](t)(s.FeedHead(ctx))
	const (
		writers = 8
		each    = 12
	)
	boom := errors.New("boom")
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		want = make(map[string]bool)
	)
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				refs := []string{fmt.Sprint(w, "-", n, "-a"), fmt.Sprint(w, "-", n, "-b")}
				fails := n%3 == 0
				err := s.Update(ctx, func(tx *ledger.Tx) error {
					for _, ref := range refs {
						if err := tx.Feed(ctx, care.FeedRow{At: now, Site: home, Resident: "r-1", Kind: care.EntryRaised, Ref: ref}); err != nil {
							return err
						}
					}
					if fails {
						return boom
					}
					return nil
				})
				if fails != errors.Is(err, boom) || !fails && err != nil {
					t.Errorf("writer %d, transaction %d: %v", w, n, err)
				}
				if !fails {
					mu.Lock()
					want[refs[0]], want[refs[1]] = true, true
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	rows := must[[]care.FeedRow](t)(s.FeedAfter(ctx, start, 1000))
	got := make(map[string]bool)
	for n, r := range rows {
		got[r.Ref] = true
		if r.Number != start+uint64(n)+1 {
			t.Fatalf("row %d of the feed has number %d, want %d", n, r.Number, start+uint64(n)+1)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the feed (-committed +feed):\n%s", diff)
	}
	if head := must[uint64](t)(s.FeedHead(ctx)); head != start+uint64(len(rows)) {
		t.Errorf("the head is %d after %d rows from %d", head, len(rows), start)
	}
}

func testFeedPages(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	start := must[uint64](t)(s.FeedHead(ctx))
	var want []care.FeedRow
	update(t, s, func(tx *ledger.Tx) error {
		for n := range uint64(5) {
			r := care.FeedRow{At: now, Site: home, Resident: "r-1", Kind: care.EntryAccepted, Ref: fmt.Sprint("i-", n)}
			if err := tx.Feed(ctx, r); err != nil {
				return err
			}
			r.Number = start + n + 1
			want = append(want, r)
		}
		return nil
	})
	for _, test := range []struct {
		name  string
		after uint64
		limit int
		want  []care.FeedRow
	}{
		{"first page", start, 3, want[:3]},
		{"second page", start + 3, 3, want[3:]},
		{"at the head", start + 5, 3, []care.FeedRow{}},
		{"beyond the head", start + 99, 3, []care.FeedRow{}},
	} {
		if diff := cmp.Diff(test.want, must[[]care.FeedRow](t)(s.FeedAfter(ctx, test.after, test.limit))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
