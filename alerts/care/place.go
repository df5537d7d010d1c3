package care

import "time"

// SiteKind says what a site is.
type SiteKind string

// The kinds of sites.
const (
	NursingHome SiteKind = "nursing_home" // 养老机构
	DayCare     SiteKind = "day_care"     // 日间照料中心
	PrivateHome SiteKind = "private_home" // 居家
)

// Region is an administrative region; Parent is empty for the topmost.
type Region struct {
	ID     RegionID `json:"id" yaml:"id"`
	Parent RegionID `json:"parent,omitempty" yaml:"parent,omitempty"`
	Level  string   `json:"level" yaml:"level" enum:"city,district,township,village" doc:"city 市, district 区县, township 街道/乡镇, village 社区/村"`
	Name   Text     `json:"name" yaml:"name"`
}

// RegionLevels lists the levels of regions, the widest first.
func RegionLevels() []string { return []string{"city", "district", "township", "village"} }

// Site is a place that is watched as a whole.
type Site struct {
	ID       SiteID   `json:"id" yaml:"id"`
	Kind     SiteKind `json:"kind" yaml:"kind" enum:"nursing_home,day_care,private_home"`
	Name     Text     `json:"name" yaml:"name"`
	Region   RegionID `json:"region" yaml:"region"`
	Address  Text     `json:"address" yaml:"address"`
	TimeZone string   `json:"time_zone" yaml:"time_zone" doc:"IANA time zone" example:"Asia/Shanghai"`
	// ArriveSeconds and CancelSeconds are 0 for the usual; see ArriveWithin and
	// CancelWithin.
	ArriveSeconds int `json:"arrive_s,omitempty" yaml:"arrive_s,omitempty" doc:"seconds from accepting to arriving, after which the incident is raised again"`
	CancelSeconds int `json:"cancel_s,omitempty" yaml:"cancel_s,omitempty" doc:"seconds within which a resident can take an SOS back"`
	// Telephone is that of the house, for whoever must ask what goes on there.
	Telephone string `json:"telephone,omitempty" yaml:"telephone,omitempty" doc:"of the house, such as +865718888000"`
	// Longitude and Latitude place the site on a schematic map, in degrees of
	// WGS 84. Both are 0 where that is not known: no site lies in the Gulf of
	// Guinea.
	Longitude float64 `json:"longitude,omitempty" yaml:"longitude,omitempty" doc:"degrees east of Greenwich"`
	Latitude  float64 `json:"latitude,omitempty" yaml:"latitude,omitempty" doc:"degrees north of the equator"`
}

// ArriveWithin is how long after accepting somebody must have arrived, or the
// incident is raised again: 3 min within a house, 30 min to a private home.
func (s Site) ArriveWithin() time.Duration {
	switch {
	case s.ArriveSeconds > 0:
		return time.Duration(s.ArriveSeconds) * time.Second
	case s.Kind == PrivateHome:
		return 30 * time.Minute
	}
	return 3 * time.Minute
}

// CancelWithin is how long after an SOS the resident can take it back at the
// button: 2 min, of which the edge asks for one.
func (s Site) CancelWithin() time.Duration {
	if s.CancelSeconds > 0 {
		return time.Duration(s.CancelSeconds) * time.Second
	}
	return 2 * time.Minute
}

// Location returns the site's time zone, UTC when it is unknown here.
func (s Site) Location() *time.Location {
	if loc, err := time.LoadLocation(s.TimeZone); err == nil && s.TimeZone != "" {
		return loc
	}
	return time.UTC
}

// Zone is a room or another part of a site.
type Zone struct {
	Site  SiteID `json:"site" yaml:"-"`
	ID    ZoneID `json:"id" yaml:"id"`
	Floor string `json:"floor" yaml:"floor" doc:"floor as people call it, such as 3"`
	Name  Text   `json:"name" yaml:"name"`
	// Kind decides where no photos are taken, and how a plan shows the zone.
	Kind ZoneKind `json:"kind,omitempty" yaml:"kind,omitempty" enum:"bedroom,bathroom,corridor,kitchen,common,service" doc:"what the zone is used for"`
	// Shape is the outline on the plan of the floor; see ParseShape. Empty leaves
	// the place to whoever draws the plan.
	Shape string `json:"shape,omitempty" yaml:"shape,omitempty" doc:"corners in metres, such as 0,0 4,0 4,3 0,3"`
}

// PointKind says what a point is, where that decides something.
type PointKind string

// The kinds. Most points need none.
const (
	ManualCallPoint PointKind = "manual_call_point" // 手动火灾报警按钮: confirms a fire of its floor
	Panel           PointKind = "panel"             // 火灾报警控制器: its fault explains what is behind its edge
	PowerSupply     PointKind = "power_supply"      // the same, of the mains of the site
	FireDetector    PointKind = "fire_detector"     // smoke or heat: its silence is no matter for the morning
	GasDetector     PointKind = "gas_detector"      // combustible gas or carbon monoxide: the same
)

// PointKinds lists the kinds.
func PointKinds() []PointKind {
	return []PointKind{ManualCallPoint, Panel, PowerSupply, FireDetector, GasDetector}
}

// LifeSafety reports whether a point of the kind protects everybody in the
// building.
func (k PointKind) LifeSafety() bool {
	return k == ManualCallPoint || k == Panel || k == FireDetector || k == GasDetector
}

// Power says what a device lives on; it decides how soon silence is an alarm.
type Power string

// The supplies.
const (
	MainsPower   Power = "mains"
	BatteryPower Power = "battery"
)

// Point is one sensor channel that a person would recognise.
type Point struct {
	Site     SiteID     `json:"site" yaml:"-"`
	ID       PointID    `json:"id" yaml:"id"`
	Edge     EdgeID     `json:"edge" yaml:"edge" doc:"the edge agent that reports it"`
	Zone     ZoneID     `json:"zone" yaml:"zone"`
	Name     Text       `json:"name" yaml:"name" doc:"what stands there: bedside button, ceiling smoke detector"`
	Bed      string     `json:"bed,omitempty" yaml:"bed,omitempty" doc:"bed within the room, such as 1"`
	Resident ResidentID `json:"resident,omitempty" yaml:"resident,omitempty" doc:"whom it watches, where it watches one person"`
	Kind     PointKind  `json:"kind,omitempty" yaml:"kind,omitempty" enum:"manual_call_point,panel,power_supply,fire_detector,gas_detector" doc:"where it decides something"`
	Power    Power      `json:"power,omitempty" yaml:"power,omitempty" enum:"mains,battery" doc:"mains unless it says battery"`
	// ReportSeconds is how often it reports by itself; 0 for the usual of its
	// power: every 60 s on mains, every hour on a battery.
	ReportSeconds int `json:"report_s,omitempty" yaml:"report_s,omitempty" doc:"seconds between its own reports"`
	// Unregistered marks a point that an edge reported and nobody has entered
	// yet. Its alarms are raised all the same.
	Unregistered bool `json:"unregistered,omitempty" yaml:"-"`
	// Retired marks a point that was taken out of use. It is not supervised and
	// not counted; what it should report nevertheless is raised all the same.
	Retired bool `json:"retired,omitempty" yaml:"retired,omitempty" doc:"taken out of use"`
}

// MainsDeadline is how long a device on mains may be silent. A fire panel's
// limit for finding a lost detector is 100 s (GB 4717); this allows for the way
// from there.
const MainsDeadline = 200 * time.Second

// Deadline is how long the point may be silent before that is an alarm: 200 s
// on mains, three missed reports on a battery.
func (p Point) Deadline() time.Duration {
	every := time.Duration(p.ReportSeconds) * time.Second
	switch {
	case p.Power == BatteryPower && every == 0:
		return 3 * time.Hour
	case every == 0:
		return MainsDeadline
	}
	return max(MainsDeadline, 3*every)
}

// Edge is a registered edge agent.
type Edge struct {
	Site SiteID `json:"site" yaml:"-"`
	ID   EdgeID `json:"id" yaml:"id"`
	Name Text   `json:"name" yaml:"name"`
}

// Quantity is what a reading measures. It decides the unit.
type Quantity string

// The quantities, each with its unit in UnitOf.
const (
	Temperature  Quantity = "temperature"
	Humidity     Quantity = "humidity"
	Obscuration  Quantity = "obscuration" // smoke: light lost over one metre
	Acceleration Quantity = "acceleration"
	BatteryLevel Quantity = "battery_level"
	Occupancy    Quantity = "occupancy" // bed mat: 1 occupied, 0 empty
	Contact      Quantity = "contact"   // door: 1 open, 0 closed
	SignalLevel  Quantity = "signal_level"
	GasLevel     Quantity = "gas_level" // combustible gas, share of the lower explosive limit
	COLevel      Quantity = "co_level"  // carbon monoxide
	Motion       Quantity = "motion"    // 1 while somebody moves, 0 else
)

// unit is the SenML unit of a quantity and the range that a sensor can report.
type unit struct {
	symbol   string
	min, max float64
}

// Units are from the SenML registry of RFC 8428, section 12.1. Ranges are wide
// on purpose: they catch a broken sensor or a wrong unit, not a hot day.
var units = map[Quantity]unit{
	Temperature:  {"Cel", -60, 300},
	Humidity:     {"%RH", 0, 100},
	Obscuration:  {"%", -5, 100},
	Acceleration: {"m/s2", -2000, 2000},
	BatteryLevel: {"%EL", 0, 100},
	Occupancy:    {"/", 0, 1},
	Contact:      {"/", 0, 1},
	SignalLevel:  {"dBm", -200, 50},
	GasLevel:     {"%", 0, 100},
	COLevel:      {"ppm", 0, 100000},
	Motion:       {"/", 0, 1},
}

// UnitOf returns the SenML unit of a quantity, and false for an unknown one.
// dBm and ppm are secondary units of RFC 8798; the others are of RFC 8428.
func UnitOf(q Quantity) (string, bool) {
	u, ok := units[q]
	return u.symbol, ok
}

// Reading is one number of one point at one time.
type Reading struct {
	Site     SiteID
	Point    PointID
	Quantity Quantity
	Time     time.Time
	Value    float64
}

// Readings older than ReadingMaxAge or more than ReadingMaxAhead in the future
// are refused: one sample far ahead makes a time series refuse all others.
const (
	ReadingMaxAge   = 7 * 24 * time.Hour
	ReadingMaxAhead = 2 * time.Minute
)

// Sample is one value of a series at one time, after down-sampling the mean,
// the least and the greatest value of its step.
type Sample struct {
	Time time.Time `json:"time"`
	Mean float64   `json:"mean"`
	Min  float64   `json:"min"`
	Max  float64   `json:"max"`
}
