package admin

import (
	"context"
	"errors"
	"iter"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// Registers is what is registered.
type Registers interface {
	// Picture returns what is registered with its revision.
	Picture() (*people.Directory, string)
	// Apply carries a change out whole, or tries it. The error is ErrStale when
	// the picture of c.Revision is no longer true. A change with mistakes is not
	// applied; they are no error.
	Apply(ctx context.Context, c Change) ([]RowState, []RowMistake, error)
}

// ErrStale says that somebody has changed what is registered meanwhile.
var ErrStale = errors.New("what is registered was changed meanwhile")

// Change is what is to be registered. What it does not name stays as it is.
type Change struct {
	Regions   []care.Region
	Sites     []care.Site
	Zones     []care.Zone
	Edges     []care.Edge
	Residents []people.Resident
	Points    []care.Point
	// Users never bring a password, a PIN or anything else that proves who they
	// are.
	Users []people.User
	// Removed are regions that are registered no more.
	Removed []care.RegionID
	// Left says of residents of the change that they leave (true), or that this
	// was a mistake (false).
	Left map[care.ResidentID]bool

	By       care.Act
	Audit    []api.Record
	Revision string
	DryRun   bool
}

// Sizes returns how many rows the change has of each register.
func (c Change) Sizes() iter.Seq2[Kind, int] {
	return func(yield func(Kind, int) bool) {
		_ = yield(OfRegion, len(c.Regions)) && yield(OfSite, len(c.Sites)) && yield(OfZone, len(c.Zones)) && yield(OfEdge, len(c.Edges)) &&
			yield(OfResident, len(c.Residents)) && yield(OfPoint, len(c.Points)) && yield(OfUser, len(c.Users))
	}
}

// ID names a row of the change as people do; empty for one that is not there.
func (c Change) ID(k Kind, row int) string {
	switch {
	case row < 0:
	case k == OfRegion && row < len(c.Regions):
		return string(c.Regions[row].ID)
	case k == OfSite && row < len(c.Sites):
		return string(c.Sites[row].ID)
	case k == OfZone && row < len(c.Zones):
		return string(c.Zones[row].Site) + "/" + string(c.Zones[row].ID)
	case k == OfEdge && row < len(c.Edges):
		return string(c.Edges[row].Site) + "/" + string(c.Edges[row].ID)
	case k == OfResident && row < len(c.Residents):
		return string(c.Residents[row].ID)
	case k == OfPoint && row < len(c.Points):
		return string(c.Points[row].Site) + "/" + string(c.Points[row].ID)
	case k == OfUser && row < len(c.Users):
		return c.Users[row].Login
	}
	return ""
}

// RowState is what a change does to a row.
type RowState struct {
	Kind  Kind   `json:"kind" enum:"region,site,zone,edge,resident,point,user"`
	Row   int    `json:"row" doc:"its place in its list, from 0"`
	ID    string `json:"id" doc:"site/id within a site, a login of users"`
	State string `json:"state" enum:"added,changed,unchanged,removed"`
	Cell  string `json:"cell,omitempty" doc:"where it stands in a file, such as points!A7"`
}

// Kind is a register.
type Kind string

// The registers.
const (
	OfRegion   Kind = "region"
	OfSite     Kind = "site"
	OfZone     Kind = "zone"
	OfEdge     Kind = "edge"
	OfResident Kind = "resident"
	OfPoint    Kind = "point"
	OfUser     Kind = "user"
)

// RowMistake is one thing wrong with one row.
type RowMistake struct {
	Kind  Kind   `json:"kind" enum:"region,site,zone,edge,resident,point,user,file"`
	Row   int    `json:"row" doc:"its place in its list, from 0"`
	ID    string `json:"id,omitempty" doc:"site/id within a site, a login of users"`
	Field string `json:"field,omitempty" doc:"what of the row; absent when it is the row as a whole"`
	Code  string `json:"code" doc:"stable name of the mistake"`
	Text  string `json:"text" doc:"the same as a sentence, in English"`
	Cell  string `json:"cell,omitempty" doc:"where it stands in a file, such as points!C7 or line 12"`
}

// The codes of mistakes, besides those of the ledger.
const (
	CodeNotAllowed   = "not_allowed"   // his role may not change such rows
	CodeScopeWider   = "scope_wider"   // a role or a scope that he does not have himself
	CodeScopeEmpty   = "scope_empty"   // the user could see nothing
	CodeYourself     = "yourself"      // nobody changes his own role, scope or state
	CodeLastOperator = "last_operator" // nobody could administer the gateway any more
	CodeTaken        = "taken"         // the id, login or bed is somebody else's
	CodeNotOfRole    = "not_of_role"
	CodeUnknown      = "not_registered"
	CodeBadFile      = "bad_file"    // the file cannot be read
	CodeBadHeading   = "bad_heading" // a column or a sheet of no known name, or one that is missing
	CodeBadNumber    = "bad_number"  // a number or a word that is none
	CodeTooMany      = "too_many"    // rows
	CodeFormula      = "formula"     // formulas are not worked out
	CodeSecret       = "secret"      // a file brings no secrets in
)

// Credentials change what proves who somebody is. Each change is written into
// the audit log with the change itself.
type Credentials interface {
	// SetPassword replaces a password by one that is good for one sign-in; with
	// endSecondStep the second step ends as well.
	SetPassword(ctx context.Context, user care.UserID, hash string, endSecondStep bool, log api.Record) error
	// SetPIN replaces the PIN at stations.
	SetPIN(ctx context.Context, user care.UserID, hash string, log api.Record) error
	// SetEdgeSecret gives an edge a new secret and returns it.
	SetEdgeSecret(ctx context.Context, edge care.Edge, log api.Record) (string, error)
}

// Commissioning knows which points have proved themselves since they were
// installed.
type Commissioning interface {
	Commissioned(ctx context.Context) (map[people.SitePoint]time.Time, error)
	// Replaced has a point prove itself again.
	Replaced(ctx context.Context, site care.SiteID, point care.PointID) error
}

// Walks are walk tests; see alerts.WalkTest. Errors about what is not allowed
// are *alerts.IllegalError.
type Walks interface {
	StartWalk(ctx context.Context, w alerts.WalkTest) (alerts.WalkTest, error)
	EndWalk(ctx context.Context, id string, by care.Act) error
	WalkAlarm(ctx context.Context, id string, point care.PointID, class care.Class, by care.Act) (care.Incident, error)
	// SheetFetched says that the sheet was shown with all that was triggered until
	// a time of this process: presses are kept back only while it is.
	SheetFetched(id string, at time.Time)
	// Walk returns a test, nil when there is none of the id.
	Walk(ctx context.Context, id string) (*alerts.WalkTest, error)
	// Walks returns the tests that began at or after since, or have not ended.
	Walks(ctx context.Context, since time.Time) ([]alerts.WalkTest, error)
	Ticks(ctx context.Context, test string) ([]alerts.Tick, error)
}

// Format is a kind of file.
type Format string

// The formats.
const (
	YAML  Format = "yaml"
	Excel Format = "xlsx"
)

// Files turn registers into files and back.
type Files interface {
	// Write returns a file of what the change names. No secret is in it.
	Write(f Format, c Change) ([]byte, error)
	// Read returns what a file names. What cannot be read of it is a mistake.
	Read(f Format, data []byte) (Sheet, error)
}

// Sheet is what a file names.
type Sheet struct {
	Change
	Mistakes []RowMistake
	// Cell returns where a field of a row stands; an empty field is the row.
	Cell func(k Kind, row int, field string) string
}
