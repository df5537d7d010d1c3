package api

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// HandHeader carries the token of the hand with which a person acts at a station.
const HandHeader = "X-Shouwang-Hand"

// The operations of stations that are about hands themselves: a station does
// them in its own name.
var byStation = []string{"take-hand", "drop-hand", "quiet-station"}

// ofPeople are what a station reads only for a person, beside what is about a
// single resident: the readings of one point may follow what he does, and a
// hand-over tells of everybody; photos are for leaders, and whom
// to call has telephones.
var ofPeople = []string{"series", "handover-page", "handover", "calls", "photos", "photo"}

// withHand reports whether an operation needs a person when a station asks for
// it: whatever changes something, and what is about a single resident. Boards,
// histories and the list for an evacuation are for whoever stands there.
func withHand(op *huma.Operation) bool {
	if slices.Contains(byStation, op.OperationID) {
		return false
	}
	return op.Method != http.MethodGet && op.Method != http.MethodHead || strings.HasPrefix(op.Path, "/api/residents") ||
		slices.Contains(ofPeople, op.OperationID)
}

// ownOnly reports whether an operation is about the account of whoever signed in:
// four digits are no proof for that.
func ownOnly(op *huma.Operation) bool { return strings.HasPrefix(op.Path, "/api/me/") }

// StationSession is the signed-in station behind a request.
type StationSession struct {
	Station people.User
	session string
	token   string // of the hand, if one came along
}

type stationKey struct{}

// StationOf returns the station behind the request of an operation, whoever acts
// at it. ok is false for people's own sessions.
func StationOf(ctx context.Context) (s StationSession, ok bool) {
	s, ok = ctx.Value(stationKey{}).(StationSession)
	return s, ok
}

// actor says in whose name a request of a station is done: for what needs a
// person that of the hand, else its own. The problem says what is missing.
func (a *API) actor(s StationSession, op *huma.Operation) (people.User, *Problem) {
	if ownOnly(op) {
		return people.User{}, NewProblem(http.StatusForbidden, CodeNotAllowed, "this is for a session of one's own, not for a station")
	}
	if !withHand(op) {
		return s.Station, nil
	}
	if u, ok := a.HandOf(s); ok {
		return u, nil
	}
	return people.User{}, NewProblem(http.StatusForbidden, CodeNeedsHand, "say who you are first: your tile and PIN, or your badge")
}

// HandOf returns the person whose hand came with the request, as he acts at the
// station, and lets the hand begin anew.
func (a *API) HandOf(s StationSession) (people.User, bool) {
	held, ok := a.hands.use(time.Now(), s.session, s.token)
	if !ok {
		return people.User{}, false
	}
	u, known := a.Book.Directory().Users[held.Person]
	if !known || !WorksAt(u, s.Station) {
		a.hands.drop(s.session) // his right has ended meanwhile
		return people.User{}, false
	}
	return atStation(u, s.Station), true
}

// atStation is a person as he acts at a station: only at its sites, and with the
// rights of a shift leader at most, since a PIN is short and seen by many.
func atStation(u, station people.User) people.User {
	if u.Role == people.Manager {
		u.Role = people.Leader
	}
	u.MustChange = false // that is about his password, which he did not use
	u.Scope.Sites = slices.DeleteFunc(slices.Clone(u.Scope.Sites), func(s care.SiteID) bool { return !slices.Contains(station.Scope.Sites, s) })
	return u
}

// WorksAt reports whether a person is staff where a station stands: of one of its
// sites, and a carer of single floors of one of its floors.
func WorksAt(u, station people.User) bool {
	if !u.Role.Staff() || u.Station != "" || u.Disabled ||
		!slices.ContainsFunc(u.Scope.Sites, func(s care.SiteID) bool { return slices.Contains(station.Scope.Sites, s) }) {
		return false
	}
	return u.Role != people.Carer || len(u.Scope.Floors) == 0 || len(station.Scope.Floors) == 0 ||
		slices.ContainsFunc(u.Scope.Floors, func(f string) bool { return slices.Contains(station.Scope.Floors, f) })
}

// limitTile is how often a PIN may be wrong at a station before its tile is
// locked: then one try each two minutes.
var (
	limitTile  = limit{5, 2 * time.Minute}
	limitBadge = limit{10, 20 * time.Second}
)

// HandByPIN gives a station the hand of a person who knows his PIN. The token is
// told once. Every wrong PIN is in the audit log.
func (a *API) HandByPIN(ctx context.Context, s StationSession, person care.UserID, pin string) (token string, h Hand, err error) {
	u, known := a.Book.Directory().Users[person]
	if !known || !WorksAt(u, s.Station) {
		return "", Hand{}, ErrNotFound("person")
	}
	refund, wait := a.throttle.takeOne("tile "+string(s.Station.ID)+" "+string(person), limitTile)
	if wait > 0 {
		return "", Hand{}, retryAfter(NewProblem(http.StatusTooManyRequests, CodeThrottled,
			fmt.Sprintf("the PIN was wrong too often: this tile is locked for %d s", seconds(wait))), wait)
	}
	// The directory knows no secrets.
	is, _, err := a.Accounts.User(ctx, person)
	if err != nil {
		refund()
		return "", Hand{}, err
	}
	if is.PINHash == "" {
		refund()
		return "", Hand{}, NewProblem(http.StatusConflict, CodeNoPIN, "no PIN is set: set one in a session of your own, or use your badge")
	}
	ok, err := a.gate.check(ctx, pin, is.PINHash)
	if err != nil {
		refund()
		return "", Hand{}, err
	}
	if !ok {
		if err := a.Refused(ctx, u, "PIN at "+string(s.Station.ID)); err != nil {
			return "", Hand{}, err
		}
		return "", Hand{}, NewProblem(http.StatusForbidden, CodeBadPIN, "the PIN is wrong")
	}
	refund()
	token, h = a.hands.take(time.Now(), s.session, person)
	return token, h, nil
}

// HandByBadge gives a station the hand of the person whose badge was read.
func (a *API) HandByBadge(ctx context.Context, s StationSession, badge string) (token string, h Hand, err error) {
	refund, wait := a.throttle.takeOne("badge "+string(s.Station.ID), limitBadge)
	if wait > 0 {
		return "", Hand{}, retryAfter(NewProblem(http.StatusTooManyRequests, CodeThrottled,
			fmt.Sprintf("too many unknown badges: try again in %d s", seconds(wait))), wait)
	}
	var found []people.User
	for _, u := range a.Book.Directory().Users {
		if u.Badge != "" && subtle.ConstantTimeCompare([]byte(u.Badge), []byte(badge)) == 1 && WorksAt(u, s.Station) {
			found = append(found, u)
		}
	}
	if len(found) != 1 { // one that two people have says nothing
		if err := a.Refused(ctx, people.User{}, "badge at "+string(s.Station.ID)); err != nil {
			return "", Hand{}, err
		}
		return "", Hand{}, NewProblem(http.StatusForbidden, CodeBadPIN, "the badge is nobody's who works here")
	}
	refund()
	token, h = a.hands.take(time.Now(), s.session, found[0].ID)
	return token, h, nil
}

// DropHand ends the hand of a station: the person is done.
func (a *API) DropHand(s StationSession) { a.hands.drop(s.session) }

// Prove asks a signed-in person for his password once more.
func (a *API) Prove(ctx context.Context, u people.User, password string) error {
	return a.prove(ctx, u, password)
}
