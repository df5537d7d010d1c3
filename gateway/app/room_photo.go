package app

import (
	"context"
	"errors"
	"fmt"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/photo"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/picture"
)

// photoRoom is the part of the API for photos of incidents.
func (a *App) photoRoom() api.Room {
	return photo.Room{Photos: photoRows{a.store}, Clean: cleanPhoto}
}

// photoRows are the photos in the ledger.
type photoRows struct{ *ledger.Store }

// AddPhoto keeps a photo.
func (r photoRows) AddPhoto(ctx context.Context, p care.Photo, jpeg []byte) (added care.Photo, err error) {
	err = r.Update(ctx, func(tx *ledger.Tx) error {
		added, err = tx.AddPhoto(ctx, p, jpeg)
		return err
	})
	if errors.Is(err, ledger.ErrTooManyPhotos) {
		err = photo.ErrTooMany
	}
	return added, err
}

// cleanPhoto makes a picture of a file.
func cleanPhoto(file []byte) (jpeg []byte, width, height int, err error) {
	p, err := picture.Clean(file)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		err = fmt.Errorf("%w: a photo has 8 MiB and 40 megapixels at most", photo.ErrTooLarge)
	case errors.Is(err, picture.ErrNoPicture):
		err = fmt.Errorf("%w: send a JPEG, PNG or WebP", photo.ErrNoPicture)
	}
	return p.JPEG, p.Width, p.Height, err
}
