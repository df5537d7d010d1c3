// Package people holds who lives on a site, who works there and who may see
// what. It decides nothing but scope; sign-in and sessions are the API's.
package people

import (
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Role is what a user is to the sites of his scope.
type Role string

// The roles.
const (
	Carer     Role = "carer"     // 护理员
	Leader    Role = "leader"    // 班组长
	Manager   Role = "manager"   // 院长
	Inspector Role = "inspector" // 监管人员
	Family    Role = "family"    // 家属
	Operator  Role = "operator"  // 系统管理员
	Helper    Role = "helper"    // 邻居、社区工作者: called for single residents, seldom signs in
)

// Valid reports whether r is one of the roles above.
func (r Role) Valid() bool {
	return slices.Contains([]Role{Carer, Leader, Manager, Inspector, Family, Operator, Helper}, r)
}

// Staff reports whether the role answers incidents.
func (r Role) Staff() bool { return r == Carer || r == Leader || r == Manager }

// Contact is one way to reach a person.
type Contact struct {
	Channel string `json:"channel" yaml:"channel" doc:"name of a channel of this gateway, such as sms"`
	Address string `json:"address" yaml:"address" doc:"in the form of the channel: +8613812345678, a mailbox, an account"`
}

// Telephone reports whether the address is a number that can be called.
func (c Contact) Telephone() bool {
	digits := 0
	for n, r := range c.Address {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r != ' ' && r != '-' && (r != '+' || n != 0):
			return false
		}
	}
	return digits >= 3
}

// Relation says what a helper is to the residents of his scope.
type Relation string

// The relations.
const (
	Neighbour Relation = "neighbour" // 邻居
	Community Relation = "community" // 社区工作者
)

// Authority says for which authority an inspector works.
type Authority string

// The authorities.
const (
	CivilAffairs Authority = "civil_affairs" // 民政; what an empty one means
	FireRescue   Authority = "fire"          // 消防救援: no business of theirs is what residents need help with
)

// User is a person who signs in, or who is called.
type User struct {
	ID    care.UserID `json:"id"`
	Login string      `json:"login"`
	Name  string      `json:"name"`
	Role  Role        `json:"role" enum:"carer,leader,manager,inspector,family,operator,helper"`
	Scope Scope       `json:"scope"`
	// Relation belongs to a Helper.
	Relation Relation `json:"relation,omitempty" enum:"neighbour,community"`
	// KeyHolder says that a Family or a Helper has a key to the home of those in his
	// scope: who stands before a locked door calls him.
	KeyHolder bool `json:"key_holder,omitempty"`
	// Authority belongs to an Inspector; empty means civil affairs.
	Authority Authority `json:"authority,omitempty" enum:"civil_affairs,fire"`
	// Language is that of messages: zh, or en. Empty means zh.
	Language string `json:"language,omitempty" enum:"zh,en"`
	// Contacts are tried in their order. They are personal data and never leave
	// the ledger's readers but to their owner and who administers the site.
	Contacts []Contact `json:"-"`
	// Wants is what a family asks to be told, and when; others are told.
	Wants Wants `json:"-"`
	// Badge is what a reader says of the person's badge; empty for none.
	Badge string `json:"-"`
	// Station says that this is no person but a screen that stands in a house and
	// signs in once. What people do there is theirs, by tile and PIN.
	Station Station `json:"station,omitempty" enum:"station,wall"`
	// Disabled users cannot sign in, are not called, and keep their history.
	Disabled bool `json:"disabled,omitempty"`
	// MustChange marks a one-time password: with it one may set another one, and
	// nothing else.
	MustChange bool `json:"must_change,omitempty"`
	// Subject is who the person is to the identity provider of an authority:
	// issuer and subject of OpenID Connect with a space between; empty for none.
	Subject string `json:"-"`

	// What proves who a user is never leaves the ledger's readers. PasswordHash
	// and PINHash are argon2id hashes; empty while there is none.
	PasswordHash string `json:"-"`
	PINHash      string `json:"-"`
	// TOTPSecret is the shared secret of RFC 6238 in base 32; empty while the
	// second step is not in use.
	TOTPSecret string `json:"-"`
}

// Station says what kind of screen a user is.
type Station string

// The kinds.
const (
	AtStation Station = "station" // 护理站: people act there by tile and PIN
	OnWall    Station = "wall"    // 墙面大屏: shows room, bed and class, no names; nobody acts there
)

// Scope says where a user's role counts.
type Scope struct {
	Sites     []care.SiteID     `json:"sites,omitempty"`     // staff: these sites; operator: all when empty
	Regions   []care.RegionID   `json:"regions,omitempty"`   // inspector: these regions and all below
	Residents []care.ResidentID `json:"residents,omitempty"` // family and helpers: these people only
	// Floors narrow what carers see to these floors of their sites, as zones name
	// them; all when empty. See Directory.SeesIncident for what is never narrowed.
	Floors []string `json:"floors,omitempty"`
}

// Resident is a person who is watched.
type Resident struct {
	ID   care.ResidentID `json:"id" yaml:"id"`
	Site care.SiteID     `json:"site" yaml:"-"`
	Name string          `json:"name" yaml:"name"`
	// Risk is what a carer must know when she enters: 高跌倒风险, oxygen.
	Risk care.Text `json:"risk" yaml:"risk,omitempty"`
	// FamilyConsent is the recorded consent (单独同意) to inform the family.
	FamilyConsent bool `json:"family_consent" yaml:"family_consent"`
	// Zone and Bed are where he sleeps.
	Zone care.ZoneID `json:"zone,omitempty" yaml:"zone,omitempty"`
	Bed  string      `json:"bed,omitempty" yaml:"bed,omitempty"`
	// Mobility is how he gets out of a burning house.
	Mobility Mobility `json:"mobility,omitempty" yaml:"mobility,omitempty" enum:"walks,helped,bedbound"`
	// Oxygen says that there is an oxygen supply at his bed.
	Oxygen bool `json:"oxygen,omitempty" yaml:"oxygen,omitempty"`
	// Away says that he is not in the house now: in hospital, with his family. It
	// is recorded by staff, not by plans.
	Away bool `json:"away,omitempty" yaml:"-"`
	// Routine is his usual day in plain words; a family reads it only with
	// RoutineConsent.
	Routine        care.Text `json:"routine,omitzero" yaml:"routine,omitempty"`
	RoutineConsent bool      `json:"routine_consent,omitempty" yaml:"routine_consent,omitempty"`
	// Access is how one gets in to him who does not open: a key box, a back door. It
	// is for who goes there alone, and no page lists it.
	Access care.Text `json:"access,omitzero" yaml:"access,omitempty"`
	// LeftAt is when he moved out or died; nil while he is watched.
	LeftAt *time.Time `json:"left_at,omitempty" yaml:"-"`
	// Contacts are his own, such as the telephone beside him.
	Contacts []Contact `json:"-" yaml:"contacts,omitempty"`
}

// Mobility says how a person leaves a building.
type Mobility string

// The kinds of mobility. Empty is not known and is treated as helped.
const (
	Walks    Mobility = "walks"    // 可自行行走
	Helped   Mobility = "helped"   // 需搀扶
	Bedbound Mobility = "bedbound" // 卧床
)

// Directory is one consistent picture of what is registered: an immutable
// value that is replaced as a whole when something changes.
type Directory struct {
	Regions   map[care.RegionID]care.Region
	Sites     map[care.SiteID]care.Site
	Zones     map[SiteZone]care.Zone
	Points    map[SitePoint]care.Point
	Edges     map[SiteEdge]care.Edge
	Residents map[care.ResidentID]Resident
	// Users are all who sign in or are called, without their passwords.
	Users map[care.UserID]User
}

// SiteZone, SitePoint and SiteEdge are ids that are unique in a site only.
type (
	SiteZone struct {
		Site care.SiteID
		Zone care.ZoneID
	}
	SitePoint struct {
		Site  care.SiteID
		Point care.PointID
	}
	SiteEdge struct {
		Site care.SiteID
		Edge care.EdgeID
	}
)

// Point returns a registered point.
func (d *Directory) Point(site care.SiteID, id care.PointID) (care.Point, bool) {
	p, ok := d.Points[SitePoint{site, id}]
	return p, ok
}

// FloorOf returns the floor on which a point is, as people call it; empty where
// that is not known.
func (d *Directory) FloorOf(p care.Point) string {
	return d.Zones[SiteZone{p.Site, p.Zone}].Floor
}

// Within reports whether region lies in or below one of roots.
func (d *Directory) Within(region care.RegionID, roots []care.RegionID) bool {
	// Bounded by the number of regions, so that a circle ends.
	for range len(d.Regions) + 1 {
		if slices.Contains(roots, region) {
			return true
		}
		r, ok := d.Regions[region]
		if !ok || r.Parent == "" {
			return false
		}
		region = r.Parent
	}
	return false
}

// SeesSite reports whether the user may see that the site exists and what goes
// on there in the form that his role allows.
func (d *Directory) SeesSite(u User, site care.SiteID) bool {
	switch {
	case u.Disabled:
		return false
	case u.Role == Operator:
		return len(u.Scope.Sites) == 0 || slices.Contains(u.Scope.Sites, site)
	case u.Role.Staff():
		return slices.Contains(u.Scope.Sites, site)
	case u.Role == Inspector:
		s, ok := d.Sites[site]
		return ok && d.Within(s.Region, u.Scope.Regions)
	case u.Role == Family || u.Role == Helper:
		return slices.ContainsFunc(u.Scope.Residents, func(id care.ResidentID) bool {
			return d.Residents[id].Site == site
		})
	}
	return false
}

// SeesIncident reports whether the user may see an incident at all. A family
// sees incidents of its own elder, while there is consent, and those that
// concern people, not equipment or a plain bedside call. A helper sees those of
// his residents, but for equipment. An inspector of the fire service sees hazards
// to the building and failures of what finds them, and nothing about people. A
// carer of single floors sees what happens there, what happens nobody knows
// where, hazards to the building on every floor, and what the ladder has called her
// to. That is a property of the incident, so that every board, list and frame shows
// it to her and none has to ask; the message about it that was sent is the row of the
// feed by which it comes upon her open board. Nobody sees anything any more once
// disabled, in whatever role.
func (d *Directory) SeesIncident(u User, i care.Incident) bool {
	if u.Disabled {
		return false
	}
	if u.Role != Family && u.Role != Helper {
		return d.SeesSite(u, i.Site) && (!u.FireOfficer() || d.ofFireSafety(i)) &&
			(i.Class.LifeSafety() || d.onFloors(u, i.Site, d.zoneOf(i)) || slices.Contains(i.Told, u.ID))
	}
	if i.Class.Equipment() || u.Role == Family && i.Class == care.Call {
		return false
	}
	return slices.ContainsFunc(d.Concerned(i), func(id care.ResidentID) bool {
		return slices.Contains(u.Scope.Residents, id) && (u.Role == Helper || d.Residents[id].FamilyConsent)
	})
}

// FireOfficer reports whether the user is an inspector of the fire service.
func (u User) FireOfficer() bool { return u.Role == Inspector && u.Authority == FireRescue }

// SeesPoint reports whether the user may see that a point exists and how it
// stands.
func (d *Directory) SeesPoint(u User, p care.Point) bool {
	return d.SeesSite(u, p.Site) && (!u.FireOfficer() || findsHazards(p)) &&
		(findsHazards(p) || d.onFloors(u, p.Site, p.Zone))
}

// onFloors reports whether a zone is on one of the floors to which a carer's
// scope is narrowed, or on none that is known.
func (d *Directory) onFloors(u User, site care.SiteID, zone care.ZoneID) bool {
	if u.Role != Carer || len(u.Scope.Floors) == 0 {
		return true
	}
	floor := d.Zones[SiteZone{site, zone}].Floor
	return floor == "" || slices.Contains(u.Scope.Floors, floor)
}

// zoneOf returns the zone of an incident: its own, or that of its point.
func (d *Directory) zoneOf(i care.Incident) care.ZoneID {
	if i.Zone != "" {
		return i.Zone
	}
	p, _ := d.Point(i.Site, i.Point)
	return p.Zone
}

// findsHazards reports whether a point finds or reports hazards to the building,
// or is the mains without which none is found.
func findsHazards(p care.Point) bool { return p.Kind.LifeSafety() || p.Kind == care.PowerSupply }

// ofFireSafety reports whether an incident is about a hazard to the building, or
// about equipment that finds such: a detector, a panel, or an edge or a whole
// site that is not heard, behind which there may be some.
func (d *Directory) ofFireSafety(i care.Incident) bool {
	if i.Class.LifeSafety() {
		return true
	}
	if !i.Class.Equipment() {
		return false
	}
	switch care.ParseSubject(i.Point).Kind {
	case care.SubjectEdge, care.SubjectSite, care.SubjectRegion:
		return true
	case care.SubjectRoster:
		return false
	}
	p, _ := d.Point(i.Site, i.Point)
	return findsHazards(p)
}

// Concerned lists whom an incident concerns: its resident; where it has none
// and the site is a private home, such as a fire in the kitchen of a couple, all
// who live there now.
func (d *Directory) Concerned(i care.Incident) []care.ResidentID {
	if i.Resident != "" {
		return []care.ResidentID{i.Resident}
	}
	if d.Sites[i.Site].Kind != care.PrivateHome {
		return nil
	}
	var all []care.ResidentID
	for id, r := range d.Residents {
		if r.Site == i.Site && r.LeftAt == nil {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// Serves reports whether somebody whom a roster names for a site can stand for a
// duty there: whoever may act there, and of others, such as helpers, whoever sees
// anything of it. It is false of somebody who has left the site or is not known:
// a ladder still tells staff who help out from another house, but a roster that
// rests on them alone has a gap, since they can accept nothing.
func (d *Directory) Serves(id care.UserID, site care.SiteID) bool {
	u, known := d.Users[id]
	if !known {
		return false
	}
	return d.Acts(u, site) || !u.Role.Staff() && d.SeesSite(u, site)
}

// Acts reports whether the user may accept, arrive at and resolve incidents of
// the site.
func (d *Directory) Acts(u User, site care.SiteID) bool {
	return u.Role.Staff() && u.Station == "" && d.SeesSite(u, site)
}
