package care

import (
	"encoding/json"
	"time"
)

// IncidentState is where an incident stands on its way from raised to resolved.
type IncidentState string

// The states, in order. That the sensor is back to normal (cleared) is a
// separate fact and never closes an incident.
const (
	Raised   IncidentState = "raised"
	Accepted IncidentState = "accepted" // a named person took responsibility
	Arrived  IncidentState = "arrived"  // somebody is proved to be at the point
	Resolved IncidentState = "resolved"
)

// Means says how a transition was made known: on which way a person accepted,
// or by what presence was proved.
type Means string

// The means.
const (
	BySensor Means = "sensor" // the event of a sensor
	ByScreen Means = "screen" // said so on a screen
	ByButton Means = "button" // a button held at the point
	ByTag    Means = "tag"    // NFC or QR tag of the room, or a badge
	ByLink   Means = "link"   // the link of a message
	ByPhone  Means = "phone"  // a key pressed during a call
	BySystem Means = "system" // the gateway itself
)

// Cause says what an incident turned out to be. It is needed to resolve one.
type Cause string

// The causes.
const (
	CauseReal  Cause = "real"
	CauseFalse Cause = "false" // needs a reason
	CauseTest  Cause = "test"
	CauseDrill Cause = "drill"
	// CausePending says that the cause is told later, at the hand-over at the
	// latest: somebody has to go on at once.
	CausePending Cause = "pending"
)

// CauseReasons lists the codes that may refine a cause: for a real one the
// care given, for a false one why the sensor was wrong.
func CauseReasons(c Cause) []string {
	switch c {
	case CauseReal:
		return []string{"toilet", "water", "turned", "comforted", "first_aid", "hospital", "fire_service", "other"}
	case CauseFalse:
		return []string{"cooking", "steam", "dust", "pressed_by_mistake", "sensor_moved", "device_broken", "other"}
	}
	return nil
}

// Act is one fact in the life of an incident: who, when, by what means.
type Act struct {
	By    UserID    `json:"by,omitempty" doc:"user id; empty when the system did it"`
	Name  string    `json:"name,omitempty" doc:"the person's name as shown on screens"`
	At    time.Time `json:"at"`
	Means Means     `json:"means"`
}

// Incident is one thing that goes on at one point (or in one zone) until a
// person has resolved it. At most one of a (site, key, class) is open.
type Incident struct {
	ID    string `json:"id"`
	Site  SiteID `json:"site"`
	Class Class  `json:"class"`
	// Key is the point, or the zone for classes that are counted by zone, of
	// which at most one incident of the class is open.
	Key      string     `json:"key"`
	Point    PointID    `json:"point"` // the point that raised it
	Zone     ZoneID     `json:"zone"`
	Resident ResidentID `json:"resident,omitempty"`
	Severity Severity   `json:"severity"`

	State IncidentState `json:"state"`
	// Active is true while a sensor still reports the condition.
	Active bool `json:"active"`

	HappenedAt time.Time `json:"happened_at"` // at the sensor, corrected
	RaisedAt   time.Time `json:"raised_at"`   // when the core raised it
	// AlarmedAt is the latest activation: RaisedAt, or the latest re-alarm.
	// From it the wait is counted.
	AlarmedAt time.Time `json:"alarmed_at"`
	// Alarms counts activations, 1 for the first.
	Alarms    int        `json:"alarms"`
	ClearedAt *time.Time `json:"cleared_at,omitempty"`

	Accepted *Act   `json:"accepted,omitempty"`
	Arrived  *Act   `json:"arrived,omitempty"`
	Resolved *Act   `json:"resolved,omitempty"`
	Cause    Cause  `json:"cause,omitempty"`
	Reason   string `json:"reason,omitempty" doc:"a code of CauseReasons"`
	Note     string `json:"note,omitempty" doc:"staff's free text at resolving"`

	// Late marks an incident whose event was older than LateAfter when it came.
	Late bool `json:"late,omitempty"`
	// ConfirmedAt is when a second point of the zone, or a manual call point,
	// said the same of a fire; ConfirmedBy is that point.
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"`
	ConfirmedBy PointID    `json:"confirmed_by,omitempty"`
	// CancelledAt is when the resident took the call back at the button. It
	// still needs a look.
	CancelledAt *time.Time `json:"cancelled_at,omitempty"`
	// Under is the incident that explains this one, such as the outage of the
	// edge behind which a point is silent. It is shown under it and climbs no
	// ladder; empty for an incident that stands for itself.
	Under string `json:"under,omitempty"`
	// UntoldAt is since when nobody could be told, by any channel of any step.
	UntoldAt *time.Time `json:"untold_at,omitempty"`
	// Told are those whom the ladder has told of it, while it is open and for an hour
	// after: whoever is called sees what she is called to, wherever it is. It is read
	// from the messages, and only where an incident is read to be shown.
	Told []UserID `json:"-"`
	// Clock says how HappenedAt was arrived at.
	Clock ClockMark `json:"clock,omitempty"`
	// Evidence is the data of the event that raised it.
	Evidence json.RawMessage `json:"evidence,omitempty"`
	// Revision counts the rows of the incident in the site log.
	Revision int `json:"revision"`
}

// Open reports whether the incident still needs a person.
func (i *Incident) Open() bool { return i.State != Resolved }

// Unattended reports whether nobody has taken the incident yet and it stands
// for itself: it sounds, and it climbs its ladder.
func (i *Incident) Unattended() bool { return i.State == Raised && i.Under == "" }

// IncidentKey returns the key under which an event of the class at the point
// counts as the same incident: the zone for hazards to everybody, so that a
// second smoke detector of a room confirms and does not multiply; else the
// point.
func IncidentKey(c Class, p Point) string {
	if c.LifeSafety() && p.Zone != "" {
		return "zone:" + string(p.Zone)
	}
	return "point:" + string(p.ID)
}

// EntryKind names a row of the site log.
type EntryKind string

// The kinds of rows about incidents. Other packages add kinds of their own.
const (
	EntryRaised    EntryKind = "incident.raised"
	EntryRealarmed EntryKind = "incident.realarmed"
	EntryConfirmed EntryKind = "incident.confirmed" // a second point of the zone
	EntryCleared   EntryKind = "incident.cleared"
	EntryAccepted  EntryKind = "incident.accepted"
	EntryArrived   EntryKind = "incident.arrived"
	EntryResolved  EntryKind = "incident.resolved"
	EntryNoted     EntryKind = "incident.noted"
	EntryCalled    EntryKind = "incident.called" // somebody rang To about it; Reason is a CallOutcome
	EntryTested    EntryKind = "point.tested"
	EntryConfig    EntryKind = "site.configured"

	EntryReturned    EntryKind = "incident.returned"    // accepted, and nobody arrived in time
	EntryCancelled   EntryKind = "incident.cancelled"   // by the resident, at the button
	EntryCancelLate  EntryKind = "incident.cancel_late" // too late to count
	EntryMerged      EntryKind = "incident.merged"      // another incident explains it from now on
	EntrySurfaced    EntryKind = "incident.surfaced"    // it stands for itself again
	EntryExplained   EntryKind = "incident.explained"   // the cause, told after resolving
	EntryNotified    EntryKind = "incident.notified"    // a service took a message; To and Channel
	EntryUndelivered EntryKind = "incident.undelivered" // not delivered, because of Reason
	EntryStepEmpty   EntryKind = "incident.step_empty"  // nobody was there to be told at a step
	EntryUntold      EntryKind = "incident.untold"      // nobody at all could be told
	EntryUnshown     EntryKind = "incident.unshown"     // no board of its floor shows and sounds it, so the ladder goes on
	EntryQuieted     EntryKind = "incident.quieted"     // somebody held the sound of the station To, until Until

	EntryShelved    EntryKind = "point.shelved"    // until Until
	EntryUnshelved  EntryKind = "point.unshelved"  // by somebody, or because the time was over
	EntrySuppressed EntryKind = "point.suppressed" // an event that alarmed nobody, because of Reason
	EntryZone       EntryKind = "zone.presence"    // a carer is in a room without an incident
	EntryWalkBegan  EntryKind = "walk_test.began"  // of the floor Reason, until Until; Note is its id
	EntryWalkEnded  EntryKind = "walk_test.ended"  // by somebody, or because the time was over

	EntryConsented EntryKind = "resident.consented" // 单独同意 to inform the family
	EntryWithdrawn EntryKind = "resident.withdrawn"
)

// The kinds of the log of the gateway itself.
const (
	AuditSignedIn  EntryKind = "audit.signed_in"
	AuditRefused   EntryKind = "audit.sign_in_refused" // a wrong password, PIN or code
	AuditSignedOut EntryKind = "audit.signed_out"
	AuditLooked    EntryKind = "audit.looked"   // at a page about one site or person
	AuditChanged   EntryKind = "audit.changed"  // a register, a right, a secret
	AuditExported  EntryKind = "audit.exported" // rows left the gateway as a file
	AuditErased    EntryKind = "audit.erased"   // personal data of somebody, or what was kept long enough
	AuditTried     EntryKind = "audit.tried"    // a message that tries a channel
)

// AuditKinds lists them.
func AuditKinds() []EntryKind {
	return []EntryKind{AuditSignedIn, AuditRefused, AuditSignedOut, AuditLooked, AuditChanged, AuditExported, AuditErased, AuditTried}
}

// TestedWalking is the reason of EntryTested for what was triggered in a walk
// test; see alerts.WalkTest.
const TestedWalking = "walk_test"

// The reasons of EntrySuppressed, besides those of care rules (off, hours,
// away).
const (
	SuppressedShelved  = "shelved"
	SuppressedPresence = "presence" // a carer is in the room
	SuppressedDelayed  = "delayed"  // it alarms later, should it last
)

// Entry is one row of the log of a site, as the incident page shows it. Its
// canonical bytes, which the hash chain covers, are made by the ledger.
type Entry struct {
	Number   uint64    `json:"number" doc:"position in the log of the site, from 1"`
	Kind     EntryKind `json:"kind"`
	Incident string    `json:"incident,omitempty"`
	Point    PointID   `json:"point,omitempty"`
	Event    string    `json:"event,omitempty" doc:"id of the event behind it"`
	Act      Act       `json:"act"`
	Cause    Cause     `json:"cause,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	// To and Channel say who was told, and how: a user's id, or resident:ID; of
	// EntryCalled also an emergency number.
	To      string `json:"to,omitempty"`
	Channel string `json:"channel,omitempty"`
	// Until is the end of what the row began, such as a shelf.
	Until *time.Time `json:"until,omitempty"`
	// Digest is the SHA-256 of the configuration that was saved, in hexadecimal.
	Digest string `json:"digest,omitempty"`
	// Note is personal data: the chain covers a salted digest of it only.
	Note string `json:"note,omitempty"`
}

// FeedRow is one row of the ordered feed. It names what changed and carries
// nothing that a role might not see; what is shown is rendered per role.
type FeedRow struct {
	Number   uint64
	At       time.Time
	Site     SiteID
	Resident ResidentID
	Kind     EntryKind
	Ref      string // incident id, or point id
}
