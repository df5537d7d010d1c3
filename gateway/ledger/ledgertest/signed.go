package ledgertest

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

func testSignHeads(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	log := func() {
		t.Helper()
		update(t, s, func(tx *ledger.Tx) error {
			return second(tx.Log(ctx, home, care.Entry{Kind: care.EntryTested, Point: "203-call"}))
		})
	}
	key := must[ed25519.PrivateKey](t)(s.SigningKey(ctx))
	if again := must[ed25519.PrivateKey](t)(s.SigningKey(ctx)); !key.Equal(again) {
		t.Error("asked again, the ledger has another signing key")
	}
	first := must[[]ledger.SignedHead](t)(s.SignHeads(ctx, now))
	if len(first) != 2 || first[0].Site != home || first[1].Site != "qiutao" {
		t.Fatalf("signed were %v, want the heads of both sites", first)
	}
	for n, h := range must[[]ledger.Head](t)(s.Heads(ctx)) {
		want := ledger.SignedHead{Head: h, At: now, Key: key.Public().(ed25519.PublicKey), Signature: first[n].Signature}
		if diff := cmp.Diff(want, first[n]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if !ed25519.Verify(want.Key, want.Canonical(), want.Signature) {
			t.Errorf("the signature of %v is not valid", want)
		}
	}
	if idle := must[[]ledger.SignedHead](t)(s.SignHeads(ctx, now.Add(time.Hour))); len(idle) != 0 {
		t.Errorf("nothing was logged, and %v was signed", idle)
	}
	log()
	log()
	next := must[[]ledger.SignedHead](t)(s.SignHeads(ctx, now.Add(24*time.Hour)))
	if len(next) != 1 || next[0].Site != home || next[0].Number != first[0].Number+2 {
		t.Errorf("after two rows %v was signed, want the head of the home two rows on", next)
	}

	for _, test := range []struct {
		name  string
		site  care.SiteID
		since time.Time
		want  []ledger.SignedHead
	}{
		{"all", "", time.Time{}, []ledger.SignedHead{first[0], next[0], first[1]}},
		{"of a site", "qiutao", time.Time{}, first[1:]},
		{"since a time", "", now.Add(time.Microsecond), next},
		{"of a stranger", "nowhere", time.Time{}, []ledger.SignedHead{}},
	} {
		if diff := cmp.Diff(test.want, must[[]ledger.SignedHead](t)(s.SignedHeads(ctx, test.site, test.since))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	// What an inspector keeps in a file is what was signed.
	var file bytes.Buffer
	for _, h := range append(first, next...) {
		if err := json.NewEncoder(&file).Encode(h); err != nil {
			t.Fatal(err)
		}
	}
	kept := must[[]ledger.SignedHead](t)(ledger.ReadHeads(&file))
	if diff := cmp.Diff(append(first, next...), kept); diff != "" {
		t.Errorf("read from a file (-want +got):\n%s", diff)
	}
	log()
	report := must[ledger.Report](t)(s.Verify(ctx, ledger.WithHeads(kept...), ledger.WithKey(kept[0].Key)))
	if err := report.Err(); err != nil || report.Signed != 3 {
		t.Errorf("%d signed heads hold and the chain says %v, want 3 and no break", report.Signed, err)
	}
}

// A forger who can write the database rewrites a log so that its chain holds
// by itself. The heads that were signed before tell.
func testForgedWithinTheChain(t *testing.T, e Engine) {
	ctx := t.Context()
	const site = ` WHERE site = 'hupan'`
	cutOff := func(t *testing.T, s *ledger.Store) { // rows 4 and 5 of the home
		for _, q := range []string{
			`DELETE FROM site_log_private` + site + ` AND number > 3`,
			`UPDATE site_head SET number = 3, hash = (SELECT hash FROM site_log` + site + ` AND number = 3)` + site,
			`DELETE FROM site_log` + site + ` AND number > 3`,
		} {
			e.Tamper(t, s, q)
		}
	}
	regrow := func(t *testing.T, s *ledger.Store) {
		update(t, s, func(tx *ledger.Tx) error {
			entry := care.Entry{Kind: care.EntryNoted, Incident: "i-1", Act: care.Act{By: "u-li", At: now, Means: care.ByScreen}, Note: "nothing was wrong"}
			return errors.Join(second(tx.Log(ctx, home, entry)), second(tx.Log(ctx, home, entry)), second(tx.Log(ctx, home, entry)))
		})
	}
	dropKept := func(t *testing.T, s *ledger.Store) { e.Tamper(t, s, `DELETE FROM signed_head`) }
	foreign := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

	for _, test := range []struct {
		name     string
		forge    func(t *testing.T, s *ledger.Store)
		change   func(h *ledger.SignedHead) // of the head that is held against it
		keptOnly bool                       // none is: those in the ledger must do
		pinned   ed25519.PublicKey
		number   uint64
		why      string
	}{
		{name: "cut off", forge: func(t *testing.T, s *ledger.Store) { cutOff(t, s); dropKept(t, s) },
			number: 4, why: "the log ends at row 3, a head of row 5 was signed on 2026-11-23T22:14:00Z: something was cut off"},
		{name: "cut off, by the kept heads alone", forge: cutOff, keptOnly: true,
			number: 4, why: "the log ends at row 3, a head of row 5 was signed"},
		{name: "rewritten", forge: func(t *testing.T, s *ledger.Store) { cutOff(t, s); regrow(t, s); dropKept(t, s) },
			number: 5, why: "row 5 is not the one that was signed on 2026-11-23T22:14:00Z"},
		{name: "all of it removed", forge: func(t *testing.T, s *ledger.Store) {
			dropKept(t, s)
			for _, table := range []string{"site_log", "site_log_private", "site_head"} {
				e.Tamper(t, s, `DELETE FROM `+table+site)
			}
		}, number: 1, why: "the log ends at row 0, a head of row 5 was signed"},
		{name: "a changed row is named before any head", forge: func(t *testing.T, s *ledger.Store) {
			e.Tamper(t, s, `UPDATE site_log SET kind = 'incident.cleared'`+site+` AND number = 3`)
		}, number: 3, why: "the column kind differs"},
		{name: "a head that was signed otherwise", change: func(h *ledger.SignedHead) { h.At = h.At.Add(time.Second) },
			number: 5, why: "the signature of the head that says it was signed on 2026-11-23T22:14:01Z is not valid"},
		{name: "a head with no key", change: func(h *ledger.SignedHead) { h.Key = nil }, number: 5, why: "is not valid"},
		{name: "signed by a stranger", pinned: foreign.Public().(ed25519.PublicKey),
			number: 5, why: "has another key than the given one"},
		{name: "kept heads signed by a stranger", keptOnly: true,
			pinned: foreign.Public().(ed25519.PublicKey), number: 5, why: "has another key than the given one"},
		{name: "a kept head that was changed", forge: func(t *testing.T, s *ledger.Store) {
			e.Tamper(t, s, `UPDATE signed_head SET signature = public_key`+site)
		}, number: 5, why: "is not valid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := furnished(t, e)
			story(t, s)
			signed := must[[]ledger.SignedHead](t)(s.SignHeads(ctx, now))
			if test.forge != nil {
				test.forge(t, s)
			}
			if test.change != nil {
				test.change(&signed[0])
			}
			var options []ledger.VerifyOption
			if !test.keptOnly {
				options = append(options, ledger.WithHeads(signed[0]))
			}
			if test.pinned != nil {
				options = append(options, ledger.WithKey(test.pinned))
			}
			report := must[ledger.Report](t)(s.Verify(ctx, options...))
			var at ledger.Break
			for _, b := range report.Breaks {
				if b.Site == home {
					at = b
				}
			}
			if at.Number != test.number || !strings.Contains(at.Why, test.why) {
				t.Errorf("the log of the home breaks at row %d (%s), want row %d (…%s…)", at.Number, at.Why, test.number, test.why)
			}
		})
	}
}
