package community

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Calls is what somebody needs who stands up in the night for an incident.
type Calls struct {
	Incident string       `json:"incident"`
	Site     api.SiteView `json:"site"`
	Elders   []CallElder  `json:"elders" doc:"whom it concerns"`
	// Whom is in the order in which they are called.
	Whom []CallWhom `json:"whom" doc:"themselves, then neighbours, others who hold a key, other helpers, family; of each those with a key first"`
	// Emergency and Mine are for the call for an ambulance.
	Emergency []string  `json:"emergency" doc:"119 and 120, in the order in which they are called about this; nothing dials them by itself"`
	Mine      string    `json:"mine,omitempty" doc:"the viewer's own telephone, to be called back"`
	Tries     []CallTry `json:"tries" doc:"what was tried, in the order of time"`
}

// CallElder is somebody whom an incident concerns.
type CallElder struct {
	ID       care.ResidentID `json:"id"`
	Name     string          `json:"name"`
	Risk     care.Text       `json:"risk"`
	Mobility people.Mobility `json:"mobility,omitempty" enum:"walks,helped,bedbound" doc:"absent where nobody entered it"`
	Oxygen   bool            `json:"oxygen"`
	Away     bool            `json:"away" doc:"not at home, as staff recorded"`
	Access   care.Text       `json:"access" doc:"how one gets in to him who does not open"`
}

// CallWhom is somebody who can be called.
type CallWhom struct {
	To      string   `json:"to" doc:"what to say when the call is logged"`
	Name    string   `json:"name"`
	Role    string   `json:"role" enum:"resident,neighbour,community,family"`
	Key     bool     `json:"key" doc:"has a key to the home"`
	Numbers []string `json:"numbers" doc:"telephones in the order to try; empty where none is known"`
}

// CallTry is a call that was made.
type CallTry struct {
	To      string           `json:"to"`
	Name    string           `json:"name" doc:"of who was called; 119 or 120; empty where he is not registered any more"`
	Outcome care.CallOutcome `json:"outcome" enum:"reached,no_answer,busy,wrong_number,called"`
	By      api.ActView      `json:"by"`
}

type callsRequest struct {
	ID string `path:"id" minLength:"1" maxLength:"64"`
}

type callRequest struct {
	ID   string `path:"id" minLength:"1" maxLength:"64"`
	Body struct {
		To      string           `json:"to" minLength:"1" maxLength:"80" doc:"as the list of whom to call names him, or 119 or 120"`
		Outcome care.CallOutcome `json:"outcome" enum:"reached,no_answer,busy,wrong_number,called" doc:"of 119 and 120 called, and of them alone"`
	}
}

// himself begins what a resident is called among those who are told something.
const himself = "resident:"

func (c room) calls(ctx context.Context, u people.User, in *callsRequest) (Calls, error) {
	i, err := c.Find(ctx, u, in.ID)
	if err != nil {
		return Calls{}, err
	}
	d := c.Book.Directory()
	about := []string{"site:" + string(i.Site)}
	if concerned := d.Concerned(i); len(concerned) > 0 {
		about = nil
		for _, id := range concerned {
			about = append(about, himself+string(id))
		}
	}
	// A look that cannot be logged must not happen.
	for _, one := range about {
		if err := c.Looked(ctx, u, one); err != nil {
			return Calls{}, err
		}
	}
	return c.callsOf(ctx, u, i)
}

func (c room) logCall(ctx context.Context, u people.User, in *callRequest) (Calls, error) {
	i, err := c.Find(ctx, u, in.ID)
	if err != nil {
		return Calls{}, err
	}
	d, to := c.Book.Directory(), in.Body.To
	if !care.IsEmergencyNumber(to) && !slices.ContainsFunc(whom(d, i), func(w CallWhom) bool { return w.To == to }) {
		return Calls{}, api.ErrNotFound("person to call about this incident")
	}
	tries, err := c.tries(ctx, i)
	if err != nil {
		return Calls{}, err
	}
	if len(tries) >= alerts.MaxCalls {
		return Calls{}, api.NewProblem(http.StatusConflict, string(alerts.CodeTooManyCalls),
			fmt.Sprintf("%d calls are logged of this incident, and no more are: write a note", alerts.MaxCalls))
	}
	if _, err := c.Act(ctx, u, alerts.Action{Kind: alerts.LogCall, Incident: i.ID, To: to, Outcome: in.Body.Outcome}); err != nil {
		return Calls{}, err
	}
	return c.callsOf(ctx, u, i)
}

func (c room) callsOf(ctx context.Context, u people.User, i care.Incident) (Calls, error) {
	d := c.Book.Directory()
	v := Calls{
		Incident: i.ID, Site: api.Render(d, api.FormStaff, i).Site, Elders: []CallElder{}, Whom: whom(d, i),
		Emergency: care.EmergencyNumbers(i.Class),
	}
	for _, r := range elders(d, i) {
		v.Elders = append(v.Elders, CallElder{r.ID, r.Name, r.Risk, r.Mobility, r.Oxygen, r.Away, r.Access})
	}
	if own := numbers(d.Users[u.ID].Contacts); len(own) > 0 {
		v.Mine = own[0]
	}
	var err error
	v.Tries, err = c.tries(ctx, i)
	return v, err
}

// elders returns whom an incident concerns and who lives there still.
func elders(d *people.Directory, i care.Incident) []people.Resident {
	var list []people.Resident
	for _, id := range d.Concerned(i) {
		if r, known := d.Residents[id]; known && r.LeftAt == nil {
			list = append(list, r)
		}
	}
	return list
}

// whom lists whom to call about an incident. Half asleep, nobody chooses: who is
// in the house first, then who is nearest, then who can open the door.
func whom(d *people.Directory, i care.Incident) []CallWhom {
	list := []CallWhom{}
	concerned := elders(d, i)
	for _, r := range concerned {
		list = append(list, CallWhom{himself + string(r.ID), r.Name, "resident", false, numbers(r.Contacts)})
	}
	for _, u := range d.Users {
		role := string(u.Role)
		if u.Role == people.Helper {
			role = string(cmp.Or(u.Relation, people.Neighbour))
		}
		if u.Disabled || u.Role != people.Family && u.Role != people.Helper || !slices.ContainsFunc(concerned, func(r people.Resident) bool {
			return slices.Contains(u.Scope.Residents, r.ID)
		}) {
			continue
		}
		list = append(list, CallWhom{string(u.ID), u.Name, role, u.KeyHolder, numbers(u.Contacts)})
	}
	slices.SortStableFunc(list, func(a, b CallWhom) int {
		return cmp.Or(turn(a)-turn(b), yes(b.Key)-yes(a.Key), cmp.Compare(a.Name, b.Name), cmp.Compare(a.To, b.To))
	})
	return list
}

// turn is when somebody is called.
func turn(w CallWhom) int {
	switch {
	case w.Role == "resident":
		return 0
	case w.Role == string(people.Neighbour):
		return 1
	case w.Key:
		return 2
	case w.Role == string(people.Community):
		return 3
	}
	return 4
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

// numbers lists the telephones of a person, each once.
func numbers(contacts []people.Contact) []string {
	list := []string{}
	for _, c := range contacts {
		if c.Telephone() && !slices.Contains(list, c.Address) {
			list = append(list, c.Address)
		}
	}
	return list
}

// tries returns the calls that are logged of an incident.
func (c room) tries(ctx context.Context, i care.Incident) ([]CallTry, error) {
	entries, err := c.Book.Entries(ctx, i.ID)
	if err != nil {
		return nil, err
	}
	d, list := c.Book.Directory(), []CallTry{}
	for _, e := range entries {
		if e.Kind == care.EntryCalled {
			list = append(list, CallTry{e.To, api.OwnerName(d, e.To), care.CallOutcome(e.Reason), api.ActView{
				Name: e.Act.Name, By: string(e.Act.By), At: e.Act.At, Means: e.Act.Means,
			}})
		}
	}
	return list, nil
}
