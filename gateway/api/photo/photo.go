// Package photo is the room of the API for photos of incidents: a leader or a
// manager shows what she found, such as a smoky kitchen, and looks at it later.
// Where none may be taken is said by alerts/care, how a file becomes a picture by
// gateway/picture, and how long one is kept by the ledger.
package photo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Photos are those that the ledger keeps.
type Photos interface {
	// AddPhoto keeps a photo, and returns it with its digest, its size and when it
	// is deleted. The error is ErrTooMany where the incident has enough.
	AddPhoto(ctx context.Context, p care.Photo, jpeg []byte) (care.Photo, error)
	// Photos returns those of an incident in the order of time.
	Photos(ctx context.Context, incident string) ([]care.Photo, error)
	// PhotoJPEG returns one of an incident, nil where there is none.
	PhotoJPEG(ctx context.Context, incident, id string) ([]byte, error)
}

// Cleaner makes a picture of a file: upright, small enough, and without anything
// but what is to be seen. The error is ErrTooLarge or ErrNoPicture.
type Cleaner func(file []byte) (jpeg []byte, width, height int, err error)

// The errors of Photos and Cleaner.
var (
	ErrTooMany   = errors.New("the incident has as many photos as it may have")
	ErrTooLarge  = errors.New("the photo is too large")
	ErrNoPicture = errors.New("the file is no photo that can be read")
)

// The codes of problems of this room.
const (
	CodePrivateRoom = "photo_private_room" // people undress or lie there
	CodeUnknownRoom = "photo_unknown_room" // nobody has said what the room is
	CodePrivateHome = "photo_private_home" // somebody's own four walls
	CodeTooMany     = "too_many_photos"
	CodeNoPicture   = "no_picture" // the file is no photo that can be read
)

// refusals say why no photo may be taken.
var refusals = map[care.PhotoRule]*api.Problem{
	care.PhotoPrivate: api.NewProblem(http.StatusConflict, CodePrivateRoom, "no photos are taken in bedrooms and bathrooms: write a note instead"),
	care.PhotoUnknown: api.NewProblem(http.StatusConflict, CodeUnknownRoom, "nobody has said what this room is, so no photos are taken there: enter its kind in the administration, or write a note"),
	care.PhotoAtHome:  api.NewProblem(http.StatusConflict, CodePrivateHome, "no photos are taken in private homes: write a note instead"),
}

// PhotoView is a photo without its picture.
type PhotoView struct {
	ID        string      `json:"id"`
	By        api.ActView `json:"by"`
	Digest    string      `json:"sha256" doc:"of the picture, in hexadecimal, as the log of the site has it"`
	Bytes     int         `json:"bytes"`
	Width     int         `json:"width" doc:"pixels"`
	Height    int         `json:"height" doc:"pixels"`
	DeletesAt time.Time   `json:"deletes_at"`
}

// PhotoList are the photos of an incident.
type PhotoList struct {
	Photos []PhotoView `json:"photos" doc:"in the order of time; those that are deleted are in the history of the incident only"`
}

// The names of these types are those of schemas, which are one namespace.
type addPhotoRequest struct {
	ID      string `path:"id" minLength:"1" maxLength:"64"`
	RawBody []byte `contentType:"image/*"`
}

type photosRequest struct {
	ID string `path:"id" minLength:"1" maxLength:"64"`
}

type photoRequest struct {
	ID    string `path:"id" minLength:"1" maxLength:"64"`
	Photo string `path:"photo" minLength:"1" maxLength:"64"`
}

// maxFile is the greatest size of a file that is sent, in bytes.
const maxFile = 8 << 20

// Room holds the ports that the operations need.
type Room struct {
	Photos Photos
	Clean  Cleaner
}

type room struct {
	Room
	*api.API
	// turn lets one photo at a time be cleaned: each takes much memory for a while,
	// and a home's gateway has little.
	turn chan struct{}
}

// leaders are who shows and sees photos.
var leaders = []people.Role{people.Leader, people.Manager}

// Register enters the operations.
func (r Room) Register(a *api.API) {
	p := room{r, a, make(chan struct{}, 1)}
	op := func(id, method, path, summary string, more ...int) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"incidents"},
			MaxBodyBytes: maxFile, Errors: append(more, http.StatusNotFound),
		}
	}
	api.Viewed(a, op("add-photo", http.MethodPost, "/api/incidents/{id}/photos",
		"Add a photo (JPEG, PNG or WebP), where IncidentView.photos is allowed; it is drawn anew without metadata and deleted after 30 days",
		http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity), leaders, p.add)
	api.Viewed(a, op("photos", http.MethodGet, "/api/incidents/{id}/photos", "The photos of an incident"), leaders, p.list)
	api.Filed(a, op("photo", http.MethodGet, "/api/incidents/{id}/photos/{photo}", "One photo of an incident"), jpegType, leaders, p.show)
}

const jpegType = "image/jpeg"

// incident returns one that the user sees.
func (p room) incident(ctx context.Context, u people.User, id string) (care.Incident, error) {
	i, err := p.Book.Incident(ctx, id)
	if err != nil {
		return care.Incident{}, err
	}
	if i == nil || !p.Book.Directory().SeesIncident(u, *i) {
		return care.Incident{}, api.ErrNotFound("incident")
	}
	return *i, nil
}

func (p room) add(ctx context.Context, u people.User, in *addPhotoRequest) (PhotoView, error) {
	i, err := p.incident(ctx, u, in.ID)
	if err != nil {
		return PhotoView{}, err
	}
	d := p.Book.Directory()
	if !d.Acts(u, i.Site) {
		return PhotoView{}, api.NewProblem(http.StatusForbidden, api.CodeNotAllowed, "you may see this incident but not act on it")
	}
	if refused, is := refusals[d.PhotoRule(i)]; is {
		return PhotoView{}, refused
	}
	// Whoever cannot add one more need not wait for the picture to be drawn.
	have, err := p.Photos.Photos(ctx, i.ID)
	if err != nil {
		return PhotoView{}, err
	}
	if len(have) >= care.MaxPhotos {
		return PhotoView{}, problemOf(ErrTooMany)
	}
	jpeg, width, height, err := p.clean(ctx, in.RawBody)
	if err != nil {
		return PhotoView{}, problemOf(err)
	}
	added, err := p.Photos.AddPhoto(ctx, care.Photo{
		ID: care.NewID(), Incident: i.ID, Site: i.Site, By: api.ActOf(u), Width: width, Height: height,
	}, jpeg)
	if err != nil {
		return PhotoView{}, problemOf(err)
	}
	return view(added), nil
}

// clean makes a picture of a file when it is its turn.
func (p room) clean(ctx context.Context, file []byte) (jpeg []byte, width, height int, err error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
		return p.Clean(file)
	case <-ctx.Done():
		return nil, 0, 0, context.Cause(ctx)
	}
}

// problemOf says what is wrong with a photo; other errors are as they were.
func problemOf(err error) error {
	switch {
	case errors.Is(err, ErrTooMany):
		return api.NewProblem(http.StatusConflict, CodeTooMany, "the incident has 10 photos, and may not have more")
	case errors.Is(err, ErrTooLarge):
		return api.NewProblem(http.StatusRequestEntityTooLarge, api.CodeTooLarge, err.Error())
	case errors.Is(err, ErrNoPicture):
		return api.NewProblem(http.StatusUnprocessableEntity, CodeNoPicture, err.Error())
	}
	return err
}

func (p room) list(ctx context.Context, u people.User, in *photosRequest) (PhotoList, error) {
	i, err := p.incident(ctx, u, in.ID)
	if err != nil {
		return PhotoList{}, err
	}
	photos, err := p.Photos.Photos(ctx, i.ID)
	if err != nil {
		return PhotoList{}, err
	}
	l := PhotoList{Photos: []PhotoView{}}
	for _, photo := range photos {
		l.Photos = append(l.Photos, view(photo))
	}
	return l, nil
}

func (p room) show(ctx context.Context, u people.User, in *photoRequest) (api.File, error) {
	i, err := p.incident(ctx, u, in.ID)
	if err != nil {
		return api.File{}, err
	}
	jpeg, err := p.Photos.PhotoJPEG(ctx, i.ID, in.Photo)
	if err != nil {
		return api.File{}, err
	}
	if jpeg == nil {
		return api.File{}, api.ErrNotFound("photo")
	}
	if err := p.Looked(ctx, u, "photos:"+i.ID); err != nil {
		return api.File{}, err
	}
	return api.File{Name: "photo.jpg", Type: jpegType, Inline: true, Write: func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(jpeg))
		return err
	}}, nil
}

func view(p care.Photo) PhotoView {
	return PhotoView{
		ID: p.ID, By: api.ActView{Name: p.By.Name, By: string(p.By.By), At: p.By.At, Means: p.By.Means},
		Digest: p.Digest, Bytes: p.Bytes, Width: p.Width, Height: p.Height, DeletesAt: p.DeletesAt,
	}
}
