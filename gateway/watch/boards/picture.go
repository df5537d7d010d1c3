package boards

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

const (
	// lostAfter is how long a floor may be without a board.
	lostAfter = 60 * time.Second
	// showWithin is how long it may take until a board shows and sounds an alarm.
	showWithin = 10 * time.Second
	// heardWithin is how old the report of a board may be, which sends one every
	// 10 s at least: two may be missing.
	heardWithin = 25 * time.Second
	// pauseTolerated is how far apart two passes may be before that says that the
	// process had stopped.
	pauseTolerated = 30 * time.Second
)

// Report is what an open page of a station says of itself.
type Report struct {
	// Visible says that the page is on the screen, Audible that its sound is
	// unlocked and runs. Awake says that the screen is kept on, which no browser
	// does for pages without TLS: it is shown and not demanded.
	Visible, Audible, Awake bool
	// Quiet says that somebody holds the sound for a moment.
	Quiet  bool
	Alarms []Shown
}

// Shown is an unaccepted alarm on a board.
type Shown struct {
	Incident string
	Alarms   int // its number, from 1
	Sounding bool
}

// Floor is what a board serves: a floor of a site, or all of it where the name is
// empty.
type Floor struct {
	Site care.SiteID
	Name string
}

// board is an open page.
type board struct {
	station care.UserID
	heard   time.Duration
	report  Report
}

// alarm is one alarm of an incident.
type alarm struct {
	incident string
	number   int
}

// picture is all that is known. It has no clock and no I/O: up is the time since
// the start by the monotonic clock.
type picture struct {
	base   time.Duration // since when boards could report without a gap
	last   time.Duration // the pass before
	boards map[string]board
	// used are the stations that had a live board at some time. One that never had
	// is not missed: its tablet may not hang there yet.
	used map[care.UserID]bool
	// dark is since when a floor has no board.
	dark map[Floor]time.Duration
	// seen is when an alarm was first looked for, shown which ones some board of
	// their floor has confirmed, told which ones the book knows of.
	seen        map[alarm]time.Duration
	shown, told map[alarm]bool
}

func newPicture(up time.Duration) *picture {
	return &picture{
		base: up, last: up, boards: map[string]board{}, used: map[care.UserID]bool{}, dark: map[Floor]time.Duration{},
		seen: map[alarm]time.Duration{}, shown: map[alarm]bool{}, told: map[alarm]bool{},
	}
}

// report takes what a page says, by the name of its socket, and reports whether
// the station has its first live board ever.
func (p *picture) report(up time.Duration, socket string, station care.UserID, r Report) (first bool) {
	b := board{station, up, r}
	p.boards[socket] = b
	first = b.live(up) && !p.used[station]
	p.used[station] = p.used[station] || first
	return first
}

// gone forgets a page whose socket is closed.
func (p *picture) gone(socket string) { delete(p.boards, socket) }

// live reports whether a page can be seen and heard now.
func (b board) live(up time.Duration) bool {
	return b.report.Visible && b.report.Audible && up-b.heard <= heardWithin
}

// confirms reports whether a page shows and sounds an alarm. What has no sound
// need not sound.
func (b board) confirms(i care.Incident) bool {
	n := slices.IndexFunc(b.report.Alarms, func(s Shown) bool { return s.Incident == i.ID && s.Alarms == i.Alarms })
	return n >= 0 && (b.report.Alarms[n].Sounding || i.Severity == care.Low)
}

// finding is what one pass has to tell the book.
type finding struct {
	lost   []loss
	back   []Floor
	alarms []alarm // that no board of their floor confirms
	// restarted says that deadlines began anew, since the process had stopped.
	restarted bool
}

// loss is a floor without a board.
type loss struct {
	Floor
	since time.Duration
}

// look makes a pass over all that is known. open are the open incidents, lost the
// floors that the book has as lost.
func (p *picture) look(up time.Duration, d *people.Directory, open []care.Incident, lost map[Floor]bool) finding {
	var f finding
	if up-p.last > pauseTolerated {
		p.base, f.restarted = up, true
		clear(p.dark)
		clear(p.seen)
	}
	p.last = up
	expected := p.expected(d)
	p.judgeFloors(up, d, expected, lost, &f)
	p.judgeAlarms(up, d, expected, open, &f)
	slices.SortFunc(f.lost, func(a, b loss) int { return compareFloors(a.Floor, b.Floor) })
	slices.SortFunc(f.back, compareFloors)
	slices.SortFunc(f.alarms, func(a, b alarm) int {
		return cmp.Or(cmp.Compare(a.incident, b.incident), cmp.Compare(a.number, b.number))
	})
	return f
}

func compareFloors(a, b Floor) int {
	return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Name, b.Name))
}

// expected lists the floors that have a station in use.
func (p *picture) expected(d *people.Directory) map[Floor]bool {
	all := map[Floor]bool{}
	for _, u := range d.Users {
		if u.Station != people.AtStation || u.Disabled || !p.used[u.ID] {
			continue
		}
		for _, site := range u.Scope.Sites {
			for _, name := range floorsOf(u) {
				all[Floor{site, name}] = true
			}
		}
	}
	return all
}

// floorsOf lists what a station serves; one empty name is all of its sites.
func floorsOf(u people.User) []string {
	if len(u.Scope.Floors) == 0 {
		return []string{""}
	}
	return u.Scope.Floors
}

// serves reports whether a station serves a floor; one of the whole site serves
// each of its floors, and no floor's station serves the whole site.
func serves(u people.User, f Floor) bool {
	return u.Station == people.AtStation && !u.Disabled && slices.Contains(u.Scope.Sites, f.Site) &&
		(len(u.Scope.Floors) == 0 || slices.Contains(u.Scope.Floors, f.Name))
}

// has reports whether a floor has a board that can be seen and heard.
func (p *picture) has(up time.Duration, d *people.Directory, f Floor) bool {
	for _, b := range p.boards {
		if b.live(up) && serves(d.Users[b.station], f) {
			return true
		}
	}
	return false
}

func (p *picture) judgeFloors(up time.Duration, d *people.Directory, expected, lost map[Floor]bool, f *finding) {
	for floor := range expected {
		if p.has(up, d, floor) {
			delete(p.dark, floor)
			if lost[floor] {
				f.back = append(f.back, floor)
			}
			continue
		}
		if _, known := p.dark[floor]; !known {
			p.dark[floor] = up
		}
		if since := p.dark[floor]; up-since >= lostAfter && !lost[floor] {
			f.lost = append(f.lost, loss{floor, since})
		}
	}
	for floor := range p.dark {
		if !expected[floor] {
			delete(p.dark, floor)
		}
	}
	for floor := range lost {
		if !expected[floor] { // its station was taken away
			f.back = append(f.back, floor)
		}
	}
}

// home returns the floor by whose boards an incident has to be shown: its own,
// where that has a station of its own, else the whole site's. ok is false where
// no station is there for it.
func home(d *people.Directory, expected map[Floor]bool, i care.Incident) (f Floor, ok bool) {
	zone := i.Zone
	if p, known := d.Point(i.Site, i.Point); zone == "" && known {
		zone = p.Zone
	}
	f = Floor{i.Site, d.Zones[people.SiteZone{Site: i.Site, Zone: zone}].Floor}
	if expected[f] {
		return f, true
	}
	f.Name = ""
	return f, expected[f]
}

// covered reports whether a live board of an incident's floor shows it, or will:
// a board that is live draws what it is sent.
func (p *picture) covered(up time.Duration, d *people.Directory, expected map[Floor]bool, i care.Incident) bool {
	f, ok := home(d, expected, i)
	if ok {
		return p.has(up, d, f)
	}
	// Its floor has no station: any board that it is on will do.
	for _, b := range p.boards {
		if b.live(up) && d.SeesIncident(d.Users[b.station], i) {
			return true
		}
	}
	return false
}

func (p *picture) judgeAlarms(up time.Duration, d *people.Directory, expected map[Floor]bool, open []care.Incident, f *finding) {
	current := map[alarm]bool{}
	for _, i := range open {
		if !i.Unattended() {
			continue
		}
		floor, ok := home(d, expected, i)
		if !ok {
			continue
		}
		a := alarm{i.ID, i.Alarms}
		current[a] = true
		if _, known := p.seen[a]; !known {
			p.seen[a] = up
		}
		for _, b := range p.boards {
			if b.live(up) && b.confirms(i) && serves(d.Users[b.station], floor) {
				p.shown[a] = true
			}
		}
		if !p.shown[a] && !p.told[a] && up-p.seen[a] >= showWithin && up-p.base >= lostAfter {
			f.alarms = append(f.alarms, a)
		}
	}
	// Each by itself: what was told when it had just ended, or before deadlines
	// began anew, is not among those that were seen.
	gone := func(a alarm) bool { return !current[a] }
	maps.DeleteFunc(p.seen, func(a alarm, _ time.Duration) bool { return gone(a) })
	maps.DeleteFunc(p.shown, func(a alarm, _ bool) bool { return gone(a) })
	maps.DeleteFunc(p.told, func(a alarm, _ bool) bool { return gone(a) })
}
