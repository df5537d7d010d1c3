package care

// Class says what an event or an incident is about.
type Class string

// The classes of events. The first group concerns people, the second the
// equipment itself.
const (
	Fire           Class = "fire"            // smoke or heat
	Gas            Class = "gas"             // combustible gas
	CarbonMonoxide Class = "carbon_monoxide" // carbon monoxide
	SOS            Class = "sos"             // 紧急呼叫: bathroom cord, pendant, long press
	Call           Class = "call"            // 普通呼叫: the bedside button
	Fall           Class = "fall"
	WaterLeak      Class = "water_leak"
	BedExit        Class = "bed_exit"
	Wandering      Class = "wandering" // 夜间外出: a door at night
	Inactivity     Class = "inactivity"
	Vital          Class = "vital"
	Intrusion      Class = "intrusion"

	Fault   Class = "fault"
	Tamper  Class = "tamper"
	Battery Class = "battery"
	Silent  Class = "silent" // 失联

	// Presence is no alarm: a carer has shown that she is in the room, by its
	// presence button or a badge. It raises nothing and has no severity.
	Presence Class = "presence" // 护理到场
)

// Classes lists every class of incidents, emergencies first.
func Classes() []Class {
	return []Class{
		Fire, CarbonMonoxide, Gas, SOS, Fall, Vital, WaterLeak, Call, BedExit,
		Wandering, Inactivity, Intrusion, Silent, Fault, Tamper, Battery,
	}
}

// Valid reports whether c is one of the classes above.
func (c Class) Valid() bool { return c.Severity() != 0 || c == Presence }

// LifeSafety reports whether c is a hazard to everybody in the building: fire,
// gas or carbon monoxide.
func (c Class) LifeSafety() bool { return c == Fire || c == Gas || c == CarbonMonoxide }

// Equipment reports whether c concerns the equipment and not a person.
func (c Class) Equipment() bool {
	return c == Fault || c == Tamper || c == Battery || c == Silent
}

// Care reports whether c is one of the care classes: what a resident does and
// what, by the rules for him, may be no alarm at all, or only after a delay.
func (c Class) Care() bool {
	return c == BedExit || c == Wandering || c == Inactivity || c == Vital
}

// NeverMuted reports whether an incident of the class, while nobody has
// accepted it, is beyond every limit of messages.
func (c Class) NeverMuted() bool { return c.LifeSafety() || c == Fall || c == SOS }

// Severity is the priority of an alarm in the sense of ISA-18.2, from 1 (low)
// to 4 (urgent).
type Severity int

// The severities. They order the sounds of a board and the board itself, which
// shows the longest unaccepted first within a severity: a fire must not stand
// below old battery notes.
const (
	Low Severity = iota + 1
	Medium
	High
	Urgent
)

// Severity returns the severity that an incident of this class has when
// nothing else says otherwise; 0 for Presence and an unknown class.
func (c Class) Severity() Severity {
	switch c {
	case Fire, Gas, CarbonMonoxide, SOS, Fall:
		return Urgent
	case Vital, WaterLeak, Wandering, Inactivity, Intrusion:
		return High
	case Call, BedExit, Silent, Fault, Tamper:
		return Medium
	case Battery:
		return Low
	}
	return 0
}

// String returns "low", "medium", "high" or "urgent".
func (s Severity) String() string {
	switch s {
	case Low:
		return "low"
	case Medium:
		return "medium"
	case High:
		return "high"
	case Urgent:
		return "urgent"
	}
	return "unknown"
}

// Text is a text in the two languages of the product.
type Text struct {
	ZH string `json:"zh" yaml:"zh" doc:"Chinese text"`
	EN string `json:"en" yaml:"en" doc:"English text"`
}

// Words returns the name of the class as carers say it.
func (c Class) Words() Text { return classWords[c] }

var classWords = map[Class]Text{
	Fire: {"火警", "Fire"}, Gas: {"燃气泄漏", "Gas leak"}, CarbonMonoxide: {"一氧化碳", "Carbon monoxide"},
	SOS: {"紧急呼叫", "SOS"}, Call: {"普通呼叫", "Call"}, Fall: {"跌倒", "Fall"},
	WaterLeak: {"漏水", "Water leak"}, BedExit: {"离床", "Bed exit"}, Wandering: {"夜间外出", "Wandering"},
	Inactivity: {"长时间无活动", "Inactivity"}, Vital: {"生命体征异常", "Vital sign"}, Intrusion: {"入侵", "Intrusion"},
	Fault: {"故障", "Fault"}, Tamper: {"拆动", "Tamper"}, Battery: {"电量低", "Low battery"}, Silent: {"失联", "Silent"},
	Presence: {"护理到场", "Carer present"},
}
