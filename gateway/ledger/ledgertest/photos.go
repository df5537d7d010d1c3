package ledgertest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

// jpegs are pictures as far as the ledger knows.
var jpegs = [][]byte{[]byte("\xff\xd8smoke over the stove\xff\xd9"), []byte("\xff\xd8the stove is off\xff\xd9")}

func digestOf(picture []byte) string {
	sum := sha256.Sum256(picture)
	return hex.EncodeToString(sum[:])
}

// photographed adds a photo that li took to an incident.
func photographed(t *testing.T, s *ledger.Store, incident, id string, at time.Time, picture []byte) care.Photo {
	t.Helper()
	var added care.Photo
	update(t, s, func(tx *ledger.Tx) (err error) {
		added, err = tx.AddPhoto(t.Context(), care.Photo{ID: id, Incident: incident, Site: home, By: li(at), Width: 4, Height: 3}, picture)
		return err
	})
	return added
}

func testPhotos(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	update(t, s, func(tx *ledger.Tx) error {
		return errors.Join(tx.SaveIncident(ctx, raised("i-1", care.Fire, "zone:kitchen")), tx.SaveIncident(ctx, raised("i-2", care.WaterLeak, "point:sink")))
	})
	var want []care.Photo
	for n, picture := range jpegs {
		at := now.Add(time.Duration(n) * time.Minute)
		p := care.Photo{
			ID: fmt.Sprintf("p-%d", n), Incident: "i-1", Site: home, By: li(at), Digest: digestOf(picture), Bytes: len(picture),
			Width: 4, Height: 3, DeletesAt: at.Add(30 * 24 * time.Hour),
		}
		want = append(want, p)
		if diff := cmp.Diff(p, photographed(t, s, "i-1", p.ID, at, picture)); diff != "" {
			t.Errorf("added is (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(want, must[[]care.Photo](t)(s.Photos(ctx, "i-1"))); diff != "" {
		t.Errorf("the photos (-want +got):\n%s", diff)
	}
	for n, picture := range jpegs {
		if got := must[[]byte](t)(s.PhotoJPEG(ctx, "i-1", want[n].ID)); !bytes.Equal(got, picture) {
			t.Errorf("picture %d is %q", n, got)
		}
	}
	for _, none := range [][2]string{{"i-1", "p-9"}, {"i-2", "p-0"}} {
		if got := must[[]byte](t)(s.PhotoJPEG(ctx, none[0], none[1])); got != nil {
			t.Errorf("incident %s has photo %s: %q", none[0], none[1], got)
		}
	}
	if i := must[*care.Incident](t)(s.Incident(ctx, "i-1")); i.Revision != 3 {
		t.Errorf("the incident has revision %d", i.Revision)
	}
	entries := []care.Entry{
		{Kind: care.EntryPhotographed, Incident: "i-1", Act: li(now), To: "p-0", Digest: want[0].Digest},
		{Kind: care.EntryPhotographed, Incident: "i-1", Act: li(now.Add(time.Minute)), To: "p-1", Digest: want[1].Digest},
	}
	if diff := cmp.Diff(entries, lastEntries(t, s, 2)); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	verified(t, s, nil)
}

// testPhotosRefused: what is refused leaves neither a row nor a word in the log.
func testPhotosRefused(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	update(t, s, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, raised("i-1", care.Fire, "zone:kitchen")) })
	for n := range care.MaxPhotos {
		photographed(t, s, "i-1", fmt.Sprintf("p-%d", n), now, jpegs[0])
	}
	before := lastEntries(t, s, 100)
	for _, test := range []struct {
		photo care.Photo
		want  error
	}{
		{care.Photo{ID: "p-10", Incident: "i-1", Site: home}, ledger.ErrTooManyPhotos},
		{care.Photo{ID: "p-11", Incident: "none", Site: home}, ledger.ErrNotFound},
		{care.Photo{ID: "p-12", Incident: "i-1", Site: "qiutao"}, ledger.ErrNotFound},
	} {
		err := s.Update(ctx, func(tx *ledger.Tx) error {
			_, err := tx.AddPhoto(ctx, test.photo, jpegs[0])
			return err
		})
		if !errors.Is(err, test.want) {
			t.Errorf("photo %s gives %v, want %v", test.photo.ID, err, test.want)
		}
	}
	if diff := cmp.Diff(before, lastEntries(t, s, 100)); diff != "" {
		t.Errorf("the log changed (-before +after):\n%s", diff)
	}
	if photos := must[[]care.Photo](t)(s.Photos(ctx, "i-1")); len(photos) != care.MaxPhotos {
		t.Errorf("there are %d photos", len(photos))
	}
}

// testPhotosChanged: whoever puts another picture in the place of one is found,
// also when he writes another digest beside it.
func testPhotosChanged(t *testing.T, e Engine) {
	for _, test := range []struct {
		name, query string
		args        []any
		why         string
	}{
		{"picture", `UPDATE incident_photo SET picture = $1 WHERE id = 'p-0'`, []any{jpegs[1]}, "not the one whose digest"},
		{"picture and digest", `UPDATE incident_photo SET picture = $1, digest = $2 WHERE id = 'p-0'`, []any{jpegs[1], digestOf(jpegs[1])}, "not the one whose digest"},
		{"another one's row", `UPDATE incident_photo SET number = number + 1 WHERE id = 'p-0'`, nil, "not of photo p-0"},
		{"no row", `UPDATE incident_photo SET number = 99 WHERE id = 'p-0'`, nil, "cannot be read"},
		{"another incident", `UPDATE incident_photo SET incident = 'i-2' WHERE id = 'p-0'`, nil, "not of photo p-0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := furnished(t, e)
			ctx := t.Context()
			update(t, s, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, raised("i-1", care.Fire, "zone:kitchen")) })
			photographed(t, s, "i-1", "p-0", now, jpegs[0])
			photographed(t, s, "i-1", "p-1", now, jpegs[1])
			e.Tamper(t, s, test.query, test.args...)
			report := must[ledger.Report](t)(s.Verify(ctx))
			if err := report.Err(); err == nil || !strings.Contains(err.Error(), test.why) {
				t.Errorf("the verification says %v, want %q", err, test.why)
			}
			for _, incident := range []string{"i-1", "i-2"} {
				picture, err := s.PhotoJPEG(ctx, incident, "p-0")
				if picture != nil || err != nil && !errors.Is(err, ledger.ErrPhotoChanged) {
					t.Errorf("incident %s shows %q, %v", incident, picture, err)
				}
			}
		})
	}
}

// testPhotosExpire: after 30 days a photo is gone, of an open incident, too, and
// the log that names it verifies with heads that were signed before.
func testPhotosExpire(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	update(t, s, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, raised("i-1", care.Fire, "zone:kitchen")) })
	first := photographed(t, s, "i-1", "p-0", now, jpegs[0])
	photographed(t, s, "i-1", "p-1", now.Add(time.Hour), jpegs[1])
	heads := must[[]ledger.SignedHead](t)(s.SignHeads(ctx, now.Add(2*time.Hour)))
	erase := func(at time.Time) ledger.Erased {
		t.Helper()
		return must[ledger.Erased](t)(s.EraseOld(ctx, ledger.Retention{Expired: at}, care.Act{At: at, Means: care.BySystem}))
	}
	if done := erase(first.DeletesAt); len(done) != 0 {
		t.Errorf("in time %v was erased", done)
	}
	if diff := cmp.Diff(ledger.Erased{"photos": 1}, erase(first.DeletesAt.Add(time.Second))); diff != "" {
		t.Errorf("erased was (-want +got):\n%s", diff)
	}
	if picture := must[[]byte](t)(s.PhotoJPEG(ctx, "i-1", "p-0")); picture != nil {
		t.Error("the picture is still there")
	}
	if left := must[[]care.Photo](t)(s.Photos(ctx, "i-1")); len(left) != 1 || left[0].ID != "p-1" {
		t.Errorf("left is %v", left)
	}
	named := false
	for _, entry := range must[[]care.Entry](t)(s.Entries(ctx, "i-1")) {
		named = named || entry.Kind == care.EntryPhotographed && entry.To == "p-0" && entry.Digest == digestOf(jpegs[0])
	}
	if !named {
		t.Error("the log does not name the photo any more")
	}
	verified(t, s, heads)
}

// testPhotosErased: with a resident go the photos of his incidents, and those of
// others stay; what is exported of him lists his.
func testPhotosErased(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	hers, other := raised("i-1", care.Fall, "point:203-call"), raised("i-2", care.Fire, "zone:kitchen")
	other.Resident, other.Point, other.Zone = "", "203-smoke-1", "kitchen"
	resolve(&hers, now)
	update(t, s, func(tx *ledger.Tx) error { return errors.Join(tx.SaveIncident(ctx, hers), tx.SaveIncident(ctx, other)) })
	want := photographed(t, s, "i-1", "p-0", now, jpegs[0])
	photographed(t, s, "i-2", "p-1", now, jpegs[1])
	heads := must[[]ledger.SignedHead](t)(s.SignHeads(ctx, now.Add(time.Hour)))
	if diff := cmp.Diff([]care.Photo{want}, must[ledger.PersonRecord](t)(s.Person(ctx, "r-1")).Photos); diff != "" {
		t.Errorf("the photos of her incidents (-want +got):\n%s", diff)
	}
	if err := s.ErasePerson(ctx, "r-1", admin, "left"); err != nil {
		t.Fatal(err)
	}
	if picture := must[[]byte](t)(s.PhotoJPEG(ctx, "i-1", "p-0")); picture != nil {
		t.Error("her photo is still there")
	}
	if rec := must[ledger.PersonRecord](t)(s.Person(ctx, "r-1")); len(rec.Photos) != 0 {
		t.Errorf("still listed are %v", rec.Photos)
	}
	if picture := must[[]byte](t)(s.PhotoJPEG(ctx, "i-2", "p-1")); picture == nil {
		t.Error("the photo of another incident is gone")
	}
	verified(t, s, heads)
}
