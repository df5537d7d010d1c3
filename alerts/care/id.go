package care

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"
)

// SiteID names a site: a nursing home, a day-care centre or one private home.
// It matches [a-z0-9-]{1,40}.
type SiteID string

// EdgeID names an edge agent within its site. It matches [a-z0-9-]{1,40}.
type EdgeID string

// PointID names a point (one sensor channel that a person would recognise,
// such as the call button of bed 203-1) within its site. It matches
// [a-z0-9-]{1,40}.
type PointID string

// ZoneID names a zone (a room, a corridor, a detection zone of a fire panel)
// within its site. It matches [a-z0-9-]{1,40}.
type ZoneID string

// ResidentID is the opaque identity of a resident. It carries no name.
type ResidentID string

// UserID is the opaque identity of a person who signs in.
type UserID string

// RegionID names an administrative region of any level.
type RegionID string

// MaxIDLength is the greatest length of a site, edge, point or zone id in
// bytes.
const MaxIDLength = 40

// ValidID reports whether s can be a site, edge, point or zone id:
// [a-z0-9-]{1,40}.
func ValidID(s string) bool {
	if s == "" || len(s) > MaxIDLength {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// NewID returns a UUID of version 7 (RFC 9562, section 5.7): 48 bits of
// milliseconds since 1970, then random bits, so that ids sort by time.
func NewID() string { return NewIDAt(time.Now()) }

// NewIDAt is NewID for a given time. Times before 1970 are taken as 1970.
func NewIDAt(at time.Time) string {
	var b [16]byte
	// crypto/rand.Read never fails: it ends the program instead.
	rand.Read(b[6:])
	ms := max(at.UnixMilli(), 0)
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}
