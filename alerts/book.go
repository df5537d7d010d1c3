package alerts

import (
	"encoding/json"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// TimerKind says what is to be done when a timer is due.
type TimerKind string

// The kinds. A timer is known by its kind and Ref; setting it again moves it.
const (
	TimerLadder  TimerKind = "ladder"  // next step of the incident Ref
	TimerArrival TimerKind = "arrival" // nobody has arrived at the accepted incident Ref
	TimerFamily  TimerKind = "family"  // tell the family of the incident Ref that nobody has arrived yet
	TimerShelf   TimerKind = "shelf"   // the shelf Ref ends
	TimerOutage  TimerKind = "outage"  // what the outage Ref, which is over, has left silent stands for itself
	TimerCare    TimerKind = "care"    // a care alarm that was held back; Ref is site/point/class
	TimerRule    TimerKind = "rule"    // a condition of a rule will have lasted; Ref is rule/site/point
	TimerWalk    TimerKind = "walk"    // the walk test Ref ends
	TimerNotice  TimerKind = "notice"  // try the notice Ref, or ask what became of it
)

// Timer is something that must happen at a time, also when the gateway was
// down at that time: then it happens once, as soon as it is up.
type Timer struct {
	Kind TimerKind
	Ref  string
	Site care.SiteID
	Due  time.Time
	// Data belongs to whoever set it; JSON, or nil.
	Data json.RawMessage
}

// Shelf keeps the alarms of a point from people for a limited time (ISA-18.2:
// shelved). What the point reports is recorded all the same.
type Shelf struct {
	Site  care.SiteID
	Point care.PointID
	// Class is the one class that is shelved.
	Class care.Class
	// Repair marks a shelf of fire, gas or carbon monoxide (检修中): Watch is the
	// person who keeps watch in the sensor's place, and inspectors are shown it.
	Repair bool
	Watch  string
	By     care.Act
	Until  time.Time
	Reason string
}

// Ref returns the name of the shelf, which its timer has too.
func (s Shelf) Ref() string { return PointRef(s.Site, s.Point, s.Class) }

// PointRef names a class at a point of a site.
func PointRef(site care.SiteID, point care.PointID, class care.Class) string {
	return string(site) + "/" + string(point) + "/" + string(class)
}

// NoticeState is how far a notice has come.
type NoticeState string

// The states.
const (
	NoticeWaiting NoticeState = "waiting" // to be sent, or sent again, at Due
	NoticeSent    NoticeState = "sent"    // a service has it; the proof is awaited until Due
	NoticeDone    NoticeState = "done"    // the best proof that the channel can give is here
	NoticeFailed  NoticeState = "failed"  // no channel is left
	NoticeDropped NoticeState = "dropped" // it was no longer needed
)

// Phrase is what a notice says; words and language are chosen when it is sent.
type Phrase string

// The phrases. Those of PhraseHelp… are all that families ever hear.
const (
	PhraseAlarm    Phrase = "alarm"    // come: an incident needs somebody
	PhraseTaken    Phrase = "taken"    // somebody accepted it; to those called before
	PhraseHelp     Phrase = "help"     // help was called
	PhraseAccepted Phrase = "accepted" // somebody is on the way
	PhraseArrived  Phrase = "arrived"  // somebody is there
	PhraseWaiting  Phrase = "waiting"  // nobody has arrived for a time
	PhraseOver     Phrase = "over"     // it is over, and why
	PhraseTrial    Phrase = "trial"    // somebody tries whether he can be reached
)

// Notice is one message to one person about one incident, in the outbox. Its
// ID is the idempotency key at the service.
type Notice struct {
	ID       string
	Incident string // empty for a trial
	Site     care.SiteID
	Resident care.ResidentID
	Class    care.Class
	Phrase   Phrase
	// Family says that it goes to a family, for which consent is needed.
	Family bool
	// Owner is who is told: a user's id, or resident:ID for the resident.
	Owner    string
	Language string
	// Policy, Step and Round say which step of which ladder sent it, and Alarms
	// to which activation of the incident.
	Policy      string
	Step, Round int
	Alarms      int
	// Contacts are the ways to the person in the order to try; At counts those
	// that failed.
	Contacts []people.Contact
	At       int

	State NoticeState
	Proof int // notify.Proof
	// ServiceID is the service's name for the message that was sent last.
	ServiceID string
	// Sent is the idempotency key under which it was sent last: ID and At, or
	// that of the message into which several were merged.
	Sent      string
	Tries     int // at the present contact
	CreatedAt time.Time
	SentAt    time.Time
	Due       time.Time
	// Reason and Detail are of the last failure.
	Reason, Detail string
}

// Contact returns the way that is tried at present; ok is false when none is
// left.
func (n Notice) Contact() (c people.Contact, ok bool) {
	if n.At >= len(n.Contacts) {
		return people.Contact{}, false
	}
	return n.Contacts[n.At], true
}

// Document is a piece of configuration that people edit: one JSON or YAML text
// by site, kind and name.
type Document struct {
	Site care.SiteID
	Kind DocumentKind
	Name string // such as the id of a resident; empty where there is one a site
	Body []byte
	// Revision counts from 1. Who saves names the revision that he has seen.
	Revision int
	SavedAt  time.Time
	SavedBy  care.UserID
}

// DocumentKind says what a document configures.
type DocumentKind string

// The kinds. A document that does not exist stands for what is built in.
const (
	DocumentRoster  DocumentKind = "roster"  // JSON of roster.Roster
	DocumentLadders DocumentKind = "ladders" // JSON of ladder.Book
	DocumentRules   DocumentKind = "rules"   // YAML of rule.Set
	DocumentCare    DocumentKind = "care"    // JSON of rule.CareRules; Name is the resident
)

// Job is a notice that is to be sent, or whose service is to be asked what
// became of it.
type Job struct {
	Notice string
	Poll   bool
}

// Parcel is one message that goes out: one notice, or several to the same
// person, with the incidents that they are about, each once.
type Parcel struct {
	Key              string // idempotency key
	Owner            string
	Channel, Address string
	Notices          []Notice
	Incidents        []care.Incident
}
