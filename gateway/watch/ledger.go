package watch

import (
	"context"
	"encoding/json"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Ledger is the durable book that the watch decides upon.
type Ledger interface {
	// Update runs fn in one read-write transaction and commits it when fn
	// returns nil. The commit is durable when Update returns. Transactions are
	// serialised, so fn sees everything that was committed before it. Feed rows
	// written by fn get consecutive numbers in commit order, without gaps.
	// An error of fn is returned as it is, after a roll-back. fn may be run again
	// from its beginning when the ledger has to begin the transaction anew.
	//
	// An error of Update or of a method of Tx that has a *care.Refusal in its
	// chain says that the ledger can never take this row: a constraint forbids
	// it, or it is too large. Every other error is taken for a failure of the
	// ledger (a full or broken disk, a lock, a lost connection), and the event
	// is tried again until it is in the book. When in doubt it must be the
	// latter: an event that is refused is not raised.
	Update(ctx context.Context, fn func(Tx) error) error
	// Directory returns the current picture of what is registered. It is cheap:
	// a cached value that is replaced after each change. Never nil.
	Directory() *people.Directory
	// NextTimer returns when the next timer is due; found is false when none is
	// set.
	NextTimer(ctx context.Context) (due time.Time, found bool, err error)
	// Documents returns what people configured of a kind.
	Documents(ctx context.Context, kind alerts.DocumentKind) ([]alerts.Document, error)
	// DocumentsRevision changes whenever a document does.
	DocumentsRevision(ctx context.Context) (string, error)
}

// Tx is one transaction. It is used by one goroutine only.
type Tx interface {
	// RecordEvent inserts the event. fresh is false when the (source, id) is
	// in the ledger already; nothing is written then.
	RecordEvent(ctx context.Context, e care.Received) (fresh bool, err error)
	// RegisterPoint enters an unregistered point, so that its alarm has a
	// place. It does nothing where the point exists.
	RegisterPoint(ctx context.Context, p care.Point) error
	// PointState returns what is known of a class at a point; the zero value
	// when nothing is.
	PointState(ctx context.Context, site care.SiteID, point care.PointID, class care.Class) (alerts.PointState, error)
	SavePointState(ctx context.Context, site care.SiteID, point care.PointID, class care.Class, s alerts.PointState) error
	// ActivePoints returns the points that are active in the class under an
	// incident's key: of the zone, or the one point. It is asked for zones only.
	ActivePoints(ctx context.Context, site care.SiteID, class care.Class, key string) ([]care.PointID, error)
	// OpenIncident returns the open incident of a key and class, nil when there
	// is none.
	OpenIncident(ctx context.Context, site care.SiteID, class care.Class, key string) (*care.Incident, error)
	// Incident returns an incident by id, nil when there is none.
	Incident(ctx context.Context, id string) (*care.Incident, error)
	// SaveIncident inserts or replaces the row of the incident.
	SaveIncident(ctx context.Context, i care.Incident) error
	// SiteIncidents returns the open incidents of a site, ChildrenOf those that
	// are under an incident, of whatever site.
	SiteIncidents(ctx context.Context, site care.SiteID) ([]care.Incident, error)
	ChildrenOf(ctx context.Context, incident string) ([]care.Incident, error)

	// SetTimer sets or moves a timer, DropTimer takes one away, if it is there.
	SetTimer(ctx context.Context, t alerts.Timer) error
	DropTimer(ctx context.Context, kind alerts.TimerKind, ref string) error
	Timer(ctx context.Context, kind alerts.TimerKind, ref string) (*alerts.Timer, error)
	// DueTimers returns timers that are due at now, the longest due first.
	DueTimers(ctx context.Context, now time.Time, limit int) ([]alerts.Timer, error)

	// SaveNotice inserts or replaces a row of the outbox.
	SaveNotice(ctx context.Context, n alerts.Notice) error
	// Notice returns a row of the outbox, nil when there is none of the id.
	Notice(ctx context.Context, id string) (*alerts.Notice, error)
	// IncidentNotices returns what was sent or will be about an incident.
	IncidentNotices(ctx context.Context, incident string) ([]alerts.Notice, error)
	// NoticesBySent returns those that went out in one message.
	NoticesBySent(ctx context.Context, sent string) ([]alerts.Notice, error)
	// NoticesByService returns those that a service knows by its own id.
	NoticesByService(ctx context.Context, channel, id string) ([]alerts.Notice, error)
	// WaitingNotices returns what has not yet been sent to a person.
	WaitingNotices(ctx context.Context, owner string) ([]alerts.Notice, error)

	// Shelf returns the shelf of a class at a point, nil when there is none.
	Shelf(ctx context.Context, site care.SiteID, point care.PointID, class care.Class) (*alerts.Shelf, error)
	SaveShelf(ctx context.Context, s alerts.Shelf) error
	DropShelf(ctx context.Context, site care.SiteID, point care.PointID, class care.Class) error
	// PresenceUntil returns until when a carer is taken to be in a room, the zero
	// time when none is.
	PresenceUntil(ctx context.Context, site care.SiteID, zone care.ZoneID) (time.Time, error)
	SavePresence(ctx context.Context, site care.SiteID, zone care.ZoneID, by care.Act, until time.Time) error

	// Commission notes that a point proved itself by its own channel, the first
	// time only.
	Commission(ctx context.Context, site care.SiteID, point care.PointID, at time.Time) error
	// SaveWalk keeps a walk test, or its end. Walk returns one, nil when there is
	// none of the id, and RunningWalks those of a site that have not ended.
	SaveWalk(ctx context.Context, w alerts.WalkTest) error
	Walk(ctx context.Context, id string) (*alerts.WalkTest, error)
	RunningWalks(ctx context.Context, site care.SiteID) ([]alerts.WalkTest, error)
	// SaveTick keeps what was triggered in a walk test, Tick returns it, nil when
	// nothing was, and TestTicks all of a test.
	SaveTick(ctx context.Context, k alerts.Tick) error
	Tick(ctx context.Context, test string, point care.PointID, class care.Class) (*alerts.Tick, error)
	TestTicks(ctx context.Context, test string) ([]alerts.Tick, error)
	// BoardPassed returns when the ladder of an incident last went on because no
	// board showed this alarm of it, the zero time when it never did.
	BoardPassed(ctx context.Context, incident string, alarms int) (time.Time, error)
	SaveBoardPassed(ctx context.Context, incident string, alarms int, at time.Time) error

	// Condition returns what is known of a rule at a point, nil when nothing is.
	Condition(ctx context.Context, rule string, site care.SiteID, point care.PointID) (json.RawMessage, error)
	SaveCondition(ctx context.Context, rule string, site care.SiteID, point care.PointID, body json.RawMessage) error
	DropCondition(ctx context.Context, rule string, site care.SiteID, point care.PointID) error

	// Log appends a row to the hash-chained log of the site and returns it with
	// its number.
	Log(ctx context.Context, site care.SiteID, e care.Entry) (care.Entry, error)
	// Feed appends a row to the feed; its Number is given at commit.
	Feed(ctx context.Context, r care.FeedRow) error
}
