package api

import (
	"context"
	"net/http"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Accounts are the people who sign in.
type Accounts interface {
	// User returns a user by id; found is false when there is none.
	User(ctx context.Context, id care.UserID) (u people.User, found bool, err error)
	// UserByLogin returns the user of a login name.
	UserByLogin(ctx context.Context, login string) (u people.User, found bool, err error)
}

// Book is the ledger as pages read it.
type Book interface {
	// Directory returns the current picture of what is registered, never nil.
	Directory() *people.Directory
	// Snapshot returns the open incidents and those resolved at or after since,
	// as they were at the feed number that it returns.
	Snapshot(ctx context.Context, since time.Time) (number uint64, incidents []care.Incident, err error)
	// Incident returns an incident by id, nil when there is none.
	Incident(ctx context.Context, id string) (*care.Incident, error)
	// Entries returns the rows of the log about an incident, in order.
	Entries(ctx context.Context, incidentID string) ([]care.Entry, error)
}

// Archive is the history of incidents.
type Archive interface {
	// IncidentHistory returns incidents, the latest raised first.
	IncidentHistory(ctx context.Context, f HistoryFilter) ([]care.Incident, error)
}

// HistoryFilter says which incidents a history holds. Sites and Residents are
// the viewer's scope and are taken literally: an empty one selects nothing. The
// fields from States on narrow only when they are set.
type HistoryFilter struct {
	AllSites      bool // never set by this package
	Sites         []care.SiteID
	OnlyResidents bool // narrows to Residents
	Residents     []care.ResidentID

	States   []care.IncidentState
	Classes  []care.Class
	From, To time.Time // bounds of RaisedAt: From included, To not
	Before   string    // id of the last incident of the page before
	Limit    int
}

// Answerer carries out people's actions.
type Answerer interface {
	// Act does what a person wants to do with an incident and returns the
	// incident as it is then. The error is an *alerts.IllegalError when the
	// incident does not allow it; any other means that nothing was changed.
	Act(ctx context.Context, a alerts.Action) (care.Incident, error)
}

// Inlet takes events of edges that cannot use MQTT at the moment.
type Inlet interface {
	// CheckEdge reports whether the edge is registered and the secret is its.
	CheckEdge(ctx context.Context, site care.SiteID, edge care.EdgeID, secret string) (bool, error)
	// HTTPEvent commits one CloudEvents JSON event of an edge. An error means
	// that nothing is known to be kept: the edge shall send it again.
	HTTPEvent(ctx context.Context, site care.SiteID, edge care.EdgeID, body []byte) (care.Receipt, error)
}

// Series is the time series as charts read it.
type Series interface {
	// Range returns the down-sampled values of one quantity, oldest first.
	Range(ctx context.Context, q SeriesQuery) ([]care.Sample, error)
}

// SeriesQuery asks for one quantity of one point in From ≤ t < To, in at most
// Points samples.
type SeriesQuery struct {
	Site     care.SiteID
	Point    care.PointID
	Quantity care.Quantity
	From, To time.Time
	Points   int
}

// Coverage knows which points are proved to work.
type Coverage interface {
	// Points returns how each registered point stands.
	Points() map[people.SitePoint]care.PointProof
	// Edges returns what is known of each registered edge.
	Edges() map[people.SiteEdge]care.EdgeHealth
}

// Quarantine is the list of refused messages.
type Quarantine interface {
	// Quarantine returns refused messages, newest first, at most limit; with
	// before above 0 only those with lower numbers.
	Quarantine(ctx context.Context, limit int, before uint64) ([]QuarantineRecord, error)
}

// QuarantineRecord is one message that was refused.
type QuarantineRecord struct {
	Number  uint64
	At      time.Time
	Site    care.SiteID
	Edge    care.EdgeID
	Topic   string
	Reason  care.Reason
	Detail  string
	Payload []byte // the beginning of the message
}

// Live serves the WebSocket of live views.
type Live interface {
	// ServeLive upgrades the request of a signed-in viewer and returns when the
	// socket is closed.
	ServeLive(w http.ResponseWriter, r *http.Request, v Viewer)
	// SignedOut closes the sockets of a session at once.
	SignedOut(session string)
}

// Viewer is a signed-in person with the session that he came with.
type Viewer struct {
	User people.User
	// Session names the session without being able to sign in with it.
	Session string
	// Check reads the person and the session again. ok is false when the
	// session has ended. An error says that this is not known now.
	Check func(ctx context.Context) (u people.User, ok bool, err error)
}

// HealthCheck is one thing without which the gateway is no use.
type HealthCheck struct {
	Name string
	// Check returns a sentence as an error while the thing does not work.
	Check func(ctx context.Context) error
}
