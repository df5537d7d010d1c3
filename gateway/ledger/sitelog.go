package ledger

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// EntryErased says that the personal data of an incident was erased.
const EntryErased care.EntryKind = "incident.erased"

// Digest is a SHA-256 digest.
type Digest [sha256.Size]byte

// String returns the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText returns the digest in hexadecimal.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Head is the end of the hash chain of a site's log: it stands for every row
// before it.
type Head struct {
	Site   care.SiteID `json:"site"`
	Number uint64      `json:"number"`
	Hash   Digest      `json:"hash"`
}

// canonical is what the chain covers of a row. Its JSON is written once and
// kept; it is never made again from columns. A new field goes to the end and
// is omitted when empty, so that old rows still read.
type canonical struct {
	Version  int            `json:"v"`
	Site     care.SiteID    `json:"site"`
	Number   uint64         `json:"number"`
	At       time.Time      `json:"at"`
	Kind     care.EntryKind `json:"kind"`
	Incident string         `json:"incident,omitempty"`
	Point    care.PointID   `json:"point,omitempty"`
	Event    string         `json:"event,omitempty"`
	By       care.UserID    `json:"by,omitempty"`
	Means    care.Means     `json:"means,omitempty"`
	Cause    care.Cause     `json:"cause,omitempty"`
	Reason   string         `json:"reason,omitempty"`
	// Name and Note are digests of personal data, see private.
	Name string `json:"name_sha256,omitempty"`
	Note string `json:"note_sha256,omitempty"`

	To      string     `json:"to,omitempty"`
	Channel string     `json:"channel,omitempty"`
	Until   *time.Time `json:"until,omitempty"`
	Digest  string     `json:"digest,omitempty"`
}

// private is personal data of a row and the salt of its digest. Without the
// 128 random bits of the salt the digest of a short name could be guessed.
type private struct {
	field string
	salt  []byte
	text  string
}

func newPrivate(field, text string) private {
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	return private{field, salt, strings.ToValidUTF8(text, "\uFFFD")}
}

// digest returns SHA-256(salt ‖ text) in hexadecimal.
func (p private) digest() string {
	h := sha256.New()
	h.Write(p.salt)
	h.Write([]byte(p.text))
	return hex.EncodeToString(h.Sum(nil))
}

// link returns the hash of a row: SHA-256(hash of the row before ‖ canonical).
// The row before the first is 32 zero bytes.
func link(prev Digest, canonical []byte) Digest {
	h := sha256.New()
	h.Write(prev[:])
	h.Write(canonical)
	return Digest(h.Sum(nil))
}

// head returns the end of a site's chain as this transaction sees it.
func (t *Tx) head(ctx context.Context, site care.SiteID) (*Head, error) {
	if h, ok := t.heads[site]; ok {
		return h, nil
	}
	h := &Head{Site: site}
	var hash []byte
	found, err := first(ctx, t, func(r *sql.Rows) error { return r.Scan(&h.Number, &hash) },
		`SELECT number, hash FROM site_head WHERE site = $1`, string(site))
	if err != nil {
		return nil, explain("read the head of the log of site "+string(site), err)
	}
	if found && copy(h.Hash[:], hash) != len(h.Hash) {
		return nil, fmt.Errorf("the head of the log of site %s is %d bytes long, not %d: the ledger is damaged, run gateway verify-ledger", site, len(hash), len(h.Hash))
	}
	t.heads[site] = h
	return h, nil
}

// Log appends a row to the hash-chained log of the site and returns it with
// its number. An Act without a time gets the present one.
func (t *Tx) Log(ctx context.Context, site care.SiteID, e care.Entry) (care.Entry, error) {
	head, err := t.head(ctx, site)
	if err != nil {
		return care.Entry{}, err
	}
	if e.Act.At.IsZero() {
		e.Act.At = time.Now()
	}
	e.Number = head.Number + 1
	e.Act.At = e.Act.At.UTC().Truncate(time.Microsecond)
	if e.Until != nil {
		e.Until = new(e.Until.UTC().Truncate(time.Microsecond))
	}
	row := canonical{
		Version: 1, Site: site, Number: e.Number, At: e.Act.At, Kind: e.Kind,
		Incident: e.Incident, Point: e.Point, Event: e.Event, By: e.Act.By, Means: e.Act.Means,
		Cause: e.Cause, Reason: e.Reason, To: e.To, Channel: e.Channel, Until: e.Until, Digest: e.Digest,
	}
	var secrets []private
	if e.Act.Name != "" {
		p := newPrivate("name", e.Act.Name)
		row.Name, secrets = p.digest(), append(secrets, p)
	}
	if e.Note != "" {
		p := newPrivate("note", e.Note)
		row.Note, secrets = p.digest(), append(secrets, p)
	}
	bytes, err := json.Marshal(row)
	if err != nil {
		return care.Entry{}, fmt.Errorf("write the log of site %s: %w", site, err)
	}
	hash := link(head.Hash, bytes)
	doing := "write the log of site " + string(site)
	if err := t.exec(ctx, doing,
		`INSERT INTO site_log (site, number, at, kind, incident, canonical, prev, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		string(site), e.Number, micros(e.Act.At), string(e.Kind), e.Incident, bytes, head.Hash[:], hash[:]); err != nil {
		return care.Entry{}, err
	}
	// A row that failed is not in the chain: the head moves only here.
	head.Number, head.Hash = e.Number, hash
	t.moved[site] = true
	for _, p := range secrets {
		if err := t.exec(ctx, doing,
			`INSERT INTO site_log_private (site, number, field, salt, text) VALUES ($1, $2, $3, $4, $5)`,
			string(site), e.Number, p.field, p.salt, p.text); err != nil {
			return care.Entry{}, err
		}
	}
	return e, nil
}

const selectEntries = `SELECT l.canonical, n.text, t.text FROM site_log l
	LEFT JOIN site_log_private n ON n.site = l.site AND n.number = l.number AND n.field = 'name'
	LEFT JOIN site_log_private t ON t.site = l.site AND t.number = l.number AND t.field = 'note' `

// scanEntry reads a row of selectEntries.
func scanEntry(r *sql.Rows) (care.Entry, error) {
	var (
		bytes      []byte
		name, note sql.NullString
		row        canonical
	)
	if err := r.Scan(&bytes, &name, &note); err != nil {
		return care.Entry{}, err
	}
	if err := json.Unmarshal(bytes, &row); err != nil {
		return care.Entry{}, fmt.Errorf("a row of the log is damaged, run gateway verify-ledger: %w", err)
	}
	return care.Entry{
		Number: row.Number, Kind: row.Kind, Incident: row.Incident, Point: row.Point, Event: row.Event,
		Act:   care.Act{By: row.By, Name: name.String, At: row.At, Means: row.Means},
		Cause: row.Cause, Reason: row.Reason, Note: note.String,
		To: row.To, Channel: row.Channel, Until: row.Until, Digest: row.Digest,
	}, nil
}

// Entries returns the rows of the log that concern an incident, in order, with
// those personal data that were not erased.
func (s *Store) Entries(ctx context.Context, incidentID string) ([]care.Entry, error) {
	if incidentID == "" {
		return []care.Entry{}, nil
	}
	entries, err := all(ctx, s.read, scanEntry,
		selectEntries+`WHERE l.incident = $1 AND l.incident <> '' ORDER BY l.number`, incidentID)
	return entries, wrapIf("read the log of incident "+incidentID, err)
}

// SiteLog returns the rows of the log of a site, the newest first, and not more
// than limit. With before above 0 it returns those with lower numbers only, for
// the next page.
func (s *Store) SiteLog(ctx context.Context, site care.SiteID, before uint64, limit int) ([]care.Entry, error) {
	if before == 0 || before > 1<<62 {
		before = 1 << 62
	}
	entries, err := all(ctx, s.read, scanEntry,
		selectEntries+`WHERE l.site = $1 AND l.number < $2 ORDER BY l.number DESC LIMIT $3`, string(site), int64(before), limit)
	return entries, wrapIf("read the log of site "+string(site), err)
}

// Heads returns the end of each site's chain, in order of sites.
func (s *Store) Heads(ctx context.Context) ([]Head, error) {
	heads, err := readHeads(ctx, s.read)
	return heads, wrapIf("read the heads of the site logs", err)
}

func readHeads(ctx context.Context, q querier) ([]Head, error) {
	return all(ctx, q, func(r *sql.Rows) (Head, error) {
		var (
			h    Head
			hash []byte
		)
		if err := r.Scan(&h.Site, &h.Number, &hash); err != nil {
			return Head{}, err
		}
		copy(h.Hash[:], hash)
		return h, nil
	}, `SELECT site, number, hash FROM site_head ORDER BY site`)
}

// EraseIncident erases the names and notes of a resolved incident and of its
// log rows, and the contacts in its notices, and logs that it was done and by
// whom. The chain still verifies. Acts keep the opaque id of the user.
func (s *Store) EraseIncident(ctx context.Context, id string, by care.Act) error {
	err := s.Update(ctx, func(t *Tx) error {
		i, err := t.Incident(ctx, id)
		if err != nil {
			return err
		}
		if i == nil {
			return fmt.Errorf("erase incident %s: there is none of this id", id)
		}
		if i.Open() {
			return fmt.Errorf("erase incident %s: it is not resolved yet, resolve it first", id)
		}
		return t.eraseAndLog(ctx, *i, by)
	})
	if err != nil {
		return err
	}
	return s.clearLog(ctx)
}

// eraseAndLog erases the personal data of a resolved incident and logs it.
func (t *Tx) eraseAndLog(ctx context.Context, i care.Incident, by care.Act) error {
	i.Revision++
	if err := t.eraseIncident(ctx, i); err != nil {
		return err
	}
	if _, err := t.Log(ctx, i.Site, care.Entry{Kind: EntryErased, Incident: i.ID, Act: by}); err != nil {
		return err
	}
	return t.Feed(ctx, care.FeedRow{At: by.At, Site: i.Site, Resident: i.Resident, Kind: EntryErased, Ref: i.ID})
}

// eraseIncident erases the personal data of an incident: names and notes of its
// log, contacts in its notices, its photos, and what sensors measured of somebody.
func (t *Tx) eraseIncident(ctx context.Context, i care.Incident) error {
	doing := "erase the personal data of incident " + i.ID
	if err := t.exec(ctx, doing,
		`DELETE FROM site_log_private WHERE EXISTS (SELECT 1 FROM site_log l
			WHERE l.site = site_log_private.site AND l.number = site_log_private.number AND l.incident = $1)`, i.ID); err != nil {
		return err
	}
	if err := t.eraseNotices(ctx, i.ID); err != nil {
		return err
	}
	if err := t.erasePhotos(ctx, i.ID); err != nil {
		return err
	}
	for _, a := range []**care.Act{&i.Accepted, &i.Arrived, &i.Resolved} {
		if *a != nil {
			nameless := **a
			nameless.Name = ""
			*a = &nameless
		}
	}
	i.Note, i.Evidence = "", nil
	return t.SaveIncident(ctx, i)
}

// clearLog takes what was erased out of the write-ahead log, which still has the
// pages as they were. Readers may hold it back; then the next checkpoint does it.
func (s *Store) clearLog(ctx context.Context) error {
	return s.withTurn(ctx, func() error {
		_, err := s.write.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
		return wrapIf("clear the write-ahead log of the ledger", err)
	})
}
