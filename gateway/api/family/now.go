package family

import (
	"cmp"
	"context"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// NowView is how the elders of a family are.
type NowView struct {
	Time   time.Time   `json:"time"`
	Elders []ElderView `json:"elders"`
}

// ElderView is one elder. Without consent it has no more than whom to ask.
type ElderView struct {
	ID      care.ResidentID `json:"id"`
	Name    string          `json:"name"`
	Consent bool            `json:"consent" doc:"he consented that his family is informed"`
	// Watched says that everything which watches him works.
	Watched bool       `json:"watched"`
	Since   *time.Time `json:"since,omitempty" doc:"since when he is not watched; absent where nobody knows"`
	Away    bool       `json:"away,omitempty" doc:"he is not in the house: in hospital, with his family"`
	Left    bool       `json:"left,omitempty" doc:"he is not watched here any more"`
	Call    CallView   `json:"call"`
	Routine *care.Text `json:"routine,omitempty" doc:"his usual day, with his consent only"`
	Last    []LastView `json:"last" doc:"what happened, the latest first"`
}

// CallView is whom to call, and whom she will find there.
type CallView struct {
	Place     care.Text   `json:"place" doc:"name of the home or the team"`
	Telephone string      `json:"telephone,omitempty"`
	TimeZone  string      `json:"time_zone"`
	Roles     []care.Text `json:"roles" doc:"who is responsible, by what they are"`
}

// LastView is one thing that happened, as a sentence.
type LastView struct {
	At   time.Time `json:"at"`
	Text care.Text `json:"text"`
	Open bool      `json:"open,omitempty" doc:"it is not over"`
}

const (
	// lastFor is how far back a family is told, lastCount how many sentences.
	lastFor   = 30 * 24 * time.Hour
	lastCount = 10
)

func (r *Room) now(ctx context.Context, u people.User, _ *struct{}) (NowView, error) {
	d := r.a.Book.Directory()
	shelves, err := r.a.ShelfList.Shelves(ctx)
	if err != nil {
		return NowView{}, err
	}
	w := watching{
		d: d, points: r.a.Coverage.Points(), edges: r.a.Coverage.Edges(), shelves: shelves, now: time.Now(),
	}
	v := NowView{Time: w.now.UTC(), Elders: []ElderView{}}
	for _, id := range u.Scope.Residents {
		elder, ok := d.Residents[id]
		if !ok {
			continue
		}
		e := ElderView{ID: id, Name: elder.Name, Consent: elder.FamilyConsent, Call: callOf(d, elder.Site), Last: []LastView{}}
		if elder.FamilyConsent {
			e.Away, e.Left = elder.Away, elder.LeftAt != nil
			e.Watched, e.Since = w.of(elder)
			if elder.RoutineConsent && elder.Routine != (care.Text{}) {
				e.Routine = &elder.Routine
			}
			if e.Last, err = r.last(ctx, d, u, elder, w.now); err != nil {
				return NowView{}, err
			}
		}
		v.Elders = append(v.Elders, e)
	}
	return v, nil
}

// responsible are those of the staff whom a family may ask for, in this order.
var responsible = []people.Role{people.Leader, people.Manager}

// roleWords are what people at the telephone understand.
var roleWords = map[people.Role]care.Text{
	people.Leader:  {ZH: "当班班组长", EN: "the shift leader"},
	people.Manager: {ZH: "院长", EN: "the manager"},
}

// callOf says whom to call: the telephone of the house, never that of a person.
func callOf(d *people.Directory, site care.SiteID) CallView {
	s := d.Sites[site]
	v := CallView{Place: s.Name, Telephone: s.Telephone, TimeZone: s.TimeZone, Roles: []care.Text{}}
	for _, role := range responsible {
		for _, u := range d.Users {
			if u.Role == role && u.Station == "" && d.SeesSite(u, site) {
				v.Roles = append(v.Roles, roleWords[role])
				break
			}
		}
	}
	return v
}

// last tells what happened to an elder. What the family may not see it is not
// told here either, such as a plain call at the bed.
func (r *Room) last(ctx context.Context, d *people.Directory, u people.User, elder people.Resident, now time.Time) ([]LastView, error) {
	history := api.HistoryFilter{Sites: []care.SiteID{elder.Site}, From: now.Add(-lastFor), Limit: 200}
	if d.Sites[elder.Site].Kind != care.PrivateHome {
		history.OnlyResidents, history.Residents = true, []care.ResidentID{elder.ID}
	}
	all, err := r.a.Archive.IncidentHistory(ctx, history)
	if err != nil {
		return nil, err
	}
	told := []LastView{}
	for _, i := range all {
		if !slices.Contains(d.Concerned(i), elder.ID) || !d.SeesIncident(u, i) {
			continue
		}
		told = append(told, LastView{At: i.HappenedAt, Text: sentence(d.Sites[i.Site].Location(), i), Open: i.Open()})
		if len(told) == lastCount {
			break
		}
	}
	slices.SortStableFunc(told, func(x, y LastView) int { return cmp.Compare(y.At.UnixNano(), x.At.UnixNano()) })
	return told, nil
}
