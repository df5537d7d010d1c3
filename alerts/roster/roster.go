// Package roster says who is on duty at a site at any time: shifts, rotations
// of people over them, and what differs from the plan on single days. It finds
// the times in which nobody is on duty, and writes turns as a calendar.
//
// All of it is computed from one document and the time zone of the site. Who
// keeps the document, who may change it and who is warned of a gap is decided
// elsewhere; what a person on duty is called for is the job of alerts/ladder.
//
// Every time in the document is what the clock on the wall of the site shows.
// A shift from 22:00 to 06:00 ends at 06:00 also in the nights in which the
// clocks change, and then lasts seven or nine hours. Of a time that the clock
// shows twice the first counts; one that it skips is the moment of the change.
package roster

import (
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Roster is the plan of one site.
type Roster struct {
	Duties []Duty `json:"duties" yaml:"duties"`
	// Overrides are applied in their order, so that a later one may correct an
	// earlier one: whoever takes over a turn and falls ill is on leave.
	Overrides []Override `json:"overrides,omitempty" yaml:"overrides,omitempty"`
}

// Duty is something that one or more people stand for by turns, such as the
// care of a floor.
type Duty struct {
	// ID is what ladders call, such as carer, leader or manager. The duties of
	// several floors may have one id: a ladder calls "carer", and those of the
	// floor in question answer.
	ID   string    `json:"id" yaml:"id" pattern:"^[a-z0-9-]{1,40}$"`
	Name care.Text `json:"name" yaml:"name"`
	// Floors are those that the duty is for, as in care.Zone; empty for all.
	Floors []string `json:"floors,omitempty" yaml:"floors,omitempty"`
	// Needed is when somebody must be on duty; empty for round the clock. A
	// day-care centre needs nobody at night.
	Needed []Span  `json:"needed,omitempty" yaml:"needed,omitempty"`
	Shifts []Shift `json:"shifts" yaml:"shifts"`
	// Rotations say who takes the shifts. The one that began last counts, so
	// that next year's may be entered before this year is over.
	Rotations []Rotation `json:"rotations,omitempty" yaml:"rotations,omitempty"`
}

// Span is a part of the day, on some days of the week.
type Span struct {
	// Days are those on which the span begins, mon to sun; empty for every day.
	Days []string `json:"days,omitempty" yaml:"days,omitempty" enum:"mon,tue,wed,thu,fri,sat,sun"`
	// From and To are local, such as 22:00 and 06:00. A span whose end is not
	// after its beginning ends on the next day; with both the same it lasts a
	// day. To may be 24:00.
	From string `json:"from" yaml:"from" example:"22:00"`
	To   string `json:"to" yaml:"to" example:"06:00"`
}

// Shift is a span of work.
type Shift struct {
	// ID is unique within its duty.
	ID   string    `json:"id" yaml:"id" pattern:"^[a-z0-9-]{1,40}$"`
	Name care.Text `json:"name" yaml:"name"`
	Span `yaml:",inline"`
}

// Rotation says who takes which shift, week by week. The day on which a shift
// begins decides the week that it belongs to.
type Rotation struct {
	// Start is the local day on which the first week begins, such as
	// 2026-11-02. Weeks begin on its day of the week.
	Start string `json:"start" yaml:"start" format:"date"`
	// Every is the length of a "week" in days, 1 to 28, and 7 where it is 0:
	// with 1, people move to the next shift day by day.
	Every int `json:"every,omitempty" yaml:"every,omitempty" minimum:"0" maximum:"28"`
	// Weeks are repeated in their order: for each, the people of each shift by
	// its id. A shift that a week does not name stays empty.
	Weeks []map[string][]care.UserID `json:"weeks,omitempty" yaml:"weeks,omitempty"`
	// Order is the short form for one person a shift: in the first week the
	// first person takes the first shift, and so on; each week everybody moves
	// to the next shift, from early to late to night, and who has no shift is
	// off. Weeks and Order exclude each other.
	Order []care.UserID `json:"order,omitempty" yaml:"order,omitempty"`
}

// Override is what differs from the rotation for a time.
type Override struct {
	// Duty is the duty by its id; empty for every duty of Who.
	Duty string `json:"duty,omitempty" yaml:"duty,omitempty"`
	// From and To are local, such as 2026-11-25T22:00.
	From string `json:"from" yaml:"from" example:"2026-11-25T22:00"`
	To   string `json:"to" yaml:"to" example:"2026-11-26T06:00"`
	// Who is replaced by By; by nobody where By is empty (leave). Where Who is
	// empty, By comes in addition.
	Who care.UserID `json:"who,omitempty" yaml:"who,omitempty"`
	By  care.UserID `json:"by,omitempty" yaml:"by,omitempty"`
	// Floors are where an additional person stands; empty for all.
	Floors []string `json:"floors,omitempty" yaml:"floors,omitempty"`
	Note   string   `json:"note,omitempty" yaml:"note,omitempty"`
}

// Turn is one person's time on one duty.
type Turn struct {
	Duty string `json:"duty"`
	// Shift is empty for somebody who came in addition.
	Shift  string      `json:"shift,omitempty"`
	Floors []string    `json:"floors,omitempty"` // empty for all
	User   care.UserID `json:"user"`
	// Instead is whom the user replaces.
	Instead care.UserID `json:"instead,omitempty"`
	From    time.Time   `json:"from"`
	To      time.Time   `json:"to"` // the first moment after
}

// Gap is a time in which somebody must be on duty and nobody is.
type Gap struct {
	Duty   string    `json:"duty"`
	Floors []string  `json:"floors,omitempty"` // empty for the whole site
	From   time.Time `json:"from"`
	To     time.Time `json:"to"` // the first moment after
}
