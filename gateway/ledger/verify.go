package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"shouwang.care/shouwang/alerts/care"
)

// Report is what a verification of the site logs found.
type Report struct {
	// Heads are the ends of the chains as they were recomputed, in order of
	// sites. Compared with heads that somebody else kept, they also prove that
	// nothing was cut off at the end.
	Heads []Head `json:"heads"`
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

// Verify recomputes the hash chain of every site.
func (s *Store) Verify(ctx context.Context) (Report, error) { return verify(ctx, s.read.db) }

// VerifyFile recomputes the hash chain of every site in a ledger file, which
// it only reads; a gateway may be running on it.
func VerifyFile(ctx context.Context, path string) (Report, error) {
	if _, err := os.Stat(path); err != nil {
		return Report{}, fmt.Errorf("verify ledger: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(path, "mode=ro", "_pragma=query_only(1)"))
	if err != nil {
		return Report{}, fmt.Errorf("verify ledger %s: %w", path, err)
	}
	report, err := verify(ctx, db)
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

func verify(ctx context.Context, db *sql.DB) (Report, error) {
	report, err := verifyChains(ctx, db)
	return report, wrapIf("verify the ledger", err)
}

func verifyChains(ctx context.Context, db *sql.DB) (Report, error) {
	report := Report{Heads: []Head{}, Breaks: []Break{}}
	// One read transaction: rows that a running gateway adds meanwhile are not
	// there, and heads and rows fit together.
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return report, err
	}
	defer tx.Rollback()

	broken := make(map[care.SiteID]bool)
	breakAt := func(site care.SiteID, number uint64, why string) {
		if !broken[site] {
			broken[site] = true
			report.Breaks = append(report.Breaks, Break{site, number, why})
		}
	}
	ends := make(map[care.SiteID]Head)
	rows, err := tx.QueryContext(ctx, wholeLog)
	if err != nil {
		return report, err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanLogRow(rows)
		if err != nil {
			return report, err
		}
		report.Rows++
		if broken[r.site] {
			continue // what follows a break proves nothing
		}
		end := ends[r.site]
		hash, erased, why := r.check(end)
		if why != "" {
			breakAt(r.site, min(r.number, end.Number+1), why)
			continue
		}
		report.Erased += erased
		ends[r.site] = Head{r.site, r.number, hash}
	}
	if err := rows.Err(); err != nil {
		return report, err
	}
	heads, err := readHeads(ctx, txReader{tx})
	if err != nil {
		return report, err
	}
	for _, h := range heads {
		switch end := ends[h.Site]; {
		case broken[h.Site]:
		case end.Number < h.Number:
			breakAt(h.Site, end.Number+1, fmt.Sprintf("the row is missing: the recorded head says %d rows", h.Number))
		case end.Number > h.Number:
			breakAt(h.Site, h.Number+1, fmt.Sprintf("the recorded head says that the log ends at row %d", h.Number))
		case end.Hash != h.Hash:
			breakAt(h.Site, h.Number, "the recorded head has another hash than the last row")
		default:
			report.Heads = append(report.Heads, end)
		}
		delete(ends, h.Site)
	}
	for site, end := range ends {
		breakAt(site, end.Number, "the log has no recorded head")
	}
	orphans, err := all(ctx, txReader{tx}, func(r *sql.Rows) (Break, error) {
		b := Break{}
		err := r.Scan(&b.Site, &b.Number)
		return b, err
	}, `SELECT p.site, p.number FROM site_log_private p WHERE NOT EXISTS
		(SELECT 1 FROM site_log l WHERE l.site = p.site AND l.number = p.number) ORDER BY p.site, p.number`)
	if err != nil {
		return report, err
	}
	for _, o := range orphans {
		breakAt(o.Site, o.Number, "there is personal data of a row that does not exist")
	}
	return report, nil
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
