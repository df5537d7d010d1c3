package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/rule"
)

// Consents records whether a family may be informed.
type Consents interface {
	// SetConsent records that a resident, or his guardian, consents to inform
	// the family, or withdraws it, at once.
	SetConsent(ctx context.Context, resident care.ResidentID, given bool, by care.Act, note string) error
}

// ResidentsView lists residents.
type ResidentsView struct {
	Residents []ResidentEntry `json:"residents"`
}

// ResidentEntry is a resident as the staff of his site sees him.
type ResidentEntry struct {
	ResidentView
	Site    care.SiteID `json:"site"`
	Consent bool        `json:"consent" doc:"the family may be informed (单独同意)"`
	Family  []string    `json:"family" doc:"names of those who would be"`
}

// CarePlanView says what of a resident's doings is an alarm, and when he is
// away.
type CarePlanView struct {
	Rules    []rule.CareRule `json:"rules" doc:"a class without a rule alarms at once"`
	Away     []rule.Away     `json:"away" doc:"care classes alarm nobody meanwhile; fire and gas always do"`
	Revision int             `json:"revision"`
	SavedAt  *time.Time      `json:"saved_at,omitempty"`
	SavedBy  string          `json:"saved_by,omitempty" doc:"name"`
}

type residentsRequest struct {
	Site care.SiteID `query:"site" maxLength:"40" doc:"one site; without it every site within scope"`
}

type residentRequest struct {
	ID care.ResidentID `path:"id" minLength:"1" maxLength:"64"`
}

type saveCarePlanRequest struct {
	ID   care.ResidentID `path:"id" minLength:"1" maxLength:"64"`
	Body struct {
		Rules    []rule.CareRule `json:"rules"`
		Away     []rule.Away     `json:"away"`
		Revision int             `json:"revision" minimum:"0" doc:"the one that was read; when another was saved meanwhile, the answer is 409 stale"`
	}
}

type consentRequest struct {
	ID   care.ResidentID `path:"id" minLength:"1" maxLength:"64"`
	Body struct {
		Given bool   `json:"given"`
		Note  string `json:"note" minLength:"1" maxLength:"2000" doc:"who consented or withdrew, and how: in writing, by word before whom"`
	}
}

func (a *API) registerCarePlans() {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"residents"},
			MaxBodyBytes: 128 << 10, Errors: []int{http.StatusNotFound},
		}
	}
	Viewed(a, op("residents", http.MethodGet, "/api/residents", "The residents of the sites within scope"), staff, a.residents)
	Viewed(a, op("consent", http.MethodPut, "/api/residents/{id}/consent", "Record that the family may be informed, or no longer; it holds at once"), leaders, a.consent)
	Viewed(a, op("care-plan", http.MethodGet, "/api/residents/{id}/care", "What of a resident's doings is an alarm, and when he is away"), staff, a.carePlan)
	save := op("save-care-plan", http.MethodPut, "/api/residents/{id}/care", "Replace it")
	save.Errors = append(save.Errors, http.StatusConflict)
	Viewed(a, save, leaders, a.saveCarePlan)
}

func (a *API) residents(_ context.Context, u people.User, in *residentsRequest) (ResidentsView, error) {
	d := a.Book.Directory()
	if in.Site != "" && !d.SeesSite(u, in.Site) {
		return ResidentsView{}, ErrNotFound("site")
	}
	v := ResidentsView{Residents: []ResidentEntry{}}
	for _, r := range d.Residents {
		if d.SeesSite(u, r.Site) && (in.Site == "" || in.Site == r.Site) {
			v.Residents = append(v.Residents, residentEntry(d, r))
		}
	}
	slices.SortFunc(v.Residents, func(x, y ResidentEntry) int {
		return cmp.Or(cmp.Compare(x.Site, y.Site), cmp.Compare(x.ID, y.ID))
	})
	return v, nil
}

func residentEntry(d *people.Directory, r people.Resident) ResidentEntry {
	e := ResidentEntry{ResidentView: *renderResident(d, FormStaff, r.ID), Site: r.Site, Consent: r.FamilyConsent, Family: []string{}}
	for _, u := range d.Users {
		if u.Role == people.Family && slices.Contains(u.Scope.Residents, r.ID) {
			e.Family = append(e.Family, u.Name)
		}
	}
	slices.Sort(e.Family)
	return e
}

// resident returns a resident for whose site the user works.
func (a *API) resident(u people.User, id care.ResidentID) (people.Resident, error) {
	d := a.Book.Directory()
	r, ok := d.Residents[id]
	if !ok || !d.Acts(u, r.Site) {
		return r, ErrNotFound("resident")
	}
	return r, nil
}

func (a *API) consent(ctx context.Context, u people.User, in *consentRequest) (ResidentEntry, error) {
	if _, err := a.resident(u, in.ID); err != nil {
		return ResidentEntry{}, err
	}
	if err := a.Consents.SetConsent(ctx, in.ID, in.Body.Given, ActOf(u), in.Body.Note); err != nil {
		return ResidentEntry{}, err
	}
	a.Log.InfoContext(ctx, "the consent to inform a family was recorded", "resident", in.ID, "given", in.Body.Given, "by", u.ID)
	d := a.Book.Directory()
	return residentEntry(d, d.Residents[in.ID]), nil
}

func (a *API) carePlan(ctx context.Context, u people.User, in *residentRequest) (CarePlanView, error) {
	r, err := a.resident(u, in.ID)
	if err != nil {
		return CarePlanView{}, err
	}
	saved, found, err := a.Documents.Document(ctx, r.Site, alerts.DocumentCare, string(r.ID))
	if err != nil || !found {
		return CarePlanView{Rules: []rule.CareRule{}, Away: []rule.Away{}}, err
	}
	return renderCarePlan(a.Book.Directory(), saved)
}

func (a *API) saveCarePlan(ctx context.Context, u people.User, in *saveCarePlanRequest) (CarePlanView, error) {
	r, err := a.resident(u, in.ID)
	if err != nil {
		return CarePlanView{}, err
	}
	rules := rule.CareRules{Rules: in.Body.Rules, Away: in.Body.Away}
	var mistakes []Mistake
	eachError(rules.Check(), func(err error) { mistakes = append(mistakes, Mistake{Message: err.Error()}) })
	if err := errMistakes(mistakes); err != nil {
		return CarePlanView{}, err
	}
	body, err := json.Marshal(rules)
	if err != nil {
		return CarePlanView{}, err
	}
	saved, err := a.Documents.SaveDocument(ctx, alerts.Document{
		Site: r.Site, Kind: alerts.DocumentCare, Name: string(r.ID), Body: body, Revision: in.Body.Revision,
	}, ActOf(u))
	if err != nil {
		return CarePlanView{}, staleError(err)
	}
	return renderCarePlan(a.Book.Directory(), saved)
}

func renderCarePlan(d *people.Directory, saved alerts.Document) (CarePlanView, error) {
	var rules rule.CareRules
	if err := json.Unmarshal(saved.Body, &rules); err != nil {
		return CarePlanView{}, errors.Join(errors.New("the care plan of resident "+saved.Name+" cannot be read"), err)
	}
	return CarePlanView{
		Rules: append([]rule.CareRule{}, rules.Rules...), Away: append([]rule.Away{}, rules.Away...),
		Revision: saved.Revision, SavedAt: &saved.SavedAt, SavedBy: d.Users[saved.SavedBy].Name,
	}, nil
}
