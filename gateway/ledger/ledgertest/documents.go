package ledgertest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

// lastEntry returns the newest row of the home's log.
func lastEntry(t *testing.T, s *ledger.Store) care.Entry {
	t.Helper()
	rows := must[[]care.Entry](t)(s.SiteLog(t.Context(), home, 0, 1))
	return rows[0]
}

// lastFeed returns the newest row of the feed.
func lastFeed(t *testing.T, s *ledger.Store) care.FeedRow {
	t.Helper()
	head := must[uint64](t)(s.FeedHead(t.Context()))
	rows := must[[]care.FeedRow](t)(s.FeedAfter(t.Context(), head-1, 1))
	return rows[0]
}

func testDocuments(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	by := care.Act{By: "u-li", Name: "李护士", At: now, Means: care.ByScreen}
	save := func(d alerts.Document) (saved alerts.Document, err error) {
		err = s.Update(ctx, func(tx *ledger.Tx) (err error) {
			saved, err = tx.SaveDocument(ctx, d, by)
			return err
		})
		return saved, err
	}
	revision := func() string { return must[string](t)(s.DocumentsRevision(ctx)) }
	if _, found, err := s.Document(ctx, home, alerts.DocumentRoster, ""); found || err != nil || revision() != "" {
		t.Errorf("before there is any: %v, %v, revision %q", found, err, revision())
	}

	first := must[alerts.Document](t)(save(alerts.Document{Site: home, Kind: alerts.DocumentRoster, Body: []byte(`{"shifts":[]}`)}))
	want := alerts.Document{
		Site: home, Kind: alerts.DocumentRoster, Body: []byte(`{"shifts":[]}`), Revision: 1, SavedAt: now, SavedBy: "u-li",
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("the first one (-want +got):\n%s", diff)
	}
	r := lastFeed(t, s)
	r.Number = 0
	if diff := cmp.Diff(care.FeedRow{At: now, Site: home, Kind: care.EntryConfig, Ref: string(home)}, r); diff != "" {
		t.Errorf("the feed (-want +got):\n%s", diff)
	}
	logged := lastEntry(t, s)
	wantEntry := care.Entry{
		Number: logged.Number, Kind: care.EntryConfig, Act: by, Reason: "roster",
		Digest: fmt.Sprintf("%x", sha256.Sum256([]byte(`{"shifts":[]}`))),
	}
	if diff := cmp.Diff(wantEntry, logged); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}

	was := revision()
	first.Body = []byte{0, 0xff, '\n'} // bytes come back as they are
	next := must[alerts.Document](t)(save(first))
	if revision() == was || was == "" {
		t.Errorf("the revision of the documents went from %q to %q", was, revision())
	}
	stale := func(name string, d alerts.Document, have int) {
		t.Helper()
		head := must[uint64](t)(s.FeedHead(ctx))
		_, err := save(d)
		if e, ok := errors.AsType[*ledger.StaleError](err); !ok || e.Have != have {
			t.Errorf("%s gives %v, want that the ledger has revision %d", name, err, have)
		}
		if now := must[uint64](t)(s.FeedHead(ctx)); now != head {
			t.Errorf("%s went into the feed", name)
		}
	}
	stale("who has seen the revision before", first, 2)
	stale("who has seen none", want, 2)
	stale("who has seen one that never was", alerts.Document{Site: home, Kind: alerts.DocumentLadders, Revision: 1}, 0)

	nobody := must[alerts.Document](t)(save(alerts.Document{Site: "qiutao", Kind: alerts.DocumentCare, Name: "r-9"}))
	wang := must[alerts.Document](t)(save(alerts.Document{Site: home, Kind: alerts.DocumentCare, Name: "r-1", Body: []byte("{}")}))
	if e := lastEntry(t, s); e.Reason != "care:r-1" {
		t.Errorf("the log says %q, want care:r-1", e.Reason)
	}
	got, found, err := s.Document(ctx, home, alerts.DocumentRoster, "")
	if diff := cmp.Diff(next, got); diff != "" || !found || err != nil {
		t.Errorf("the document (%v, %v; -want +got):\n%s", found, err, diff)
	}
	if diff := cmp.Diff([]alerts.Document{wang, nobody}, must[[]alerts.Document](t)(s.Documents(ctx, alerts.DocumentCare))); diff != "" {
		t.Errorf("those of a kind (-want +got):\n%s", diff)
	}
	if _, err := save(alerts.Document{Site: "nowhere", Kind: alerts.DocumentRoster}); err == nil {
		t.Error("a document of a site that is not registered was saved")
	}
	if changed, err := s.Refresh(ctx); changed || err != nil {
		t.Errorf("Refresh says %v, %v after changes of its own", changed, err)
	}
}

// Many who have seen the same revision save at once: one wins, the others are
// told.
func testDocumentRaced(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	const savers = 8
	var (
		wg   sync.WaitGroup
		errs [savers]error
	)
	for n := range savers {
		wg.Go(func() {
			errs[n] = s.Update(ctx, func(tx *ledger.Tx) error {
				return second(tx.SaveDocument(ctx, alerts.Document{Site: home, Kind: alerts.DocumentRules, Body: []byte{byte(n)}}, care.Act{By: "u-li"}))
			})
		})
	}
	wg.Wait()
	won := -1
	for n, err := range errs {
		if err == nil && won < 0 {
			won = n
		} else if e, ok := errors.AsType[*ledger.StaleError](err); !ok || e.Have != 1 {
			t.Errorf("saver %d: %v, want that revision 1 is there", n, err)
		}
	}
	d, found, err := s.Document(ctx, home, alerts.DocumentRules, "")
	if err != nil || !found || won < 0 || d.Body[0] != byte(won) || d.Revision != 1 {
		t.Errorf("saver %d won and the document is %+v (%v)", won, d, err)
	}
}
