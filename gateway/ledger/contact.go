package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Bounds of the ways to one person: how many, and the bytes of an address.
const (
	MaxContacts       = 16
	MaxContactAddress = 512
)

// noContacts is the column of a person without any.
const noContacts = "[]"

// contactsColumn is what a column holds of contacts; empty for a nil list,
// which keeps the one before.
func contactsColumn(contacts []people.Contact) string {
	if contacts == nil {
		return ""
	}
	b, _ := json.Marshal(contacts) // texts always have a JSON form
	return string(b)
}

// readContacts is the way back, nil when there are none. A damaged column
// reads as none: that a person cannot be reached is found by whoever tells him.
func readContacts(column string) []people.Contact {
	var contacts []people.Contact
	if err := json.Unmarshal([]byte(column), &contacts); err != nil || len(contacts) == 0 {
		return nil
	}
	return contacts
}

// checkContacts returns every mistake of a list of contacts.
func checkContacts(contacts []people.Contact) error {
	var errs []error
	if len(contacts) > MaxContacts {
		errs = append(errs, fmt.Errorf("there are %d contacts, not at most %d", len(contacts), MaxContacts))
	}
	for n, c := range contacts {
		if !care.ValidID(c.Channel) {
			errs = append(errs, fmt.Errorf("the channel %q of contact %d does not match [a-z0-9-]{1,40}", c.Channel, n+1))
		}
		if strings.TrimSpace(c.Address) == "" || len(c.Address) > MaxContactAddress {
			errs = append(errs, fmt.Errorf("the address of contact %d has %d bytes, not 1 to %d", n+1, len(c.Address), MaxContactAddress))
		}
	}
	return errors.Join(errs...)
}

func validLanguage(language string) bool {
	return language == "" || language == "zh" || language == "en"
}

// SetUserContacts replaces the ways to a user and the language in which he is
// told. The error has ErrNotFound in its chain for an unknown user and
// ErrInvalid for contacts that break the bounds above or another language than
// zh, en or none.
func (t *Tx) SetUserContacts(ctx context.Context, user care.UserID, contacts []people.Contact, language string) error {
	doing := "save the contacts of user " + string(user)
	if err := checkContacts(contacts); err != nil {
		return fmt.Errorf("%s: %w: %w", doing, ErrInvalid, err)
	}
	if !validLanguage(language) {
		return fmt.Errorf("%s: %w: the language %q is neither zh nor en", doing, ErrInvalid, language)
	}
	column := contactsColumn(contacts)
	if len(contacts) == 0 {
		column = noContacts
	}
	n, err := t.affect(ctx, doing, `UPDATE "user" SET contacts = $1, language = $2 WHERE id = $3`, column, language, string(user))
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("%s: %w", doing, ErrNotFound)
	}
	u, _, err := oneUser(ctx, t, userColumns+`WHERE id = $1`, string(user))
	if err != nil {
		return wrapIf(doing, err)
	}
	t.users = append(t.users, u)
	return t.registersChanged(ctx)
}

// SetConsent records that a resident, or his guardian, consents to inform the
// family (单独同意), or withdraws it. The note says in words who did; it is
// personal data. From then on a plan no longer changes the consent of this
// resident. The error has ErrNotFound in its chain for an unknown resident.
func (t *Tx) SetConsent(ctx context.Context, resident care.ResidentID, given bool, by care.Act, note string) error {
	doing := "record the consent of resident " + string(resident)
	if by.At.IsZero() {
		by.At = time.Now()
	}
	n, err := t.affect(ctx, doing, `UPDATE resident SET family_consent = $1, consent_at = $2 WHERE id = $3`, given, micros(by.At), string(resident))
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("%s: %w", doing, ErrNotFound)
	}
	row, err := t.resident(ctx, doing, resident)
	if err != nil {
		return err
	}
	t.residents = append(t.residents, row.people())
	if err := t.registersChanged(ctx); err != nil {
		return err
	}
	kind := care.EntryWithdrawn
	if given {
		kind = care.EntryConsented
	}
	// To is the resident, as he is named where somebody is told.
	if _, err := t.Log(ctx, row.Site, care.Entry{Kind: kind, Act: by, To: "resident:" + string(resident), Note: note}); err != nil {
		return err
	}
	return t.Feed(ctx, care.FeedRow{At: by.At, Site: row.Site, Resident: resident, Kind: kind, Ref: string(resident)})
}

// resident reads one row of the residents.
func (t *Tx) resident(ctx context.Context, doing string, id care.ResidentID) (residentRow, error) {
	row := residentRow{ID: id}
	if err := t.store.writeQ.NewSelect().Conn(t.tx).Model(&row).WherePK().Scan(ctx); err != nil {
		return row, explain(doing, err)
	}
	return row, nil
}
