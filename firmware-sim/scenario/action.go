package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"shouwang.care/shouwang/alerts/care"
)

// Verb is what happens.
type Verb string

// The verbs.
const (
	Press     Verb = "press"      // a button is pressed and let go
	Pull      Verb = "pull"       // a cord is pulled and let go
	Cancel    Verb = "cancel"     // the button or cord of an SOS is held again
	Presence  Verb = "presence"   // a carer presses the presence button
	Trip      Verb = "trip"       // the dry contact of a smoke alarm closes
	Release   Verb = "release"    // a button, cord or dry contact is let go
	LeaveBed  Verb = "leave-bed"  // a mat is empty
	ReturnBed Verb = "return-bed" // somebody lies on a mat
	OpenDoor  Verb = "open-door"  // a door stands open
	CloseDoor Verb = "close-door" // a door is shut
	Fall      Verb = "fall"       // a person with a fall sensor falls and lies
	Walk      Verb = "walk"       // the person walks
	SitDown   Verb = "sit-down"   // the person drops onto a chair
	LieDown   Verb = "lie-down"   // the person goes to bed
	Stand     Verb = "stand"      // the person is up again
	Smoke     Verb = "smoke"      // a fire, or its end
	Steam     Verb = "steam"      // steam from a pot or a shower
	Battery   Verb = "battery"    // the level of a battery changes
	Unplug    Verb = "unplug"     // a chip is gone from its bus
	Plug      Verb = "plug"       // it is back, as after power-on
	Offline   Verb = "offline"    // an edge agent dies without a goodbye
	Online    Verb = "online"     // it is started again
	Noise     Verb = "noise"      // bits of what is read from a chip are wrong
	Quiet     Verb = "quiet"      // the end of noise
	Replay    Verb = "replay"     // a recording goes through a chip
)

// The words that may follow Smoke.
const (
	Flaming     = "flaming"
	Smouldering = "smouldering"
	Cleared     = "clear"
)

// The words that may follow Release, where a place has several contacts; the
// first two may follow Cancel.
const (
	Button     = "button"
	Cord       = "cord"
	DryContact = "contact"
	Attendance = "presence"
)

// The words that may follow Battery.
const (
	Low   = "low"
	Empty = "empty"
	Full  = "full"
)

// The words that may follow Replay: the data sets.
const (
	SisFall = "sisfall"
	NIST    = "nist"
)

// Action is what happens at a place. Which fields count depends on the verb.
type Action struct {
	Verb Verb
	// What is the word after smoke, battery, unplug, plug, noise, release, cancel and
	// replay.
	What string
	// File is the recording. Load makes relative paths count from the folder of
	// the script; Parse leaves them as they are.
	File string
	// Activity and Trial name a recording of SisFall, Column one of NIST.
	Activity, Trial, Column string
	// Hold is for how long a contact is held; 0 is until Release.
	Hold time.Duration
	// For is how long the action lasts where it has a length: lying after a
	// fall, walking, steam, a battery going down, noise, being offline.
	For time.Duration
	// From is where in the recording of a fire to begin.
	From time.Duration
	// Times is how much faster than recorded a fire is replayed.
	Times float64
}

// option is one of the pairs of words that may follow a verb.
type option struct {
	word   string
	length func(*Action) *time.Duration // for durations
	factor func(*Action) *float64       // for plain numbers
	usual  time.Duration
	least  time.Duration
}

// argument is one word that must follow a verb.
type argument struct {
	name     string   // as Help shows it
	words    []string // the only ones allowed; nil for any
	optional bool     // absent stands in when the word is missing
	absent   string
	into     func(*Action) *string
}

// grammar is how one verb is used.
type grammar struct {
	verb    Verb
	what    string // for replay, whose arguments depend on it
	args    []argument
	options []option
	help    string
	words   care.Text // what a demonstration says when it happens
}

func hold(usual time.Duration) option {
	return option{word: "hold", length: func(a *Action) *time.Duration { return &a.Hold }, usual: usual}
}

func lasts(word string, usual time.Duration) option {
	return option{word: word, length: func(a *Action) *time.Duration { return &a.For }, usual: usual, least: time.Millisecond}
}

func what(words ...string) argument {
	return argument{name: strings.Join(words, "|"), words: words, into: func(a *Action) *string { return &a.What }}
}

// or makes the argument optional.
func (a argument) or(absent string) argument {
	a.optional, a.absent = true, absent
	return a
}

func text(name string, into func(*Action) *string) argument { return argument{name: name, into: into} }

func file(a *Action) *string { return &a.File }

// chips are the models that can be unplugged or disturbed.
var chips = []string{"sht3x", "ads1115", "adxl345"}

// grammars lists every verb. It is the only place that knows their arguments.
var grammars = []grammar{
	{verb: Press, options: []option{hold(400 * time.Millisecond)}, help: "a button is pressed; from the agent's hold time on (3 s) it is an SOS", words: care.Text{ZH: "按下呼叫按钮", EN: "presses the call button"}},
	{verb: Pull, options: []option{hold(time.Second)}, help: "a cord is pulled", words: care.Text{ZH: "拉动紧急拉绳", EN: "pulls the emergency cord"}},
	{verb: Cancel, args: []argument{what(Button, Cord).or(Button)}, options: []option{hold(6 * time.Second)}, help: "a resident takes an SOS back: its button or cord is held again for 5 s or more", words: care.Text{ZH: "再次长按，取消紧急呼叫", EN: "holds on again to take the SOS back"}},
	{verb: Presence, options: []option{hold(400 * time.Millisecond)}, help: "a carer in the room presses the presence button", words: care.Text{ZH: "护理员到场按钮按下", EN: "a carer presses the presence button"}},
	{verb: Trip, options: []option{hold(0)}, help: "the dry contact of a smoke alarm closes, until release", words: care.Text{ZH: "烟感报警触点动作", EN: "the smoke alarm's contact closes"}},
	{verb: Release, args: []argument{what(Button, Cord, DryContact, Attendance).or("")}, help: "a button, cord or dry contact is let go", words: care.Text{ZH: "触点复位", EN: "the contact is let go"}},
	{verb: LeaveBed, help: "somebody gets up from a bed mat", words: care.Text{ZH: "离床", EN: "gets out of bed"}},
	{verb: ReturnBed, help: "somebody lies down on a bed mat", words: care.Text{ZH: "回到床上", EN: "is back in bed"}},
	{verb: OpenDoor, help: "a door opens", words: care.Text{ZH: "门打开", EN: "the door opens"}},
	{verb: CloseDoor, help: "a door closes", words: care.Text{ZH: "门关上", EN: "the door closes"}},
	{verb: Fall, options: []option{lasts("lying", time.Minute)}, help: "a person with a fall sensor falls and lies there", words: care.Text{ZH: "跌倒", EN: "falls"}},
	{verb: Walk, options: []option{lasts("for", 20*time.Second)}, help: "the person walks", words: care.Text{ZH: "走动", EN: "walks about"}},
	{verb: SitDown, options: []option{lasts("for", 20*time.Second)}, help: "the person drops onto a chair", words: care.Text{ZH: "重重坐下", EN: "sits down hard"}},
	{verb: LieDown, options: []option{lasts("for", 20*time.Second)}, help: "the person goes to bed", words: care.Text{ZH: "躺下", EN: "lies down"}},
	{verb: Stand, options: []option{lasts("for", 20*time.Second)}, help: "the person is on his feet again", words: care.Text{ZH: "站起", EN: "is up again"}},
	{verb: Smoke, args: []argument{what(Flaming, Smouldering, Cleared)}, help: "a fire near the smoke chamber, or its end", words: care.Text{ZH: "烟雾", EN: "smoke"}},
	{verb: Steam, options: []option{lasts("for", 3*time.Minute)}, help: "steam from a pot or a shower, which is no fire", words: care.Text{ZH: "水蒸气", EN: "steam"}},
	{verb: Battery, args: []argument{what(Low, Empty, Full)}, options: []option{lasts("over", time.Minute)}, help: "a battery goes down to 15 % or 2 %, or is full again", words: care.Text{ZH: "电池电量下降", EN: "a battery goes down"}},
	{verb: Unplug, args: []argument{what(chips...)}, help: "a chip is gone from its bus", words: care.Text{ZH: "传感器断开", EN: "a sensor is unplugged"}},
	{verb: Plug, args: []argument{what(chips...)}, help: "the chip is back, as after power-on", words: care.Text{ZH: "传感器接回", EN: "the sensor is plugged in again"}},
	{verb: Offline, options: []option{lasts("for", 5*time.Minute)}, help: "the edge agent at the place dies without a goodbye and is started again (in a fleet)", words: care.Text{ZH: "边缘终端突然断电", EN: "the edge dies without a goodbye"}},
	{verb: Online, help: "the edge agent is started again before its time", words: care.Text{ZH: "边缘终端重新启动", EN: "the edge is started again"}},
	{verb: Noise, args: []argument{what(chips...).or("sht3x")}, options: []option{lasts("for", 10*time.Second)}, help: "bits of what is read from a chip are wrong", words: care.Text{ZH: "总线干扰", EN: "noise on a sensor's wires"}},
	{verb: Quiet, args: []argument{what(chips...).or("sht3x")}, help: "the end of noise", words: care.Text{ZH: "干扰消失", EN: "the noise is over"}},
	{verb: Replay, what: SisFall, args: []argument{
		what(SisFall), text("FILE", file),
		text("ACTIVITY", func(a *Action) *string { return &a.Activity }), text("TRIAL", func(a *Action) *string { return &a.Trial }),
	}, help: "a trial of a SisFall file goes into the FIFO of the fall sensor as recorded", words: care.Text{ZH: "回放人体动作记录", EN: "a recorded movement is replayed"}},
	{verb: Replay, what: NIST, args: []argument{
		what(NIST), text("FILE", file), text("COLUMN", func(a *Action) *string { return &a.Column }),
	}, options: []option{
		{word: "from", length: func(a *Action) *time.Duration { return &a.From }},
		{word: "times", factor: func(a *Action) *float64 { return &a.Times }},
	}, help: "a column of a NIST smoke table drives the smoke chamber", words: care.Text{ZH: "回放火灾烟雾记录", EN: "a recorded fire is replayed"}},
}

// grammarOf returns how an action is written; nil for an unknown verb.
func grammarOf(a Action) *grammar {
	for i, g := range grammars {
		if g.verb == a.Verb && (g.what == "" || g.what == a.What) {
			return &grammars[i]
		}
	}
	return nil
}

// verbs lists the verbs once each, in the order of the help.
func verbs() []string {
	var names []string
	for i, g := range grammars {
		if i == 0 || grammars[i-1].verb != g.verb {
			names = append(names, string(g.verb))
		}
	}
	return names
}

// String returns the action as it is written in a script; values that are the
// usual ones are left out.
func (a Action) String() string {
	g := grammarOf(a)
	if g == nil {
		return string(a.Verb)
	}
	words := []string{string(a.Verb)}
	for _, arg := range g.args {
		if v := *arg.into(&a); v != "" || !arg.optional {
			words = append(words, quote(v))
		}
	}
	for _, o := range g.options {
		switch {
		case o.factor != nil:
			if f := *o.factor(&a); f != 1 {
				words = append(words, o.word, strconv.FormatFloat(f, 'g', -1, 64))
			}
		case *o.length(&a) != o.usual:
			words = append(words, o.word, short(*o.length(&a)))
		}
	}
	return strings.Join(words, " ")
}

// quote puts quotation marks around a word that needs them.
func quote(s string) string {
	special := func(r rune) bool { return unicode.IsSpace(r) || r == '#' }
	if s != "" && !strings.ContainsFunc(s, special) {
		return s
	}
	return `"` + s + `"`
}

// Words returns what the action is in the words of the people there.
func (a Action) Words() care.Text {
	g := grammarOf(a)
	if g == nil {
		return care.Text{}
	}
	switch {
	case a.Verb == Smoke && a.What == Flaming:
		return care.Text{ZH: "明火起烟", EN: "a flaming fire makes smoke"}
	case a.Verb == Smoke && a.What == Smouldering:
		return care.Text{ZH: "阴燃起烟", EN: "something smoulders"}
	case a.Verb == Smoke:
		return care.Text{ZH: "烟雾散去", EN: "the smoke clears"}
	case a.Verb == Battery && a.What == Full:
		return care.Text{ZH: "电池已充满", EN: "the battery is full again"}
	case a.Verb == Press && a.Hold >= 3*time.Second:
		return care.Text{ZH: "长按呼叫按钮", EN: "holds the call button"}
	}
	return g.words
}

// Help returns one line for each thing that can happen: how it is written and
// what it is.
func Help() string {
	var b strings.Builder
	for _, g := range grammars {
		var use strings.Builder
		use.WriteString(string(g.verb))
		for _, arg := range g.args {
			if arg.optional {
				use.WriteString(" [" + arg.name + "]")
			} else {
				use.WriteString(" " + arg.name)
			}
		}
		for _, o := range g.options {
			switch {
			case o.factor != nil:
				fmt.Fprintf(&use, " [%s NUMBER]", o.word)
			case o.usual != 0:
				fmt.Fprintf(&use, " [%s %s]", o.word, short(o.usual))
			default:
				fmt.Fprintf(&use, " [%s DURATION]", o.word)
			}
		}
		fmt.Fprintf(&b, "%-54s %s\n", use.String(), g.help)
	}
	return b.String()
}
