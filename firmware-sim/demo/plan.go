// Package demo makes up a district to look at: one nursing home of forty rooms
// and sixty private homes in three townships, their residents, their hundred
// edge agents and a night in which things happen.
//
// Nobody in it exists: names are put together from common ones by a seed, and
// towns, streets and institutions are invented. The same seed always gives the
// same district; passwords and the secrets of edges are random and made once.
//
// Build makes the district, Init writes it to a folder, Run plays it. Running
// the agents is left to firmware-sim/fleet, what the gateway makes of it all to
// the gateway.
package demo

import "shouwang.care/shouwang/alerts/care"

// Plan is a site plan as "gateway import" reads it: who and what is registered.
type Plan struct {
	Regions []Region `yaml:"regions"`
	Sites   []Site   `yaml:"sites"`
	Users   []User   `yaml:"users"`
}

// Region is an administrative region; Parent is empty for the topmost.
type Region struct {
	ID     care.RegionID `yaml:"id"`
	Parent care.RegionID `yaml:"parent"`
	Level  string        `yaml:"level"`
	Name   care.Text     `yaml:"name,flow"`
}

// Site is a nursing home or a private home with all that is in it.
type Site struct {
	ID        care.SiteID   `yaml:"id"`
	Kind      care.SiteKind `yaml:"kind"`
	Name      care.Text     `yaml:"name,flow"`
	Region    care.RegionID `yaml:"region"`
	Address   care.Text     `yaml:"address,flow"`
	TimeZone  string        `yaml:"time_zone"`
	Telephone string        `yaml:"telephone,omitempty"`
	Longitude float64       `yaml:"longitude"`
	Latitude  float64       `yaml:"latitude"`
	Zones     []Zone        `yaml:"zones"`
	Edges     []Edge        `yaml:"edges"`
	Residents []Resident    `yaml:"residents"`
	Points    []Point       `yaml:"points"`
}

// Zone is a room.
type Zone struct {
	ID    care.ZoneID   `yaml:"id"`
	Floor string        `yaml:"floor"`
	Name  care.Text     `yaml:"name,flow"`
	Kind  care.ZoneKind `yaml:"kind,omitempty"`
	// Shape is the outline, as care.ParseShape reads it; empty where nobody has
	// measured the room.
	Shape string `yaml:"shape,omitempty"`
}

// Edge is an edge agent with its password in plain text; the gateway keeps only
// a hash of it.
type Edge struct {
	ID     care.EdgeID `yaml:"id"`
	Name   care.Text   `yaml:"name,flow"`
	Secret string      `yaml:"secret"`
}

// Resident is a person who is watched.
type Resident struct {
	ID            care.ResidentID `yaml:"id"`
	Name          string          `yaml:"name"`
	Risk          *care.Text      `yaml:"risk,omitempty,flow"`
	FamilyConsent bool            `yaml:"family_consent"`
	Zone          care.ZoneID     `yaml:"zone,omitempty"`
	Bed           string          `yaml:"bed,omitempty"`
	// Mobility is walks, helped or bedbound.
	Mobility string     `yaml:"mobility,omitempty"`
	Oxygen   bool       `yaml:"oxygen,omitempty"`
	Routine  *care.Text `yaml:"routine,omitempty,flow"`
	// Access is how one gets in to him who does not open.
	Access   *care.Text `yaml:"access,omitempty,flow"`
	Contacts []Contact  `yaml:"contacts,omitempty,flow"`
}

// Point is one sensor channel as people know it.
type Point struct {
	ID       care.PointID    `yaml:"id"`
	Edge     care.EdgeID     `yaml:"edge"`
	Zone     care.ZoneID     `yaml:"zone"`
	Name     care.Text       `yaml:"name,flow"`
	Bed      string          `yaml:"bed,omitempty"`
	Resident care.ResidentID `yaml:"resident,omitempty"`
	Kind     care.PointKind  `yaml:"kind,omitempty"`
}

// User is a person who signs in.
type User struct {
	ID    care.UserID `yaml:"id"`
	Login string      `yaml:"login"`
	Name  string      `yaml:"name"`
	Role  string      `yaml:"role"`
	// Relation is that of a helper: neighbour, or community.
	Relation string `yaml:"relation,omitempty"`
	// KeyHolder has a key to the home of those in his scope.
	KeyHolder bool `yaml:"key_holder,omitempty"`
	// Authority is that of an inspector; empty means civil affairs.
	Authority string `yaml:"authority,omitempty"`
	// Station says that this is a screen: station, or wall.
	Station string `yaml:"station,omitempty"`
	// PIN is what the person enters at a station.
	PIN string `yaml:"pin,omitempty"`
	// Password is empty for who is called and does not sign in.
	Password string    `yaml:"password,omitempty"`
	Contacts []Contact `yaml:"contacts,omitempty,flow"`
	Scope    Scope     `yaml:"scope"`
}

// Contact is one way to reach a person.
type Contact struct {
	Channel string `yaml:"channel"`
	Address string `yaml:"address"`
}

// Scope says where a user's role counts.
type Scope struct {
	Sites     []care.SiteID     `yaml:"sites,omitempty"`
	Regions   []care.RegionID   `yaml:"regions,omitempty"`
	Residents []care.ResidentID `yaml:"residents,omitempty"`
	Floors    []string          `yaml:"floors,omitempty"`
}
