package api

import (
	"encoding/json"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// The shapes below are the contract with the web app. The OpenAPI document is
// made from them, and the app's types from the document.

// Me is the signed-in person and what he may see.
type Me struct {
	User  people.User `json:"user"`
	Sites []SiteView  `json:"sites"`
	// Watched are the residents of a family's scope.
	Watched []ResidentView `json:"watched"`
	// SecondStep says that his sign-in asks for a code of an authenticator.
	SecondStep bool   `json:"second_step,omitempty"`
	Version    string `json:"version"`
}

// SiteView is a site as a list or a heading shows it.
type SiteView struct {
	ID       care.SiteID   `json:"id"`
	Kind     care.SiteKind `json:"kind" enum:"nursing_home,day_care,private_home"`
	Name     care.Text     `json:"name"`
	Region   care.Text     `json:"region" doc:"township or village"`
	Address  care.Text     `json:"address"`
	TimeZone string        `json:"time_zone"`
}

// ResidentView is a resident as staff of his site and his family see him.
type ResidentView struct {
	ID   care.ResidentID `json:"id"`
	Name string          `json:"name"`
	Risk *care.Text      `json:"risk,omitempty" doc:"staff only"`
}

// PlaceView says where an incident is. What the role may not see is empty.
type PlaceView struct {
	Floor string     `json:"floor,omitempty"`
	Zone  *care.Text `json:"zone,omitempty" doc:"room"`
	Bed   string     `json:"bed,omitempty"`
	Point *care.Text `json:"point,omitempty" doc:"what stands there"`
}

// ActView is who did something, when and by what means. The name is empty for
// roles that may not see it.
type ActView struct {
	Name  string     `json:"name,omitempty"`
	By    string     `json:"by,omitempty" doc:"the user id of that person, since names are not unique; staff only"`
	At    time.Time  `json:"at"`
	Means care.Means `json:"means" enum:"sensor,screen,button,tag,link,phone,system"`
}

// IncidentView is an incident as the role of the viewer may see it.
type IncidentView struct {
	ID       string             `json:"id"`
	Site     SiteView           `json:"site"`
	Class    care.Class         `json:"class" enum:"fire,gas,carbon_monoxide,sos,call,fall,water_leak,bed_exit,wandering,inactivity,vital,intrusion,fault,tamper,battery,silent"`
	Severity string             `json:"severity" enum:"low,medium,high,urgent"`
	State    care.IncidentState `json:"state" enum:"raised,accepted,arrived,resolved"`
	Active   bool               `json:"active" doc:"the sensor still reports the condition"`
	Place    PlaceView          `json:"place"`
	Resident *ResidentView      `json:"resident,omitempty"`

	HappenedAt time.Time  `json:"happened_at"`
	RaisedAt   time.Time  `json:"raised_at"`
	AlarmedAt  time.Time  `json:"alarmed_at" doc:"latest activation; the wait counts from here"`
	Alarms     int        `json:"alarms" doc:"number of activations"`
	ClearedAt  *time.Time `json:"cleared_at,omitempty"`
	Late       bool       `json:"late,omitempty"`
	// What follows is absent for families but CancelledAt.
	Confirmed   *ConfirmedView `json:"confirmed,omitempty" doc:"a second signal said the same"`
	CancelledAt *time.Time     `json:"cancelled_at,omitempty" doc:"the resident took the call back; it still needs a look"`
	Under       string         `json:"under,omitempty" doc:"id of the incident that explains this one"`
	UntoldAt    *time.Time     `json:"untold_at,omitempty" doc:"since when nobody could be told by any channel"`
	Clock       string         `json:"clock,omitempty" enum:"offset,received" doc:"how the time was corrected"`

	Accepted *ActView   `json:"accepted,omitempty"`
	Arrived  *ActView   `json:"arrived,omitempty"`
	Resolved *ActView   `json:"resolved,omitempty"`
	Cause    care.Cause `json:"cause,omitempty" enum:"real,false,test,drill,pending"`
	Reason   string     `json:"reason,omitempty"`
	Note     string     `json:"note,omitempty"`
	Revision int        `json:"revision"`
	// Photos says whether leaders may add photos of it.
	Photos care.PhotoRule `json:"photos,omitempty" enum:"allowed,private_room,unknown_room,private_home" doc:"whether leaders and managers may add photos of what is there; staff only"`
	// Can lists what the viewer may do now.
	Can []string `json:"can" enum:"accept,arrive,resolve,explain,note"`
}

// ConfirmedView is when a second signal said the same of a fire, and which.
type ConfirmedView struct {
	At    time.Time  `json:"at"`
	Point *care.Text `json:"point,omitempty" doc:"absent when it has been taken away since"`
}

// IncidentDetail is an incident with its history and its evidence.
type IncidentDetail struct {
	Incident IncidentView    `json:"incident"`
	Entries  []EntryView     `json:"entries"`
	Notices  []NoticeView    `json:"notices" doc:"who was told, in the order of time; empty for families"`
	Evidence json.RawMessage `json:"evidence,omitempty"`
}

// EntryView is one row of an incident's history.
type EntryView struct {
	Number uint64         `json:"number"`
	Kind   care.EntryKind `json:"kind"`
	Act    ActView        `json:"act"`
	Point  *care.Text     `json:"point,omitempty"`
	Cause  care.Cause     `json:"cause,omitempty"`
	Reason string         `json:"reason,omitempty"`
	Note   string         `json:"note,omitempty"`
	Photo  string         `json:"photo,omitempty" doc:"id of the photo that was added; staff only"`
	// To and Channel say whom a message was for, and by which way it went.
	To      string     `json:"to,omitempty" doc:"name; staff only"`
	Channel string     `json:"channel,omitempty"`
	Until   *time.Time `json:"until,omitempty" doc:"end of what the row began"`
}

// Board is the picture that a live view starts with: the open incidents and
// those resolved in the last hour, at feed number Number.
type Board struct {
	Number    uint64         `json:"number"`
	Time      time.Time      `json:"time"`
	Incidents []IncidentView `json:"incidents"`
}

// FrameType names the frames that the server sends over the WebSocket.
type FrameType string

// The frames.
const (
	FrameSnapshot FrameType = "snapshot" // Number, Time, Incidents: replaces the picture
	FrameIncident FrameType = "incident" // Number, Time, Kind, Incident: one change
	FrameUpto     FrameType = "upto"     // Number, Time: nothing more for you up to here; every 5 s
	FrameBye      FrameType = "bye"      // Reason: the server closes; come back (slow) or sign in (signed_out)
)

// Frame is one message of the server over the WebSocket.
type Frame struct {
	Type      FrameType      `json:"type" enum:"snapshot,incident,upto,bye"`
	Number    uint64         `json:"number" doc:"what to say after the next Hello; 0 in bye"`
	Time      time.Time      `json:"time"`
	Kind      care.EntryKind `json:"kind,omitempty"`
	Incident  *IncidentView  `json:"incident,omitempty"`
	Incidents []IncidentView `json:"incidents,omitzero" doc:"in a snapshot always, if empty"`
	Reason    string         `json:"reason,omitempty" enum:"slow,signed_out,shutdown"`
	// View comes with a snapshot and with the upto that ends a catch-up.
	View string `json:"view,omitempty" doc:"names what the viewer may see; say it in the next Hello"`
}

// Hello is the first message of the client over the WebSocket: the last number
// that it has, or none for a snapshot.
type Hello struct {
	Type  string  `json:"type" enum:"hello"`
	After *uint64 `json:"after,omitempty"`
	// View is the latest View of a frame. When it is not what the viewer may
	// see now, he gets a snapshot, since his picture may hold what he would
	// never hear the end of. Without it the number alone counts.
	View string `json:"view,omitempty" maxLength:"64"`
}
