package ladder

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// The bounds of policies. Somebody who is called needs ten seconds to take the
// telephone out; a step a day later is no alarm any more.
const (
	MinWaitSeconds  = 10
	MinAgainSeconds = 60
	MaxWaitSeconds  = 24 * 3600
	MaxRepeat       = 20
	MaxSteps        = 20
	MaxRecipients   = 50
	MaxPolicies     = 200
)

// Check returns every mistake of the book at once, joined, each a Mistake.
func (b Book) Check() error {
	var c checker
	c.most("policies", len(b.Policies), MaxPolicies)
	for n, p := range b.Policies {
		path := fmt.Sprintf("policies[%d]", n)
		c.policy(path, p)
		if slices.ContainsFunc(b.Policies[:n], func(e Policy) bool { return e.ID == p.ID }) {
			c.bad(path+".id", "there is a policy %s already", p.ID)
		}
		if slices.ContainsFunc(defaults(), func(e Policy) bool { return e.ID == p.ID }) {
			c.bad(path+".id", "%s is the id of a policy that is built in; take another, and yours comes first", p.ID)
		}
		if m := slices.IndexFunc(b.Policies[:n], func(e Policy) bool { return e.For.everything() }); m >= 0 {
			c.bad(path, "no incident ever comes here: policies[%d] takes them all", m)
		}
	}
	return errors.Join(c.errs...)
}

// checker gathers mistakes.
type checker struct{ errs []error }

func (c *checker) bad(path, format string, args ...any) {
	c.errs = append(c.errs, Mistake{Path: path, Text: fmt.Sprintf(format, args...)})
}

func (c *checker) most(path string, n, most int) {
	if n > most {
		c.bad(path, "%d are more than %d", n, most)
	}
}

func (c *checker) policy(path string, p Policy) {
	if !care.ValidID(p.ID) {
		c.bad(path+".id", "%q is no id: 1 to 40 of a-z, 0-9 and - are needed", p.ID)
	}
	if strings.TrimSpace(p.Name.ZH) == "" || strings.TrimSpace(p.Name.EN) == "" {
		c.bad(path+".name", "a name is needed in both languages, zh and en")
	}
	c.match(path+".for", p.For)
	if p.Quiet != "" {
		c.hours(path+".quiet", p.Quiet)
		if !p.For.all(care.Class.Equipment) {
			c.bad(path+".quiet", "only incidents of the equipment can wait; name their classes in for: fault, tamper, battery, silent")
		}
	}
	if len(p.Steps) == 0 {
		c.bad(path+".steps", "at least one step is needed")
	}
	c.most(path+".steps", len(p.Steps), MaxSteps)
	for n, s := range p.Steps {
		c.step(fmt.Sprintf("%s.steps[%d]", path, n), s, n == len(p.Steps)-1)
		if i := slices.Index(s.To, "family"); i >= 0 && p.For.all(neverFamily) {
			c.bad(fmt.Sprintf("%s.steps[%d].to[%d]", path, n, i), "families are never told of calls and of the equipment")
		}
	}
	if p.AgainSeconds < MinAgainSeconds || p.AgainSeconds > MaxWaitSeconds {
		c.bad(path+".again_s", "%d seconds are not %d to %d; the last step must come again", p.AgainSeconds, MinAgainSeconds, MaxWaitSeconds)
	}
}

func neverFamily(c care.Class) bool { return c == care.Call || c.Equipment() }

func (c *checker) match(path string, m Match) {
	for n, class := range m.Classes {
		at := fmt.Sprintf("%s.classes[%d]", path, n)
		if !slices.Contains(care.Classes(), class) {
			c.bad(at, "%q is no class of incidents", class)
		}
		if slices.Contains(m.Classes[:n], class) {
			c.bad(at, "%s stands here twice", class)
		}
	}
	if m.Severity < 0 || m.Severity > care.Urgent {
		c.bad(path+".severity", "%d is not 1 (low) to 4 (urgent)", m.Severity)
	}
	for n, k := range m.SiteKinds {
		if !slices.Contains([]care.SiteKind{care.NursingHome, care.DayCare, care.PrivateHome}, k) {
			c.bad(fmt.Sprintf("%s.site_kinds[%d]", path, n), "%q is none of nursing_home, day_care and private_home", k)
		}
	}
	if m.Hours != "" {
		c.hours(path+".hours", m.Hours)
	}
}

// everything reports whether the match leaves no incident out.
func (m Match) everything() bool {
	return len(m.Classes) == 0 && len(m.SiteKinds) == 0 && m.Severity <= care.Low && m.Hours == "" && m.Confirmed == nil
}

func (c *checker) hours(path, s string) {
	if _, ok := parseHours(s); !ok {
		c.bad(path, "%q are no hours such as 22:00-06:00; leave them empty for the whole day", s)
	}
}

func (c *checker) step(path string, s Step, last bool) {
	if len(s.To) == 0 {
		c.bad(path+".to", "at least one recipient is needed")
	}
	c.most(path+".to", len(s.To), MaxRecipients)
	for n, r := range s.To {
		at := fmt.Sprintf("%s.to[%d]", path, n)
		if text := r.check(); text != "" {
			c.bad(at, "%q is no recipient: %s", r, text)
		}
		if slices.Contains(s.To[:n], r) {
			c.bad(at, "%s stands here twice", r)
		}
	}
	rest := len(s.Channels) > 0
	c.most(path+".channels", len(s.Channels), MaxRecipients)
	for n, name := range s.Channels {
		at := fmt.Sprintf("%s.channels[%d]", path, n)
		if strings.TrimSpace(name) != name || name == "" {
			c.bad(at, "%q is no name of a channel", name)
		}
		if slices.Contains(s.Channels[:n], name) {
			c.bad(at, "%s stands here twice", name)
		}
		rest = rest && name == WebPush
	}
	if rest {
		c.bad(path+".channels", "no step may rest on web push alone, which most telephones in mainland China never get; add another channel")
	}
	if s.Repeat < 0 || s.Repeat > MaxRepeat {
		c.bad(path+".repeat", "%d times are not 0 to %d", s.Repeat, MaxRepeat)
	}
	// The last step, taken once, is followed by again_s.
	unused := last && s.Repeat == 0 && s.WaitSeconds == 0
	if !unused && (s.WaitSeconds < MinWaitSeconds || s.WaitSeconds > MaxWaitSeconds) {
		c.bad(path+".wait_s", "%d seconds are not %d to %d", s.WaitSeconds, MinWaitSeconds, MaxWaitSeconds)
	}
}

// check says what is wrong with the recipient; empty when nothing is.
func (r Recipient) check() string {
	kind, what, more := strings.Cut(string(r), ":")
	among := func(all ...string) string {
		if slices.Contains(all, what) {
			return ""
		}
		return fmt.Sprintf("after %s: comes one of %s", kind, strings.Join(all, ", "))
	}
	switch kind {
	case "duty":
		if !care.ValidID(what) {
			return "after duty: comes the id of a duty of the roster, such as carer"
		}
		return ""
	case "user":
		if what == "" || strings.ContainsAny(what, " \t\r\n") {
			return "after user: comes the id of a user"
		}
		return ""
	case "role":
		return among(string(people.Carer), string(people.Leader), string(people.Manager), string(people.Inspector))
	case "inspector":
		return among("village", "township", "district", "city")
	case "helper":
		return among(string(people.Neighbour), string(people.Community))
	case "resident", "family":
		if more {
			return kind + " stands alone; whose is decided by the incident"
		}
		return ""
	}
	return "it is none of duty:ID, role:ROLE, inspector:LEVEL, user:ID, resident, helper:RELATION and family"
}
