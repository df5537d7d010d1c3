// Package station is the part of the API for the screens that stand in a house.
// A station signs in once, and what people do there is theirs: with the tile of
// a person and a PIN, or a badge, it gets a hand, which names the person in every
// act until he is done. Without one, somebody may only hold the sound for a
// minute.
//
// That acts of a station need a hand, and who may have one, is said by package
// api; whether a board can be seen and heard by watch/boards.
package station

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Duty knows who is on duty.
type Duty interface {
	// OnDuty returns the people of a site's roster who are on duty at a time, for
	// the floors named or for all; none where the site has no roster.
	OnDuty(ctx context.Context, site care.SiteID, at time.Time) (map[care.UserID][]string, error)
}

// Pins keeps the PINs of people.
type Pins interface {
	// SetPIN replaces the argon2id hash of a person's PIN.
	SetPIN(ctx context.Context, user care.UserID, hash string) error
	// HavePIN lists the people who have one.
	HavePIN(ctx context.Context) (map[care.UserID]bool, error)
}

// Quieter notes that the sound of a station is held.
type Quieter interface {
	// OpenIncidents returns all open incidents.
	OpenIncidents(ctx context.Context) ([]care.Incident, error)
	// Quieted writes into the logs of what waits on a station's board that its
	// sound is held until a time.
	Quieted(ctx context.Context, station people.User, by care.Act, until time.Time) error
}

// Room are the operations of stations.
type Room struct {
	Duty    Duty
	Pins    Pins
	Quieter Quieter
	quiets  *quiets
}

// New returns the room with what it works with; without any it only describes
// itself.
func New(duty Duty, pins Pins, quieter Quieter) *Room {
	return &Room{duty, pins, quieter, newQuiets()}
}

// staff are the roles that act at stations, and the role of stations.
var staff = []people.Role{people.Carer, people.Leader, people.Manager}

// errNoStation answers people who ask for what only a station does.
var errNoStation = api.NewProblem(http.StatusForbidden, api.CodeNotAllowed, "this is for stations only")

// Register enters the operations.
func (r *Room) Register(a *api.API) {
	op := func(id, method, path, summary string, errors ...int) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"station"}, MaxBodyBytes: 4 << 10,
			Errors: append(errors, http.StatusForbidden),
		}
	}
	api.Viewed(a, op("station-people", http.MethodGet, "/api/station/people", "The tiles of a station: who works where it stands, those on duty first"), staff,
		func(ctx context.Context, _ people.User, _ *struct{}) (PeopleView, error) { return r.people(ctx, a) })
	api.Viewed(a, op("take-hand", http.MethodPost, "/api/station/hand", "Say who is at the station, by tile and PIN or by badge; acts then carry the token as "+api.HandHeader,
		http.StatusNotFound, http.StatusConflict, http.StatusTooManyRequests), staff,
		func(ctx context.Context, _ people.User, in *handRequest) (HandView, error) { return r.hand(ctx, a, in) })
	api.Viewed(a, op("drop-hand", http.MethodDelete, "/api/station/hand", "Say that the person is done"), staff,
		func(ctx context.Context, _ people.User, _ *struct{}) (DoneView, error) {
			s, ok := api.StationOf(ctx)
			if !ok {
				return DoneView{}, errNoStation
			}
			a.DropHand(s)
			return DoneView{Done: true}, nil
		})
	api.Viewed(a, op("quiet-station", http.MethodPost, "/api/station/quiet", "Hold the sound of a station for 60 s: once for an alarm without saying who, again with a hand",
		http.StatusConflict), staff,
		func(ctx context.Context, _ people.User, _ *struct{}) (QuietView, error) { return r.quiet(ctx, a) })
	api.Viewed(a, op("set-pin", http.MethodPut, "/api/me/pin", "Set one's own PIN for stations", http.StatusUnprocessableEntity, http.StatusTooManyRequests), staff,
		func(ctx context.Context, u people.User, in *pinRequest) (PinView, error) {
			return r.setPIN(ctx, a, u, in)
		})
}

// PeopleView are the tiles of a station.
type PeopleView struct {
	People []TileView `json:"people"`
}

// TileView is one person.
type TileView struct {
	ID   care.UserID `json:"id"`
	Name string      `json:"name"`
	Role people.Role `json:"role" enum:"carer,leader,manager"`
	On   bool        `json:"on" doc:"on duty now, by the roster"`
	PIN  bool        `json:"pin" doc:"has set a PIN"`
}

func (r *Room) people(ctx context.Context, a *api.API) (PeopleView, error) {
	s, ok := api.StationOf(ctx)
	if !ok {
		return PeopleView{}, errNoStation
	}
	pins, err := r.Pins.HavePIN(ctx)
	if err != nil {
		return PeopleView{}, err
	}
	on := map[care.UserID]bool{}
	for _, site := range s.Station.Scope.Sites {
		duty, err := r.Duty.OnDuty(ctx, site, time.Now())
		if err != nil {
			return PeopleView{}, err
		}
		for id, floors := range duty {
			on[id] = on[id] || meet(floors, s.Station.Scope.Floors)
		}
	}
	v := PeopleView{People: []TileView{}}
	for id, u := range a.Book.Directory().Users {
		if api.WorksAt(u, s.Station) {
			v.People = append(v.People, TileView{ID: id, Name: u.Name, Role: u.Role, On: on[id], PIN: pins[id]})
		}
	}
	slices.SortFunc(v.People, func(x, y TileView) int {
		return cmp.Or(rank(x)-rank(y), cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
	})
	return v, nil
}

// meet reports whether two lists of floors, of which an empty one is all, have
// one in common.
func meet(x, y []string) bool {
	return len(x) == 0 || len(y) == 0 || slices.ContainsFunc(x, func(f string) bool { return slices.Contains(y, f) })
}

// rank puts those on duty first, and then carers before those who are seldom at
// a station.
func rank(t TileView) int {
	n := slices.Index(staff, t.Role)
	if !t.On {
		n += len(staff)
	}
	return n
}

type handRequest struct {
	Body struct {
		User  care.UserID `json:"user,omitempty" maxLength:"64" doc:"the tile"`
		PIN   string      `json:"pin,omitempty" maxLength:"8"`
		Badge string      `json:"badge,omitempty" maxLength:"128" doc:"what the reader says, instead of tile and PIN"`
	}
}

// HandView is the hand of a person at a station.
type HandView struct {
	Token string      `json:"token" doc:"told once; the header of acts"`
	User  care.UserID `json:"user"`
	Name  string      `json:"name"`
	Until time.Time   `json:"until" doc:"each use moves it on"`
}

// DoneView says that nobody is at work at the station.
type DoneView struct {
	Done bool `json:"done"`
}

func (r *Room) hand(ctx context.Context, a *api.API, in *handRequest) (HandView, error) {
	s, ok := api.StationOf(ctx)
	if !ok {
		return HandView{}, errNoStation
	}
	var (
		token string
		h     api.Hand
		err   error
	)
	switch b := in.Body; {
	case b.Badge != "":
		token, h, err = a.HandByBadge(ctx, s, b.Badge)
	case b.User != "" && b.PIN != "":
		token, h, err = a.HandByPIN(ctx, s, b.User, b.PIN)
	default:
		err = api.NewProblem(http.StatusUnprocessableEntity, api.CodeInvalid, "give a tile with its PIN, or a badge")
	}
	if err != nil {
		return HandView{}, err
	}
	return HandView{Token: token, User: h.Person, Name: a.Book.Directory().Users[h.Person].Name, Until: h.Until.UTC()}, nil
}

type pinRequest struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"256" doc:"the present one of the account"`
		PIN      string `json:"pin" minLength:"1" maxLength:"8" doc:"four to eight digits that nobody expects"`
	}
}

// PinView says that a PIN is set.
type PinView struct {
	Set bool `json:"set"`
}

// setPIN asks for the password, though the session is the person's own: a PIN
// that a colleague could set on a screen left open would act in her name.
func (r *Room) setPIN(ctx context.Context, a *api.API, u people.User, in *pinRequest) (PinView, error) {
	if err := a.Prove(ctx, u, in.Body.Password); err != nil {
		return PinView{}, err
	}
	if api.WeakPIN(in.Body.PIN) {
		return PinView{}, api.NewProblem(http.StatusUnprocessableEntity, api.CodeWeak,
			"take four to eight digits that nobody expects: no 1234, no 0000, no year")
	}
	hash, err := api.HashPassword(in.Body.PIN)
	if err != nil {
		return PinView{}, err
	}
	if err := a.Record(ctx, u, care.AuditChanged, "user:"+string(u.ID), "PIN"); err != nil {
		return PinView{}, err
	}
	return PinView{Set: true}, r.Pins.SetPIN(ctx, u.ID, hash)
}
