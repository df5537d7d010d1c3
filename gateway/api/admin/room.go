package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Room is this part of the API. Without its ports it describes its operations
// only.
type Room struct {
	Registers
	Credentials
	Commissioning
	Walks
	Files
	// Hash makes the argon2id hash of a password or PIN.
	Hash func(secret string) (string, error)
}

// room is a Room that is entered in an API.
type room struct {
	Room
	*api.API
}

// The roles that may use the operations.
var (
	admins  = []people.Role{people.Manager, people.Operator}
	walkers = []people.Role{people.Leader, people.Manager, people.Operator}
	// viewers see that a floor is being tested.
	viewers = []people.Role{people.Carer, people.Leader, people.Manager, people.Inspector, people.Operator}
)

// maxBody is the greatest length of a request about rows.
const maxBody = 4 << 20

// Register enters the operations.
func (r Room) Register(a *api.API) {
	m := room{r, a}
	op := func(id, method, path, summary string, errs ...int) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"administration"},
			MaxBodyBytes: 64 << 10, Errors: append([]int{http.StatusNotFound}, errs...),
		}
	}
	conflict := http.StatusConflict
	api.Viewed(a, op("register", http.MethodGet, "/api/admin/register", "What is registered, to be edited: sites and users, and with a site what is in it"), admins, m.register)
	rows := op("save-rows", http.MethodPost, "/api/admin/rows", "Enter or change rows of registers, all or none; every mistake is told with its row and field", conflict)
	rows.MaxBodyBytes = maxBody
	api.Viewed(a, rows, admins, m.saveRows)
	api.Viewed(a, op("remove-region", http.MethodDelete, "/api/admin/regions/{region}", "Remove a region in which nothing stands", conflict), []people.Role{people.Operator}, m.removeRegion)
	api.Viewed(a, op("reset-password", http.MethodPost, "/api/admin/users/{user}/password", "Give a user a password that is good for one sign-in; it is told once", conflict), admins, m.resetPassword)
	api.Viewed(a, op("reset-pin", http.MethodPost, "/api/admin/users/{user}/pin", "Give a user a new PIN for stations; it is told once", conflict), admins, m.resetPIN)
	api.Viewed(a, op("rotate-edge-secret", http.MethodPost, "/api/admin/sites/{site}/edges/{edge}/secret", "Give an edge a new secret; it is told once"), []people.Role{people.Operator}, m.rotateSecret)
	api.Viewed(a, op("replace-point", http.MethodPost, "/api/admin/sites/{site}/points/{point}/replace", "Another device stands where one stood; it has to prove itself, and the history stays", conflict), admins, m.replacePoint)
	api.Viewed(a, op("move-resident", http.MethodPost, "/api/admin/residents/{resident}/move", "A resident moves to another bed: what is fixed to beds stays there", conflict), admins, m.moveResident)
	api.Viewed(a, op("resident-leaves", http.MethodPost, "/api/admin/residents/{resident}/leave", "A resident has moved out or died: nothing watches him any more", conflict), admins, m.residentLeaves)
	api.Viewed(a, op("resident-returns", http.MethodPost, "/api/admin/residents/{resident}/return", "A resident has not left after all", conflict), admins, m.residentReturns)
	m.registerFiles(op)
	m.registerWalks(op)
}

// Outcome is what became of a change.
type Outcome struct {
	Applied  bool         `json:"applied"`
	Revision string       `json:"revision" doc:"of the picture that the change was held against"`
	Rows     []RowState   `json:"rows" doc:"what the change does, or would do, to each row; empty while there are mistakes"`
	Mistakes []RowMistake `json:"mistakes" doc:"with any of these nothing is changed"`
}

// tries bounds how often a change is held against a picture that turns out to be
// old, while others change other rows.
const tries = 8

// apply makes a change of the present picture and carries it out. build gets the
// picture and returns what is wrong besides. With dry the change is only tried.
// What is wrong already is not even tried: a trial keeps alarms waiting for the
// one writer of the ledger.
func (m room) apply(ctx context.Context, u people.User, dry bool, about string, build func(d *people.Directory) (Change, []RowMistake, error)) (Outcome, error) {
	for range tries {
		d, revision := m.Picture()
		c, mistakes, err := build(d)
		if err != nil {
			return Outcome{}, err
		}
		forbidden, err := rights(d, u, &c)
		if err != nil {
			return Outcome{}, err
		}
		mistakes = append(mistakes, forbidden...)
		if len(mistakes) > 0 {
			return outcome(revision, false, nil, mistakes), nil
		}
		c.By, c.Revision, c.DryRun = api.ActOf(u), revision, dry
		c.Audit = audit(d, &c, about)
		rows, wrong, err := m.Apply(ctx, c)
		if errors.Is(err, ErrStale) {
			continue
		}
		if err != nil {
			return Outcome{}, err
		}
		return outcome(revision, !dry, rows, wrong), nil
	}
	return Outcome{}, errStale()
}

func outcome(revision string, applied bool, rows []RowState, mistakes []RowMistake) Outcome {
	o := Outcome{Applied: applied, Revision: revision, Rows: rows, Mistakes: mistakes}
	if len(mistakes) > 0 {
		o.Applied, o.Rows = false, nil
	}
	if o.Rows == nil {
		o.Rows = []RowState{}
	}
	if o.Mistakes == nil {
		o.Mistakes = []RowMistake{}
	}
	return o
}

func errStale() error {
	return api.NewProblem(http.StatusConflict, api.CodeStale, "somebody has changed this meanwhile; read it again and repeat your change")
}

// sizes says for the audit log how many rows of what are changed.
func (c Change) sizes() string {
	var parts []string
	for kind, n := range c.Sizes() {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s: %d", kind, n))
		}
	}
	if n := len(c.Removed); n > 0 {
		parts = append(parts, fmt.Sprintf("removed: %d", n))
	}
	return strings.Join(parts, ", ")
}

// about names for the audit log what a change is about, without personal data.
func about(c Change) string {
	var sites []care.SiteID
	for _, v := range c.Sites {
		sites = append(sites, v.ID)
	}
	for _, v := range c.Zones {
		sites = append(sites, v.Site)
	}
	for _, v := range c.Edges {
		sites = append(sites, v.Site)
	}
	for _, v := range c.Residents {
		sites = append(sites, v.Site)
	}
	for _, v := range c.Points {
		sites = append(sites, v.Site)
	}
	slices.Sort(sites)
	sites = slices.Compact(sites)
	switch {
	case len(sites) == 1:
		return "site:" + string(sites[0])
	case len(sites) > 1:
		return fmt.Sprintf("sites:%d", len(sites))
	case len(c.Users) == 1 && c.Users[0].ID != "":
		return "user:" + string(c.Users[0].ID)
	case len(c.Users) > 0:
		return fmt.Sprintf("users:%d", len(c.Users))
	}
	if len(c.Regions) == 1 {
		return "region:" + string(c.Regions[0].ID)
	}
	return fmt.Sprintf("regions:%d", len(c.Regions))
}
