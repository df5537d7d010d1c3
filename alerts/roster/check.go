package roster

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"shouwang.care/shouwang/alerts/care"
)

// The greatest numbers of parts, far beyond any real house. They bound what
// the question "who is on duty" can cost.
const (
	MaxDuties    = 200
	MaxShifts    = 50
	MaxRotations = 100
	MaxWeeks     = 200
	MaxPeople    = 100
	MaxOverrides = 5000
)

// Check returns every mistake of the roster at once, joined, each a Mistake.
// Shifts may overlap, and gaps are no mistakes. The zone is the name of the
// site's time zone in the IANA database, such as Asia/Shanghai.
func (r Roster) Check(zone string) error {
	var c checker
	if loc, err := time.LoadLocation(zone); zone == "" || err != nil {
		c.bad("time_zone", "%q is no IANA time zone such as Asia/Shanghai; correct it at the site", zone)
	} else {
		c.loc = loc
	}
	c.most("duties", len(r.Duties), MaxDuties)
	c.most("overrides", len(r.Overrides), MaxOverrides)
	for n, d := range r.Duties {
		c.duty(fmt.Sprintf("duties[%d]", n), d)
	}
	for n, o := range r.Overrides {
		c.override(fmt.Sprintf("overrides[%d]", n), o, r.Duties)
		c.exchange(n, r.Overrides)
	}
	return errors.Join(c.errs...)
}

// checker gathers mistakes.
type checker struct {
	errs []error
	loc  *time.Location // nil where the zone is wrong
}

func (c *checker) bad(path, format string, args ...any) {
	c.errs = append(c.errs, Mistake{Path: path, Text: fmt.Sprintf(format, args...)})
}

func (c *checker) most(path string, n, most int) {
	if n > most {
		c.bad(path, "%d are more than %d", n, most)
	}
}

func (c *checker) id(path, id string) {
	if !care.ValidID(id) {
		c.bad(path, "%q is no id: 1 to 40 of a-z, 0-9 and - are needed", id)
	}
}

func (c *checker) name(path string, t care.Text) {
	if strings.TrimSpace(t.ZH) == "" || strings.TrimSpace(t.EN) == "" {
		c.bad(path, "a name is needed in both languages, zh and en")
	}
}

func (c *checker) users(path string, users []care.UserID) {
	c.most(path, len(users), MaxPeople)
	for n, u := range users {
		at := fmt.Sprintf("%s[%d]", path, n)
		c.user(at, u)
		if slices.Contains(users[:n], u) {
			c.bad(at, "%s stands here twice", u)
		}
	}
}

func (c *checker) user(path string, u care.UserID) {
	strange := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }
	if u == "" || len(u) > 64 || strings.ContainsFunc(string(u), strange) {
		c.bad(path, "%q is no user's id", u)
	}
}

func (c *checker) floors(path string, floors []string) {
	for n, f := range floors {
		at := fmt.Sprintf("%s[%d]", path, n)
		if strings.TrimSpace(f) != f || f == "" {
			c.bad(at, "%q is no floor; write it as the rooms of the site do", f)
		}
		if slices.Contains(floors[:n], f) {
			c.bad(at, "floor %s stands here twice", f)
		}
	}
}

func (c *checker) span(path string, s Span) {
	for n, d := range s.Days {
		at := fmt.Sprintf("%s.days[%d]", path, n)
		if !slices.Contains(weekdays, d) {
			c.bad(at, "%q is none of mon, tue, wed, thu, fri, sat and sun", d)
		}
		if slices.Contains(s.Days[:n], d) {
			c.bad(at, "%s stands here twice", d)
		}
	}
	if m, ok := parseClock(s.From); !ok || m == minutesOfDay {
		c.bad(path+".from", "%q is no time of day such as 07:00", s.From)
	}
	if _, ok := parseClock(s.To); !ok {
		c.bad(path+".to", "%q is no time of day such as 15:00", s.To)
	}
}

func (c *checker) duty(path string, d Duty) {
	c.id(path+".id", d.ID)
	c.name(path+".name", d.Name)
	c.floors(path+".floors", d.Floors)
	for n, s := range d.Needed {
		c.span(fmt.Sprintf("%s.needed[%d]", path, n), s)
	}
	if len(d.Shifts) == 0 {
		c.bad(path+".shifts", "at least one shift is needed")
	}
	c.most(path+".shifts", len(d.Shifts), MaxShifts)
	for n, s := range d.Shifts {
		at := fmt.Sprintf("%s.shifts[%d]", path, n)
		c.id(at+".id", s.ID)
		c.name(at+".name", s.Name)
		c.span(at, s.Span)
		if slices.ContainsFunc(d.Shifts[:n], func(e Shift) bool { return e.ID == s.ID }) {
			c.bad(at+".id", "the duty has a shift %s already", s.ID)
		}
	}
	c.most(path+".rotations", len(d.Rotations), MaxRotations)
	for n, r := range d.Rotations {
		at := fmt.Sprintf("%s.rotations[%d]", path, n)
		c.rotation(at, r, d.Shifts)
		if slices.ContainsFunc(d.Rotations[:n], func(e Rotation) bool { return e.Start == r.Start }) {
			c.bad(at+".start", "another rotation of the duty begins on %s too", r.Start)
		}
	}
}

func (c *checker) rotation(path string, r Rotation, shifts []Shift) {
	if _, ok := parseDay(r.Start); !ok {
		c.bad(path+".start", "%q is no day such as 2026-11-02", r.Start)
	}
	if r.Every < 0 || r.Every > 28 {
		c.bad(path+".every", "%d days are not 1 to 28", r.Every)
	}
	switch {
	case len(r.Weeks) > 0 && len(r.Order) > 0:
		c.bad(path+".order", "weeks and order exclude each other; keep one")
	case len(r.Weeks) == 0 && len(r.Order) == 0:
		c.bad(path, "nobody is in the rotation; give weeks, or order")
	case len(r.Order) > 0 && len(r.Order) < len(shifts):
		c.bad(path+".order", "%d people for %d shifts would leave one empty; use weeks to say which", len(r.Order), len(shifts))
	}
	c.users(path+".order", r.Order)
	c.most(path+".weeks", len(r.Weeks), MaxWeeks)
	for n, week := range r.Weeks {
		// In the order of the shifts, so that mistakes come in one order.
		for k, s := range shifts {
			if slices.ContainsFunc(shifts[:k], func(e Shift) bool { return e.ID == s.ID }) {
				continue // a mistake of its own
			}
			c.users(fmt.Sprintf("%s.weeks[%d].%s", path, n, s.ID), week[s.ID])
		}
		var unknown []string
		for id := range week {
			if !slices.ContainsFunc(shifts, func(s Shift) bool { return s.ID == id }) {
				unknown = append(unknown, id)
			}
		}
		slices.Sort(unknown)
		for _, id := range unknown {
			c.bad(fmt.Sprintf("%s.weeks[%d]", path, n), "the duty has no shift %q", id)
		}
	}
}

func (c *checker) override(path string, o Override, duties []Duty) {
	if o.Duty != "" && !slices.ContainsFunc(duties, func(d Duty) bool { return d.ID == o.Duty }) {
		c.bad(path+".duty", "there is no duty %q", o.Duty)
	}
	_, _, ok1 := parseStamp(o.From)
	_, _, ok2 := parseStamp(o.To)
	if !ok1 {
		c.bad(path+".from", "%q is no local time such as 2026-11-25T22:00", o.From)
	}
	if !ok2 {
		c.bad(path+".to", "%q is no local time such as 2026-11-26T06:00", o.To)
	}
	if ok1 && ok2 && c.loc != nil {
		if _, ok := o.interval(c.loc); !ok {
			c.bad(path+".to", "%s is not after %s", o.To, o.From)
		}
	}
	switch {
	case o.Who == "" && o.By == "":
		c.bad(path, "say who is replaced (who), who comes (by), or both")
	case o.Who == "" && o.Duty == "":
		c.bad(path+".duty", "somebody in addition needs a duty")
	case o.Who == o.By:
		c.bad(path+".by", "%s cannot replace herself or himself", o.By)
	case o.Who != "" && len(o.Floors) > 0:
		c.bad(path+".floors", "floors are for somebody in addition; who replaces somebody stands where that one would")
	}
	if o.Who != "" {
		c.user(path+".who", o.Who)
	}
	if o.By != "" {
		c.user(path+".by", o.By)
	}
	c.floors(path+".floors", o.Floors)
}

// exchange refuses an exchange of two people over one time: as overrides are
// applied in order, the second would give both turns to one person.
func (c *checker) exchange(n int, all []Override) {
	o := all[n]
	if o.Who == "" || o.By == "" {
		return
	}
	for m, e := range all[:n] {
		if e.Who == o.By && e.By == o.Who && e.From == o.From && e.To == o.To {
			c.bad(fmt.Sprintf("overrides[%d]", n), "it takes back overrides[%d]; for an exchange give each the hours of the shift that changes hands", m)
			return
		}
	}
}
