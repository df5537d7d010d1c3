package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// documentsKey is the setting that changes whenever a document is saved.
const documentsKey = "documents.revision"

// StaleError says that a document was saved by somebody else since the one who
// saves it now has seen it.
type StaleError struct {
	// Have is the revision that the ledger has, 0 for none.
	Have int
}

// Error tells both revisions apart for a log; screens say it in their words.
func (e *StaleError) Error() string {
	return fmt.Sprintf("the document was changed meanwhile, it has revision %d: read it again and repeat the change", e.Have)
}

const selectDocuments = `SELECT site, kind, name, body, revision, saved_at, saved_by FROM document `

func scanDocument(r *sql.Rows) (alerts.Document, error) {
	var (
		d  alerts.Document
		at int64
	)
	err := r.Scan(&d.Site, &d.Kind, &d.Name, &d.Body, &d.Revision, &at, &d.SavedBy)
	d.SavedAt = fromMicros(at)
	if d.Body == nil { // SQLite's form of no bytes
		d.Body = []byte{}
	}
	return d, err
}

// documentRef names a document within its site: its kind, and its name where
// it has one.
func documentRef(kind alerts.DocumentKind, name string) string {
	if name == "" {
		return string(kind)
	}
	return string(kind) + ":" + name
}

// SaveDocument keeps a document and returns it with its new revision, and when
// and by whom it was saved. d.Revision is the one that the saver has seen, 0
// for a new document; when another was saved since, the error is a *StaleError
// and nothing is changed. The log of the site gets a row with the digest of the
// document. What is in it was checked by the caller.
func (t *Tx) SaveDocument(ctx context.Context, d alerts.Document, by care.Act) (alerts.Document, error) {
	ref := documentRef(d.Kind, d.Name)
	doing := "save the document " + ref + " of site " + string(d.Site)
	if by.At.IsZero() {
		by.At = time.Now()
	}
	by.At = by.At.UTC().Truncate(time.Microsecond)
	was, found, err := document(ctx, t, d.Site, d.Kind, d.Name)
	if err != nil {
		return alerts.Document{}, explain(doing, err)
	}
	if d.Revision != was.Revision || found != (d.Revision > 0) {
		return alerts.Document{}, &StaleError{Have: was.Revision}
	}
	d.Revision++
	d.SavedAt, d.SavedBy = by.At, by.By
	if d.Body == nil {
		d.Body = []byte{} // the column is never NULL
	}
	if err := t.exec(ctx, doing,
		`INSERT INTO document (site, kind, name, body, revision, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (site, kind, name) DO UPDATE
		SET body = excluded.body, revision = excluded.revision, saved_at = excluded.saved_at, saved_by = excluded.saved_by`,
		string(d.Site), string(d.Kind), d.Name, d.Body, d.Revision, micros(d.SavedAt), string(d.SavedBy)); err != nil {
		return alerts.Document{}, err
	}
	digest := sha256.Sum256(d.Body)
	entry := care.Entry{Kind: care.EntryConfig, Act: by, Reason: ref, Digest: hex.EncodeToString(digest[:])}
	if _, err := t.Log(ctx, d.Site, entry); err != nil {
		return alerts.Document{}, err
	}
	if err := t.setSetting(ctx, documentsKey, care.NewID()); err != nil {
		return alerts.Document{}, err
	}
	if err := t.registersChanged(ctx); err != nil {
		return alerts.Document{}, err
	}
	return d, t.Feed(ctx, care.FeedRow{At: by.At, Site: d.Site, Kind: care.EntryConfig, Ref: string(d.Site)})
}

func document(ctx context.Context, q querier, site care.SiteID, kind alerts.DocumentKind, name string) (d alerts.Document, found bool, err error) {
	found, err = first(ctx, q, func(r *sql.Rows) (err error) {
		d, err = scanDocument(r)
		return err
	}, selectDocuments+`WHERE site = $1 AND kind = $2 AND name = $3`, string(site), string(kind), name)
	return d, found, err
}

// Document returns a document; found is false when there is none, which stands
// for what is built in.
func (s *Store) Document(ctx context.Context, site care.SiteID, kind alerts.DocumentKind, name string) (d alerts.Document, found bool, err error) {
	d, found, err = document(ctx, s.read, site, kind, name)
	return d, found, wrapIf("read the document "+documentRef(kind, name)+" of site "+string(site), err)
}

// Documents returns all documents of a kind, in order of site and name.
func (s *Store) Documents(ctx context.Context, kind alerts.DocumentKind) ([]alerts.Document, error) {
	found, err := all(ctx, s.read, scanDocument, selectDocuments+`WHERE kind = $1 ORDER BY site, name`, string(kind))
	return found, wrapIf("read the documents "+string(kind), err)
}

// DocumentsRevision returns a text that changes whenever a document is saved,
// by whatever process; empty while there is none. It is cheap to ask.
func (s *Store) DocumentsRevision(ctx context.Context) (string, error) {
	revision, _, err := s.Setting(ctx, documentsKey)
	return revision, err
}
