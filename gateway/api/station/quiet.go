package station

import (
	"context"
	"net/http"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// QuietFor is how long the sound of a station is held.
const QuietFor = 60 * time.Second

// QuietView says until when the sound is held.
type QuietView struct {
	Until time.Time `json:"until"`
}

// alarm is one alarm of an incident.
type alarm struct {
	incident string
	number   int
}

// quiets remembers which alarms somebody held at a station without saying who:
// for those nobody may do so again. It is in memory only, since each is 60 s.
type quiets struct {
	mu        sync.Mutex
	byStation map[care.UserID]map[alarm]bool
}

func newQuiets() *quiets { return &quiets{byStation: map[care.UserID]map[alarm]bool{}} }

// ask reports whether one of the alarms that wait now was not held yet.
func (q *quiets) ask(station care.UserID, waiting []alarm) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, a := range waiting {
		if !q.byStation[station][a] {
			return true
		}
	}
	return false
}

// note keeps that they were. What waits no more is forgotten.
func (q *quiets) note(station care.UserID, waiting []alarm) {
	q.mu.Lock()
	defer q.mu.Unlock()
	held := map[alarm]bool{}
	for _, a := range waiting {
		held[a] = true
	}
	q.byStation[station] = held
}

// quiet holds the sound of a station. The incidents stay raised, their ladders go
// on, and a new alarm sounds at once.
func (r *Room) quiet(ctx context.Context, a *api.API) (QuietView, error) {
	s, ok := api.StationOf(ctx)
	if !ok {
		return QuietView{}, errNoStation
	}
	open, err := r.Quieter.OpenIncidents(ctx)
	if err != nil {
		return QuietView{}, err
	}
	waiting := r.waiting(a.Book.Directory(), s.Station, open)
	if len(waiting) == 0 {
		return QuietView{}, api.NewProblem(http.StatusConflict, api.CodeStale, "nothing sounds at this station")
	}
	by := care.Act{At: time.Now(), Means: care.ByScreen}
	if person, ok := a.HandOf(s); ok {
		by = api.ActOf(person)
	} else if !r.quiets.ask(s.Station.ID, waiting) {
		return QuietView{}, api.NewProblem(http.StatusForbidden, api.CodeNeedsHand,
			"the sound of these alarms was held once already: accept one, or say who you are")
	}
	until := time.Now().Add(QuietFor).UTC().Truncate(time.Second)
	if err := r.Quieter.Quieted(ctx, s.Station, by, until); err != nil {
		return QuietView{}, err
	}
	r.quiets.note(s.Station.ID, waiting)
	return QuietView{Until: until}, nil
}

// waiting lists the alarms that nobody has accepted and the station shows.
func (r *Room) waiting(d *people.Directory, station people.User, open []care.Incident) []alarm {
	var all []alarm
	for _, i := range open {
		if i.Unattended() && d.SeesIncident(station, i) {
			all = append(all, alarm{i.ID, i.Alarms})
		}
	}
	return all
}
