package care

import "time"

// The kinds of rows about what goes on in a ward besides its alarms.
const (
	// EntryOut and EntryInside say of one resident (To) that somebody saw him out
	// of a burning house, or in it after all. They belong to the incident.
	EntryOut    EntryKind = "incident.out"
	EntryInside EntryKind = "incident.inside"
	// EntryAway and EntryBack say of one resident (To) that he is not in the house,
	// such as in hospital, or is again.
	EntryAway EntryKind = "resident.away"
	EntryBack EntryKind = "resident.back"
	// EntryHandover is one signature under a hand-over: Reason is SignedOut or
	// SignedIn, To the hand-over's id and Digest that of what was signed.
	EntryHandover EntryKind = "shift.handed_over"
	// EntryDrawing says that the drawing of the floor To was changed or removed.
	EntryDrawing EntryKind = "site.drawing"
)

// The reasons of EntryHandover.
const (
	SignedOut = "outgoing"
	SignedIn  = "incoming"
)

// Tick is what somebody said of one resident while a house was cleared.
type Tick struct {
	// ID is given by the tablet, so that a tick that is sent twice is one.
	ID       string
	Incident string
	Site     SiteID
	Resident ResidentID
	// Out is false where he is inside after all.
	Out bool
	// By is who ticked, and when; ReceivedAt is when that was known here.
	By         Act
	ReceivedAt time.Time
}

// Handover is a shift that one person hands on to another.
type Handover struct {
	ID       string
	Site     SiteID
	From, To time.Time
	// Note is free text. Page is what both had before them, as JSON.
	Note string
	Page string
	// Digest is the SHA-256 of Page and Note, in hexadecimal.
	Digest string
	// Outgoing and Incoming have signed; Incoming.By is empty until she has.
	Outgoing, Incoming Act
}

// Drawing is a drawing of a floor that somebody brought.
type Drawing struct {
	Site   SiteID
	Floor  string
	SVG    string
	Digest string // SHA-256 of SVG, in hexadecimal
	By     Act
}
