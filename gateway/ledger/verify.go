package ledger

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Report is what a verification of the site logs found.
type Report struct {
	// Heads are the ends of the chains as they were recomputed, in order of
	// sites.
	Heads []Head `json:"heads"`
	// Signed counts the signed heads, given and kept, whose row is in the chain
	// as it was signed. They prove that nothing before them was rewritten and
	// nothing was cut off.
	Signed int `json:"signed"`
	// Rows counts the rows that were checked; Erased counts personal data that
	// is no longer there, which breaks no chain.
	Rows   int `json:"rows"`
	Erased int `json:"erased"`
	// Breaks has the first broken row of each broken site.
	Breaks []Break `json:"breaks"`
}

// Break is a row of a log that is not as it was written.
type Break struct {
	Site   care.SiteID `json:"site"`
	Number uint64      `json:"number"`
	Why    string      `json:"why"`
}

// Err returns an error that names every break, nil when there is none.
func (r Report) Err() error {
	var errs []error
	for _, b := range r.Breaks {
		errs = append(errs, fmt.Errorf("the log of site %s is broken at row %d: %s", b.Site, b.Number, b.Why))
	}
	return errors.Join(errs...)
}

// VerifyOption is something else that a ledger must agree with.
type VerifyOption func(*verification)

// WithHeads compares the logs with signed heads that were kept elsewhere.
func WithHeads(heads ...SignedHead) VerifyOption {
	return func(v *verification) { v.given = append(v.given, heads...) }
}

// WithKey lets signed heads count only when they have this key, also those that
// are kept in the ledger.
func WithKey(key ed25519.PublicKey) VerifyOption {
	return func(v *verification) { v.pinned = key }
}

// Verify recomputes the hash chain of every site, and compares it with the
// signed heads that the ledger keeps and with those given.
func (s *Store) Verify(ctx context.Context, options ...VerifyOption) (Report, error) {
	return verify(ctx, s.read.db, options)
}

// VerifyFile does what Verify does with a ledger file, which it only reads; a
// gateway may be running on it.
func VerifyFile(ctx context.Context, path string, options ...VerifyOption) (Report, error) {
	db, err := openToRead(ctx, path)
	if err != nil {
		return Report{}, fmt.Errorf("verify ledger %s: %w", path, err)
	}
	report, err := verify(ctx, db, options)
	return report, errors.Join(err, db.Close())
}

// logRow is a row of the log as it lies in the ledger.
type logRow struct {
	site           care.SiteID
	number         uint64
	at             int64
	kind, incident string
	canonical      []byte
	prev, hash     []byte
	name, note     *private
}

const wholeLog = `SELECT l.site, l.number, l.at, l.kind, l.incident, l.canonical, l.prev, l.hash, n.salt, n.text, t.salt, t.text
	FROM site_log l
	LEFT JOIN site_log_private n ON n.site = l.site AND n.number = l.number AND n.field = 'name'
	LEFT JOIN site_log_private t ON t.site = l.site AND t.number = l.number AND t.field = 'note'
	ORDER BY l.site, l.number`

func verify(ctx context.Context, db *sql.DB, options []VerifyOption) (Report, error) {
	v := verification{
		report: Report{Heads: []Head{}, Breaks: []Break{}},
		broken: make(map[care.SiteID]bool), ends: make(map[care.SiteID]Head),
		signed: make(map[care.SiteID][]SignedHead),
	}
	for _, o := range options {
		o(&v)
	}
	err := v.run(ctx, db)
	return v.report, wrapIf("verify the ledger", err)
}

// verification is one in its course.
type verification struct {
	given  []SignedHead
	pinned ed25519.PublicKey

	report Report
	broken map[care.SiteID]bool
	ends   map[care.SiteID]Head         // of the chains as far as they were recomputed
	signed map[care.SiteID][]SignedHead // not yet met, by rising number
}

func (v *verification) breakAt(site care.SiteID, number uint64, why string) {
	if !v.broken[site] {
		v.broken[site] = true
		v.report.Breaks = append(v.report.Breaks, Break{site, number, why})
	}
}

func (v *verification) run(ctx context.Context, db *sql.DB) error {
	// One read transaction: rows that a running gateway adds meanwhile are not
	// there, and heads and rows fit together.
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	q := txReader{tx}
	wrong, err := v.signedHeads(ctx, q)
	if err != nil {
		return err
	}
	if err := v.chains(ctx, q); err != nil {
		return err
	}
	if err := v.heads(ctx, q); err != nil {
		return err
	}
	if err := v.photos(ctx, q); err != nil {
		return err
	}
	// A row that is not what it was says more than a head that proves nothing.
	for _, b := range wrong {
		v.breakAt(b.Site, b.Number, b.Why)
	}
	orphans, err := all(ctx, q, func(r *sql.Rows) (Break, error) {
		b := Break{}
		err := r.Scan(&b.Site, &b.Number)
		return b, err
	}, `SELECT p.site, p.number FROM site_log_private p WHERE NOT EXISTS
		(SELECT 1 FROM site_log l WHERE l.site = p.site AND l.number = p.number) ORDER BY p.site, p.number`)
	if err != nil {
		return err
	}
	for _, o := range orphans {
		v.breakAt(o.Site, o.Number, "there is personal data of a row that does not exist")
	}
	return nil
}

// signedHeads collects the heads with which the chains are compared and returns
// those that cannot be, because they were not signed as they say.
func (v *verification) signedHeads(ctx context.Context, q querier) (wrong []Break, err error) {
	kept, err := keptHeads(ctx, q, "", time.Time{})
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool) // most of those given are kept, too
	for _, h := range slices.Concat(v.given, kept) {
		id := string(h.Canonical()) + string(h.Key) + string(h.Signature)
		if seen[id] {
			continue
		}
		seen[id] = true
		if why := h.check(v.pinned); why != "" {
			wrong = append(wrong, Break{h.Site, h.Number, why})
			continue
		}
		v.signed[h.Site] = append(v.signed[h.Site], h)
	}
	for _, heads := range v.signed {
		slices.SortStableFunc(heads, func(a, b SignedHead) int { return cmp.Compare(a.Number, b.Number) })
	}
	return wrong, nil
}

// chains recomputes the chains row by row.
func (v *verification) chains(ctx context.Context, q querier) error {
	rows, err := q.query(ctx, wholeLog)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanLogRow(rows)
		if err != nil {
			return err
		}
		v.report.Rows++
		if v.broken[r.site] {
			continue // what follows a break proves nothing
		}
		end := v.ends[r.site]
		hash, erased, why := r.check(end)
		if why != "" {
			v.breakAt(r.site, min(r.number, end.Number+1), why)
			continue
		}
		v.report.Erased += erased
		v.ends[r.site] = Head{r.site, r.number, hash}
		v.meet(r.site, r.number, hash)
	}
	return rows.Err()
}

// meet compares a row with the heads that were signed at it.
func (v *verification) meet(site care.SiteID, number uint64, hash Digest) {
	for len(v.signed[site]) > 0 && v.signed[site][0].Number <= number {
		h := v.signed[site][0]
		v.signed[site] = v.signed[site][1:]
		if h.Hash != hash {
			v.breakAt(site, number, fmt.Sprintf("row %d is not the one that was signed on %s: it or a row before it was rewritten", number, h.date()))
			return
		}
		v.report.Signed++
	}
}

// heads compares the ends of the chains with the recorded heads and with those
// signed heads that the chains did not reach.
func (v *verification) heads(ctx context.Context, q querier) error {
	heads, err := readHeads(ctx, q)
	if err != nil {
		return err
	}
	for _, site := range slices.Sorted(maps.Keys(v.signed)) {
		if left := v.signed[site]; len(left) > 0 {
			end := v.ends[site].Number
			v.breakAt(site, end+1, fmt.Sprintf("the log ends at row %d, a head of row %d was signed on %s: something was cut off", end, left[0].Number, left[0].date()))
		}
	}
	recorded := make(map[care.SiteID]bool)
	for _, h := range heads {
		recorded[h.Site] = true
		switch end := v.ends[h.Site]; {
		case v.broken[h.Site]:
		case end.Number < h.Number:
			v.breakAt(h.Site, end.Number+1, fmt.Sprintf("the row is missing: the recorded head says %d rows", h.Number))
		case end.Number > h.Number:
			v.breakAt(h.Site, h.Number+1, fmt.Sprintf("the recorded head says that the log ends at row %d", h.Number))
		case end.Hash != h.Hash:
			v.breakAt(h.Site, h.Number, "the recorded head has another hash than the last row")
		default:
			v.report.Heads = append(v.report.Heads, end)
		}
	}
	for _, site := range slices.Sorted(maps.Keys(v.ends)) {
		if !recorded[site] {
			v.breakAt(site, v.ends[site].Number, "the log has no recorded head")
		}
	}
	return nil
}

func scanLogRow(rows *sql.Rows) (logRow, error) {
	var (
		r                  logRow
		nameSalt, noteSalt []byte
		name, note         sql.NullString
	)
	err := rows.Scan(&r.site, &r.number, &r.at, &r.kind, &r.incident, &r.canonical, &r.prev, &r.hash,
		&nameSalt, &name, &noteSalt, &note)
	if name.Valid {
		r.name = &private{"name", nameSalt, name.String}
	}
	if note.Valid {
		r.note = &private{"note", noteSalt, note.String}
	}
	return r, err
}

// check compares a row with the end of the chain before it and returns its
// hash, how much personal data was erased, and why it is broken, if it is.
func (r logRow) check(end Head) (hash Digest, erased int, why string) {
	if r.number != end.Number+1 {
		return hash, 0, fmt.Sprintf("the row is missing: after row %d comes row %d", end.Number, r.number)
	}
	if !bytes.Equal(r.prev, end.Hash[:]) {
		return hash, 0, "the hash of the row before is not the one that this row was chained to"
	}
	hash = link(end.Hash, r.canonical)
	if !bytes.Equal(r.hash, hash[:]) {
		return hash, 0, "the canonical bytes do not give the hash of the row"
	}
	// From here on the canonical bytes are what was chained; what lies beside
	// them must say the same.
	var c canonical
	if err := json.Unmarshal(r.canonical, &c); err != nil {
		return hash, 0, fmt.Sprintf("the canonical bytes are no JSON of a log row: %v", err)
	}
	switch {
	case c.Site != r.site || c.Number != r.number:
		return hash, 0, fmt.Sprintf("the canonical bytes are of row %d of site %s", c.Number, c.Site)
	case micros(c.At) != r.at:
		return hash, 0, "the column at differs from the canonical bytes"
	case string(c.Kind) != r.kind:
		return hash, 0, "the column kind differs from the canonical bytes"
	case c.Incident != r.incident:
		return hash, 0, "the column incident differs from the canonical bytes"
	}
	for _, f := range []struct {
		what   string
		digest string
		have   *private
	}{{"name", c.Name, r.name}, {"note", c.Note, r.note}} {
		switch {
		case f.have == nil && f.digest != "":
			erased++
		case f.have != nil && f.have.digest() != f.digest:
			return hash, 0, fmt.Sprintf("the %s of the row is not the one whose digest was chained", f.what)
		}
	}
	return hash, erased, ""
}
