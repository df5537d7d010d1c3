package care

import "time"

// EntryPhotographed says that somebody added the photo To to an incident; Digest
// is the SHA-256 of the picture as it is kept. Unlike that of a name it needs no
// salt, since nobody guesses a picture, and so whoever was given a copy can prove
// that it is this one.
const EntryPhotographed EntryKind = "incident.photographed"

// Limits of photos.
const (
	// MaxPhotos is how many photos an incident may have.
	MaxPhotos = 10
	// PhotoKept is how long a photo is kept, whatever becomes of its incident.
	PhotoKept = 30 * 24 * time.Hour
)

// PhotoRule says whether photos may be taken where something happened.
type PhotoRule string

// The rules.
const (
	PhotoAllowed PhotoRule = "allowed"
	PhotoPrivate PhotoRule = "private_room" // people undress or lie there
	PhotoUnknown PhotoRule = "unknown_room" // nobody has said what the room is
	PhotoAtHome  PhotoRule = "private_home" // somebody's own four walls
)

// PhotoRuleOf says whether photos may be taken in a zone of a site of a kind.
// lived says that somebody has a bed there, whatever the zone is called. What is
// not known is not allowed, nor is a kind that a later program may have written.
func PhotoRuleOf(site SiteKind, zone ZoneKind, lived bool) PhotoRule {
	switch {
	case site == PrivateHome:
		return PhotoAtHome
	case zone == Bedroom || zone == Bathroom || lived:
		return PhotoPrivate
	case site != NursingHome && site != DayCare:
		return PhotoUnknown
	}
	switch zone {
	case Corridor, Kitchen, Common, Service:
		return PhotoAllowed
	}
	return PhotoUnknown
}

// Photo is a photo of an incident, without the picture.
type Photo struct {
	ID       string
	Incident string
	Site     SiteID
	// By is who added it, and when.
	By Act
	// Digest is the SHA-256 of the picture, in hexadecimal.
	Digest string
	Bytes  int
	// Width and Height are in pixels.
	Width, Height int
	DeletesAt     time.Time
}
