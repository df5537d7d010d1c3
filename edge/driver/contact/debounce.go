package contact

import "time"

// debouncer turns what is read of a contact into events. It is a pure state
// machine: time comes in with each step.
type debouncer struct {
	cfg Config

	known    bool      // the initial state has been reported
	active   bool      // the reported state
	raw      bool      // what was read last
	moved    time.Time // when raw last changed
	departed time.Time // when raw first left the reported state
	since    time.Time // when the contact became active
	held     bool      // LongPress was reported for this activation
}

// step takes one reading and returns what has become certain by it: nothing, one
// event or two.
func (d *debouncer) step(active bool, now time.Time) []Event {
	var events []Event
	if active != d.raw {
		if d.known && d.raw == d.active && now.Sub(d.moved) >= d.cfg.Debounce {
			d.departed = now // the contact leaves a state in which it was settled
		}
		d.raw, d.moved = active, now
	}
	if settled := now.Sub(d.moved) >= d.cfg.Debounce; settled && (!d.known || d.raw != d.active) {
		e := Event{Kind: Inactive, At: d.departed, Initial: !d.known}
		if d.raw {
			e.Kind = Active
			d.since, d.held = d.departed, false
		}
		d.known, d.active = true, d.raw
		events = append(events, e)
	}
	if d.chatters(now) {
		e := Event{Kind: Active, At: d.departed, Initial: !d.known, Unsteady: true}
		d.since, d.held, d.departed = d.departed, false, now
		d.known, d.active = true, true
		events = append(events, e)
	}
	if due := d.since.Add(d.cfg.Hold); d.holding() && !now.Before(due) {
		d.held = true
		events = append(events, Event{Kind: LongPress, At: due})
	}
	return events
}

// chatters says that the contact has moved without pause for so long that it does
// not bounce any more: a loose wire, or an alarm contact that pulses. Nobody can
// tell what it means, so it counts as active: a false call does less harm than a
// lost one.
func (d *debouncer) chatters(now time.Time) bool {
	unsettled := now.Sub(d.moved) < d.cfg.Debounce
	return unsettled && !(d.known && d.active) && now.Sub(d.departed) >= 10*d.cfg.Debounce
}

// holding says whether a long press may still come. While the contact bounces
// away from active it is not known whether it was let go: the press must settle.
func (d *debouncer) holding() bool {
	return d.cfg.Hold > 0 && d.known && d.active && d.raw && !d.held
}

// wait returns for how long nothing can become certain without a movement of
// the contact.
func (d *debouncer) wait(now time.Time) time.Duration {
	const never = time.Hour
	wait := time.Duration(never)
	if !d.known || d.raw != d.active {
		wait = d.moved.Add(d.cfg.Debounce).Sub(now)
	}
	if d.holding() {
		wait = min(wait, d.since.Add(d.cfg.Hold).Sub(now))
	}
	return max(0, wait)
}
