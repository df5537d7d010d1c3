// Package privacy is the part of the API by which people learn what is kept of
// them, take it with them and have it erased, as the Personal Information
// Protection Law gives them the right to.
//
// What is erased, and that the log still verifies, is the ledger's; how long
// what is kept is gateway/config's, and docs/privacy.md says why.
package privacy

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Records are what the ledger keeps of people.
type Records interface {
	// Person returns what is kept of a resident. The error is ErrNobody where
	// there is none.
	Person(ctx context.Context, id care.ResidentID) (Record, error)
	// ErasePerson erases it, and logs that it was done. The error is ErrNobody,
	// or ErrOpen while an incident about the resident is open.
	ErasePerson(ctx context.Context, id care.ResidentID, by care.Act, reason string) error
	// OwnerNotices returns the messages to a user that are still kept.
	OwnerNotices(ctx context.Context, owner string) ([]alerts.Notice, error)
}

// Record is what is kept of a resident.
type Record struct {
	Resident    people.Resident
	ConsentAt   *time.Time
	Points      []care.Point
	Incidents   []care.Incident // with those of no resident in his private home
	Entries     []care.Entry
	Photos      []care.Photo
	Notices     []alerts.Notice
	CarePlan    []byte
	FormerPlans [][]byte // of sites where he lived before
	Users       []people.User
}

// The errors of Records.
var (
	ErrNobody = errors.New("there is no resident of this id")
	ErrOpen   = errors.New("an incident about this person is not resolved: resolve it first")
)

// The codes of problems of this room.
const (
	CodeStillOpen   = "still_open"   // an incident about the resident is open
	CodeNameDiffers = "name_differs" // the typed name is not that of the resident
	CodeNeedsReason = "needs_reason" // he lives there still, so a reason is needed
)

// Kept is how long data of a class is kept.
type Kept struct {
	Class string `json:"class" enum:"readings,messages,incident_texts,hand_overs,measured_values,refused_messages,audit_names,residents_who_left,photos"`
	Days  int    `json:"days" doc:"0: without end"`
}

// RetentionView lists how long what is kept.
type RetentionView struct {
	Kept []Kept `json:"kept"`
}

// Room is the part of the API about people's data. Only Register works without
// its ports.
type Room struct {
	Records Records
	Kept    []Kept

	a *api.API
}

// responsible answer for the data of a house.
var responsible = []people.Role{people.Manager, people.Operator}

// Register enters the operations.
func (r *Room) Register(a *api.API) {
	r.a = a
	op := func(id, method, path, summary string, errors ...int) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"privacy"},
			MaxBodyBytes: 16 << 10, Errors: errors,
		}
	}
	api.Viewed(a, op("retention", http.MethodGet, "/api/privacy/retention", "How long which data is kept"), responsible, r.retention)
	api.Filed(a, op("export-me", http.MethodGet, "/api/privacy/me", "What is kept of oneself, as a zip of JSON and a page to read"), zipType, nil, r.exportMe)
	api.Filed(a, op("export-resident", http.MethodGet, "/api/privacy/residents/{id}/export",
		"What is kept of a resident, as a zip of JSON, CSV and a page to read", http.StatusNotFound), zipType, responsible, r.exportResident)
	api.Viewed(a, op("erase-resident", http.MethodPost, "/api/privacy/residents/{id}/erase",
		"Erase what is kept of a resident; class and times of incidents stay and the log still verifies",
		http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity), responsible, r.erase)
}

func (r *Room) retention(context.Context, people.User, *struct{}) (RetentionView, error) {
	return RetentionView{Kept: append([]Kept{}, r.Kept...)}, nil
}

// inScope returns a resident of a house that the viewer answers for.
func (r *Room) inScope(u people.User, id care.ResidentID) (people.Resident, error) {
	d := r.a.Book.Directory()
	resident, known := d.Residents[id]
	if !known || !d.SeesSite(u, resident.Site) {
		return people.Resident{}, api.ErrNotFound("resident")
	}
	return resident, nil
}

type eraseRequest struct {
	ID   care.ResidentID `path:"id" minLength:"1" maxLength:"64"`
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"200" doc:"the name of the resident, typed once more"`
		// A code, because the audit log is never erased: nobody's illness may stand
		// in it.
		Reason string `json:"reason,omitempty" enum:"left,died,requested,consent_withdrawn,recorded_in_error" doc:"needed while the resident lives there"`
	}
}

// ErasedView says that it is done.
type ErasedView struct {
	Resident care.ResidentID `json:"resident"`
	ErasedAt time.Time       `json:"erased_at"`
}

func (r *Room) erase(ctx context.Context, u people.User, in *eraseRequest) (ErasedView, error) {
	resident, err := r.inScope(u, in.ID)
	if err != nil {
		return ErasedView{}, err
	}
	if strings.TrimSpace(in.Body.Name) != strings.TrimSpace(resident.Name) || resident.Name == "" {
		return ErasedView{}, api.NewProblem(http.StatusUnprocessableEntity, CodeNameDiffers, "the typed name is not the name of the resident: nothing was erased")
	}
	reason := in.Body.Reason
	switch {
	case reason == "" && resident.LeftAt == nil:
		return ErasedView{}, api.NewProblem(http.StatusUnprocessableEntity, CodeNeedsReason, "the resident lives there still: say why the data is to be erased")
	case reason == "":
		reason = "left"
	}
	by := api.ActOf(u)
	err = r.Records.ErasePerson(ctx, in.ID, by, reason)
	switch {
	case errors.Is(err, ErrOpen):
		return ErasedView{}, api.NewProblem(http.StatusConflict, CodeStillOpen, ErrOpen.Error())
	case errors.Is(err, ErrNobody):
		return ErasedView{}, api.ErrNotFound("resident")
	case err != nil:
		return ErasedView{}, err
	}
	return ErasedView{Resident: in.ID, ErasedAt: by.At.UTC()}, nil
}
