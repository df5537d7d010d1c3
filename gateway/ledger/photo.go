package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"shouwang.care/shouwang/alerts/care"
)

// ErrTooManyPhotos is in the chain of an error when an incident has as many
// photos as it may have.
var ErrTooManyPhotos = fmt.Errorf("an incident has %d photos at most", care.MaxPhotos)

// ErrPhotoChanged is in the chain of an error when a picture is not the one that
// the log of the site names.
var ErrPhotoChanged = errors.New("the photo is not the one that was taken: run gateway verify-ledger")

// digestOfPicture is SHA-256 in hexadecimal.
func digestOfPicture(picture []byte) string {
	sum := sha256.Sum256(picture)
	return hex.EncodeToString(sum[:])
}

// AddPhoto keeps a photo and logs it with its incident, which gets a new revision,
// so that every board of it hears. It returns the photo with its digest, its
// size and when it is deleted. The error has ErrTooManyPhotos or ErrNotFound in
// its chain where the incident takes none or does not exist.
func (t *Tx) AddPhoto(ctx context.Context, p care.Photo, picture []byte) (care.Photo, error) {
	doing := "keep a photo of incident " + p.Incident
	i, err := t.Incident(ctx, p.Incident)
	if err != nil {
		return p, err
	}
	if i == nil || i.Site != p.Site {
		return p, fmt.Errorf("%s: %w", doing, ErrNotFound)
	}
	count := 0
	if _, err := first(ctx, t, func(r *sql.Rows) error { return r.Scan(&count) },
		`SELECT COUNT(*) FROM incident_photo WHERE incident = $1`, p.Incident); err != nil {
		return p, explain(doing, err)
	}
	if count >= care.MaxPhotos {
		return p, fmt.Errorf("%s: %w", doing, ErrTooManyPhotos)
	}
	i.Revision++
	if err := t.SaveIncident(ctx, *i); err != nil {
		return p, err
	}
	p.Digest, p.Bytes = digestOfPicture(picture), len(picture)
	row, err := t.Log(ctx, p.Site, care.Entry{Kind: care.EntryPhotographed, Incident: p.Incident, Act: p.By, To: p.ID, Digest: p.Digest})
	if err != nil {
		return p, err
	}
	p.By = row.Act
	p.DeletesAt = p.By.At.Add(care.PhotoKept)
	if err := t.exec(ctx, doing,
		`INSERT INTO incident_photo (id, incident, site, number, by_id, by_name, by_at, by_means, digest, bytes, width, height, deletes_at, picture)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		p.ID, p.Incident, string(p.Site), row.Number, string(p.By.By), p.By.Name, micros(p.By.At), string(p.By.Means),
		p.Digest, p.Bytes, p.Width, p.Height, micros(p.DeletesAt), picture); err != nil {
		return p, err
	}
	return p, t.Feed(ctx, care.FeedRow{At: p.By.At, Site: p.Site, Resident: i.Resident, Kind: care.EntryPhotographed, Ref: p.Incident})
}

const photoColumns = `p.id, p.incident, p.site, p.by_id, p.by_name, p.by_at, p.by_means, p.digest, p.bytes, p.width, p.height, p.deletes_at`

// scanPhoto reads a row of photoColumns; more is what follows them.
func scanPhoto(r *sql.Rows, more ...any) (care.Photo, error) {
	var (
		p           care.Photo
		at, deletes int64
	)
	err := r.Scan(append([]any{&p.ID, &p.Incident, &p.Site, &p.By.By, &p.By.Name, &at, &p.By.Means,
		&p.Digest, &p.Bytes, &p.Width, &p.Height, &deletes}, more...)...)
	p.By.At, p.DeletesAt = fromMicros(at), fromMicros(deletes)
	return p, err
}

func onlyPhoto(r *sql.Rows) (care.Photo, error) { return scanPhoto(r) }

// Photos returns the photos of an incident in the order of time, without their
// pictures.
func (s *Store) Photos(ctx context.Context, incident string) ([]care.Photo, error) {
	photos, err := all(ctx, s.read, onlyPhoto,
		`SELECT `+photoColumns+` FROM incident_photo p WHERE p.incident = $1 ORDER BY p.by_at, p.id`, incident)
	return photos, wrapIf("read the photos of incident "+incident, err)
}

// PhotoJPEG returns a photo of an incident as JPEG, nil where there is none. The
// error has ErrPhotoChanged in its chain where it is not what the log says.
func (s *Store) PhotoJPEG(ctx context.Context, incident, id string) (picture []byte, err error) {
	doing := "read photo " + id + " of incident " + incident
	found, err := all(ctx, s.read, scanKeptPhoto, selectKeptPhotos+`WHERE p.incident = $1 AND p.id = $2`, incident, id)
	if err != nil || len(found) == 0 {
		return nil, wrapIf(doing, err)
	}
	if why := found[0].check(); why != "" {
		return nil, fmt.Errorf("%s: %s: %w", doing, why, ErrPhotoChanged)
	}
	return found[0].picture, nil
}

// keptPhoto is a photo with its picture and the row of the log that names it.
type keptPhoto struct {
	care.Photo
	number  uint64
	picture []byte
	row     []byte // canonical
}

const selectKeptPhotos = `SELECT ` + photoColumns + `, p.number, p.picture, l.canonical FROM incident_photo p
	LEFT JOIN site_log l ON l.site = p.site AND l.number = p.number `

func scanKeptPhoto(r *sql.Rows) (k keptPhoto, err error) {
	k.Photo, err = scanPhoto(r, &k.number, &k.picture, &k.row)
	return k, err
}

// check says why a photo is not the one that its row of the log names, "" when it
// is. That the row is as it was written is for the chain.
func (k keptPhoto) check() string {
	var row canonical
	switch err := json.Unmarshal(k.row, &row); {
	case err != nil: // it may be missing, too
		return fmt.Sprintf("row %d of the log of site %s cannot be read: %v", k.number, k.Site, err)
	case row.Kind != care.EntryPhotographed || row.To != k.ID || row.Incident != k.Incident:
		return fmt.Sprintf("row %d of the log of site %s is not of photo %s", k.number, k.Site, k.ID)
	case row.Digest != digestOfPicture(k.picture):
		return fmt.Sprintf("photo %s is not the one whose digest was chained", k.ID)
	}
	return ""
}

// erasePhotos deletes the photos of an incident. The log goes on naming them.
func (t *Tx) erasePhotos(ctx context.Context, incident string) error {
	return t.exec(ctx, "delete the photos of incident "+incident, `DELETE FROM incident_photo WHERE incident = $1`, incident)
}

// photosSince is the schema from which on there are photos.
const photosSince = 12

// photos compares each photo that is kept with the log, one at a time: together
// they may be larger than the memory.
func (v *verification) photos(ctx context.Context, q querier) error {
	if version, err := schemaVersion(ctx, q); err != nil || version < photosSince {
		return err
	}
	rows, err := q.query(ctx, selectKeptPhotos+`ORDER BY p.site, p.number`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		k, err := scanKeptPhoto(rows)
		if err != nil {
			return err
		}
		if why := k.check(); why != "" {
			v.breakAt(k.Site, k.number, why)
		}
	}
	return rows.Err()
}
