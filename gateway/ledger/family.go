package ledger

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// CodeTries is how many wrong answers an entry code takes; after them it is
// over.
const CodeTries = 5

// CodesKept is how many codes of one user are good at a time; the oldest is over
// when one more is sent.
const CodesKept = 3

// wantsColumn is what a column holds of what a family wants; empty for all.
func wantsColumn(w people.Wants) string {
	if !w.UrgentOnly && len(w.Quiet) == 0 {
		return ""
	}
	b, _ := json.Marshal(w) // numbers and texts always have a JSON form
	return string(b)
}

// readWants is the way back. A damaged column reads as everything: nobody is
// left untold because of it.
func readWants(column string) people.Wants {
	var w people.Wants
	if column == "" || json.Unmarshal([]byte(column), &w) != nil {
		return people.Wants{}
	}
	return w
}

// SetWants keeps what a user wants to be told, and in which language. The error
// has ErrNotFound in its chain for an unknown user and ErrInvalid for hours that
// are none.
func (t *Tx) SetWants(ctx context.Context, user care.UserID, w people.Wants, language string) error {
	doing := "save what user " + string(user) + " wants to be told"
	if err := w.Check(); err != nil {
		return fmt.Errorf("%s: %w: %w", doing, ErrInvalid, err)
	}
	if !validLanguage(language) {
		return fmt.Errorf("%s: %w: the language %q is neither zh nor en", doing, ErrInvalid, language)
	}
	n, err := t.affect(ctx, doing, `UPDATE "user" SET wants = $1, language = $2 WHERE id = $3`, wantsColumn(w), language, string(user))
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("%s: %w", doing, ErrNotFound)
	}
	return t.userChanged(ctx, doing, user)
}

// userChanged brings the picture of one user up to date.
func (t *Tx) userChanged(ctx context.Context, doing string, user care.UserID) error {
	u, found, err := oneUser(ctx, t, userColumns+`WHERE id = $1`, string(user))
	if err != nil || !found {
		return wrapIf(doing, err)
	}
	t.users = append(t.users, u)
	return t.registersChanged(ctx)
}

func hashOf(parts ...string) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum(nil)
}

// Invite keeps the hash of a token with which a user may ask for a code until a
// time; the one before is over. Old ones are dropped.
func (t *Tx) Invite(ctx context.Context, user care.UserID, token string, until time.Time) error {
	doing := "invite user " + string(user)
	if err := t.exec(ctx, doing, `DELETE FROM invitation WHERE expires_at <= $1`, micros(time.Now())); err != nil {
		return err
	}
	return t.exec(ctx, doing, `INSERT INTO invitation ("user", token_hash, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT ("user") DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at`,
		string(user), hashOf(token), micros(until))
}

// Invited returns whose a token is; found is false when it is nobody's, or no
// longer.
func (s *Store) Invited(ctx context.Context, token string) (user care.UserID, found bool, err error) {
	found, err = first(ctx, s.read, func(r *sql.Rows) error { return r.Scan(&user) },
		`SELECT "user" FROM invitation WHERE token_hash = $1 AND expires_at > $2`, hashOf(token), micros(time.Now()))
	return user, found, wrapIf("look for an invitation", err)
}

// SaveCode keeps the hash of a code that is sent to a user, good until a time
// for whoever has the challenge. Codes under other challenges stay good, up to
// CodesKept.
func (t *Tx) SaveCode(ctx context.Context, user care.UserID, challenge, code string, until time.Time) error {
	doing := "keep the entry code of user " + string(user)
	if err := t.exec(ctx, doing, `DELETE FROM entry_code WHERE expires_at <= $1`, micros(time.Now())); err != nil {
		return err
	}
	if err := t.exec(ctx, doing, `INSERT INTO entry_code (challenge_hash, "user", code_hash, expires_at, tries) VALUES ($1, $2, $3, $4, 0)`,
		hashOf(challenge), string(user), hashOf(challenge, code), micros(until)); err != nil {
		return err
	}
	return t.exec(ctx, doing, `DELETE FROM entry_code WHERE "user" = $1 AND challenge_hash NOT IN
		(SELECT c.challenge_hash FROM entry_code c WHERE c."user" = $1 ORDER BY c.expires_at DESC, c.challenge_hash LIMIT $2)`, string(user), CodesKept)
}

// StaffContacts returns the ways to a user as staff entered them last, whatever
// he has made of them since; none for an unknown one.
func (s *Store) StaffContacts(ctx context.Context, user care.UserID) ([]people.Contact, error) {
	var column string
	_, err := first(ctx, s.read, func(r *sql.Rows) error { return r.Scan(&column) }, `SELECT staff_contacts FROM "user" WHERE id = $1`, string(user))
	return readContacts(column), wrapIf("read the contacts of user "+string(user), err)
}

// TryCode tells whose code it is; user is empty for a challenge that is over or
// never was. Each answer counts as one of CodeTries; with ok false it is wrong, and
// user says whose it would have been. A right one stays good until UseCode.
func (t *Tx) TryCode(ctx context.Context, challenge, code string) (user care.UserID, ok bool, err error) {
	var want []byte
	found, err := first(ctx, t, func(r *sql.Rows) error { return r.Scan(&user, &want) },
		`UPDATE entry_code SET tries = tries + 1 WHERE challenge_hash = $1 AND expires_at > $2 AND tries < $3
		RETURNING "user", code_hash`, hashOf(challenge), micros(time.Now()), CodeTries)
	if err != nil || !found {
		return "", false, wrapIf("try an entry code", err)
	}
	return user, subtle.ConstantTimeCompare(want, hashOf(challenge, code)) == 1, nil
}

// UseCode uses a code up that was right, with all others of the user and his
// invitation. used is false when it is over, or somebody was faster.
func (t *Tx) UseCode(ctx context.Context, challenge string) (used bool, err error) {
	const doing = "use an entry code"
	var user care.UserID
	used, err = first(ctx, t, func(r *sql.Rows) error { return r.Scan(&user) },
		`DELETE FROM entry_code WHERE challenge_hash = $1 AND expires_at > $2 RETURNING "user"`, hashOf(challenge), micros(time.Now()))
	if err != nil || !used {
		return false, wrapIf(doing, err)
	}
	for _, table := range []string{"entry_code", "invitation"} {
		if err := t.exec(ctx, doing, `DELETE FROM `+table+` WHERE "user" = $1`, string(user)); err != nil {
			return false, err
		}
	}
	return true, nil
}
