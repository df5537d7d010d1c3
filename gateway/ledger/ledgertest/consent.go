package ledgertest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

func testConsent(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	by := care.Act{By: "u-li", Name: "李护士", At: now, Means: care.ByScreen}
	set := func(resident care.ResidentID, given bool) error {
		return s.Update(ctx, func(tx *ledger.Tx) error { return tx.SetConsent(ctx, resident, given, by, "王奶奶本人口头") })
	}
	before := s.Directory()
	for _, step := range []struct {
		given bool
		kind  care.EntryKind
	}{{false, care.EntryWithdrawn}, {true, care.EntryConsented}, {false, care.EntryWithdrawn}} {
		if err := set("r-1", step.given); err != nil {
			t.Fatal(err)
		}
		want := plan().Residents[0]
		want.FamilyConsent = step.given
		if diff := cmp.Diff(want, s.Directory().Residents["r-1"]); diff != "" {
			t.Errorf("%s: the directory (-want +got):\n%s", step.kind, diff)
		}
		entry := lastEntry(t, s)
		entry.Number = 0
		if diff := cmp.Diff(care.Entry{Kind: step.kind, Act: by, To: "resident:r-1", Note: "王奶奶本人口头"}, entry); diff != "" {
			t.Errorf("the log (-want +got):\n%s", diff)
		}
		row := lastFeed(t, s)
		row.Number = 0
		if diff := cmp.Diff(care.FeedRow{At: now, Site: home, Resident: "r-1", Kind: step.kind, Ref: "r-1"}, row); diff != "" {
			t.Errorf("the feed (-want +got):\n%s", diff)
		}
	}
	if !before.Residents["r-1"].FamilyConsent {
		t.Error("a directory that was handed out was changed")
	}
	if changed, err := s.Refresh(ctx); changed || err != nil {
		t.Errorf("Refresh says %v, %v after a change of its own", changed, err)
	}
	// The plan still says that there is consent. It was withdrawn since.
	if _, err := s.ApplyPlan(ctx, plan()); err != nil {
		t.Fatal(err)
	}
	if s.Directory().Residents["r-1"].FamilyConsent {
		t.Error("to import the plan again undid the withdrawal")
	}
	if err := set("r-9", true); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("the consent of a stranger gives %v, want %v", err, ledger.ErrNotFound)
	}
	if err := must[ledger.Report](t)(s.Verify(ctx)).Err(); err != nil {
		t.Error(err)
	}
}

func testUserContacts(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	set := func(user care.UserID, language string, contacts ...people.Contact) error {
		return s.Update(ctx, func(tx *ledger.Tx) error { return tx.SetUserContacts(ctx, user, contacts, language) })
	}
	sms := people.Contact{Channel: "sms", Address: "+8613800000009"}
	before := s.Directory()
	for _, contacts := range [][]people.Contact{{sms, {Channel: "we-com", Address: "李"}}, nil} {
		if err := set("u-li", "en", contacts...); err != nil {
			t.Fatal(err)
		}
		want := plan().Users[0]
		want.Contacts, want.Language = contacts, "en"
		got, _, err := s.User(ctx, "u-li")
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("the user (%v; -want +got):\n%s", err, diff)
		}
		want.PasswordHash = ""
		if diff := cmp.Diff(want, s.Directory().Users["u-li"]); diff != "" {
			t.Errorf("the directory (-want +got):\n%s", diff)
		}
	}
	if before.Users["u-li"].Language != "" {
		t.Error("a directory that was handed out was changed")
	}
	for name, test := range map[string]struct {
		err  error
		want error
	}{
		"a stranger":          {set("u-9", ""), ledger.ErrNotFound},
		"a channel's name":    {set("u-li", "", people.Contact{Channel: "SMS!", Address: "1"}), ledger.ErrInvalid},
		"an empty address":    {set("u-li", "", people.Contact{Channel: "sms", Address: "\t"}), ledger.ErrInvalid},
		"a long address":      {set("u-li", "", people.Contact{Channel: "sms", Address: strings.Repeat("1", 513)}), ledger.ErrInvalid},
		"too many":            {set("u-li", "", slices.Repeat([]people.Contact{sms}, 17)...), ledger.ErrInvalid},
		"an unknown language": {set("u-li", "fr"), ledger.ErrInvalid},
	} {
		if !errors.Is(test.err, test.want) {
			t.Errorf("%s gives %v, want %v", name, test.err, test.want)
		}
	}
	if err := set("u-li", "zh", slices.Repeat([]people.Contact{sms}, 16)...); err != nil {
		t.Errorf("as many as are allowed: %v", err)
	}
}
