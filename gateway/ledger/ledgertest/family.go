package ledgertest

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

func testWants(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	w := people.Wants{UrgentOnly: true, Quiet: []people.Quiet{{Day: 7, From: "22:00", To: "07:00"}}}
	set := func(user care.UserID, w people.Wants, language string) error {
		return s.Update(ctx, func(tx *ledger.Tx) error { return tx.SetWants(ctx, user, w, language) })
	}
	if err := set("u-son", w, "en"); err != nil {
		t.Fatal(err)
	}
	// A plan knows nothing of it, and leaves it.
	if _, err := s.ApplyPlan(ctx, plan()); err != nil {
		t.Fatal(err)
	}
	son := s.Directory().Users["u-son"]
	if diff := cmp.Diff(w, son.Wants); diff != "" || son.Language != "en" {
		t.Errorf("in the directory he is told in %q, and wants (-want +got):\n%s", son.Language, diff)
	}
	if err := set("u-son", people.Wants{}, ""); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(people.Wants{}, s.Directory().Users["u-son"].Wants); diff != "" {
		t.Errorf("after all is wanted again (-want +got):\n%s", diff)
	}
	if err := set("u-son", people.Wants{Quiet: []people.Quiet{{Day: 9}}}, ""); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("a ninth day gives %v", err)
	}
	if err := set("u-nobody", w, ""); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("a stranger gives %v", err)
	}
}

func testInvitation(t *testing.T, e Engine) {
	synctest.Test(t, func(t *testing.T) {
		s := furnished(t, e)
		ctx := t.Context()
		invite := func(token string) {
			t.Helper()
			update(t, s, func(tx *ledger.Tx) error { return tx.Invite(ctx, "u-son", token, time.Now().Add(72*time.Hour)) })
		}
		expect := func(token string, want bool) {
			t.Helper()
			user, found, err := s.Invited(ctx, token)
			if err != nil || found != want || found && user != "u-son" {
				t.Errorf("the link %s leads to %q, %v, %v, want %v", token, user, found, err, want)
			}
		}
		invite("first")
		expect("first", true)
		expect("other", false)
		invite("second")
		expect("first", false)
		time.Sleep(72*time.Hour - time.Second)
		expect("second", true)
		time.Sleep(time.Second)
		expect("second", false)
	})
}

func testEntryCode(t *testing.T, e Engine) {
	synctest.Test(t, func(t *testing.T) {
		s := furnished(t, e)
		ctx := t.Context()
		send := func(challenge, code string) {
			t.Helper()
			update(t, s, func(tx *ledger.Tx) error {
				return tx.SaveCode(ctx, "u-son", challenge, code, time.Now().Add(10*time.Minute))
			})
		}
		// try is how somebody comes in: what is right is used up.
		try := func(challenge, code string) (user care.UserID, ok bool) {
			t.Helper()
			update(t, s, func(tx *ledger.Tx) (err error) {
				if user, ok, err = tx.TryCode(ctx, challenge, code); err != nil || !ok {
					return err
				}
				ok, err = tx.UseCode(ctx, challenge)
				return err
			})
			return user, ok
		}
		update(t, s, func(tx *ledger.Tx) error { return tx.Invite(ctx, "u-son", "link", time.Now().Add(time.Hour)) })
		send("a", "123456")
		if user, ok := try("a", "654321"); ok || user != "u-son" {
			t.Errorf("a wrong code gives %q, %v", user, ok)
		}
		if user, ok := try("b", "123456"); ok || user != "" {
			t.Errorf("another browser gives %q, %v", user, ok)
		}
		if user, ok := try("a", "123456"); !ok || user != "u-son" {
			t.Errorf("the code gives %q, %v", user, ok)
		}
		if _, ok := try("a", "123456"); ok {
			t.Error("the code is good twice")
		}
		if _, found, _ := s.Invited(ctx, "link"); found {
			t.Error("the link is still good after she came in")
		}

		// A right code stays good while a second step is asked for, as often as a
		// wrong one.
		send("s", "123456")
		for n := range ledger.CodeTries + 1 {
			update(t, s, func(tx *ledger.Tx) error {
				if user, ok, err := tx.TryCode(ctx, "s", "123456"); err != nil || ok != (n < ledger.CodeTries) {
					t.Errorf("time %d the code gives %q, %v, %v", n+1, user, ok, err)
				}
				return nil
			})
		}

		send("c", "123456")
		for range ledger.CodeTries {
			try("c", "000000")
		}
		if _, ok := try("c", "123456"); ok {
			t.Error("the code is good after five wrong ones")
		}
		// Whoever asks with her number does not end her code, until there are
		// CodesKept after it.
		for _, challenge := range []string{"d", "x", "y", "z"} {
			send(challenge, "123456")
			time.Sleep(time.Second)
		}
		if _, ok := try("d", "123456"); ok {
			t.Errorf("a code is good after %d others were sent", ledger.CodesKept)
		}
		if user, ok := try("x", "123456"); !ok || user != "u-son" {
			t.Errorf("a code before two others gives %q, %v", user, ok)
		}
		for _, challenge := range []string{"y", "z"} {
			if _, ok := try(challenge, "123456"); ok {
				t.Errorf("the code of %s is good after he came in", challenge)
			}
		}
		send("e", "111111")
		time.Sleep(10 * time.Minute)
		if _, ok := try("e", "111111"); ok {
			t.Error("the code is good after ten minutes")
		}
	})
}

// testStaffContacts: what a user makes of his contacts is his, and staff has not
// vouched for it by sending it back.
func testStaffContacts(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	mine := []people.Contact{{Channel: "sms", Address: "+8613900000009"}}
	expect := func(when string, want []people.Contact) {
		t.Helper()
		if diff := cmp.Diff(want, must[[]people.Contact](t)(s.StaffContacts(ctx, "u-chen"))); diff != "" {
			t.Errorf("%s staff vouches for (-want +got):\n%s", when, diff)
		}
	}
	staff := plan().Users[2].Contacts
	expect("at first", staff)
	update(t, s, func(tx *ledger.Tx) error { return tx.SetUserContacts(ctx, "u-chen", mine, "zh") })
	expect("after she changed them", staff)
	p := plan()
	p.Users[2].Contacts, p.Users[2].Name = mine, "陈大妈"
	must[ledger.Summary](t)(s.ApplyPlan(ctx, p))
	expect("after her name was changed", staff)
	p.Users[2].Contacts = []people.Contact{{Channel: "sms", Address: "+8613700000007"}}
	must[ledger.Summary](t)(s.ApplyPlan(ctx, p))
	expect("after staff changed them", p.Users[2].Contacts)
	p.Users[2].Contacts = nil
	if sum := must[ledger.Summary](t)(s.ApplyPlan(ctx, p)); sum.Users.Changed != 0 {
		t.Errorf("a plan without contacts changed %d users", sum.Users.Changed)
	}
	expect("after a plan without", []people.Contact{{Channel: "sms", Address: "+8613700000007"}})
}
